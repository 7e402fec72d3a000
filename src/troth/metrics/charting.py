"""A metric's series on the chart that fits it, with what on it is more than chance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from itertools import accumulate, pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from troth.engines.charts import Chart, Plan, c_chart, g_chart, laney_p_chart, laney_u_chart, p_chart, t_chart, u_chart, xmr
from troth.engines.charts.chart import FEWEST
from troth.engines.charts.factors import MEDIAN_RANGE
from troth.engines.signals import NELSON, WESTERN_ELECTRIC, Rule, average_run_length, one_break
from troth.engines.signals import signals as fired
from troth.engines.signals.rules import Trend, Zone
from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import Refusal, refuse
from troth.metrics.answering import Answer, Reading
from troth.metrics.definition import Grain
from troth.metrics.ground import ends
from troth.metrics.telling import Side, named, plural, points_of, told

Floats = npt.NDArray[np.float64]
Basis = Literal["share", "count", "value"]
State = Literal["judged", "so far", "in part", "changing", "no value"]

RULES = {"western_electric": WESTERN_ELECTRIC, "nelson": NELSON}
# Nelson's eight have no exact run length: 20,000 series of independent normal values, with a standard error of 0.7.
SIMULATED = {"nelson": 73.5}
# Of a quarter of all periods without any, limits of counts say little: Provost and Murray 2011, The Health Care Data Guide, chapter 7.
RARE = 0.25
# Of independent values the median moving range says a sigma above 1 + 2.4 / sqrt(n - 1) with a chance of at most 5 in 100: 40,000 series
# each of 12 to 400 values.
OVER_DISPERSED = 2.4
BREAK = 0.01


@dataclass(frozen=True, slots=True)
class Plotting:
    """How a metric is put on a chart.

    basis: shares of counted cases, counts of what comes by itself, or values. begins, ends: the first local day that is on record and was
    asked for, and the first one after; a period that is not wholly between them is drawn and not judged. rules: a name of RULES.
    change: the day from which all is as it is now. better: as the metric says.
    """

    basis: Basis
    grain: Grain
    begins: date
    ends: date
    rules: str = "western_electric"
    change: date | None = None
    better: Literal["higher", "lower"] | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A period, or on charts of rare events the day of one; in the metric's unit, or cases or days between events.

    centre, low, high, z (distance from the centre, 3 at the limits): None where the point is not judged. phase: from 0.
    signals: names of the rules of whose patterns it is the last point.
    """

    period: date
    value: float | None
    n: int | None
    state: State
    centre: float | None = None
    low: float | None = None
    high: float | None = None
    z: float | None = None
    phase: int | None = None
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signalled:
    """since, until: the first and the last period of the pattern; first: from which of them on it is one. good: whether it is for
    the better, None where neither is.
    """

    rule: str
    since: date
    until: date
    first: date
    side: Side | None
    good: bool | None
    says: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The level changed with `period`, and with 95 % confidence not before `low` nor after `high`, None where it cannot be told.

    before, after: in the unit of the points. p: the chance of so great a change if the periods were in any order.
    """

    period: date
    low: date | None
    high: date | None
    before: float
    after: float
    p: float
    says: str


@dataclass(frozen=True, slots=True)
class Charted:
    """kind: p, p', u, u', c, X, g, t. why: why this chart, in a sentence. limits: from what they are learnt.

    run_length: how many points of a process that does not change pass until one of the rules gives a signal, on average.
    """

    slice: tuple[str, ...] | None
    kind: str
    why: str
    limits: str
    points: tuple[Point, ...]
    signals: tuple[Signalled, ...]
    moved: Moved | None
    run_length: float
    refusal: Refusal | None = None

    @property
    def judged(self) -> int:
        return sum(point.state == "judged" for point in self.points)


def basis_of(answer: Answer, *, arrivals: bool) -> Basis:
    """How a metric's values come about. arrivals: its kind counts what comes by itself. What is scaled up from a sample is a value."""
    if answer.estimated:
        return "value"
    sums = next((one.sums for one in answer.readings if one.sums is not None), {})
    if answer.unit == "share" and sums and "x" not in sums:
        return "share"
    return "count" if arrivals else "value"


def series_of(answer: Answer) -> dict[tuple[str, ...] | None, list[Reading]]:
    """By slice, in their order, the readings in order of time; all together last."""
    found: dict[tuple[str, ...] | None, list[Reading]] = {}
    for one in sorted(answer.readings, key=lambda one: one.period or date.min):
        if one.period is not None:
            found.setdefault(one.slice, []).append(one)
    return dict(sorted(found.items(), key=lambda item: (item[0] is None, item[0] or ())))


