"""From broken customer promises upstream: planted causes are named, what is no cause is not, and Olist agrees with plain SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction

import duckdb
import numpy as np
import pytest

from tests.findings.honesty import assert_honest, causal
from tests.findings.worlds import listed, olist, world
from tests.needs import require_data
from troth.engines.statistics import attributable
from troth.findings.chains import Chain, chain_of
from troth.findings.context import Context
from troth.findings.finders.internal_before import find
from troth.findings.upstream import named_of, upstream_of
from troth.kernel.errors import NotFound

PROMISES = """
deliver:
  subject: order
  promisee: order.customer
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: attr(due)
  void_when: order.state = 'canceled'
  stages:
    pack: {from: picked, to: packed, budget: 10h, owner: packers}
    carry: {from: packed, to: delivered}
pick:
  {kind: internal, subject: line, promisor: {unit: pickers}, promisee: packers, words: picked within a day,
   anchor: asked, fulfil: {event: picked}, within: 24h}
hand_over:
  {kind: internal, subject: order, promisor: {unit: warehouse}, promisee: carrier, words: handed over by the limit,
   anchor: placed, fulfil: {event: handed_over}, due: attr(limit), owners: [head_of_logistics]}
invoice:
  {kind: internal, subject: invoice, promisor: {unit: billing}, promisee: finance, words: invoiced within a day,
   anchor: begun, fulfil: {event: sent}, within: 24h}
"""
START = datetime(2026, 3, 2, 8)
CAUSES = ("pick", "deliver.pack", "hand_over", "nothing")


class Made:
    """A record of orders with a line, an invoice and the steps of each, in hours after the order."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, dict[str, str | None]]] = {"order": {}, "line": {}, "invoice": {}, "customer": {"c": {}}}
        self.events: list[tuple[str, str, str, str]] = []
        self.relations: list[tuple[str, str, str, str]] = []

    def order(
        self, id: str, *, picked: float, packed: float, handed: float | None, came: float | None, begun: float = 30, sent: float = 200,
        lane: str = "north", limit: float | None = 60,
    ) -> None:  # fmt: skip
        """Due after 96 hours; picked within 24, packed within 10 more, handed over within 60, invoiced within a day of its beginning."""
        limits = {"due": _text(96), "limit": None if limit is None else _text(limit)}
        self.objects["order"][id] = limits | {"lane": lane, "state": "open"}
        self.objects["line"][f"{id}-1"] = {}
        self.objects["invoice"][f"i{id}"] = {}
        self.relations += [("line", f"{id}-1", "order", id), ("invoice", f"i{id}", "order", id), ("order", id, "customer", "c")]
        happened: Sequence[tuple[str, str, str, float | None]] = (
            ("order", id, "placed", 0), ("line", f"{id}-1", "asked", 0), ("line", f"{id}-1", "picked", picked),
            ("order", id, "picked", picked), ("order", id, "packed", packed), ("order", id, "handed_over", handed),
            ("order", id, "delivered", came), ("invoice", f"i{id}", "begun", begun), ("invoice", f"i{id}", "sent", sent),
        )  # fmt: skip
        self.events += [(type, far, event, _text(hours)) for type, far, event, hours in happened if hours is not None]

    def world(self, promises: str = PROMISES) -> Context:
        return world(self.objects, self.events, promises, relations=self.relations, now="2026-12-01 00:00")


def _text(hours: float) -> str:
    return str(START + timedelta(hours=hours))[:19]


def test_of_a_hundred_late_orders_the_step_that_was_planted_is_named_for_ninety_five() -> None:
    # Every step takes a random part of its time; the planted one overruns by hours, and what follows it may be late, too.
    chance = np.random.default_rng(3)
    made, planted = Made(), {}
    for number in range(120):
        id, cause = f"o{number:03d}", CAUSES[number % 4]
        planted[id] = cause
        overrun = 40 + 20 * chance.random()
        picked = 24 * chance.random() + (overrun if cause == "pick" else 0)
        packed = picked + 10 * chance.random() + (overrun if cause == "deliver.pack" else 0)
        handed = max(packed + 8 * chance.random(), 62 + 20 * chance.random() if cause == "hand_over" else 0)
        made.order(id, picked=picked, packed=packed, handed=handed, came=100 + 40 * chance.random(), begun=80, sent=120)
    context = made.world()

    named = dict.fromkeys(planted, "nothing") | named_of(context, "deliver")

    assert sum(named[id] == planted[id] for id in planted) >= 0.95 * len(planted)
    together = upstream_of(context, "deliver")
    assert together is not None
    assert {one.link.key: one.in_file for one in together.firsts} == {key: list(named.values()).count(key) for key in CAUSES[:3]}
    assert together.seen("broken_else") == list(named.values()).count("nothing")
    assert all(_first(context, id) == named[id] for id in ("o000", "o001", "o002"))


