"""One person's own results by cycle, beside their team's. Only what asks for that person, by that person, may call this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from troth.kernel.errors import BadValue
from troth.kernel.refusal import Refusal
from troth.metrics.answering import NOT_ON_RECORD, Answer, Reading, answer
from troth.metrics.definition import Metric
from troth.metrics.ground import Ground
from troth.metrics.own_results.definition import OwnResults
from troth.metrics.request import Request
from troth.promises.persons import FEWEST
from troth.record import Engine

LATEST = 12
"""How many closed cycles are shown at most."""


@dataclass(frozen=True, slots=True)
class Figure:
    """value, low, high: in the metric's unit, the interval at 95 %; None with a refusal where it cannot be said yet. n: units counted."""

    value: float | None
    low: float | None
    high: float | None
    n: int | None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Cycle:
    """A metric over one closed cycle. begins: its first local day. team: whose the second figure is, None where the person had none."""

    begins: date
    own: Figure
    team: str | None
    together: Figure


def own_cycles(
    engine: Engine,
    name: str,
    metric: Metric,
    said: OwnResults,
    person: str,
    ground: Ground,
    dimensions: Mapping[str, Mapping[str, str]],
) -> tuple[str, tuple[Cycle, ...]]:
    """The unit of a metric, and what it says of one person in each closed cycle, the newest first.

    person: as the record names that one. An own figure needs `said.least` units. The team's is shown where it has as many others as a cell
    of staff needs, so that it less the own is nobody's in particular. Raises BadValue for no person.
    """
    if not person or person == NOT_ON_RECORD:
        raise BadValue("no person of the record", got=f"'{person}'", allowed="an id as the sources have it")

    def asked(metric: Metric, *by: str, ground: Ground) -> Answer:
        return answer(engine, {name: metric}, Request.of(by=by, grain=said.cycle), ground, dimensions)[name]

    opened = replace(ground, record=replace(ground.record, staff=frozenset()))
    own = asked(metric, said.person, ground=opened)
    counted = asked(metric.model_copy(update={"minimum": 1}), said.team, said.person, ground=opened)
    teams = _by_period(asked(metric, said.team, ground=ground))
    belongs, owned = _by_period(counted), _by_period(own)
    closed = sorted({one.period for one in counted.readings if one.period is not None and not one.so_far}, reverse=True)[:LATEST]
    found = []
    for period in closed:
        team = _team(belongs.get(period, ()), person)
        others = {one.slice[1] for one in belongs.get(period, ()) if one.slice and one.slice[0] == team and one.expected}
        mine = next((one for one in owned.get(period, ()) if one.slice == (person,)), None)
        together = next((one for one in teams.get(period, ()) if team is not None and one.slice == (team,)), None)
        found.append(Cycle(period, _own(mine, said.least), team, _together(together, len(others - {person, NOT_ON_RECORD}))))
    return own.unit, tuple(found)


def _by_period(told: Answer) -> dict[date, Sequence[Reading]]:
    found: dict[date, list[Reading]] = {}
    for one in told.readings:
        if one.period is not None and one.slice is not None:
            found.setdefault(one.period, []).append(one)
    return dict(found)


def _team(readings: Sequence[Reading], person: str) -> str | None:
    """With whom the person did most, the first by name of several."""
    known = [(-(one.expected or 0), one.slice[0]) for one in readings if one.slice and one.slice[1] == person and one.expected]
    return min(((most, team) for most, team in known if team != NOT_ON_RECORD), default=(0, None))[1]


def _own(reading: Reading | None, least: int) -> Figure:
    n = 0 if reading is None else reading.n
    if reading is None or (n is not None and n < least):
        return Figure(None, None, None, n, Refusal("too little of your own was counted in this cycle", f"{n}", f"{least} or more"))
    return _figure(reading)


def _together(reading: Reading | None, others: int) -> Figure:
    if reading is None or others < FEWEST:
        few = Refusal("beside your own the team's result would tell of few others", f"{others}", f"{FEWEST} or more")
        return Figure(None, None, None, None, few)
    return _figure(reading)


def _figure(reading: Reading) -> Figure:
    if reading.hidden:
        return Figure(None, None, None, None, Refusal("too few were counted to be shown", "", "as many as the metric's `minimum`"))
    refusal = reading.refusal if reading.value is None else None
    return Figure(reading.value, reading.low, reading.high, reading.n, refusal)
