"""Working days: so many after an instant, the end of one, and the day for which an instant counts after a cut-off."""

from __future__ import annotations

import numpy as np

from troth.engines.calendars.calendar import Calendar, refuse_outside
from troth.engines.calendars.windows import Instants, local_times
from troth.kernel.errors import CannotEstimate


def due_in_days(calendar: Calendar, start_us: Instants, days: Instants) -> Instants:
    """The closing of the n-th working day after that of a start; before it, of a negative n; the next closing, of nought.

    The day of the start itself does not count, whether it is a working day or not: one working day from a Saturday is Monday.
    Source: Regulation (EEC, Euratom) No 1182/71, article 3, and the WORKDAY function of spreadsheets; but the day ends when
    the calendar closes. Refuses instants outside the range, and days that it does not hold.

    >>> import numpy as np
    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, calendar_of, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> calendar = calendar_of(desk, "Europe/Berlin", first, last)
    >>> saturday = np.array([to_us(datetime(2026, 4, 11, 10))])
    >>> due_in_days(calendar, saturday, np.array([1])).astype("M8[us]").astype("M8[m]")
    array(['2026-04-13T15:00'], dtype='datetime64[m]')
    """
    refuse_outside(calendar, start_us)
    held = calendar.days
    begun = np.searchsorted(held.begins, start_us, side="right") - 1
    over = np.searchsorted(held.ends, start_us, side="right")
    place = np.where(days > 0, begun + days, np.where(days < 0, over + days, np.searchsorted(held.closes, start_us, side="left")))
    if place.size and (not len(held.days) or place.min() < 0 or place.max() >= len(held.days)):
        raise CannotEstimate("working days", got="more than the calendar holds", need=f"at most {len(held.days)}")
    return held.closes[place]


def counted_from(calendar: Calendar, at_us: Instants, cutoff_us: int) -> Instants:
    """When an instant begins to count: at once up to a time of day of a working day, else at the opening of the next.

    cutoff_us: microseconds after local midnight; what comes at that very time is in time. Refuses instants outside the range,
    and those after which it holds no working day.

    >>> import numpy as np
    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, calendar_of, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> calendar = calendar_of(desk, "Europe/Berlin", first, last)
    >>> afternoon = np.array([to_us(datetime(2026, 4, 10, 12, 1))])
    >>> counted_from(calendar, afternoon, 14 * 3_600_000_000).astype("M8[us]").astype("M8[m]")
    array(['2026-04-13T07:00'], dtype='datetime64[m]')
    """
    refuse_outside(calendar, at_us)
    held = calendar.days
    last = cutoffs(calendar, cutoff_us)
    begun = np.searchsorted(held.begins, at_us, side="right") - 1
    today = np.maximum(begun, 0)
    if not len(held.days):
        raise CannotEstimate("a day that counts", got="a calendar without working days", need="one")
    in_time = (begun >= 0) & (at_us < held.ends[today]) & (at_us <= last[today])
    following = begun + 1
    if at_us.size and np.any(~in_time & (following >= len(held.days))):
        raise CannotEstimate("a day that counts", got="no working day after the instant", need=f"at most {len(held.days)}")
    return np.where(in_time, at_us, held.opens[np.minimum(following, len(held.days) - 1)])


def cutoffs(calendar: Calendar, cutoff_us: int) -> Instants:
    """UTC of a time of day on each working day of a calendar, microseconds after midnight.

    >>> import numpy as np
    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, calendar_of, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> calendar = calendar_of(desk, "Europe/Berlin", first, last)
    >>> cutoffs(calendar, 14 * 3_600_000_000)[:1].astype("M8[us]").astype("M8[m]")
    array(['2026-04-01T12:00'], dtype='datetime64[m]')
    """
    return local_times(calendar.days.days, cutoff_us, calendar.zone)
