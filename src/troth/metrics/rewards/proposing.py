"""Which teams a reward proposes: those whose interval lies beyond the threshold, over each cycle that is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from troth.engines.comparing.luck import chance_of_average, chance_of_share, share_beyond
from troth.engines.statistics.normal import two_sided_z
from troth.engines.statistics.proportion import wilson_limits
from troth.engines.statistics.ratio import student_t
from troth.kernel.refusal import Refusal
from troth.metrics.answering import NOT_ON_RECORD, Answer, Reading, answer
from troth.metrics.definition import Metric
from troth.metrics.ground import Ground, ends
from troth.metrics.request import Request
from troth.metrics.rewards.belonging import persons_of
from troth.metrics.rewards.definition import Reward, Threshold
from troth.metrics.units.cells import Basis, cell_of, comparable, df_of
from troth.metrics.units.unit import Cell
from troth.promises.persons import FEWEST, refuse_persons
from troth.query import parse
from troth.record import Engine


@dataclass(frozen=True, slots=True)
class Team:
    """One team over one cycle. n: cases; value, low, high: in the metric's unit, the interval at the level of the rule; near: its limit on
    the side of the threshold. error: its standard error, of a share by the interval.

    proposed: `near` reaches the threshold, of enough cases, and the counter measure holds. counter: its value, None where there is none.
    refusal: why it cannot be said, or why it is not proposed though it reached the threshold. luck: the chance that a team of so many
    cases, exactly as all teams together, would be proposed.
    """

    name: str
    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    near: float | None = None
    error: float | None = None
    proposed: bool = False
    counter: float | None = None
    refusal: Refusal | None = None
    luck: float | None = None


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle that is over. begins, ends: its first and its last local day. pooled: what all teams are together; None where nothing is
    known of any. teams: in the order of their names, which says nothing.
    """

    begins: date
    ends: date
    pooled: float | None
    teams: tuple[Team, ...]

    @property
    def proposed(self) -> tuple[Team, ...]:
        return tuple(one for one in self.teams if one.proposed)


@dataclass(frozen=True, slots=True)
class Looked:
    """unit: of the metric; counter_unit: of the counter measure. open: the first day of the cycle that is not over yet; None where the
    record ends with a cycle. refusal: why nothing can be proposed at all.
    """

    unit: str
    cycles: tuple[Cycle, ...]
    open: date | None = None
    counter_unit: str = ""
    refusal: Refusal | None = None


def cycles_of(
    engine: Engine, said: Reward, metrics: Mapping[str, Metric], ground: Ground, dimensions: Mapping[str, Mapping[str, str]]
) -> Looked:
    """Every team over every cycle that is over, the oldest first.

    Cases of no team on record count nowhere. Where the rule says who did them, a team of fewer than eight is not looked at: its reward
    would be theirs. Of all teams together the value is that of their cases. Refuses cases that are a sample.
    Raises BadValue for a metric that is no share and no average, and for teams that would be single persons.
    """
    if said.by not in dimensions:
        refuse_persons(parse(said.by), ground.counted(metrics[said.metric]), ground.record)

    def asked(one: Threshold) -> Answer:
        return answer(engine, {one.metric: metrics[one.metric]}, Request.of(by=(said.by,), grain=said.cycle), ground, dimensions)[
            one.metric
        ]

    told, counter = asked(said), asked(said.counter) if said.counter else None
    basis = comparable(told, averaged=True)
    if told.estimated:
        sample = Refusal("teams of a sample", "strata with weights", "all of the cases", "Load all of them.")
        return Looked(told.unit, (), refusal=sample)
    beside = {(one.period, one.slice): one.value for one in counter.readings} if counter else {}
    persons = persons_of(engine, said, metrics[said.metric], ground, dimensions)
    cycles = []
    for period, readings in _by_period(told):
        known = [one for one in readings if not one.hidden and one.value is not None]
        pooled = _pooled([cell_of(one, basis) for one in known], [one.value for one in known])
        teams = tuple(_few(one, said, persons) or _team(one, said, basis, pooled, beside.get((one.period, one.slice))) for one in readings)
        cycles.append(Cycle(period, ends(period, said.cycle) - timedelta(days=1), pooled, teams))
    unfinished = [one.period for one in told.readings if one.so_far and one.period is not None]
    return Looked(told.unit, tuple(cycles), min(unfinished, default=None), counter.unit if counter else "")


