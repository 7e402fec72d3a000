"""A year of a calendar, day by day: its hours, what is unusual, and by which name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import numpy as np

from troth.app.calendar.calendars import Chosen
from troth.engines.calendars import (
    Hours,
    InTurn,
    Rule,
    Together,
    Transitions,
    calendar_of,
    holidays_of,
    holidays_version,
    transitions,
    tz_version,
    utc_to_local,
    windows_by,
)
from troth.kernel.errors import BookError
from troth.kernel.instant import DAY_US, to_us

Kind = Literal["open", "closed", "holiday", "other"]
MARKS: Mapping[Kind, str] = {"open": "", "closed": "", "holiday": "*", "other": "+"}
FIRST_YEAR, LAST_YEAR = 1970, 2100
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Day:
    """hours: local, as text; empty where it is closed. kind: as usual, closed as usual, closed though usually open, or other hours."""

    date: str
    number: int
    hours: str
    kind: Kind
    mark: str
    said: str


@dataclass(frozen=True, slots=True)
class Month:
    """first_weekday: of its first day, Monday being 0."""

    name: str
    first_weekday: int
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Year:
    """usual: weekday -> hours. unusual: the days that are not as usual, and those on which clocks change. hours: of working time."""

    calendar: str
    zone: str
    year: int
    headline: str
    lede: str
    usual: Mapping[str, str]
    months: tuple[Month, ...]
    unusual: tuple[Day, ...]
    working_days: int
    hours: float
    tz_version: str
    holidays_version: str


def this_year() -> int:
    return datetime.now(UTC).year


def year_of(chosen: Chosen, year: int) -> Year:
    """Each day of a year. Usual are the hours that a weekday has most often. Refuses years of which holidays or clocks are not known."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BookError("no year to show", got=year, allowed=f"{FIRST_YEAR} to {LAST_YEAR}")
    first, last = date(year, 1, 1), date(year, 12, 31)
    begin, end = to_us(datetime(year, 1, 1)) - 3 * DAY_US, to_us(datetime(year + 1, 1, 1)) + 3 * DAY_US
    clocks = transitions(chosen.zone, begin, end)
    by_day = _hours_by_day(chosen.rule, clocks)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    usual = _usual(days, by_day)
    names = {**_holidays(chosen.rule, year), **{day: words for day, words in chosen.words.items() if words}}
    changes = _changes(clocks)
    shown = [_day(day, by_day.get(day, ""), usual, names, changes) for day in days]
    open_days = [one for one in shown if one.hours]
    worked = _worked(chosen, days)
    return Year(
        chosen.name,
        chosen.zone,
        year,
        f"{chosen.name} in {year}: {len(open_days)} working days, {worked:,.10g} hours.",
        f"Zone {chosen.zone}. {_said(usual)}",
        usual,
        tuple(_months(shown)),
        tuple(one for one in shown if one.said),
        len(open_days),
        worked,
        tz_version(),
        holidays_version(),
    )


def _hours_by_day(rule: Rule, clocks: Transitions) -> dict[date, str]:
    windows = windows_by(rule, clocks.first_us + DAY_US, clocks.last_us - DAY_US)
    inside = (windows.opens >= clocks.first_us) & (windows.closes <= clocks.last_us)
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    columns = (windows.days[inside], utc_to_local(windows.opens[inside], clocks), utc_to_local(windows.closes[inside], clocks))
    for day, opens, closes in zip(*(column.tolist() for column in columns), strict=True):
        if found[day] and found[day][-1][1] == opens:
            found[day][-1] = (found[day][-1][0], closes)
        else:
            found[day].append((opens, closes))
    return {EPOCH + timedelta(days=day): ", ".join(_window(*one) for one in parts) for day, parts in found.items()}


def _window(opens: int, closes: int) -> str:
    whole = closes % DAY_US == 0
    return f"{_clock(opens % DAY_US)}-{'24:00' if whole else _clock(closes % DAY_US)}"


def _clock(us: int) -> str:
    minutes, rest = divmod(us, 60_000_000)
    return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{rest // 1_000_000:02}" if rest else "")


def _usual(days: Sequence[date], by_day: Mapping[date, str]) -> dict[str, str]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for day in days:
        counts[f"{day:%A}"][by_day.get(day, "")] += 1
    week = [f"{date(2024, 1, 1) + timedelta(days=n):%A}" for n in range(7)]
    return {weekday: counts[weekday].most_common(1)[0][0] for weekday in week}


def _holidays(rule: Rule, year: int) -> dict[date, str]:
    match rule:
        case Hours(holidays=regions):
            return {day: name for region in regions for day, name in holidays_of(region, year, year).items()}
        case Together(any_of=any_of, all_of=all_of):
            return {day: name for one in (*any_of, *all_of) for day, name in _holidays(one, year).items()}
        case InTurn(turns=turns):
            return {day: name for _, _, one in turns for day, name in _holidays(one, year).items()}


def _changes(clocks: Transitions) -> dict[date, str]:
    found = {}
    for place, instant in enumerate(clocks.instants):
        before, after = clocks.offsets[place : place + 2]
        day = EPOCH + timedelta(days=(instant + before) // DAY_US)
        hours = abs(after - before) / 3_600_000_000
        found[day] = f"clocks go {'forward' if after > before else 'back'} {hours:g} {'hour' if hours == 1 else 'hours'}"
    return found


def _day(day: date, hours: str, usual: Mapping[str, str], names: Mapping[date, str], changes: Mapping[date, str]) -> Day:
    normally = usual[f"{day:%A}"]
    kind: Kind = ("open" if hours else "closed") if hours == normally else "other" if hours else "holiday"
    said = [f"closed: {names[day]}" if day in names else "closed"] if kind == "holiday" else [hours] if kind == "other" else []
    if day in changes:
        said.append(changes[day])
    return Day(day.isoformat(), day.day, hours, kind, MARKS[kind] + ("'" if day in changes else ""), "; ".join(said))


def _months(days: Sequence[Day]) -> list[Month]:
    found = []
    for number in range(1, 13):
        mine = tuple(one for one in days if date.fromisoformat(one.date).month == number)
        first = date.fromisoformat(mine[0].date)
        found.append(Month(f"{first:%B}", first.weekday(), mine))
    return found


def _said(usual: Mapping[str, str]) -> str:
    """Weekdays with the same hours together: Monday to Friday 09:00-17:00."""
    parts: list[str] = []
    weekdays = list(usual)
    first = 0
    for last in range(len(weekdays)):
        if last + 1 < len(weekdays) and usual[weekdays[last + 1]] == usual[weekdays[first]]:
            continue
        names = weekdays[first] if first == last else f"{weekdays[first]} to {weekdays[last]}"
        parts.append(f"{names} {usual[weekdays[first]] or 'closed'}")
        first = last + 1
    return "; ".join(parts) + "."


def _worked(chosen: Chosen, days: Sequence[date]) -> float:
    """Hours of working time that belong to these days."""
    low, high = (days[0] - EPOCH).days, (days[-1] - EPOCH).days
    windows = windows_by(chosen.rule, (low - 3) * DAY_US, (high + 4) * DAY_US)
    mine = (windows.days >= low) & (windows.days <= high)
    chosen_windows = type(windows)(windows.opens[mine], windows.closes[mine], windows.days[mine])
    total = calendar_of(chosen_windows, chosen.zone, (low - 3) * DAY_US, (high + 5) * DAY_US).total
    return float(np.round(total / 3_600_000_000, 6))
