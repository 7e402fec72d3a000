"""What a source promises of its data: the nouns of `contract:` in sources/*.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from troth.book import Part
from troth.kernel.errors import ExpressionError, nearest
from troth.kernel.instant import DAY_US
from troth.query import parse
from troth.query.durations import counted
from troth.query.tree import Duration

CellType = Literal["text", "number", "money", "instant", "day", "bool"]
Severity = Literal["error", "warn"]
Mode = Literal["evolve", "freeze", "quarantine"]
FOR_TOKENS = frozenset({"type", "required", "unique", "hold", "severity"})
NUMERIC, TIMED = ("number", "money"), ("instant", "day")
UNKNOWN_TO_RE2 = re.compile(r"\(\?(<?[=!]|>|P=|\()|\\[1-9]|[*+?}]\+")


def _as_text(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int | float) else value


def _fixed(written: str) -> str:
    """A duration of fixed length: months and working time have none without a calendar."""
    try:
        node = parse(written)
        unit, _ = counted(node) if isinstance(node, Duration) else ("", 0)
    except ExpressionError as error:
        raise ValueError(f"got '{written}'; {error}") from error
    if unit not in ("us", "days"):
        raise ValueError(f"got '{written}'; write a number with s, min, h, d or w: 36h, 2d")
    return written


def microseconds(written: str) -> int:
    """How long a fixed duration of a contract is, a day having 24 hours."""
    node = parse(written)
    assert isinstance(node, Duration)
    unit, count = counted(node)
    return count * DAY_US if unit == "days" else count


def _pattern(written: str) -> str:
    try:
        re.compile(written)
    except re.error as error:
        raise ValueError(f"'{written}' is no regular expression: {error}") from error
    unknown = UNKNOWN_TO_RE2.search(written)
    if unknown:
        raise ValueError(f"'{written}' has '{unknown[0]}': what looks around, looks back or does not give back is not read")
    return written


Scalar = Annotated[str, BeforeValidator(_as_text), WithJsonSchema({"type": ["string", "number", "boolean"]})]
FixedDuration = Annotated[str, AfterValidator(_fixed)]
Pattern = Annotated[str, AfterValidator(_pattern)]


class After(Part):
    """How long after another column of the row: nothing is promised for a day before it was ordered."""

    column: str = Field(description="The other column: placed")
    at_least: FixedDuration = Field("0s", description="No sooner than this after it: 0d, 2h")
    at_most: FixedDuration | None = Field(None, description="No later than this after it: 90d")


class ColumnRules(Part):
    """What holds of every cell of a column. Bounds belong to what they bound; a blank cell breaks `required` only."""

    type: CellType = Field("text", description="What the cells are: text, number, money, instant, day or bool")
    required: bool = Field(False, description="true: no cell is blank")
    unique: bool = Field(False, description="true: no two rows have the same value, what a later file supersedes aside")
    between: tuple[Scalar | None, Scalar | None] | None = Field(
        None, description="The least and the greatest value there may be, null = none: [0, 100000] or [2024-01-01, null]"
    )
    in_: tuple[Scalar, ...] | None = Field(None, alias="in", min_length=1, description="All values there may be: [open, shipped, returned]")
    matches: Pattern | None = Field(None, description="Regular expression that fits the whole cell: '[0-9]{5}'")
    after: After | None = Field(None, description="How long after another column of the row it may be: {column: placed, at_most: 90d}")
    hold: bool = Field(False, description="true: a cell that fails is held in quarantine, and what needs it is unknown until it is mended")
    severity: Severity | None = Field(
        None, description="error = a cell that fails stops the build, warn = it is told; without it error, and warn where it is held"
    )

    @property
    def weight(self) -> Severity:
        return self.severity or ("warn" if self.hold else "error")

    @model_validator(mode="after")
    def what_fits_the_type(self) -> ColumnRules:
        if self.between is not None:
            if self.type not in (*NUMERIC, *TIMED):
                raise ValueError(f"'between' is for number, money, day or instant, and the type is '{self.type}'")
            _refuse_empty(self.between, numeric=self.type in NUMERIC)
        if self.matches is not None and self.type != "text":
            raise ValueError(f"'matches' is for text, and the type is '{self.type}'")
        if self.in_ is not None and self.type not in ("text", *NUMERIC):
            raise ValueError(f"'in' is for text, number or money, and the type is '{self.type}'")
        if self.in_ is not None and self.type in NUMERIC:
            for value in self.in_:
                number_of(value)
        if self.after is not None and self.type not in TIMED:
            raise ValueError(f"'after' is for day or instant, and the type is '{self.type}'")
        if self.hold and self.severity == "error":
            raise ValueError("a cell is either held, and the build goes on, or stops it: leave out 'hold' or 'severity: error'")
        return self


class RowRules(Part):
    """How many rows of the source stand, what was superseded or taken back left out."""

    at_least: int | None = Field(None, ge=0, description="Fewer rows than this are too few: 1")
    at_most: int | None = Field(None, ge=0, description="More rows than this are too many")
    severity: Severity = Field("error", description="error = another number stops the build, warn = it is told")

    @model_validator(mode="after")
    def some_number_fits(self) -> RowRules:
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"no number is at least {self.at_least} and at most {self.at_most}")
        return self


class Contract(Part):
    """What the source's steward answers for: its cells, how many rows, how fresh, and which columns there are."""

    columns: dict[str, ColumnRules] = Field(
        {}, description="By column, as the file's first line has it: {amount: {type: money, required: true}}"
    )
    rows: RowRules | None = Field(None, description="How many rows there are together: {at_least: 1}")
    fresh_within: FixedDuration | None = Field(
        None, description="How far the newest instant of the source may lie behind the data of the whole operation: 2d"
    )
    schema_: Mode = Field(
        "evolve", alias="schema",
        description="Where columns differ from those of the last snapshot: evolve = new ones and wider types are taken and told,"
        " freeze = the build is refused, quarantine = what does not fit is held",
    )  # fmt: skip
    full_extract: bool = Field(False, description="true: each file is the whole, so that a row which is in it no more was taken back")
    lateness: FixedDuration | None = Field(None, description="How long after it happened something may still arrive: 7d")

    @property
    def asks(self) -> bool:
        """Whether something is checked, so that somebody has to answer for it; the rest only says how files are to be taken."""
        return bool(self.columns or self.rows or self.fresh_within) or self.schema_ != "evolve"

    @property
    def holds(self) -> bool:
        return self.schema_ == "quarantine" or any(rules.hold for rules in self.columns.values())

    def cells(self) -> dict[str, set[CellType]]:
        """Every column that the checks read, with the types in which they do; what is compared is read as one type."""
        wanted: dict[str, set[CellType]] = {}
        for name, rules in self.columns.items():
            wanted.setdefault(name, set()).add(rules.type)
            if rules.after:
                wanted.setdefault(rules.after.column, set()).add(rules.type)
        return wanted

    def problems(self, mapped: set[str], tokens: set[str], unread: set[str]) -> Iterator[str]:
        """What is asked of columns that cannot be had.

        mapped: columns that the mapping reads. tokens: those of which tokens are kept, which are alike or not, there or not, and say
        nothing else. unread: those of which nothing is kept.
        """
        for name, rules in self.columns.items():
            if rules.hold and name not in mapped:
                yield f"'{name}' is held but not mapped, so nothing waits for it; {nearest(name, mapped)}"
            if rules.after and rules.after.column == name:
                yield f"'{name}' cannot be after itself"
            if name in unread:
                yield f"'{name}' is free text of which nothing is kept, so that nothing of it can be checked"
            if name in tokens and rules.model_fields_set - FOR_TOKENS:
                yield f"'{name}' is personal and kept as a token: it can be checked for 'required' and 'unique' alone"


