"""The book of a workspace, opened and checked: which rooms' definitions it holds is said here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from troth import __version__
from troth.book import Book, Cache, Checks, Definition, Problem, Settings, open_book, raise_if
from troth.promises import PROMISES, Promise
from troth.sources import SOURCES, Source
from troth.sources import lint as lint_sources

CHECKS = Checks((SOURCES, PROMISES), (lint_sources,))
CACHE = "cache/book.json"


@dataclass(frozen=True, slots=True)
class Rules:
    """A book without errors."""

    root: Path
    book: Book
    sources: Mapping[str, Definition[Source]]
    promises: Mapping[str, Definition[Promise]]

    @property
    def settings(self) -> Settings:
        return self.book.settings

    @property
    def folder(self) -> Path:
        return (self.root / self.settings.folder).resolve()


def look(root: Path, state: Path) -> tuple[Book, list[Problem]]:
    """The book with everything that is wrong in it. state: where what was read once is kept."""
    return open_book(root, CHECKS, cache=Cache.of(state / CACHE), version=__version__)


def read_rules(root: Path, state: Path) -> Rules:
    """The book in a folder; raises BookError with every error as file:line:column."""
    book, problems = look(root, state)
    raise_if(problems)
    return Rules(root, book, book.definitions(SOURCES.name, Source), book.definitions(PROMISES.name, Promise))
