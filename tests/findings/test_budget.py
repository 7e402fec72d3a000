"""Budgets of broken promises, on ten orders and on Olist."""

from __future__ import annotations

from fractions import Fraction

import duckdb
import pytest

from tests.findings.honesty import assert_honest
from tests.findings.worlds import listed, olist, world
from tests.needs import require_data
from troth.findings.budget import budget_of
from troth.findings.context import Context
from troth.findings.finders import budget_spent
from troth.promises.definition import Objective

DELIVER = """
deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered, claimed_by: "order.status = 'delivered'"}
  due: attr(due_at)
  void_when: order.status = 'cancelled'
  objective: {kept: 0.75, over: 4d}
  owners: [sales]
"""
#  now 10 March 12:00; the window begins on 6 March 12:00
#  order  due            delivered
#  a      6 March 12:00  -           broken, but due at the beginning of the window: out
#  b      6 March 13:00  7 March     broken
#  c      8 March        7 March     kept
#  d      8 March        -           broken: nothing recorded
#  e      9 March        -           says delivered, no time: cannot tell
#  f      9 March        -           cancelled: does not count
#  g      10 March 12:00 9 March     kept: due at the end of the window: in
#  h      10 March 12:01 -           open
DUE = {
    "a": "06 12:00", "b": "06 13:00", "c": "08 09:00", "d": "08 09:00", "e": "09 09:00", "f": "09 09:00", "g": "10 12:00", "h": "10 12:01",
}  # fmt: skip
STATUS = {"e": "delivered", "f": "cancelled"}
OBJECTIVE = Objective(kept=0.75, over="4d")


def _world(promises: str = DELIVER) -> Context:
    orders = {id: {"due_at": f"2026-03-{due}", "status": STATUS.get(id, "sent")} for id, due in DUE.items()}
    came = {"b": "07 09:00", "c": "07 09:00", "g": "09 09:00"}
    events = [("order", id, "placed", "2026-03-01 10:00") for id in DUE]
    return world(
        {"order": orders},
        events + [("order", id, "delivered", f"2026-03-{at}") for id, at in came.items()],
        promises,
        now="2026-03-10 12:00",
    )


def test_what_may_be_broken_is_of_what_fell_due_in_the_window() -> None:
    budget = budget_of(_world(), "deliver", OBJECTIVE)

    assert (budget.due, budget.broken, budget.unknown) == (5, 2, 1)  # b c d e g
    assert budget.allowed == 1.25
    assert list(budget.broken_in_all) == [2, 3]
    assert list(budget.left) == [-0.75, -1.75]
    assert budget.burn is not None
    assert list(budget.burn) == pytest.approx([1.6, 2.4])
    assert not budget.estimated
    assert budget.gone_in is None  # 1 due on the last day; of so few one broken is more than a quarter
    assert budget.gone_why is not None
    assert (budget.gone_why.got, budget.gone_why.need) == ("1 due in the last day", "at least 4")


def test_signals_of_too_few_are_refused_with_what_is_missing() -> None:
    for signal in budget_of(_world(), "deliver", OBJECTIVE).signals:
        assert signal.refusal is not None
        assert (signal.on, signal.false_a_year, signal.seen) == (None, None, ())
        assert "at least" in signal.refusal.need


def test_a_break_that_began_yesterday_is_seen_by_the_fast_signal_and_not_by_the_slow_one() -> None:
    # 28 days with 40 due each; 1 broken a day, and 10 on each of the last two: of 80 20, above 3.5 times 5 %.
    orders = {f"{day:02}-{n:02}": {"due_at": f"2026-02-{day:02} 10:00", "status": "sent"} for day in range(1, 29) for n in range(40)}
    events = [("order", id, "placed", "2026-01-31 10:00") for id in orders]
    events += [("order", id, "delivered", f"2026-02-{id[:2]} 09:00") for id in orders if int(id[3:]) >= (10 if int(id[:2]) >= 27 else 1)]
    context = world({"order": orders}, events, DELIVER, now="2026-02-28 12:00")

    budget = budget_of(context, "deliver", Objective(kept=0.95, over="28d"))

    fast, steady, slow = budget.signals
    assert (fast.long_broken, fast.long_due, fast.short_broken, fast.short_due) == (20, 80, 10, 40)
    assert (fast.on, steady.on, slow.on) == (True, False, False)  # 25 of 280 is below 2 times, 32 of 560 below 1.5
    assert list(budget.left) == [10, 10]  # 26 + 20 of 56
    # At 25 in seven days, while 1 a day leaves the window: 46 + 4 * 2.57 is above 56.
    assert budget.gone_in == (4, 4)
    assert fast.false_a_year is not None
    assert steady.false_a_year is not None
    assert 0 < fast.false_a_year < steady.false_a_year < 1
    assert [each.times for each in fast.seen] == [5, 10]
    assert fast.seen[0].days == pytest.approx(2 * 3.5 / 5)
    assert fast.seen[1].chance > 0.999


def test_a_spent_budget_is_told_on_the_page_once_and_without_an_objective_nothing_is() -> None:
    context = _world()

    (said,) = budget_spent.find(context)

    assert said.headline == "2 promises “delivered by the day given” were missed in 4 days; 1 may be."
    assert "2 to 3 were not" in said.paragraph
    assert said.value == 1.6
    assert said.owner == "sales"
    assert listed(context, said) == ["b", "d"]
    assert_honest(context, said)
    assert not budget_spent.find(_world(DELIVER.replace("objective:", "#")))
    # Were all that cannot be told kept, 2 of 5 are broken: as many as may be.
    assert not budget_spent.find(_world(DELIVER.replace("0.75", "0.6")))


@pytest.mark.data
def test_olist_agrees_with_sql_on_the_raw_file() -> None:
    # Days are those of the files' clock: due from 17 Oct 2017 to 16 Oct 2018, whatever of an hour the clocks moved between.
    orders = f"read_csv('{require_data('olist') / 'olist_orders_dataset.csv'}', all_varchar = true)"
    rows = (
        duckdb.connect()
        .execute(f"""
        SELECT order_status = 'delivered' AS sampled, count(*),
               count(*) FILTER (order_status <> 'delivered' OR delivered IS NOT NULL)
                 - count(*) FILTER (delivered < promised + 1) AS broken,
               count(*) FILTER (order_status = 'delivered' AND delivered IS NULL) AS unknown
        FROM (SELECT order_status, CAST(order_delivered_customer_date AS TIMESTAMP) AS delivered,
                     CAST(CAST(order_estimated_delivery_date AS TIMESTAMP) AS DATE) AS promised FROM {orders})
        WHERE order_status <> 'canceled' AND promised BETWEEN DATE '2017-10-17' AND DATE '2018-10-16' GROUP BY 1
    """)
        .fetchall()
    )
    seen = duckdb.connect().execute(f"SELECT count(*) FROM {orders} WHERE order_status = 'delivered'").fetchall()[0][0]
    weight = {True: Fraction(96478, seen), False: Fraction(1)}
    due, broken, unknown = (sum(weight[row[0]] * row[part] for row in rows) for part in (1, 2, 3))

    budget = budget_of(olist(), "deliver", Objective(kept=0.95, over="365d"))

    assert budget.due == sum(row[1] for row in rows)
    assert budget.due_in_all == pytest.approx(float(due), rel=1e-12)
    assert list(budget.broken_in_all) == pytest.approx([float(broken), float(broken + unknown)], rel=1e-12)
    assert budget.allowed == pytest.approx(float(due) / 20, rel=1e-12)
    assert budget.estimated
    assert all(signal.refusal is not None and signal.refusal.got == "a sample" for signal in budget.signals)
