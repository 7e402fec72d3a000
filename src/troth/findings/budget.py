"""The budget of broken promises that an objective leaves: how much of it is spent, how fast, and what would warn in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from troth.engines.statistics.burn import Signal, burn_rate, chance_on, days_until_gone, days_until_seen, threshold_of
from troth.findings.context import Context
from troth.findings.weighing import is_sample, strata
from troth.kernel.errors import CannotEstimate
from troth.kernel.instant import DAY_US, to_us
from troth.kernel.refusal import Refusal, refuse
from troth.promises.definition import Objective
from troth.query import literal_instant

# By name: the part of the budget that is spent, and the part of its window in which; the short window is a quarter of that.
SIGNALS = {
    "fast": (Fraction(1, 4), Fraction(1, 14)),
    "steady": (Fraction(1, 2), Fraction(1, 4)),
    "slow": (Fraction(3, 4), Fraction(1, 2)),
}
SHORT = Fraction(1, 4)
LOOKS_A_YEAR = 365
# A break of so many times what the objective allows: how soon it is seen.
BREAKS = (2, 3, 5, 10)


@dataclass(frozen=True, slots=True)
class Seen:
    """A real break of `times` what the objective allows. days: how long it lasts until it is seen if nothing was broken before.

    chance: that it is seen at one look when it has lasted the long window.
    """

    times: int
    days: float
    chance: float


@dataclass(frozen=True, slots=True)
class Warned:
    """One signal. threshold: burn rate. long, short: windows in days; *_broken, *_due: what fell due in them, in the file.

    on: None while the unknown decide. false_a_year: on how many days a year it would be on if the objective were just met, looked at
    once a day, at the usual number due, each broken whatever the others do; so often it comes falsely at most.
    refusal: why it cannot be read; then there is nothing of on, false_a_year and seen.
    """

    name: str
    spent: float
    long: int
    short: int
    threshold: float
    on: bool | None = None
    long_broken: int = 0
    long_due: int = 0
    short_broken: int = 0
    short_due: int = 0
    false_a_year: float | None = None
    seen: tuple[Seen, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """What an objective leaves to be broken over a window that ends with the record.

    since, until: UTC, the first left out. due, broken, unknown: in the file. due_in_all, broken_in_all: estimated totals, the same
    where nothing was declared a sample. Of each pair the first counts the unknown as kept, the second as broken.
    burn: burn rate of the window. gone_in: days until the broken exceed what is allowed at the present rate, 0 for now, None for not
    within the length of the window; gone_why: why that cannot be said.
    """

    promise: str
    words: str
    kept: float
    over_days: int
    since: datetime
    until: datetime
    due: int
    broken: int
    unknown: int
    estimated: bool
    due_in_all: float
    allowed: float
    broken_in_all: tuple[float, float]
    left: tuple[float, float]
    burn: tuple[float, float] | None
    gone_in: tuple[int | None, int | None] | None
    gone_why: Refusal | None
    signals: tuple[Warned, ...]
    sql: str


@dataclass(frozen=True, slots=True)
class Day:
    """What fell due in 24 hours: in the file, and estimated totals. high: with the unknown among the broken."""

    due: int
    broken: int
    unknown: int
    weighed: tuple[Fraction, Fraction, Fraction]  # due, broken, broken or unknown


def budget_of(context: Context, name: str, objective: Objective) -> Budget:
    """The budget of a promise, the window ending at the instant up to which the record speaks.

    Fell due: not void, not waived. Days are of 24 hours back from that instant. A sample is scaled up, and its signals are refused.
    """
    promise, sample = context.promises[name], is_sample(context, context.promises[name].subject)
    days = _days(context, name, objective.days)
    due, low, high = (sum((day.weighed[part] for day in days), Fraction(0)) for part in range(3))
    allowed = (1 - objective.share) * due
    gone, why = _gone(days, objective)
    return Budget(
        promise=name,
        words=promise.words,
        kept=objective.kept,
        over_days=objective.days,
        since=context.as_of - timedelta(days=objective.days),
        until=context.as_of,
        due=sum(day.due for day in days),
        broken=sum(day.broken for day in days),
        unknown=sum(day.unknown for day in days),
        estimated=sample,
        due_in_all=float(due),
        allowed=float(allowed),
        broken_in_all=(float(low), float(high)),
        left=(float(allowed - low), float(allowed - high)),
        burn=(float(burn_rate(low, due, objective.share)), float(burn_rate(high, due, objective.share))) if due else None,
        gone_in=gone,
        gone_why=why,
        signals=tuple(_warned(key, days, objective, sample=sample) for key in SIGNALS),
        sql=_sql(context, name, objective.days, "count(*)"),
    )


def _sql(context: Context, name: str, days: int, select: str) -> str:
    """What fell due in the window, as an analyst would write it on the lake's views."""
    begin = literal_instant(to_us(context.as_of) - days * DAY_US).sql("duckdb")
    return (
        f"SELECT {select} AS due, count(*) FILTER (state = 'broken') AS broken, count(*) FILTER (state = 'unknown') AS unknown\n"
        f"FROM (SELECT o.stratum, o.due AS o_due, {context.state()} AS state\n"
        f"  FROM outcome_{name} o WHERE o.due > {begin} AND o.due <= {context.now})\n"
        "WHERE state IN ('kept', 'broken', 'unknown')"
    )


