"""Customers with what they brought, what it cost them and what they were promised; and their sums. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from troth.metrics.valuing.events import Bought, Counted
from troth.metrics.valuing.foreseeing import Foreseen

BANDS = 4


@dataclass(frozen=True, slots=True)
class Sums:
    """purchases: objects of that type with an amount. spent, margin: exact. effort: how often they had to make one. kept, broken, unknown:
    of what fell due.

    expected: days with a purchase within the horizon; worth: what these bring, discounted, the margin of it where one is stated. None where
    no model can be had.
    """

    customers: int
    purchases: int
    spent: Decimal
    margin: Decimal | None
    effort: int
    kept: int
    broken: int
    unknown: int
    expected: float | None
    worth: float | None

    @property
    def brought(self) -> float:
        """What it is worth, or was spent where that cannot be told."""
        return float(self.spent) if self.worth is None else self.worth


@dataclass(frozen=True, slots=True)
class Customer:
    """alive: the chance that it is still a customer; 1 of who bought once, of whom nothing can be told; None of who never bought."""

    name: str
    first: date | None
    last: date | None
    alive: float | None
    sums: Sums


@dataclass(frozen=True, slots=True)
class Band:
    """A quarter of customers by what they are worth, or spent where no model can be had; number: 1 the most."""

    number: int
    sums: Sums


def customers_of(counted: Sequence[Counted], bought: Bought, model: Foreseen | None, margin: float | None) -> tuple[Customer, ...]:
    """Everybody with an event, in the order of their names. model: of those who bought. margin: a share of what is spent."""
    place = {name: at for at, name in enumerate(bought.names)}
    share = None if margin is None else Decimal(str(margin))
    found = []
    for one in counted:
        if one.customer is None:
            continue
        at = place.get(one.customer)
        none = None if model is None else 0.0
        expected = none if model is None or at is None else float(model.worth.purchases[at])
        bring = none if model is None or at is None else float(model.worth.each[at]) * (1.0 if margin is None else margin)
        sums = Sums(
            1, one.purchases, one.spent, None if share is None else one.spent * share, one.effort, one.kept, one.broken, one.unknown,
            expected, bring,
        )  # fmt: skip
        first, last = (None, None) if at is None else (date.fromordinal(int(days[at])) for days in (bought.first, bought.last))
        chance = None if model is None or at is None else float(model.alive[at])
        found.append(Customer(one.customer, first, last, chance, sums))
    return tuple(found)


def summed(found: Sequence[Sums]) -> Sums:
    """Of all together: every column is the sum of its rows."""

    def floats(values: Sequence[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return sum(known) if known else None

    margins = [one.margin for one in found if one.margin is not None]
    return Sums(
        sum(one.customers for one in found), sum(one.purchases for one in found), sum((one.spent for one in found), Decimal(0)),
        sum(margins, Decimal(0)) if margins else None, sum(one.effort for one in found), sum(one.kept for one in found),
        sum(one.broken for one in found), sum(one.unknown for one in found), floats([one.expected for one in found]),
        floats([one.worth for one in found]),
    )  # fmt: skip


def banded(customers: Sequence[Customer]) -> tuple[Band, ...]:
    """Quarters of customers, those who are worth most first; their sums are those of all."""
    ordered = sorted(customers, key=lambda one: (-one.sums.brought, one.name))
    cuts = [len(ordered) * at // BANDS for at in range(BANDS + 1)]
    parts = [ordered[first:last] for first, last in pairwise(cuts)]
    return tuple(Band(number, summed([one.sums for one in part])) for number, part in enumerate(parts, 1) if part)
