"""Members, their cards, and links between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Verdict = Literal["joined", "review", "refused"]
Method = Literal["decision", "rule", "weight"]


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """An object as its source knows it: the type and the id that facts keep."""

    type: str
    id: str

    def __str__(self) -> str:
        return f"{self.type}:{self.id}"


@dataclass(frozen=True, slots=True)
class Card:
    """What one source says of one object. member: its number in the roll. values: field -> value as it is compared; no blank ones."""

    member: int
    source: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Roll:
    """Everybody of an identity, in the order of type and id, and what the sources say of them.

    sources: in the order of the definition; the first that has a member of a party names it.
    """

    members: tuple[Member, ...]
    cards: tuple[Card, ...]
    sources: tuple[str, ...]

    def number_of(self) -> dict[Member, int]:
        return {member: number for number, member in enumerate(self.members)}


@dataclass(frozen=True, slots=True, order=True)
class Weight:
    """What one field speaks for or against, in bits; how alike the two are, as the field's comparison says it."""

    field: str
    bits: Decimal
    level: str


@dataclass(frozen=True, slots=True)
class Link:
    """A reason to hold two members for one party. low < high: numbers in the roll.

    by: the rule's fields, joined by ' + '; 'weights'; or the number of a decision. rank: of rules, 0 for the surest.
    probability, weights: of a weighed link only. verdict, why: what became of it.
    """

    low: int
    high: int
    method: Method
    by: str
    rank: int = 0
    probability: Decimal | None = None
    weights: tuple[Weight, ...] = ()
    verdict: Verdict = "joined"
    why: str = ""

    @property
    def pair(self) -> tuple[int, int]:
        return self.low, self.high

    @property
    def strength(self) -> tuple[int, int, Decimal, int, int]:
        """Sorts the surest first: decisions, rules as they are listed, then by probability; ties by the members."""
        order = {"decision": 0, "rule": 1, "weight": 2}[self.method]
        return order, self.rank, -(self.probability or Decimal(0)), self.low, self.high


def roll_of(members: Iterable[Member], said: Sequence[tuple[Member, str, Mapping[str, str]]], sources: Sequence[str]) -> Roll:
    """members: all, whether or not a source says more of them than their id. said: member, source, values."""
    listed = tuple(sorted({*members, *(member for member, _, _ in said)}, key=lambda member: (member.type, member.id)))
    number = {member: place for place, member in enumerate(listed)}
    cards = [Card(number[member], source, values) for member, source, values in said]
    cards.sort(key=lambda card: (card.member, card.source, sorted(card.values.items())))
    return Roll(listed, tuple(cards), tuple(sources))
