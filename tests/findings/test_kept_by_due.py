from __future__ import annotations

import pytest

from tests.findings.honesty import assert_honest
from tests.findings.worlds import figure, olist, value_of, world
from troth.findings.finders import kept_by_due, other_promises
from troth.findings.statement import Statement

DELIVER = """
deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered, claimed_by: "order.status = 'delivered'"}
  due: end_of_day(attr(due_on))
  void_when: order.status = 'cancelled'
"""
#  order  promised  delivered
#  a      5 Mar     4 Mar      kept
#  b      5 Mar     5 Mar      kept: what comes on the promised day is in time
#  c      5 Mar     6 Mar      late
#  d      5 Mar     -          nothing recorded
#  e      5 Mar     -          says delivered, no time: cannot tell
#  f      5 Mar     -          cancelled: does not count
#  g      30 Mar    -          still open: does not count yet
ORDERS = {
    "a": {"due_on": "2026-03-05", "status": "delivered"},
    "b": {"due_on": "2026-03-05", "status": "delivered"},
    "c": {"due_on": "2026-03-05", "status": "delivered"},
    "d": {"due_on": "2026-03-05", "status": "sent"},
    "e": {"due_on": "2026-03-05", "status": "delivered"},
    "f": {"due_on": "2026-03-05", "status": "cancelled"},
    "g": {"due_on": "2026-03-30", "status": "sent"},
}
EVENTS = [
    *(("order", order, "placed", "2026-03-01 10:00") for order in "abcdefg"),
    ("order", "a", "delivered", "2026-03-04 09:00"),
    ("order", "b", "delivered", "2026-03-05 23:59"),
    ("order", "c", "delivered", "2026-03-06 00:01"),
]


def _only(statements: list[Statement]) -> Statement:
    assert len(statements) == 1
    return statements[0]


def test_all_that_fell_due_counts_and_the_usual_figure_stands_beside_it() -> None:
    context = world({"order": ORDERS}, EVENTS, DELIVER, now="2026-03-10")

    said = _only(kept_by_due.find(context))

    assert said.value == pytest.approx(2 / 5)
    assert "67 of every 100" in said.headline
    assert "leaves out 1 order that never closed" in said.headline
    assert said.evidence.notes[0].startswith("range 40.0–60.0 while 1 cannot be told")
    assert {row[0]: row[1] for row in said.table.rows} == {
        "kept": 2,
        "late": 1,
        "nothing recorded": 1,
        "cannot tell": 1,
        "does not count": 1,
    }
    assert_honest(context, said)


def test_a_sample_is_scaled_up_by_stratum_and_the_plain_share_is_refused() -> None:
    #  stratum  seen  in truth  kept
    #  x        4     40        4       every seen one stands for ten
    #  y        4     4         0
    orders = {f"{s}{i}": {"due_on": "2026-03-05", "status": "sent", "stratum": s} for s in "xy" for i in range(4)}
    events = [("order", id, "placed", "2026-03-01 10:00") for id in orders]
    events += [("order", f"x{i}", "delivered", "2026-03-02 10:00") for i in range(4)]

    context = world({"order": orders}, events, DELIVER, now="2026-03-10", populations={"order": {"x": 40}})
    said = _only(kept_by_due.find(context))

    assert said.value == pytest.approx(40 / 44)
    assert said.estimated
    assert any("50.0 % is refused" in note for note in said.evidence.notes)
    assert value_of(context, said) == pytest.approx(40 / 44)


def test_too_few_due_is_no_statement() -> None:
    some = {id: ORDERS[id] for id in "abcf"}
    context = world({"order": some}, [e for e in EVENTS if e[1] in some], DELIVER, now="2026-03-10")

    assert kept_by_due.find(context) == []


def test_olist_agrees_with_independent_sql() -> None:
    context = olist()
    (lead,) = kept_by_due.find(context)
    (handover,) = other_promises.find(context)

    assert lead.leads
    assert lead.value * 100 == pytest.approx(figure("kept_by_due")["low"], abs=0.005)
    assert "range 91.0–91.2 while 149 cannot be told" in lead.evidence.notes[0]
    assert "93.4 %" in lead.paragraph
    assert any("64.2 % is refused" in note for note in lead.evidence.notes)
    assert {row[0]: row[1] for row in lead.table.rows}["late"] == figure("delivered_status")["late"]
    assert (1 - handover.value) * 100 == pytest.approx(figure("handover_broken_by_due")["unknown_in_n"]["high"], abs=0.8)
    for said in (lead, handover):
        assert_honest(context, said)
