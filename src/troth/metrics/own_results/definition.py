"""The nouns of results/*.yaml."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from troth.book import Kind, Part, Role
from troth.metrics.definition import Grain
from troth.sources import Identifier


class OwnResults(Part):
    """Which metrics somebody sees of their own, each closed cycle, beside those of their team."""

    told: ClassVar[frozenset[str]] = frozenset({"words"})
    words: str = Field(min_length=1, description="How the page names it: answering tickets")
    person: str = Field(min_length=1, description="The expression that reads the person from what is counted: ticket.agent")
    team: str = Field(min_length=1, description="The expression, or the dimension, that reads the person's team from it: agent.team")
    metrics: tuple[Identifier, ...] = Field(
        min_length=1, description="The metrics in metrics/ that are shown, each productivity metric with its pair: [solve, solved_again]"
    )
    cycle: Grain = Field(
        "month", description="Over which periods results come, the day after each is over: day, week, month, quarter, year"
    )
    least: int = Field(10, ge=2, le=10_000, description="Of fewer units than this an own result cannot be said yet: 10")
    owner: Role | None = Field(None, description="The role that answers for what is shown: head_of_service")


OWN_RESULTS = Kind("results", OwnResults)
