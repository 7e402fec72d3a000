"""The noun of values/*.yaml."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from troth.book import Expression, Kind, Part, Role
from troth.sources import Identifier
from troth.sources.contracts.contract import FixedDuration


class Value(Part):
    """A value scorecard: what customers brought, what it cost them, what they were promised, and what is still to be expected of them."""

    told: ClassVar[frozenset[str]] = frozenset({"words", "owner"})
    words: str = Field(min_length=1, description="How pages name it: what customers bring")
    of: Identifier = Field(description="Object type of a purchase: order")
    belongs_to: Identifier = Field(description="Object type of the customer that it belongs to: customer")
    event: str = Field(min_length=1, description="Event type with which it was made: placed")
    money: str = Field(min_length=1, description="Kind of the amounts of a purchase, as sources/ name it: order_value")
    where: Expression | None = Field(None, description="Expression that is true of what counts: attr(channel) = 'web'")
    margin: float | None = Field(
        None, gt=0, le=1, description="How much of an amount is left when what it costs to serve is paid: 0.3; without it none is told"
    )
    effort: tuple[Identifier, ...] = Field(
        (), description="Object types each of which cost a customer effort, wherever they are linked: [ticket, return]"
    )
    promises: tuple[Identifier, ...] = Field((), description="The promises to these customers that count: [deliver]")
    horizon: FixedDuration = Field(description="How far ahead purchases are expected: 364d")
    discount: float = Field(ge=0, lt=1, description="By how much a year what comes later counts for less: 0.1; 0 for not at all")
    owner: Role | None = Field(None, description="The role that answers for margin, horizon and discount: head_of_finance")


VALUES = Kind("values", Value)
