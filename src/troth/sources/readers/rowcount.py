"""Rows of a sheet counted without the parser that reads them: what conservation of workbooks is measured against.

The bytes are searched, not parsed: inside a sheet `<` begins markup only, texts write it `&lt;`. Where the two disagree nothing is
published, so what this search does not know (a comment amid cells) costs a refusal and never a row.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from typing import IO
from xml.sax.saxutils import escape

from troth.kernel.errors import SourceError
from troth.sources.readers.grid import column_of
from troth.sources.readers.package import SAVE_AGAIN

CHUNK = 1 << 20
LONGEST_TAG = 4096
LONGEST_NUMBER = 18
MOST_MERGES = 1_000_000
LONGEST_ROW = 32 << 20
_TAG = rb"<(?:[A-Za-z0-9_]+:)?"
_ROW = re.compile(_TAG + rb"row(?=[\s/>])[^>]*>")
_DATA_END = re.compile(_TAG.replace(b"<", b"</") + rb"sheetData\s*>")
_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d+)["']""")
_VALUE = re.compile(_TAG + rb"(?:[vt](?:\s[^>]*)?>(?:[^<]|<!\[CDATA)|f[\s/>])")
_CELL = re.compile(_TAG + rb"c(?=[\s/>])")
_MERGE = re.compile(_TAG + rb"""mergeCell\s[^>]*?ref\s*=\s*["']([A-Z0-9:$]+)["']""")
_DIMENSION = re.compile(_TAG + rb"""dimension\s[^>]*?ref\s*=\s*["'](?:[A-Z0-9$]+:)?\$?([A-Z]{1,3})\$?\d+["']""")


@dataclass(slots=True)
class Outline:
    """numbers: of the rows with a value. wide: some row has two of them. width: of the sheet as it says itself, 0 where it does not."""

    numbers: array[int] = field(default_factory=lambda: array("Q"))
    merges: list[str] = field(default_factory=list)
    wide: bool = False
    width: int = 0

    def below(self, number: int) -> int:
        return sum(1 for n in self.numbers if n > number)


def outline_of(stream: IO[bytes], name: str, *, rows: int | None = None) -> Outline:
    """A row counts where one of its cells has a value, be it a blank, or a formula.

    rows: to stop after so many; merges, which stand behind the rows, are then unknown. Refuses a row of more than 32 MB and a row's
    number of more than 18 digits.
    """
    found = Outline()
    held = b""
    number = 0
    head = True
    while chunk := stream.read(CHUNK):
        held += chunk
        end = _DATA_END.search(held)
        starts = [*_ROW.finditer(held)]
        if head and (starts or end):
            if said := _DIMENSION.search(held, 0, starts[0].start() if starts else len(held)):
                found.width = column_of(said[1].decode()) + 1
            head = False
        last = end.start() if end else len(held)
        borders = [*(s.start() for s in starts), last]
        whole = len(starts) if end else len(starts) - 1
        for start, stop in zip(starts[:whole], borders[1:], strict=False):
            number = _row(found, held, start, stop, _numbered(start[0], number + 1, name))
        if end:
            _merges(found, held[end.end() :], stream)
            return found
        held = held[starts[-1].start() :] if starts else held[-LONGEST_TAG:]
        if len(held) > LONGEST_ROW:
            raise SourceError(f"'{name}' is no table: the row after row {number:,} is longer than 32 MB", next_step="Leave it out.")
        if rows is not None and len(found.numbers) >= rows:
            return found
    return found


def _numbered(tag: bytes, following: int, name: str) -> int:
    said = _NUMBER.search(tag)
    if said and len(said[1]) > LONGEST_NUMBER:
        shown = said[1][:LONGEST_NUMBER].decode()
        raise SourceError(f"'{name}' is damaged inside", got=f"a row with the number {shown}…", next_step=SAVE_AGAIN)
    return int(said[1]) if said else following


def _row(found: Outline, held: bytes, start: re.Match[bytes], stop: int, number: int) -> int:
    if _VALUE.search(held, start.end(), stop):
        found.numbers.append(number)
        if not found.wide:
            cells = _CELL.split(held[start.end() : stop])
            found.wide = sum(1 for cell in cells if _VALUE.search(cell)) > 1
    return number


def _merges(found: Outline, held: bytes, stream: IO[bytes]) -> None:
    while True:
        place = 0
        for merge in _MERGE.finditer(held):
            found.merges.append(merge[1].decode().replace("$", ""))
            place = merge.end()
        if len(found.merges) > MOST_MERGES or not (chunk := stream.read(CHUNK)):
            return
        held = held[max(place, len(held) - LONGEST_TAG) :] + chunk


_ODF_TABLE = re.compile(rb"""<table:table\s[^>]*?table:name\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>""")
_ODF_ROW = re.compile(rb"<table:table-row(?=[\s/>])[^>]*>")
_ODF_TIMES = re.compile(rb"""table:number-rows-repeated\s*=\s*["'](\d+)["']""")
_ODF_VALUE = re.compile(rb"office:(?:value|date-value|time-value|boolean-value|string-value)\s*=|<text:(?:p|span|a|s)(?:\s[^>]*)?>[^<]")
_ODF_END = b"</table:table-row>"


def odf_rows(stream: IO[bytes], name: str, sheet: str, *, below: int) -> int:
    """Rows of an OpenDocument sheet below a row that have a value or a note, repeated ones as often as they say."""
    wanted = escape(sheet, {'"': "&quot;"}).encode()
    held, inside, number, count, seen = b"", False, 1, 0, False
    while chunk := stream.read(CHUNK):
        held += chunk
        place = 0
        while True:
            if not inside:
                table = _ODF_TABLE.search(held, place)
                if table is None:
                    break
                place = table.end()
                inside = not seen and (table[1] or table[2] or b"").replace(b"&apos;", b"'") == wanted
                seen |= inside
                continue
            row = _ODF_ROW.search(held, place)
            ended = held.find(b"</table:table>", place, row.start() if row else len(held))
            if ended >= 0:
                inside, place = False, ended
                continue
            stop = held.find(_ODF_END, row.end()) if row else -1
            if row is None or (stop < 0 and not row[0].endswith(b"/>")):
                break
            said = _ODF_TIMES.search(row[0])
            times = int(said[1]) if said else 1
            if not row[0].endswith(b"/>"):
                if _ODF_VALUE.search(held, row.end(), stop):
                    count += max(0, min(times, number + times - 1 - below))
                place = stop
            else:
                place = row.end()
            number += times
        held = held[max(place, 0 if inside else len(held) - LONGEST_TAG) :]
        if len(held) > LONGEST_ROW:
            raise SourceError(f"'{name}' is no table: the row after row {number:,} is longer than 32 MB", next_step="Leave it out.")
    return count
