"""Sheets of .xlsx files, row by row in little memory: calamine, which reads the other kinds, holds a whole sheet at once."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from troth.kernel.errors import SourceError
from troth.sources.address import Address
from troth.sources.readers.grid import Merges, Row, column_of, merge_of
from troth.sources.readers.opened import Asked, Listed, Opened, Reader
from troth.sources.readers.package import SAVE_AGAIN, Xml, local
from troth.sources.readers.page import Page, header_of, open_page
from troth.sources.readers.rowcount import Outline, outline_of
from troth.sources.readers.serials import dated, plain
from troth.sources.readers.workbook import Sheet, Style, Workbook, unescaped, workbook

MOST_COLUMNS = 16_384
LOOKED_INTO = 1000
SHORT = 15
INFINITE = float("inf")
# A formula that was never worked out; one that gives an empty text says so by its type.
NO_VALUE = "a formula without a value"
GENERAL = Style("number", 0)
_LETTERS = re.compile(r"[A-Z]{1,3}")


def _tables(path: Path) -> Sequence[Listed]:
    with workbook(path) as book:
        found = _found(book)
    alone = sum(not hidden for _, _, hidden in found) == 1
    return [Listed(Address(path, None if alone and not hidden else s.name), names, hidden, s.name) for s, names, hidden in found]


def _found(book: Workbook) -> list[tuple[Sheet, tuple[str, ...], str]]:
    """The sheets that hold something, their columns, and why one is no table to be read unasked."""
    found: list[tuple[Sheet, tuple[str, ...], str]] = []
    for sheet in book.sheets:
        with book.open(sheet.part) as stream:
            outline = outline_of(stream, book.name, rows=LOOKED_INTO)
        if not outline.numbers:
            continue
        header = header_of(_page(book, sheet, outline)) if outline.wide else None
        if header is None:
            found.append((sheet, (), "the sheet holds one column only, as notes do" if not outline.wide else "the sheet holds no table"))
            continue
        names = tuple(name for name, unnamed in zip(header.names, header.unnamed, strict=True) if not unnamed)
        found.append((sheet, names or header.names, "the sheet is hidden" if sheet.hidden else ""))
    return found


def _open(asked: Asked) -> Opened:
    with workbook(asked.address.path) as book:
        sheet = _sheet(book, asked.address)
        with book.open(sheet.part) as stream:
            outline = outline_of(stream, book.name)
        return open_page(asked, _page(book, sheet, outline), outline.below)


def _sheet(book: Workbook, address: Address) -> Sheet:
    if address.part is not None:
        return next(s for s in book.sheets if s.name == address.part)
    tables = [sheet for sheet, _, hidden in _found(book) if not hidden]
    if len(tables) != 1:
        raise SourceError(f"'{book.name}' holds {len(tables)} tables", next_step="Name one with '#' in `files:` of the source.")
    return tables[0]


def _page(book: Workbook, sheet: Sheet, outline: Outline) -> Page:
    rows = _Rows(book, sheet)
    merges = [m for reference in outline.merges if (m := merge_of(reference)) is not None]
    return Page(iter(rows), Merges(merges), min(outline.width, MOST_COLUMNS), f"sheet '{sheet.name}'", book.from_1904)


class _Rows:
    """The rows of a sheet that hold anything, each as texts."""

    def __init__(self, book: Workbook, sheet: Sheet) -> None:
        self._book = book
        self._styles = book.styles
        self._ready: deque[Row] = deque()
        self._xml = Xml(book.open(sheet.part), book.name, self._start, self._end, self._data)
        self._number = 0
        self._row = Row(0, [])
        self._any = False
        self._column = -1
        self._columns: dict[str, int] = {}
        self._type: str | None = None
        self._style = GENERAL
        self._text: list[str] = []
        self._taken = False
        self._has_value = self._has_formula = self._inline = False
        self._spoken = 0

    def __iter__(self) -> Iterator[Row]:
        more = True
        while more:
            more = self._xml.feed()
            while self._ready:
                yield self._ready.popleft()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            name = local(name)
        if name == "c":
            get = attributes.get
            reference = get("r")
            if reference is None:
                self._column += 1
            else:
                letters = reference.rstrip("0123456789")
                place = self._columns.get(letters)
                if place is None:
                    place = self._columns[letters] = column_of(letters) if _LETTERS.fullmatch(letters) else MOST_COLUMNS
                self._column = place
            self._type = get("t")
            style = get("s")
            self._style = self._styles[int(style)] if style and int(style) < len(self._styles) else GENERAL
            self._text = []
            self._has_value = self._has_formula = self._inline = False
        elif name == "v":
            self._taken = self._has_value = True
        elif name == "f":
            self._has_formula = True
        elif name == "t":
            self._taken = self._inline = not self._spoken
        elif name == "rPh":
            self._spoken += 1
        elif name == "row":
            self._number = self._numbered(attributes.get("r"))
            self._row, self._any, self._column = Row(self._number, []), False, -1

    def _end(self, name: str) -> None:
        if ":" in name:
            name = local(name)
        if name in ("v", "t"):
            self._taken = False
        elif name == "c":
            if self._has_value or self._has_formula or self._inline:
                self._cell("".join(self._text))
        elif name == "rPh":
            self._spoken -= 1
        elif name == "row" and self._any:
            self._ready.append(self._row)

    def _numbered(self, said: str | None) -> int:
        """The number of a row; one without is the next."""
        if not said:
            return self._number + 1
        if not (said.isascii() and said.isdigit()):
            raise SourceError(f"'{self._book.name}' is damaged inside", got=f"a row with the number {said[:20]!r}", next_step=SAVE_AGAIN)
        return int(said)

    def _data(self, data: str) -> None:
        if self._taken:
            self._text.append(data)

    def _cell(self, text: str) -> None:
        row, column = self._row, self._column
        if column >= MOST_COLUMNS or column < len(row.cells):
            raise SourceError(f"'{self._book.name}' is damaged inside", got=f"cells of row {row.number} out of order", next_step=SAVE_AGAIN)
        if not text and not self._has_formula:
            return
        self._any = True
        cells = row.cells
        if not text and self._type not in ("str", "inlineStr"):
            row.bad.append(column)
            text = NO_VALUE
            cells.extend([None] * (column - len(cells)))
            cells.append(text)
            return
        if column > len(cells):
            cells.extend([None] * (column - len(cells)))
        cells.append(self._value(text, row, column))

    def _value(self, text: str, row: Row, column: int) -> str | None:
        match self._type:
            case "s":
                text = self._book.text(_whole(text, self._book.name))
                return self._words(text, row, column)
            case None | "n":
                return self._number_of(text, row, column)
            case "b":
                row.typed[column] = None
                return "true" if text in ("1", "true") else "false"
            case "e":
                row.bad.append(column)
                return text
            case "d":
                row.typed[column] = None
                return text.removesuffix("Z") if len(text) > 10 else text
            case _:
                return self._words(text, row, column)

    def _words(self, text: str, row: Row, column: int) -> str | None:
        text = unescaped(text)
        if not text.isprintable():
            text = self._clean(text, row, column)
        return text if text.strip() else None

    def _clean(self, text: str, row: Row, column: int) -> str:
        """NUL and halves of signs cannot stand in a text: the cell has no value."""
        clean = re.sub("[\x00\ud800-\udfff]", "\ufffd", text)
        if clean != text:
            row.bad.append(column)
        return clean

    def _number_of(self, text: str, row: Row, column: int) -> str | None:
        try:
            number = float(text)
        except ValueError:
            number = INFINITE
        if not -INFINITE < number < INFINITE or "_" in text:
            row.bad.append(column)
            return text
        style = self._style
        if style.kind == "number":
            row.typed[column] = number
            shown = text if len(text) < SHORT and text.replace(".", "", 1).isdigit() else plain(number)
            return shown.zfill(style.digits) if style.digits and shown.isdigit() else shown
        row.typed[column] = None
        shown_date = dated(number, style.kind, from_1904=self._book.from_1904)
        if shown_date is None:
            row.bad.append(column)
            return plain(number)
        return shown_date


def _whole(text: str, name: str) -> int:
    if not text.strip().isdigit():
        raise SourceError(f"'{name}' is damaged inside", got=f"a shared text called {text[:20]!r}", next_step=SAVE_AGAIN)
    return int(text)


XLSX = Reader(frozenset({".xlsx", ".xlsm"}), _tables, _open, parts=True, marks=True)
