from __future__ import annotations

import pytest

from tests.findings.honesty import assert_honest
from tests.findings.worlds import figure, listed, olist, world
from troth.findings.finders import nothing_recorded

DELIVER = """
deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: end_of_day(attr(due_on))
  void_when: order.status = 'cancelled'
  stages:
    shop: {from: paid, to: sent}
    carrier: {from: sent, to: delivered}
"""
#  order  paid  sent  delivered  due
#  a      yes   yes   yes        5 Mar   kept: not listed
#  b      yes   -     -          5 Mar   never sent
#  c      yes   yes   -          5 Mar   sent and then nothing; gave 5 of 5
#  d      yes   yes   -          5 Mar   sent and then nothing; gave 1 of 5
#  e      -     -     -          5 Mar   never paid: a note
#  f      yes   -     -          9 Apr   not due yet: not listed
#  g      yes   -     -          5 Mar   cancelled: not listed
ORDERS = {order: {"due_on": "2026-03-05", "status": "new"} for order in "abcde"} | {
    "f": {"due_on": "2026-04-09", "status": "new"},
    "g": {"due_on": "2026-03-05", "status": "cancelled"},
}
EVENTS = [
    *(("order", order, "placed", "2026-03-01 10:00") for order in ORDERS),
    *(("order", order, "paid", "2026-03-01 11:00") for order in "abcdfg"),
    *(("order", order, "sent", "2026-03-02 11:00") for order in "acd"),
    ("order", "a", "delivered", "2026-03-04 09:00"),
]
FEEDBACK = [("order", "c", "2026-03-06", "2026-03-07", 5.0), ("order", "d", "2026-03-06", "2026-03-07", 1.0)]
MONEY = [("order", order, "payment", 10.5) for order in ORDERS]


def test_the_silent_are_counted_where_they_stopped_with_their_money() -> None:
    context = world({"order": ORDERS}, EVENTS, DELIVER, feedback=FEEDBACK, money=MONEY, now="2026-03-16")

    (said,) = nothing_recorded.find(context)

    assert said.headline == "3 paid orders are not recorded as delivered. € 32."
    assert said.value == 3
    assert said.table.rows == (("never recorded as sent", 1), ("sent and then nothing", 2))
    assert "half of them by more than 10 days" in said.paragraph
    assert "Some did arrive: 1 of the 2 sent gave 4 or 5 of 5." in said.paragraph
    assert any("1 order more never began" in note for note in said.evidence.notes)
    assert any("EUR 31.50" in note for note in said.evidence.notes)
    assert listed(context, said) == ["b", "c", "d"]
    assert_honest(context, said)


def test_nothing_silent_is_no_statement() -> None:
    context = world({"order": {"a": ORDERS["a"]}}, [e for e in EVENTS if e[1] == "a"], DELIVER, now="2026-03-16")

    assert nothing_recorded.find(context) == []


def test_olist_agrees_with_independent_sql() -> None:
    context = olist()
    (said,) = nothing_recorded.find(context)
    oracle = figure("nothing_recorded")

    assert said.value == oracle["orders"]
    assert said.headline == "2,333 approved orders are not recorded as delivered. R$ 442,467."
    assert any("442,466.65" in note for note in said.evidence.notes)
    stopped = figure("nothing_recorded_where_stopped")
    assert [row[1] for row in said.table.rows] == [stopped["never_handed"], stopped["handed_then_nothing"]]
    assert "214 of the 1,107" in said.paragraph
    assert f"more than {int(oracle['median_days_past_due'])} days" in said.paragraph
    assert said.orders_count == pytest.approx(2333)
    assert_honest(context, said)
