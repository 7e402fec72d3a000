"""From documents to a book: troth.yaml, company.yaml and the Changes first, since all else hangs on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path as FilePath
from pathlib import PurePosixPath
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from troth.book.book import Book
from troth.book.change import Change
from troth.book.checking import nameless, problems_of, told_once
from troth.book.company import Company
from troth.book.document import Document, Problem, Tree
from troth.book.history import Edits, Revision
from troth.book.kinds import Kind, Lint
from troth.book.lint import problems_in
from troth.book.loading import Cache, Loaded, load, place_of, read
from troth.book.past import Past
from troth.book.settings import Settings

CHANGES = Kind("changes", Change, whole=True)
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Checks:
    """What the rooms bring: their kinds of definitions, and what each finds wrong in a book."""

    kinds: tuple[Kind, ...]
    lints: tuple[Lint, ...] = ()

    @property
    def known(self) -> dict[str, Kind]:
        return {kind.name: kind for kind in (CHANGES, *self.kinds)}


def open_book(
    root: FilePath, checks: Checks, *, past: Iterable[Past] = (), cache: Cache | None = None, version: str = ""
) -> tuple[Book, list[Problem]]:
    """The book in a folder with every problem in it, each told once, in the order of places.

    version: of what checks it; a book that was found sound by the same version is not checked again.
    Raises NotFound where there is no book.
    """
    loaded = load(root, checks.known, cache)
    earlier = tuple(past)
    sound = f"{loaded.tree.hash} {version} {earlier[-1].id if earlier else ''}"
    if cache is not None and sound in cache.sound and not loaded.problems:
        return _assembled(loaded, checks, earlier)[0], []
    book, problems = checked(loaded, checks, earlier)
    if cache is not None:
        cache.keep(None if problems else sound)
    return book, problems


def checked(loaded: Loaded, checks: Checks, past: tuple[Past, ...] = ()) -> tuple[Book, list[Problem]]:
    """A book of documents with every problem in it, each told once."""
    book, problems = _assembled(loaded, checks, past)
    problems += problems_in(book)
    for lint in checks.lints:
        problems += lint(book)
    return book, told_once(problems)


def _assembled(loaded: Loaded, checks: Checks, past: tuple[Past, ...]) -> tuple[Book, list[Problem]]:
    problems = list(loaded.problems)
    settings = _single(loaded.tree, "troth", Settings, problems)
    company = _single(loaded.tree, "company", Company, problems) or Company()
    changes = {}
    for document in loaded.tree.of_kind("changes"):
        change = _whole(document, Change, problems)
        if change is not None:
            changes[document.file.stem] = change
    unreadable = loaded.unreadable | {problem.file.parts[0].removesuffix(".yaml") for problem in problems}
    nameless_kinds = {
        kind for kind, one in checks.known.items() if not one.whole for d in loaded.tree.of_kind(kind) if nameless(d.data, one.model)
    }
    unreadable |= nameless_kinds
    flawed = frozenset(problem.file for problem in problems)
    book = Book(loaded.tree, checks.known, settings or Settings(name="-", folder="."), company, changes, past, unreadable, flawed)
    return book, problems


def past_of(steps: Iterable[tuple[Revision, Edits]], checks: Checks) -> tuple[Past, ...]:
    """Revisions with the files that each changed, as documents; what could not be read then is left out now."""
    found = []
    for revision, files in steps:
        documents: dict[PurePosixPath, Document | None] = {}
        for name, content in files.items():
            place = place_of(name.as_posix(), checks.known)
            if place is None:
                continue
            documents[name] = None
            if content is not None:
                document, mistakes = read(content.decode("utf-8", errors="replace"), name, *place)
                if any(mistake.under is None for mistake in mistakes):
                    del documents[name]
                else:
                    documents[name] = document
        found.append(Past(revision.id, revision.at, revision.author, documents))
    return tuple(found)


def _single(tree: Tree, kind: str, model: type[Model], problems: list[Problem]) -> Model | None:
    documents = tree.of_kind(kind)
    if not documents:
        return None
    wrong = {p.path.partition(".")[0] for p in problems if p.file == documents[0].file}
    return _whole(documents[0], model, problems) if not wrong else None


def _whole(document: Document, model: type[Model], problems: list[Problem]) -> Model | None:
    """The one definition that a file is."""
    if any(p.file == document.file for p in problems):
        return None
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems += problems_of(document, (), error, model)
        return None
