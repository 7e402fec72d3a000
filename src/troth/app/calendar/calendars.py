"""Working time that a person asks for: by a calendar of a book, or by hours given on the spot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np

from troth.app.rulebook.rules import read_rules
from troth.app.workspace import Workspace
from troth.book.address import keys_of
from troth.engines.calendars import (
    Calendar,
    Hours,
    Rule,
    calendar_by,
    calendar_reaching,
    due,
    due_in_days,
    elapsed,
    holidays_version,
    parse_week,
    transitions,
    tz_version,
    utc_of,
    utc_to_local,
    zone_names,
    zone_of,
)
from troth.engines.calendars.holidays import refuse_unknown
from troth.kernel.errors import BookError, CannotEstimate, ExpressionError, NotFound, nearest
from troth.kernel.instant import DAY_US, from_us, to_us
from troth.promises.calendars import CALENDARS, Calendars
from troth.promises.calendars.definition import days_of
from troth.query import parse
from troth.query.durations import counted
from troth.query.tree import Duration

DEFAULT_ZONE = "UTC"
AMOUNTS = "4h, 90min or 30s of working time, 2wd for working days, 3d, 2w or 1mo by the wall clock"
FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST_STRETCHES = 400
REPEATED_US = tuple(minutes * 60_000_000 for minutes in (20, 30, 40, 60, 90, 120, 180))  # by how much clocks were ever set back


@dataclass(frozen=True, slots=True)
class Chosen:
    """A rule with what it is called and the zone in which its times are read and shown. words: what is said of single closed days."""

    name: str
    rule: Rule
    zone: str
    words: Mapping[date, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Working time without a break, local times as text."""

    opens: str
    closes: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Due:
    """When an amount has passed. start_utc, due_utc: ISO 8601 with Z; the local ones with their offset."""

    calendar: str
    zone: str
    amount: str
    start_utc: str
    start_local: str
    due_utc: str
    due_local: str
    stretches: tuple[Stretch, ...]
    notes: tuple[str, ...]
    tz_version: str
    holidays_version: str


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Working time between two instants; negative where the end comes before the start."""

    calendar: str
    zone: str
    start_utc: str
    start_local: str
    end_utc: str
    end_local: str
    elapsed_seconds: float
    stretches: tuple[Stretch, ...]
    notes: tuple[str, ...]
    tz_version: str
    holidays_version: str


def of_hours(zone: str | None, hours: str | None, holidays: str = "", closed: str = "") -> Chosen:
    """The calendar of options. holidays: regions, closed: days or ranges of days, both divided by commas. Raises BookError."""
    zone = zone or DEFAULT_ZONE
    if zone not in zone_names():
        raise BookError(f"no time zone '{zone}'", allowed=nearest(zone, zone_names()))
    regions = _parts(holidays)
    for region in regions:
        refuse_unknown(region)
    try:
        days = tuple((day, ()) for part in _parts(closed) for day in days_of(part))
    except ValueError as error:
        raise BookError(f"--closed: {error}") from error
    return Chosen(hours or "24/7", Hours(zone, parse_week(hours or "24/7"), regions, tuple(sorted(days))), zone)


def of_book(workspace: Workspace, name: str, keys: str = "") -> Chosen:
    """A calendar of a book for somebody's keys: customer=acme,region=JP. Raises NotFound for a name that the book does not have."""
    rules = read_rules(workspace)
    if not rules.book.has(CALENDARS.name, name):
        raise NotFound(f"no calendar '{name}' in the book", allowed=nearest(name, rules.book.names(CALENDARS.name)))
    calendars, whose = Calendars(rules.book, rules.settings.zone or DEFAULT_ZONE), keys_of(keys)
    rule = calendars.rule(name, whose)
    said = [one.definition.value.closed for among in sorted(calendars.among(name)) for one in calendars.variants(among, whose)]
    words = {day: text for closed in said for days, text in closed.items() for day in days_of(days)}
    return Chosen(name, rule, zone_of(rule), words)


def due_at(chosen: Chosen, start: str, amount: str) -> Due:
    """When so much has passed since a start, local to the calendar's zone unless it bears an offset.

    Hours, minutes and seconds are working time; wd working days; d, w, mo and y go by the wall clock. Raises BookError for what is no
    start and no amount, and for a calendar on which so much never passes.
    """
    begins, notes = _instant(start, chosen.zone)
    unit, count = _amount(amount)
    start_us = to_us(begins)
    if unit in ("days", "months"):
        return _due(chosen, amount, start_us, _by_the_wall(begins, chosen.zone, unit, count), None, notes)
    try:
        calendar = calendar_reaching(chosen.rule, start_us, 0 if unit == "wd" else count, count if unit == "wd" else 0)
    except CannotEstimate as error:
        raise BookError(f"calendar '{chosen.name}' never holds {amount} after {start}", got="too little working time") from error
    asked, start_at = np.array([count], dtype=np.int64), np.array([start_us], dtype=np.int64)
    found = due_in_days(calendar, start_at, asked) if unit == "wd" else due(calendar, start_at, asked)
    return _due(chosen, amount, start_us, int(found[0]), calendar, notes)


