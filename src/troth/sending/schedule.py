"""When a page is due at somebody: days of the week and a time of day, on the operation's clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from troth.access import Scope
from troth.kernel.errors import BadValue

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
LONGEST_GAP = 8
# With the id of an account behind it: what somebody who signs in has sent to themselves.
OWN = "own-"

# Which page it is: the Monday page, or the screen of a unit's huddle, with its address behind it: huddle/branch=FR-02.
MONDAY, HUDDLE = "monday", "huddle/"


@dataclass(frozen=True, slots=True)
class When:
    """days: 0 is Monday. at: of day, by the minute."""

    days: frozenset[int]
    at: time

    def __str__(self) -> str:
        return f"{', '.join(DAYS[day] for day in sorted(self.days))} {self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A page to somebody, again and again. to: the token that stands for the address. address: where the pages are served.

    since: naive UTC; nothing was due before it. page: MONDAY, or HUDDLE with a unit behind it.
    """

    id: str
    when: When
    to: str
    scope: Scope
    language: str
    address: str
    since: datetime
    page: str = MONDAY

    @property
    def unit(self) -> str | None:
        """Dimension and name of the unit whose huddle it is: branch=FR-02; None of the Monday page."""
        return self.page.removeprefix(HUDDLE) if self.page.startswith(HUDDLE) else None


@dataclass(frozen=True, slots=True)
class Due:
    """One time that a page is due. day: the local one, by which it is known, whatever is done to clocks. at: naive UTC."""

    day: date
    at: datetime


def when_of(days: str, at: str) -> When:
    """Raises BadValue for what is no day of the week or no time of day.

    >>> str(when_of("thursday,monday", "06:30"))
    'monday, thursday 06:30'
    """
    found = [_day(text.strip().lower()) for text in days.split(",") if text.strip()]
    clock = TIME.fullmatch(at)
    if not found:
        raise BadValue("no day of the week", got=f"'{days}'", allowed=", ".join(DAYS))
    if clock is None:
        raise BadValue("no time of day", got=f"'{at}'", allowed="hours and minutes: 06:30")
    return When(frozenset(found), time(int(clock[1]), int(clock[2])))


def _day(text: str) -> int:
    fitting = [number for number, name in enumerate(DAYS) if len(text) >= 3 and name.startswith(text)]
    if not fitting:
        raise BadValue("no day of the week", got=f"'{text}'", allowed=", ".join(DAYS))
    return fitting[0]


def newest_due(when: When, zone: str, now: datetime) -> Due:
    """The last time at or before `now` (naive UTC) that it was due, on the clock of a zone.

    A time that the clock leaves out in spring comes as long after the last one that it shows; of one that it shows twice in autumn the
    first counts.
    """
    clock = ZoneInfo(zone)
    today = now.replace(tzinfo=UTC).astimezone(clock).date()
    listed = (today + timedelta(days=back) for back in range(1, -LONGEST_GAP - 1, -1))
    dues = (Due(day, _instant(day, when.at, clock)) for day in listed if day.weekday() in when.days)
    return max((due for due in dues if due.at <= now), key=lambda due: due.at)


def _instant(day: date, at: time, clock: ZoneInfo) -> datetime:
    return datetime.combine(day, at, clock).astimezone(UTC).replace(tzinfo=None)
