"""From what `files:` of a source says to the tables that are there."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from troth.kernel.errors import SourceError, nearest
from troth.record import Engine
from troth.sources.address import SIGN, Address
from troth.sources.readers import reader_of, tables_in


def find_tables(folder: Path, pattern: str, engine: Callable[[], Engine] | None = None) -> list[Address]:
    """The tables of a name or pattern such as `orders.csv`, `*.csv`, `book.xlsx#March` or `*.xlsx#*`.

    A pattern behind `#` finds every table that is not hidden; a name there finds that one, hidden or not. A file of several
    tables needs the `#`. Raises SourceError where nothing is found, with the nearest name.
    """
    files = _matches(folder, pattern)
    if files:
        return [_only_table(path, engine) for path in files]
    for name, part in _splits(pattern):
        inside = [path for path in _matches(folder, name) if reader_of(path).parts]
        if inside:
            return _parts(inside, part, pattern, engine)
    raise SourceError(
        f"no file '{pattern}' in '{folder}'",
        allowed=nearest(pattern, [p.name for p in folder.iterdir() if p.is_file()]),
        next_step="Mend `files:` of the source.",
    )


def is_nowhere(folder: Path, pattern: str) -> bool:
    """Whether no file is of this name or pattern, though the folder is there: then a file that was there is gone."""
    return folder.is_dir() and not any(_matches(folder, name) for name in (pattern, *(name for name, _ in _splits(pattern))))


def names(pattern: str, place: str, folder: Path) -> bool:
    """Whether a name or pattern of `files:` means the table of a place, be it there or not.

    >>> names("*.xlsx#Ma*", "a.xlsx#March", Path()), names("*.csv", "2026/a.csv", Path()), names("**/*.csv", "2026/a.csv", Path())
    (True, False, True)
    """
    if posixpath.isabs(pattern):
        pattern = os.path.relpath(pattern, folder)
    if _fits(posixpath.normpath(pattern), place):
        return True
    return any(
        _fits(posixpath.normpath(name), file) and fnmatchcase(part, wanted)
        for name, wanted in _splits(pattern)
        for file, part in _splits(place)
    )


def _fits(pattern: str, path: str) -> bool:
    if pattern == path:
        return True
    return _parts_fit(pattern.split("/"), path.split("/"))


def _parts_fit(pattern: list[str], path: list[str]) -> bool:
    if not pattern or not path:
        return not pattern and not path
    if pattern[0] == "**":
        return _parts_fit(pattern[1:], path) or _parts_fit(pattern, path[1:])
    return fnmatchcase(path[0], pattern[0]) and _parts_fit(pattern[1:], path[1:])


def _splits(pattern: str) -> Iterator[tuple[str, str]]:
    """A file's name and a sheet's may both hold the sign.

    >>> list(_splits("a#b#c"))
    [('a', 'b#c'), ('a#b', 'c')]
    """
    signs = [place for place, sign in enumerate(pattern) if sign == SIGN]
    return ((pattern[:place], pattern[place + 1 :]) for place in signs if place)


def _only_table(path: Path, engine: Callable[[], Engine] | None) -> Address:
    if not path.exists() or not reader_of(path).parts:
        return Address(path)
    tables = [t.address for t in tables_in(path, engine) if not t.hidden]
    if len(tables) == 1:
        return tables[0]
    if all(table.part is not None for table in tables):
        raise SourceError(
            f"'{path.name}' holds {len(tables)} tables",
            allowed=", ".join(f"'{t.name}'" for t in tables) or "a file with one",
            next_step="Name one of them, or all with '#*', in `files:` of the source.",
        )
    return Address(path)


def _parts(files: list[Path], part: str, pattern: str, engine: Callable[[], Engine] | None) -> list[Address]:
    found: list[Address] = []
    seen: list[str] = []
    for path in files:
        tables = tables_in(path, engine)
        named = [t.address for t in tables if t.part == part]
        found += named or [t.address for t in tables if not t.hidden and fnmatchcase(t.part, part)]
        seen += [t.address.name for t in tables]
    if not found:
        raise SourceError(f"no table '{pattern}'", allowed=nearest(pattern, seen), next_step="Mend `files:` of the source.")
    return found


def _matches(folder: Path, pattern: str) -> list[Path]:
    if not folder.is_dir():
        raise SourceError(f"no folder '{folder}'", next_step="Mend `folder:` in troth.yaml.")
    try:
        named = folder / pattern
        return [named] if named.is_file() else [p for p in folder.glob(pattern) if p.is_file()]
    except (ValueError, NotImplementedError) as error:
        raise SourceError(
            f"'{pattern}' names no file",
            got=str(error),
            allowed="a name or a pattern inside the folder",
            next_step="Mend `files:` of the source.",
        ) from error
    except OSError as error:
        raise SourceError(f"'{folder}' cannot be looked into", got=error.strerror, next_step="Ask for the right to read it.") from error
