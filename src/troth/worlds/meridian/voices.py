"""What customers say: answers about parcels, tickets, the yearly talks with accounts, and branch by branch how they see Meridian."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from troth.worlds.chance import Chance
from troth.worlds.meridian.changes import first_reply
from troth.worlds.meridian.customers import BUSINESS, Customers
from troth.worlds.meridian.names import THEMES
from troth.worlds.meridian.parcels import SLOW_DOCK, Orders
from troth.worlds.meridian.places import Clocks, desk
from troth.worlds.meridian.plan import DAY, HOUR, Plan
from troth.worlds.sheets import NONE, Flags, Ints

DAMAGED = THEMES.index("damaged")
WHERE = THEMES.index("where is it")
LONG_WAIT = 8 * HOUR
DRIVERS = ("ordering", "delivery", "price")
ROLES = ("end user", "procurement")


@dataclass(frozen=True, slots=True)
class Answers:
    """About parcels. order: its place. asked, answered: seconds. stars: 1 to 5. effort: 1 to 7, high is easy."""

    order: Ints
    asked: Ints
    answered: Ints
    stars: Ints
    effort: Ints


def answers(plan: Plan, orders: Orders) -> Answers:
    """The survey goes out on the evening of the promised day, whether or not anything has arrived."""
    chance, count = Chance(plan.seed, "answers"), len(orders)
    asked = orders.promised - 5 * HOUR
    answered = asked + (0.6 * DAY * chance.exponential(count)).astype(np.int64) + 120
    replies = (orders.cancelled == NONE) & chance.flags(0.35, count) & (answered < plan.last)
    waiting = (orders.delivered == NONE) | (orders.delivered > answered)
    stars = 4.15 - 0.35 * (orders.late > 0) - plan.size("survey_too_early") * waiting + 0.75 * chance.normal(count)
    effort = 5.3 - 0.6 * (orders.late > 0) + 1.0 * chance.normal(count)
    which = np.flatnonzero(replies)
    return Answers(
        which,
        asked[which],
        answered[which],
        np.clip(np.rint(stars[which]), 1, 5).astype(np.int64),
        np.clip(np.rint(effort[which]), 1, 7).astype(np.int64),
    )


@dataclass(frozen=True, slots=True)
class Tickets:
    """order: its place. theme: of THEMES. first: the first answer. Instants in seconds, NONE where it has not happened."""

    order: Ints
    theme: Ints
    opened: Ints
    first: Ints
    solved: Ints
    reopened: Ints
    satisfied: Ints


def tickets(plan: Plan, orders: Orders, clocks: Clocks) -> Tickets:
    """Complaints of what is late, of what was damaged on a dock where it stood too long, and all else that people write."""
    chance, count = Chance(plan.seed, "tickets"), len(orders)
    stood = clocks.elapsed(desk(orders.country), orders.packed.clip(plan.first), orders.handed.clip(plan.first))
    arrived = orders.delivered != NONE
    long = arrived & (orders.warehouse == SLOW_DOCK) & orders.bulky & (stood > LONG_WAIT) & (plan.size("bottleneck_handoff") > 0)
    damaged = arrived & chance.flags(np.where(long, 0.12, 0.01), count)
    other = arrived & chance.flags(0.06, count)
    kind = 2 + chance.choice((14, 22, 16, 12, 18, 18), count)
    first_late = orders.complained != NONE
    order = np.concatenate([np.flatnonzero(first_late), np.flatnonzero(damaged), np.flatnonzero(other)])
    theme = np.concatenate([_of(WHERE, first_late), _of(DAMAGED, damaged), kind[other]])
    after = clocks.due(
        desk(orders.country), orders.delivered.clip(plan.first), (12 * HOUR * chance.exponential(count)).astype(np.int64) + 600
    )
    opened = np.concatenate([orders.complained[first_late], after[damaged], after[other]])
    rows = np.argsort(opened, kind="stable")
    rows = rows[opened[rows] < plan.last]
    order, theme, opened = order[rows], theme[rows], opened[rows]
    on, many = desk(orders.country[order]), len(order)
    first = np.where(theme == WHERE, orders.replied[order], first_reply(plan, clocks, chance, orders.country[order], opened))
    takes = (HOUR * 16 * chance.lognormal(0.8, many)).astype(np.int64)
    solved = np.where(theme == WHERE, orders.solved[order], clocks.due(on, first, takes))
    again = chance.flags(0.07, many) & (solved != NONE)
    reopened = np.where(again, solved + (2 * DAY * chance.exponential(many)).astype(np.int64) + HOUR, NONE)
    happy = chance.flags(np.where(again, 0.35, 0.75), many)
    satisfied = np.where(chance.flags(0.3, many), happy, NONE)
    return Tickets(
        order,
        theme,
        opened,
        _past(plan, first),
        _past(plan, solved),
        _past(plan, reopened),
        np.where(_past(plan, solved) == NONE, NONE, satisfied),
    )


@dataclass(frozen=True, slots=True)
class Talks:
    """Answers of people at accounts, by quarter. contact: its place. driver: of DRIVERS. score: 1 to 10."""

    contact: Ints
    quarter: Ints
    driver: Ints
    score: Ints


@dataclass(frozen=True, slots=True)
class Contacts:
    """People at business customers. role: of ROLES. first, last: places of names."""

    customer: Ints
    role: Ints
    first: Ints
    last: Ints


def contacts(plan: Plan, people: Customers) -> Contacts:
    """At every business customer somebody who buys and somebody who uses; at larger ones several of these."""
    chance = Chance(plan.seed, "contacts")
    firms = np.flatnonzero(people.segment <= BUSINESS)
    users = np.where(people.segment[firms] < BUSINESS, 3, 1)
    customer = np.concatenate([np.repeat(firms, users), firms])
    role = (np.arange(len(customer)) >= users.sum()).astype(np.int64)
    return Contacts(customer, role, chance.below(50, len(customer)), chance.below(50, len(customer)))


def talks(plan: Plan, people: Customers, whom: Contacts) -> Talks:
    """Every quarter, people of strategic and key customers are asked how they find ordering, delivery and price."""
    chance, quarters = Chance(plan.seed, "talks"), plan.months // 3
    asked = np.flatnonzero(people.segment[whom.customer] < BUSINESS)
    contact, quarter, driver = (
        grid.reshape(-1) for grid in np.meshgrid(asked, np.arange(quarters), np.arange(len(DRIVERS)), indexing="ij")
    )
    replies = chance.flags(0.5, len(contact))
    score = 7.0 + 1.3 * chance.normal(len(contact)) - plan.size("end_users_disagree") * ((whom.role[contact] == 0) & (driver == 0))
    rounded = np.clip(np.rint(score), 1, 10).astype(np.int64)
    return Talks(contact[replies], quarter[replies], driver[replies], rounded[replies])


def _of(theme: int, which: Flags) -> Ints:
    return np.full(int(which.sum()), theme, dtype=np.int64)


def _past(plan: Plan, at: Ints) -> Ints:
    return np.where(at < plan.last, at, NONE)


def truth() -> Mapping[str, Any]:
    """What is planted here, by truth."""
    return {
        "survey_too_early": {"asked": "at seven in the evening of the promised day"},
        "end_users_disagree": {"driver": DRIVERS[0], "lower": ROLES[0]},
    }
