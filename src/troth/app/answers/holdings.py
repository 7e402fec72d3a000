"""That a unit holds its huddle is a promise too: it comes again on each day of the huddle, and is judged as any other is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np

from troth.app.answers.huddles import DAY, FEWEST, MOST, huddle_of, today_of, units_of
from troth.app.answers.metrics import dimensions_of
from troth.app.answers.promises import LEAST, Rate
from troth.app.building.judging import DEFAULT_ZONE
from troth.app.reading import Reading
from troth.app.workspace import Workspace
from troth.book.change import Change
from troth.book.versions import moment
from troth.engines.calendars import transitions, utc_of, utc_to_local
from troth.engines.statistics import wilson
from troth.kernel.errors import NotFound, nearest
from troth.kernel.instant import DAY_US, from_us, to_us
from troth.metrics.huddles import Huddle
from troth.metrics.huddles.definition import WEEKDAYS
from troth.promises import Outcome, State, state

HELD = "huddle.held"
HISTORY = timedelta(days=366)
LOOK_BACK = timedelta(days=28)
MICROSECOND = timedelta(microseconds=1)
SKIPPED = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """One day on which a unit was to meet. made, due: where that day begins and ends on the operation's clock, naive UTC.

    fulfilled: when the unit met, recorded: when that was written down; None where it did not say so.
    """

    day: date
    made: datetime
    due: datetime
    fulfilled: datetime | None
    recorded: datetime | None
    state: State


@dataclass(frozen=True, slots=True)
class Holding:
    """The promise of one unit to meet. rate: of the days that fell due. turns: of the last year, the latest first."""

    unit: str
    rate: Rate
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A unit that did not meet on so many days of one week. crisis: the Change of a crisis that touched its week, or None."""

    unit: str
    monday: date
    days: int
    crisis: str | None


@dataclass(frozen=True, slots=True)
class Huddles:
    """The promise of all units of a dimension to meet. since: the first day on which any of them did. rate: of all units together.

    skipped: weeks that are over, of the last four, in which a unit missed two days or more; those of a crisis first.
    """

    dimension: str
    words: str
    days: tuple[str, ...]
    at: str
    since: date
    rate: Rate
    units: tuple[Holding, ...]
    skipped: tuple[Skipped, ...]

    @property
    def least(self) -> Holding:
        """The unit that keeps it least."""
        return min(self.units, key=lambda one: (2 if one.rate.low is None else one.rate.low, one.unit))


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit. today: promises to be kept today; late: past their due with nothing recorded. held: the last day on which it met.

    kept: of the days on which it was to meet; None where no huddle was ever recorded.
    """

    unit: str
    today: int
    late: int
    held: date | None
    kept: Rate | None


@dataclass(frozen=True, slots=True)
class HuddleUnits:
    """The units of one dimension. held: the promise that they meet, None where none of them was ever said to have met."""

    dimension: str
    huddle: Huddle
    units: tuple[UnitLine, ...]
    held: Huddles | None


def huddle_units(workspace: Workspace, reading: Reading) -> tuple[HuddleUnits, ...]:
    """Every dimension whose values are units, those with most units first; customers are none."""
    found = []
    said = held(workspace, reading)
    for dimension, units in _dimensions(reading):
        days = said.get(dimension, {})
        promised = _huddles(reading, dimension, days, units)
        kept = {one.unit: one.rate for one in promised.units} if promised else {}
        lines = tuple(UnitLine(unit, *units[unit], max(days.get(unit, ()), default=None), kept.get(unit)) for unit in sorted(units))
        found.append(HuddleUnits(dimension, huddle_of(reading, dimension), lines, promised))
    return tuple(found)


def huddles(workspace: Workspace, reading: Reading, dimension: str | None = None) -> tuple[Huddles, ...]:
    """Of each dimension whose units meet, or of one, how the promise to do so is kept; none where no huddle was ever recorded.

    Of a reading that is cut, those units that may be seen. Raises NotFound for a dimension that has no units.
    """
    said = held(workspace, reading)
    if dimension is None:
        told = [_huddles(reading, of, said[of], units) for of, units in _dimensions(reading, said)]
        return tuple(one for one in told if one is not None)
    known = dict(_dimensions(reading))
    if dimension not in known:
        raise NotFound(f"no units of a dimension '{dimension}'", allowed=nearest(dimension, known))
    found = _huddles(reading, dimension, said.get(dimension, {}), known[dimension])
    return () if found is None else (found,)


def holding_of(workspace: Workspace, reading: Reading, dimension: str, unit: str) -> Holding | None:
    """The promise of one unit to meet; None where no huddle of its dimension was ever recorded."""
    found = _huddles(reading, dimension, held(workspace, reading).get(dimension, {}), (unit,))
    return found.units[0] if found else None


def held(workspace: Workspace, reading: Reading) -> dict[str, dict[str, dict[date, datetime]]]:
    """By dimension and unit, the days on which it said that it had met, each with when that was first written down, naive UTC.

    Of a past, as it was known then.
    """
    found: dict[str, dict[str, dict[date, datetime]]] = {}
    for about, payload, at in workspace.journal.dated(HELD):
        dimension, _, unit = about.partition("=")
        if reading.known is None or at <= reading.known.at:
            found.setdefault(dimension, {}).setdefault(unit, {}).setdefault(date.fromisoformat(payload["day"]), at)
    return found


def hold(workspace: Workspace, reading: Reading, dimension: str, unit: str, actor: str) -> date:
    """Write down that a unit meets today; a second time on a day changes nothing. Raises as `huddle_of` does."""
    huddle_of(reading, dimension)
    units = units_of(reading, dimension)
    if unit not in units:
        raise NotFound(f"no {dimension} '{unit}'", allowed=nearest(unit, units))
    day = this_day(workspace, reading)
    if day not in held(workspace, reading).get(dimension, {}).get(unit, {}):
        workspace.journal.record(actor, HELD, f"{dimension}={unit}", {"day": f"{day}"}, workspace.now())
    return day


def this_day(workspace: Workspace, reading: Reading) -> date:
    """The day that it is by the operation's clock, however old its data are."""
    now = to_us(workspace.now())
    clock = transitions(_zone(reading), now - DAY_US, now)
    return from_us(int(utc_to_local(np.array([now]), clock)[0])).date()


