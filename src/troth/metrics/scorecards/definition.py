"""The nouns of goals/*.yaml and scorecards/*.yaml."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from troth.book import Kind, Part, Role
from troth.metrics.definition import SECOND_US, Grain
from troth.sources import Identifier
from troth.sources.contracts.contract import FixedDuration, microseconds


def _as_text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


Day = Annotated[
    str, BeforeValidator(_as_text), Field(pattern=r"^\d{4}-\d\d-\d\d$"), WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"})
]


class Goal(Part):
    """What a role set out to reach with a metric by a day. What a goal must say to be one is held by lint, not by the model."""

    told: ClassVar[frozenset[str]] = frozenset({"words", "owner"})
    words: str = Field(min_length=1, description="How pages name it: 95 of 100 parcels by the day given")
    metric: Identifier | None = Field(None, description="The metric in metrics/ by which it is measured: delivered_in_time")
    target: float | FixedDuration | None = Field(None, description="What it shall reach, in the metric's unit: 0.95; of a duration 3d, 12h")
    for_: dict[str, str] = Field({}, alias="for", description="Only what has these values counts: {warehouse: HAM}")
    grain: Grain = Field(
        "month", description="Over which periods it is measured: day, week, month, quarter, year; the last whole one counts"
    )
    since: Day | None = Field(None, description="The day from which on it holds: 2026-01-01; the period before it is where it begins")
    by: Day | None = Field(None, description="The day by which it shall be reached: 2026-06-30")
    serves: Identifier | None = Field(
        None, description="The goal or the promise that it serves, so that each can be followed to a customer: deliver"
    )
    owner: Role | None = Field(None, description="The role that answers for it: head_of_logistics")

    @property
    def wanted(self) -> float | None:
        """The target in the unit of readings: durations in seconds."""
        return microseconds(self.target) / SECOND_US if isinstance(self.target, str) else self.target


class Item(Part):
    """One line of a scorecard."""

    goal: Identifier = Field(description="The goal in goals/ that it weighs: more_in_time")
    weight: float = Field(gt=0, description="How much it weighs beside the others: 3")
    why: str = Field(min_length=1, description="Why it weighs so much: late parcels are why customers leave")


class Scorecard(Part):
    """What a role is judged by."""

    told: ClassVar[frozenset[str]] = frozenset({"words"})
    words: str = Field(min_length=1, description="How pages name it: logistics")
    role: Role = Field(description="Whose it is: head_of_logistics")
    leader: bool = Field(True, description="false: the role leads nobody, so that no goal about customers who come back is asked of it")
    items: tuple[Item, ...] = Field(
        min_length=1, description="What it weighs: [{goal: more_in_time, weight: 3, why: late parcels drive them away}]"
    )

    @model_validator(mode="after")
    def each_once(self) -> Scorecard:
        names = [item.goal for item in self.items]
        double = next((name for name in names if names.count(name) > 1), None)
        if double:
            raise ValueError(f"the goal '{double}' stands here twice")
        return self


GOALS = Kind("goals", Goal)
SCORECARDS = Kind("scorecards", Scorecard)
