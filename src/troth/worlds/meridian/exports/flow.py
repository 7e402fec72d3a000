"""The warehouses' scans, the carriers' tracking, returns and invoices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from troth.worlds.chance import Chance
from troth.worlds.meridian.exports.flaws import RATES, by_month, kept
from troth.worlds.meridian.exports.sales import ORDER, SITES
from troth.worlds.meridian.parcels import Orders
from troth.worlds.meridian.places import CARRIERS, WAREHOUSES, Clocks, desk
from troth.worlds.meridian.plan import DAY, HOUR, Plan
from troth.worlds.sheets import NONE, Flags, Ints, Sheet, hundredths, instant, key, text, zoned

SCANS = ("released", "pick started", "picked", "packed", "handed over")
TRACKED = ("collected", "at hub", "delivered")
REASONS = ("wrong item", "damaged", "not needed", "too late")


def flow(plan: Plan, orders: Orders, clocks: Clocks) -> Sequence[Sheet]:
    """Everything from the order to the money."""
    return [*_scans(plan, orders, clocks), _tracking(plan, orders), _returns(plan, orders), _invoices(plan, orders, clocks)]


def _events(*instants: Ints) -> tuple[Ints, Ints, Ints]:
    """Row, kind and instant of all that happened, in the order of time."""
    at = np.concatenate(instants)
    kind = np.repeat(np.arange(len(instants)), len(instants[0]))
    row = np.tile(np.arange(len(instants[0])), len(instants))
    there = np.flatnonzero(at != NONE)
    there = there[np.argsort(at[there], kind="stable")]
    return row[there], kind[there], at[there]


def _scans(plan: Plan, orders: Orders, clocks: Clocks) -> Sequence[Sheet]:
    order, kind, at = _events(orders.released, orders.started, orders.picked, orders.packed, orders.handed)
    there = kept(plan, "scans", RATES["scans that are missing"], len(order))
    order, kind, at = order[there], kind[there], at[there]
    country = np.array([one.country for one in WAREHOUSES])[orders.warehouse[order]]
    sheet = Sheet(
        "wms_scans_{}.csv",
        (
            key("order_no", order, ORDER),
            text("scan", kind, SCANS),
            zoned("scanned_at", at, clocks.local(country, at)),
            text("site", orders.warehouse[order], SITES),
        ),
    )
    return by_month(plan, sheet, at, RATES["scans that stand in the next month's file"])


def _tracking(plan: Plan, orders: Orders) -> Sheet:
    order, kind, at = _events(orders.collected, orders.hub, orders.delivered)
    chance, count = Chance(plan.seed, "tracking"), len(order)
    recorded = at + 60 + (0.2 * HOUR * chance.exponential(count)).astype(np.int64)
    code = np.where(chance.flags(RATES["tracking rows with an unknown carrier"], count), len(CARRIERS), orders.carrier[order])
    mended = np.flatnonzero(chance.flags(RATES["tracking rows corrected later"], count))
    wrong = at.copy()
    wrong[mended] += ((1 + 3 * chance.uniform(len(mended))) * HOUR).astype(np.int64)
    later = recorded[mended] + DAY
    rows = np.concatenate([np.arange(count), mended])
    when, known = np.concatenate([wrong, at[mended]]), np.concatenate([recorded, later])
    inside = known < plan.last
    rows, when, known = rows[inside], when[inside], known[inside]
    sort = np.argsort(known, kind="stable")
    rows, when, known = rows[sort], when[sort], known[sort]
    return Sheet(
        "carrier_tracking.csv",
        (
            key("order_no", order[rows], ORDER),
            text("carrier", code[rows], (*CARRIERS, "??")),
            text("status", kind[rows], TRACKED),
            instant("status_at", when),
            instant("recorded_at", known),
        ),
    )


def _returns(plan: Plan, orders: Orders) -> Sheet:
    chance, count = Chance(plan.seed, "returns"), len(orders)
    back = chance.flags(0.04, count) & (orders.delivered != NONE)
    order = np.flatnonzero(back)
    many = len(order)
    announced = orders.delivered[order] + ((1 + 6 * chance.uniform(many)) * DAY).astype(np.int64)
    received = announced + ((2 + 5 * chance.uniform(many)) * DAY).astype(np.int64)
    refunded = received + (DAY * 2.5 * chance.lognormal(0.6, many)).astype(np.int64)
    shown = [np.where(at < plan.last, at, NONE) for at in (announced, received, refunded)]
    there = shown[0] != NONE
    return Sheet(
        "returns.csv",
        (
            key("return_no", np.arange(int(there.sum())) + 1, "R%07d"),
            key("order_no", order[there], ORDER),
            text("reason", chance.choice((20, 15, 50, 15), many)[there], REASONS),
            instant("announced_at", shown[0][there]),
            instant("received_at", shown[1][there]),
            instant("refunded_at", shown[2][there]),
        ),
    )


def _invoices(plan: Plan, orders: Orders, clocks: Clocks) -> Sheet:
    """Promised within two working days of delivery; kept most of the time."""
    chance, count = Chance(plan.seed, "invoices"), len(orders)
    issued = clocks.due(desk(orders.country), orders.delivered.clip(plan.first), (9 * HOUR * chance.lognormal(0.5, count)).astype(np.int64))
    order = np.flatnonzero((orders.delivered != NONE) & (issued < plan.last))
    issued, many = issued[order], len(order)
    paid = issued + ((9 + 8 * chance.gamma2(many)) * DAY).astype(np.int64)
    disputed: Flags = chance.flags(0.02, many)
    return Sheet(
        "invoices.csv",
        (
            key("invoice", np.arange(many) + 1, "INV%08d"),
            key("order_no", order, ORDER),
            instant("issued_at", issued),
            instant("payment_due", issued + 30 * DAY, "%Y-%m-%d"),
            instant("paid_at", np.where(paid < plan.last, paid, NONE)),
            text("disputed", disputed, ("no", "yes")),
            hundredths("amount", orders.cents[order]),
        ),
    )
