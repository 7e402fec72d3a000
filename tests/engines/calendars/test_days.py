"""Working days against answers written by hand, a spreadsheet's WORKDAY, and numpy's own business days."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from troth.engines.calendars import (
    Calendar,
    Pattern,
    calendar_of,
    counted_from,
    cutoffs,
    due_in_days,
    holidays_of,
    intersection,
    parse_time,
    parse_week,
    windows_of,
)
from troth.kernel.errors import BookError, CannotEstimate
from troth.kernel.instant import from_us, to_us

BERLIN = "Europe/Berlin"
FIRST, LAST = to_us(datetime(2026, 1, 1)), to_us(datetime(2027, 6, 1))


def made(hours: str, *, zone: str = BERLIN, closed: tuple[str, ...] = ()) -> Calendar:
    pattern = Pattern(zone, parse_week(hours), {date.fromisoformat(day): () for day in closed})
    return calendar_of(windows_of(pattern, FIRST, LAST), zone, FIRST, LAST)


def instant(text: str, zone: str = BERLIN) -> int:
    return to_us(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def local(us: int, zone: str = BERLIN) -> str:
    return from_us(us).replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "days", "want"),
    [
        ("2026-04-13 10:00", 1, "Tue 2026-04-14 17:00"),
        ("2026-04-13 10:00", 2, "Wed 2026-04-15 17:00"),
        ("2026-04-13 18:00", 1, "Tue 2026-04-14 17:00"),  # after closing, Monday is still the day that does not count
        ("2026-04-17 10:00", 1, "Mon 2026-04-20 17:00"),
        ("2026-04-18 10:00", 1, "Mon 2026-04-20 17:00"),  # Saturday
        ("2026-04-19 23:59", 1, "Mon 2026-04-20 17:00"),  # Sunday
        ("2026-04-13 10:00", 0, "Mon 2026-04-13 17:00"),
        ("2026-04-13 17:00", 0, "Mon 2026-04-13 17:00"),
        ("2026-04-13 17:01", 0, "Tue 2026-04-14 17:00"),
        ("2026-04-18 10:00", 0, "Mon 2026-04-20 17:00"),
        ("2026-04-13 10:00", -1, "Fri 2026-04-10 17:00"),
        ("2026-04-18 10:00", -1, "Fri 2026-04-17 17:00"),
        ("2026-04-18 10:00", -2, "Thu 2026-04-16 17:00"),
        ("2026-04-01 10:00", 2, "Tue 2026-04-07 17:00"),  # over Good Friday and Easter Monday
    ],
)
def test_working_days_after_and_before(start: str, days: int, want: str) -> None:
    calendar = made("Mon-Fri 09:00-17:00", closed=("2026-04-03", "2026-04-06"))

    assert local(int(due_in_days(calendar, np.array([instant(start)]), np.array([days]))[0])) == want


def test_a_night_belongs_to_the_day_on_which_it_began() -> None:
    nights = made("Mon-Fri 22:00-06:00")
    starts = np.array([instant("2026-04-14 03:00"), instant("2026-04-14 07:00"), instant("2026-04-18 05:59"), instant("2026-04-18 06:00")])

    found = due_in_days(nights, starts, np.array([1, 1, 1, 1]))

    assert [local(int(one)) for one in found] == [
        "Wed 2026-04-15 06:00",  # the night of Monday, then that of Tuesday
        "Thu 2026-04-16 06:00",  # Tuesday, then the night of Wednesday
        "Tue 2026-04-21 06:00",  # the night of Friday, then that of Monday
        "Tue 2026-04-21 06:00",  # Saturday, then the night of Monday
    ]


def test_as_the_business_days_of_numpy() -> None:
    """5,000 random starts, -40 to 40 days, with holidays; numpy knows no hours, so the date of the closing is compared."""
    closed = tuple(str(day) for day in holidays_of("DE-BY", 2026, 2027))
    calendar = made("Mon-Fri 08:00-16:30", closed=closed)
    chance = np.random.default_rng(3)
    starts = chance.integers(instant("2026-03-15 00:00"), instant("2027-03-01 00:00"), 5_000)
    days = chance.choice(np.array([n for n in range(-40, 41) if n]), 5_000)
    dates = [from_us(int(at)).replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(BERLIN)).date() for at in starts]
    # numpy counts from the working day at or before a start forwards, and from the one at or after it backwards.
    forwards = np.busday_offset(np.array(dates, "M8[D]"), days, roll="preceding", holidays=np.array(closed, "M8[D]"))
    backwards = np.busday_offset(np.array(dates, "M8[D]"), days, roll="following", holidays=np.array(closed, "M8[D]"))
    want = np.where(days > 0, forwards, backwards)

    found = due_in_days(calendar, starts, days)

    assert [local(int(one))[4:] for one in found] == [f"{day} 16:30" for day in want]


@pytest.mark.parametrize(
    ("at", "want"),
    [
        ("2026-04-13 14:00", "Mon 2026-04-13 14:00"),  # by 14:00 counts today
        ("2026-04-13 14:01", "Tue 2026-04-14 09:00"),
        ("2026-04-13 07:00", "Mon 2026-04-13 07:00"),
        ("2026-04-17 15:00", "Mon 2026-04-20 09:00"),
        ("2026-04-18 08:00", "Mon 2026-04-20 09:00"),
    ],
)
def test_cut_off(at: str, want: str) -> None:
    found = counted_from(made("Mon-Fri 09:00-17:00"), np.array([instant(at)]), parse_time("14:00"))

    assert local(int(found[0])) == want


def test_cut_offs_are_local_times() -> None:
    """New York changed its clocks on 8 March 2026."""
    zone = "America/New_York"
    found = cutoffs(made("Mon-Fri 09:00-17:00", zone=zone), parse_time("14:00"))

    assert {local(int(one), zone)[-5:] for one in found} == {"14:00"}
    assert {int(one) % 86_400_000_000 // 3_600_000_000 for one in found} == {18, 19}


def test_days_of_what_is_composed_are_those_on_which_it_is_open() -> None:
    desk = windows_of(Pattern(BERLIN, parse_week("Mon-Fri 09:00-17:00")), FIRST, LAST)
    carrier = windows_of(Pattern(BERLIN, parse_week("Tue,Thu 12:00-20:00")), FIRST, LAST)
    both = calendar_of(intersection(desk, carrier), BERLIN, FIRST, LAST)

    found = due_in_days(both, np.array([instant("2026-04-13 10:00")]), np.array([2]))

    assert local(int(found[0])) == "Thu 2026-04-16 17:00"


def test_more_days_than_there_are_is_refused() -> None:
    with pytest.raises(CannotEstimate, match="working days; got more than the calendar holds"):
        due_in_days(made("Mon 09:00-17:00"), np.array([FIRST]), np.array([400]))
    with pytest.raises(CannotEstimate, match="no working day after the instant"):
        counted_from(made("Mon 09:00-17:00"), np.array([LAST]), 0)


def test_holidays_of_a_part_of_a_country() -> None:
    """Written in the laws of Bavaria and of São Paulo."""
    assert holidays_of("DE-BY", 2026, 2026)[date(2026, 1, 6)] == "Epiphany"
    assert date(2026, 1, 6) not in holidays_of("DE-BE", 2026, 2026)
    assert date(2026, 7, 9) in holidays_of("BR-SP", 2026, 2026)
    assert holidays_of("US", 2026, 2026)[date(2026, 11, 26)] == "Thanksgiving Day"


@pytest.mark.parametrize(
    ("region", "message"),
    [("XX", "no holidays of 'XX'; allowed: a country such as US"), ("DE-XX", "no holidays of 'DE-XX'; allowed: a part of DE")],
)
def test_an_unknown_region_is_refused(region: str, message: str) -> None:
    with pytest.raises(BookError, match=message):
        holidays_of(region, 2026, 2026)