def charted(series: Sequence[Reading], how: Plotting, rng: np.random.Generator) -> Charted:
    """The series on a chart of shares, counts or values.

    Limits are learnt from whole periods alone; from those since the change, or where they are too few from those before it. A share and a
    count get the limits of counting alone, or where neighbouring periods differ more than that explains (by their median, 5 %) Laney's.
    Fewer than 12 whole periods are refused, and what the charts refuse.
    """
    points = [_point(reading, how) for reading in series]
    places = [place for place, point in enumerate(points) if point.state == "judged"]
    part = series[0].slice if series else None
    try:
        plan, limits = _plan([points[place].period for place in places], how, plural(how.grain))
        chart, why, scale = _drawn([series[place] for place in places], how, plan)
        moved = _moved(chart, [points[place].period for place in places], how, rng, float(scale.mean()))
    except CannotEstimate as error:
        return Charted(part, "", "", "", _unjudged(points), (), None, _run_length(how.rules), refuse(error))
    found, at = _signalled(chart, [points[place].period for place in places], how, good=_good(how.better))
    for order, place in enumerate(places):
        points[place] = _judged(points[place], chart, order, float(scale[order]), at.get(order, ()), plan)
    return Charted(part, chart.kind, why, limits, tuple(points), found, moved, _run_length(how.rules))


def rare(series: Sequence[Reading], how: Plotting) -> bool:
    """Whether so many whole periods are without any event that what lies between events says more."""
    whole = [one for one in series if _state(one, how) == "judged"]
    if how.basis == "value" or not whole:
        return False
    events = [_cases(one, how)[1] for one in whole]
    if how.basis == "share":
        events = (
            events if 2 * sum(events) <= sum(one.n or 0 for one in whole) else [_cases(one, how)[0] - _cases(one, how)[1] for one in whole]
        )
    return sum(events) > 0 and sum(count == 0 for count in events) > RARE * len(events)


def charted_gaps(days: Sequence[Reading], how: Plotting) -> Charted:
    """The events of a series that are rare, by how many cases (g chart) or days (t chart) lie between one and the next.

    days: the readings of the days on which there were cases. Of a share the rarer of its two outcomes is the event. Several of one day are
    spread over it evenly. What has passed since the last event is drawn, and not judged. Fewer than 13 events are refused, and hidden days.
    """
    inside = [one for one in days if one.period is not None and how.begins <= one.period < how.ends and not one.hidden]
    counted = [_cases(one, how) for one in inside]
    n, k = sum(one for one, _ in counted), sum(one for _, one in counted)
    fails = how.basis == "share" and 2 * k > n
    events = [(one - other) if fails else other for one, other in counted]
    upto = list(accumulate((one for one, _ in counted), initial=0))
    at: list[tuple[date, float]] = []
    for place, (reading, count) in enumerate(zip(inside, events, strict=True)):
        assert reading.period is not None
        begins, size = (upto[place], counted[place][0]) if how.basis == "share" else ((reading.period - how.begins).days, 1)
        spread = [begins + (step + 0.5) * size / count for step in range(count)]
        at += [(reading.period, float(int(one)) if how.basis == "share" else one) for one in spread]
    less, last = (1, float(upto[-1])) if how.basis == "share" else (0, float((how.ends - how.begins).days))
    gaps = [(one[0], two[0], two[1] - one[1] - less) for one, two in pairwise(at)]
    points = [Point(two, gap, None, _state_of_gap(one, two, how)) for one, two, gap in gaps]
    part = days[0].slice if days else None
    places = [place for place, point in enumerate(points) if point.state == "judged"]
    try:
        if any(one.hidden for one in days):
            raise CannotEstimate("control chart of rare events", got="days too small to be shown", need="all of them")
        plan, limits = _plan([points[place].period for place in places], how, "gaps between events")
        values = np.array([points[place].value for place in places], dtype=np.float64)
        chart = g_chart(values, plan) if how.basis == "share" else t_chart(values, plan)
    except CannotEstimate as error:
        return Charted(part, "", "", "", _unjudged(points), (), None, _run_length(how.rules), refuse(error))
    good = _good(how.better)
    far_is_good = good if fails else {side: None if one is None else not one for side, one in good.items()}
    found, fires = _signalled(chart, [points[place].period for place in places], how, good=far_is_good, between=True)
    for order, place in enumerate(places):
        points[place] = _judged(points[place], chart, order, 1.0, fires.get(order, ()), plan)
    points.append(Point(how.ends, last - at[-1][1] - less, None, "so far"))
    what = "cases" if how.basis == "share" else "days"
    why = f"events are so rare that {what} between them say more than {plural(how.grain)}: more {what} mean fewer events"
    return Charted(part, chart.kind, why, limits, tuple(points), found, None, _run_length(how.rules))


