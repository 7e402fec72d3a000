"""Sheets of .ods files, row by row. OpenDocument 1.3, part 3, 9.1 and 19: a repeated row stands for as many as it says."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from troth.kernel.errors import SourceError
from troth.sources.address import Address
from troth.sources.readers.grid import Merge, Merges, Row
from troth.sources.readers.opened import Asked, Listed, Opened, Reader
from troth.sources.readers.package import SAVE_AGAIN, Parts, Xml, local, package
from troth.sources.readers.page import Page, header_of, open_page
from troth.sources.readers.rowcount import odf_rows
from troth.sources.readers.serials import plain

CONTENT = "content.xml"
LINK = "dde-link"
MOST_COLUMNS = 16_384
MOST_CELLS = 100_000_000
MOST_TIMES = 1 << 24
MOST_NUMBER = 1 << 60
LOOKED_INTO = 1000
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?")
_ERRORS = re.compile(r"#[A-ZÄÖÜ0-9/]+[!?]?|(?:Err|Fehler|Erro?r?|Erreur):\d{3}")


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    hidden: bool
    merges: tuple[Merge, ...]
    width: int
    wide: bool
    filled: bool


def _tables(path: Path) -> Sequence[Listed]:
    with package(path) as parts:
        found = [(sheet, *_columns(parts, path, sheet)) for sheet in _sheets(parts, path) if sheet.filled]
    alone = sum(not hidden for _, _, hidden in found) == 1
    return [Listed(Address(path, None if alone and not hidden else s.name), names, hidden, s.name) for s, names, hidden in found]


def _columns(parts: Parts, path: Path, sheet: _Sheet) -> tuple[tuple[str, ...], str]:
    """A sheet's columns, and why it is no table to be read unasked."""
    header = header_of(_page(parts, path, sheet)) if sheet.wide else None
    if header is None:
        return (), "the sheet holds one column only, as notes do" if not sheet.wide else "the sheet holds no table"
    names = tuple(name for name, unnamed in zip(header.names, header.unnamed, strict=True) if not unnamed)
    return names or header.names, "the sheet is hidden" if sheet.hidden else ""


def _open(asked: Asked) -> Opened:
    path = asked.address.path
    with package(path) as parts:
        sheets = [s for s in _sheets(parts, path) if s.filled]
        if asked.address.part is None:
            sheets = [s for s in sheets if not _columns(parts, path, s)[1]]
            if len(sheets) != 1:
                raise SourceError(f"'{path.name}' holds {len(sheets)} tables", next_step="Name one with '#' in `files:` of the source.")
        sheet = next(s for s in sheets if asked.address.part in (None, s.name))

        def below(number: int) -> int:
            with parts.open(CONTENT) as stream:
                return odf_rows(stream, path.name, sheet.name, below=number)

        return open_page(asked, _page(parts, path, sheet), below)


def _page(parts: Parts, path: Path, sheet: _Sheet) -> Page:
    rows = _Rows(parts, path, only=sheet.name)
    return Page(iter(rows), Merges(sheet.merges), sheet.width, f"sheet '{sheet.name}'", from_1904=False)


def _sheets(parts: Parts, path: Path) -> list[_Sheet]:
    if CONTENT not in parts.names:
        raise SourceError(f"'{path.name}' is no workbook", got="a zip without sheets", next_step="Leave it out of the folder.")
    look = _Rows(parts, path, only=None)
    for _ in look:
        pass
    return look.sheets


