"""Rows that were taken out of a database, as a file: the same rows give the same bytes, hence the same digest.

The first line says what the file holds, then each row is a line of CSV that begins with a field without use, so that a row of
NULL only is no empty line. NULL is an empty field, a text stands in quotes, so that an empty text differs from none.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import StringIO
from itertools import repeat
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote

from troth.kernel.errors import SourceError
from troth.query import identifier, literal_text
from troth.sources.address import EXTRACT

LONGEST_ROW = 8 << 20
MOST_BYTES_A_SIGN = 4
FIRST_ROWS, MOST_ROWS = 16, 10_000
AT_ONCE = LONGEST_ROW // MOST_BYTES_A_SIGN
Texts = Sequence[str | None]


class _Null(int):
    """The csv module quotes what is no number; what is one, and has no text, is an empty field."""

    __slots__ = ()

    def __repr__(self) -> str:
        return ""


NULL = _Null()


@dataclass(frozen=True, slots=True)
class Extract:
    """records: counted by the database itself, not by who wrote the rows."""

    path: Path
    columns: tuple[str, ...]
    records: int

    @property
    def relation(self) -> str:
        """The rows in SQL, every cell as text, in the order of the file."""
        cells = ", ".join(f"c{n} AS {identifier(name)}" for n, name in enumerate(self.columns))
        types = "".join(f", 'c{n}': 'VARCHAR'" for n in range(len(self.columns)))
        return (
            f"(SELECT {cells} FROM read_csv({literal_text(str(self.path))}, auto_detect=false, header=false, skip=1, delim=',', quote='\"',"
            f" escape='\"', strict_mode=true, new_line='\\n', allow_quoted_nulls=false, max_line_size={2 * LONGEST_ROW},"
            f" columns={{'use': 'VARCHAR'{types}}}))"
        )


@dataclass(slots=True)
class Writing:
    """An extract that is being written. file: takes lines of CSV as they are described above. rows: how many it took."""

    name: str
    file: BinaryIO
    rows: int = 0


@contextmanager
def writing(path: Path, name: str, columns: Sequence[str], records: int) -> Iterator[Writing]:
    """An extract that appears under `path` at the end of the block, when all rows are in it, or not at all.

    records: how many the database counted. Refuses columns that differ in nothing but their case, and another number of rows.
    """
    _require_distinct(name, columns)
    begun = path.with_name(path.name + ".part")
    try:
        with begun.open("wb") as file:
            file.write(quote(json.dumps({"columns": list(columns), "records": records}, ensure_ascii=False)).encode() + b"\n")
            written = Writing(name, file)
            yield written
        if written.rows != records:
            raise SourceError(
                f"'{name}' changed while it was read", got=f"{records:,} rows counted, {written.rows:,} read",
                next_step="A view or query that gives other rows each time cannot be read: write its result into a table.",
            )  # fmt: skip
        begun.replace(path)
    finally:
        with suppress(FileNotFoundError):
            begun.unlink()


def write_rows(to: Writing, fetch: Callable[[int], Sequence[Sequence[object]]]) -> None:
    """Rows of values of Python. fetch: gives at most so many of those that are left, none at the end.

    Refuses a row of more than 8 MB.
    """
    size = FIRST_ROWS
    while rows := fetch(size):
        texts = [as_texts(column) for column in zip(*rows, strict=True)]
        length = sum(len("".join(filter(None, column))) for column in texts)
        if length * MOST_BYTES_A_SIGN > LONGEST_ROW:
            for number, row in enumerate(zip(*texts, strict=True), start=to.rows + 1):
                require_short(to.name, number, sum(len(cell.encode()) for cell in row if cell is not None))
        filled = [[NULL if cell is None else cell for cell in column] if None in column else column for column in texts]
        lines = StringIO(newline="")
        csv.writer(lines, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n").writerows(zip(repeat(NULL, len(rows)), *filled, strict=True))
        to.file.write(lines.getvalue().encode())
        to.rows += len(rows)
        size = max(1, min(MOST_ROWS, 8 * size, AT_ONCE * len(rows) // (length + 1)))


def require_short(name: str, number: int, length: int) -> None:
    if length > LONGEST_ROW:
        raise SourceError(
            f"'{name}': row {number:,} is longer than 8 MB", next_step="Leave its large column out, with a `query:` of the others."
        )


def read_extract(path: Path) -> Extract:
    with path.open("rb") as file:
        first = file.readline(LONGEST_ROW)
    try:
        said = json.loads(unquote(first.decode("ascii")))
        return Extract(path, tuple(map(str, said["columns"])), int(said["records"]))
    except (ValueError, LookupError, TypeError) as error:
        raise SourceError(f"'{path.name}' is no extract of a database", next_step="Leave it out: a build makes its own.") from error


def path_of(folder: Path, number: int, name: str) -> Path:
    """Where one of several extracts lies. Two may be of one table, in another order; a name may hold signs that a file's may not."""
    own = folder / str(number)
    own.mkdir(exist_ok=True)
    return own / f"{name.replace('%', '%25').replace('/', '%2F')}{EXTRACT}"


def as_texts(column: Sequence[object]) -> Texts:
    """Values of one column as texts that say exactly the same.

    Bytes, and a text that is no Unicode or holds a zero byte, are given by their bytes: \\x00ff.

    >>> as_texts([1, 2.5, None, b"\\x00\\xff", "a", 0.1 + 0.2])
    ['1', '2.5', None, '\\\\x00ff', 'a', '0.30000000000000004']
    """
    kinds = set(map(type, column)) - {type(None)}
    if kinds <= {str} and not _strange(column):
        return column  # type: ignore[return-value]  # only texts and None are in it
    return [None if cell is None else _text(cell) for cell in column]


def _strange(column: Sequence[object]) -> bool:
    joined = "".join(cell for cell in column if isinstance(cell, str))
    return (not joined.isascii() and not _is_unicode(joined)) or "\0" in joined


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(value: object) -> str:
    match value:
        case str():
            return value if "\0" not in value and _is_unicode(value) else f"\\x{value.encode('utf-8', 'surrogateescape').hex()}"
        case bytes() | memoryview():
            return f"\\x{value.hex()}"
        case bool() | int():
            return str(value).lower()
        case float():
            return repr(value)
        case _:
            raise TypeError(f"no text for a value of {type(value).__name__}")


def _require_distinct(name: str, columns: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for column in columns:
        other = seen.get(column.lower())
        seen[column.lower()] = column
        if other is not None:
            raise SourceError(
                f"'{name}' has two columns '{other}'" + ("" if other == column else f" and '{column}', which differ in case only"),
                next_step="Give them other names with AS in a `query:`.",
            )
