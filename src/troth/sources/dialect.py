"""How a delimited file is written: encoding mark, delimiter, header."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from troth.kernel.errors import SourceError

DELIMITERS = (",", ";", "\t", "|")
PROBE = 256 << 10
LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Dialect:
    """columns: the header's names, made unique and never empty. skip: empty lines above the header.

    mixed: the first lines end in more than one way, perhaps inside of texts only.
    """

    delimiter: str
    columns: tuple[str, ...]
    skip: int
    mixed: bool = False


def sniff(path: Path) -> Dialect:
    """The dialect of a delimited text file.

    Refuses a file without a header line, a header longer than 256 KB, and bytes that are not UTF-8 in the header (other
    encodings are named in the message).
    """
    with path.open("rb") as file:
        head = file.read(PROBE)
    whole = len(head) < PROBE
    if not head.strip(b"\xef\xbb\xbf\r\n\t "):
        raise SourceError(f"'{path.name}' is empty", next_step="Give a file with a header line, or leave it out of the folder.")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head:
        raise SourceError(
            f"'{path.name}' is not UTF-8 text",
            got="NUL bytes, as in UTF-16 or a binary file",
            next_step="Save it as UTF-8 CSV.",
        )
    both = head.count(b"\r\n")
    mixed = (both > 0) + (head.count(b"\n") > both) + (head[:-1].count(b"\r") > both) > 1
    text = head.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    body = text.lstrip("\n")
    delimiter = _delimiter(body, whole=whole)
    header = next(_records(body, delimiter, whole=whole), None)
    if header is None:
        raise SourceError(
            f"'{path.name}' has no header line",
            got="a first line of more than 256 KB" if not whole else "a quote that is never closed",
            next_step="Give a table: column names in the first line, one record a line below.",
        )
    if any("\ufffd" in name for name in header):
        raise SourceError(
            f"'{path.name}': the header is not UTF-8",
            got="other bytes, as in windows-1252",
            next_step="Save it as UTF-8 CSV.",
        )
    return Dialect(delimiter, _unique(header), len(text) - len(body), mixed)


def _records(text: str, delimiter: str, *, whole: bool) -> Iterator[list[str]]:
    """Records that end inside the text, up to the first one that Python's reader refuses."""
    earlier: list[str] | None = None
    try:
        for record in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            if earlier is not None:
                yield earlier
            earlier = record
    except csv.Error:
        whole = True
    if whole and earlier is not None:
        yield earlier


def _delimiter(text: str, *, whole: bool) -> str:
    """The delimiter under which most of the first records have as many fields as the header, and more than one."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = [len(row) for row, _ in zip(_records(text, delimiter, whole=whole), range(LOOKED_AT), strict=False) if row]
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
