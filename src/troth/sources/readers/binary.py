"""Sheets of .xls and .xlsb through calamine, which holds a sheet at once and has the only parser: it also counts the rows.

An .xls has at most 65,536 rows. An .xlsb may have a million and then takes memory accordingly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from troth.kernel.errors import SourceError
from troth.sources.address import Address
from troth.sources.readers.grid import Merge, Merges, Row
from troth.sources.readers.header import LOOKED_AT
from troth.sources.readers.opened import Asked, Listed, Opened, Reader
from troth.sources.readers.package import COMPOUND, SAVE_AGAIN, package
from troth.sources.readers.page import Page, header_of, open_page
from troth.sources.readers.serials import plain

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

LARGEST = 256 << 20
ERRORS = re.compile(r"#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|GETTING_DATA|SPILL!|CALC!)")
Value = int | float | str | bool | time | date | datetime | timedelta


def _tables(path: Path) -> Sequence[Listed]:
    with _book(path) as book:
        found = _found(book)
    alone = sum(not hidden for _, _, hidden in found) == 1
    return [Listed(Address(path, None if alone and not hidden else name), names, hidden, name) for name, names, hidden in found]


def _found(book: CalamineWorkbook) -> list[tuple[str, tuple[str, ...], str]]:
    """The sheets that hold something, their columns, and why one is no table to be read unasked."""
    found: list[tuple[str, tuple[str, ...], str]] = []
    for sheet, hidden in _sheets(book):
        first = [row for row, _ in zip(_rows(sheet), range(LOOKED_AT), strict=False)]
        if not first:
            continue
        wide = any(len(row.filled()) > 1 for row in first)
        header = header_of(_page(sheet)) if wide else None
        if header is None:
            found.append((sheet.name, (), "the sheet holds no table" if wide else "the sheet holds one column only, as notes do"))
            continue
        names = tuple(name for name, unnamed in zip(header.names, header.unnamed, strict=True) if not unnamed)
        found.append((sheet.name, names or header.names, "the sheet is hidden" if hidden else ""))
    return found


def _open(asked: Asked) -> Opened:
    path, part = asked.address.path, asked.address.part
    with _book(path) as book:
        sheet = _only_sheet(book, path) if part is None else book.get_sheet_by_name(part)
        return open_page(asked, _page(sheet), lambda number: sum(1 for row in _rows(sheet) if row.number > number))


def _only_sheet(book: CalamineWorkbook, path: Path) -> CalamineSheet:
    tables = [name for name, _, hidden in _found(book) if not hidden]
    if len(tables) != 1:
        raise SourceError(f"'{path.name}' holds {len(tables)} tables", next_step="Name one with '#' in `files:` of the source.")
    return book.get_sheet_by_name(tables[0])


@contextmanager
def _book(path: Path) -> Iterator[CalamineWorkbook]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    if path.stat().st_size > LARGEST:
        raise SourceError(f"'{path.name}' is larger than 256 MB", next_step="Save it as .xlsx, which is read row by row.")
    with path.open("rb") as file:
        old = file.read(len(COMPOUND)) == COMPOUND
    if path.suffix.lower() == ".xls" and not old:
        raise SourceError(f"'{path.name}' is no .xls", next_step="Give it the ending of what it is: .xlsx, .csv or .html.")
    if path.suffix.lower() == ".xlsb":
        with package(path):
            pass
    try:
        with CalamineWorkbook.from_path(path) as book:
            yield book
    except PasswordError as error:
        raise SourceError(f"'{path.name}' is behind a password", next_step="Save it without one.") from error
    except (CalamineError, ValueError, OverflowError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"'{path.name}' is damaged", got=str(error).splitlines()[0], next_step=SAVE_AGAIN) from error


def _sheets(book: CalamineWorkbook) -> Iterator[tuple[CalamineSheet, bool]]:
    for said in book.sheets_metadata:
        if "WorkSheet" in str(said.typ):
            yield book.get_sheet_by_name(said.name), not str(said.visible).endswith(".Visible")


def _page(sheet: CalamineSheet) -> Page:
    merges = [Merge(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]
    return Page(_rows(sheet), Merges(merges), sheet.end[1] + 1 if sheet.end else 0, f"sheet '{sheet.name}'", from_1904=False)


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    left = sheet.start[1] if sheet.start else 0
    for number, values in enumerate(sheet.iter_rows(), start=1):
        row = Row(number, [None] * left)
        for column, value in enumerate(values, start=left):
            row.cells.append(_text(value, row, column))
        if any(value != "" for value in values):
            yield row


def _text(value: Value, row: Row, column: int) -> str | None:
    match value:
        case str():
            if ERRORS.fullmatch(value):
                row.bad.append(column)
            if "\x00" in value:
                row.bad.append(column)
                value = value.replace("\x00", "\ufffd")
            return value if value.strip() else None
        case bool():
            row.typed[column] = None
            return "true" if value else "false"
        case int() | float():
            row.typed[column] = float(value)
            return plain(float(value))
        case datetime():
            row.typed[column] = None
            return value.isoformat(" ", "milliseconds" if value.microsecond else "seconds")
        case date() | time():
            row.typed[column] = None
            return value.isoformat()
        case timedelta():
            row.typed[column] = None
            seconds = round(value.total_seconds())
            return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


BINARY = Reader(frozenset({".xls", ".xlsb"}), _tables, _open, parts=True, marks=True)
