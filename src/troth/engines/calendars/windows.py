"""Opening times as instants, each with the local day on which it opens; and what joins, cuts and excludes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from troth.engines.calendars.hours import ALWAYS, Week, Window
from troth.engines.calendars.zones import Transitions, transitions
from troth.kernel.errors import CannotEstimate
from troth.kernel.instant import DAY_US

Instants = npt.NDArray[np.int64]

EPOCH = date(1970, 1, 1)
# A window may open on the day before the range begins, and no zone is further than a day from UTC.
AROUND_US = 3 * DAY_US
DECADE = 3_653
THURSDAY = 3  # 1970-01-01, Monday being 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """Hours that repeat each week on the clocks of a zone.

    instead: the windows of single days, which replace those of the week; none where the day is closed.
    """

    zone: str
    week: Week = ALWAYS
    instead: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Windows:
    """opens, closes: UTC microseconds, ascending by opening, closes after opens. days: the local day of each, days since 1970.

    They may touch, and overlap where a night reaches into the next day's hours.
    """

    opens: Instants
    closes: Instants
    days: Instants

    def __len__(self) -> int:
        return len(self.opens)


def windows_of(pattern: Pattern, first_us: int, last_us: int) -> Windows:
    """Every window of a pattern that is open at some time between two instants; those at the ends may reach beyond.

    An opening or closing happens once: at the first instant at which the clock on the wall shows its time or a later one. So a time
    that comes twice counts the first time, and one that is skipped counts when it is skipped. A closed day has no windows; one that
    opened the evening before runs to its end.

    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> len(desk), str(np.datetime64(int(desk.opens[0]), "us"))[:16]
    (22, '2026-04-01T07:00')
    """
    days = np.arange((first_us - 2 * DAY_US) // DAY_US, (last_us + 2 * DAY_US) // DAY_US + 1, dtype=np.int64)
    replaced = np.array(sorted((day - EPOCH).days for day in pattern.instead), dtype=np.int64)
    usual = days[~np.isin(days, replaced)] if len(replaced) else days
    weekdays = (usual + THURSDAY) % 7
    parts = [
        (usual[weekdays == weekday], window) for weekday, windows in enumerate(pattern.week.days) for window in windows
    ] + [
        (np.array([(day - EPOCH).days], dtype=np.int64), window)
        for day, windows in pattern.instead.items()
        if days[0] <= (day - EPOCH).days <= days[-1]
        for window in windows
    ]  # fmt: skip
    if not parts:
        return NONE
    on = np.concatenate([some for some, _ in parts])
    opens = np.concatenate([some * DAY_US + window.opens for some, window in parts])
    closes = np.concatenate([some * DAY_US + window.closes for some, window in parts])
    zone = _around(int(days[0]), int(days[-1]), pattern.zone)
    made = Windows(first_showing(opens, zone), first_showing(closes, zone), on)
    return _chosen(made, (made.closes > made.opens) & (made.closes > first_us) & (made.opens < last_us))


def first_showing(local_us: Instants, zone: Transitions) -> Instants:
    """UTC of the first instant at which the zone's clocks show a local time or a later one; ascending where local times ascend."""
    offsets = np.array(zone.offsets, dtype=np.int64)
    begins = np.array((zone.first_us - AROUND_US, *zone.instants), dtype=np.int64)
    ends = np.maximum.accumulate(np.array(zone.instants, dtype=np.int64) + offsets[:-1])
    at = np.searchsorted(ends, local_us, side="right")
    shown: Instants = np.maximum(begins[at], local_us - offsets[at])
    return shown


def local_times(days: Instants, time_us: int, zone: str) -> Instants:
    """UTC of a time of day, microseconds after midnight, on local days, given as ascending days since 1970."""
    if not len(days):
        return days
    return first_showing(days * DAY_US + time_us, _around(int(days[0]), int(days[-1]), zone))


