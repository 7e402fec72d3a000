"""How a goal stands by the readings of its metric, and what a scorecard makes of its goals. Pure: readings in, judged values out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import sqrt
from typing import Literal, TypeVar

import numpy as np

from troth.engines.statistics.ratio import student_t
from troth.engines.trends import theil_sen
from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import Refusal, refuse
from troth.metrics.answering import Reading
from troth.metrics.definition import Grain
from troth.metrics.ground import ends
from troth.promises import Outcome, State, state

FEWEST = 8  # whole periods
LEVEL = 0.98  # two-sided, so that one in a hundred lies beyond
MICROSECOND = timedelta(microseconds=1)
Value = TypeVar("Value")
Bounds = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a goal stands. baseline: the metric over the last whole period before it began; actual: over the last whole one now, or at the
    goal's day where that is past, with the interval of its reading.

    forecast: what the last whole period up to the goal's day will say if it goes on as before, with its interval. best: what the process
    as it was before the goal began betters in one period of a hundred; beyond: the target is better than that. attained: the share of
    the way from the baseline to the target, 0 to 1. state: as of a promise that is made when it begins and due on its day.
    """

    baseline: float | None
    actual: float | None
    interval: tuple[float, float] | None
    period: date | None
    target: float
    forecast: float | None
    forecast_interval: tuple[float, float] | None
    best: float | None
    beyond: bool | None
    attained: float | None
    state: State | None
    why: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """A scorecard's mean of attained, by weight: a range while some cannot be told, from none of theirs attained to all.

    weights: of each item, as shares of 1, in their order.
    """

    low: float
    high: float
    weights: tuple[float, ...]


def standing(
    readings: Sequence[Reading],
    target: float,
    better: Literal["higher", "lower"],
    *,
    since: date,
    by: date,
    grain: Grain,
    now: datetime,
    bounds: Bounds = (None, None),
) -> Standing:
    """readings: of all together, by period, in their order. now: the local instant up to which the record speaks. bounds: between which
    any value lies, as a share does between 0 and 1.

    A goal is kept if the last whole period up to its day meets the target; before that day it is open, whatever was met.
    """
    why: list[Refusal] = []
    whole = [one for one in readings if one.period is not None and not one.so_far and one.value is not None]
    at_end = [one for one in whole if one.period is not None and ends(one.period, grain) <= by + timedelta(days=1)]
    before = [one for one in whole if one.period is not None and ends(one.period, grain) <= since]
    last = at_end[-1] if at_end else None
    baseline = before[-1].value if before else None
    if baseline is None:
        why.append(Refusal("where it began", f"no whole {grain} before {since}", f"one {grain} with a value", "Load what came before."))
    actual = last.value if last is not None and last.period is not None and ends(last.period, grain) > since else None
    best = _told(lambda: _inside(capability([float(one.value) for one in before if one.value is not None], better), bounds), why)
    forecast = _told(lambda: _forecast(at_end, by, grain), why) if _open(by, now) else None
    due = datetime.combine(by + timedelta(days=1), time()) - MICROSECOND
    met = actual is not None and (actual >= target if better == "higher" else actual <= target)
    made = datetime.combine(since, time())
    outcome = Outcome(
        made, due, fulfilled=due if met else None, unknown_reason=None if actual is not None or now < due else "no whole period"
    )
    return Standing(
        baseline, actual, None if last is None or last.low is None or last.high is None or actual is None else (last.low, last.high),
        last.period if last is not None and actual is not None else None, target,
        None if forecast is None else _inside(forecast[0], bounds),
        None if forecast is None else (_inside(forecast[1], bounds), _inside(forecast[2], bounds)), best,
        None if best is None else (target > best if better == "higher" else target < best), _attained(baseline, actual, target, better),
        state(outcome, now), tuple(why),
    )  # fmt: skip


def capability(values: Sequence[float], better: Literal["higher", "lower"]) -> float:
    """The value that the next period of a process will not better but once in a hundred: a one-sided prediction limit.

    Holds for periods that do not depend on one another and are about normal. Refuses fewer than 8.
    Source: Hahn and Meeker 1991, section 4.6.
    """
    if len(values) < FEWEST:
        raise CannotEstimate(
            "whether it can be attained", got=f"{len(values)} whole periods before it began", need=f"at least {FEWEST}",
            settle="Load what came before, or measure it over shorter periods.",
        )  # fmt: skip
    found = np.array(values)
    half = student_t(len(values) - 1, LEVEL) * float(found.std(ddof=1)) * sqrt(1 + 1 / len(values))
    return float(found.mean() + half if better == "higher" else found.mean() - half)


def score(standings: Sequence[Standing], weights: Sequence[float]) -> Scored:
    """The weighed mean of what was attained of the goals' ways."""
    total = sum(weights)
    shares = [weight / total for weight in weights]
    low = sum(share * (one.attained or 0.0) for share, one in zip(shares, standings, strict=True))
    missing = sum(share for share, one in zip(shares, standings, strict=True) if one.attained is None)
    return Scored(low, low + missing, tuple(shares))


def _attained(baseline: float | None, actual: float | None, target: float, better: Literal["higher", "lower"]) -> float | None:
    """Of a goal that was met when it began, whether it still is."""
    if actual is None or baseline is None:
        return None
    way = target - baseline if better == "higher" else baseline - target
    gone = actual - baseline if better == "higher" else baseline - actual
    if way <= 0:
        return 1.0 if (actual >= target if better == "higher" else actual <= target) else 0.0
    return min(1.0, max(0.0, gone / way))


def _inside(value: float, bounds: Bounds) -> float:
    low, high = bounds
    return max(value if low is None else low, value) if high is None else min(high, value if low is None else max(low, value))


def _open(by: date, now: datetime) -> bool:
    return now.date() <= by


def _forecast(whole: Sequence[Reading], by: date, grain: Grain) -> tuple[float, float, float]:
    """The line through all whole periods, drawn on to the last one that ends by a day; its interval holds 95 of 100 such periods."""
    if len(whole) < FEWEST:
        raise CannotEstimate(
            "forecast", got=f"{len(whole)} whole periods", need=f"at least {FEWEST}", settle="Wait, or load what came before."
        )
    values = np.array([one.value for one in whole], dtype=np.float64)
    line = theil_sen(values)
    steps, period = len(values) - 1, whole[-1].period
    assert period is not None
    while ends(ends(period, grain), grain) <= by + timedelta(days=1):
        period, steps = ends(period, grain), steps + 1
    at = line.intercept + line.value * steps
    left = values - (line.intercept + line.value * np.arange(len(values)))
    spread = float(np.sqrt((left**2).sum() / (len(values) - 2)))
    apart = steps - (len(values) - 1) / 2
    across = float(((np.arange(len(values)) - (len(values) - 1) / 2) ** 2).sum())
    half = student_t(len(values) - 2) * spread * sqrt(1 + 1 / len(values) + apart**2 / across)
    return at, at - half, at + half


def _told(ask: Callable[[], Value], why: list[Refusal]) -> Value | None:
    try:
        return ask()
    except CannotEstimate as error:
        why.append(refuse(error))
        return None
