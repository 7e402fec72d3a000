"""`troth calendar …` as somebody types it: the clocks of service agreements, the year, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.engines.calendars.test_known_answers import CASES, CLOSED
from troth.faces.cli.commands import app
from troth.kernel.errors import BookError, NotFound, TrothError

OFFICE = ("--zone", "America/New_York", "--hours", "Mon-Fri 09:00-17:00")
BOOK = {
    "troth.yaml": "name: Desk\nfolder: data\nzone: Europe/Berlin\n",
    "company.yaml": "dimensions: [{id: region}, {id: customer}]\nroles: [head]\n",
    "calendars/desk.yaml": (
        "desk:\n  hours: Mon-Fri 09:00-17:00\n  holidays: DE-BY\n  closed: {2026-12-28..2026-12-31: stocktaking}\n"
        "  instead: {2026-12-24: 09:00-12:00}\n"
        "carrier:\n  zone: Europe/Berlin\n  hours: Mon-Sat 12:00-20:00\n"
        "both:\n  all_of: [desk, carrier]\n"
        "either:\n  any_of: [desk, carrier]\n  without: [upkeep]\n"
        "upkeep:\n  hours: Mon 13:00-14:00\n"
    ),
    "overlays/customer=acme/calendars/desk.yaml": "change: CHG-0001\ndesk:\n  hours: Mon-Fri 06:00-22:00\n",
    "changes/CHG-0001.yaml": (
        "kind: exception\ntitle: Acme opens longer\nowner: head\nreason: its contract\nsince: 2026-01-01\nexpires: 2027-12-31\n"
        "overlays: [overlays/customer=acme]\n"
    ),
}


def troth(*arguments: str) -> Any:
    done = CliRunner().invoke(app, ["calendar", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def asked(*arguments: str) -> Any:
    return json.loads(troth(*arguments, "--json").stdout)


@pytest.mark.parametrize("case", CASES, ids=[str(case[0]) for case in CASES])
def test_due_of_the_known_answers(case: tuple[int, str, str, str, int, str]) -> None:
    _, zone, hours, start, minutes, utc = case

    said = asked("due", "--zone", zone, "--hours", hours, start, f"{minutes}min")

    assert said["due_utc"] == f"{utc}:00Z"


@pytest.mark.parametrize("case", CLOSED, ids=[str(case[0]) for case in CLOSED])
def test_due_with_closed_days(case: tuple[int, str, list[str], str, int, str]) -> None:
    _, zone, closed, start, minutes, utc = case

    said = asked("due", "--zone", zone, "--hours", "Mon-Fri 9-17", "--closed", ",".join(closed), start, f"{minutes}min")

    assert said["due_utc"] == f"{utc}:00Z"


def test_an_offset_says_which_of_two_equal_times() -> None:
    said = asked("due", "--zone", "America/New_York", "2026-11-01T01:30-05:00", "60min")

    assert (said["due_utc"], said["notes"]) == ("2026-11-01T07:30:00Z", [])


def test_elapsed_over_the_hour_that_comes_twice() -> None:
    said = asked("elapsed", "--zone", "America/New_York", "2026-11-01T01:30", "2026-11-01T03:00")

    assert said["elapsed_seconds"] == 9_000
    assert said["notes"] == ["2026-11-01 01:30 comes twice in America/New_York; read as the first, write its offset for the second"]


def test_a_time_that_is_skipped_is_told() -> None:
    said = asked("due", "--zone", "America/New_York", "2026-03-08T02:30", "1h")

    assert said["due_utc"] == "2026-03-08T08:30:00Z"
    assert said["notes"] == ["2026-03-08 02:30 does not exist in America/New_York, where clocks skip it; read as 03:30"]


@pytest.mark.parametrize(
    ("amount", "utc"),
    [
        ("2wd", "2026-04-14T21:00:00Z"), ("4wh", "2026-04-13T16:30:00Z"), ("1h", "2026-04-13T13:30:00Z"), ("3d", "2026-04-13T20:30:00Z"),
        ("1mo", "2026-05-10T20:30:00Z"), ("1y", "2027-04-10T20:30:00Z"), ("0h", "2026-04-10T20:30:00Z"), ("90 s", "2026-04-10T20:31:30Z"),
        ("1w", "2026-04-17T20:30:00Z"),
    ],
)  # fmt: skip
def test_amounts(amount: str, utc: str) -> None:
    """From Friday 16:30 on, so half an hour is left of it."""
    assert asked("due", *OFFICE, "2026-04-10T16:30", amount)["due_utc"] == utc


def test_an_amount_before() -> None:
    assert asked("due", *OFFICE, "2026-04-13T09:30", "-1h")["due_utc"] == "2026-04-10T20:30:00Z"


def test_what_is_printed_can_be_checked_by_hand() -> None:
    said = troth("due", *OFFICE, "2026-04-10T16:00", "4h").stdout.splitlines()

    assert said[:5] == [
        "Due Mon 2026-04-13 12:00 -04:00, which is 2026-04-13T16:00:00Z.",
        "4h from Fri 2026-04-10 16:00 -04:00 on 'Mon-Fri 09:00-17:00', zone America/New_York.",
        "",
        "  Fri 2026-04-10 16:00 -04:00 to 2026-04-10 17:00 -04:00 1 h",
        "  Mon 2026-04-13 09:00 -04:00 to 2026-04-13 12:00 -04:00 3 h",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("due", "--zone", "America/NewYork", "2026-04-10", "4h"), "no time zone 'America/NewYork'"),
        (("due", *OFFICE, "10 April", "4h"), "no time; got '10 April'; allowed: 2026-04-10T16:00"),
        (("due", *OFFICE, "9999-12-30", "4h"), "no time that a calendar reaches; got '9999-12-30'; allowed: years 1900 to 2200"),
        (("due", *OFFICE, "2026-04-10", "8000000h"), "calendar 'Mon-Fri 09:00-17:00' never holds 8000000h after 2026-04-10"),
        (("due", *OFFICE, "2026-04-10", "four"), "no amount of time; got 'four'; allowed: 4h, 90min or 30s of working time"),
        (("due", "--zone", "UTC", "--hours", "Mon 9-25", "2026-04-10", "4h"), "no time of day; got '9-25'; allowed: 00:00 to 24:00"),
        (
            ("due", *OFFICE, "--closed", "24.12.2026", "2026-04-10", "4h"),
            "--closed: no day '24.12.2026'; allowed: a day such as 2026-12-24",
        ),
        (("due", *OFFICE, "--holidays", "XX", "2026-04-10", "4h"), "no holidays of 'XX'"),
        (("show", *OFFICE, "--year", "1066"), "no year to show; got 1066; allowed: 1970 to 2100"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(BookError) as caught:
        troth(*arguments)

    assert message in str(caught.value)


def test_hours_or_a_calendar() -> None:
    assert troth("due", "2026-04-10", "4h").exit_code == 2
    assert troth("due", "--calendar", "desk", "--zone", "UTC", "2026-04-10", "4h").exit_code == 2


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for name, text in BOOK.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_calendars_of_a_book(book: Path) -> None:
    def due(name: str, start: str, amount: str, *more: str) -> str:
        said = asked("due", "--calendar", name, "--book", str(book), start, amount, *more)
        return str(said["due_local"])

    assert due("desk", "2026-12-23T16:00", "5h") == "2027-01-04T10:00:00+01:00"  # 1 h, then 3 on Christmas Eve, then after New Year's
    assert due("desk", "2026-12-23T16:00", "5h", "--for", "customer=acme") == "2026-12-23T21:00:00+01:00"
    assert due("both", "2026-04-13T09:00", "6h") == "2026-04-14T13:00:00+02:00"
    assert due("either", "2026-04-13T09:00", "6h") == "2026-04-13T16:00:00+02:00"


def test_an_unknown_calendar(book: Path) -> None:
    with pytest.raises(NotFound, match="no calendar 'desks' in the book; allowed: "):
        troth("due", "--calendar", "desks", "--book", str(book), "2026-04-13", "1h")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {hours: Mon 9-17, any_of: [b]}\nb: {}\n", "'hours' is of a calendar with hours of its own"),
        ("a: {any_of: [c]}\nb: {}\n", "no calendar 'c' in calendars/"),
        ("a: {any_of: [b]}\nb: {all_of: [a]}\n", "the calendar 'a' is put together of itself"),
        ("a: {hours: Mun 9-17}\n", "no day of the week; got 'Mun' in 'Mun 9-17'"),
        ("a: {closed: [2026-13-01]}\n", "no day '2026-13-01'"),
        ("a: {closed: {2026-12-31..2026-12-01: x}}\n", "do not go forward"),
        ("a: {holidays: Bavaria}\n", "no holidays of 'Bavaria'"),
        ("a: {zone: Berlin}\n", "no time zone 'Berlin'"),
        ("a: {instead: {2026-12-24: morning}}\n", "no hours; got 'morning'"),
    ],
)
def test_mistakes_in_calendars_have_a_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "troth.yaml").write_text(BOOK["troth.yaml"], encoding="utf-8")
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars/desk.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(TrothError) as caught:
        troth("show", "--calendar", "a", "--book", str(tmp_path))

    assert message in str(caught.value)
    assert "calendars/desk.yaml:" in str(caught.value)


def test_a_year_names_what_is_unusual(book: Path) -> None:
    year = asked("show", "--calendar", "desk", "--book", str(book), "--year", "2026")
    unusual = {day["date"]: day["said"] for day in year["unusual"]}

    assert unusual["2026-12-24"] == "09:00-12:00"
    assert unusual["2026-12-28"] == "closed: stocktaking"
    assert unusual["2026-01-06"] == "closed: Epiphany"
    assert unusual["2026-03-29"] == "clocks go forward 1 hour"
    # 2026 has 261 weekdays; nine holidays and four days of stocktaking fall on them; Christmas Eve has three hours.
    assert year["working_days"] == 261 - 9 - 4
    assert year["hours"] == (261 - 9 - 4 - 1) * 8 + 3


def test_a_year_as_a_page(book: Path) -> None:
    page = book / "year.html"
    said = troth("show", "--calendar", "desk", "--book", str(book), "--year", "2026", "--html", str(page)).stdout

    text = page.read_text(encoding="utf-8")
    assert str(page) in said
    assert '<td class="holiday" title="closed: stocktaking"><time datetime="2026-12-28">28</time>' in text
    assert text.count("<caption>") == 12


FEED = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20260105\r\nSUMMARY:Feast\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:2\r\nDTSTART:20260106T100000Z\r\nSUMMARY:Talk\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_a_feed_becomes_a_calendar_of_the_book(book: Path) -> None:
    feed = book / "feast.ics"
    feed.write_text(FEED, encoding="utf-8")
    said = troth("import", str(feed), "--name", "feasts", "--years", "2026", "--book", str(book)).stdout
    (book / "calendars/served.yaml").write_text("served: {all_of: [desk, feasts]}\n", encoding="utf-8")

    assert said.splitlines() == [
        "1 closed days from 2026-01-05 to 2026-01-05 in calendars/feasts.yaml.",
        "1 events have a time of day and were left out.",
        "Use them with all_of: [your calendar, feasts].",
    ]
    due = asked("due", "--calendar", "served", "--book", str(book), "2026-01-02T16:00", "2h")
    assert due["due_local"] == "2026-01-07T10:00:00+01:00"  # Monday is the feast, Tuesday Epiphany
    again = troth("import", str(feed), "--name", "feasts", "--years", "2026-2027", "--book", str(book))
    assert again.exit_code == 0


def test_what_somebody_wrote_is_never_imported_over(book: Path) -> None:
    feed = book / "feast.ics"
    feed.write_text(FEED, encoding="utf-8")
    before = (book / "calendars/desk.yaml").read_text(encoding="utf-8")

    with pytest.raises(BookError, match="was not imported; got a file of your own"):
        troth("import", str(feed), "--name", "desk", "--years", "2026", "--book", str(book))
    assert (book / "calendars/desk.yaml").read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.ics",), "no file 'nowhere.ics' to read"),
        (("feast.ics", "--name", "../x"), "no name for a calendar; got '../x'"),
        (("feast.ics", "--years", "2031"), "no whole day in the iCalendar; got 1 events with a time of day"),
        (("feast.ics", "--years", "2000-2200"), "no years; got 2000-2200"),
    ],
)
def test_a_feed_that_gives_nothing(book: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str) -> None:
    monkeypatch.chdir(book)
    Path("feast.ics").write_text(FEED, encoding="utf-8")

    with pytest.raises(TrothError, match=message):
        troth("import", *arguments)
