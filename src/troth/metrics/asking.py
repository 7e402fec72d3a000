"""What a metric needs: exact sums over its rows. And what a kind of metric is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
from sqlglot import exp

from troth.engines.statistics import superpopulation_share, wilson
from troth.engines.statistics.ratio import PairSums, Ratio
from troth.kernel import digest
from troth.kernel.errors import BookError, ExpressionError, nearest
from troth.kernel.refusal import Refusal
from troth.metrics.definition import SECOND_US, Metric
from troth.metrics.ground import Cut, Ground
from troth.metrics.rows import AMOUNT, AT, BELONGS, SAME, Made, Rows, answers, entries, happened, made, objects, outcomes
from troth.promises.calendars import CALENDARS
from troth.promises.naming import quarantined
from troth.record.strata import Stratum

TENTHS, WHOLE = "CAST({} AS DECIMAL(38, 10))", "CAST({} AS DECIMAL(38, 0))"
AMOUNTS = {"num": TENTHS, "money": TENTHS, "duration": WHOLE, "working": WHOLE}
# Squares of ten decimals leave no room for what stands before them. To lose digits DuckDB divides numbers of 128 bits, at ten times the
# cost of all else; what fits into 64 bits it need not.
FACTOR = "CAST(coalesce(CAST(TRY_CAST({0} AS DECIMAL(18, 10)) AS DECIMAL(18, 6)), TRY_CAST({0} AS DECIMAL(18, 6))) AS DECIMAL(38, 6))"
UNITS = {"num": "", "bool": "share", "duration": "seconds", "working": "working hours"}
MICROSECONDS = {"seconds": SECOND_US, "working hours": 3_600 * SECOND_US}
TIMES = frozenset({"duration", "working"})
PLACE_OF = {"at": AT, "where": BELONGS, "same": SAME}
Number = int | Decimal | Fraction
ALL, NONE = "TRUE", "FALSE"
ANY_BASE = frozenset({"of", "promise", "instrument"})


class Wrong(BookError):
    """A definition that its kind cannot read. path: of the field."""

    def __init__(self, path: tuple[str, ...], message: str, column: int | None = None) -> None:
        super().__init__(message)
        self.path, self.column = path, column


@dataclass(frozen=True, slots=True)
class Sum:
    """Of the rows on which `when` is true, the sum of the product of `factors`; without any, how many they are. SQL all.

    known: not the sum, but how many rows have such a product.
    """

    when: str
    factors: tuple[str, ...] = ()
    known: bool = False

    @property
    def sql(self) -> str:
        """The sum over rows whose cells have no names."""
        return self.over(self.when, self.factors)

    def over(self, when: str, factors: Sequence[str]) -> str:
        """The sum with what the condition and the factors are called.

        By CASE: DuckDB cuts every column of a query anew for each FILTER, so that fifty metrics take ten times as long as twenty.
        """
        if self.when == NONE:
            return "CAST(0 AS BIGINT)"
        product = " * ".join(factors)
        folding = "count" if self.known or not factors else "sum"
        if self.when == ALL:
            return f"{folding}({product or '*'})"
        return f"{folding}(CASE WHEN {when} THEN {product or '1'} END)"


@dataclass(frozen=True, slots=True)
class Asked:
    """Sums over rows, exact and additive, by name; each says itself which rows it is of.

    when: SQL of the instant by which a row counts; local: of the wall clock by which it falls into a period.
    ordered: SQL of an amount that is ranked, where sums do not do; NULL for rows that do not count. tallied: SQL of a name by which rows
    are counted, a sum for each that the data know; NULL for rows that do not count. unit: of the value.
    scale: by what each sum is multiplied for that unit; `ranked` that of the amount.
    """

    rows: Rows
    when: str
    local: str
    sums: Mapping[str, Sum]
    unit: str = ""
    ordered: str | None = None
    tallied: str | None = None
    scale: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counted:
    """The sums over the rows of one stratum; of an ordered metric also its amounts, rank_<n> by their rank from 1."""

    stratum: Stratum
    sums: Mapping[str, Number]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval; None and a refusal where there is none. n: units that count.

    most: the value if all that is unknown were good; `value` is as if none were. None where nothing is unknown.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    most: float | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """Of which sums a value is made, exactly: `factor` times those of top, each with its sign, for each one of bottom; without bottom as
    they are.
    """

    top: Mapping[str, int]
    bottom: str | None = "n"
    factor: int = 1


def of_sums(top: str, bottom: str | None = "n") -> Callable[[Metric], Parts]:
    """Parts that are the same whatever the definition says."""
    parts = Parts({top: 1}, bottom)
    return lambda metric: parts  # noqa: ARG005  every kind is asked alike


def no_parts(metric: Metric) -> None:  # noqa: ARG001  every kind is asked alike
    """Of a value that is made of no sums of its units."""
    return


@dataclass(frozen=True, slots=True)
class MetricKind:
    """needs, takes: the fields of a definition that it needs, and may have beside those that all may have.

    bases: of which rows it can be, of which a definition names one. conventions: what each counts, by name; the usual one stands first.
    zero: of nothing it is nought, which is a value. parts: of which sums its value is made, None where it is of none.
    by_state: its rows are outcomes, of which those count that are kept, broken or unknown. recut: how time is cut says what its rows are,
    so that no days of it add up.
    arrivals: what it counts comes by itself, so that it spreads as counts do. composed: it is made of the readings of other metrics.
    """

    name: str
    says: str
    asked: Callable[[Metric, Ground, Cut], Asked]
    judged: Callable[[Sequence[Counted], Metric], Estimate]
    bases: frozenset[str] = frozenset({"of"})
    needs: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    conventions: Mapping[str, str] = field(default_factory=dict)
    zero: bool = False
    parts: Callable[[Metric], Parts | None] = no_parts
    by_state: bool = False
    recut: bool = False
    arrivals: bool = False
    composed: bool = False

    def convention(self, metric: Metric) -> str:
        """The convention by which a definition counts: its own, else the usual one."""
        return metric.definition or next(iter(self.conventions), "")


@dataclass(frozen=True, slots=True)
class Amount:
    """SQL of what each row that counts brings, NULL where it is not known. factor: the same for squares, which say no more than how wide
    an interval is. when: SQL of which rows count.
    """

    sql: str
    factor: str
    unit: str
    when: str

    @classmethod
    def of(cls, found: Made, when: str) -> Amount:
        unit = found.currency if found.kind == "money" else UNITS[found.kind]
        if found.kind == "bool":
            sql = f"CAST({found.sql} AS INTEGER)"
            return cls(sql, sql, unit, when)
        plain = found.kind not in TIMES and isinstance(found.node, exp.Column)  # the lake's own decimals are summed as they are
        sql = found.sql if plain else AMOUNTS[found.kind].format(found.sql)
        return cls(sql, sql if found.kind in TIMES else FACTOR.format(sql), unit, when)

    @property
    def scale(self) -> Fraction:
        """By what it is multiplied for its unit: durations are summed in microseconds."""
        return Fraction(1, MICROSECONDS.get(self.unit, 1))


@dataclass(frozen=True, slots=True)
class Bound:
    """The rows of a metric with what all its sums share: when each counts, whether it belongs, which cells that depends on."""

    ground: Ground
    metric: Metric
    rows: Rows
    when: exp.Expression
    belongs: str
    cells: frozenset[tuple[str, str]]

    @property
    def unusable(self) -> tuple[str, str]:
        """SQL of which of the cells that it depends on could not be used, NULL where all could, and the joins that it needs."""
        held = sorted(cell for cell in self.cells if cell in self.ground.held)
        return quarantined(self.rows.subject, held, f"held_{digest.of_value(held)[:8]}_")

    def amount(self, field: str, text: str) -> tuple[Bound, Amount]:
        """What each row that belongs brings by an expression, and the rows that have all it needs."""
        found = expressed(self.rows, field, text, self.ground)
        return replace(self, rows=found.rows, cells=self.cells | found.cells), Amount.of(found, self.belongs)

    def asked(self, sums: Mapping[str, Sum], unit: str = "", *, local: str | None = None) -> Asked:
        """Sums with those that all metrics have: how many rows belong, and how many of them are held back for a cell in quarantine."""
        names, joined = self.unusable
        rows, held_back = self.rows, counting(NONE)
        if joined:
            rows, held_back = rows.reaching({}, (joined,)), counting(f"{self.belongs} AND {names} IS NOT NULL")
        wall = local or self.ground.local(self.when)
        return Asked(rows, self.ground.written(self.when), wall, {"expected": counting(self.belongs), "held": held_back, **sums}, unit)

    def of_pairs(self, y: Amount, x: Amount | None = None) -> Asked:
        """Sums for a ratio of amounts, of rows of which both are known. Without x each row counts one."""
        if x is None:
            sums = {"n": Sum(y.when, (y.sql,), known=True), "y": Sum(y.when, (y.sql,)), "yy": Sum(y.when, (y.factor,) * 2)}
            return replace(self.asked(sums, y.unit), scale={"y": y.scale, "yy": y.scale**2})
        known = f"{y.when} AND {y.sql} IS NOT NULL AND {x.sql} IS NOT NULL"
        products = {"y": (y.sql,), "x": (x.sql,), "yy": (y.factor,) * 2, "xx": (x.factor,) * 2, "xy": (x.factor, y.factor)}
        sums = {"n": counting(known), **{name: Sum(known, sql) for name, sql in products.items()}}
        unit = "share" if y.unit == x.unit else f"{y.unit or '1'} per {x.unit.removesuffix('s')}" if x.unit in MICROSECONDS else y.unit
        scale = {"y": y.scale, "x": x.scale, "yy": y.scale**2, "xx": x.scale**2, "xy": x.scale * y.scale}
        return replace(self.asked(sums, unit), scale=scale)

    def ranked(self, value: Amount) -> Asked:
        """The amounts in their order, where sums do not do."""
        ordered = f"CASE WHEN {value.when} THEN {value.sql} END"
        n = Sum(value.when, (value.sql,), known=True)
        return replace(self.asked({"n": n}, value.unit), ordered=ordered, scale={"ranked": value.scale})


def bound(metric: Metric, ground: Ground) -> Bound:
    """The rows that a definition names, its `at` and its `where`. Raises Wrong."""
    rows = clocking(metric, ground, _rows(metric, ground))
    text = metric.at or _usual(metric)
    named = text in rows.names or text in ground.record.events_of(rows.subject) or rows.subject in ground.record.logged
    at = happened(rows, text, ground) if named else expressed(rows, "at", text, ground)
    return belonging(metric, ground, at.rows, at.node, at.cells)


def belonging(metric: Metric, ground: Ground, rows: Rows, when: exp.Expression, cells: frozenset[tuple[str, str]] = frozenset()) -> Bound:
    """Rows of a kind's own making, with the `where` of the definition. Raises Wrong."""
    rows = clocking(metric, ground, rows)
    if metric.where is None:
        return Bound(ground, metric, rows, when, ALL, cells)
    chosen = expressed(rows, "where", metric.where, ground)
    return Bound(ground, metric, chosen.rows, when, f"({chosen.sql})", cells | chosen.cells)


