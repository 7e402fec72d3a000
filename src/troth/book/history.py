"""What a book was, and who changed it: the nouns and the port that stores implement.

All contents are bytes as they stand in the history, so that a file that is not UTF-8 is kept as it is. All paths are
relative to the book's folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import NamedTuple, Protocol

from troth.kernel.errors import BookError
from troth.kernel.instant import from_us, to_us

SUFFIXES = frozenset({".yaml", ".yml"})
PAGES = "pages"
SECOND_US = 1_000_000
UNKNOWN = "unknown"
UNDO, REDO = "Undo: ", "Redo: "
KEPT = "Edits kept before an undo"
_CRUD = "".join(map(chr, range(33))) + ",:;<>\"\\'"
_DROPPED = dict.fromkeys(map(ord, "\0\r\n<>"))

Texts = Mapping[PurePosixPath, bytes]
Edits = Mapping[PurePosixPath, bytes | None]
Check = Callable[[Texts], None]


@dataclass(frozen=True, slots=True)
class Author:
    """Whose name stands on a revision, cleaned as git cleans it; an empty name is unknown."""

    name: str
    mail: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", _clean(self.name) or UNKNOWN)
        object.__setattr__(self, "mail", _clean(self.mail))


@dataclass(frozen=True, slots=True)
class Revision:
    """One step of a book's history.

    id: names it for ever. at: when it came into force, UTC, whole seconds. author: the name alone.
    changed: the book's files whose contents differ from the revision before, ordered.
    """

    id: str
    at: datetime
    author: str
    message: str
    changed: tuple[PurePosixPath, ...]


def unchecked(texts: Texts) -> None:
    """Whatever the texts say is taken."""


@dataclass(frozen=True, slots=True)
class Walk:
    """steps: oldest first. goes_on: they are those after the mark that was given, and what came before it is as it was.

    mark: names all that the steps follow from, so that equal marks have equal steps; None where there is no revision.
    """

    mark: str | None
    steps: tuple[tuple[Revision, Edits], ...]
    goes_on: bool


class History(Protocol):
    """The revisions of one book. Reading never writes; a book that was never saved has no revision and needs no store."""

    def author(self) -> Author:
        """Who is at work here, for want of another name. Never fails, never asks."""

    def head(self) -> str | None:
        """The id to give as `based_on` with edits of what is read now; None before the first revision."""

    def revisions(self) -> tuple[Revision, ...]:
        """Those that changed the book's files, oldest first, along the line of first parents."""

    def walk(self, after: str | None = None) -> Walk:
        """The same revisions, each with the files that it changed as it left them; None for one that it removed.

        after: the mark of an earlier walk, which is gone on with where the history has only grown since.
        """

    def texts(self, id: str) -> Texts:
        """The book's files as they were; raises NotFound for an id that the history does not have."""

    def unsaved(self) -> Mapping[PurePosixPath, tuple[bytes | None, bytes | None]]:
        """Files of the folder that differ from the head: (as it was saved, as it stands)."""

    def save(
        self,
        message: str,
        author: Author,
        at: datetime,
        *,
        based_on: str | None = None,
        edits: Edits | None = None,
        check: Check = unchecked,
    ) -> Revision:
        """Make a revision of the folder as it stands, or, if `edits` are given, of these alone.

        based_on: the head that the edits were made on, if not the one of now; what others changed since is kept.
        edits: whole new contents, None to remove a file. They are written to the folder too; what is there and not
        saved stays there, not saved.
        check: is given the book's files as the revision will have them; what it raises is raised, and nothing was done.
        Raises Conflict where two edits exclude each other, NotFound where nothing differs, Busy while another saves.
        """

    def undo(self, author: Author, at: datetime) -> Revision:
        """Make a revision that restores what was before the last one; undone again, it is as if nothing was undone.

        What is not saved yet is saved first and is what gets undone. Raises NotFound where there is nothing before.
        """


