"""How a delimited file is written: encoding, delimiter, header, and whether it is a clean table or a page with a table on it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Literal

from troth.kernel.errors import SourceError
from troth.sources.encodings import PLAIN, Encoding, encoding_of
from troth.sources.labels import TOTAL, unique_names
from troth.sources.mapping import Written
from troth.sources.survey import survey_of

DELIMITERS = (",", ";", "\t", "|")
PROBE = 256 << 10
TAIL = 16 << 10
LOOKED_AT = 200
Layout = Literal["table", "records", "blanks", "list"]
_SEP = re.compile(r"sep=(.)", re.IGNORECASE)
_RULE = re.compile(r"[-=_]{3}")
LONGEST_TYPED = 64
_BARRED = re.compile(r"\|.*\|\s*")
_TYPED = re.compile(
    r"[+-]?[\d.,'\u00a0 ]*\d[\d.,]*-?|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?( ?Z| ?[+-]\d{2}:?\d{2})?"
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """columns: the header's names, made unique and never empty. skip: empty lines above the header.

    mixed: the first lines end in more than one way, perhaps inside of texts only.
    header: False where the first line is a record; columns are then called c1, c2, …
    layout: a table from its first line on; else its `records`, its lines parted by `blanks`, or a `list` between bars has to be
    looked for, and no columns are named. backslashes: a quote inside of a text is written \\".
    """

    delimiter: str
    columns: tuple[str, ...]
    skip: int
    mixed: bool = False
    encoding: Encoding = PLAIN
    header: bool = True
    layout: Layout = "table"
    backslashes: bool = False


def sniff(path: Path, written: Written | None = None) -> Dialect:
    """The dialect of a delimited text file.

    Refuses an empty file, a header longer than 256 KB, a binary file, and a header with bytes that fit no encoding.
    """
    encoding = encoding_of(path, given=written.encoding if written else None)
    with path.open("rb") as file:
        head = file.read(PROBE)
    whole = len(head) < PROBE
    decoded = head[encoding.mark :].decode(encoding.name, errors="replace").removeprefix("\ufeff")
    if not decoded.strip("\r\n\t \x00"):
        raise SourceError(f"'{path.name}' is empty", next_step="Give a file with a header line, or leave it out of the folder.")
    both = decoded.count("\r\n")
    mixed = (both > 0) + (decoded.count("\n") > both) + (decoded[:-1].count("\r") > both) > 1
    text = decoded.replace("\r\n", "\n").replace("\r", "\n")
    body = text.lstrip("\n")
    given = written.delimiter if written else None
    layout, delimiter = _layout(body, whole=whole, given=given)
    if written is not None and written.header is not None and layout == "table":
        layout = "records"
    if layout == "table" and _ends_in_a_total(path, encoding, delimiter):
        layout = "records"
    found = Dialect(delimiter, (), len(text) - len(body), mixed, encoding, layout=layout, backslashes=_backslashes(body))
    return found if layout != "table" else _with_columns(found, body, path, whole=whole)


def _with_columns(found: Dialect, body: str, path: Path, *, whole: bool) -> Dialect:
    body = body.replace('\\"', '""') if found.backslashes else body
    records = [r for r, _ in zip(_records(body, found.delimiter, whole=whole), range(LOOKED_AT), strict=False)]
    if not records:
        raise SourceError(
            f"'{path.name}' has no header line",
            got="a first line of more than 256 KB" if not whole else "a quote that is never closed",
            next_step="Give a table: column names in the first line, one record a line below.",
        )
    header = records[0]
    if any("\ufffd" in name for name in header):
        raise SourceError(
            f"'{path.name}': the header is not UTF-8",
            got="bytes that fit no encoding that is tried",
            next_step="Save it as UTF-8 CSV, or name its encoding under `written:` of the source.",
        )
    rows = [r for r in records[1:] if r]
    if _is_record(header, rows):
        return replace(found, columns=tuple(f"c{n}" for n in range(1, len(header) + 1)), header=False)
    _refuse_loose_quotes(body, found.delimiter, path)
    return replace(found, columns=unique_names(_without_trailing(header, rows)))


def _refuse_loose_quotes(body: str, delimiter: str, path: Path) -> None:
    """The engine's reader takes no row from below a header that has text behind a closing quote."""
    try:
        next(csv.reader(StringIO(body, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True))
    except csv.Error as error:
        raise SourceError(
            f"'{path.name}': the header has text beside a quoted name, or a quote that is never closed",
            got=repr(body.partition("\n")[0][:60]),
            next_step="Mend its quotes.",
        ) from error


def _without_trailing(header: list[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A header that ends in delimiters, above rows that do not."""
    named = len(header)
    while named > 1 and not header[named - 1].strip():
        named -= 1
    widest = max((len(row) for row in rows), default=len(header))
    return header[: max(named, min(widest, len(header)))]


def _layout(body: str, *, whole: bool, given: str | None) -> tuple[Layout, str]:
    lines = body.split("\n")[: LOOKED_AT * 2]
    lines = lines if whole or len(lines) <= 1 else lines[:-1]
    said = _SEP.fullmatch(lines[0].strip())
    if given is not None and not given.strip(" "):
        return "blanks", given
    if given is not None:
        return ("records" if said else "table"), given
    if said:
        return "records", said[1]
    filled = [line for line in lines if line.strip()]
    barred = sum(bool(_BARRED.fullmatch(line)) for line in filled)
    dashed = sum(is_dashes(line.strip()) for line in filled)
    if (barred >= 2 and dashed) or (barred and dashed >= 2):
        return "list", "|"
    delimiter, agree = _delimiter(body, whole=whole)
    below = _below_titles(body, whole=whole) if agree < 0.5 else None
    if below is not None:
        return "records", below
    if agree == 0 and _parted_by_blanks(filled):
        return "blanks", " "
    first = [record for record, _ in zip(_records(body, delimiter, whole=whole), range(3), strict=False)]
    return ("records" if survey_of(first) else "table"), delimiter


def _records(text: str, delimiter: str, *, whole: bool) -> Iterator[list[str]]:
    """Records that end inside the text, up to the first one that Python's reader refuses; blanks before a cell are left out."""
    earlier: list[str] | None = None
    try:
        for record in csv.reader(StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True):
            if earlier is not None:
                yield earlier
            earlier = record
    except csv.Error:
        whole = True
    if whole and earlier is not None:
        yield earlier


def _delimiter(text: str, *, whole: bool) -> tuple[str, float]:
    """The delimiter under which most of the first records have as many fields as the header, and more than one; and their share."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = [len(row) for row, _ in zip(_records(text, delimiter, whole=whole), range(LOOKED_AT), strict=False) if row]
        if not widths or widths[0] < 2:
            continue
        score = (sum(w == widths[0] for w in widths) / len(widths), widths[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best, best_score[0]


def _below_titles(text: str, *, whole: bool) -> str | None:
    """The delimiter of a table that begins below some narrower lines with a line of names; None where there is none such."""
    best: tuple[float, int, str] | None = None
    for delimiter in DELIMITERS:
        rows = [r for r, _ in zip(_records(text, delimiter, whole=whole), range(LOOKED_AT), strict=False) if r]
        widths = [len(row) for row in rows]
        usual, count = Counter(w for w in widths if w > 1).most_common(1)[0] if any(w > 1 for w in widths) else (0, 0)
        if count < 2:
            continue
        first = widths.index(usual)
        header = [cell.strip() for cell in rows[first]]
        if first == 0 or max(widths[:first]) >= usual or any(map(is_typed, header)) or not any(header):
            continue
        agree = count / (len(rows) - first)
        if agree >= 0.8 and (best is None or (agree, usual) > best[:2]):
            best = (agree, usual, delimiter)
    return best[2] if best else None


def _parted_by_blanks(lines: Sequence[str]) -> bool:
    """Lines without quotes whose words are as many in each, with numbers among them."""
    rows = [line.split() for line in lines]
    if len(rows) < 3 or len(rows[1]) < 2 or any('"' in line for line in lines):
        return False
    usual = len(rows[1])
    same = sum(len(row) == usual for row in rows)
    typed = sum(all(is_typed(row[n]) for row in rows[1:] if len(row) == usual) for n in range(usual))
    return same >= 0.95 * len(rows) and len(rows[0]) == usual and typed >= 1


def _is_record(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first line holds numbers or dates where the lines below do, and text where they do: then it is one of them."""
    first = [cell.strip() for cell in first]
    below = [row for row in rows if len(row) == len(first)]
    if len(below) < 3 or not all(first) or len(first) < 2:
        return False
    alike = 0
    for column, cell in enumerate(first):
        values = [row[column].strip() for row in below if row[column].strip()]
        typed = sum(map(is_typed, values))
        if typed > 0.9 * len(values) and values:
            if not is_typed(cell):
                return False
            alike += not (len(cell) == 4 and cell[:2] in ("19", "20"))
        elif is_typed(cell):
            return False
    return alike > 0


def is_typed(text: str) -> bool:
    """Whether a text is a number or a date in any usual way of writing."""
    return len(text) <= LONGEST_TYPED and _TYPED.fullmatch(text) is not None


def is_dashes(line: str) -> bool:
    return not line.strip("-+=|_ ") and _RULE.search(line) is not None


def _backslashes(text: str) -> bool:
    r"""Texts in which a quote is written \" and never doubled."""
    return re.search(r'(?<!\\)(?:\\\\)*\\"(?!\s*(?:[,;\t|\n]|$))', text) is not None and '""' not in text.replace('\\""', "")


def _ends_in_a_total(path: Path, encoding: Encoding, delimiter: str) -> bool:
    """Whether one of the last lines begins with a word for a total."""
    with path.open("rb") as file:
        file.seek(0, 2)
        size = file.tell()
        file.seek(max(0, (size - TAIL) & ~1) + (encoding.mark % 2 if encoding.name.startswith("utf-16") else 0))
        tail = file.read(TAIL + 2).decode(encoding.name, errors="replace")
    lines = [line for line in tail.splitlines() if line.strip()][-3:]
    if size > TAIL:
        lines = lines[-2:]
    for line in lines:
        cells = [cell.strip().strip('"') for cell in line.split(delimiter)]
        named = [cell for cell in cells if cell]
        if named and len(cells) > 1 and len(named) < len(cells) and TOTAL.fullmatch(named[0].rstrip(":. ")):
            return True
    return False
