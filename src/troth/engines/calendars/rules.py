"""What a calendar says, as a value: hours of a zone, several calendars together, and one after another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import TypeAlias

import numpy as np

from troth.engines.calendars.calendar import Calendar, calendar_of, worked_until
from troth.engines.calendars.holidays import holidays_of
from troth.engines.calendars.hours import ALWAYS, Week, Window
from troth.engines.calendars.windows import NONE, Pattern, Windows, clipped, intersection, minus, union, windows_of
from troth.kernel.errors import CannotEstimate
from troth.kernel.instant import DAY_US, from_us

LOOK_US = 40 * DAY_US
FOREVER_US = 1 << 62
LONGEST_US = 400 * 366 * DAY_US


@dataclass(frozen=True, slots=True)
class Hours:
    """Weekly hours on a zone's clocks.

    holidays: regions whose public holidays are closed, as `holidays_of` names them. instead: single days with windows of their own,
    none where the day is closed; they count before holidays.
    """

    zone: str
    week: Week = ALWAYS
    holidays: tuple[str, ...] = ()
    instead: tuple[tuple[date, tuple[Window, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Together:
    """Open when any of some is, all of others are, and none of what is left out. any_of or all_of names one at least."""

    any_of: tuple[Rule, ...] = ()
    all_of: tuple[Rule, ...] = ()
    without: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class InTurn:
    """Rules each for a time of its own: UTC microseconds from and before which it holds, ascending and apart."""

    turns: tuple[tuple[int, int, Rule], ...]


Rule: TypeAlias = Hours | Together | InTurn


def windows_by(rule: Rule, first_us: int, last_us: int) -> Windows:
    """The windows of a rule that are open at some time between two instants.

    >>> from datetime import datetime
    >>> from troth.kernel.instant import to_us
    >>> desk = Hours("America/New_York", ALWAYS, ("US",))
    >>> first, last = to_us(datetime(2026, 11, 23, 5)), to_us(datetime(2026, 11, 30, 5))
    >>> len(windows_by(desk, first, last))
    6
    """
    match rule:
        case Hours():
            return windows_of(_pattern(rule, first_us, last_us), first_us, last_us)
        case InTurn(turns=turns):
            mine = [(max(since, first_us - DAY_US), min(until, last_us + DAY_US), one) for since, until, one in turns]
            parts = [clipped(windows_by(one, since, until), since, until) for since, until, one in mine if since < until]
            return reduce(union, parts, NONE)
        case Together(any_of=any_of, all_of=all_of, without=without):
            found = [windows_by(one, first_us, last_us) for one in any_of]
            cut = [windows_by(one, first_us, last_us) for one in all_of]
            base = reduce(union, found) if found else cut.pop(0)
            base = reduce(intersection, cut, base)
            return reduce(minus, (windows_by(one, first_us, last_us) for one in without), base)


def calendar_by(rule: Rule, first_us: int, last_us: int, zone: str = "") -> Calendar:
    """The calendar of a rule inside a range. zone: whose days its working days are, where that is not for the rule to say.

    >>> desk = Hours("Europe/Berlin", ALWAYS)
    >>> calendar_by(desk, 0, 7 * DAY_US).total == 7 * DAY_US
    True
    """
    return calendar_of(windows_by(rule, first_us, last_us), zone or zone_of(rule), first_us, last_us)


def calendar_reaching(rule: Rule, start_us: int, amount_us: int = 0, days: int = 0) -> Calendar:
    """The calendar of a rule around a start, long enough for so much working time, or so many working days, after or before it.

    Refuses a rule that has not so much working time within 400 years.

    >>> desk = Hours("UTC", Week((((Window(0, 3_600_000_000),),) + ((),) * 6)))
    >>> from troth.engines.calendars.calendar import due
    >>> import numpy as np
    >>> calendar = calendar_reaching(desk, 0, 100 * 3_600_000_000)
    >>> str(due(calendar, np.array([0]), np.array([100 * 3_600_000_000])).astype("M8[us]")[0])[:16]
    '1971-11-29T01:00'
    """
    ahead = behind = LOOK_US
    while max(ahead, behind) <= LONGEST_US:
        calendar = calendar_by(rule, start_us - behind, start_us + ahead)
        start = np.array([start_us])
        before, days_before = int(worked_until(calendar, start)[0]), int(np.searchsorted(calendar.days.ends, start)[0])
        after, days_after = calendar.total - before, int((calendar.days.opens > start_us).sum())
        short_after = after < max(amount_us, 1) or days_after <= days
        short_before = before < -amount_us or days_before < -days
        if not short_after and not short_before:
            return calendar
        ahead, behind = ahead * (1 + short_after), behind * (1 + short_before)
    said = f"too little of it around {from_us(start_us)}"
    raise CannotEstimate("working time", got=said, need="hours on some day of the week")


def zone_of(rule: Rule) -> str:
    """The zone whose days a rule's working days are: that of its hours, of the first that is put together, of the last in turn.

    >>> zone_of(Together(all_of=(Hours("Asia/Tokyo"), Hours("Europe/Berlin"))))
    'Asia/Tokyo'
    """
    match rule:
        case Hours(zone=zone):
            return zone
        case Together(any_of=any_of, all_of=all_of):
            return zone_of((*any_of, *all_of)[0])
        case InTurn(turns=turns):
            return zone_of(turns[-1][2])


def zones_by(rule: Rule) -> tuple[tuple[int, int, str], ...]:
    """From when and before when, UTC microseconds, a rule's days are those of which zone.

    >>> [zone for _, _, zone in zones_by(InTurn(((0, 5, Hours("UTC")), (5, 9, Hours("UTC")), (9, 10, Hours("Asia/Tokyo")))))]
    ['UTC', 'Asia/Tokyo']
    """
    if not isinstance(rule, InTurn):
        return ((-FOREVER_US, FOREVER_US, zone_of(rule)),)
    found: list[tuple[int, int, str]] = []
    for since, until, one in rule.turns:
        zone = zone_of(one)
        if found and found[-1][2] == zone:
            found[-1] = (found[-1][0], until, zone)
        else:
            found.append((since, until, zone))
    found[0] = (-FOREVER_US, *found[0][1:])
    found[-1] = (found[-1][0], FOREVER_US, found[-1][2])
    return tuple(found)


def changes_by(rule: Rule) -> tuple[int, ...]:
    """When what a rule says changes, UTC microseconds, ascending.

    >>> changes_by(Together(all_of=(Hours("UTC"), InTurn(((0, 5, Hours("UTC")), (5, 9, Hours("Asia/Tokyo")))))))
    (5,)
    """
    match rule:
        case Hours():
            return ()
        case Together(any_of=any_of, all_of=all_of, without=without):
            return tuple(sorted({at for one in (*any_of, *all_of, *without) for at in changes_by(one)}))
        case InTurn(turns=turns):
            inside = {at for since, until, one in turns for at in changes_by(one) if since < at < until}
            return tuple(sorted({since for since, _, _ in turns[1:]} | inside))


def _pattern(hours: Hours, first_us: int, last_us: int) -> Pattern:
    years = from_us(first_us - 3 * DAY_US).year, from_us(last_us + 3 * DAY_US).year
    closed: dict[date, tuple[Window, ...]] = {day: () for region in hours.holidays for day in holidays_of(region, *years)}
    return Pattern(hours.zone, hours.week, {**closed, **dict(hours.instead)})
