"""How a delimited file is written: encoding mark, delimiter, header."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from troth.kernel.errors import SourceError

DELIMITERS = (",", ";", "\t", "|")
PROBE = 256 << 10


@dataclass(frozen=True, slots=True)
class Dialect:
    """columns: the header's names, made unique and never empty; line_end: as the first line has it."""

    delimiter: str
    columns: tuple[str, ...]
    line_end: str


def sniff(path: Path) -> Dialect:
    """The dialect of a delimited text file.

    Refuses a file without a header line, and bytes that are not UTF-8 in the header (other encodings are named in the message).
    """
    with path.open("rb") as file:
        head = file.read(PROBE)
    if not head.strip():
        raise SourceError(f"'{path.name}' is empty", next_step="Give a file with a header line, or leave it out of the folder.")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head:
        raise SourceError(
            f"'{path.name}' is not UTF-8 text",
            got="NUL bytes, as in UTF-16 or a binary file",
            next_step="Save it as UTF-8 CSV.",
        )
    text = head.decode("utf-8-sig", errors="replace")
    lines = text.splitlines()
    if "\ufffd" in lines[0]:
        raise SourceError(
            f"'{path.name}': the header is not UTF-8",
            got="other bytes, as in windows-1252",
            next_step="Save it as UTF-8 CSV.",
        )
    delimiter = _delimiter(lines if len(head) < PROBE else lines[:-1])
    header = next(csv.reader(lines, delimiter=delimiter))
    first = head.split(b"\n", 1)[0]
    line_end = "\\r\\n" if first.endswith(b"\r") else "\\n" if b"\n" in head else "\\r" if b"\r" in head else "\\n"
    return Dialect(delimiter, _unique(header), line_end)


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter under which most of the first records have as many fields as the header, and more than one."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            widths = [len(row) for row, _ in zip(csv.reader(lines, delimiter=delimiter), range(200), strict=False) if row]
        except csv.Error:
            continue
        if not widths or widths[0] < 2:
            continue
        score = (sum(w == widths[0] for w in widths) / len(widths), widths[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _unique(header: Sequence[str]) -> tuple[str, ...]:
    """Names as DuckDB and people can use them: an empty one becomes column_3, a second `id` becomes id_2."""
    names: list[str] = []
    taken: set[str] = set()
    for position, raw in enumerate(header, start=1):
        base = raw.strip() or f"column_{position}"
        name, again = base, 2
        while name.lower() in taken:
            name, again = f"{base}_{again}", again + 1
        taken.add(name.lower())
        names.append(name)
    return tuple(names)
