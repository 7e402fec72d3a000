"""Handovers as promises between departments: both sides see one figure, and joint owners see one scorecard."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

import duckdb
import numpy as np
import pytest

from tests.findings.worlds import figure, olist, world
from tests.needs import require_data
from troth.findings.chains import chain_of
from troth.findings.context import Context
from troth.findings.early_warning import ahead_of
from troth.findings.handoffs import for_role, handoffs_of, joint_of

PROMISES = """
complete:
  subject: order
  promisor: {unit: company}
  promisee: order.customer
  words: complete by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: attr(due)
  stages:
    sell: {from: placed, to: released, budget: 10h, owner: sales}
    pack: {from: released, to: handed_over, budget: 30h, owner: operations}
    carry: {from: handed_over, to: delivered, budget: 40h, words: on the way}
  owners: [sales, operations, support]
hand_over:
  {kind: internal, subject: order, promisor: {unit: warehouse}, promisee: carrier, words: handed over by the limit,
   anchor: placed, fulfil: {event: handed_over}, due: attr(limit), owners: [operations]}
"""
NOBODYS = PROMISES.replace("order.customer", "somebody")
START = datetime(2026, 3, 2, 8)
Hours = tuple[float | None, float | None, float | None]

#          released, handed over, delivered: hours after the order; 10 + 30 + 40 allowed, due after 96, limit 50
ORDERS: dict[str, Hours] = {
    "kept": (9, 35, 90),
    "late": (9, 55, 120),
    "never_handed": (9, None, None),
    "not_released": (None, None, None),
    "no_limit": (9, 40, 90),
    "sold_late": (30, 49, 92),
}


def made(orders: dict[str, Hours] = ORDERS) -> Context:
    objects: dict[str, dict[str, dict[str, str | None]]] = {
        "order": {id: {"due": _text(96), "limit": None if id == "no_limit" else _text(50)} for id in orders}, "customer": {"c": {}}
    }  # fmt: skip
    names = ("released", "handed_over", "delivered")
    events = [("order", id, "placed", _text(0)) for id in orders]
    events += [
        ("order", id, name, _text(at)) for id, hours in orders.items() for name, at in zip(names, hours, strict=True) if at is not None
    ]
    return world(objects, events, PROMISES, relations=[("order", id, "customer", "c") for id in orders], now="2026-04-01 00:00")


def _text(hours: float) -> str:
    return str(START + timedelta(hours=hours))[:19]


def test_every_handover_has_both_parties_and_its_rate_by_due() -> None:
    inner, sell = handoffs_of(made())

    assert (inner.key, inner.giver, inner.taker) == ("hand_over", "warehouse", "carrier")
    assert inner.rate is not None
    counts = {name: inner.rate.seen(name) for name in ("n", "broken", "never", "unknown", "no_limit", "done", "done_late")}
    # late; never_handed and not_released were never done; no_limit cannot be told
    assert counts == {"n": 6, "broken": 3, "never": 2, "unknown": 1, "no_limit": 1, "done": 3, "done_late": 1}
    assert (inner.rate.low, inner.rate.high) == (Fraction(3, 6), Fraction(4, 6))
    # The end of `pack` is the same handover and is not listed twice; that of `carry` is the promise itself.
    assert (sell.key, sell.giver, sell.taker) == ("complete.sell", "sales", "operations")
    assert sell.rate is not None
    assert (sell.rate.seen("n"), sell.rate.seen("broken"), sell.rate.seen("never")) == (6, 2, 1)


def test_both_sides_see_the_same_rate() -> None:
    context = made()
    handoffs, joint = handoffs_of(context), joint_of(context)
    views = [for_role(role, handoffs, joint)[0] for role in ("warehouse", "carrier", "operations")]

    assert all(inner == handoffs[0] for inner, *_ in views)
    assert [len(view) for view in views] == [1, 1, 2]


def test_joint_owners_see_one_scorecard() -> None:
    context = made()
    handoffs, joint = handoffs_of(context), joint_of(context)
    cards = [for_role(role, handoffs, joint)[1] for role in ("sales", "operations", "support")]

    assert cards[0] == cards[1] == cards[2] == joint
    assert for_role("carrier", handoffs, joint)[1] == []
    (card,) = joint
    assert (card.rate.seen("broken"), card.rate.seen("n")) == (3, 6)
    assert sum(share for _, share in card.shares) == 1


def test_an_overrun_stage_gets_its_breaks_and_a_stage_where_orders_stand_gets_theirs() -> None:
    chance = np.random.default_rng(2)
    overrun: dict[str, Hours] = {}
    for number in range(60):
        released = 10 * chance.random()
        handed = released + 60 + 30 * chance.random()
        overrun[f"o{number:02d}"] = (released, handed, handed + 40 * chance.random() + 1)
    (packed,) = joint_of(made(overrun))
    (standing,) = joint_of(made({"stands": (9, None, None), "kept": ORDERS["kept"]}))

    assert packed.rate.seen("broken") >= 30
    assert dict(packed.shares)["pack"] >= Fraction(9, 10)
    assert sum(share for _, share in packed.shares) == 1
    assert dict(standing.shares)["pack"] == 1


def test_a_stage_without_a_limit_is_listed_without_a_rate() -> None:
    context = world(
        {"order": {"a": {"due": _text(96)}}},
        [("order", "a", "placed", _text(0)), ("order", "a", "sent", _text(5)), ("order", "a", "came", _text(9))],
        "d: {subject: order, words: there, anchor: placed, fulfil: {event: came}, due: attr(due),"
        " stages: {pack: {from: placed, to: sent}, way: {from: sent, to: came}}}",
        now="2026-04-01 00:00",
    )

    (handoff,) = handoffs_of(context)

    assert (handoff.giver, handoff.taker, handoff.rate) == ("pack", "way", None)


def test_olist_agrees_with_sql_on_the_raw_files() -> None:
    context = olist()
    (handoff,) = handoffs_of(context)
    (joint,) = joint_of(context)
    folder = require_data("olist")
    [plain] = duckdb.execute(f"""
        WITH limits AS (SELECT order_id, max(shipping_limit_date) AS lim FROM '{folder}/olist_order_items_dataset.csv' GROUP BY 1),
        told AS (SELECT *, order_delivered_carrier_date AS handed FROM '{folder}/olist_orders_dataset.csv' LEFT JOIN limits USING (order_id)
            WHERE order_approved_at IS NOT NULL AND order_status <> 'canceled')
        SELECT count(*), count(*) FILTER (lim IS NULL), count(*) FILTER (handed > lim OR (handed IS NULL AND lim IS NOT NULL
            AND order_status NOT IN ('shipped', 'delivered'))), count(*) FILTER (handed > lim), count(handed) FILTER (lim IS NOT NULL)
        FROM told WHERE lim IS NULL OR lim <= TIMESTAMP '2018-10-17 17:30:18'
    """).fetchall()
    rate = handoff.rate
    assert rate is not None

    assert (handoff.giver, handoff.taker) == ("seller", "carrier")
    assert (rate.seen("n"), rate.seen("no_limit"), rate.seen("broken"), rate.seen("done_late"), rate.seen("done")) == plain
    assert rate.seen("no_limit") == 606
    assert round(100 * float(rate.low), 1) == 9.6
    assert rate.share.low < float(rate.low) < rate.share.high
    handed = figure("late_after_late_handover")
    assert (handed["n_late"], handed["n_in_time"]) == (467, 4_697)
    assert sum(share for _, share in joint.shares) == 1


def test_an_olist_order_without_items_has_a_stage_and_nobody_to_name() -> None:
    context = olist()
    rows = context.engine.rows(
        "SELECT b.id FROM object_order b JOIN outcome_deliver o ON o.subject = b.code JOIN outcome_hand_over i ON i.subject = b.code"
        " WHERE i.due IS NULL AND i.voided IS NULL AND o.seller_from IS NOT NULL AND o.seller_to IS NULL AND o.share_seller = o.share_of"
    )

    assert len(rows) == 605  # one of the 606 was handed over
    for (id,) in rows[:3]:
        chain = chain_of(context, "deliver", str(id))
        assert chain is not None
        assert [(step.party, step.state) for step in chain.steps] == [("cannot say", "unknown")]


def test_a_planted_lead_of_four_weeks_is_found() -> None:
    # Each week twelve orders; in a week in which more of them are handed over late, customers answer lower four weeks later.
    chance = np.random.default_rng(6)
    weeks, objects = 100, dict[str, dict[str, str | None]]()
    events, feedback = list[tuple[str, str, str, str]](), list[tuple[str, str, str, str, float]]()
    bad = np.clip(np.round(3 + 2.2 * chance.normal(size=weeks)), 0, 10).astype(int).tolist()
    for week in range(weeks):
        for number in range(12):
            id, at = f"o{week:03d}-{number:02d}", datetime(2024, 1, 1, 8) + timedelta(weeks=week)
            objects[id] = {"due": _after(at, 96), "limit": _after(at, 50)}
            events += [("order", id, "placed", _after(at, 0)), ("order", id, "handed_over", _after(at, 60 if number < bad[week] else 40))]
            if week >= 4:
                score = 5 - (number < bad[week - 4]) * 2
                feedback.append(("order", id, _after(at, 50), _after(at, 52), score))
    first = datetime(2024, 1, 1)
    events += [("order", "o000-00", "released", _after(first, 9)), ("order", "o000-00", "delivered", _after(first, 90))]
    context = world({"order": objects}, events, NOBODYS, feedback=feedback)

    (found,) = ahead_of(context, "hand_over")

    assert found.lead is not None
    assert abs(found.lead.steps - 4) <= 1
    assert found.lead.low <= 4 <= found.lead.high
    assert found.lead.correlation < -0.5


@pytest.mark.slow
def test_a_planted_lead_of_two_weeks_on_who_comes_back_is_found() -> None:
    # Each week twelve customers order first; the more of these are handed over late, the fewer of two weeks later come back.
    chance = np.random.default_rng(7)
    weeks, orders, customers = 110, dict[str, dict[str, str | None]](), dict[str, dict[str, str | None]]()
    events, owned = list[tuple[str, str, str, str]](), list[tuple[str, str, str, str]]()
    bad = np.clip(np.round(4 + 2.5 * chance.normal(size=weeks)), 0, 12).astype(int).tolist()
    gone = np.roll(bad, 2).tolist()
    for week in range(weeks):
        for number in range(12):
            who, at = f"c{week:03d}-{number:02d}", datetime(2024, 1, 1, 8) + timedelta(weeks=week)
            customers[who] = {}
            again = at + timedelta(days=95 if number < gone[week] else 80)  # the due is two days after the first: 82 to 97 days
            for turn, (placed, limit) in enumerate(((at, _after(at, 50)), (again, None))):
                id = f"o{who}-{turn}"
                orders[id] = {"due": _after(placed, 96), "limit": limit}
                owned.append(("order", id, "customer", who))
                events.append(("order", id, "placed", _after(placed, 0)))
            events.append(("order", f"o{who}-0", "handed_over", _after(at, 60 if number < bad[week] else 40)))
    events += [("order", "oc000-00-0", event, _after(datetime(2024, 1, 1), hours)) for event, hours in (("released", 9), ("delivered", 90))]
    context = world({"order": orders, "customer": customers}, events, PROMISES, relations=owned, now="2026-02-12 00:00")

    (found,) = ahead_of(context, "hand_over")

    assert found.instrument == "coming back within 90 days"
    assert found.lead is not None
    assert found.lead.low <= 2 <= found.lead.high
    assert abs(found.lead.steps - 2) <= 1
    assert found.lead.correlation < -0.5
    assert found.weeks == 98  # of 110: the others' ninety days are not over on 12 February


def test_of_a_sample_nobody_knows_who_comes_back() -> None:
    context = world(
        {"order": {"a": {"due": _text(96), "limit": _text(50), "stratum": "x"}}, "customer": {"c": {}}},
        [("order", "a", event, _text(at)) for event, at in (("placed", 0), ("released", 5), ("handed_over", 40), ("delivered", 80))],
        PROMISES, relations=[("order", "a", "customer", "c")], populations={"order": {"x": 20}}, now="2026-08-01 00:00",
    )  # fmt: skip

    (found,) = ahead_of(context, "hand_over")

    assert (found.lead, found.instrument) == (None, "coming back within 90 days")
    assert found.refusal is not None
    assert found.refusal.got == "a sample"


def test_few_weeks_are_refused() -> None:
    context = world(
        {"order": {"a": {"due": _text(96), "limit": _text(50)}}},
        [("order", "a", event, _text(at)) for event, at in (("placed", 0), ("released", 5), ("handed_over", 40), ("delivered", 80))],
        NOBODYS, feedback=[("order", "a", _text(81), _text(82), 4)],
        now="2026-04-01 00:00",
    )  # fmt: skip

    (found,) = ahead_of(context, "hand_over")

    assert found.lead is None
    assert found.refusal is not None
    assert found.refusal.need == "two of equal length, at least 81"


def _after(at: datetime, hours: float) -> str:
    return str(at + timedelta(hours=hours))[:19]


@pytest.mark.parametrize("role", ["sales", "operations"])
def test_a_role_sees_what_it_owns(role: str) -> None:
    context = made()

    assert role in for_role(role, handoffs_of(context), joint_of(context))[1][0].owners