def elapsed_between(chosen: Chosen, start: str, end: str) -> Elapsed:
    """Working time from one time to another, both local to the calendar's zone unless they bear an offset."""
    begins, notes = _instant(start, chosen.zone)
    ends, more = _instant(end, chosen.zone)
    low, high = sorted((to_us(begins), to_us(ends)))
    calendar = _around(chosen.rule, low, high)
    passed = int(elapsed(calendar, np.array([to_us(begins)]), np.array([to_us(ends)]))[0])
    return Elapsed(
        chosen.name,
        chosen.zone,
        _utc(to_us(begins)),
        _local(to_us(begins), chosen.zone),
        _utc(to_us(ends)),
        _local(to_us(ends), chosen.zone),
        _seconds(passed),
        tuple(_stretches(calendar, low, high, chosen.zone)),
        (*notes, *more),
        tz_version(),
        holidays_version(),
    )


def _due(chosen: Chosen, amount: str, start_us: int, due_us: int, calendar: Calendar | None, notes: tuple[str, ...]) -> Due:
    stretches = tuple(_stretches(calendar, start_us, due_us, chosen.zone)) if calendar else ()
    return Due(
        chosen.name,
        chosen.zone,
        amount,
        _utc(start_us),
        _local(start_us, chosen.zone),
        _utc(due_us),
        _local(due_us, chosen.zone),
        stretches,
        notes,
        tz_version(),
        holidays_version(),
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _amount(text: str) -> tuple[str, int]:
    """Unit and count, as `counted`, but hours are working hours."""
    bare = text.strip().removeprefix("-")
    try:
        tree = parse(bare)
    except ExpressionError as error:
        raise BookError("no amount of time", got=f"'{text}'", allowed=AMOUNTS) from error
    if not isinstance(tree, Duration):
        raise BookError("no amount of time", got=f"'{text}'", allowed=AMOUNTS)
    unit, count = counted(tree)
    return ("wh" if unit == "us" else unit), -count if text.strip().startswith("-") else count


def _instant(text: str, zone: str) -> tuple[datetime, tuple[str, ...]]:
    """Naive UTC of a time, and what has to be said of it."""
    try:
        local = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BookError("no time", got=f"'{text}'", allowed="2026-04-10T16:00, with an offset such as -04:00 or without one") from error
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise BookError("no time that a calendar reaches", got=f"'{text}'", allowed=f"years {FIRST_YEAR} to {LAST_YEAR}")
    found = utc_of(local, zone)
    if local.tzinfo is not None:
        return found, ()
    shown = _shown(to_us(found), zone)
    if shown != local:
        return found, (f"{local:%Y-%m-%d %H:%M} does not exist in {zone}, where clocks skip it; read as {shown:%H:%M}",)
    if any(_shown(to_us(found) + later, zone) == local for later in REPEATED_US):
        return found, (f"{local:%Y-%m-%d %H:%M} comes twice in {zone}; read as the first, write its offset for the second",)
    return found, ()


def _by_the_wall(start: datetime, zone: str, unit: str, count: int) -> int:
    local = _shown(to_us(start), zone)
    if unit == "days":
        return to_us(utc_of(local + timedelta(days=count), zone))
    month = local.month - 1 + count
    year, month = local.year + month // 12, month % 12 + 1
    day = min(local.day, ((date(year + month // 12, month % 12 + 1, 1)) - timedelta(days=1)).day)
    return to_us(utc_of(local.replace(year=year, month=month, day=day), zone))


def _around(rule: Rule, low: int, high: int) -> Calendar:
    return calendar_by(rule, low - DAY_US, high + DAY_US)


def _stretches(calendar: Calendar, low: int, high: int, zone: str) -> Iterator[Stretch]:
    """The working time between two instants, stretch by stretch; the first of them where there are many."""
    begin, end = np.searchsorted(calendar.closes, low, side="right"), np.searchsorted(calendar.opens, high, side="left")
    for place in range(int(begin), min(int(end), int(begin) + MOST_STRETCHES)):
        opens, closes = max(int(calendar.opens[place]), low), min(int(calendar.closes[place]), high)
        yield Stretch(_local(opens, zone), _local(closes, zone), _seconds(closes - opens))


def _shown(us: int, zone: str) -> datetime:
    clocks = transitions(zone, us - DAY_US, us + DAY_US)
    return from_us(int(utc_to_local(np.array([us], dtype=np.int64), clocks)[0]))


def _local(us: int, zone: str) -> str:
    shown = _shown(us, zone)
    offset = shown - from_us(us)
    return shown.replace(tzinfo=UTC).isoformat().removesuffix("+00:00") + _offset(offset)


def _offset(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    sign, seconds = ("-" if seconds < 0 else "+"), abs(seconds)
    rest = f":{seconds % 60:02}" if seconds % 60 else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}{rest}"


def _utc(us: int) -> str:
    return from_us(us).isoformat() + "Z"


def _seconds(us: int) -> float:
    return us // 1_000_000 if us % 1_000_000 == 0 else us / 1_000_000