def _zone(reading: Reading) -> str:
    return reading.snapshot.facts.get("zone") or DEFAULT_ZONE


def _dimensions(reading: Reading, among: Collection[str] | None = None) -> list[tuple[str, dict[str, tuple[int, int]]]]:
    """Each dimension, of all or among some, with its units; those with most units first."""
    found = [(one, units_of(reading, one)) for one in dimensions_of(reading) if among is None or one in among]
    return sorted((one for one in found if FEWEST <= len(one[1]) <= MOST), key=lambda one: (-len(one[1]), one[0]))


def _huddles(
    reading: Reading, dimension: str, said: Mapping[str, Mapping[date, datetime]], units: Collection[str]
) -> Huddles | None:  # fmt: skip
    met = [day for days in said.values() for day in days]
    if not met:
        return None
    huddle, since = huddle_of(reading, dimension), min(met)
    turns = {unit: tuple(_turns(reading, huddle, since, said.get(unit, {}))) for unit in sorted(units)}
    holdings = tuple(Holding(unit, _rate(some, reading.snapshot.as_of), some) for unit, some in turns.items())
    rate = _rate([one for some in turns.values() for one in some], reading.snapshot.as_of)
    skipped = sorted(_skipped(reading, dimension, holdings), key=lambda one: (one.crisis is None, -one.monday.toordinal(), one.unit))
    return Huddles(dimension, huddle.words, huddle.days, huddle.at, since, rate, holdings, tuple(skipped))


def _turns(reading: Reading, huddle: Huddle, since: date, said: Mapping[date, datetime]) -> Iterator[Turn]:
    """Each day of the huddle up to that on which the record ends, the latest first. It is made as its day begins and due as it ends."""
    zone, begins, as_of = _zone(reading), time.fromisoformat(huddle.at), reading.snapshot.as_of
    day = today_of(reading)
    while day >= max(since, today_of(reading) - HISTORY):
        if WEEKDAYS[day.weekday()] in huddle.days:
            made, after = (utc_of(datetime.combine(at, time.min), zone) for at in (day, day + DAY))
            due, recorded = after - MICROSECOND, said.get(day)
            met = recorded
            if recorded is not None and not made <= recorded <= due:
                # It was written down for this day on another.
                met = utc_of(datetime.combine(day, begins), zone)
            judged = state(Outcome(made, due, fulfilled=met), as_of)
            assert judged is not None
            yield Turn(day, made, due, met, recorded, judged)
        day -= DAY


def _rate(turns: Sequence[Turn], at: datetime) -> Rate:
    """Of what fell due: a day that is not over does not count, whether or not the unit met on it."""
    kept, broken = (sum(one.state == state for one in turns if one.due <= at) for state in ("kept", "broken"))
    n = kept + broken
    share = wilson(kept, n) if n >= LEAST else None
    low = kept / n if n else None
    return Rate(n, kept, broken, 0, low, low, (float(share.low), float(share.high)) if share else None, estimated=False)


def _skipped(reading: Reading, dimension: str, holdings: Sequence[Holding]) -> Iterator[Skipped]:
    this_week = _monday(today_of(reading))
    first = _monday(today_of(reading) - LOOK_BACK)
    for one in holdings:
        missed = [_monday(turn.day) for turn in one.turns if turn.state == "broken" and first <= turn.day < this_week]
        for monday in sorted(set(missed)):
            if missed.count(monday) >= SKIPPED:
                yield Skipped(one.unit, monday, missed.count(monday), _crisis(reading, monday, dimension, one.unit))


def _monday(at: date) -> date:
    return at - timedelta(days=at.weekday())


def _crisis(reading: Reading, monday: date, dimension: str, unit: str) -> str | None:
    """The Change of a crisis that holds for a unit on some day of a week."""
    book = reading.rules.book
    begins = datetime.combine(monday, datetime.min.time())
    for name, change in sorted(book.changes.items()):
        if change.kind != "crisis" or change.status == "proposed" or not _concerns(change, dimension, unit):
            continue
        since, expires = (moment(one, book.zone) for one in (change.since, change.expires))
        first, last = (None if at is None else reading.context.local_time(at) for at in (since, expires))
        if (first is None or first < begins + 7 * DAY) and (last is None or last >= begins):
            return name
    return None


def _concerns(change: Change, dimension: str, unit: str) -> bool:
    """Whether a Change is of a unit: of the whole operation, where it names no units, or by its name."""
    return not change.only or unit in change.only.get(dimension, ())
