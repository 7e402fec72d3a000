"""Promises on calendars: dues of working time, cut-offs, a customer's own hours, pauses, and a calendar that changes.

Every due here was counted by hand on the hours that stand beside it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.book.books import opened
from tests.book.test_layers import change
from tests.promises.test_variants import COMPANY
from tests.promises.worlds import Book, judge
from troth.kernel.errors import BookError
from troth.promises import clocks

ANSWER = "answer:\n  subject: order\n  words: answered\n  anchor: asked\n  fulfil: {event: answered}\n  calendar: desk\n"
DESK = "desk:\n  zone: Europe/Berlin\n  hours: Mon-Fri 09:00-17:00\n  closed: {2026-04-03: Good Friday, 2026-04-06: Easter Monday}\n"
FILE = "promises/world.yaml"


def desk(terms: str, *, calendar: str = DESK, **files: str) -> dict[str, str]:
    return {FILE: ANSWER + terms, "calendars/desk.yaml": calendar, **files}


def dues(book: Book, drawing: str, **attributes: Any) -> dict[str, str | None]:
    found = judge(book, drawing, **attributes).column("due")
    return {id: due.isoformat(sep=" ", timespec="minutes") if due else None for id, due in found.items()}


def test_within_working_hours() -> None:
    """Times are UTC; Berlin is an hour ahead until 29 March 2026, then two."""
    assert dues(
        desk("  within: 4wh\n"),
        """
        order  asked             answered
        A      2026-03-26 14:00  -
        B      2026-03-27 14:00  -
        C      2026-03-28 10:00  -
        D      2026-04-02 13:00  -
        E      2026-03-26 12:00  -
        """,
    ) == {
        "A": "2026-03-27 10:00",  # Thursday 15:00: two hours, then Friday 09:00 to 11:00
        "B": "2026-03-30 09:00",  # Friday 15:00: two hours, then Monday 09:00 to 11:00, in summer time
        "C": "2026-03-30 11:00",  # Saturday: Monday 09:00 to 13:00
        "D": "2026-04-07 09:00",  # Thursday 15:00: two hours, over Easter, Tuesday 09:00 to 11:00
        "E": "2026-03-26 16:00",  # 13:00: due at closing, not at the next opening
    }


def test_working_days_and_a_cut_off() -> None:
    world = """
        order  asked             answered
        A      2026-03-26 12:59  -
        B      2026-03-26 13:01  -
        C      2026-03-28 08:00  -
        D      2026-04-02 12:30  -
    """
    assert dues(desk("  due: asked + 2wd\n"), world) == {
        "A": "2026-03-30 15:00",  # Thursday: Friday, Monday 17:00
        "B": "2026-03-30 15:00",
        "C": "2026-03-31 15:00",  # Saturday: Monday, Tuesday
        "D": "2026-04-08 15:00",  # Maundy Thursday: Tuesday, Wednesday
    }
    assert dues(desk("  due: cutoff(asked, '14:00') + 2wd\n"), world) == {
        "A": "2026-03-30 15:00",  # 13:59 in Berlin counts today
        "B": "2026-03-31 15:00",  # 14:01 counts as Friday
        "C": "2026-04-01 15:00",  # counts as Monday
        "D": "2026-04-09 15:00",  # 14:30 in summer time counts as Tuesday after Easter
    }


def test_kept_and_broken_on_the_calendar() -> None:
    world = judge(
        desk("  within: 8wh\n"),
        """
        order  asked             answered
        A      2026-03-27 08:00  2026-03-27 16:00
        B      2026-03-27 08:00  2026-03-27 16:01
        C      2026-03-27 08:30  2026-03-30 07:30
        """,
    )
    assert world.states() == {"A": "kept", "B": "broken", "C": "kept"}


def test_hours_of_a_customer_come_before_the_standard() -> None:
    book = desk(
        "  within: 4wh\n",
        **{
            "company.yaml": COMPANY,
            "overlays/customer=acme/calendars/desk.yaml": "change: CHG-1\ndesk: {hours: 24/7, closed: null}\n",
            "changes/CHG-1.yaml": change('"overlays/customer=acme"'),
            "overlays/customer=tokyo/calendars/desk.yaml": "change: CHG-2\ndesk: {zone: Asia/Tokyo}\n",
            "changes/CHG-2.yaml": change('"overlays/customer=tokyo"'),
        },
    )
    world = judge(
        book,
        """
        order  region  segment  customer  asked             answered
        A      -       -        acme      2026-03-28 10:00  -
        B      -       -        tokyo     2026-03-26 14:00  -
        C      -       -        other     2026-03-28 10:00  -
        """,
        region="text",
        segment="text",
        customer="text",
    )
    assert world.column("due") == {
        "A": datetime(2026, 3, 28, 14),
        "B": datetime(2026, 3, 27, 4),  # 23:00 in Tokyo: Friday 09:00 to 13:00 there
        "C": datetime(2026, 3, 30, 11),
    }
    calendars = world.column("calendar")
    assert len(set(calendars.values())) == 3
    assert {name.partition("@")[0] for name in calendars.values()} == {"desk"}
    stretches = dict(world.engine.rows("SELECT calendar, zone FROM working_time GROUP BY ALL"))
    assert stretches[calendars["B"]] == "Asia/Tokyo"


def test_a_promise_of_a_segment_on_another_calendar() -> None:
    book = desk(
        "  within: 4wh\n",
        **{
            "company.yaml": COMPANY,
            "calendars/always.yaml": "always: {hours: 24/7}\n",
            "overlays/segment=key/promises/world.yaml": "change: CHG-1\nanswer: {calendar: always, within: 2wh}\n",
            "changes/CHG-1.yaml": change('"overlays/segment=key"'),
        },
    )
    drawing = """
        order  region  segment  customer  asked             answered
        A      -       key      -         2026-03-28 10:00  -
        B      -       -        -         2026-03-28 10:00  -
    """
    assert dues(book, drawing, region="text", segment="text", customer="text") == {"A": "2026-03-28 12:00", "B": "2026-03-30 11:00"}


def test_the_end_of_a_day_is_that_of_the_calendar() -> None:
    book = {FILE: ANSWER + "  due: end_of_day(asked)\n", "calendars/desk.yaml": "desk: {zone: Asia/Tokyo, hours: Mon-Fri 09:00-17:00}\n"}
    (due,) = judge(book, "order  asked             answered\nA      2026-03-26 14:00  -").column("due").values()

    assert due == datetime(2026, 3, 26, 14, 59, 59, 999_999)


def test_each_zone_has_its_own_days() -> None:
    book = desk(
        "  due: end_of_day(asked)\n",
        **{
            "company.yaml": COMPANY,
            "overlays/customer=tokyo/calendars/desk.yaml": "change: CHG-1\ndesk: {zone: Asia/Tokyo}\n",
            "changes/CHG-1.yaml": change('"overlays/customer=tokyo"'),
        },
    )
    world = judge(
        book,
        """
        order  region  segment  customer  asked             answered
        A      -       -        tokyo     2026-03-26 14:00  -
        B      -       -        other     2026-03-26 14:00  -
        """,
        region="text",
        segment="text",
        customer="text",
    )
    assert {id: due.strftime("%H:%M") for id, due in world.column("due").items()} == {"A": "14:59", "B": "22:59"}


PAUSED = "  within: 8wh\n  pause_while: [{from: pending, to: resumed}]\n"


def test_a_pause_is_cut_out() -> None:
    """The published case: eight hours from Monday 10:00, pending from Monday 12:00 to Tuesday 11:00, due Tuesday 17:00."""
    book = {FILE: ANSWER + PAUSED, "calendars/desk.yaml": "desk: {hours: Mon-Fri 09:00-17:00}\n"}
    world = judge(
        book,
        """
        order  asked             pending                              resumed                              answered
        A      2026-04-13 10:00  2026-04-13 12:00                     2026-04-14 11:00                     2026-04-14 17:00
        B      2026-04-13 10:00  2026-04-13 12:00                     2026-04-14 11:00                     2026-04-14 17:01
        C      2026-04-13 10:00  -                                    -                                    2026-04-14 10:01
        D      2026-04-13 10:00  2026-04-13 18:00                     2026-04-14 08:00                     -
        E      2026-04-13 10:00  2026-04-13 11:00 / 2026-04-13 12:00  2026-04-13 13:00 / 2026-04-13 15:00  -
        F      2026-04-13 10:00  2026-04-13 12:00 / 2026-04-14 09:00  2026-04-13 14:00 / 2026-04-14 10:00  -
        G      2026-04-13 10:00  2026-04-14 10:00                     2026-04-14 16:00                     -
        H      2026-04-13 10:00  2026-04-13 08:00                     2026-04-13 11:00                     -
        I      2026-04-13 10:00  2026-04-13 12:00 / 2026-04-14 11:00  2026-04-13 14:00 / 2026-04-14 12:00  -
        J      2026-04-13 10:00  2026-04-13 12:00                     2026-04-13 13:00                     2026-04-13 11:00
        """,
    )
    assert {id: due.isoformat(sep=" ", timespec="minutes") for id, due in world.column("due").items()} == {
        "A": "2026-04-14 17:00",
        "B": "2026-04-14 17:00",
        "C": "2026-04-14 10:00",
        "D": "2026-04-14 10:00",  # a night takes nothing from the clock
        "E": "2026-04-14 12:00",  # asked again while waiting: one pause from 11:00 to 13:00; that from 12:00 ends at 13:00 too
        "F": "2026-04-14 13:00",  # two hours, so due at 12:00; then one more before that
        "G": "2026-04-14 10:00",  # begins when it is due
        "H": "2026-04-14 11:00",  # what lies before the promise does not count
        "I": "2026-04-14 13:00",  # the second begins after ten, when it was due at first, and before twelve, when it is due by the first
        "J": "2026-04-14 10:00",  # was answered before
    }
    assert [world.states()[id] for id in "ABC"] == ["kept", "broken", "broken"]
    evidence = world.engine.rows(
        "SELECT o.id, p.since, p.counted_us / 3600000000 FROM pause p JOIN object_order o ON o.code = p.subject ORDER BY ALL"
    )
    assert [(id, hours) for id, _, hours in evidence] == [
        ("A", 7),
        ("B", 7),
        ("D", 0),
        ("E", 2),
        ("F", 2),
        ("F", 1),
        ("H", 1),
        ("I", 2),
        ("I", 1),
    ]


def test_a_pause_that_lasts_keeps_a_promise_open() -> None:
    book = {FILE: ANSWER + PAUSED, "calendars/desk.yaml": "desk: {hours: Mon-Fri 09:00-17:00}\n"}
    world = judge(
        book, "order  asked             pending           resumed  answered\nA      2026-04-13 10:00  2026-04-13 12:00  -        -"
    )

    assert world.states() == {"A": "open"}
    assert world.engine.rows("SELECT lasts FROM pause") == [(True,)]


def test_without_a_calendar_a_pause_counts_by_the_clock() -> None:
    book = ANSWER.replace("  calendar: desk\n", "") + "  within: 8h\n  pause_while: [{from: pending, to: resumed}]\n"
    drawing = """
        order  asked             pending           resumed           answered
        A      2026-04-13 20:00  2026-04-13 22:00  2026-04-14 04:00  -
    """

    assert dues(book, drawing) == {"A": "2026-04-14 10:00"}


def test_an_outage_of_six_hours_pauses_exactly_six_hours() -> None:
    """001.M7.4: the customer's system is down for six working hours, and again for a night."""
    book = {
        FILE: ANSWER + "  within: 24wh\n  pause_while: [{from: outage, to: restored}]\n",
        "calendars/desk.yaml": "desk: {hours: Mon-Fri 08:00-18:00}\n",
    }
    without, paused = (
        judge(book, f"order  asked             outage            restored          answered\nA      2026-04-13 09:00  {outage}  -")
        for outage in ("-                 -               ", "2026-04-14 10:00  2026-04-14 16:00")
    )
    assert (without.column("due")["A"], paused.column("due")["A"]) == (datetime(2026, 4, 15, 13), datetime(2026, 4, 16, 9))
    assert paused.engine.rows("SELECT counted_us / 3600000000 FROM pause") == [(6,)]