def _by_period(told: Answer) -> Iterator[tuple[date, list[Reading]]]:
    found: dict[date, list[Reading]] = {}
    for one in told.readings:
        if one.period is not None and not one.so_far and one.slice is not None and one.slice[0] != NOT_ON_RECORD:
            found.setdefault(one.period, []).append(one)
    for period in sorted(found):
        yield period, sorted(found[period], key=lambda one: one.slice or ())


def _pooled(cells: list[Cell], values: list[float | None]) -> float | None:
    """What the cases of all teams are together: teams weigh as many cases, or as much of the denominator, as they have."""
    weights = [float(cell.n) if cell.weight is None else cell.weight for cell in cells]
    whole = sum(weights)
    return sum(weight * (value or 0.0) for weight, value in zip(weights, values, strict=True)) / whole if whole > 0 else None


def _few(one: Reading, said: Reward, persons: Mapping[tuple[date, str], frozenset[str]]) -> Team | None:
    """A team that is not looked at, since nobody is shown it or it is a few persons; None where it is neither."""
    assert one.slice is not None
    assert one.period is not None
    name = one.slice[0]
    if one.hidden:
        return Team(name, 0, refusal=Refusal("too few were counted to be shown", "", "as many as the metric's `minimum`"))
    crew = len(persons.get((one.period, name), ()))
    if said.person is not None and crew < FEWEST:
        few = Refusal("a team of so few would be rewarded as persons", f"{crew}", f"{FEWEST} or more who had a case of it")
        return Team(name, one.n or 0, one.value, refusal=few)
    return None


def _team(one: Reading, said: Reward, basis: Basis, pooled: float | None, counter: float | None) -> Team:
    assert one.slice is not None
    name, n = one.slice[0], one.n or 0
    if one.value is None or n < said.least:
        few = Refusal("too few cases to be rewarded by", f"{n:,}", f"{said.least:,} or more")
        return Team(name, n, one.value, refusal=one.refusal or few)
    cell, df = cell_of(one, basis), df_of(one)
    if basis == "share":
        assert cell.events is not None
        low, high = wilson_limits(one.value, n, said.level)
        reached = share_beyond(cell.events, n, said.bound, said.side, said.level)
        error = (high - low) / (2 * two_sided_z(said.level))
        luck = None if pooled is None else chance_of_share(n, pooled, said.bound, said.side, said.level)
    elif cell.error:
        half = (two_sided_z(said.level) if df is None else student_t(df, said.level)) * cell.error
        low, high, error = one.value - half, one.value + half, cell.error
        reached = low >= said.bound if said.side == "above" else high <= said.bound
        luck = None if pooled is None else chance_of_average(pooled, error, df, said.bound, said.side, said.level)
    else:
        alike = Refusal("no interval can be drawn", "cases that are all alike", "cases that differ among themselves")
        return Team(name, n, one.value, refusal=alike)
    held = _counted(said.counter, counter)
    near = low if said.side == "above" else high
    return Team(
        name, n, one.value, low, high, near, error, reached and held is None, counter, held if reached else None,
        0.0 if held is not None else luck,
    )  # fmt: skip


def _counted(said: Threshold | None, value: float | None) -> Refusal | None:
    """Why what customers get does not let a team be rewarded; None where it does."""
    if said is None:
        return None
    reached = value is not None and (value >= said.bound if said.side == "above" else value <= said.bound)
    if reached:
        return None
    sign = "at least" if said.side == "above" else "at most"
    got = "nothing known" if value is None else f"{value:.4g}"
    return Refusal(f"what customers get of it, '{said.metric}', does not hold", got, f"{sign} {said.bound:g}")
