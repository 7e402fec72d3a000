"""Books drawn in a test: texts by file name, opened as from a folder.

    book, problems = opened({"promises/deliver.yaml": PROMISE}, past=[revision("2026-03-01", {...})])

Without a troth.yaml of its own a book has one of the zone UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from troth.book import Book, Checks, Definition
from troth.book.loading import of_texts, place_of, read
from troth.book.opening import checked
from troth.book.past import Past
from troth.promises import PROMISES, Promise
from troth.promises.calendars import CALENDARS
from troth.sources import SOURCES, lint

CHECKS = Checks((SOURCES, PROMISES, CALENDARS), (lint,))
ROOT = {"troth.yaml": "name: World\nfolder: data\nzone: UTC\n"}


def opened(files: Mapping[str, str], *, past: Sequence[Past] = (), checks: Checks = CHECKS) -> tuple[Book, list[str]]:
    """The book and its problems as they are printed; warnings are left out."""
    texts = {PurePosixPath(name): text.encode() for name, text in {**ROOT, **files}.items()}
    book, problems = checked(of_texts(texts, checks.known), checks, tuple(past))
    return book, [str(problem) for problem in problems if problem.level == "error"]


def revision(at: str, files: Mapping[str, str | None], *, checks: Checks = CHECKS) -> Past:
    """What a revision of the book changed; None for a file that it removed."""
    documents = {}
    for name, text in files.items():
        path = PurePosixPath(name)
        place = place_of(name, checks.known)
        assert place is not None
        documents[path] = read(text, path, *place)[0] if text is not None else None
    return Past(f"at {at}", datetime.fromisoformat(at), "somebody", documents)


def promises(text: str) -> dict[str, Definition[Promise]]:
    """The promises of one file without a problem."""
    book, problems = opened({"promises/world.yaml": text})
    assert not problems, problems
    return book.definitions("promises", Promise)
