"""The nouns of promises/*.yaml."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from troth.book import Expression, Kind, Part, Role
from troth.kernel.instant import DAY_US
from troth.promises.risk.definition import AtRisk
from troth.sources import Identifier
from troth.sources.contracts.contract import FixedDuration, microseconds

Monthday = Annotated[int, Field(ge=1, le=31)]
TAKEN = frozenset({"plan", "gap", "cannot_assign", "of", "known"})


class Amount(Part):
    """How much must come, and which part of what comes counts."""

    each: Expression = Field(description="Expression, on the object that `of` names, of how much each of them brings: attr(units)")
    reach: Expression = Field(description="Expression of how much must come: attr(quantity)")
    early: Expression | None = Field(
        None,
        description="Expression of how long before the due what comes begins to count: 24h; without it all that comes counts",
    )
    short: Expression | None = Field(None, description="Expression of the share that may be missing: 10%")
    over: Expression | None = Field(None, description="Expression of the share that may come too much: 0%. Without it any amount may")


class Component(Part):
    """One promise that must be kept so that the whole is."""

    promise: Identifier = Field(description="The name of the promise: on_time")
    of: Identifier | None = Field(
        None, description="Object type that it is about, where it is not the subject: line; all of them that belong to the subject count"
    )


class Fulfilment(Part):
    """By what a promise is kept."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["event"]}, {"required": ["all_of"]}]})
    event: str | None = Field(None, description="Event type that fulfils the promise: delivered; its first occurrence counts")
    of: Identifier | None = Field(
        None,
        description="Object type whose event it is, where it is not the subject's own: parcel; the first of those that belong to it counts",
    )
    all: Identifier | None = Field(
        None,
        description="Object type of which every one that belongs to the subject must have had the event: item. Of none it is never true",
    )
    absent: bool = Field(False, description="True where the event must not happen from the anchor to the due: no call-back within 7 days")
    amount: Amount | None = Field(
        None, description="How much must have come, of what `of` names: {each: attr(units), reach: attr(quantity)}"
    )
    where: Expression | None = Field(
        None,
        description="Expression that must be true of what came; where it is not, the promise is broken by what came: attr(defects) = 0",
    )
    all_of: tuple[Component, ...] = Field(
        (), description="The promises that must all be kept, in place of an event: [on_time, {promise: in_full, of: line}]"
    )
    claimed_by: Expression | None = Field(
        None, description="Expression that is true where fulfilment is claimed though no instant is on record: order.status = 'delivered'"
    )

    @field_validator("all_of", mode="before")
    @classmethod
    def names(cls, listed: object) -> object:
        """A bare name is a promise about the same subject."""
        return [{"promise": one} if isinstance(one, str) else one for one in listed] if isinstance(listed, list) else listed

    @model_validator(mode="after")
    def one_way(self) -> Fulfilment:
        if (self.event is None) == (not self.all_of):
            raise ValueError("say once by what it is kept: give 'event' or 'all_of'")
        given = [name for name in ("of", "all", "absent", "amount", "where") if getattr(self, name)]
        if self.all_of and given:
            raise ValueError(f"'{given[0]}' belongs into the promises that 'all_of' names")
        if self.of is not None and self.all is not None:
            raise ValueError("give 'of', the first that comes, or 'all', every one; not both")
        if self.absent and (wrong := [name for name in ("all", "amount", "where", "claimed_by") if getattr(self, name)]):
            raise ValueError(f"what must not happen has no '{wrong[0]}'")
        if self.amount is not None and (self.of is None or self.where is not None):
            raise ValueError("an 'amount' needs 'of', the objects that bring it, and takes no 'where'")
        return self

    @property
    def what(self) -> str:
        """The event that says in a word what came; of promises that are kept by others, that they were kept."""
        return self.event or "kept"


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


