"""Closed days out of an iCalendar feed: whole-day events, those that recur within some years, none that were cancelled.

Source: RFC 5545.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from troth.kernel.errors import BookError

LONGEST = timedelta(days=366)
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Feed:
    """days: with the summary of their event. timed: how many events have a time of day and are therefore no closed days."""

    days: dict[date, str]
    timed: int


def feed_of(content: bytes, first_year: int, last_year: int) -> Feed:
    """The days of a feed from one year to another, both included.

    Refuses what is no iCalendar, an event longer than a year, and more than 20,000 days.

    >>> lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART;VALUE=DATE:20261224", "SUMMARY:Shutdown", "END:VEVENT", "END:VCALENDAR", ""]
    >>> feed_of("\\r\\n".join(lines).encode(), 2026, 2026).days
    {datetime.date(2026, 12, 24): 'Shutdown'}
    """
    found: dict[date, str] = {}
    timed = 0
    for event in _events(content):
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        begin = event.get("DTSTART")
        if begin is None or isinstance(begin.dt, datetime):
            timed += 1
            continue
        length = _length(event, begin.dt)
        for start in _starts(event, begin.dt, date(first_year, 1, 1) - length, date(last_year, 12, 31)):
            for day in (start + timedelta(days=n) for n in range(length.days)):
                if first_year <= day.year <= last_year:
                    found.setdefault(day, str(event.get("SUMMARY", "")).strip())
        if len(found) > MOST:
            raise BookError("an iCalendar closes too many days", got=f"more than {MOST:,}", allowed="a feed of holidays")
    return Feed(dict(sorted(found.items())), timed)


def _events(content: bytes) -> list[Any]:
    from icalendar import Calendar

    try:
        return list(Calendar.from_ical(content).walk("VEVENT"))
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise BookError("no iCalendar", got=str(error)[:120], allowed="a file that begins with BEGIN:VCALENDAR") from error


def _length(event: Any, begin: date) -> timedelta:
    """How many days an event lasts: its end is the day after the last."""
    end, length = event.get("DTEND"), event.get("DURATION")
    lasts = end.dt - begin if end is not None else length.dt if length is not None else timedelta(days=1)
    if not timedelta(0) <= lasts <= LONGEST:
        raise BookError("an event of an iCalendar is too long", got=f"{lasts.days} days from {begin}", allowed=f"{LONGEST.days} days")
    return max(timedelta(days=lasts.days), timedelta(days=1))


def _starts(event: Any, begin: date, first: date, last: date) -> Iterator[date]:
    from dateutil.rrule import rrule, rruleset, rrulestr

    said = event.get("RRULE")
    rules, more, less = (value if isinstance(value, list) else [value] for value in (said, event.get("RDATE"), event.get("EXDATE")))
    days = rruleset()
    days.rdate(_midnight(begin))
    for rule in filter(None, rules):
        text = rule.to_ical().decode().replace("Z", "")  # a whole day has no zone, but its last one is often written with one
        try:
            read = rrulestr(text, dtstart=_midnight(begin))
        except ValueError as error:
            raise BookError("a recurrence of an iCalendar cannot be read", got=f"'{text}'", allowed="a rule of RFC 5545") from error
        if not isinstance(read, rrule):
            raise BookError("a recurrence of an iCalendar cannot be read", got=f"'{text}'", allowed="one rule of RFC 5545")
        days.rrule(read)
    for listed in filter(None, more):
        for one in listed.dts:
            days.rdate(_midnight(one.dt))
    for listed in filter(None, less):
        for one in listed.dts:
            days.exdate(_midnight(one.dt))
    for found in days.between(_midnight(first), _midnight(last), inc=True):
        yield found.date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day.date() if isinstance(day, datetime) else day, time())