def clocking(metric: Metric, ground: Ground, rows: Rows) -> Rows:
    """Rows on whose expressions working time counts by the calendar of the definition. Raises Wrong for one that there is not."""
    if metric.calendar is None or ground.calendars is None:
        return rows
    known = ground.calendars.book.names(CALENDARS.name)
    if metric.calendar not in known:
        raise Wrong(("calendar",), f"no calendar '{metric.calendar}' in calendars/; {nearest(metric.calendar, known)}")
    return replace(rows, calendar=metric.calendar)


def expressed(rows: Rows, field: str, text: str, ground: Ground) -> Made:
    """An expression of a field. Raises Wrong for what is wrong in it."""
    try:
        return made(rows, text, ground, PLACE_OF.get(field, AMOUNT))
    except ExpressionError as error:
        raise Wrong((field,), str(error), error.column) from error


def known_type(type: str | None, field: str, ground: Ground) -> str:
    """An object type that the sources have. Raises Wrong."""
    if type is None or type not in ground.record.attributes:
        raise Wrong((field,), f"no object type '{type}' in sources/; {nearest(str(type), ground.record.attributes)}")
    return type


def known_event(event: str | None, field: str, type: str, ground: Ground) -> str:
    """An event that objects of a type have. Raises Wrong."""
    known = ground.record.events_of(type)
    if event is None or (event not in known and type not in ground.record.logged):
        raise Wrong((field,), f"no event '{event}' of '{type}'; {nearest(str(event), known)}")
    return event


