"""Text to typed cells in three steps, checked: what does not fit becomes empty and is quarantined, never a wrong value.

text    t: the trimmed text, NULL where blank
parsed  l: a naive wall-clock time; z: a time that bears its own offset, in UTC; v: any other typed value
cell    c: the value; b: the text that did not fit
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from troth.engines.calendars import Transitions
from troth.query import identifier, literal_text, to_local, to_utc
from troth.sources.derived import Derived
from troth.sources.mapping import CellType

# Ten decimals are those of arithmetic (`query.lowering.AMOUNT`): a product of two such still has eighteen digits before the point.
NUMBER = "DECIMAL(24,10)"
SQL_TYPES: dict[CellType, str] = {
    "text": "VARCHAR",
    "number": NUMBER,
    "money": NUMBER,
    "instant": "TIMESTAMP",
    "day": "DATE",
    "bool": "BOOLEAN",
}
EARLIEST, LATEST = "1900-01-01", "2200-01-01"
TRUE = ("true", "t", "yes", "y", "1", "ja", "j", "sim", "s", "oui", "o", "si", "x")
FALSE = ("false", "f", "no", "n", "0", "nein", "nao", "não", "non")
USUAL = "'____-__-__ __:__:__'"  # no text like it matches OFFSET: where the seconds end, it ends
WALL = r"^\d{4}-\d{1,2}-\d{1,2}([T ] *\d{1,2}:\d{1,2}(:\d{1,2}(\.\d+)?)?)?$"
OFFSET = r"^\d{4}-\d{1,2}-\d{1,2}[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)? ?(Z|z|[+-](0\d|1[0-4])(:?[0-5]\d)?)$"
MARKS = {",": ",", ".": ".", " ": " \u00a0\u202f\u2009", "'": "'\u2019"}
ZEROS = r"^0{2,4}[./-]?0{2}[./-]?0{2,4}([ T]00:?00(:?00)?)?$"
LONGEST_NUMBER = 24


@dataclass(frozen=True, slots=True)
class Numbers:
    """How numbers are written. thousands: the mark between groups of three, where it could be taken for another sign."""

    decimal: str = "."
    thousands: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One column read as one type. position: of the column among those read, which names its SQL columns.

    elapsed_us: an instant to which the number in p<position> is added, so many microseconds each.
    """

    position: int
    column: str
    kind: CellType
    format: str | None
    numbers: Numbers = Numbers()
    elapsed_us: int | None = None

    @property
    def name(self) -> str:
        return f"{self.position}_{self.kind}"


def text_columns(position: int, column: str, bad: str | None, *, marked: bool, made: Derived | None = None) -> list[str]:
    """t, the trimmed text, and where cells may be marked e, the text of one that has no usable value. made: how, if of other columns."""
    raw = f"src.{identifier(made.column if made else column)}"
    text = f"NULLIF(trim({made.text_sql()}), '')" if made else trimmed(raw)
    more = [f"trim(src.{identifier(made.plus)}) AS p{position}"] if made and made.plus is not None else []
    if not marked:
        return [f"{text} AS t{position}", *more]
    if bad is None:
        return [f"{text} AS t{position}", f"CAST(NULL AS VARCHAR) AS e{position}", *more]
    return [f"CASE WHEN NOT {bad} THEN {text} END AS t{position}", f"CASE WHEN {bad} THEN {raw} END AS e{position}", *more]


def trimmed(text: str) -> str:
    """NULLIF(trim(…), '') at a third of its time: of ASCII, trim takes off blanks alone; most texts have none at their ends."""
    bare = f"strlen({text}) = length({text}) AND {text} NOT LIKE ' %' AND {text} NOT LIKE '% '"
    return f"CASE WHEN {bare} THEN NULLIF({text}, '') ELSE NULLIF(trim({text}), '') END"


def parsed_columns(cell: Cell) -> list[str]:
    text = f"t{cell.position}"
    match cell.kind:
        case "text":
            return []
        case "number" | "money":
            return [f"{_exact(text, cell.numbers)} AS v{cell.name}"]
        case "instant" | "day":
            wall, absolute = _wall(text, cell.format), _absolute(text, cell.format)
            return [f"{wall} AS l{cell.name}", f"{absolute} AS z{cell.name}", *_elapsed(cell)]
        case "bool":
            yes, no = ", ".join(map(literal_text, TRUE)), ", ".join(map(literal_text, FALSE))
            return [f"CASE WHEN lower({text}) IN ({yes}) THEN TRUE WHEN lower({text}) IN ({no}) THEN FALSE END AS v{cell.name}"]


def _elapsed(cell: Cell) -> list[str]:
    """d: the time to be added."""
    if cell.elapsed_us is None:
        return []
    number = _exact(f"p{cell.position}", cell.numbers)
    added = f"to_microseconds(CAST(round({number} * {cell.elapsed_us}) AS BIGINT))"
    return [f"CASE WHEN abs({number}) < 100000000 THEN {added} END AS d{cell.name}"]


def cell_columns(cell: Cell, zone: Transitions, *, marked: bool = False) -> list[str]:
    """marked: cells without a usable value stand in e<n>."""
    value, text = _value(cell, zone), f"t{cell.position}"
    error = f"e{cell.position}" if marked else "CAST(NULL AS VARCHAR)"
    if cell.kind == "text":
        return [f"{value} AS c{cell.name}", f"{error} AS b{cell.name}"]
    bad = f"CASE WHEN {text} IS NOT NULL AND NOT coalesce({_fits(cell)}, FALSE){_no_date(cell)} THEN {text} END"
    return [f"{value} AS c{cell.name}", f"{f'coalesce({error}, {bad})' if marked else bad} AS b{cell.name}"]