def test_a_budget_grows_by_what_was_paused_in_its_stage() -> None:
    """Twelve hours are promised, ten were paused. A: the desk took two of its four, the shop eleven of its eight; B: ten and seven."""
    book = (
        "answer:\n  subject: order\n  words: answered\n  anchor: asked\n  fulfil: {event: answered}\n  within: 12h\n"
        "  pause_while: [{from: pending, to: resumed}]\n"
        "  stages:\n    desk: {from: asked, to: passed_on, budget: 4h}\n    shop: {from: passed_on, to: answered, budget: 8h}\n"
    )
    world = judge(
        book,
        """
        order  asked             pending           resumed           passed_on         answered
        A      2026-04-13 00:00  2026-04-13 01:00  2026-04-13 11:00  2026-04-13 12:00  2026-04-13 23:00
        B      2026-04-13 00:00  2026-04-13 01:00  2026-04-13 11:00  2026-04-13 20:00  2026-04-14 03:00
        """,
    )
    assert world.column("due") == {"A": datetime(2026, 4, 13, 22), "B": datetime(2026, 4, 13, 22)}
    assert world.shares() == {"A": {"shop": 1}, "B": {"desk": 1}}


def test_a_calendar_that_changes_moves_only_what_comes_later() -> None:
    """From Tuesday 14 April on the desk opens at 12:00: time used until then stays, time left counts by the new hours."""
    calendar = "desk:\n  hours: Mon-Fri 09:00-17:00\n  versions:\n    - {since: 2026-04-14, hours: 'Mon-Fri 12:00-20:00'}\n"
    drawing = """
        order  asked             answered
        A      2026-04-13 10:00  -
        B      2026-04-13 15:00  -
        C      2026-04-14 10:00  -
    """
    assert dues(desk("  within: 4wh\n", calendar=calendar), drawing) == {
        "A": "2026-04-13 14:00",  # was due before: as it was
        "B": "2026-04-14 14:00",  # two hours of Monday are used, two of Tuesday's new hours are left
        "C": "2026-04-14 16:00",
    }


