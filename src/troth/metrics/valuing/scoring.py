"""Customers with what they brought, what it cost them and what they were promised; and their sums. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from troth.metrics.valuing.events import Event
from troth.metrics.valuing.foreseeing import Days, Foreseen

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


def days_of(events: Mapping[str, Sequence[Event]]) -> Days:
    """What each customer spent on each day with a purchase."""
    found: dict[str, dict[date, Decimal]] = {}
    for name, each in events.items():
        for one in each:
            if one.what == "purchase" and one.at is not None and one.amount is not None:
                of = found.setdefault(name, {})
                of[one.at.date()] = of.get(one.at.date(), Decimal(0)) + one.amount
    return found


def customers_of(events: Mapping[str, Sequence[Event]], model: Foreseen | None, margin: float | None) -> tuple[Customer, ...]:
    """Everybody with an event, in the order of their names. model: of those who bought. margin: a share of what is spent."""
    days = days_of(events)
    place = {} if model is None else {name: at for at, name in enumerate(model.names)}
    share = None if margin is None else Decimal(str(margin))
    found = []
    for name, each in events.items():
        own, at = sorted(days.get(name, {})), place.get(name)
        spent = sum(days.get(name, {}).values(), Decimal(0))
        states = [one.state for one in each if one.what == "promise"]
        none = None if model is None else 0.0
        expected = none if model is None or at is None else float(model.worth.purchases[at])
        bring = none if model is None or at is None else float(model.worth.each[at]) * (1.0 if margin is None else margin)
        bought = {one.id for one in each if one.what == "purchase"}
        sums = Sums(
            1, len(bought), spent, None if share is None else spent * share, sum(one.what == "effort" for one in each),
            states.count("kept"), states.count("broken"), states.count("unknown"), expected, bring,
        )  # fmt: skip
        chance = None if model is None or at is None else float(model.alive[at])
        found.append(Customer(name, own[0] if own else None, own[-1] if own else None, chance, sums))
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
