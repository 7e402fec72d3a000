"""The tables of business time that a build's promises are judged by: of each calendar that binds anybody, as far as they reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.engines.calendars import (
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


def load_clocks(engine: Engine, clocks: Sequence[Clock], times: Iterable[str], span: tuple[int, int], reach: Reach, instants: str) -> None:
    """The tables of these calendars, in their order.

    span: the first and last instant from which time is counted. times: of cut-offs. instants: a query of all of them, asked
    only where many calendars would be written out for long, mostly for the sake of a date that is wrong.
    """
    calendars = covering(clocks, span, reach)
    length = calendars[0].last_us - calendars[0].first_us
    days = None
    if len(calendars) * length > LONG_US:
        beyond = (span[0] - calendars[0].first_us) // DAY_US + 1
        days = _near(engine, instants, beyond)
    load_table(engine, TIME, time_rows(calendars, days))
    load_table(engine, DUE, due_rows(calendars, days))
    load_table(engine, DAY, day_rows(calendars, days))
    load_table(engine, WORKING_DAY, working_day_rows(calendars))
    load_table(engine, CUTOFF, cutoff_rows(calendars, times))
    _make_working_time(engine, {clock.id: calendar for clock, calendar in zip(clocks, calendars, strict=True)})


def covering(clocks: Sequence[Clock], span: tuple[int, int], reach: Reach) -> tuple[Calendar, ...]:
    """Calendars of one range, long enough on both sides of a span, so far as there is working time within eleven years of it."""
    clock = reach.clock_us + AROUND_US
    first, last = span[0] - clock, span[1] + clock
    beyond = AROUND_US
    while True:
        calendars = tuple(calendar_by(one.rule, first - beyond, last + beyond, one.zone) for one in clocks)
        if beyond > FARTHEST_US or all(_holds(one, first, last, reach) for one in calendars):
            return calendars
        beyond *= 2


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
