"""Each Monday as it was known then, over a book that is built week by week; a week of five orders is mental arithmetic."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

import troth
from tests.app.small_book import write_book
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.past.replay import Replayed, replay
from troth.app.workspace import Workspace
from troth.faces.cli import app
from troth.kernel.errors import BookError, NotFound

RUN = CliRunner()
HEADER = "id,customer,placed,due,delivered\n"
PAID = {"payments.csv": "payment,order,paid,amount\n1,A,2026-01-05 10:05,10.50\n"}
#       due Wed 7 Jan, but for the last, of the week after       Monday 12 Jan 06:00 of Berlin is 05:00 UTC
WEEK = (
    HEADER
    + """A,c1,2026-01-01 10:00,2026-01-07,2026-01-06 09:00
B,c1,2026-01-01 10:00,2026-01-07,2026-01-12 05:59
C,c1,2026-01-01 10:00,2026-01-07,2026-01-12 06:00
D,c1,2026-01-01 10:00,2026-01-07,
E,c1,2026-01-01 10:00,2026-01-14,2026-01-13 09:00
"""
)


def _at(root: Path, when: datetime) -> Workspace:
    return replace(open_workspace(root), now=lambda: when)


def _built(root: Path, when: datetime, orders: str) -> Workspace:
    write_book(root.parent, files={"orders.csv": orders}, book={})
    build(_at(root, when))
    return _at(root, when)


def _told(one: Replayed) -> tuple[object, ...]:
    return (str(one.monday), one.by, one.due, one.done, one.kept, one.kept_now, one.due_now)


def test_before_the_first_intake_what_had_happened_by_six_stands_for_what_was_known(tmp_path: Path) -> None:
    workspace = _built(write_book(tmp_path, files=PAID), datetime(2026, 3, 1), WEEK)

    found = replay(workspace, since="2026-01-12", until="2026-01-12")

    #  done by 06:00: A in time, B a minute before six, and late; C came at six
    assert [_told(one) for one in found.mondays] == [("2026-01-12", "event", 4, 2, 1, 1, 4)]
    (monday,) = found.mondays
    assert (monday.shown, monday.known, monday.final, monday.gap) == (0.5, 0.25, 0.25, 0.25)
    assert (found.first_load, found.zone, found.estimated) == (datetime(2026, 3, 1), "Europe/Berlin", False)


def test_after_it_what_was_taken_in_by_then_is_what_was_known(tmp_path: Path) -> None:
    """D was delivered in time and is entered a week late; F was ordered and due in the first week, and nobody had entered it."""
    root = write_book(tmp_path, files=PAID)
    _built(root, datetime(2026, 1, 12, 4), WEEK)
    late = WEEK.replace("2026-01-07,\n", "2026-01-07,2026-01-07 18:00\n") + "F,c1,2026-01-02 10:00,2026-01-07,2026-01-15 08:00\n"
    workspace = _built(root, datetime(2026, 1, 15), late)

    found = replay(workspace, since="2026-01-12", until="2026-01-19")

    #  the first Monday: four due, of which A was known to be kept; by now five, of which A and D. E is of the second week
    assert [_told(one) for one in found.mondays] == [
        ("2026-01-12", "load", 4, 2, 1, 2, 5), ("2026-01-19", "load", 1, 1, 1, 1, 1),
    ]  # fmt: skip
    (over,) = found.over
    assert (over.last, over.mondays) == (None, 2)
    assert (over.known.value, over.final.value) == pytest.approx((2 / 5, 3 / 6))


@pytest.mark.parametrize(("microseconds", "kept"), [(0, 2), (1, 1)])
def test_what_was_taken_in_at_six_to_the_microsecond_was_known(tmp_path: Path, microseconds: int, kept: int) -> None:
    root = write_book(tmp_path, files=PAID)
    _built(root, datetime(2026, 1, 11), WEEK)
    mended = WEEK.replace("2026-01-07,\n", "2026-01-07,2026-01-07 18:00\n")
    workspace = _built(root, datetime(2026, 1, 12, 5, microsecond=microseconds), mended)

    assert [m.kept for m in replay(workspace, since="2026-01-12", until="2026-01-12").mondays] == [kept]


def test_what_cannot_be_told_is_a_range(tmp_path: Path) -> None:
    workspace = _built(write_book(tmp_path, files=PAID), datetime(2026, 3, 1), WEEK.replace("2026-01-07,\n", "2026-01-07,the seventh\n"))

    (monday,) = replay(workspace, since="2026-01-12", until="2026-01-12").mondays

    assert (monday.unknown, monday.known, monday.known_high, monday.final_high) == (1, 0.25, 0.5, 0.5)


def test_what_is_refused(tmp_path: Path) -> None:
    workspace = _built(write_book(tmp_path, files=PAID), datetime(2026, 3, 1), WEEK)

    with pytest.raises(NotFound, match="no promise 'delivr'; allowed: did you mean 'deliver'"):
        replay(workspace, "delivr")
    with pytest.raises(NotFound, match="no Monday to replay; got from 2027-01-01 to the last"):
        replay(workspace, since="2027-01-01")
    with pytest.raises(BookError, match="no day; got 'monday'"):
        replay(workspace, since="monday")
    with pytest.raises(NotFound, match="nothing was built yet"):
        replay(open_workspace(write_book(tmp_path / "other")))


def test_the_terminal_and_python_say_the_same(tmp_path: Path) -> None:
    root = write_book(tmp_path, files=PAID)
    _built(root, datetime(2026, 3, 1), WEEK)
    asked = ["replay", "--monday", "--book", str(root), "--from", "2026-01-12", "--to", "2026-01-18"]

    said, as_json, csv = RUN.invoke(app, asked).stdout, RUN.invoke(app, [*asked, "--json"]), RUN.invoke(app, [*asked, "--csv"])

    assert "2026-01-12    4     2  50.0     25.0  25.0" in said
    assert "Over all 1 Mondays: shown 50.0 %, 25.0 % was so; as known now 25.0 %." in said
    assert json.loads(as_json.stdout)["mondays"][0]["gap"] == 0.25
    assert csv.stdout.splitlines()[1].startswith("2026-01-12,event,4,2,1,0,0.5,0.25,")
    assert troth.open(root).replay(since="2026-01-12").mondays[0].due == 4
    assert RUN.invoke(app, ["replay", "--book", str(root)]).exit_code == 2