def in_book(path: PurePosixPath) -> bool:
    """Whether a file belongs to the book: YAML, not in `pages/`, no part of its path hidden, none leads out.

    >>> in_book(PurePosixPath("overlays/region=JP/playbooks/recovery.yaml"))
    True
    >>> [in_book(PurePosixPath(p)) for p in (".troth/x.yaml", "pages/x.yaml", "notes.md", "../x.yaml", "/x.yaml")]
    [False, False, False, False, False]
    """
    if path.suffix not in SUFFIXES or path.is_absolute() or path.parts[0] == PAGES:
        return False
    return not any(part.startswith(".") or "\\" in part for part in path.parts)


def revised(texts: Texts, edits: Edits) -> dict[PurePosixPath, bytes]:
    """The files with the edits made."""
    return {path: text for path, text in {**texts, **edits}.items() if text is not None}


def refuse_foreign(edits: Edits) -> None:
    foreign = sorted(str(path) for path in edits if not in_book(path))
    if foreign:
        raise BookError(
            "an edit is of no file of the book",
            got=", ".join(foreign),
            allowed="*.yaml and *.yml inside the book's folder, not hidden, not in pages/",
        )


def refuse_nothing(message: str) -> str:
    """The message as it is kept: no NUL, no white space around it; raises BookError if nothing is left."""
    kept = message.replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()
    if not kept:
        raise BookError("a revision needs a message", got="an empty one", next_step="Say in a few words what changed, and why.")
    return kept


def whole_second(at: datetime) -> datetime:
    """
    >>> whole_second(datetime(2026, 3, 2, 9, 14, 5, 999_999))
    datetime.datetime(2026, 3, 2, 9, 14, 5)
    """
    us = to_us(at)
    if us < 0:
        raise BookError("a revision cannot be made before 1970", got=at.isoformat())
    return from_us(us - us % SECOND_US)


def undo_message(undone: str) -> str:
    """The first line of what is undone, said as undone.

    >>> undo_message("Tighten the promise\\n\\nAgreed on Monday.")
    'Undo: Tighten the promise'
    >>> undo_message("Undo: Tighten the promise"), undo_message("Redo: Tighten the promise")
    ('Redo: Tighten the promise', 'Undo: Tighten the promise')
    """
    first = (undone.strip().splitlines() or ["a revision without a message"])[0]
    if first.startswith(UNDO):
        return REDO + first.removeprefix(UNDO)
    return UNDO + first.removeprefix(REDO)


class Marked(NamedTuple):
    """Both sides of a place where another git left its marks. line: 1-based, of the first mark."""

    line: int
    ours: str
    theirs: str


def conflict_markers(text: str) -> list[Marked]:
    """Places in which a merge outside of Troth left `<<<<<<<`; one without an end goes on to the end of the text.

    >>> conflict_markers("a: 1\\n<<<<<<< HEAD\\nb: 2\\n=======\\nb: 3\\n>>>>>>> theirs\\n")
    [Marked(line=2, ours='b: 2\\n', theirs='b: 3\\n')]
    """
    if "<<<<<<<" not in text:
        return []
    found: list[Marked] = []
    begun = 0
    sides: dict[str, list[str]] = {}
    side = ""
    for number, line in enumerate(_lines(text), 1):
        mark = line[:7] if line[7:8] in ("", " ", "\r", "\n") else ""
        if mark == "<" * 7:
            begun, side, sides = number, "ours", {"ours": [], "base": [], "theirs": []}
        elif begun and mark == "|" * 7 and side == "ours":
            side = "base"
        elif begun and mark == "=" * 7 and side != "theirs":
            side = "theirs"
        elif begun and mark == ">" * 7:
            found.append(Marked(begun, "".join(sides["ours"]), "".join(sides["theirs"])))
            begun = 0
        elif begun:
            sides[side].append(line)
    if begun:
        found.append(Marked(begun, "".join(sides["ours"]), "".join(sides["theirs"])))
    return found


def _lines(text: str) -> list[str]:
    """By line feeds alone, as an editor counts them; str.splitlines would also count form feeds and the like."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + lines[-1:]


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").strip(_CRUD).translate(_DROPPED)
