"""The nouns of metrics/*.yaml."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, field_validator

from troth.book import Expression, Kind, Part, Role
from troth.sources import Identifier
from troth.sources.contracts.contract import FixedDuration, microseconds

Grain = Literal["day", "week", "month", "quarter", "year"]
SECOND_US = 1_000_000


class IndexPart(Part):
    """One metric of an index."""

    metric: Identifier = Field(description="The metric in metrics/ that counts: late_share")
    weight: Annotated[float, Field(gt=0, le=1)] = Field(description="Its share of the whole; those of all parts sum to 1: 0.4")
    base: Annotated[float, Field(gt=0)] | FixedDuration | None = Field(
        None, description="What of it stands for 100, a target or where it began: 0.08; of a duration 3d. Without it, of the index's period"
    )
    why: str = Field(min_length=1, description="Why it weighs so much: late parcels are why customers leave")

    @property
    def stands(self) -> float | None:
        """The base in the unit of readings: durations in seconds."""
        return microseconds(self.base) / SECOND_US if isinstance(self.base, str) else self.base


class Metric(Part):
    """A measure, declared once and sliced anywhere. Which of the fields a kind takes, and which it needs, is said in metrics/kinds."""

    told: ClassVar[frozenset[str]] = frozenset({"words", "owner", "steward", "better", "pair_with", "productivity", "minimum"})
    kind: Identifier = Field(
        description="How it is counted: ratio, mean, quantile, count, sum, kept, nps; docs/reference/metrics.md has all"
    )
    words: str = Field(min_length=1, description="How pages name it: parcels handed over late")
    of: Identifier | None = Field(None, description="Object type of which each one counts once: order")
    promise: Identifier | None = Field(None, description="In place of `of`: the promise in promises/ whose outcomes count: deliver")
    instrument: str | None = Field(
        None, min_length=1, description="In place of `of`: the instrument of the answers that count, as sources/ name it: stars"
    )
    at: str | None = Field(
        None,
        description="The instant by which each falls into a period: an event, or attr(day). Of a promise: due, made, fulfilled or known"
        " (when the outcome became known); without it due. Of answers: answered or asked; without it answered",
    )
    where: Expression | None = Field(None, description="Expression that is true of what belongs to it: attr(channel) = 'web'")
    value: Expression | None = Field(None, description="Expression of the amount of each: attr(weight), delivered - placed")
    numerator: Expression | None = Field(
        None, description="Expression of what counts, true or false or an amount: handed_over > attr(limit)"
    )
    denominator: Expression | None = Field(
        None, description="Expression of what it is counted by: attr(hours); without it each one counts one"
    )
    from_: str | None = Field(None, alias="from", description="Event type with which a duration begins: opened")
    to: str | None = Field(None, description="Event type with which it ends: solved. Without one on record it lasts still")
    event: str | None = Field(None, description="Event type that counts: placed")
    belongs_to: Identifier | None = Field(
        None, description="Object type that comes back: customer; `of` is what belongs to it, as orders belong to customers"
    )
    calendar: Identifier | None = Field(
        None, description="The calendar in calendars/ on which elapsed(opened, solved) counts working time: desk; as it is for everybody"
    )
    same: Expression | None = Field(None, description="Expression of what shall stay the same from one to the next: attr(agent_team)")
    within: FixedDuration | None = Field(None, description="How long a return, a repeat or a second contact may take to count: 365d, 7d")
    money: str | None = Field(
        None,
        min_length=1,
        description="Kind of the amounts of each `of` that count, as sources/ name it: revenue; an expression calls each `amount`",
    )
    quantile: Annotated[float, Field(gt=0, lt=1)] | None = Field(None, description="Which quantile: 0.95; without it the median")
    scale: tuple[int, int] | None = Field(None, description="The least and the greatest answer: [0, 10]. Answers off it are an error")
    definition: Identifier | None = Field(None, description="Which of the conventions of its kind counts, where these differ: top_two_box")
    parts: tuple[IndexPart, ...] = Field(
        (), description="Of an index, what it is made of: [{metric: late_share, weight: 0.6, base: 0.08, why: they leave}]"
    )
    base: Annotated[str, BeforeValidator(str)] | None = Field(
        None, description="Of an index, the period in which it was 100, for parts without a base of their own: 2026-01, 2026-Q1, 2026"
    )
    better: Literal["higher", "lower"] | None = Field(None, description="Which way is up: higher or lower; null where neither is")
    productivity: bool = Field(False, description="true: it says how much work was done, so that it needs pair_with")
    pair_with: Identifier | None = Field(None, description="The metric about customers that a gain of this one could cost: late_share")
    minimum: int = Field(1, ge=1, description="Cells of fewer are not shown, nor one beside them from which they would follow: 5")
    owner: Role | None = Field(None, description="The role that answers for it: head_of_logistics")
    steward: Role | None = Field(None, description="The role that keeps its definition right: analyst")

    @field_validator("scale")
    @classmethod
    def rising(cls, scale: tuple[int, int] | None) -> tuple[int, int] | None:
        if scale is not None and scale[0] >= scale[1]:
            raise ValueError(f"got {list(scale)}; write the least answer first: [0, 10]")
        return scale


METRICS = Kind("metrics", Metric)
