from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.findings.honesty import assert_honest
from tests.findings.worlds import figure, olist, world
from troth.findings.finders import monday_replay

DELIVER = """
deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: end_of_day(attr(due_on))
"""
FIRST = datetime(2026, 1, 5)


def _weeks(late_by: int, weeks: int = 20) -> tuple[dict[str, dict[str, str | None]], list[tuple[str, str, str, str]]]:
    """Each week four orders due on Wednesday: three come on Tuesday, the fourth so many days late."""
    orders: dict[str, dict[str, str | None]] = {}
    events = []
    for week in range(weeks):
        due = FIRST + timedelta(days=7 * week + 2)
        for n in range(4):
            id = f"w{week:02}{n}"
            orders[id] = {"due_on": due.isoformat()}
            arrived = due + timedelta(days=late_by if n == 3 else -1, hours=10)
            events += [("order", id, "placed", str(due - timedelta(days=5))), ("order", id, "delivered", str(arrived))]
    return orders, events


def test_what_was_still_open_on_monday_is_in_the_second_figure_only() -> None:
    #  due Wednesday, the fourth comes nine days late: on Monday three are known, all in time; of all due three of four
    context = world(*_one(_weeks(late_by=9)), DELIVER)

    (said,) = monday_replay.find(context)

    assert said.value == pytest.approx(1 - 3 / 4)
    assert said.headline == "Each Monday you were shown 100 of every 100 on time. It was 75."
    assert {row[1:4] for row in said.table.rows} == {(4, 3, 3)}
    assert_honest(context, said)


def test_a_late_one_that_came_by_monday_was_visible_and_makes_no_gap() -> None:
    context = world(*_one(_weeks(late_by=2)), DELIVER)

    assert monday_replay.find(context) == []


def test_the_last_thirty_days_before_the_last_fulfilment_are_left_out() -> None:
    context = world(*_one(_weeks(late_by=9)), DELIVER)
    (said,) = monday_replay.find(context)
    last = max(datetime.fromisoformat(str(row[0])) for row in said.table.rows)

    assert last <= FIRST + timedelta(days=7 * 19 + 2 + 9 - 30)


def test_olist_agrees_with_independent_sql() -> None:
    context = olist()
    (said,) = monday_replay.find(context)
    replay, series = figure("replay_mondays"), figure("replay_series")

    assert len(said.table.rows) == replay["mondays"] == 62
    assert said.table.rows[0][0] == replay["first"]
    assert said.table.rows[-1][0] == replay["last"]
    assert said.evidence.interval is not None
    assert "98.0 % (97.6–98.4)" in said.evidence.interval
    assert "90.6 % (89.8–91.3)" in said.evidence.interval
    assert [row[:4] for row in said.table.rows] == [(w["monday"], w["due_in_file"], w["arrived"], w["kept"]) for w in series]
    assert [row[5] for row in said.table.rows] == pytest.approx([w["of_all_due"] for w in series], abs=0.06)
    april = next(row for row in said.table.rows if row[0] == "2018-04-09")
    assert april[4:] == (91.6, 74.2)
    assert_honest(context, said)


def _one(
    made: tuple[dict[str, dict[str, str | None]], list[tuple[str, str, str, str]]],
) -> tuple[dict[str, dict[str, dict[str, str | None]]], list[tuple[str, str, str, str]]]:
    return {"order": made[0]}, made[1]
