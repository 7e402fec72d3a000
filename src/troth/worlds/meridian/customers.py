"""Who buys: customers of four segments, whom they sent, the second entries that the CRM holds of them, and their people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from troth.worlds.chance import Chance
from troth.worlds.meridian.names import FIRST, KINDS, LAST, STEMS
from troth.worlds.meridian.places import BRANCHES_OF, COUNTRIES
from troth.worlds.meridian.plan import DAY, Plan
from troth.worlds.sheets import NONE, Flags, Ints, Reals

SEGMENTS = ("strategic", "key", "business", "consumer")
STRATEGIC, KEY, BUSINESS, CONSUMER = range(4)
SHARES = (1, 5, 34, 60)
ORDERS_A_WEEK = (1.5, 0.6, 0.16, 0.07)
FROM_START = 0.6  # of the customers were there when the record begins


@dataclass(frozen=True, slots=True)
class Customers:
    """By customer. since: second of joining. rate: orders a week. sent_by: customer or NONE. varies: deliveries vary, on average on time.

    serviced: has a contract with the branch. treated: drawn by lot for the text before a visit. visits: a year.
    """

    segment: Ints
    country: Ints
    since: Ints
    rate: Reals
    sent_by: Ints
    varies: Flags
    serviced: Flags
    branch: Ints
    treated: Flags
    first: Ints
    last: Ints
    stem: Ints
    kind: Ints
    phone: Ints

    def __len__(self) -> int:
        return len(self.segment)


def customers(plan: Plan) -> Customers:
    """As many as planned, older ones first, so that nobody was sent by one who came later."""
    chance, count = Chance(plan.seed, "customers"), plan.customers
    segment = chance.choice(SHARES, count)
    country = chance.choice([one.weight for one in COUNTRIES], count)
    there = chance.flags(FROM_START, count)
    span = (plan.last - plan.first) // DAY - 14
    since = np.where(there, plan.first - 30 * DAY, plan.first + chance.below(span, count) * DAY + chance.below(DAY, count))
    since.sort(kind="stable")
    rate = np.array(ORDERS_A_WEEK)[segment] * np.minimum(chance.lognormal(0.5, count), 4.0)
    new = since >= plan.first
    sent = new & Chance(plan.seed, "referrals").flags(plan.size("referrals"), count)
    older = Chance(plan.seed, "referrers").uniform(count) * np.searchsorted(since, since - 14 * DAY)
    business = (segment == KEY) | (segment == BUSINESS)
    first_branch = np.cumsum((0, *BRANCHES_OF[:-1]))
    branch = first_branch[country] + (chance.uniform(count) * np.array(BRANCHES_OF)[country]).astype(np.int64)
    return Customers(
        segment,
        country,
        since,
        rate,
        np.where(sent, older.astype(np.int64), NONE),
        business & Chance(plan.seed, "varies").flags(0.25, count),
        chance.flags(0.7, count),
        branch,
        Chance(plan.seed, "lot").flags(0.5, count),
        chance.below(len(FIRST), count),
        chance.below(len(LAST), count),
        chance.below(len(STEMS), count),
        chance.below(len(KINDS), count),
        10_000_000 + chance.order(count),
    )


@dataclass(frozen=True, slots=True)
class Entries:
    """The CRM's rows: which customer each is of, and whether it is the second one. Orders and tickets name one of them."""

    customer: Ints
    second: Flags
    entry_of: Ints
    twin_of: Ints

    def named(self, customer: Ints, by_twin: Flags) -> Ints:
        """The entry that a record names: the second one where there is one and chance says so."""
        twin = self.twin_of[customer]
        return np.where(by_twin & (twin != NONE), twin, self.entry_of[customer])


def entries(plan: Plan, people: Customers) -> Entries:
    """Every customer once, and some a second time, in an order that tells nothing."""
    chance = Chance(plan.seed, "duplicates")
    twice = np.flatnonzero(chance.flags(plan.size("identity_duplicates"), len(people)))
    customer = np.concatenate([np.arange(len(people), dtype=np.int64), twice])
    second = np.arange(len(customer)) >= len(people)
    shuffled = chance.order(len(customer))
    customer, second = customer[shuffled], second[shuffled]
    entry_of = np.full(len(people), NONE, dtype=np.int64)
    twin_of = entry_of.copy()
    places = np.arange(len(customer), dtype=np.int64)
    entry_of[customer[~second]] = places[~second]
    twin_of[customer[second]] = places[second]
    return Entries(customer, second, entry_of, twin_of)


def truth(plan: Plan, people: Customers, crm: Entries) -> Mapping[str, Any]:
    """What is planted here, by truth."""
    return {
        "identity_duplicates": {"entries": len(crm.customer), "customers": len(people), "answers": "truth/entries.csv"},
        "referrals": {"new": int((people.since >= plan.first).sum()), "sent": int((people.sent_by != NONE).sum())},
        "inconsistent_service": {"customers": int(people.varies.sum()), "answers": "truth/customers.csv"},
        "change_randomised": {"drawn": int(people.treated.sum()), "answers": "registers/arms in data"},
    }
