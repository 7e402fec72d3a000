"""A calendar: the working time between two instants, with how much of it lies before each opening.

elapsed = W(b) - W(a) and due = W⁻¹(W(a) + x), where W counts the working microseconds since the range began.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from troth.engines.calendars.windows import Instants, Windows, clipped, local_times, merged, refuse_backwards
from troth.kernel.errors import CannotEstimate


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The local days to which working time belongs, ascending.

    days: days since 1970. opens, closes: the first opening and the last closing of each, UTC microseconds.
    begins, ends: from when and until when an instant counts as of that day: from its midnight to the next, but a night that reaches
    into the next day still counts as of the day on which it began.
    """

    days: Instants
    opens: Instants
    closes: Instants
    begins: Instants
    ends: Instants


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working time inside a range. first_us, last_us: UTC microseconds, the range for which it is known, both included.

    opens, closes: working intervals, apart from each other and ascending. worked: W at each opening, microseconds. zone: that of its days.
    """

    zone: str
    first_us: int
    last_us: int
    opens: Instants
    closes: Instants
    worked: Instants
    days: WorkingDays

    @property
    def finished(self) -> Instants:
        """W at each closing."""
        return self.worked + self.closes - self.opens

    @property
    def total(self) -> int:
        """All working microseconds of the range."""
        return int(self.finished[-1]) if len(self.opens) else 0


def calendar_of(windows: Windows, zone: str, first_us: int, last_us: int) -> Calendar:
    """The calendar of windows inside a range; its days are those of a zone. Refuses a range that does not go forward.

    >>> import numpy as np
    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> calendar = calendar_of(desk, "Europe/Berlin", first, last)
    >>> len(calendar.days.days), calendar.total // 3_600_000_000
    (22, 176)
    """
    refuse_backwards(first_us, last_us)
    days = _working_days(windows, zone, first_us, last_us)
    opens, closes = merged(clipped(windows, first_us, last_us))
    worked = np.concatenate([[0], np.cumsum(closes - opens)[:-1]]).astype(np.int64) if len(opens) else opens
    return Calendar(zone, first_us, last_us, opens, closes, worked, days)


def worked_until(calendar: Calendar, at_us: Instants) -> Instants:
    """W at instants of any shape. Refuses instants outside the range.

    >>> import numpy as np
    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> calendar = calendar_of(desk, "Europe/Berlin", first, last)
    >>> noon = np.array([to_us(datetime(2026, 4, 10, 10))])
    >>> worked_until(calendar, noon) // 3_600_000_000
    array([59])
    """
    refuse_outside(calendar, at_us)
    if not len(calendar.opens):
        return np.zeros_like(at_us)
    place = np.searchsorted(calendar.opens, at_us, side="right") - 1
    inside = np.maximum(place, 0)
    reached = calendar.worked[inside] + np.minimum(at_us, calendar.closes[inside]) - calendar.opens[inside]
    return np.where(place < 0, 0, reached)


def elapsed(calendar: Calendar, from_us: Instants, to_us: Instants) -> Instants:
    """Working microseconds from one instant to another; negative where the second is earlier. Refuses instants outside the range.

    >>> import numpy as np
    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> calendar = calendar_of(desk, "Europe/Berlin", first, last)
    >>> noon = np.array([to_us(datetime(2026, 4, 10, 10))])
    >>> elapsed(calendar, noon, noon + 3 * 86_400_000_000) // 3_600_000_000
    array([8])
    """
    return worked_until(calendar, to_us) - worked_until(calendar, from_us)


def due(calendar: Calendar, start_us: Instants, amount_us: Instants) -> Instants:
    """The first instant by which so much working time has passed since a start; before it, of a negative amount, the last from which
    so much leads to it.

    Time that ends with a window is due at its closing, not at the next opening; an amount of nought is due at the start.
    Refuses what is not reached inside the range.

    >>> import numpy as np
    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> calendar = calendar_of(desk, "Europe/Berlin", first, last)
    >>> noon = np.array([to_us(datetime(2026, 4, 10, 10))])
    >>> due(calendar, noon, np.array([5 * 3_600_000_000])).astype("M8[us]").astype("M8[m]")
    array(['2026-04-10T15:00'], dtype='datetime64[m]')
    """
    target = worked_until(calendar, start_us) + amount_us
    forward, backward = amount_us > 0, amount_us < 0
    if np.any(forward & (target > calendar.total)) or np.any(backward & (target < 0)):
        raise CannotEstimate("due instant", got="more working time than the calendar holds", need=f"at most {calendar.total} µs")
    if not len(calendar.opens):
        return start_us + np.zeros_like(amount_us)
    finished = calendar.finished
    ahead = np.minimum(np.searchsorted(finished, target, side="left"), len(finished) - 1)
    behind = np.maximum(np.searchsorted(calendar.worked, target, side="right") - 1, 0)
    place = np.where(forward, ahead, behind)
    reached = calendar.opens[place] + target - calendar.worked[place]
    return np.where(forward | backward, reached, start_us)


def refuse_outside(calendar: Calendar, at_us: Instants) -> None:
    if at_us.size and (at_us.min() < calendar.first_us or at_us.max() > calendar.last_us):
        raise CannotEstimate(
            "working time",
            got=f"{np.datetime64(int(at_us.min()), 'us')} to {np.datetime64(int(at_us.max()), 'us')}",
            need=f"{np.datetime64(calendar.first_us, 'us')} to {np.datetime64(calendar.last_us, 'us')}",
        )


def _working_days(windows: Windows, zone: str, first_us: int, last_us: int) -> WorkingDays:
    """Of whole windows, so that a day at an end of the range closes when it closes."""
    reached = (windows.closes > first_us) & (windows.opens < last_us)
    days, opens, closes = windows.days[reached], windows.opens[reached], windows.closes[reached]
    order = np.argsort(days, kind="stable")
    unique, first = np.unique(days[order], return_index=True)
    if not len(unique):
        return WorkingDays(*(unique,) * 5)
    opening = np.minimum.reduceat(opens[order], first)
    closing = np.maximum.accumulate(np.maximum.reduceat(closes[order], first))
    begins = local_times(unique, 0, zone)
    begins[1:] = np.maximum(begins[1:], closing[:-1])
    ends = np.maximum(local_times(unique + 1, 0, zone), closing)
    return WorkingDays(unique, opening, closing, begins, ends)
