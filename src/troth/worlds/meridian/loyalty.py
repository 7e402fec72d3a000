"""Who stays: complaints of what came late, help that comes in time or does not, and customers who leave for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from troth.worlds.chance import Chance
from troth.worlds.meridian.changes import first_reply
from troth.worlds.meridian.customers import Customers
from troth.worlds.meridian.places import Clocks, desk
from troth.worlds.meridian.plan import DAY, HOUR, Plan
from troth.worlds.sheets import NONE, Flags, Ints, Reals

LEAVES = (0.06, 0.10, 0.25, 0.35)  # by segment, of those whose promise was broken beyond the knee
LEAVE_A_WEEK = 0.0015
Rows = dict[str, Any]


def answered(plan: Plan, people: Customers, clocks: Clocks, leaving: Chance, orders: Rows, left: Ints) -> Rows:
    """The week's orders with who complains of what came late, and when it is solved; `left` learns who leaves for good, and when."""
    customer, promised, late, count = orders["customer"], orders["promised"], orders["late"], len(orders["late"])
    broken = late > 0
    on = desk(orders["country"])
    opened = clocks.due(on, promised, (4 * HOUR * leaving.exponential(count)).astype(np.int64) + 300)
    slow = leaving.choice((45, 35, 20), count)
    hours = np.array((3.0, 14.0, 45.0))[slow] * leaving.lognormal(0.4, count)
    replied = first_reply(plan, clocks, leaving, orders["country"], opened)
    solved = np.maximum(replied, clocks.due(on, opened, (hours * HOUR).astype(np.int64)))
    complains = broken & leaving.flags(0.65, count) & (opened < plan.last)
    segment = people.segment[customer]
    harmed = broken & (late > plan.size("tolerance_knee"))
    goes = harmed & leaving.flags(_each(LEAVES, segment) * plan.size("loyalty_lost"), count)
    soon: Reals = np.where(solved - opened <= DAY, 1.0, np.where(solved - opened <= 3 * DAY, 0.5, 0.0))
    rescued = goes & complains & leaving.flags(plan.size("recovery_uplift") * soon, count)
    at = np.where(complains, solved, promised + DAY)
    who = goes & ~rescued
    np.minimum.at(left, customer[who], at[who])
    return orders | {
        "complained": np.where(complains, opened, NONE),
        "replied": np.where(complains, replied, NONE),
        "solved": np.where(complains & (solved < plan.last), solved, NONE),
        "rescued": rescued,
    }


def fading(plan: Plan, people: Customers, leaving: Chance, active: Flags, left: Ints, start: int) -> None:
    """`left` learns who leaves in a week for no reason, or since no delivery is like the one before."""
    who = np.flatnonzero(active)
    rates = np.where(people.varies[who], LEAVE_A_WEEK + plan.size("inconsistent_service"), LEAVE_A_WEEK)
    goes = leaving.flags(rates, len(who))
    np.minimum.at(left, who[goes], start + 7 * DAY)


def _each(values: Sequence[float], places: Ints) -> Reals:
    return np.array(values, dtype=np.float64)[places]