def counting(condition: str) -> Sum:
    """How many rows a condition is true of."""
    return Sum(condition)


def pairs(found: Sequence[Counted], *, by_one: bool) -> list[PairSums]:
    """The sums of `Bound.of_pairs` as the engine takes them. by_one: without x."""
    made = []
    for one in found:
        n = int(one.sums["n"])
        y, yy = one.sums["y"], one.sums["yy"]
        x, xx, xy = (n, n, y) if by_one else (one.sums["x"], one.sums["xx"], one.sums["xy"])
        made.append(PairSums(n, y, x, yy, xx, xy, one.stratum.seen, one.stratum.population))
    return made


def ones(found: Sequence[Counted], name: str = "n") -> list[PairSums]:
    """A count as the engine takes it: each brings one."""
    return [PairSums(*(int(one.sums[name]),) * 6, one.stratum.seen, one.stratum.population) for one in found]


def differences(found: Sequence[Counted], good: str, bad: str) -> list[PairSums]:
    """Of n each, those that count one up less those that count one down."""
    made = []
    for one in found:
        n, up, down = (int(one.sums[name]) for name in ("n", good, bad))
        made.append(PairSums(n, up - down, n, up + down, n, up - down, one.stratum.seen, one.stratum.population))
    return made


def estimated(ratio: Ratio) -> Estimate:
    return Estimate(ratio.value, ratio.low, ratio.high, ratio.n)


