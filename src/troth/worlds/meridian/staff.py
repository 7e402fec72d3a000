"""The people of the branches as groups: how they feel, what it does to customers and revenue, and what bonus is paid for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from troth.worlds.chance import Chance
from troth.worlds.meridian.places import BRANCHES, Branches
from troth.worlds.meridian.plan import Plan
from troth.worlds.sheets import Flags, Ints, Reals

USUAL_ATTITUDE, USUAL_IMPRESSION = 65.0, 60.0
CUSTOMERS_FOLLOW, REVENUE_FOLLOWS = 2, 1  # months
HEARTLESS, HEARTLESS_AT, HEARTLESS_MONTHS = 17, 0.4, 8
PANEL = 30  # customers asked a month and branch


@dataclass(frozen=True, slots=True)
class Staff:
    """By branch and month. revenue: cents. push: how hard volume was pushed, in standard deviations. by_volume: of branches."""

    attitude: Reals
    impression: Reals
    revenue: Ints
    push: Reals
    by_volume: Flags


def staff(plan: Plan, units: Branches) -> Staff:
    """A chain in which each link may be taken out by itself."""
    chance = Chance(plan.seed, "staff")
    months = plan.months
    attitude = USUAL_ATTITUDE + 4 * _persistent(chance, 0.5, months)
    falls = _ramp(months, int(months * HEARTLESS_AT), HEARTLESS_MONTHS)
    attitude[HEARTLESS] -= plan.size("losing_heart") * falls
    moved = plan.size("attitude_to_impression") * (_lagged(attitude, CUSTOMERS_FOLLOW) - USUAL_ATTITUDE)
    own = 3 * chance.normal(BRANCHES)
    above = moved + 1.2 * _square(chance, months)
    impression = np.clip(USUAL_IMPRESSION + own[:, None] + above, 0, 100)
    growth = 0.002 + plan.size("impression_to_revenue") / 100 * _lagged(above, REVENUE_FOLLOWS) + 0.004 * _square(chance, months)
    revenue = np.zeros((BRANCHES, months), dtype=np.int64)
    now = (2_000_000 + 90_000 * units.staff + chance.below(400_000, BRANCHES)).astype(np.float64)
    for month in range(months):
        now = now * (1 + np.clip(growth[:, month], -0.2, 0.2))
        revenue[:, month] = now.astype(np.int64) * 100
    lot = Chance(plan.seed, "bonus").order(BRANCHES)
    return Staff(np.clip(attitude, 0, 100), impression, revenue, _persistent(Chance(plan.seed, "push"), 0.4, months), lot < BRANCHES // 2)


def _square(chance: Chance, months: int) -> Reals:
    return chance.normal(BRANCHES * months).reshape(BRANCHES, months)


def _persistent(chance: Chance, kept: float, months: int) -> Reals:
    """Standard normal by branch and month, each month holding some of the one before."""
    fresh, rest = _square(chance, months), float(np.sqrt(1 - kept * kept))
    for month in range(1, months):
        fresh[:, month] = kept * fresh[:, month - 1] + rest * fresh[:, month]
    return fresh


def _lagged(values: Reals, months: int) -> Reals:
    """What was so many months before; the first month's for those that have none."""
    places = np.maximum(np.arange(values.shape[1]) - months, 0)
    return values[:, places]


def _ramp(months: int, start: int, length: int) -> Reals:
    return np.clip((np.arange(months) - start) / length, 0, 1)


def truth(plan: Plan, units: Branches, made: Staff) -> Mapping[str, Any]:
    """What is planted here, by truth."""
    return {
        "losing_heart": {"branch": units.names[HEARTLESS], "from_month": int(plan.months * HEARTLESS_AT), "months": HEARTLESS_MONTHS},
        "attitude_to_impression": {"lag_months": CUSTOMERS_FOLLOW},
        "impression_to_revenue": {"lag_months": REVENUE_FOLLOWS},
        "wrong_incentive": {"branches": [name for name, volume in zip(units.names, made.by_volume.tolist(), strict=True) if volume]},
    }
