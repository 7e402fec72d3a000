"""The web shop, a business of its own: shoppers who come back until they do not, and visitors who only look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from troth.worlds.chance import Chance
from troth.worlds.meridian.plan import DAY, Plan
from troth.worlds.sheets import NONE, Flags, Ints

WEEK = 7 * DAY
LONG_DAYS = 4
ORDERS_OF_VISITORS = 0.08


@dataclass(frozen=True, slots=True)
class Web:
    """Purchases in the order of time. left: by shopper, the second of the last purchase of those who are gone, NONE of the others."""

    shopper: Ints
    bought: Ints
    cents: Ints
    left: Ints


def web(plan: Plan) -> Web:
    """Shoppers as the BG/NBD model has them: rates are gamma of shape 2, and after each purchase a chance, beta of 1 and b, of being gone.

    Source: Fader, Hardie and Lee (2005), "Counting your customers" the easy way.
    """
    chance, count = Chance(plan.seed, "shoppers"), plan.customers
    rate = chance.gamma2(count) * plan.size("purchase_rate") / 2 / WEEK
    drops = plan.size("dropout")
    gone_after = chance.beta1(1 / drops - 1, count) if 0 < drops < 1 else np.full(count, float(drops))
    at = plan.first + (chance.uniform(count) * (plan.share(0.5) - plan.first)).astype(np.int64)
    left = np.full(count, NONE, dtype=np.int64)
    live = np.arange(count)
    shopper, bought = [live], [at]
    while len(live):
        wait = np.minimum(chance.exponential(len(live)) / np.maximum(rate[live], 1e-12), 1e10).astype(np.int64) + 1
        at = at + wait
        inside = at < plan.last
        live, at = live[inside], at[inside]
        shopper.append(live)
        bought.append(at)
        goes = chance.flags(gone_after[live], len(live))
        left[live[goes]] = at[goes]
        live, at = live[~goes], at[~goes]
    who, when = np.concatenate(shopper), np.concatenate(bought)
    order = np.argsort(when, kind="stable")
    spends = 2_000 + 3_000 * chance.gamma2(count)
    cents = (spends[who] * chance.lognormal(0.4, len(who))).astype(np.int64)
    return Web(who[order], when[order], cents[order], left)


@dataclass(frozen=True, slots=True)
class Sessions:
    """Visits to the site. days: the delivery time that was shown. ordered: whether the visitor bought."""

    visitor: Ints
    began: Ints
    pages: Ints
    days: Ints
    ordered: Flags


def sessions(plan: Plan) -> Sessions:
    """Who looks at the site, what delivery it was shown, and whether an order came of it."""
    chance = Chance(plan.seed, "sessions")
    count = plan.customers * plan.months * 3 // 4
    began = np.sort(plan.first + (chance.uniform(count) * (plan.last - plan.first)).astype(np.int64), kind="stable")
    days = 1 + chance.choice((6, 16, 22, 20, 14, 10, 7, 5), count)
    buys = np.where(days > LONG_DAYS, ORDERS_OF_VISITORS * (1 - min(plan.size("visitors_lost"), 1)), ORDERS_OF_VISITORS)
    return Sessions(
        chance.below(plan.customers * 6, count), began, 1 + chance.poisson(np.full(count, 3.0)), days, chance.flags(buys, count)
    )


def truth(plan: Plan, shop: Web) -> Mapping[str, Any]:
    """What is planted here, by truth."""
    drops = plan.size("dropout")
    return {
        "purchase_rate": {"r": 2, "alpha_weeks": round(2 / plan.size("purchase_rate"), 4) if plan.size("purchase_rate") else None},
        "dropout": {
            "a": 1,
            "b": round(1 / drops - 1, 4) if 0 < drops < 1 else None,
            "gone": int((shop.left != NONE).sum()),
            "answers": "truth/shoppers.csv",
        },
        "visitors_lost": {"longer_than_days": LONG_DAYS, "usual_share_of_orders": ORDERS_OF_VISITORS},
    }
