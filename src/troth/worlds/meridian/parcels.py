"""Parts and parcels: week by week, what is ordered, how it goes through warehouse and carrier, and who leaves because of it.

Weeks follow one another, since who was let down orders no more; within a week all orders are computed at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from troth.engines.calendars import worked_until_each
from troth.worlds.chance import Chance
from troth.worlds.meridian.customers import CONSUMER, KEY, SEGMENTS, Customers
from troth.worlds.meridian.loyalty import LEAVES, Rows, answered, fading
from troth.worlds.meridian.places import (
    CARRIERS,
    COUNTRIES,
    HOME_SHARE,
    SECOND,
    SECOND_US,
    SHARES,
    WAREHOUSES,
    Clocks,
    delivery,
    floor,
)
from troth.worlds.meridian.plan import DAY, FIRST_DAY, HOUR, Plan, day
from troth.worlds.meridian.queues import Queue
from troth.worlds.sheets import NONE, Flags, Ints, Reals

WEEK = 7 * DAY
NEVER = 1 << 40
SEASON = (0.92, 0.94, 1.0, 1.0, 1.0, 0.98, 0.93, 0.85, 1.0, 1.05, 1.25, 1.25)
BUSY = 0.72  # of a warehouse's picking capacity is needed in a usual week
DECAYING, DECAYS_AT = CARRIERS.index("Dromos"), 0.55
SLOW_DOCK = 1  # Lyon
WORN = (0, 3)  # from Hamburg to Great Britain
CLOSED, CLOSED_AT, CLOSED_DAYS = 4, 0.7, 12  # Osaka
FASTER, FASTER_AT = 0, 0.6  # Hamburg
STRIKES_AT, STRUCK_DAYS = 0.5, 60
LEAST_LATE, REPEATS = 5, 5  # days by which those are late that few customers of high value see again and again, and how often


@dataclass(frozen=True, slots=True)
class Orders:
    """By order, in the order of placing. Instants are seconds since 1970, NONE where nothing of the kind happened.

    extra: missed the cut-off by the planted chance. caused: would have been on time without. late: days, negative where early.
    """

    customer: Ints
    country: Ints
    warehouse: Ints
    carrier: Ints
    placed: Ints
    requested: Ints
    promised: Ints
    lines: Ints
    cents: Ints
    bulky: Flags
    cancelled: Ints
    released: Ints
    started: Ints
    picked: Ints
    packed: Ints
    ship_by: Ints
    handed: Ints
    collected: Ints
    hub: Ints
    delivered: Ints
    late: Ints
    extra: Flags
    caused: Flags
    complained: Ints
    replied: Ints
    solved: Ints
    rescued: Flags

    def __len__(self) -> int:
        return len(self.customer)


@dataclass(frozen=True, slots=True)
class Parcels:
    """orders: all of them. left: by customer, the second after which none was placed; NEVER where the customer stays.

    struck: customers of high value to whom nothing comes in time for two months.
    """

    orders: Orders
    left: Ints
    struck: Flags


def parcels(plan: Plan, people: Customers, clocks: Clocks) -> Parcels:
    """The whole record of parts and parcels."""
    demand, inside, extra, way, leaving = (Chance(plan.seed, name) for name in ("demand", "warehouses", "cut-offs", "carriers", "leaving"))
    left = np.full(len(people), NEVER, dtype=np.int64)
    pickers = [_pickers(plan, people, warehouse) for warehouse in range(len(WAREHOUSES))]
    weeks, struck = [], np.zeros(len(people), dtype=np.bool_)
    for week in range(plan.weeks):
        start = plan.first + week * WEEK
        active = (people.since < start + WEEK) & (left > start)
        if start <= plan.share(STRIKES_AT) < start + WEEK:
            struck = _struck(plan, people, active)
        placed = _placed(plan, people, clocks, demand, np.flatnonzero(active), start)
        orders = _carried(plan, people, struck, clocks, way, _picked(plan, clocks, inside, extra, pickers, placed))
        weeks.append(answered(plan, people, clocks, leaving, orders, left))
        fading(plan, people, leaving, active, left, start)
    names = [field.name for field in fields(Orders)]
    every = Orders(**{name: np.concatenate([one[name] for one in weeks]) for name in names})
    return Parcels(every, left, struck)


@dataclass(frozen=True, slots=True)
class Pickers:
    """The pickers of a warehouse. a_pick: seconds that a usual pick takes."""

    queue: Queue
    a_pick: float


def _pickers(plan: Plan, people: Customers, warehouse: int) -> Pickers:
    """As many as a usual week keeps busy."""
    there = np.array([one.home == warehouse for one in COUNTRIES])[people.country] * HOME_SHARE
    there += (np.array(SECOND)[people.country] == warehouse) * (1 - HOME_SHARE)
    now = people.since < plan.share(0.5)
    an_hour = max(float((people.rate * there * now).cumsum()[-1]) / WAREHOUSES[warehouse].hours_a_week, 0.05)
    count = max(1, round(an_hour / 3 / BUSY))
    return Pickers(Queue(np.zeros(count, dtype=np.int64)), BUSY * count / an_hour * HOUR)


def _placed(plan: Plan, people: Customers, clocks: Clocks, chance: Chance, active: Ints, start: int) -> Rows:
    month = int((start // DAY - FIRST_DAY) % 365.25 // 30.44)
    customer = np.repeat(active, chance.poisson(people.rate[active] * SEASON[min(month, 11)]))
    country, count = people.country[customer], len(customer)
    private = people.segment[customer] == CONSUMER
    day = np.where(private, chance.choice((16, 14, 14, 14, 14, 13, 15), count), chance.choice((24, 21, 20, 19, 14, 1, 1), count))
    hour = np.where(private, 8 * HOUR + chance.below(15 * HOUR, count), 7 * HOUR + chance.below(11 * HOUR, count))
    placed = clocks.utc(country, start + day * DAY + hour)
    inside = (placed >= np.maximum(plan.first, people.since[customer])) & (placed < plan.last)
    rows = np.flatnonzero(inside)[np.argsort(placed[inside], kind="stable")]
    customer, country, placed, count = customer[rows], country[rows], placed[rows], len(rows)
    home = chance.flags(HOME_SHARE, count)
    warehouse = np.where(home, np.array([one.home for one in COUNTRIES])[country], np.array(SECOND)[country])
    carrier = (np.cumsum(np.array(SHARES), axis=1)[warehouse] <= (chance.uniform(count) * 100)[:, None]).sum(axis=1).astype(np.int64)
    lines = 1 + chance.poisson(np.where(private[rows], 0.6, 2.2))
    cents = lines * (1_500 + (4_000 * chance.lognormal(0.8, count)).astype(np.int64)) * np.array((6, 4, 2, 1))[people.segment[customer]]
    cancels = chance.flags(0.015, count)
    return {
        "customer": customer,
        "country": country,
        "warehouse": warehouse,
        "carrier": carrier,
        "placed": placed,
        "lines": lines,
        "cents": cents,
        "bulky": chance.flags(0.25, count),
        "cancelled": np.where(cancels, placed + 600 + chance.below(3 * HOUR, count), NONE),
    }


def _picked(plan: Plan, clocks: Clocks, chance: Chance, missing: Chance, pickers: list[Pickers], orders: Rows) -> Rows:
    warehouse, placed, count = orders["warehouse"], orders["placed"], len(orders["placed"])
    on = floor(warehouse)
    released = clocks.due(on, placed, (1.2 * HOUR * chance.lognormal(0.6, count)).astype(np.int64) + 60)
    seconds = chance.lognormal(0.35, count) * 0.94
    closed = plan.share(CLOSED_AT)
    shut = (warehouse == CLOSED) & (released >= closed) & (released < closed + CLOSED_DAYS * DAY)
    seconds = np.where(shut, seconds / (1 - min(plan.size("disruption"), 0.95)), seconds)
    better = (warehouse == FASTER) & (released >= plan.share(FASTER_AT))
    seconds = np.where(better, seconds * (1 - plan.size("change_by_site")), seconds)
    arrived = worked_until_each(clocks.packed, on.astype(np.int32), released * SECOND_US) // SECOND_US
    started, a_pick = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    goes = orders["cancelled"] == NONE
    for place, them in enumerate(pickers):
        here = np.flatnonzero((warehouse == place) & goes)
        here = here[np.argsort(arrived[here], kind="stable")]
        a_pick[here] = np.maximum((them.a_pick * seconds[here]).astype(np.int64), 60)
        started[here] = them.queue.serve(arrived[here], a_pick[here])
    waited = np.maximum(started - arrived, 0)
    packing = (0.4 * HOUR * chance.lognormal(0.4, count)).astype(np.int64) + 60
    dock = 2 * HOUR * chance.lognormal(0.5, count)
    slow = (warehouse == SLOW_DOCK) & orders["bulky"]
    dock = np.where(slow, dock + plan.size("bottleneck_handoff") * HOUR * chance.lognormal(0.3, count), dock).astype(np.int64)
    extra = missing.flags(plan.size("internal_before_external"), count) & ~slow
    more = ((16 + 18 * missing.uniform(count)) * HOUR).astype(np.int64)
    begun = clocks.due(on, released, waited)
    picked = clocks.due(on, released, waited + a_pick)
    packed = clocks.due(on, released, waited + a_pick + packing)
    within = waited + a_pick + packing + dock
    return orders | {
        "released": released,
        "started": begun,
        "picked": picked,
        "packed": packed,
        "extra": extra,
        "ship_by": clocks.end_of_day(
            np.array([one.country for one in WAREHOUSES])[warehouse], clocks.due(on, placed, _full(20 * HOUR, count))
        ),
        "handed": clocks.due(on, released, within + np.where(extra, more, 0)),
        "in_time": clocks.due(on, released, within),
    }


def _carried(plan: Plan, people: Customers, struck: Flags, clocks: Clocks, chance: Chance, orders: Rows) -> Rows:
    country, warehouse, carrier, handed, count = (
        *(orders[n] for n in ("country", "warehouse", "carrier", "handed")),
        len(orders["placed"]),
    )
    customer, placed = orders["customer"], orders["placed"]
    usual = _usual(warehouse, country)
    hours = usual * chance.lognormal(0.22, count) * (0.94 + 0.03 * carrier)
    since = plan.share(DECAYS_AT)
    worse = np.clip((handed - since) / (8 * WEEK), 0, 1) * (carrier == DECAYING)
    hours = hours + 12 * plan.size("carrier_decay") * worse
    worn = (warehouse == WORN[0]) & (country == WORN[1])
    hours = hours + 12 * plan.size("margin_worn") * worn * (handed - plan.first) / (plan.last - plan.first)
    varies = people.varies[customer]
    hours = np.where(varies, hours + np.where(chance.flags(0.5, count), 14.0, -14.0) + 7, hours)
    hours = np.maximum(np.where(struck[customer] & _strikes(plan, placed), hours + 12 * (LEAST_LATE + 3), hours), 2.0)
    way = (hours * HOUR).astype(np.int64)
    allowed = ((usual * 1.32 + 18 + 12 * worn + 18 * varies) * HOUR).astype(np.int64)
    on = delivery(country)
    promised = clocks.end_of_day(country, clocks.due(on, placed, allowed))
    asked = clocks.due(on, placed, (allowed * (0.7 + 0.5 * chance.uniform(count))).astype(np.int64))
    drive = (0.5 * HOUR * chance.lognormal(0.3, count)).astype(np.int64)
    collected = handed + drive
    delivered = clocks.due(on, collected, way)
    without = clocks.due(on, orders["in_time"] + drive, way)
    lost = chance.flags(0.004, count)
    goes = orders["cancelled"] == NONE
    late = (clocks.local(country, delivered) // DAY) - (clocks.local(country, promised) // DAY)
    known = {
        **{name: np.where(goes, orders[name], NONE) for name in ("released", "started", "picked", "packed", "handed")},
        "collected": np.where(goes, collected, NONE),
        "hub": np.where(goes, clocks.due(on, collected, way // 2), NONE),
        "delivered": np.where(goes & ~lost, delivered, NONE),
    }
    seen = {name: np.where(at < plan.last, at, NONE) for name, at in known.items()}
    return (
        {name: at for name, at in orders.items() if name != "in_time"}
        | seen
        | {
            "promised": promised,
            "requested": clocks.end_of_day(country, asked),
            "late": np.where(goes, np.where(lost, 30, late), 0),
            "caused": goes & ~lost & (delivered > promised) & (without <= promised),
        }
    )


def _struck(plan: Plan, people: Customers, active: Flags) -> Flags:
    """As many as planned of the customers of high value, drawn among those who order so often that five orders come in two months."""
    count = int(plan.size("high_value_repeats"))
    eligible = np.flatnonzero((people.segment <= KEY) & active)
    often = eligible[np.argsort(-people.rate[eligible], kind="stable")][: 3 * count]
    struck = np.zeros(len(people), dtype=np.bool_)
    struck[often[Chance(plan.seed, "struck").order(len(often))][:count]] = True
    return struck


def _strikes(plan: Plan, placed: Ints) -> Flags:
    """Orders of the two months in which nothing comes to some customers in time."""
    return (placed >= plan.share(STRIKES_AT)) & (placed < plan.share(STRIKES_AT) + STRUCK_DAYS * DAY)


def _again(plan: Plan, made: Parcels, due: Flags) -> Sequence[int]:
    """The struck customers with five very late orders or more within sixty days, the last of them struck."""
    orders = made.orders
    rows = np.flatnonzero(due & made.struck[orders.customer] & (orders.late >= LEAST_LATE))
    rows = rows[np.lexsort((orders.placed[rows], orders.customer[rows]))]
    first, last = rows[: max(len(rows) - REPEATS + 1, 0)], rows[REPEATS - 1 :]
    within = (orders.customer[first] == orders.customer[last]) & (orders.placed[last] - orders.placed[first] <= STRUCK_DAYS * DAY)
    found: Sequence[int] = np.unique(orders.customer[last[within & _strikes(plan, orders.placed[last])]]).tolist()
    return found


def _usual(warehouse: Ints, country: Ints) -> Reals:
    """Hours of delivery that a lane usually needs."""
    home = np.array([one.home for one in COUNTRIES])[country] == warehouse
    return np.where(home, 15.0, 27.0) + country % 3


def _full(value: int, count: int) -> Ints:
    return np.full(count, value, dtype=np.int64)


def truth(plan: Plan, made: Parcels) -> Mapping[str, Any]:
    """What is planted here, by truth, and what came of it."""
    orders = made.orders
    due = (orders.cancelled == NONE) & (orders.promised < plan.last)
    broken = due & (orders.late > 0)
    lane = f"{WAREHOUSES[WORN[0]].code}-{COUNTRIES[WORN[1]].code}"
    return {
        "carrier_decay": {"carrier": CARRIERS[DECAYING], "from": day(plan.share(DECAYS_AT)), "weeks": 8},
        "bottleneck_handoff": {"warehouse": WAREHOUSES[SLOW_DOCK].code, "handoff": "packed to handed over", "theme": "damaged"},
        "internal_before_external": {
            "broken": int(broken.sum()),
            "caused": int((broken & orders.caused).sum()),
            "attributable_fraction": round(int((broken & orders.caused).sum()) / max(int(broken.sum()), 1), 4),
        },
        "margin_worn": {"lane": lane},
        "high_value_repeats": {"customers": [f"K{number:07d}" for number in _again(plan, made, due)]},
        "change_by_site": {"warehouse": WAREHOUSES[FASTER].code, "from": day(plan.share(FASTER_AT)), "outcome": "seconds a pick"},
        "disruption": {"warehouse": WAREHOUSES[CLOSED].code, "from": day(plan.share(CLOSED_AT)), "days": CLOSED_DAYS},
        "loyalty_lost": {"chance": dict(zip(SEGMENTS, LEAVES, strict=True)), "answers": "truth/customers.csv"},
        "recovery_uplift": {
            "within 24 h": plan.size("recovery_uplift"),
            "within 72 h": plan.size("recovery_uplift") / 2,
            "rescued": int(orders.rescued.sum()),
        },
    }