def test_one_date_of_another_century_does_not_make_the_tables_long(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = """
        order  asked             answered
        A      2026-03-26 14:00  -
        B      1926-03-26 14:00  -
        C      2026-04-02 13:00  -
    """
    book = desk("  due: cutoff(asked, '14:00') + 1wd - 4wh\n")
    whole = judge(book, drawing)
    monkeypatch.setattr(clocks, "LONG_US", 0)
    short = judge(book, drawing)

    assert short.column("due") == whole.column("due")
    assert None not in short.column("due").values()
    for table in ("business_time", "business_due", "business_day"):
        (long,), (rows,) = (world.engine.rows(f"SELECT count(*) FROM {table}")[0] for world in (whole, short))
        assert rows < long


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ("  due: asked + 1d\n  within: 4wh\n", "say once by when it is due: give 'due' or 'within'"),
        ("", "say once by when it is due"),
        ("  within: 4wh\n  pause_while: [{from: pending}]\n", "pause_while.0.to: is missing"),
    ],
)
def test_what_is_refused(terms: str, message: str) -> None:
    _, problems = opened(desk(terms))

    assert message in "\n".join(problems)


def test_within_is_a_duration() -> None:
    with pytest.raises(BookError, match="within must be of type duration or working; got instant"):
        judge(desk("  within: asked\n"), "order  asked             answered\nA      2026-03-28 10:00  -")