def number_of(written: str) -> Decimal:
    """A number of a contract. Raises ValueError for what is none, or more than the record holds."""
    try:
        found = Decimal(written)
    except InvalidOperation:
        raise ValueError(f"'{written}' is no number; write it with a decimal point, as in 99.5") from None
    if not found.is_finite() or abs(found) >= Decimal(10) ** 14:
        raise ValueError(f"'{written}' is beyond what amounts and numbers hold, 14 digits before the point")
    if found != round(found, 10):
        raise ValueError(f"'{written}' is finer than what is compared, 10 digits behind the point")
    return found


def time_of(written: str) -> datetime:
    """A day or an instant of a contract, on the source's own clock. Raises ValueError for what is none."""
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"'{written}' is no day or instant; write 2026-03-01 or 2026-03-01 14:00") from None
    if instant.tzinfo is not None:
        raise ValueError(f"'{written}' bears an offset; write it on the source's own clock")
    return instant


def _refuse_empty(between: tuple[str | None, str | None], *, numeric: bool) -> None:
    low, high = between
    if low is None and high is None:
        raise ValueError("'between' bounds nothing: give the least, the greatest, or both")
    given = [bound for bound in between if bound is not None]
    empty = number_of(given[0]) > number_of(given[-1]) if numeric else time_of(given[0]) > time_of(given[-1])
    if empty:
        raise ValueError(f"'between' is empty: {low} is greater than {high}")
