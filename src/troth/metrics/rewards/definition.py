"""The nouns of rewards/*.yaml."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from troth.book import Kind, Part, Role
from troth.engines.comparing.luck import Side
from troth.metrics.definition import SECOND_US, Grain
from troth.metrics.scorecards.definition import Day
from troth.sources import Identifier
from troth.sources.contracts.contract import FixedDuration, microseconds

Approver = Literal["manager", "admin"]
Account = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Bound = float | FixedDuration


class Threshold(Part):
    """A metric and what it has to reach: from above or from below, whichever way is better."""

    metric: Identifier = Field(description="The metric in metrics/, a share or an average: arrived_in_time")
    at_least: Bound | None = Field(None, description="Where higher is better, what has to be reached, in the metric's unit: 0.95")
    at_most: Bound | None = Field(None, description="Where lower is better, likewise: 0.05; of a duration 3d, 12h")

    @model_validator(mode="after")
    def one_side(self) -> Threshold:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("write either 'at_least', where higher is better, or 'at_most', where lower is")
        return self

    @property
    def side(self) -> Side:
        """Where the good ones lie."""
        return "above" if self.at_least is not None else "below"

    @property
    def bound(self) -> float:
        """In the unit of readings: durations in seconds."""
        said = self.at_least if self.at_least is not None else self.at_most
        assert said is not None
        return microseconds(said) / SECOND_US if isinstance(said, str) else said


class Reward(Threshold):
    """What teams are rewarded for: their outcome over one closed cycle, and a person who says yes."""

    told: ClassVar[frozenset[str]] = frozenset({"words", "owner"})
    words: str = Field(min_length=1, description="How pages name it: branches that keep their windows")
    by: str = Field(min_length=1, description="What a team is: a dimension, branch, or an expression, visit.branch")
    cycle: Grain = Field("quarter", description="Over which periods teams are looked at, each once it is over: month, quarter, year")
    since: Day = Field(description="The first day whose cycles are rewarded: 2026-01-01; those before it are for the back-test alone")
    level: float = Field(0.95, gt=0.5, lt=1, description="Of the interval whose near limit has to reach the threshold: 0.95")
    least: int = Field(30, ge=2, le=1_000_000, description="Of fewer cases no team is proposed: 30")
    counter: Threshold | None = Field(
        None, description="What customers get and a reward must not cost them, by its value: {metric: called_back, at_most: 0.1}"
    )
    person: str | None = Field(
        None, min_length=1, description="The expression that reads who of the staff did what is counted: visit.technician"
    )
    approved_by: Approver = Field("admin", description="The least role of an account that may approve: manager or admin")
    accounts: tuple[Account, ...] = Field((), description="Only these accounts may, by their ids; without any all of that role")
    owner: Role | None = Field(None, description="The role that answers for the rule: head_of_people")


REWARDS = Kind("rewards", Reward)
