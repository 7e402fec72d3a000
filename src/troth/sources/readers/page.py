"""From the rows of a page to a table: header found, totals and notes set aside, every row with its number."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TextIO

from troth.kernel.errors import SourceError
from troth.sources.readers.copied import LONGEST_ROW, Copied
from troth.sources.readers.grid import Filler, Merges, Row, letters_of
from troth.sources.readers.header import LOOKED_AT, Header, find_header
from troth.sources.readers.opened import Asked, Opened, Told
from troth.sources.readers.serials import dated
from troth.sources.readers.surveys import one_header
from troth.sources.readers.totals import Totals
from troth.sources.scratch import scratch

MOST_HELD = 200
WIDE = 3
SERIALS = (20_000.0, 73_415.0)
_SAYS_DATE = re.compile(r"(?<![a-z])(?:date|datum|data|fecha|day|tag|dia|time|zeit|timestamp|due|deadline)s?(?![a-z])", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(slots=True)
class Page:
    """rows: from top to bottom; what the file calls no row at all is left out. width: columns that a row has, as the file says.

    wider: whether its first rows may prove it wider. where: the page in words. whole: a row with fewer cells than the header has
    them in other columns, where blanks or bars part them.
    from_1904: how bare serial numbers count; None where there are none.
    """

    rows: Iterator[Row]
    merges: Merges
    width: int
    where: str
    from_1904: bool | None = None
    wider: bool = True
    whole: bool = False

    def header(self, rows: Sequence[Row], *, given: int | None) -> Header | None:
        width = max(self.width, *(len(row.cells) for row in rows)) if rows and self.wider else self.width
        return find_header(rows, self.merges, given=given, where=self.where, width=width)


def header_of(page: Page, *, given: int | None = None) -> Header | None:
    """The header of a page by its first rows alone."""
    rows = [row for row in one_header(list(islice(page.rows, LOOKED_AT))) if row.filled() and not row.aside]
    return page.header(rows, given=given)


def open_page(asked: Asked, page: Page, records_below: Callable[[int], int]) -> Opened:
    """Copy a page to a file that the engine reads.

    records_below: how many rows stand below a row, counted by something that shares no code with what gives `page.rows`.
    """
    first = one_header(list(islice(page.rows, LOOKED_AT)))
    named = [row for row in first if row.filled() and not row.aside]
    header = page.header(named, given=asked.written.header)
    if header is None:
        given = asked.written.header
        raise SourceError(
            f"'{asked.address.name}' holds no table",
            got="no row with two cells" if given is None else f"no row {given} among the first {LOOKED_AT}",
            next_step="Leave it out, or name the header's row under `written:` of the source.",
        )
    above = named[header.last].number if header.last >= header.first else named[header.first].number - 1
    # Rows that were looked at are read again: the header's names are needed to read them.
    body = (row for rows in (iter(first), page.rows) for row in rows if row.number > above)
    path = asked.held.enter_context(scratch()) / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        copied = _Copy(asked, page, header, file)
        copied.serials = _serials(asked, page, header, named)
        copied.all(body, Filler(page.merges, above + 1))
    kept = [c for c, name in enumerate(header.names) if name and (copied.ever[c] or not header.unnamed[c])]
    copy = Copied(path, header.names, tuple(kept), bad=copied.bad > 0, aside=bool(copied.aside))
    return copy.opened(asked, records_below(above) if asked.counted else 0, (*header.told, *copied.told()))


class _Copy:
    """Writes rows as lines of number, fate, why, places without a value, then the cells."""

    def __init__(self, asked: Asked, page: Page, header: Header, file: TextIO) -> None:
        self.page, self.header = page, header
        self.width = len(header.names)
        self.ever = [False] * self.width
        self.bad = 0
        self.serials: frozenset[int] = frozenset()
        self.read_as_days: dict[int, int] = {}
        self.aside: dict[tuple[str, str], tuple[int, int, str]] = {}
        self.filler: Filler | None = None
        self._keep_totals = asked.written.totals == "keep"
        self._name = asked.address.name
        self._writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        self._totals = Totals(self.width)
        self._names = [name.casefold() for name in header.names]
        self._held: list[Row] = []
        self._last = 0
        self._wide = (sum(not unnamed for unnamed in header.unnamed) or self.width) >= WIDE

    def all(self, rows: Iterable[Row], filler: Filler) -> None:
        self.filler = filler
        for row in rows:
            if row.aside is not None:
                self._set_aside(row, *row.aside)
                continue
            own = len(row.filled())
            filler.fill(row)
            if own == 1 and self._wide and not row.typed:
                self._held.append(row)
                if len(self._held) < MOST_HELD:
                    continue
                own = 0
            if own != 1 or self._held:
                self._release(below=False)
            if own:
                self._write(row)
            elif not row.filled():
                self._set_aside(row, "filtered", "a row of blanks")
        self._release(below=True)

    def _release(self, *, below: bool) -> None:
        """Rows with a single text were kept back: below the table and a blank row they are notes, else headings or hardly a record."""
        for row in self._held:
            total = None if self._keep_totals else self._totals.why(row, row.filled())
            if total:
                self._set_aside(row, "filtered", total)
            elif below and row.number > self._last + 1:
                self._set_aside(row, "filtered", "a note below the table")
            else:
                self._set_aside(row, "rejected", "only one cell is filled, as in a heading")
                self._last = row.number
        self._held.clear()

    def _write(self, row: Row) -> None:
        filled = row.filled()
        if filled[-1] >= self.width:
            self._set_aside(row, "rejected", f"a value outside of the table, in column {letters_of(filled[-1])}")
            return
        if self._says_the_header(row, filled):
            self._set_aside(row, "filtered", "the header said again")
            return
        why = None if self._keep_totals else self._totals.why(row, filled)
        if why is not None:
            self._set_aside(row, "filtered", why)
            self._totals.restart()
            return
        if self.page.whole and len(row.cells) < self.width:
            self._set_aside(row, "rejected", "missing columns")
            return
        if self.serials:
            self._days(row)
        self._totals.add(row, filled)
        for column in filled:
            self.ever[column] = True
        bad = ""
        if row.bad:
            self.bad += len(row.bad)
            bad = "," + ",".join(map(str, row.bad)) + ","
        self._last = row.number
        self._line(row.number, "", "", bad, row.cells)

    def _days(self, row: Row) -> None:
        for column in self.serials:
            number = row.typed.get(column)
            if number is not None and SERIALS[0] <= number <= SERIALS[1]:
                row.cells[column] = dated(number, "date", from_1904=bool(self.page.from_1904))
                row.typed[column] = None
                self.read_as_days[column] = self.read_as_days.get(column, 0) + 1

    def _says_the_header(self, row: Row, filled: list[int]) -> bool:
        if row.typed or len(filled) < 2 or self.header.last < self.header.first:
            return False
        return all(" ".join((row.cells[c] or "").split()).casefold() == self._names[c] for c in filled)

    def _set_aside(self, row: Row, fate: str, why: str) -> None:
        kind = "a total" if why.startswith("a total") else why
        count, first, said = self.aside.get((fate, kind), (0, row.number, why))
        self.aside[fate, kind] = (count + 1, first, said)
        if kind == "a total":
            self._last = row.number
        self._line(row.number, fate, why, "", [])

    def _line(self, number: int, fate: str, why: str, bad: str, cells: list[str | None]) -> None:
        padded = [*cells[: self.width], *[None] * (self.width - len(cells))] if len(cells) != self.width else cells
        if self._writer.writerow([number, fate, why, bad, *padded]) > LONGEST_ROW:
            raise SourceError(f"'{self._name}' is no table: row {number:,} is longer than 8 MB", next_step="Leave it out of the folder.")

    def told(self) -> Iterator[Told]:
        for (fate, kind), (count, first, why) in self.aside.items():
            if kind == "a total":
                yield Told(f"{_rows(count)} of {self.page.where} left out as total{'s' if count > 1 else ''}", f"row {first}: {why}")
            elif fate == "filtered":
                yield Told(f"{_rows(count)} of {self.page.where} left out", f"{'from ' if count > 1 else ''}row {first}: {why}")
        for column, n in sorted(self.read_as_days.items()):
            since = 1904 if self.page.from_1904 else 1900
            yield Told(
                f"bare numbers of `{self.header.names[column]}` are days since {since}", f"{_rows(n)} with numbers as dates have them"
            )
        for column, n in sorted((self.filler.filled if self.filler else {}).items()):
            if column < self.width:
                yield Told(f"merged cells of `{self.header.names[column]}` hold for each of their rows", f"{_rows(n)} filled from above")


def _serials(asked: Asked, page: Page, header: Header, rows: list[Row]) -> frozenset[int]:
    """Columns whose bare numbers are days: those named so in the book, else where others are dates or the header says date."""
    if page.from_1904 is None:
        return frozenset()
    given = asked.written.serial_dates
    if given is not None:
        return frozenset(c for c, name in enumerate(header.names) if name in given)
    found = set()
    for column, name in enumerate(header.names):
        below = [row for row in rows[header.last + 1 :] if column < len(row.cells) and row.cells[column] is not None]
        numbers = [n for row in below if (n := row.typed.get(column)) is not None]
        dates = sum(column in row.typed and bool(_DATE.match(row.cells[column] or "")) for row in below)
        if (dates * 2 > len(below)) or (
            numbers and len(numbers) == len(below) and _SAYS_DATE.search(name) and all(SERIALS[0] <= n <= SERIALS[1] for n in numbers)
        ):
            found.add(column)
    return frozenset(found)


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"