def _no_date(cell: Cell) -> str:
    """Systems that have no empty date write one of zeros: 00000000, 00.00.0000, 0000-00-00 00:00:00."""
    return f" AND NOT regexp_matches(t{cell.position}, {literal_text(ZEROS)})" if cell.kind in ("instant", "day") else ""


def _value(cell: Cell, zone: Transitions) -> str:
    name = cell.name
    match cell.kind:
        case "text":
            return f"t{cell.position}"
        case "bool":
            return f"v{name}"
        case "number" | "money":
            return f"CASE WHEN TRY_CAST(v{name} AS {NUMBER}) = v{name} THEN TRY_CAST(v{name} AS {NUMBER}) END"
        case "day":
            local = to_local(exp.column("z" + name), zone).sql("duckdb")
            return f"CAST(coalesce({_within('l' + name)}, CASE WHEN {_years('z' + name)} THEN {local} END) AS DATE)"
        case "instant":
            utc = to_utc(exp.column("l" + name), zone).sql("duckdb")
            instant = f"coalesce({_within('z' + name)}, CASE WHEN {_years('l' + name)} THEN {utc} END)"
            return instant if cell.elapsed_us is None else f"({instant} + d{name})"


def _fits(cell: Cell) -> str:
    """SQL that is true when the parsed columns hold a value of the type."""
    name = cell.name
    match cell.kind:
        case "instant" | "day":
            added = "" if cell.elapsed_us is None else f" AND d{name} IS NOT NULL"
            return f"(({_years('l' + name)} OR coalesce({_years('z' + name)}, FALSE)){added})"
        case "number" | "money":
            return f"TRY_CAST(v{name} AS {NUMBER}) = v{name}"
        case _:
            return f"v{name} IS NOT NULL"


def _exact(text: str, numbers: Numbers) -> str:
    """The number as it is written, all its decimals included, or NULL where 24 decimals do not hold it.

    The engine rounds what has more decimals than its type. A text of 24 characters can have more than 24 only by an
    exponent, and then differs from a number of ten decimals unless it is rounded to nothing.
    A minus behind the number is put before it. Marks between groups of three are dropped where every group has three.
    """
    decimal = numbers.decimal
    marks = MARKS[numbers.thousands or ("." if decimal == "," else ",")]
    groups = rf"\d{{1,3}}([{marks}]\d{{3}})+|" if numbers.thousands or decimal == "," else ""
    grouped = rf"^[+-]?({groups}\d*)([{decimal}]\d*)?([eE][+-]?\d+|-)?$"
    plain = f"regexp_replace({text}, {literal_text(f'[{marks}]')}, '', 'g')"
    plain = f"replace({plain}, ',', '.')" if decimal == "," else plain
    other = f"CASE WHEN ends_with({text}, '-') AND left({text}, 1) NOT IN ('-', '+') THEN '-' || rtrim({plain}, '-') ELSE {plain} END"
    point = f"CASE WHEN regexp_matches({text}, {literal_text(grouped)}) THEN {other} END"
    direct = (
        f"NOT contains({text}, '.') AND NOT contains({text}, ',')" if decimal == "," else f"TRY_CAST({text} AS DECIMAL(38,24)) IS NOT NULL"
    )
    value = f"CASE WHEN {direct} AND NOT ends_with({text}, '-') THEN {_sound(text)} ELSE {_sound(point)} END"
    return f"CASE WHEN length({text}) <= {LONGEST_NUMBER} AND NOT contains({text}, '_') THEN {value} END"


def _sound(point: str) -> str:
    value = f"TRY_CAST({point} AS DECIMAL(38,24))"
    return f"CASE WHEN {value} <> 0 OR TRY_CAST({point} AS DOUBLE) = 0 THEN {value} END"


def _wall(text: str, written: str | None) -> str:
    """DuckDB drops an offset or a zone's name in silence when it casts to TIMESTAMP: such texts are kept away from the cast."""
    if written:
        return "CAST(NULL AS TIMESTAMP)" if _zoned(written) else f"try_strptime({text}, {literal_text(written)})"
    usual = f"{text} LIKE {USUAL} AND NOT contains({text}, '+') AND NOT contains({text}, 'z') AND NOT contains({text}, 'Z')"
    cast = f"TRY_CAST({text} AS TIMESTAMP)"
    return f"CASE WHEN {usual} THEN {cast} WHEN regexp_matches({text}, {literal_text(WALL)}) THEN {cast} END"


def _absolute(text: str, written: str | None) -> str:
    if written:
        zoned = f"timezone('UTC', try_strptime({text}, {literal_text(written)}))"
        return zoned if _zoned(written) else "CAST(NULL AS TIMESTAMP)"
    zoned = f"{text} NOT LIKE {USUAL} AND length({text}) > 16 AND regexp_matches({text}, {literal_text(OFFSET)})"
    # A blank before the offset is usual, but not for the cast.
    joined = f"{text}[:11] || replace({text}[12:], ' ', '')"
    return f"CASE WHEN {zoned} THEN timezone('UTC', TRY_CAST({joined} AS TIMESTAMPTZ)) END"


def _zoned(written: str) -> bool:
    """Whether a strptime format reads an offset or a zone."""
    return any(directive in written.replace("%%", "") for directive in ("%z", "%Z"))


def _years(value: str) -> str:
    return f"{value} BETWEEN TIMESTAMP '{EARLIEST}' AND TIMESTAMP '{LATEST}'"


def _within(value: str) -> str:
    return f"CASE WHEN {_years(value)} THEN {value} END"