def test_a_chain_is_read_in_a_sentence() -> None:
    made = Made()
    made.order("late", picked=20, packed=28, handed=69, came=144)
    made.order("never", picked=20, packed=28, handed=None, came=None)
    made.order("picked", picked=33, packed=40, handed=66, came=99)
    made.order("carrier", picked=20, packed=28, handed=50, came=100)
    made.order("kept", picked=20, packed=28, handed=61, came=95)
    context = made.world()

    assert _says(context, "late") == "handed over 9 hours late -> delivered 2 days late"
    assert (
        _says(context, "never")
        == "never recorded as handed over, 271 days after the limit -> never recorded as delivered, 270 days after the due"
    )
    assert _says(context, "picked") == "line picked-1 picked 9 hours late -> handed over 6 hours late -> delivered 3 hours late"
    assert _says(context, "carrier") == "delivered 4 hours late"
    assert _says(context, "kept") == "handed over 60 minutes late -> delivered in time"
    first = _chain(context, "picked").first
    assert first is not None
    assert (first.link.key, first.link.giver, first.link.taker) == ("pick", "pickers", "packers")
    assert chain_of(context, "deliver", "nobody") is None


def test_only_what_broke_between_the_word_and_its_end_is_upstream() -> None:
    made = Made()
    made.order("limit_after_due", picked=20, packed=28, handed=130, came=140, limit=120)  # broken at 96, its limit at 120
    made.order("limit_before_word", picked=20, packed=28, handed=50, came=140, limit=-5)
    made.order("no_limit", picked=20, packed=28, handed=50, came=140, limit=None)
    made.order("invoiced_after", picked=20, packed=28, handed=50, came=140, sent=150)  # its limit, 54 hours, came first
    context = made.world()

    assert _chain(context, "limit_after_due").first is None or _first(context, "limit_after_due") == "invoice"
    assert _first(context, "invoiced_after") == "invoice"
    found = upstream_of(context, "deliver", only="hand_over")
    assert found is not None
    assert (found.seen("broken_after"), found.seen("broken_else"), found.seen("broken_untold")) == (0, 3, 1)
    assert found.refusal is not None
    assert found.refusal.got == "0 late with an inner limit missed before, 3 without"


def test_what_two_orders_share_joins_neither_to_the_other() -> None:
    # One customer, two orders: the other's late line is not this one's.
    made = Made()
    made.order("a", picked=40, packed=45, handed=50, came=90, sent=31)
    made.order("b", picked=10, packed=15, handed=50, came=120, sent=31)
    made.objects["call"] = {"k": {}}  # with the customer, about neither order
    made.relations.append(("call", "k", "customer", "c"))
    made.events += [("call", "k", "rung", _text(1)), ("call", "k", "taken", _text(40))]
    call = "call: {kind: internal, subject: call, words: calls taken, anchor: rung, fulfil: {event: taken}, within: 1h}"
    context = made.world(PROMISES + call)

    assert _chain(context, "b").first is None
    assert _first(context, "a") == "pick"


def test_what_belongs_to_the_order_of_a_return_is_upstream_of_its_refund() -> None:
    made = Made()
    made.order("a", picked=10, packed=15, handed=50, came=90, sent=150)
    made.objects["return"] = {"r": {}}
    made.relations.append(("return", "r", "order", "a"))
    made.events += [("return", "r", "received", _text(30)), ("return", "r", "refunded", _text(120))]
    refund = "refund: {subject: return, words: refunded, anchor: received, fulfil: {event: refunded}, within: 48h}"
    context = made.world(PROMISES + refund)

    chain = chain_of(context, "refund", "r")

    assert chain is not None
    assert chain.first is not None
    assert (chain.first.link.key, chain.first.id) == ("invoice", "ia")


def test_a_bad_lane_does_not_feign_an_association() -> None:
    # In each lane those handed over late come late as often as the others; the bad lane has most of both.
    made = Made()
    lanes = (("bad", 20, 40, 40, 80), ("good", 2, 20, 20, 200))
    for lane, late_after, after, late_else, other in lanes:
        for number in range(after + other):
            missed, late = number < after, number < late_after or after <= number < after + late_else
            made.order(
                f"{lane}{number:03d}", picked=9, packed=15, handed=70 if missed else 50, came=100 if late else 95, lane=lane, sent=31
            )
    context = made.world()

    crude, alike = (upstream_of(context, "deliver", by) for by in ((), ("lane",)))

    assert crude is not None and crude.together is not None  # noqa: PT018  one thing: that there is one
    assert alike is not None and alike.together is not None  # noqa: PT018
    assert crude.together.relative.low > 1
    assert alike.together.population.value == pytest.approx(0, abs=1e-12)
    assert alike.together.common.low < 1 < alike.together.common.high
    with pytest.raises(NotFound, match="no attribute 'lan'"):
        upstream_of(context, "deliver", ("lan",))


