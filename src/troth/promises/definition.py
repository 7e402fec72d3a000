"""The nouns of promises/*.yaml."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from troth.book import Expression, Kind, Part, Role
from troth.sources import Identifier

TAKEN = frozenset({"plan", "gap", "cannot_assign", "of", "known"})


class Fulfilment(Part):
    """By what a promise is kept."""

    event: str = Field(description="Event type that fulfils the promise: delivered; its first occurrence counts")
    claimed_by: Expression | None = Field(
        None, description="Expression that is true where fulfilment is claimed though no instant is on record: order.status = 'delivered'"
    )


class Stage(Part):
    """A stretch of the way from the anchor to fulfilment, for which one role answers."""

    from_: str = Field(alias="from", description="Event type that begins the stage: placed")
    to: str = Field(description="Event type that ends the stage: shipped")
    budget: Expression | None = Field(
        None,
        description="Expression of how long the stage may take, 2d, or of the instant by which it should end, attr(shipping_limit);"
        " without it what the others leave of the due",
    )
    words: str | None = Field(None, description="How pages name the stage: in the warehouse")
    owner: Role | None = Field(None, description="The role that answers for the stage, as company.yaml lists it")


class Pause(Part):
    """A time that counts for nobody: the promisee is waited for, or its system is down."""

    told: ClassVar[frozenset[str]] = frozenset({"words"})
    from_: str = Field(alias="from", description="Event type with which it begins: asked_customer")
    to: str = Field(description="Event type with which it ends: customer_answered")
    of: Identifier | None = Field(None, description="Object type that these events are of, where it is not the subject: customer")
    words: str | None = Field(None, description="How pages name it: waiting for the customer")


class Promise(Part):
    """A promisor owes a promisee a condition by a due instant."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["due"]}, {"required": ["within"]}]})
    # What is said about a promise is no term of it.
    told: ClassVar[frozenset[str]] = frozenset({"words", "owners", "guess"})
    kind: Literal["customer", "internal"] = Field("customer", description="To whom: a customer, or another department (internal)")
    subject: Identifier = Field(description="Object type that the promise is about: order")
    promisor: dict[str, str] = Field({}, description="Who owes: {unit: north} or {role: head_of_logistics}")
    promisee: str | None = Field(None, description="Who is owed: order.customer, or a role")
    words: str = Field(description="How pages name the promise: delivered by the date given")
    anchor: str = Field(description="Event type at which the promise is made: placed; the terms of that instant bind")
    fulfil: Fulfilment = Field(description="By what it is kept: {event: delivered}")
    due: Expression | None = Field(
        None,
        description="Expression of the instant by which it is due: placed + 5d, cutoff(placed, '14:00') + 2wd,"
        " end_of_day(attr(promised_on))",
    )
    within: Expression | None = Field(
        None, description="Expression of how long after the anchor it may take, in place of due: 4wh, 2wd, 2d"
    )
    calendar: Identifier | None = Field(
        None,
        description="The calendar in calendars/ on which working time counts, and whose zone its days are of: service_desk. It has layers"
        " of its own, so that a customer's comes before the unit's",
    )
    pause_while: tuple[Pause, ...] = Field(
        (), description="What stops the clock: [{from: asked_customer, to: customer_answered}, {from: outage, to: restored, of: customer}]"
    )
    void_when: Expression | None = Field(
        None, description="Expression that is true where the promise no longer stands, so that it does not count: order.status = 'canceled'"
    )
    stages: dict[Identifier, Stage] = Field(
        {}, max_length=8, description="The way in stages, to say where delay arose: {warehouse: {from: placed, to: shipped, budget: 2d}}"
    )
    owners: tuple[Role, ...] = Field((), description="The roles that answer for the promise, together: [head_of_sales]")
    guess: str | None = Field(None, description="The evidence on which Troth proposed this promise; remove it to confirm")

    @model_validator(mode="after")
    def due_once(self) -> Promise:
        if (self.due is None) == (self.within is None):
            raise ValueError("say once by when it is due: give 'due' or 'within', and null for the one that another layer gives")
        return self

    @field_validator("stages")
    @classmethod
    def no_name_taken(cls, stages: dict[str, Stage]) -> dict[str, Stage]:
        """An outcome has columns <stage>_from and share_<stage> beside known_from, share_plan, share_gap, share_of."""
        taken = sorted(TAKEN & stages.keys())
        if taken:
            raise ValueError(f"a stage cannot be called '{taken[0]}'; that name is taken by Troth")
        return stages


PROMISES = Kind("promises", Promise, layered=True, fixed=frozenset({"subject", "anchor", "kind"}))
