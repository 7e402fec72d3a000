"""The oracle of business time: it walks the minutes of UTC and asks of each whether the doors are open.

It reads the zone files by itself, calls no function that knows time zones, and shares no code with what it judges.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]

DAY_S = 86_400
FIRST_OF_ALL = date(1970, 1, 1)
LAST_YEAR = 2039


@dataclass(frozen=True, slots=True)
class Clock:
    """changes: UTC seconds at which a zone's offset changes; offsets: seconds east of UTC before the first, between and after the last."""

    changes: Whole
    offsets: Whole

    def shown(self, utc: Whole) -> Whole:
        """What the clock on the wall shows, as seconds of a calendar that knows no zone."""
        return utc + self.offsets[np.searchsorted(self.changes, utc, side="right")]


@dataclass(frozen=True, slots=True)
class Doors:
    """Hours in seconds after midnight by weekday, Monday first, and by date where they differ; closings may lie on the next day."""

    zone: str
    week: tuple[tuple[tuple[int, int], ...], ...]
    instead: Mapping[date, tuple[tuple[int, int], ...]]

    def hours_of(self, day: date) -> Sequence[tuple[int, int]]:
        return self.instead[day] if day in self.instead else self.week[day.weekday()]


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk from one second to another in equal steps. open: whether doors are open in each; passed: open seconds before each."""

    begin: int
    step: int
    open: npt.NDArray[np.bool_]
    passed: Whole

    def worked_us(self, at_us: int) -> int:
        place, rest = divmod(at_us - self.begin * 1_000_000, self.step * 1_000_000)
        return int(self.passed[place]) * 1_000_000 + (rest if self.open[place] else 0)

    def due_us(self, start_us: int, amount_us: int) -> int:
        """The end of the first stretch of time after a start in which doors were open for so long."""
        wanted = self.worked_us(start_us) + amount_us
        place = int(np.argmax((self.passed + self.open * self.step) * 1_000_000 >= wanted))
        return (self.begin + place * self.step) * 1_000_000 + wanted - int(self.passed[place]) * 1_000_000

    def since_us(self, end_us: int, amount_us: int) -> int:
        """The latest instant from which doors are open for so long until an end."""
        wanted = self.worked_us(end_us) - amount_us
        place = int(np.flatnonzero(self.passed * 1_000_000 <= wanted)[-1])
        return (self.begin + place * self.step) * 1_000_000 + wanted - int(self.passed[place]) * 1_000_000

    def closings_us(self) -> list[int]:
        """When doors close."""
        return [(self.begin + int(place) * self.step) * 1_000_000 for place in np.flatnonzero(self.open[:-1] & ~self.open[1:]) + 1]


def walked(doors: Doors, begin: int, end: int) -> Walk:
    """Doors open once, when the clock first shows their time or a later one, and close likewise."""
    clock = clock_of(doors.zone)
    nearby = clock.offsets[np.searchsorted(clock.changes, begin, side="right") : np.searchsorted(clock.changes, end, side="right") + 1]
    step = 60 if not np.any(nearby % 60) else 1
    minutes = np.arange(begin, end, step, dtype=np.int64)
    shown = clock.shown(minutes)
    shown_by_now = np.maximum.accumulate(shown)
    is_open = np.zeros(len(minutes), dtype=np.bool_)
    day, last = FIRST_OF_ALL + timedelta(days=int(shown.min()) // DAY_S - 1), FIRST_OF_ALL + timedelta(days=int(shown.max()) // DAY_S)
    while day <= last:
        midnight = (day - FIRST_OF_ALL).days * DAY_S
        for opens, closes in doors.hours_of(day):
            since, until = np.searchsorted(shown_by_now, (midnight + opens, midnight + closes))
            is_open[since:until] = True
        day += timedelta(days=1)
    return Walk(begin, step, is_open, np.concatenate([[0], np.cumsum(is_open)[:-1]]) * step)


@cache
def clock_of(zone: str) -> Clock:
    """The clock of a zone from its file: its table, and after that its rule, written as RFC 8536 and POSIX say."""
    data = files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()
    _, utc_ends, standards, leaps, times, types, letters = _header(data, 0)
    second = 44 + times * 5 + types * 6 + letters + leaps * 8 + standards + utc_ends
    _, utc_ends, standards, leaps, times, types, letters = _header(data, second)
    at = second + 44
    changes = list(struct.unpack(f">{times}q", data[at : at + times * 8]))
    which = list(data[at + times * 8 : at + times * 9])
    table = at + times * 9
    kinds = [struct.unpack(">i", data[table + 6 * n : table + 6 * n + 4])[0] for n in range(types)]
    offsets = [kinds[0], *(kinds[n] for n in which)]
    footer = data[table + types * 6 + letters + leaps * 12 + standards + utc_ends :].strip(b"\n").decode()
    for instant, offset in _by_rule(footer):
        if not changes or instant > changes[-1]:
            changes.append(instant)
            offsets.append(offset)
    return Clock(np.array(changes, dtype=np.int64), np.array(offsets, dtype=np.int64))


def _header(data: bytes, at: int) -> tuple[int, int, int, int, int, int, int]:
    magic, version, *counts = struct.unpack(">4sc15x6I", data[at : at + 44])
    assert magic == b"TZif", "not a zone file"
    utc_ends, standards, leaps, times, types, letters = counts
    return version[0], utc_ends, standards, leaps, times, types, letters


RULE = re.compile(r"(?:<[^>]+>|[A-Za-z]+)(-?\+?[\d:]+)(?:(?:<[^>]+>|[A-Za-z]+)([-+\d:]*))?(?:,([^,]+),([^,]+))?")


def _by_rule(footer: str) -> list[tuple[int, int]]:
    matched = RULE.fullmatch(footer)
    if matched is None or not matched[3]:
        return []
    standard = -_seconds(matched[1])
    summer = -_seconds(matched[2]) if matched[2] else standard + 3600
    found = []
    for year in range(1970, LAST_YEAR):
        found.append((_on(matched[3], year) - standard, summer))
        found.append((_on(matched[4], year) - summer, standard))
    return sorted(found)


def _seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    hours, minutes, seconds = (*map(int, text.lstrip("+-").split(":")), 0, 0)[:3]
    return sign * (hours * 3600 + minutes * 60 + seconds)


def _on(rule: str, year: int) -> int:
    """Local seconds at which a rule such as M3.2.0/2 or J60 falls in a year."""
    day, _, time = rule.partition("/")
    after = _seconds(time) if time else 7200
    if day.startswith("M"):
        month, week, weekday = map(int, day[1:].split("."))
        first = date(year, month, 1)
        found = first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (week - 1))
        while found.month != month:
            found -= timedelta(days=7)
    elif day.startswith("J"):
        number = int(day[1:])
        leap = number >= 60 and (date(year, 3, 1) - date(year, 2, 28)).days == 2
        found = date(year, 1, 1) + timedelta(days=number - 1 + leap)
    else:
        found = date(year, 1, 1) + timedelta(days=int(day))
    return (found - FIRST_OF_ALL).days * DAY_S + after
