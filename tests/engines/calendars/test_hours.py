from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.engines.calendars import ALWAYS, Week, Window, parse_time, parse_week, parse_windows
from troth.kernel.errors import BookError

MINUTE = 60_000_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Mon-Fri 08:00-12:00,13:00-17:00; Sat 09:00-24:00", "Mon-Fri 08:00-12:00, 13:00-17:00; Sat 09:00-24:00"),
        ("mon - fri 8-12, 13-17", "Mon-Fri 08:00-12:00, 13:00-17:00"),
        ("Monday, Wednesday,Fri 09:00\u201317:30", "Mon 09:00-17:30; Wed 09:00-17:30; Fri 09:00-17:30"),
        ("Sat-Mon 22:00-06:00", "Mon 22:00-06:00; Sat-Sun 22:00-06:00"),
        ("Mon-Fri", "Mon-Fri 00:00-24:00"),
        ("daily 00:00-24:00", "24/7"),
        ("Mon: 9:00-17:00; Mon 18:00-20:00;", "Mon 09:00-17:00, 18:00-20:00"),
        ("Fri 23:59:59-24:00", "Fri 23:59:59-24:00"),
    ],
)
def test_hours_as_people_write_them(text: str, said: str) -> None:
    assert str(parse_week(text)) == said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "hours name no window; got ''; allowed: days and hours"),
        ("Mon-Fry 9-17", "no day of the week; got 'Fry' in 'Mon-Fry 9-17'; allowed: Mon, Tue"),
        ("9-17", "hours without a day; got '9-17'"),
        ("Mon 9-25", "no time of day; got '9-25'; allowed: 00:00 to 24:00"),
        ("Mon 9:60-17", "no time of day; got '9:60-17'"),
        ("Mon 9", "no hours; got '9' in '9'; allowed: a window such as 08:00-17:00"),
        ("Mon 09:00-09:00", "a window opens and closes at one time; got '09:00-09:00'; allowed: 00:00-24:00 for a whole day"),
        ("Mon 24:00-06:00", "a window opens at 24:00"),
        ("Mon 9-12, 11-17", "windows of one day overlap; got 09:00-12:00 and 11:00-17:00"),
        ("Mon 9-12; Mon-Fri 8-17", "windows of one day overlap"),
    ],
)
def test_what_is_no_hours_is_refused(text: str, message: str) -> None:
    with pytest.raises(BookError) as caught:
        parse_week(text)

    assert str(caught.value).startswith(message.replace("'9' in '9'", "'9'"))


@given(st.lists(st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True), min_size=7, max_size=7))
def test_what_is_said_is_read_again(days: list[list[int]]) -> None:
    week = Week(
        tuple(
            tuple(Window(a * MINUTE, b * MINUTE) for a, b in zip(times[::2], times[1::2], strict=False))
            for times in (sorted(day) for day in days)
        )
    )

    assert parse_week(str(week)) == week


def test_whole_weeks_and_single_times() -> None:
    assert parse_week("24/7") == ALWAYS
    assert parse_windows("22-06") == (Window(22 * 60 * MINUTE, 30 * 60 * MINUTE),)
    assert parse_time("14") == 14 * 60 * MINUTE
    with pytest.raises(BookError, match="no time of day; got 'noon'"):
        parse_time("noon")
