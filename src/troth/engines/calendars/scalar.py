"""The two questions for one pair of datetimes; naive ones mean UTC."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta

from troth.engines.calendars.calendar import Calendar
from troth.kernel.errors import CannotEstimate
from troth.kernel.instant import MICROSECOND, from_us, to_us


def elapsed_time(calendar: Calendar, earlier: datetime, later: datetime) -> timedelta:
    """Working time from one instant to another, as `elapsed`.

    >>> from troth.engines.calendars import Pattern, calendar_of, parse_week, windows_of
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = Pattern("Asia/Kolkata", parse_week("Mon-Fri 09:00-17:00"))
    >>> calendar = calendar_of(windows_of(desk, first, last), desk.zone, first, last)
    >>> elapsed_time(calendar, datetime(2026, 4, 10, 11, 15), datetime(2026, 4, 13, 3, 45))
    datetime.timedelta(seconds=1800)
    """
    return timedelta(microseconds=_worked(calendar, to_us(later)) - _worked(calendar, to_us(earlier)))


def due_time(calendar: Calendar, start: datetime, amount: timedelta) -> datetime:
    """When so much working time has passed since a start, as `due`.

    >>> from troth.engines.calendars import Pattern, calendar_of, parse_week, windows_of
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = Pattern("Asia/Kolkata", parse_week("Mon-Fri 09:00-17:00"))
    >>> calendar = calendar_of(windows_of(desk, first, last), desk.zone, first, last)
    >>> due_time(calendar, datetime(2026, 4, 10, 11, 15), timedelta(minutes=30))
    datetime.datetime(2026, 4, 13, 3, 45)
    """
    target = _worked(calendar, to_us(start)) + amount // MICROSECOND
    if not amount:
        return from_us(to_us(start))
    if not 0 <= target <= calendar.total:
        raise CannotEstimate("due instant", got="more working time than the calendar holds", need=f"at most {calendar.total} µs")
    place = bisect_left(calendar.finished, target) if amount > timedelta(0) else bisect_right(calendar.worked, target) - 1
    return from_us(int(calendar.opens[place]) + target - int(calendar.worked[place]))


def _worked(calendar: Calendar, at: int) -> int:
    if not calendar.first_us <= at <= calendar.last_us:
        raise CannotEstimate("working time", got=from_us(at), need=f"{from_us(calendar.first_us)} to {from_us(calendar.last_us)}")
    place = bisect_right(calendar.opens, at) - 1
    if place < 0:
        return 0
    return int(calendar.worked[place]) + min(at, int(calendar.closes[place])) - int(calendar.opens[place])
