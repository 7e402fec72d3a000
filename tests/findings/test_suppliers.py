"""Suppliers: where the delay arose with each, and how good each is, drawn towards the others."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from tests.findings.worlds import figure, olist, world
from tests.needs import require_data
from troth.findings.suppliers import NOBODY, SEVERAL, Suppliers, linked, suppliers_of
from troth.promises.lanes import Lanes

PROMISE = """deliver: {subject: order, words: delivered by the day given, anchor: placed, fulfil: {event: delivered}, due: attr(due),
  promisee: order.customer, stages: {shop: {from: placed, to: handed, budget: 24h}, road: {from: handed, to: delivered}}}
"""
PLACED, CARRIER = datetime(2026, 3, 1, 12), Lanes(('o."carrier"', "''"), "")


def chance() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(1))


def made(orders: dict[str, tuple[str, int, int]], by: Lanes = CARRIER, links: tuple[tuple[str, str, str, str], ...] = ()) -> Suppliers:
    """orders: carrier, hours in the shop and on the road; due after 72."""
    objects: dict[str, dict[str, dict[str, str | None]]] = {
        "order": {id: {"due": str(PLACED + timedelta(hours=72)), "carrier": carrier} for id, (carrier, *_) in orders.items()},
        "item": {one: {} for type, one, *_ in links if type == "item"},
        "seller": {one: {} for *_, type, one in links if type == "seller"},
    }
    events = []
    for id, (_, shop, road) in orders.items():
        handed = PLACED + timedelta(hours=shop)
        events += [
            ("order", id, "placed", str(PLACED)), ("order", id, "handed", str(handed)),
            ("order", id, "delivered", str(handed + timedelta(hours=road))),
        ]  # fmt: skip
    context = world({type: found for type, found in objects.items() if found}, events, PROMISE, relations=links, now="2026-04-30 00:00")
    return suppliers_of(context, "deliver", "carrier", by, chance())


#   order: carrier, hours in the shop (24 are its own), hours on the road (48 are left)
ORDERS = {
    "kept": ("A", 20, 40), "shop": ("A", 60, 40), "road": ("B", 20, 90), "both": ("B", 80, 90), "fine": ("B", 10, 10),
    "fast": ("C", 1, 1),
}  # fmt: skip


def test_a_late_one_counts_once_and_its_stages_share_it() -> None:
    found = made(ORDERS)
    a, b, c = found.suppliers

    assert [(one.name, one.n, one.broken, one.missed) for one in (a, b, c)] == [("A", 2, 1, 1.0), ("B", 3, 2, 2.0), ("C", 1, 0, 0.0)]
    # Three missed: one by the shop, one by the road, one by either alone.
    assert a.borne["shop"] == pytest.approx(1 / 3)
    assert (b.borne["shop"], b.borne["road"]) == pytest.approx((1 / 6, 1 / 2))
    assert sum(sum(one.borne.values()) for one in found.suppliers) == pytest.approx(1.0)
    assert found.whole == pytest.approx({"shop": 1 / 2, "road": 1 / 2, "plan": 0.0, "gap": 0.0, "cannot_assign": 0.0})


LINKS = (
    ("item", "i1", "order", "shop"), ("item", "i1", "seller", "S"), ("item", "i2", "order", "road"), ("item", "i2", "seller", "S"),
    ("item", "i3", "order", "both"), ("item", "i3", "seller", "S"), ("item", "i4", "order", "both"), ("item", "i4", "seller", "T"),
    ("item", "i5", "order", "shop"), ("item", "i5", "seller", "S"),
)  # fmt: skip


def test_an_order_of_several_suppliers_is_nobodys_alone_and_nothing_is_lost() -> None:
    found = made(ORDERS, linked("order", "seller"), LINKS)

    assert [(one.name, one.n, one.broken) for one in found.suppliers] == [("S", 2, 2)]
    assert [(one.name, one.n, one.broken) for one in found.apart] == [(SEVERAL, 1, 1), (NOBODY, 3, 0)]
    assert sum(sum(one.borne.values()) for one in (*found.suppliers, *found.apart)) == pytest.approx(1.0)
    assert all(one.quality is None for one in found.apart)


def _of(counts: dict[str, tuple[int, int]]) -> Suppliers:
    """Orders of carriers: kept and late."""
    orders = {
        f"{name}{at}": (name, 10, 20) if at < kept else (name, 10, 90) for name, (kept, late) in counts.items() for at in range(kept + late)
    }
    return made(orders)


LARGE = {"A": (95, 5), "B": (60, 40), "C": (80, 20), "D": (85, 15), "E": (70, 30)}


def test_the_order_of_suppliers_stands_beside_any_of_one_case() -> None:
    """One who had one order and kept it is not the best, and one who broke it is not the worst."""
    alone = _of(LARGE)
    beside = _of({**LARGE, "one kept": (1, 0), "one late": (0, 1)})

    def ordered(found: Suppliers) -> list[str]:
        told = {one.name: one.quality.shrunk for one in found.suppliers if one.quality is not None and one.quality.shrunk is not None}
        return sorted(told, key=lambda name: -told[name])

    assert ordered(alone) == ["A", "D", "C", "E", "B"]
    assert [name for name in ordered(beside) if name in LARGE] == ordered(alone)
    assert (ordered(beside)[0], ordered(beside)[-1]) == ("A", "B")
    one = next(one for one in beside.suppliers if one.name == "one kept")
    assert one.quality is not None
    assert one.quality.verdict == "too small to judge"
    assert one.quality.ahead == one.quality.behind == ()


def test_few_suppliers_have_shares_and_no_quality() -> None:
    found = made({"a": ("A", 10, 90), "b": ("B", 10, 20)})

    assert [one.borne["road"] for one in found.suppliers] == [1.0, 0.0]
    assert found.refusal is not None
    assert [one.quality for one in found.suppliers] == [None, None]


def test_olist_has_the_shares_of_the_reference_and_sellers_as_their_files_have_them() -> None:
    context = olist()
    found = suppliers_of(context, "deliver", "seller", linked("order", "seller"), chance())

    assert sum(sum(one.borne.values()) for one in (*found.suppliers, *found.apart)) == pytest.approx(1.0)
    shares = figure("delay_shares")
    assert {player: round(100 * found.whole[player], 2) for player in ("seller", "carrier", "plan", "gap")} == {
        player: shares[player] for player in ("seller", "carrier", "plan", "gap")
    }
    # Who sold what is read from the file itself; 19 in 20 of the delivered orders are not in the sample, so that no quality is told.
    files = require_data("olist")
    sellers = context.engine.rows(f"""
        WITH of AS (SELECT order_id AS id, min(seller_id) AS seller FROM read_csv('{files}/*order_items*.csv', all_varchar = true)
            GROUP BY 1 HAVING count(DISTINCT seller_id) = 1)
        SELECT seller, sum(share_seller / share_of * coalesce(population / seen, 1)), count(*)
        FROM outcome_deliver o JOIN object_order s ON s.code = o.subject JOIN of USING (id)
        LEFT JOIN stratum t ON t.stratum = o.stratum AND t.object_type = 'order' WHERE share_of IS NOT NULL GROUP BY 1 ORDER BY 1""")
    told = {one.name: one.borne["seller"] * found.missed for one in found.suppliers}
    assert len(sellers) > 300
    assert {seller: borne for seller, borne, _ in sellers} == pytest.approx({seller: told[seller] for seller, *_ in sellers})
    assert found.estimated
    assert found.refusal is not None
    assert "sample" in found.refusal.reason
