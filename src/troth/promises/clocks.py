"""The tables of business time that a build's promises are judged by: of each calendar that binds anybody, as far as they reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.engines.calendars import (
    FOREVER_US,
    Calendar,
    calendar_by,
    cutoff_rows,
    day_rows,
    due_rows,
    time_rows,
    worked_until,
    working_day_rows,
)
from troth.kernel.instant import DAY_US
from troth.promises.calendars import Clock
from troth.query.business import CUTOFF, DAY, DUE, TIME, WORKING_DAY
from troth.query.durations import LONGEST, counted
from troth.query.tree import Duration, Literal
from troth.record import Engine

WORKING_TIME = "working_time"
AROUND_US = 45 * DAY_US  # before the first instant, so that a working day has one before it
FARTHEST_US = 4_000 * DAY_US
MONTH_US = 31 * DAY_US
LONG_US = 6_000 * 366 * DAY_US  # some four million rows
STEP_US = 91 * DAY_US


@dataclass(frozen=True, slots=True)
class Reach:
    """How far terms look from an instant: by the clock and in working microseconds, and how many working days."""

    clock_us: int = 0
    worked_us: int = 0
    days: int = 0

    def __or__(self, other: Reach) -> Reach:
        return Reach(max(self.clock_us, other.clock_us), max(self.worked_us, other.worked_us), max(self.days, other.days))


def reach_of(literals: Iterable[Literal]) -> Reach:
    """How far one definition may look: the sum of all its durations."""
    clock = worked = days = 0
    for literal in literals:
        if isinstance(literal, Duration):
            unit, count = counted(literal)
            assert count <= LONGEST[unit]
            clock += count if unit == "us" else count * DAY_US if unit == "days" else count * MONTH_US if unit == "months" else 0
            worked += count if unit == "wh" else 0
            days += count if unit == "wd" else 0
    return Reach(clock, worked, days)


@dataclass(frozen=True, slots=True)
class Covered:
    """How far calendars are written out: from first_us - beyond_us to last_us + beyond_us, UTC microseconds.

    reach: how far the terms look. paused: whether pauses are cut out of any. enough: whether every calendar has, on both sides, the working
    time that its terms may ask for. changes: when calendars begin to say something else, by their ids; without those that never do.
    """

    first_us: int
    last_us: int
    beyond_us: int
    reach: Reach
    paused: bool
    enough: bool
    changes: Mapping[str, Sequence[int]]

    def is_of(self, span: tuple[int, int]) -> bool:
        """Whether the same would be written out for another first and last instant."""
        return (self.first_us, self.last_us) == around(span, self.reach, paused=self.paused)


def around(span: tuple[int, int], reach: Reach, *, paused: bool) -> tuple[int, int]:
    """What lies within reach of the first and the last instant, in whole quarters of a year, so that one more day leaves it as it is.

    paused: whether a due may be moved by all the time between them.

    >>> around((0, 1), Reach(), paused=False) == around((0, DAY_US), Reach(), paused=False)
    True
    """
    clock = reach.clock_us + AROUND_US + (-(-(span[1] - span[0]) // STEP_US) * STEP_US if paused else 0)
    return (span[0] - clock) // STEP_US * STEP_US, -(-(span[1] + clock) // STEP_US) * STEP_US


def load_clocks(
    engine: Engine, clocks: Mapping[Clock, Calendar], times: Iterable[str], covered: Covered, instants: str, *, working_time: bool
) -> None:
    """The tables of these calendars, in their order.

    times: of cut-offs. instants: a query of all from which time is counted, asked only where many calendars would be written out for long,
    mostly for the sake of a date that is wrong. working_time: whether the table of all stretches is made, too.
    """
    calendars = tuple(clocks.values())
    length = calendars[0].last_us - calendars[0].first_us
    days = None
    if len(calendars) * length > LONG_US:
        beyond = covered.reach.clock_us + AROUND_US + covered.beyond_us
        days = _near(engine, instants, (length if covered.paused else beyond) // DAY_US + 1)
    load_table(engine, TIME, time_rows(calendars, days))
    load_table(engine, DUE, due_rows(calendars, days))
    load_table(engine, DAY, day_rows(calendars, days))
    load_table(engine, WORKING_DAY, working_day_rows(calendars))
    load_table(engine, CUTOFF, cutoff_rows(calendars, times))
    if working_time:
        _make_working_time(engine, {clock.id: calendar for clock, calendar in clocks.items()})


def covering(clocks: Sequence[Clock], span: tuple[int, int], reach: Reach, *, paused: bool) -> tuple[Covered, dict[Clock, Calendar]]:
    """Calendars of one range, long enough on both sides of a span, so far as there is working time within eleven years of it.

    span: the first and the last instant from which time is counted. Gives the range, and the calendars by their clocks.
    """
    (first, last), beyond = around(span, reach, paused=paused), AROUND_US
    changes = {one.id: found for one in clocks if (found := one.changes(-FOREVER_US, FOREVER_US))}
    while True:
        calendars = _written(clocks, first - beyond, last + beyond)
        enough = all(_holds(one, first, last, reach) for one in calendars.values())
        if enough or beyond > FARTHEST_US:
            return Covered(first, last, beyond, reach, paused, enough, changes), calendars
        beyond *= 2


def covered_by(clocks: Sequence[Clock], covered: Covered) -> dict[Clock, Calendar]:
    """Calendars of a range that is known."""
    return _written(clocks, covered.first_us - covered.beyond_us, covered.last_us + covered.beyond_us)


def _written(clocks: Sequence[Clock], first: int, last: int) -> dict[Clock, Calendar]:
    return {one: calendar_by(one.rule, first, last, one.zone) for one in clocks}


def _make_working_time(engine: Engine, calendars: Mapping[str, Calendar]) -> None:
    """working_time: calendar, zone, opens, closes; every stretch of working time that a due or an elapsed time was counted by."""
    named = sorted(calendars)
    sizes = [len(calendars[name].opens) for name in named]
    texts = {"calendar": named, "zone": [calendars[name].zone for name in named]}
    columns = {
        **{column: np.repeat(np.array(values, dtype=object), sizes) for column, values in texts.items()},
        "opens": np.concatenate([calendars[name].opens for name in named]).astype("datetime64[us]"),
        "closes": np.concatenate([calendars[name].closes for name in named]).astype("datetime64[us]"),
    }
    engine.run(f"DROP TABLE IF EXISTS {WORKING_TIME}")
    engine.load(WORKING_TIME, columns)


def _near(engine: Engine, instants: str, beyond: int) -> npt.NDArray[np.int64]:
    """Days since 1970 that are so many days or fewer from an instant, ascending."""
    found = engine.rows(f"SELECT DISTINCT epoch_us(instant) // {DAY_US} FROM ({instants}) WHERE instant IS NOT NULL")
    days = np.unique(np.array([day for (day,) in found], dtype=np.int64))
    ends = np.append(days[1:] - days[:-1] > 2 * beyond + 1, [True])
    begins = np.append([True], ends[:-1])
    spans = zip(days[begins] - beyond, days[ends] + beyond + 1, strict=True)
    return np.concatenate([np.arange(first, last) for first, last in spans]) if len(days) else days


def _holds(calendar: Calendar, first: int, last: int, reach: Reach) -> bool:
    before, until = worked_until(calendar, np.array([first, last]))
    days_before = int(np.searchsorted(calendar.days.ends, first))
    days_after = len(calendar.days.days) - int(np.searchsorted(calendar.days.opens, last, side="right"))
    enough = before > reach.worked_us and calendar.total - until > reach.worked_us
    return bool(enough and min(days_before, days_after) > reach.days + 1)


def load_table(engine: Engine, table: str, columns: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]) -> None:
    """calendar and ordinals as small numbers, days as days."""
    small = {"calendar": np.int32, "ordinal": np.int32, "begun": np.int32, "over": np.int32, "closing": np.int32}
    arrays = {
        name: values.astype("datetime64[D]") if name == "day" else values.astype(small[name]) if name in small else values
        for name, values in columns.items()
    }
    engine.run(f"DROP TABLE IF EXISTS {table}")
    engine.load(table, arrays)