def test_the_statement_says_what_goes_together_and_is_the_inner_promises() -> None:
    made = Made()
    for number in range(80):
        missed, late = number < 20, number < 14 or 20 <= number < 26
        made.order(f"o{number:02d}", picked=9, packed=15, handed=70 if missed else 50, came=100 if late else 95, sent=31)
    context = made.world()

    (statement,) = find(context)

    assert_honest(context, statement)
    assert not causal(statement)
    assert statement.headline == "Of 10 late orders 7 had been handed over late or not at all; of 10 in time 1."
    assert statement.value == 14 / 20
    assert statement.owner == "head_of_logistics"
    assert listed(context, statement) == [f"o{number:02d}" for number in range(14)]
    assert statement.evidence.how_sure == "association"
    # 14 of 20 against 6 of 60 is 7 times as often; 14 less a tenth of 20 is 12 of the 20 late ones.
    assert "7.0 times" in statement.paragraph
    assert statement.weight == pytest.approx(12)


def test_nothing_is_said_of_few_or_where_nothing_goes_together() -> None:
    few, none = Made(), Made()
    few.order("a", picked=9, packed=15, handed=70, came=100)
    for number in range(80):
        none.order(f"o{number:02d}", picked=9, packed=15, handed=70 if number % 2 else 50, came=100 if number % 4 < 2 else 95, sent=31)

    assert find(few.world()) == []
    assert find(none.world()) == []


def test_olist_agrees_with_sql_on_the_raw_files() -> None:
    found = upstream_of(olist(), "deliver", ())
    assert found is not None
    folder = require_data("olist")
    connection = duckdb.connect()
    rows = connection.execute(f"""
        WITH limits AS (SELECT order_id, max(shipping_limit_date) AS due FROM '{folder}/olist_order_items_dataset.csv' GROUP BY 1),
        told AS (
            SELECT order_status, order_approved_at AS approved, order_delivered_carrier_date AS handed,
                order_delivered_customer_date AS came,
                date_trunc('day', order_estimated_delivery_date) + INTERVAL 1 DAY AS due, l.due AS lim,
                order_purchase_timestamp AS placed
            FROM '{folder}/olist_orders_dataset.csv' LEFT JOIN limits l USING (order_id) WHERE order_status <> 'canceled'
        ), judged AS (
            SELECT order_status = 'delivered' AS sampled, came IS NULL OR came >= due AS broken,
                coalesce(approved IS NOT NULL AND lim < coalesce(least(came, due), due) AND lim > placed
                         AND (handed > lim OR handed IS NULL)
                         AND NOT (handed IS NULL AND order_status IN ('shipped', 'delivered')), FALSE) AS preceded,
                approved IS NOT NULL AND lim IS NULL AS untold
            FROM told WHERE due <= TIMESTAMP '2018-10-17 17:30:18' AND NOT (came IS NULL AND order_status = 'delivered')
        )
        SELECT sampled, count(*) FILTER (broken AND preceded), count(*) FILTER (broken AND NOT preceded AND NOT untold),
            count(*) FILTER (broken AND untold), count(*) FILTER (NOT broken AND preceded), count(*) FILTER (NOT broken AND NOT preceded)
        FROM judged GROUP BY 1 ORDER BY 1
    """).fetchall()
    others, sampled = rows
    names = ("broken_after", "broken_else", "broken_untold", "kept_after", "kept_else")
    weight = Fraction(96_478, 5_172)

    for name, plain, drawn in zip(names, others[1:], sampled[1:], strict=True):
        assert found.seen(name) == plain + drawn
        assert found.total(name) == plain + weight * drawn
    assert found.seen("broken_untold") == 606
    assert found.together is not None
    tables = np.array([[[[r[1], r[4]], [r[2], r[5]]] for r in rows]])
    assert found.together.population.value == pytest.approx(attributable(tables, np.array([1.0, float(weight)])).population.value)
    assert 0.20 < found.together.population.low < found.together.population.value < found.together.population.high < 0.29


def _chain(context: Context, id: str) -> Chain:
    chain = chain_of(context, "deliver", id)
    assert chain is not None
    return chain


def _says(context: Context, id: str) -> str:
    """Without the invoice, which is late in most of these."""
    return " -> ".join(part for part in _chain(context, id).says.split(" -> ") if not part.startswith("invoice"))


def _first(context: Context, id: str) -> str:
    first = _chain(context, id).first
    assert first is not None
    return first.link.key
