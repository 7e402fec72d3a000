"""Clocks of service agreements against answers written down beforehand, each found by counting minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from troth.engines.calendars import Calendar, Pattern, calendar_of, due, due_time, elapsed_time, minus, parse_week, windows_of
from troth.engines.calendars.windows import Windows
from troth.kernel.instant import DAY_US, from_us, to_us

NEW_YORK, LONDON = "America/New_York", "Europe/London"
OFFICE = "Mon-Fri 09:00-17:00"
FIRST, LAST = to_us(datetime(2024, 1, 1)), to_us(datetime(2028, 2, 1))


def calendar(zone: str, hours: str, closed: Sequence[str] = ()) -> Calendar:
    return calendar_of(windows(zone, hours, closed), zone, FIRST, LAST)


def windows(zone: str, hours: str, closed: Sequence[str] = ()) -> Windows:
    return windows_of(Pattern(zone, parse_week(hours), {date.fromisoformat(day): () for day in closed}), FIRST, LAST)


def local(text: str, zone: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC).replace(tzinfo=None)


CASES = [
    (1, NEW_YORK, "Mon-Fri 08:00-17:00", "2026-04-10T16:00", 240, "2026-04-13T15:00"),
    (2, NEW_YORK, OFFICE, "2026-04-10T17:00", 480, "2026-04-13T21:00"),
    (3, NEW_YORK, OFFICE, "2026-04-09T15:00", 240, "2026-04-10T15:00"),
    (4, NEW_YORK, OFFICE, "2026-04-10T17:00", 1, "2026-04-13T13:01"),
    (5, NEW_YORK, "24/7", "2026-03-07T12:00", 1440, "2026-03-08T17:00"),
    (6, NEW_YORK, "24/7", "2026-10-31T12:00", 1440, "2026-11-01T16:00"),
    (7, NEW_YORK, OFFICE, "2026-03-06T16:00", 120, "2026-03-09T14:00"),
    (8, NEW_YORK, "daily 22:00-06:00", "2026-03-07T22:00", 480, "2026-03-09T03:00"),
    (9, NEW_YORK, "daily 22:00-06:00", "2026-10-31T22:00", 480, "2026-11-01T10:00"),
    (10, NEW_YORK, "24/7", "2026-11-01T01:30", 60, "2026-11-01T06:30"),
    (12, "Asia/Kolkata", OFFICE, "2026-04-10T16:45", 30, "2026-04-13T03:45"),
    (13, "Asia/Kathmandu", OFFICE, "2026-04-10T16:45", 30, "2026-04-13T03:30"),
    (16, LONDON, OFFICE, "2024-02-28T16:00", 600, "2024-03-01T10:00"),
    (17, LONDON, OFFICE, "2025-02-28T16:00", 600, "2025-03-04T10:00"),
    (21, "Asia/Tokyo", OFFICE, "2026-04-13T16:30", 60, "2026-04-14T00:30"),
    (29, NEW_YORK, "daily 01:30-10:00", "2026-11-01T00:00", 60, "2026-11-01T06:30"),
]
CLOSED = [
    (18, LONDON, ["2026-04-03", "2026-04-06"], "2026-04-02T16:00", 120, "2026-04-07T09:00"),
    (19, LONDON, ["2027-12-27", "2027-12-28"], "2027-12-24T16:00", 120, "2027-12-29T10:00"),
    (22, "Europe/Berlin", ["2027-01-01"], "2026-12-31T16:30", 60, "2027-01-04T08:30"),
]


@pytest.mark.parametrize(("zone", "hours", "start", "minutes", "utc"), [case[1:] for case in CASES], ids=[str(case[0]) for case in CASES])
def test_due(zone: str, hours: str, start: str, minutes: int, utc: str) -> None:
    began, amount = local(start, zone), timedelta(minutes=minutes)
    made = calendar(zone, hours)

    assert due_time(made, began, amount) == datetime.fromisoformat(utc)
    assert from_us(int(due(made, np.array([to_us(began)]), np.array([minutes * 60_000_000]))[0])) == datetime.fromisoformat(utc)
    assert elapsed_time(made, began, datetime.fromisoformat(utc)) == amount


@pytest.mark.parametrize(
    ("zone", "closed", "start", "minutes", "utc"), [case[1:] for case in CLOSED], ids=[str(case[0]) for case in CLOSED]
)
def test_due_over_closed_days(zone: str, closed: list[str], start: str, minutes: int, utc: str) -> None:
    assert due_time(calendar(zone, OFFICE, closed), local(start, zone), timedelta(minutes=minutes)) == datetime.fromisoformat(utc)


def test_second_of_two_equal_local_times() -> None:
    began = local("2026-11-01T01:30", NEW_YORK, fold=1)

    assert due_time(calendar(NEW_YORK, "24/7"), began, timedelta(hours=1)) == datetime(2026, 11, 1, 7, 30)


def test_request_from_london_on_a_desk_in_tokyo() -> None:
    began = local("2026-04-13T08:30", LONDON)

    assert due_time(calendar("Asia/Tokyo", OFFICE), began, timedelta(hours=1)) == datetime(2026, 4, 14, 0, 30)


@pytest.mark.parametrize(
    ("zone", "day", "minutes"),
    [(NEW_YORK, "2026-03-08", 1380), (NEW_YORK, "2026-11-01", 1500), ("Australia/Lord_Howe", "2026-04-05", 1470)],
)
def test_length_of_a_day(zone: str, day: str, minutes: int) -> None:
    begins = local(f"{day}T00:00", zone)
    ends = local(f"{date.fromisoformat(day) + timedelta(days=1)}T00:00", zone)

    assert elapsed_time(calendar(zone, "24/7"), begins, ends) == timedelta(minutes=minutes)


def test_noon_to_noon_in_spring_is_23_hours() -> None:
    ends = [local(f"2026-03-0{day}T12:00", NEW_YORK) for day in (7, 8)]

    assert elapsed_time(calendar(NEW_YORK, "24/7"), *ends) == timedelta(hours=23)


def test_a_pause_is_cut_out() -> None:
    """Eight hours from Monday 10:00, pending from Monday 12:00 to Tuesday 11:00: two hours used, due Tuesday 17:00."""
    pause = Windows(*(np.array([value]) for value in (to_us(datetime(2026, 4, 13, 12)), to_us(datetime(2026, 4, 14, 11)), 0)))
    left = calendar_of(minus(windows("UTC", OFFICE), pause), "UTC", FIRST, LAST)

    assert elapsed_time(left, datetime(2026, 4, 13, 10), datetime(2026, 4, 14, 11)) == timedelta(hours=2)
    assert due_time(left, datetime(2026, 4, 13, 10), timedelta(hours=8)) == datetime(2026, 4, 14, 17)


def test_nine_in_london_to_seven_in_tokyo_is_one_hour() -> None:
    """Process miners that drop the zone say eight hours."""
    ends = (datetime(2026, 4, 13, 9), datetime.fromisoformat("2026-04-13T19:00+09:00"))

    assert elapsed_time(calendar("UTC", OFFICE), *ends) == timedelta(hours=1)


def test_an_opening_that_is_skipped_happens_when_it_is_skipped() -> None:
    """In New York 02:30 of 8 March 2026 does not exist: doors open at 03:00, when clocks first show a later time."""
    made = calendar(NEW_YORK, "daily 02:30-10:00")

    assert due_time(made, local("2026-03-08T00:00", NEW_YORK), timedelta(minutes=1)) == datetime(2026, 3, 8, 7, 1)
    assert elapsed_time(made, *(local(f"2026-03-08T{at}", NEW_YORK) for at in ("00:00", "12:00"))) == timedelta(hours=7)


def test_a_closing_that_comes_twice_happens_the_first_time() -> None:
    """In New York clocks show 01:30 twice on 1 November 2026: doors close at the first."""
    made = calendar(NEW_YORK, "daily 00:00-01:30")

    assert elapsed_time(made, *(local(f"2026-11-01T{at}", NEW_YORK) for at in ("00:00", "12:00"))) == timedelta(minutes=90)


def test_a_day_that_was_skipped_has_no_hours() -> None:
    """Samoa had no 30 December 2011."""
    zone = "Pacific/Apia"
    first, last = (to_us(datetime(2011, 12, day)) for day in (28, 31))
    made = calendar_of(windows_of(Pattern(zone, parse_week("daily 09:00-17:00")), first, last), zone, first, last + DAY_US)

    assert [str(np.datetime64(int(day), "D")) for day in made.days.days] == ["2011-12-27", "2011-12-28", "2011-12-29", "2011-12-31"]