def _around(first_day: int, last_day: int, zone: str) -> Transitions:
    """A zone's clocks for whole decades, so that calendars of one zone share one look at them."""
    first, last = first_day // DECADE * DECADE, (last_day // DECADE + 1) * DECADE
    return _clocks(zone, first * DAY_US - AROUND_US, last * DAY_US + AROUND_US)


@lru_cache(maxsize=256)
def _clocks(zone: str, first_us: int, last_us: int) -> Transitions:
    return transitions(zone, first_us, last_us)


def union(left: Windows, right: Windows) -> Windows:
    """Open when one of the two is.

    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> lunch = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 12:00-13:00")), first, last)
    >>> len(clipped(union(desk, lunch), first, first + 86_400_000_000))
    2
    """
    return _ordered(*(np.concatenate(pair) for pair in ((left.opens, right.opens), (left.closes, right.closes), (left.days, right.days))))


def intersection(left: Windows, right: Windows) -> Windows:
    """Open when both are; each piece belongs to the day of the left one.

    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> lunch = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 12:00-13:00")), first, last)
    >>> len(intersection(desk, lunch))
    22
    """
    return _cut(left, *merged(right))


def minus(left: Windows, right: Windows) -> Windows:
    """Open when the left one is and the right one is not.

    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> lunch = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 12:00-13:00")), first, last)
    >>> len(minus(desk, lunch))
    44
    """
    opens, closes = merged(right)
    if not len(opens):
        return left
    far = np.iinfo(np.int64).max
    return _cut(left, np.concatenate([[-far], closes]), np.concatenate([opens, [far]]))


def clipped(windows: Windows, since_us: int, until_us: int) -> Windows:
    """What is open from one instant to before another.

    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> len(clipped(desk, first, first + 86_400_000_000))
    1
    """
    cut = Windows(np.maximum(windows.opens, since_us), np.minimum(windows.closes, until_us), windows.days)
    return _chosen(cut, cut.closes > cut.opens)


def merged(windows: Windows) -> tuple[Instants, Instants]:
    """Openings and closings of the time that any window covers, apart from each other and ascending."""
    if not len(windows):
        return windows.opens, windows.closes
    reach = np.maximum.accumulate(windows.closes)
    begins = np.concatenate([[True], windows.opens[1:] > reach[:-1]])
    first = np.flatnonzero(begins)
    last = np.append(first[1:] - 1, len(windows) - 1)
    return windows.opens[first], reach[last]


def day_number(day: date) -> int:
    return (day - EPOCH).days


def day_of_number(number: int) -> date:
    return EPOCH + timedelta(days=number)


def _cut(windows: Windows, opens: Instants, closes: Instants) -> Windows:
    """The pieces of windows inside intervals that are apart from each other and ascending."""
    low = np.searchsorted(closes, windows.opens, side="right")
    high = np.searchsorted(opens, windows.closes, side="left")
    pieces = np.maximum(high - low, 0)
    whose = np.repeat(np.arange(len(windows)), pieces)
    which = np.arange(len(whose)) - np.repeat(np.cumsum(pieces) - pieces, pieces) + np.repeat(low, pieces)
    return _ordered(np.maximum(windows.opens[whose], opens[which]), np.minimum(windows.closes[whose], closes[which]), windows.days[whose])


def _ordered(opens: Instants, closes: Instants, days: Instants) -> Windows:
    order = np.lexsort((days, closes, opens))
    return Windows(opens[order], closes[order], days[order])


def _chosen(windows: Windows, which: npt.NDArray[np.bool_]) -> Windows:
    return _ordered(windows.opens[which], windows.closes[which], windows.days[which])


def refuse_backwards(first_us: int, last_us: int) -> None:
    if first_us >= last_us:
        raise CannotEstimate("range of a calendar", got=(first_us, last_us), need="first < last")


NOTHING: Instants = np.zeros(0, dtype=np.int64)
NONE = Windows(NOTHING, NOTHING, NOTHING)