class Objective(Part):
    """How many of what falls due shall be kept. The others are the budget of broken promises."""

    kept: float = Field(gt=0, lt=1, description="The share of what falls due that shall be kept: 0.95")
    over: FixedDuration = Field("28d", description="The window over which it counts, in whole days: 28d, 4w")

    @field_validator("over")
    @classmethod
    def whole_days(cls, over: str) -> str:
        if microseconds(over) % DAY_US or not microseconds(over):
            raise ValueError(f"got '{over}'; write whole days: 28d, 4w")
        return over

    @property
    def share(self) -> Fraction:
        """The share that shall be kept, exactly as it is written."""
        return Fraction(str(self.kept))

    @property
    def days(self) -> int:
        return microseconds(self.over) // DAY_US


class Promise(Part):
    """A promisor owes a promisee a condition by a due instant."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["due"]},
                {"required": ["within"]},
                {
                    "properties": {"fulfil": {"description": "By other promises, the latest of whose dues it has", "required": ["all_of"]}},
                    "required": ["fulfil"],
                },
            ]
        }
    )
    # What is said about a promise is no term of it.
    told: ClassVar[frozenset[str]] = frozenset({"words", "objective", "at_risk", "owners", "guess"})
    kind: Literal["customer", "internal", "contract", "goal"] = Field(
        "customer",
        description="What it is: a word to a customer, to another department (internal), a duty of a contract, or a goal that somebody set",
    )
    subject: Identifier = Field(description="Object type that the promise is about: order")
    promisor: dict[str, str] = Field({}, description="Who owes: {unit: north} or {role: head_of_logistics}")
    promisee: str | None = Field(None, description="Who is owed: order.customer, or a role")
    words: str = Field(description="How pages name the promise: delivered by the date given")
    anchor: str = Field(description="Event type at which the promise is made: placed; the terms of that instant bind")
    every: Literal["day", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] | Monthday | None = Field(
        None,
        description="How often it falls due again from the anchor on: friday, day, or 15 for that day of each month. Each turn is a"
        " promise of its own, kept by the event between the turn before and its own day's end",
    )
    until: str | None = Field(None, description="Event type after which it comes no more: contract_ended; without it it goes on")
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
    objective: Objective | None = Field(
        None, description="How many shall be kept, so that there is a budget of broken ones: {kept: 0.95, over: 28d}"
    )
    at_risk: AtRisk = Field(
        AtRisk(), description="When an open one is at risk, and by which lanes that is told: {above: 0.5, by: [attr(carrier)], refresh: 7d}"
    )
    owners: tuple[Role, ...] = Field((), description="The roles that answer for the promise, together: [head_of_sales]")
    guess: str | None = Field(None, description="The evidence on which Troth proposed this promise; remove it to confirm")

    @model_validator(mode="after")
    def due_once(self) -> Promise:
        given = (self.due is not None) + (self.within is not None)
        if given != 1 and not (given == 0 and (self.fulfil.all_of or self.every is not None)):
            raise ValueError("say once by when it is due: give 'due' or 'within', and null for the one that another layer gives")
        if self.every is None and self.until is not None:
            raise ValueError("'until' says how long it comes again: give 'every', too")
        plain = self.fulfil.event is not None and not (self.fulfil.of or self.fulfil.all or self.fulfil.absent)
        if self.every is not None and (self.stages or self.pause_while or not plain):
            raise ValueError("what comes again is kept by an event of its own, and has no stages and no pauses")
        if self.fulfil.absent and self.stages:
            raise ValueError("what must not happen has no stages on its way")
        return self

    @field_validator("stages")
    @classmethod
    def no_name_taken(cls, stages: dict[str, Stage]) -> dict[str, Stage]:
        """An outcome has columns <stage>_from and share_<stage> beside known_from, share_plan, share_gap, share_of."""
        taken = sorted(TAKEN & stages.keys())
        if taken:
            raise ValueError(f"a stage cannot be called '{taken[0]}'; that name is taken by Troth")
        return stages


PROMISES = Kind("promises", Promise, layered=True, fixed=frozenset({"subject", "anchor", "kind", "every", "until"}))
