"""Pages of text: a table below titles, columns parted by blanks, lists between bars as SAP's ALV prints them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from troth.kernel.errors import SourceError
from troth.sources.dialect import Dialect, is_dashes, is_typed
from troth.sources.readers.grid import Merges, Row
from troth.sources.readers.page import Page

LONGEST_TEXT = 8 << 20
LONGEST_LINE = 32 << 20
SAMPLE = 200


def page_of(path: Path, dialect: Dialect, *, tidy: bool = True) -> Page:
    """The page of a file in UTF-8. Rows are numbered by the line that they begin in; as wide as most of them are the others should be.

    tidy: no blanks stand before a quote that opens a text; else none is given before any cell.
    """
    widths = Counter(len(row.cells) for row, _ in zip(_rows(path, dialect, tidy), range(SAMPLE), strict=False) if not row.aside)
    usual = max((w for w in widths if w > 1), key=lambda w: widths[w], default=1)
    return Page(_rows(path, dialect, tidy), Merges(()), usual, "the file", wider=False, whole=dialect.layout != "records")


def _rows(path: Path, dialect: Dialect, tidy: bool) -> Iterator[Row]:  # noqa: FBT001
    match dialect.layout:
        case "list":
            return _list(path)
        case "blanks":
            return _blanks(path)
        case _:
            return _records(path, dialect.delimiter, tidy=tidy)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline=None) as file:
        for number, line in enumerate(_bounded(file, path), start=1):
            yield number, line.rstrip("\n")


def _bounded(file: TextIO, path: Path) -> Iterator[str]:
    number = 1
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise SourceError(f"'{path.name}' is no table: line {number:,} is longer than 32 MB", next_step="Leave it out of the folder.")
        yield line
        number += 1


def _records(path: Path, delimiter: str, *, tidy: bool) -> Iterator[Row]:
    limit = csv.field_size_limit(LONGEST_TEXT)
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            reader = csv.reader(_bounded(file, path), delimiter=delimiter, strict=True, skipinitialspace=not tidy)
            while True:
                number = reader.line_num + 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield Row(number, [], aside=("rejected", str(error).split(" - ")[0]))
                    continue
                if cells:
                    yield _row(number, cells)
    finally:
        csv.field_size_limit(limit)


def _blanks(path: Path) -> Iterator[Row]:
    for number, line in _lines(path):
        if cells := line.split():
            yield _row(number, cells)


def _list(path: Path) -> Iterator[Row]:
    for number, written in _lines(path):
        line = written.strip()
        if not line:
            continue
        if is_dashes(line):
            yield Row(number, [], aside=("filtered", "a line of dashes"))
        elif line.startswith("|") and line.endswith("|") and len(line) > 1:
            yield _row(number, line[1:-1].split("|"))
        elif line.startswith("|") or line.endswith("|"):
            yield Row(number, [], aside=("rejected", "a line of the list that is cut off"))
        else:
            yield Row(number, [], aside=("filtered", "a line outside of the list"))


def _row(number: int, cells: list[str]) -> Row:
    row = Row(number, [cell if cell and not cell.isspace() else None for cell in cells])
    for place, cell in enumerate(cells):
        if row.cells[place] is None:
            continue
        if not cell.isascii() and any("\ud800" <= sign <= "\udfff" for sign in cell):
            return Row(number, [], aside=("rejected", "invalid encoding"))
        if "\x00" in cell:
            return Row(number, [], aside=("rejected", "a NUL byte"))
        if is_typed(cell.strip()):
            row.typed[place] = None
    return row
