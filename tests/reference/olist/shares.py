"""Delay shares of broken Olist deliveries by listing every order of the players: plain Python, exact fractions.

The second opinion on `shapley_break`. An order breaks in a world where the stages of a set S take their actual time and
the others the lesser of actual and budget; a player's share is the mean, over all permutations, of what it changes.

    seller  approved -> handed over, until the limit (an instant: time lost before approval is inside it)
    carrier handed over -> delivered, what the limit leaves of the promise
    plan    breaks with every stage on budget: takes all          gap  nothing started: takes all
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import permutations

STAGES = ("seller", "carrier")
FOREVER = timedelta(days=100_000)


@dataclass(frozen=True, slots=True)
class Broken:
    """One broken promise. Instants are naive local; None where the record has none."""

    approved: datetime | None
    handed: datetime | None
    delivered: datetime | None
    limit: datetime | None
    due: datetime


def breaks(order: Broken, actual: frozenset[str]) -> bool:
    """Whether the promise breaks when only the stages in `actual` take their actual time. Needs approval and limit."""
    if order.approved is None or order.limit is None:
        raise ValueError("a counterfactual needs approval and limit")
    on_budget = order.limit
    handed = order.handed if order.handed is not None else on_budget + FOREVER
    end_of_seller = handed if "seller" in actual else min(handed, on_budget)

    residual = max(order.due - order.limit, timedelta(0))
    if order.handed is None:
        carried = residual  # the later stage has not begun: it gets its budget
    elif order.delivered is None:
        carried = FOREVER
    else:
        carried = order.delivered - order.handed
    end = end_of_seller + (carried if "carrier" in actual else min(carried, residual))
    return end > order.due


def shares(order: Broken) -> dict[str, Fraction]:
    """Share of each player; they sum to 1."""
    if order.delivered is None:
        if order.approved is None:
            return {"gap": Fraction(1)}
        if order.limit is None:
            return {"seller" if order.handed is None else "carrier": Fraction(1)}
    elif order.approved is None or order.handed is None or order.limit is None:
        return {"cannot_assign": Fraction(1)}
    if breaks(order, frozenset()):
        return {"plan": Fraction(1)}

    orders_of_players = list(permutations(STAGES))
    borne = dict.fromkeys(STAGES, Fraction(0))
    for players in orders_of_players:
        before: frozenset[str] = frozenset()
        for player in players:
            after = before | {player}
            borne[player] += Fraction(int(breaks(order, after)) - int(breaks(order, before)), len(orders_of_players))
            before = after
    if sum(borne.values()) != 1:
        raise ValueError(f"shares {borne} do not sum to 1: the promise is not broken by its stages")
    return {player: share for player, share in borne.items() if share}
