"""Somebody else's number of a metric: as they give it, or as the rows that their own query or file has of each unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

from troth.app.past.asking import Answered, answered
from troth.kernel.errors import BadValue, NotFound
from troth.metrics.asking import Parts
from troth.metrics.reconciling import Pair
from troth.metrics.unit_rows import Exact
from troth.query import literal_text
from troth.record import Engine

TOPS = ("numerator", "counted", "value")
BOTTOMS = ("denominator", "of")
NUMBER = re.compile(r"([-+]?\d[\d,_]*(?:\.\d+)?|[-+]?\.\d+) ?(%?)")
THINNED = re.compile(r"[,_]")
NO_ID = "(no id)"
EXAMPLE = "SELECT id, delivered <= due AS numerator FROM …"


@dataclass(frozen=True, slots=True)
class Given:
    """number: theirs where they give no more, with the digits after the point to which it is known, None for a float's; else rows by id.

    near: whether numbers of rows are floats.
    """

    number: Fraction | None
    digits: int | None
    rows: Mapping[str, Sequence[Pair]]
    near: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """How they give it: one of a query, a file, rows by id and a number as people write it. Raises BadValue for none and for several."""

    sql: str | None = None
    csv: Path | None = None
    rows: Iterable[Mapping[str, Any]] | None = None
    value: str | None = None

    def __post_init__(self) -> None:
        given = [one for one in (self.sql, self.csv, self.rows, self.value) if one is not None]
        if len(given) != 1:
            raise BadValue("say once what theirs is", got=f"{len(given)} of them", allowed="one of --sql, --csv and --value")


def given_by(engine: Engine, handed: Handed, parts: Parts, *, counts: bool, folder: Path) -> Given:
    """What they gave, read. folder: in which a query finds its files. Raises as the forms do."""
    if handed.value is not None:
        return number_of(handed.value)
    if handed.sql is not None:
        engine.run(f"SET GLOBAL file_search_path = {literal_text(folder.as_posix())}")
        return of_query(engine, handed.sql, parts, counts=counts)
    if handed.csv is not None:
        return of_file(engine, handed.csv, parts, counts=counts)
    return of_mappings(handed.rows or (), parts, counts=counts)


def number_of(text: str) -> Given:
    """A number as people write it, 0.93 or 93 % or 1,204.5. Raises BadValue."""
    found = NUMBER.fullmatch(text.strip())
    if found is None:
        raise BadValue("'--value' is no number", got=f"'{text}'", allowed="0.93, 93.1% or 1,204.50")
    digits = THINNED.sub("", found[1])
    number, after = Fraction(digits), len(digits.partition(".")[2])
    return Given(number / 100, after + 2, {}) if found[2] else Given(number, after, {})


def query_of(text: str) -> str:
    """A query as it is written, or that of the file of this name. Raises NotFound for a file that is not there, BadValue for no text."""
    if any(sign.isspace() for sign in text.strip()):
        return text
    path = Path(text)
    if not path.is_file():
        raise NotFound(f"no file '{text}'", next_step=f'Give the path of a query, or the query itself: "{EXAMPLE}"')
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadValue(f"'{text}' is no text", got=f"byte {error.start}", allowed="SQL in UTF-8") from error


def of_query(engine: Engine, query: str, parts: Parts, *, counts: bool) -> Given:
    """What a query of theirs gives: rows by id, or one number. Raises BadValue for what is neither, and for what is no query."""
    found = answered(engine, query)
    if len(found.columns) == 1 and found.columns[0].lower() != "id":
        if len(found.rows) != 1:
            raise BadValue(
                "their query has no column 'id'", got=f"column '{found.columns[0]}' with {len(found.rows):,} rows",
                allowed="one row with one number, or one row for each id", next_step=f"Write: {EXAMPLE}",
            )  # fmt: skip
        (value,) = found.rows[0]
        number = _number(value, found.columns[0])
        return Given(None if number is None else Fraction(number), None if isinstance(value, float) else _digits(value), {})
    return of_rows(found, parts, counts=counts)


def of_file(engine: Engine, path: Path, parts: Parts, *, counts: bool) -> Given:
    """Rows by id of a CSV file with a header. Raises NotFound for one that is not there, BadValue as `of_query`."""
    if not path.is_file():
        raise NotFound(f"no file '{path}'", next_step="Give the path of a CSV file with a column 'id'.")
    read = f"SELECT * FROM read_csv({literal_text(path.resolve().as_posix())}, all_varchar = true, header = true)"
    return of_rows(answered(engine, read), parts, counts=counts)


def of_mappings(rows: Iterable[Mapping[str, Any]], parts: Parts, *, counts: bool) -> Given:
    """Rows by id as mappings of Python. Raises BadValue as `of_query`."""
    listed = list(rows)
    columns = tuple(dict.fromkeys(str(name) for row in listed for name in row))
    return of_rows(Answered(columns, [tuple(row.get(name) for name in columns) for row in listed]), parts, counts=counts)


def of_rows(found: Answered, parts: Parts, *, counts: bool) -> Given:
    """A row without a numerator brings nothing, as AVG leaves it out.

    counts: each row counts one where no column says how much.
    """
    names = [column.lower() for column in found.columns]
    if "id" not in names:
        listed = ", ".join(f"'{column}'" for column in found.columns) or "none"
        raise BadValue("their rows have no column 'id'", got=listed, allowed="id, numerator, denominator", next_step=f"Write: {EXAMPLE}")
    top, bottom = (_one_of(names, some) for some in (TOPS, BOTTOMS))
    if top is None and not counts:
        raise BadValue(
            "their rows do not say what each id counts", got=", ".join(f"'{name}'" for name in names),
            allowed=f"beside 'id' one of {', '.join(TOPS)}", next_step=f"Write: {EXAMPLE}",
        )  # fmt: skip
    if bottom is not None and parts.bottom is None:
        raise BadValue("a metric that is a sum has no denominator", got=f"column '{names[bottom]}'", allowed="id and numerator")
    id, near = names.index("id"), False
    rows: dict[str, list[Pair]] = {}
    for row in found.rows:
        amounts = rows.setdefault(NO_ID if row[id] is None else str(row[id]), [])
        near = near or any(isinstance(row[place], float) for place in (top, bottom) if place is not None)
        above = 1 if top is None else _number(row[top], names[top])
        below = 1 if bottom is None else _number(row[bottom], names[bottom])
        if above is None or below is None:
            amounts.append((0, 0))
        else:
            amounts.append((above * parts.factor, below if parts.bottom else 0))
    return Given(None, None, rows, near)


def _one_of(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    found = [name for name in wanted if name in names]
    if len(found) > 1:
        raise BadValue("several columns say what each id counts", got=", ".join(f"'{name}'" for name in found), allowed="one of them")
    return names.index(found[0]) if found else None


def _number(value: object, column: str) -> Exact | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, Decimal):
        return Fraction(value)
    if isinstance(value, timedelta):
        return Fraction(value // timedelta(microseconds=1), 1_000_000)
    if isinstance(value, float | str):
        text = str(value).strip().lower()
        if text in ("true", "false"):
            return Fraction(text == "true")
        try:
            return Fraction(Decimal(text))
        except (InvalidOperation, ValueError, OverflowError):
            pass
    raise BadValue(f"no number in column '{column}' of theirs", got=f"'{value}'", allowed="a number, true or false, or a length of time")


def _digits(value: object) -> int:
    return max(0, -int(value.as_tuple().exponent)) if isinstance(value, Decimal) else 0
