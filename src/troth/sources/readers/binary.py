"""Sheets of .xls and .xlsb through calamine, which holds a sheet at once and has the only parser: it also counts the rows.

An .xls has at most 65,536 rows. An .xlsb may have a million. calamine runs in a process of its own (`old_sheets`) with a bound on
its memory: a file that makes it panic, abort or grow is refused like any damaged one.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from troth.kernel.errors import SourceError
from troth.sources.address import Address, Print, print_of
from troth.sources.readers import old_sheets
from troth.sources.readers.grid import Merge, Merges, Row
from troth.sources.readers.header import LOOKED_AT
from troth.sources.readers.opened import Asked, Listed, Opened, Reader
from troth.sources.readers.package import COMPOUND, SAVE_AGAIN, package
from troth.sources.readers.page import Page, header_of, open_page
from troth.sources.readers.serials import plain

LARGEST = 256 << 20
# Of address space: calamine and Python take some 150 MB of it before the first cell.
MOST_MEGABYTES = 512
ERRORS = re.compile(r"#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|GETTING_DATA|SPILL!|CALC!)")
# What calamine puts in place of half a sign; NUL can stand in no text.
NO_TEXT = re.compile("[\x00\ufffd]")
EVERY = "SHEETS"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """first: its first rows, or all of them where nothing else was asked for."""

    name: str
    hidden: bool
    left: int
    width: int
    merges: Merges


def _tables(path: Path) -> Sequence[Listed]:
    found = _found(path, print_of(path))
    alone = sum(not hidden for _, _, hidden in found) == 1
    return [Listed(Address(path, None if alone and not hidden else name), names, hidden, name) for name, names, hidden in found]


@lru_cache(maxsize=16)
def _found(path: Path, _: Print) -> list[tuple[str, tuple[str, ...], str]]:
    """The sheets that hold something, their columns, and why one is no table to be read unasked."""
    found: list[tuple[str, tuple[str, ...], str]] = []
    for sheet, first in _grouped(_said(path, EVERY, LOOKED_AT)):
        if not first:
            continue
        wide = any(len(row.filled()) > 1 for row in first)
        header = header_of(_page(sheet, iter(first))) if wide else None
        if header is None:
            found.append((sheet.name, (), "the sheet holds no table" if wide else "the sheet holds one column only, as notes do"))
            continue
        names = tuple(name for name, unnamed in zip(header.names, header.unnamed, strict=True) if not unnamed)
        found.append((sheet.name, names or header.names, "the sheet is hidden" if sheet.hidden else ""))
    return found


def _open(asked: Asked) -> Opened:
    path, part = asked.address.path, asked.address.part
    name = _only_sheet(path) if part is None else part
    sheet, rows = _one(path, name)
    return open_page(asked, _page(sheet, rows), lambda number: sum(1 for row in _one(path, name)[1] if row.number > number))


def _only_sheet(path: Path) -> str:
    tables = [name for name, _, hidden in _found(path, print_of(path)) if not hidden]
    if len(tables) != 1:
        raise SourceError(f"'{path.name}' holds {len(tables)} tables", next_step="Name one with '#' in `files:` of the source.")
    return tables[0]


def _one(path: Path, name: str) -> tuple[_Sheet, Iterator[Row]]:
    said = _said(path, f"#{name}", 0)
    first = next(said, None)
    if not isinstance(first, _Sheet):
        raise SourceError(f"'{path.name}' has no sheet '{name}'", next_step="Mend `files:` of the source.")
    return first, (row for row in said if isinstance(row, Row))


def _grouped(said: Iterator[_Sheet | Row]) -> Iterator[tuple[_Sheet, list[Row]]]:
    found: list[tuple[_Sheet, list[Row]]] = []
    for one in said:
        if isinstance(one, _Sheet):
            found.append((one, []))
        else:
            found[-1][1].append(one)
    return iter(found)


def _said(path: Path, wanted: str, most: int) -> Iterator[_Sheet | Row]:
    """What the other process tells of a workbook. Raises SourceError where it does not come to its end."""
    _refuse_at_once(path)
    command = [sys.executable, "-P", old_sheets.__file__, str(path), wanted, str(most), str(MOST_MEGABYTES)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            ended = yield from _lines(path, process.stdout)
            if not ended:
                process.stdout.close()
                _refuse(path, "memory" if process.wait() == -signal.SIGABRT else "damaged", "a file at which its reader breaks off")
        finally:
            process.kill()


def _lines(path: Path, stream: Iterable[str]) -> Generator[_Sheet | Row, None, bool]:
    """Whether the end was told: where memory runs out the other process aborts."""
    number = left = 0
    for line in stream:
        # An abort may cut the last line off.
        told = json.loads(line) if line.endswith("\n") else None
        match told:
            case {"name": str(name), "hidden": bool(hidden), "left": int(place), "width": int(width), "merges": list(merges)}:
                number, left = 0, place
                made = [Merge(top + 1, west, bottom + 1, east) for (top, west), (bottom, east) in merges]
                yield _Sheet(name, hidden, left, width, Merges(made))
            case list():
                number += 1
                if told:
                    yield _row(number, left, told)
            case {"end": True}:
                return True
            case {"wrong": str(wrong), "got": str(got)}:
                _refuse(path, wrong, got)
            case _:
                break
    return False


def _refuse(path: Path, wrong: str, got: str) -> NoReturn:
    if wrong == "password":
        raise SourceError(f"'{path.name}' is behind a password", next_step="Save it without one.")
    if wrong == "memory":
        what = f"'{path.name}' takes more than {MOST_MEGABYTES} MB to be read"
        raise SourceError(what, next_step="Save it as .xlsx, which is read row by row.")
    raise SourceError(f"'{path.name}' is damaged", got=got, next_step=SAVE_AGAIN)


def _refuse_at_once(path: Path) -> None:
    if path.stat().st_size > LARGEST:
        raise SourceError(f"'{path.name}' is larger than 256 MB", next_step="Save it as .xlsx, which is read row by row.")
    with path.open("rb") as file:
        head = file.read(len(COMPOUND))
    if path.suffix.lower() == ".xls" and head != COMPOUND:
        what = "is no .xls" if head else "is empty"
        raise SourceError(f"'{path.name}' {what}", next_step="Give it the ending of what it is: .xlsx, .csv or .html.")
    if path.suffix.lower() == ".xlsb":
        with package(path):
            pass


def _page(sheet: _Sheet, rows: Iterator[Row]) -> Page:
    return Page(rows, sheet.merges, sheet.width, f"sheet '{sheet.name}'", from_1904=False)


def _row(number: int, left: int, told: list[list[Any]]) -> Row:
    row = Row(number, [])
    for place, value in told:
        column = left + place
        row.cells.extend([None] * (column - len(row.cells)))
        row.cells.append(_text(value, row, column))
    return row


def _text(value: object, row: Row, column: int) -> str | None:
    match value:
        case str():
            if ERRORS.fullmatch(value) or NO_TEXT.search(value):
                row.bad.append(column)
                value = value.replace("\x00", "\ufffd")
            return value if value.strip() else None
        case bool():
            row.typed[column] = None
            return "true" if value else "false"
        case int() | float():
            row.typed[column] = float(value)
            return plain(float(value))
        case {"said": str(text)}:
            row.typed[column] = None
            return text
        case _:
            row.bad.append(column)
            return str(value)


BINARY = Reader(frozenset({".xls", ".xlsb"}), _tables, _open, parts=True, marks=True)
