"""Calendars in a whole operation: outages of a customer stop the clocks of its orders, and a change of hours is told."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import troth
from troth.app.answers.timeline import why_not
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.reading import open_reading, read_page
from troth.kernel.errors import BookError, NotFound

FILES = {
    "troth.yaml": "{name: Desk, folder: data, zone: Europe/Berlin}\n",
    "company.yaml": "roles: [head]\n",
    "data/orders.csv": (
        "order,customer,asked,answered\nA,acme,2026-04-13T10:00,\nB,bee,2026-04-13T10:00,2026-04-14T09:30\nC,bee,2026-04-20T10:00,\n"
    ),
    "data/outages.csv": "outage,customer,down,up\n1,acme,2026-04-13T11:00,2026-04-14T09:00\n",
    "sources/orders.yaml": (
        "orders:\n  files: [orders.csv]\n  key: [order]\n  object: {type: order, id: [order]}\n"
        "  relations: [{to: customer, id: [customer]}]\n"
        "  events: [{type: asked, at: asked}, {type: answered, at: answered}]\n"
        "outages:\n  files: [outages.csv]\n  key: [outage]\n  object: {type: customer, id: [customer]}\n"
        "  events: [{type: down, at: down}, {type: up, at: up}]\n"
    ),
    "calendars/desk.yaml": "desk:\n  hours: Mon-Fri 09:00-17:00\n",
    "promises/answer.yaml": (
        "answer:\n  subject: order\n  words: answered\n  anchor: asked\n  fulfil: {event: answered}\n  within: 8wh\n  calendar: desk\n"
        "  pause_while: [{from: down, to: up, of: customer}]\n"
    ),
}


def written(folder: Path, **instead: str) -> Path:
    for name, text in {**FILES, **{name.replace("__", "/") + ".yaml": text for name, text in instead.items()}}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def dues(book: Path) -> dict[str, str]:
    engine = open_reading(open_workspace(book)).context.engine
    return {
        str(id): str(due) for id, due in engine.rows("SELECT s.id, o.due FROM outcome_answer o JOIN object_order s ON s.code = o.subject")
    }


def test_an_outage_of_the_customer_stops_the_clock_of_its_orders(tmp_path: Path) -> None:
    book = written(tmp_path)
    build(open_workspace(book))

    assert dues(book) == {
        "A": "2026-04-14 14:00:00",  # one hour used on Monday; seven left on Tuesday from nine: 16:00 in Berlin
        "B": "2026-04-14 08:00:00",
        "C": "2026-04-21 08:00:00",
    }
    (timeline,) = why_not(open_reading(open_workspace(book)), "A")
    clock = [(line.at, line.what) for line in timeline.promises[0].clock]
    assert ("2026-04-13 11:00:00", "the clock stops") in clock
    assert ("2026-04-14 09:00:00", "the clock goes on; 6 h 0 min did not count") in clock
    assert str(timeline.promises[0].calendar).startswith("desk@")


def test_what_anybody_can_sum_from_the_lake(tmp_path: Path) -> None:
    """The due of B by SQL over working_time: eight hours lie between its anchor and it, on the calendar that its outcome names."""
    book = written(tmp_path)
    build(open_workspace(book))
    engine = open_reading(open_workspace(book)).context.engine

    rows = engine.rows(
        "SELECT s.id, sum(epoch_us(least(w.closes, o.due)) - epoch_us(greatest(w.opens, o.made))) / 3600000000"
        " FROM outcome_answer o JOIN object_order s ON s.code = o.subject JOIN working_time w ON w.calendar = o.calendar"
        " AND w.opens < o.due AND w.closes > o.made GROUP BY s.id ORDER BY s.id"
    )
    assert rows == [("A", 14), ("B", 8), ("C", 8)]  # six of A's fourteen were paused


def test_a_change_of_hours_is_told_with_how_many_were_open(tmp_path: Path) -> None:
    changed = "desk:\n  hours: Mon-Fri 09:00-17:00\n  versions:\n    - {since: 2026-04-14, hours: 'Mon-Fri 12:00-20:00'}\n"
    book = written(tmp_path, calendars__desk=changed)
    build(open_workspace(book))

    assert dues(book)["B"] == "2026-04-14 11:00:00"  # seven hours of Monday are used, one of Tuesday's new hours is left
    page = read_page(open_workspace(book))
    (said,) = page["calendars"]
    assert said == (
        "The hours of 'desk' changed on 14 Apr 2026: 2 promises 'answered' that were open then count the time that was left by the new"
        " hours; what was due or kept before stands."
    )


def test_a_change_before_or_after_the_record_says_nothing(tmp_path: Path) -> None:
    changed = (
        "desk:\n  hours: Mon-Fri 09:00-17:00\n  versions:\n"
        "    - {since: 2020-01-01, hours: 'Mon-Fri 10:00-18:00'}\n    - {since: 2030-01-01, hours: 'Mon-Fri 12:00-20:00'}\n"
    )
    book = written(tmp_path, calendars__desk=changed)
    build(open_workspace(book))

    assert "calendars" not in open_reading(open_workspace(book)).snapshot.facts["promises"]["answer"]


def test_an_unchanged_calendar_says_nothing(tmp_path: Path) -> None:
    book = written(tmp_path)
    build(open_workspace(book))

    assert read_page(open_workspace(book))["calendars"] == []


def test_from_python(tmp_path: Path) -> None:
    desk = troth.open(written(tmp_path))

    assert desk.due("desk", "2026-04-10T16:00", "2h").due_utc == "2026-04-13T08:00:00Z"  # local: an hour of Friday, one of Monday
    assert desk.due("desk", datetime(2026, 4, 10, 14), "2h").due_utc == "2026-04-13T08:00:00Z"
    assert desk.elapsed("desk", datetime(2026, 4, 10, 14), "2026-04-13T10:00").elapsed_seconds == 7_200
    with pytest.raises(NotFound, match="no calendar 'dask' in the book"):
        desk.due("dask", "2026-04-10T16:00", "2h")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "calendar: desk",
            "calendar: desks",
            "promises/answer.yaml:7:13: answer.calendar: no calendar 'desks' in calendars/",
        ),
        ("within: 8wh", "within: 8wd", ""),
        ("  calendar: desk\n", "", "answer.within: column 1: working time needs a calendar; got 8wh"),
        ("from: down", "from: downn", "answer.pause_while.0.from: no event 'downn' of 'customer'; did you mean 'down'?"),
        ("of: customer", "of: supplier", "answer.pause_while.0.of: 'order' belongs to no 'supplier'"),
        ("from: down, to: up, of: customer", "from: down, to: answered", "answer.pause_while.0.from: no event 'down' of 'order'"),
        ("within: 8wh", "due: \"cutoff(asked, '25:00') + 1wd\"", "answer.due: column 15: no time of day; got '25:00'"),
    ],
)
def test_mistakes_of_a_promise_on_a_calendar(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = FILES["promises/answer.yaml"]
    assert old in text
    book = written(tmp_path, promises__answer=text.replace(old, new))
    if not message:
        build(open_workspace(book))
        return
    with pytest.raises(BookError) as caught:
        build(open_workspace(book))

    assert message in str(caught.value)
