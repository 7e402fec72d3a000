"""Closed days out of iCalendar feeds as calendars and agencies write them, against days written down beforehand."""

from __future__ import annotations

from datetime import date

import pytest

from troth.engines.calendars.feed import feed_of
from troth.kernel.errors import BookError


def feed(*events: str, head: str = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n", end: str = "\r\n") -> bytes:
    text = head + "".join(f"BEGIN:VEVENT\nUID:{n}\n{event.strip()}\nEND:VEVENT\n" for n, event in enumerate(events)) + "END:VCALENDAR\n"
    return text.replace("\n", end).encode()


def days(content: bytes, first: int = 2026, last: int = 2026) -> list[str]:
    return [str(day) for day in feed_of(content, first, last).days]


@pytest.mark.parametrize(
    ("event", "first", "last", "want"),
    [
        ("DTSTART;VALUE=DATE:20261224\nSUMMARY:x", 2026, 2026, ["2026-12-24"]),
        ("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\nSUMMARY:x", 2026, 2026, ["2026-12-24", "2026-12-25", "2026-12-26"]),
        ("DTSTART;VALUE=DATE:20261231\nDURATION:P2D\nSUMMARY:x", 2026, 2027, ["2026-12-31", "2027-01-01"]),
        ("DTSTART;VALUE=DATE:20261231\nDURATION:P2D\nSUMMARY:x", 2027, 2027, ["2027-01-01"]),
        ("DTSTART;VALUE=DATE:20000101\nRRULE:FREQ=YEARLY\nSUMMARY:x", 2026, 2027, ["2026-01-01", "2027-01-01"]),
        # the last Monday of May, as US federal calendars write Memorial Day
        ("DTSTART;VALUE=DATE:19710531\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO\nSUMMARY:x", 2026, 2027, ["2026-05-25", "2027-05-31"]),
        ("DTSTART;VALUE=DATE:20250101\nRRULE:FREQ=YEARLY;UNTIL=20260101T000000Z\nSUMMARY:x", 2025, 2030, ["2025-01-01", "2026-01-01"]),
        ("DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;VALUE=DATE:20260112\nSUMMARY:x", 2026, 2026,
         ["2026-01-05", "2026-01-19"]),
        ("DTSTART;VALUE=DATE:20260105\nRDATE;VALUE=DATE:20260301,20260302\nSUMMARY:x", 2026, 2026,
         ["2026-01-05", "2026-03-01", "2026-03-02"]),
        ("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY\nSUMMARY:x", 2024, 2028, ["2024-02-29", "2028-02-29"]),
        ("DTSTART;VALUE=DATE:20261224\nSTATUS:CANCELLED\nSUMMARY:x", 2026, 2026, []),
        ("DTSTART;VALUE=DATE:20261224\nTRANSP:TRANSPARENT\nSUMMARY:x", 2026, 2026, ["2026-12-24"]),
    ],
)  # fmt: skip
def test_whole_days(event: str, first: int, last: int, want: list[str]) -> None:
    assert days(feed(event), first, last) == want


def test_summaries_line_ends_and_folded_lines() -> None:
    event = "DTSTART;VALUE=DATE:20261226\nSUMMARY:Zweiter Weihnachts\n feiertag\\, Bayern"
    for end in ("\r\n", "\n"):
        assert feed_of(feed(event, end=end), 2026, 2026).days == {date(2026, 12, 26): "Zweiter Weihnachtsfeiertag, Bayern"}
    assert feed_of("\ufeff".encode() + feed(event), 2026, 2026).days != {}


def test_events_with_a_time_are_counted_and_left_out() -> None:
    found = feed_of(feed("DTSTART:20261224T120000Z\nSUMMARY:party", "DTSTART;VALUE=DATE:20261225\nSUMMARY:x"), 2026, 2026)

    assert (list(found.days), found.timed) == ([date(2026, 12, 25)], 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no iCalendar"),
        (b"name,day\nx,2026-12-24\n", "no iCalendar"),
        (feed("DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20300101\nSUMMARY:x"), "an event of an iCalendar is too long; got 1461 days"),
        (feed("DTSTART;VALUE=DATE:20260110\nDTEND;VALUE=DATE:20260101\nSUMMARY:x"), "an event of an iCalendar is too long; got -9 days"),
    ],
)
def test_what_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(BookError) as caught:
        feed_of(content, 2026, 2026)

    assert str(caught.value).startswith(message)


def test_a_rule_without_an_end_ends_with_the_years_asked_for() -> None:
    assert len(days(feed("DTSTART;VALUE=DATE:20000101\nRRULE:FREQ=DAILY\nSUMMARY:x"), 2026, 2027)) == 730