def in_points(told: Estimate) -> Estimate:
    """A share as points of a hundred."""
    value, low, high = (None if one is None else 100 * one for one in (told.value, told.low, told.high))
    return replace(told, value=value, low=low, high=high)


def share_of(found: Sequence[Counted], counts: str = "y", of: str = "n") -> Estimate:
    """The share of rows that count, with the interval of the process behind them: of what was seen whole, Wilson's."""
    n = sum(int(one.sums[of]) for one in found)
    if n and all(one.stratum.seen == one.stratum.population for one in found):
        whole = wilson(sum(int(one.sums[counts]) for one in found), n)
        return Estimate(whole.value, whole.low, whole.high, n)
    columns = [[one.sums[counts], one.sums[of], one.stratum.seen, one.stratum.population] for one in found]
    num, den, seen, population = (np.array([int(value) for value in column], dtype=np.int64) for column in zip(*columns, strict=True))
    share = superpopulation_share(num, den, seen, population)
    return Estimate(share.value, share.low, share.high, n)


def _usual(metric: Metric) -> str:
    if metric.promise is not None:
        return "due"
    if metric.instrument is not None:
        return "answered"
    raise Wrong((), "'at' is missing: the event, or the expression of the instant, by which each falls into a period")


def _rows(metric: Metric, ground: Ground) -> Rows:
    if metric.promise is not None:
        promise = ground.promises.get(metric.promise)
        if promise is None:
            raise Wrong(("promise",), f"no promise '{metric.promise}' in promises/; {nearest(metric.promise, ground.promises)}")
        return outcomes(metric.promise, promise.subject)
    if metric.instrument is not None:
        about = ground.instruments.get(metric.instrument)
        if about is None:
            raise Wrong(
                ("instrument",), f"no answers to '{metric.instrument}' in sources/; {nearest(metric.instrument, ground.instruments)}"
            )
        return answers(about, metric.instrument)
    type = known_type(metric.of, "of", ground)
    return objects(type) if metric.money is None else entries(type, metric.money, ground.record.currency)