def by_chance(charts: Iterable[Charted]) -> float:
    """How many signals charts of processes that do not change would give."""
    return sum(one.judged / one.run_length for one in charts if one.refusal is None)


def _good(better: str | None) -> dict[Side, bool | None]:
    return {"above": None, "below": None} if better is None else {"above": better == "higher", "below": better == "lower"}


@lru_cache(maxsize=8)
def _run_length(rules: str) -> float:
    return SIMULATED[rules] if rules in SIMULATED else average_run_length(RULES[rules])


def _state(reading: Reading, how: Plotting) -> State:
    assert reading.period is not None
    if reading.value is None or (how.basis == "share" and not reading.n):
        return "no value"
    after = ends(reading.period, how.grain)
    if reading.so_far:
        return "so far"
    if reading.period < how.begins or after > how.ends:
        return "in part"
    return "changing" if how.change is not None and reading.period < how.change < after else "judged"


def _state_of_gap(first: date, second: date, how: Plotting) -> State:
    return "changing" if how.change is not None and first < how.change <= second else "judged"


def _point(reading: Reading, how: Plotting) -> Point:
    assert reading.period is not None
    return Point(reading.period, reading.value, reading.n, _state(reading, how))


def _unjudged(points: Sequence[Point]) -> tuple[Point, ...]:
    """Where no chart could be made nothing was judged."""
    return tuple(replace(point, state="in part") if point.state == "judged" else point for point in points)


def _judged(point: Point, chart: Chart, at: int, scale: float, names: Iterable[str], plan: Plan) -> Point:
    phase = sum(start <= at for start in (*plan.starts, *(plan.learn[1:] if plan.learn is not None else ())))
    centre, low, high = (float(line[at]) * scale for line in (chart.centre, chart.low, chart.high))
    return replace(point, centre=centre, low=low, high=high, z=float(chart.z[at]), phase=phase, signals=tuple(names))


def _plan(periods: Sequence[date], how: Plotting, what: str) -> tuple[Plan, str]:
    """Where limits begin anew, or from what they are held; and that in words."""
    if len(periods) < FEWEST:
        raise CannotEstimate(
            "control chart", got=f"{len(periods)} whole {what}", need=f"at least {FEWEST}", settle="Ask by shorter periods, or later."
        )
    change = how.change
    if change is None:
        return Plan(), f"learnt from {len(periods)} {what}"
    before = sum(period < change for period in periods)
    if not 0 < before < len(periods):
        raise CannotEstimate(
            "control chart with a change", got=f"no whole {what} {'before' if not before else 'since'} {change}", need="some on either side"
        )
    if before < FEWEST:
        raise CannotEstimate(
            "control chart with a change", got=f"{before} whole {what} before {change}", need=f"at least {FEWEST}",
            settle="Leave the time before out: --since.",
        )  # fmt: skip
    after = len(periods) - before
    if after >= FEWEST:
        return Plan(starts=(before,)), f"learnt from {before} {what} before {change} and anew from {after} since"
    return Plan(learn=(0, before)), f"learnt from {before} {what} before {change}; the {after} since are too few, and judged by these"


def _cases(reading: Reading, how: Plotting) -> tuple[int, int]:
    """How many count, and of how many it is true; of what is counted they are the same."""
    sums, n = reading.sums or {}, int(reading.n or 0)
    return n, int(sums.get("kept", sums.get("y", 0))) if how.basis == "share" else n


