from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.errors import BadValue
from troth.sending import Due, When, newest_due, when_of

BERLIN = "Europe/Berlin"
MONDAY = when_of("monday", "06:30")


def test_a_monday_is_due_from_its_minute_on_and_stays_the_newest_for_a_week() -> None:
    #  2026-03-02 is a Monday; 06:30 in Berlin is 05:30 UTC in winter.
    before = Due(date(2026, 2, 23), datetime(2026, 2, 23, 5, 30))
    due = Due(date(2026, 3, 2), datetime(2026, 3, 2, 5, 30))

    assert newest_due(MONDAY, BERLIN, datetime(2026, 3, 2, 5, 29, 59)) == before
    assert newest_due(MONDAY, BERLIN, datetime(2026, 3, 2, 5, 30)) == due
    assert newest_due(MONDAY, BERLIN, datetime(2026, 3, 9, 5, 29)) == due


def test_half_past_six_is_half_past_six_in_summer_too() -> None:
    assert newest_due(MONDAY, BERLIN, datetime(2026, 7, 6, 12)).at == datetime(2026, 7, 6, 4, 30)


def test_a_time_that_spring_leaves_out_comes_once_and_as_late_as_it_would_have() -> None:
    #  On Sunday 29 March 2026 clocks go from 02:00 to 03:00; what is due at 02:30 comes at 03:30, 01:30 UTC.
    sunday = when_of("sun", "02:30")

    assert newest_due(sunday, BERLIN, datetime(2026, 3, 29, 1, 29)).day == date(2026, 3, 22)
    assert newest_due(sunday, BERLIN, datetime(2026, 3, 29, 1, 30)) == Due(date(2026, 3, 29), datetime(2026, 3, 29, 1, 30))


def test_of_a_time_that_autumn_shows_twice_the_first_counts() -> None:
    #  On Sunday 25 October 2026 it is 02:30 at 00:30 UTC and again at 01:30 UTC.
    sunday = when_of("sunday", "02:30")

    assert newest_due(sunday, BERLIN, datetime(2026, 10, 25, 0, 30)) == Due(date(2026, 10, 25), datetime(2026, 10, 25, 0, 30))
    assert newest_due(sunday, BERLIN, datetime(2026, 10, 25, 1, 45)) == Due(date(2026, 10, 25), datetime(2026, 10, 25, 0, 30))


@given(
    st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC"]),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.datetimes(datetime(2011, 12, 20), datetime(2030, 1, 1)),
)
def test_it_is_the_newest_of_all_that_a_walk_through_the_days_finds(zone: str, days: frozenset[int], at: object, now: datetime) -> None:
    clock, when = ZoneInfo(zone), When(days, at)  # type: ignore[arg-type]
    walked = []
    for back in range(-2, 40):
        day = (now - timedelta(days=back)).date()
        instant = datetime.combine(day, when.at).replace(tzinfo=clock).astimezone(UTC).replace(tzinfo=None)
        if day.weekday() in days and instant <= now:
            walked.append(Due(day, instant))

    assert newest_due(when, zone, now) == max(walked, key=lambda due: due.at)


@pytest.mark.parametrize(("days", "at"), [("", "06:30"), ("mo", "06:30"), ("noday", "06:30"), ("monday", "6:30"), ("monday", "24:00")])
def test_what_is_no_day_or_no_time_is_refused(days: str, at: str) -> None:
    with pytest.raises(BadValue):
        when_of(days, at)
