"""From queries to readings: sums fetched once, added up exactly, judged by what each metric is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from troth.kernel.errors import BadValue, CannotEstimate, nearest
from troth.kernel.refusal import Refusal, refuse
from troth.metrics.asking import Counted, Estimate, Number
from troth.metrics.compiling import Query, compiled, ranked_sql, tallied_sql
from troth.metrics.definition import Metric
from troth.metrics.finding import find
from troth.metrics.ground import Ground, ends
from troth.metrics.hiding import hidden
from troth.metrics.kinds import KINDS
from troth.metrics.kinds.quantile import ranks
from troth.metrics.ports import Rollups
from troth.metrics.request import Request
from troth.metrics.rolling import roll, rolled_rows
from troth.record import Engine
from troth.record.strata import Stratum, strata_of

NOT_ON_RECORD = "not on record"
MOST_VALUES = 10_000
Slice = tuple[str, ...]
Sums = dict[str, Number]
Found = dict[Stratum, Sums]
Cells = dict[tuple[date | None, Slice], Found]
ALL = Stratum(None, 1, 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a metric. period: its first local day, None for all. slice: by what was asked, None for all together.

    value, low, high, most: as of Estimate, in the answer's unit. n: units that count, expected: that belong, held: those of them held back
    for a cell in quarantine; all in the file. so_far: the period is not over. hidden: too few to be shown, or others would follow.
    sums: exact, of all strata, unweighed: readings of slices add up.
    """

    period: date | None
    slice: Slice | None
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    expected: int | None
    held: int | None
    most: float | None = None
    so_far: bool = False
    hidden: bool = False
    refusal: Refusal | None = None
    sums: Mapping[str, Number] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a metric says. convention: the one by which it counts. unit: share, seconds, a currency, or nothing.

    readings: by period and slice, in their order, all together last in each period. undated: units that belong and have no instant.
    estimated: values are scaled up from a sample. sql: of its sums, to be run on the lake's views.
    """

    metric: str
    definition: Metric
    convention: str
    unit: str
    by: tuple[str, ...]
    readings: tuple[Reading, ...]
    undated: int
    estimated: bool
    sql: str


def answer(
    engine: Engine,
    metrics: Mapping[str, Metric],
    request: Request,
    ground: Ground,
    dimensions: Mapping[str, Mapping[str, str]],
    rollups: Rollups | None = None,
) -> dict[str, Answer]:
    """Readings of metrics, one query for all that count the same rows by the same instant.

    rollups: sums by day that were kept of the same snapshot, and that may be. Raises Wrong and BadValue as `compiled` does.
    """
    guarded = {name: metric for name, metric in metrics.items() if metric.minimum > 1 and request.only}
    asked_so = replace(request, by=(*request.by, *request.only), only={})
    found: dict[str, Answer] = {}
    for chosen, asked in ((metrics.keys() - guarded.keys(), request), (guarded.keys(), asked_so)):
        for query in compiled({name: metrics[name] for name in metrics if name in chosen}, asked, ground, dimensions):
            found |= _answers(engine, query, metrics, asked, ground, rollups)
    return {name: _narrowed(found[name], request) if name in guarded else found[name] for name in metrics}


def answer_all(
    engine: Engine,
    metrics: Mapping[str, Metric],
    asked: Sequence[tuple[str, Request]],
    ground: Ground,
    dimensions: Mapping[str, Mapping[str, str]],
) -> list[Answer]:
    """Answers to many questions about one metric each, in their order: those that cut and slice alike are asked together.

    Raises as `answer` does.
    """
    alike: dict[Request, list[int]] = {}
    for place, (_, request) in enumerate(asked):
        alike.setdefault(request, []).append(place)
    found: dict[int, Answer] = {}
    for request, places in alike.items():
        told = answer(engine, {asked[place][0]: metrics[asked[place][0]] for place in places}, request, ground, dimensions)
        found |= {place: told[asked[place][0]] for place in places}
    return [found[place] for place in range(len(asked))]


def _narrowed(found: Answer, request: Request) -> Answer:
    """Of readings by more than was asked, those that were asked for: what is hidden beside others is hidden alone."""
    wanted, width = tuple(request.only.values()), len(request.by)
    kept = [one for one in found.readings if one.slice is not None and one.slice[width:] == wanted]
    readings = tuple(replace(one, slice=one.slice[:width] if width and one.slice else None) for one in kept)
    return replace(found, by=request.by, readings=readings)


def _answers(
    engine: Engine, query: Query, metrics: Mapping[str, Metric], request: Request, ground: Ground, rollups: Rollups | None
) -> dict[str, Answer]:
    rows = rolled_rows(engine, query, request, rollups) if rollups else None
    if rows is None:
        find(engine, query.relations)
        if rollups and roll(engine, query, rollups):
            rows = rolled_rows(engine, query, request, rollups)
        rows = engine.rows(query.select) if rows is None else rows
    strata = strata_of(engine, next(iter(query.asked.values())).rows.subject)
    if not rows:
        find(engine, query.relations)
        _refuse_unknown(engine, query)
    found = {}
    for name, asked in query.asked.items():
        metric, kind = metrics[name], KINDS[metrics[name].kind]
        cells, undated = _cells(rows, query, name, strata, len(request.by))
        _fill(cells, query, name, metric, request)
        if asked.ordered is not None:
            _rank(engine, query, name, metric, cells, strata)
        if asked.tallied is not None:
            _tally(engine, query, asked.tallied, cells, strata)
        readings = tuple(_readings(cells, metric, request, ground, ordered=asked.ordered is not None))
        sampled = any(one.weight != 1 for one in strata.values())
        found[name] = Answer(name, metric, kind.convention(metric), asked.unit, request.by, readings, undated, sampled, query.sql)
    return found


def _refuse_unknown(engine: Engine, query: Query) -> None:
    """A value that no row has is a slip of the pen, and no slice without anything in it."""
    for dimension, (sql, value) in query.wanted.items():
        known = [
            str(one) for (one,) in engine.rows(f"SELECT DISTINCT {sql} {query.rows} WHERE {sql} IS NOT NULL ORDER BY 1 LIMIT {MOST_VALUES}")
        ]
        if value not in known:
            raise BadValue(f"no '{dimension}' of that name", got=f"'{value}'", allowed=nearest(value, known))


def _cells(
    rows: Sequence[tuple[object, ...]], query: Query, name: str, strata: Mapping[str | None, Stratum], width: int
) -> tuple[Cells, int]:
    """The sums of a metric by period, slice and stratum, in its unit; and how many units have no instant."""
    asked, places = query.asked[name], query.places[name]
    cells: Cells = defaultdict(dict)
    undated = 0
    for row in rows:
        sums = {key: _scaled(row[3 + width + place], asked.scale.get(key)) for key, place in places.items()}
        if row[0]:
            cells[_key(row, width)][strata[row[2 + width]]] = sums  # type: ignore[index]
        else:
            undated += int(sums["expected"])
    return cells, undated


def _fill(cells: Cells, query: Query, name: str, metric: Metric, request: Request) -> None:
    """Nothing is a number where things are counted: periods between the first and the last in which a slice has none, and all of none."""
    nought: Sums = dict.fromkeys(query.places[name], 0)
    if not cells and not request.by:
        cells[None, ()] = {ALL: nought}
    periods = sorted(period for period, _ in cells if period is not None)
    if not KINDS[metric.kind].zero or not periods or request.cut.grain is None:
        return
    period, parts = periods[0], {part for _, part in cells}
    while period < periods[-1]:
        period = ends(period, request.cut.grain)
        for part in parts:
            cells.setdefault((period, part), {ALL: nought})


def _key(row: Sequence[object], width: int) -> tuple[date | None, Slice]:
    period = row[1]
    assert period is None or isinstance(period, date)
    return period, tuple(NOT_ON_RECORD if one is None else str(one) for one in row[2 : 2 + width])


def _scaled(value: object, by: Fraction | None) -> Number:
    number = value if isinstance(value, int | Decimal) else 0
    if by is None or by == 1:
        return number
    if isinstance(number, int):
        return Fraction(number * by.numerator, by.denominator)
    return Fraction(number) * by


def _readings(cells: Cells, metric: Metric, request: Request, ground: Ground, *, ordered: bool) -> Iterator[Reading]:
    """By period, each slice in the order of its names, and all together last; what is ranked has no sums of which that could be made."""
    gone = hidden({(period, *part): _count(found, "n") for (period, part), found in cells.items()}, metric.minimum)
    for period in sorted({period for period, _ in cells}, key=lambda one: one or date.min):
        so_far = period is not None and request.cut.grain is not None and ends(period, request.cut.grain) > ground.today
        mine = {part: found for (at, part), found in cells.items() if at == period}
        for part, found in sorted(mine.items()) if request.by else ():
            yield _reading(period, part, found, metric, so_far=so_far, hide=(period, *part) in gone)
        if not (ordered and request.by):
            yield _reading(period, None, _together(mine.values()), metric, so_far=so_far)


def _reading(period: date | None, part: Slice | None, found: Found, metric: Metric, *, so_far: bool, hide: bool = False) -> Reading:
    n, expected, held = (_count(found, key) for key in ("n", "expected", "held"))
    if hide or 0 < n < metric.minimum:
        return Reading(period, part, None, None, None, None, None, None, so_far=so_far, hidden=True)
    try:
        told = KINDS[metric.kind].judged([Counted(stratum, sums) for stratum, sums in found.items()], metric)
    except CannotEstimate as error:
        told = Estimate(None, n=n, refusal=refuse(error))
    (sums,) = _together({ALL: each} for each in found.values()).values()
    return Reading(
        period, part, told.value, told.low, told.high, told.n, expected, held, told.most, so_far, refusal=told.refusal, sums=sums
    )


def _together(parts: Iterable[Found]) -> Found:
    """The sums of several cells, stratum by stratum."""
    whole: Found = {}
    for part in parts:
        for stratum, sums in part.items():
            before = whole.get(stratum)
            if before is None:
                whole[stratum] = {key: Fraction(value) if isinstance(value, Decimal) else value for key, value in sums.items()}
                continue
            for key, value in sums.items():
                before[key] = _plus(before.get(key, 0), value)
    return whole


def _plus(one: Number, other: Number) -> Number:
    """Exactly; a decimal of 28 digits would round."""
    if isinstance(one, int) and isinstance(other, int):
        return one + other
    return Fraction(one) + Fraction(other)


def _count(found: Found, key: str) -> int:
    return sum(int(sums[key]) for sums in found.values())


def _rank(engine: Engine, query: Query, name: str, metric: Metric, cells: Cells, strata: Mapping[str | None, Stratum]) -> None:
    """Adds to each cell the amounts of the ranks that its judging needs."""
    asked, width = query.asked[name], len(query.keys) - 3
    counts = {int(sums["n"]) for found in cells.values() for sums in found.values() if sums["n"]}
    if not counts:
        return
    for row in engine.rows(ranked_sql(query, str(asked.ordered), {n: ranks(n, metric) for n in counts})):
        if row[0]:
            cells[_key(row, width)][strata[row[2 + width]]][f"rank_{row[-2]}"] = _scaled(row[-1], asked.scale.get("ranked"))


def _tally(engine: Engine, query: Query, tallied: str, cells: Cells, strata: Mapping[str | None, Stratum]) -> None:
    """Adds to each cell how many of its rows have each of the names by which they are counted."""
    width = len(query.keys) - 3
    for row in engine.rows(tallied_sql(query, tallied)):
        if row[0]:
            cells[_key(row, width)][strata[row[2 + width]]][str(row[-2])] = int(row[-1])