def _drawn(series: Sequence[Reading], how: Plotting, plan: Plan) -> tuple[Chart, str, Floats]:
    """The chart, why it is this one, and by what its points are multiplied to be readings."""
    ones, many = np.ones(len(series)), plural(how.grain)
    if how.basis == "value":
        values = np.array([one.value for one in series], dtype=np.float64)
        return xmr(values, plan).location, f"single values, by what neighbouring {many} differ", ones
    counted = np.array([_cases(one, how) for one in series], dtype=np.int64)
    cases, events = counted[:, 0].astype(np.float64), counted[:, 1]
    if how.basis == "share":
        shares = events / cases
        return *_or_laney(
            partial(p_chart, shares, cases, plan), partial(laney_p_chart, shares, cases, plan), "a share of cases", many, plan
        ), ones
    days = np.array([(ends(one.period, how.grain) - one.period).days for one in series if one.period is not None], dtype=np.float64)
    wide = partial(laney_u_chart, events, days, plan)
    if np.unique(days).size == 1:
        return *_or_laney(partial(c_chart, events, plan), partial(laney_u_chart, events, ones, plan), "a count", many, plan), ones
    return *_or_laney(partial(u_chart, events, days, plan), wide, f"a count for the days of each {how.grain}", many, plan), days


def _or_laney(plain: Callable[[], Chart], wide: Callable[[], Chart], what: str, many: str, plan: Plan) -> tuple[Chart, str]:
    """The plain chart, or Laney's where neighbours differ by more than counting. By the median, which no single jump moves."""
    chart = plain()
    edges = [*chart.starts.tolist(), chart.points.size]
    pieces = [chart.z[first:last] for first, last in (pairwise(edges) if plan.learn is None else (plan.learn,))]
    times = [float(np.median(np.abs(np.diff(z)))) / MEDIAN_RANGE for z in pieces]
    if all(each <= 1 + OVER_DISPERSED / (z.size - 1) ** 0.5 for each, z in zip(times, pieces, strict=True)):
        return chart, f"{what}, with what counting alone lets it move"
    said = f"{what}; neighbouring {many} differ {max(times):.1f} times as much as counting explains, which the limits allow for (Laney)"
    return wide(), said


def _moved(chart: Chart, periods: Sequence[date], how: Plotting, rng: np.random.Generator, scale: float) -> Moved | None:
    """Where the level changed, if it did and nobody said when."""
    if how.change is not None:
        return None
    found = one_break(chart.points, rng)
    if found.p > BREAK:
        return None
    low, high = (None if at is None else periods[min(max(at, 0), len(periods) - 1)] for at in (found.low, found.high))
    between = "" if low is None or high is None else f", between {named(low, how.grain)} and {named(high, how.grain)}"
    says = f"the level changed with {named(periods[found.at], how.grain)}{between}"
    return Moved(periods[found.at], low, high, found.before * scale, found.after * scale, found.p, says)


def _signalled(
    chart: Chart, periods: Sequence[date], how: Plotting, *, good: Mapping[Side, bool | None], between: bool = False
) -> tuple[tuple[Signalled, ...], dict[int, list[str]]]:
    """Patterns in order of time, those of one rule that follow one another as one; and by position the rules that fire there."""
    found: list[Signalled] = []
    at: dict[int, list[str]] = {}
    for signal in fired(chart, RULES[how.rules]):
        size = points_of(signal.rule)
        for place in signal.at.tolist():
            at.setdefault(place, []).append(signal.rule.name)
        for side, first, last in _runs(chart, signal.rule, signal.at.tolist(), merged=size > 1):
            begin = max(0, first - size + 1)
            until = named(periods[last], "day" if between else how.grain)
            if between:
                until = f"the gap that ended on {until}"
            says = told(signal.rule, side, last - begin + 1, until, "gaps" if between else plural(how.grain))
            better = good[side] if side else None
            found.append(
                Signalled(signal.rule.name, periods[begin], periods[last], periods[first], side, better, f"{says[0].upper()}{says[1:]}")
            )
    return tuple(sorted(found, key=lambda one: (one.until, one.since))), at


def _runs(chart: Chart, rule: Rule, places: Sequence[int], *, merged: bool) -> list[tuple[Side | None, int, int]]:
    """Side, first and last position of what fires: positions that follow one another on one side and in one phase are one."""
    found: list[tuple[Side | None, int, int]] = []
    starts = set(chart.starts.tolist())
    for place in places:
        side = _side(chart, rule, place)
        if merged and found and found[-1][0] == side and found[-1][2] == place - 1 and place not in starts:
            found[-1] = (side, found[-1][1], place)
        else:
            found.append((side, place, place))
    return found


def _side(chart: Chart, rule: Rule, place: int) -> Side | None:
    if isinstance(rule, Zone):
        return "above" if chart.z[place] > 0 else "below"
    if isinstance(rule, Trend):
        return "above" if chart.z[place] > chart.z[place - 1] else "below"
    return None
