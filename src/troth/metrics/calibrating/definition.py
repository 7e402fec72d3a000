"""The nouns of calibrations/*.yaml."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from troth.book import Kind, Part, Role
from troth.sources import Identifier
from troth.sources.contracts.contract import FixedDuration


class Weighed(Part):
    """One measure of a calibration."""

    metric: Identifier = Field(description="The metric in metrics/: called_back. A share, a mean or a score that says which way is better")
    weight: float = Field(gt=0, description="How much it weighs beside the others of its part: 2")
    why: str = Field(min_length=1, description="Why it weighs so much: a visit that fixed nothing has to be made again")
    adjust: tuple[str, ...] = Field(
        (), description="What makes cases harder, whose mix is taken out: [segment]; dimensions, or expressions as attr(bulky)"
    )
    peers: str | None = Field(
        None, description="Units are compared with those alone that have the same of this: country, where customers of one answer otherwise"
    )


class Calibration(Part):
    """By what leaders of units are compared, and how much each part of it weighs."""

    told: ClassVar[frozenset[str]] = frozenset({"words", "owner"})
    words: str = Field(min_length=1, description="How pages name it: how branches are led")
    by: str = Field(min_length=1, description="What a unit is: branch, or an expression, visit.branch")
    measures: tuple[Weighed, ...] = Field(
        min_length=1, description="The global part: [{metric: called_back, weight: 2, adjust: [segment], why: a visit must be made again}]"
    )
    feedback: tuple[Weighed, ...] = Field(
        (), description="The regional part, what those around a unit say: [{metric: visit_rating, weight: 1, peers: country, why: …}]"
    )
    regional: float | None = Field(
        None, gt=0, lt=1, description="How much of the whole the regional part weighs: 0.3. It stands if and only if there is feedback"
    )
    over: FixedDuration | None = Field(None, description="Only the last so many days of the record count: 364d; without it all")
    owner: Role | None = Field(None, description="The role that answers for these weights: head_of_service")

    @model_validator(mode="after")
    def weighs_what_it_has(self) -> Calibration:
        if bool(self.feedback) != (self.regional is not None):
            raise ValueError("'feedback' and 'regional', how much of the whole it weighs, stand together or not at all")
        return self

    @model_validator(mode="after")
    def each_once(self) -> Calibration:
        names = [one.metric for one in (*self.measures, *self.feedback)]
        double = next((name for name in names if names.count(name) > 1), None)
        if double:
            raise ValueError(f"the metric '{double}' stands here twice")
        return self

    @property
    def parts(self) -> tuple[tuple[Weighed, float], ...]:
        """Every measure with how much of the whole it weighs."""
        share = self.regional or 0.0
        return tuple(
            (one, whole * one.weight / sum(each.weight for each in part))
            for part, whole in ((self.measures, 1 - share), (self.feedback, share))
            for one in part
        )


CALIBRATIONS = Kind("calibrations", Calibration)