class _Rows:
    """The rows of one sheet that hold anything; without `only` those of none, but what the sheets are."""

    def __init__(self, parts: Parts, path: Path, *, only: str | None) -> None:
        self.sheets: list[_Sheet] = []
        self._name = path.name
        self._only = only
        self._xml = Xml(parts.open(CONTENT), path.name, self._start, self._end, self._data)
        self._ready: deque[tuple[Row, int]] = deque()
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._depth: list[str] = []
        self._sheet = ""
        self._begin("", hidden=False)
        self._attributes: dict[str, str] = {}
        self._times = 1
        self._row_times = 1
        self._text: list[str] = []
        self._noted = False
        self._note = 0
        self._made = 0

    def __iter__(self) -> Iterator[Row]:
        more = True
        while more:
            more = self._xml.feed()
            while self._ready:
                row, times = self._ready.popleft()
                self._made += times * len(row.cells)
                if self._made > MOST_CELLS:
                    self._refuse_repeated()
                for again in range(times):
                    yield Row(row.number + again, list(row.cells), dict(row.typed), list(row.bad))

    def _begin(self, name: str, *, hidden: bool) -> None:
        self._sheet, self._hidden = name, hidden
        self._number = 1
        self._row = Row(1, [])
        self._any = self._wide = self._filled = False
        self._merges: list[Merge] = []
        self._width = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        self._depth.append(name)
        match name:
            case "table" if self._depth.count("table") == 1:
                self._refuse_without_name(attributes)
                self._begin(attributes.get("table:name", ""), hidden=attributes.get("table:style-name", "") in self._hidden_styles)
            case "table-row":
                self._row_times = _times(attributes, "table:number-rows-repeated", most=MOST_NUMBER)
                self._row, self._any = Row(self._number, []), False
            case "table-cell" | "covered-table-cell":
                self._attributes, self._text, self._noted = attributes, [], False
                self._times = _times(attributes, "table:number-columns-repeated")
            case "p" if self._text and not self._note:
                self._text.append("\n")
            case "s" if not self._note:
                self._text.append(" " * _times(attributes, "text:c"))
            case "line-break" | "tab" if not self._note:
                self._text.append("\n" if name == "line-break" else "\t")
            case "annotation":
                self._note += 1
            case "style":
                self._style = attributes.get("style:name", "")
            case "table-properties" if attributes.get("table:display") == "false":
                self._hidden_styles.add(self._style)
            case _:
                pass

    def _refuse_repeated(self) -> NoReturn:
        raise SourceError(f"'{self._name}' repeats rows beyond any table", next_step="Leave it out of the folder.")

    def _refuse_without_name(self, attributes: dict[str, str]) -> None:
        """What a link to another program last gave is a table without a name, and no sheet."""
        if "table:name" not in attributes and LINK not in self._depth:
            raise SourceError(f"'{self._name}' has a sheet without a name", next_step=SAVE_AGAIN)

    def _end(self, name: str) -> None:
        name = local(name)
        self._depth.pop()
        match name:
            case "annotation":
                self._note -= 1
            case "table-cell":
                self._cell("".join(self._text))
            case "covered-table-cell":
                self._any |= self._noted or bool(self._attributes.keys() & _VALUES)
                self._blank(self._times)
            case "table-row":
                if self._any:
                    self._finish_row()
                self._number += self._row_times
            case "table" if "table" not in self._depth and LINK not in self._depth:
                found = _Sheet(self._sheet, self._hidden, tuple(self._merges), self._width, self._wide, self._filled)
                self.sheets.append(found)
            case _:
                pass

    def _data(self, data: str) -> None:
        if "p" in self._depth:
            self._noted = True
            if not self._note:
                self._text.append(data)

    def _finish_row(self) -> None:
        cells = self._row.cells
        while cells and cells[-1] is None:
            cells.pop()
        self._filled = True
        self._width = max(self._width, len(cells))
        self._wide |= len(self._row.filled()) > 1
        if self._row_times > MOST_TIMES:
            self._refuse_repeated()
        if self._only == self._sheet and LINK not in self._depth:
            self._ready.append((self._row, self._row_times))

    def _blank(self, times: int) -> None:
        room = MOST_COLUMNS - len(self._row.cells)
        self._row.cells.extend([None] * min(times, max(room, 0)))

    def _cell(self, text: str) -> None:
        attributes, row = self._attributes, self._row
        across, down = _times(attributes, "table:number-columns-spanned"), _times(attributes, "table:number-rows-spanned")
        if across > 1 or down > 1:
            left = len(row.cells)
            self._merges.append(Merge(row.number, left, row.number + down - 1, left + across - 1))
        self._any |= self._noted or bool(attributes.keys() & _VALUES)
        if not text and not attributes.keys() & _VALUES:
            self._blank(self._times)
            return
        if len(row.cells) + self._times > MOST_COLUMNS:
            raise SourceError(f"'{self._name}' has a row of more than {MOST_COLUMNS:,} cells", next_step=SAVE_AGAIN)
        for _ in range(self._times):
            row.cells.append(self._value(attributes, text, row, len(row.cells)))

    def _value(self, attributes: dict[str, str], text: str, row: Row, column: int) -> str | None:
        if attributes.get("calcext:value-type") == "error" or ("table:formula" in attributes and _ERRORS.fullmatch(text)):
            row.bad.append(column)
            return text
        match attributes.get("office:value-type"):
            case "float" | "percentage" | "currency":
                try:
                    number = float(attributes.get("office:value", ""))
                except ValueError:
                    number = float("nan")
                if number != number or abs(number) == float("inf"):
                    row.bad.append(column)
                    return text or attributes.get("office:value", "")
                row.typed[column] = number
                return plain(number)
            case "date":
                row.typed[column] = None
                return attributes.get("office:date-value", text).replace("T", " ")
            case "time":
                row.typed[column] = None
                return _clock(attributes.get("office:time-value", text))
            case "boolean":
                row.typed[column] = None
                return attributes.get("office:boolean-value", text)
            case _:
                said = attributes.get("office:string-value", text)
                return said if said.strip() else None


_VALUES = frozenset(("office:value", "office:date-value", "office:time-value", "office:boolean-value", "office:string-value"))


def _times(attributes: dict[str, str], name: str, *, most: int = MOST_TIMES) -> int:
    said = attributes.get(name, "1")
    return min(int(said), most) if said.isdigit() else 1


def _clock(said: str) -> str:
    """
    >>> _clock("PT26H30M00S"), _clock("PT10H05M07.5S"), _clock("P1DT2H")
    ('26:30:00', '10:05:07.5', '26:00:00')
    """
    found = _DURATION.fullmatch(said)
    if found is None:
        return said
    days, hours, minutes, seconds = (int(part or 0) for part in found.group(2, 3, 4, 5))
    fraction = (found[6] or "").rstrip("0")
    return f"{found[1]}{days * 24 + hours:02d}:{minutes:02d}:{seconds:02d}" + (f".{fraction}" if fraction else "")


ODS = Reader(frozenset({".ods"}), _tables, _open, parts=True, marks=True)