def _days(context: Context, name: str, count: int) -> list[Day]:
    """Every day of the window, the oldest first."""
    known = strata(context, context.promises[name].subject)
    age = f"(epoch_us({context.now}) - epoch_us(o_due)) // {DAY_US}"
    rows = context.engine.rows(f"{_sql(context, name, count, f'{age} AS age, stratum, count(*)')} GROUP BY ALL ORDER BY ALL")
    found = [Day(0, 0, 0, (Fraction(0),) * 3)] * count
    for age_in_days, stratum, due, broken, unknown in rows:
        place, weight = count - 1 - int(age_in_days), known[stratum].weight
        before = found[place]
        more = (weight * due, weight * broken, weight * (broken + unknown))
        weighed = tuple(a + b for a, b in zip(before.weighed, more, strict=True))
        found[place] = Day(before.due + due, before.broken + broken, before.unknown + unknown, (weighed[0], weighed[1], weighed[2]))
    return found


def _gone(days: Sequence[Day], objective: Objective) -> tuple[tuple[int | None, int | None] | None, Refusal | None]:
    """By the unknown as kept and as broken. The present rate is that of the last quarter of the window."""
    last = days[-ceil(len(days) * SIGNALS["steady"][1]) :]
    seen, fewest = sum(day.due for day in last), ceil(1 / (1 - objective.share))
    if seen < fewest:
        return None, Refusal("when the budget is gone", f"{seen} due in the last {_days_of(len(last))}", f"at least {fewest}", "More days.")

    def at(part: int) -> int | None:
        due, broken = (sum((day.weighed[which] for day in last), Fraction(0)) / len(last) for which in (0, part))
        return days_until_gone([day.weighed[0] for day in days], [day.weighed[part] for day in days], objective.share, (broken, due))

    return (at(1), at(2)), None


def _warned(name: str, days: Sequence[Day], objective: Objective, *, sample: bool) -> Warned:
    spent, part = SIGNALS[name]
    long = ceil(len(days) * part)
    short = ceil(long * SHORT)
    threshold = threshold_of(spent, Fraction(long), Fraction(len(days)))
    bare = Warned(name, float(spent), long, short, float(threshold))
    if sample:
        return _refused(bare, Refusal(f"the {name} signal", "a sample", "all that fell due", "Load all of them."))
    try:
        signal = Signal(threshold, Fraction(long), Fraction(short), objective.share)
        usual = Fraction(sum(day.due for day in days), len(days))
        due_long, due_short = round(usual * long), round(usual * short)
        if due_short < signal.fewest:
            raise CannotEstimate(
                f"the {name} signal",
                got=f"usually {due_short} due in {'a day' if short == 1 else f'{short} days'}",
                need=f"at least {signal.fewest}, so that one broken is no signal",
                settle="Set a longer `over:`.",
            )
        return _read(bare, days, signal, (due_long, due_short))
    except CannotEstimate as error:
        return _refused(bare, refuse(error))


def _read(bare: Warned, days: Sequence[Day], signal: Signal, usual: tuple[int, int]) -> Warned:
    long, short = days[-bare.long :], days[-bare.short :]
    counted = [(sum(d.broken for d in part), sum(d.unknown for d in part), sum(d.due for d in part)) for part in (long, short)]
    least = signal.on(*((broken, due) for broken, _, due in counted))
    most = signal.on(*((broken + unknown, due) for broken, unknown, due in counted))
    budget = 1 - signal.kept
    return Warned(
        bare.name,
        bare.spent,
        bare.long,
        bare.short,
        bare.threshold,
        on=least if least == most else None,
        long_broken=counted[0][0],
        long_due=counted[0][2],
        short_broken=counted[1][0],
        short_due=counted[1][2],
        false_a_year=LOOKS_A_YEAR * chance_on(signal, *usual, float(budget)),
        seen=tuple(
            Seen(times, float(until), chance_on(signal, *usual, float(times * budget)))
            for times in BREAKS
            if times * budget <= 1 and (until := days_until_seen(signal, Fraction(times))) is not None
        ),
    )


def _refused(bare: Warned, refusal: Refusal) -> Warned:
    return Warned(bare.name, bare.spent, bare.long, bare.short, bare.threshold, refusal=refusal)


def _days_of(count: int) -> str:
    return "day" if count == 1 else f"{count} days"
