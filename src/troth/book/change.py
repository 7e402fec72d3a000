"""What an overlay needs to exist: a Change with an owner, a reason and an end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from troth.book.kinds import Part, Role


def _moment(value: object) -> object:
    """A day or an instant as YAML has it: a text. Days begin at midnight of the operation's zone."""
    if not isinstance(value, str):
        raise ValueError("should be a day or an instant: 2026-03-01, 2026-03-01 14:00 or 2026-03-01T14:00Z")
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"got '{value}'; write a day or an instant: 2026-03-01, 2026-03-01 14:00 or 2026-03-01T14:00Z") from error


Moment = Annotated[datetime | date, BeforeValidator(_moment, json_schema_input_type=str)]


class Arm(Part):
    """One arm of a pilot: which units are in it."""

    units: tuple[str, ...] = Field(min_length=1, description="The units in it: values of the dimension that `scope: {units: …}` names")
    since: Moment | None = Field(
        None, description="From when these units are in the arm: 2026-03-01; without it from the Change's own beginning"
    )


class Scope(Part):
    """Where a Change holds, and how a pilot draws its units."""

    units: str | None = Field(None, description="The dimension by whose values a pilot's arms are drawn: region, lane")
    design: str | None = Field(None, description="How the arms are drawn: randomised, stepped_wedge, matched or everywhere")
    waves: int | None = Field(None, description="In how many steps a stepped wedge reaches all units: 4")
    every: str | None = Field(None, description="How long a step lasts before the next one begins: 3w")
    seed: int | None = Field(None, description="The number from which units are drawn, so that the draw can be repeated")
    only: dict[str, tuple[str, ...]] = Field(
        {}, description="The units for which a crisis holds, by dimension: {branch: [FR-02, FR-03]}; without it the whole operation"
    )
    power: dict[str, Any] | None = Field(None, description="The smallest effect that the pilot shall be able to show: {mde: 0.015}")


class Change(Part):
    """changes/CHG-….yaml: anything that departs from how things are. No overlay is there without one."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["reason"]}, {"required": ["hypothesis"]}]})
    kind: Literal["exception", "kaizen", "standard", "training", "rotation", "incentive", "automation", "pilot", "crisis"] = Field(
        description="What departs from how things are. The overlays of a crisis outrank every field that is not locked, for its dates"
    )
    title: str = Field(description="What is done, in a line: Ferries sail twice a week")
    owner: Role = Field(description="The role that answers for it, as company.yaml lists it")
    reason: str | None = Field(None, description="Why it is done, in a line; or give a hypothesis")
    hypothesis: dict[str, Any] | None = Field(None, description="What it is expected to move: {cause: …, outcome: …, expect: …}")
    status: Literal["proposed", "live", "ended"] = Field("live", description="Overlays of a Change that is not live yet are refused")
    since: Moment | None = Field(
        None, description="From when its overlays hold: 2026-03-01, or 2026-03-01 14:00; without it from when it was saved"
    )
    expires: Moment = Field(description="When it ends, unless it is extended: 2026-06-30; its overlays hold for promises made before")
    overlays: tuple[str, ...] = Field((), description="Folders or files under overlays/ that this Change stands for")
    scope: Scope | None = Field(None, description="Where it holds, and how a pilot draws its units")
    arms: dict[str, Arm] = Field({}, description="A pilot's arms: the units of each. overlays/arm=CHG-0057 is for `treated`")
    guardrails: tuple[dict[str, Any], ...] = Field(
        (), description="What it must not harm, and when it is stopped: [{metric: stars, stop_if: {worse_by: 0.1}}]"
    )
    gates: dict[str, Any] | None = Field(None, description="What it needs to go on: {rollout: {needs: [{finding: {grade: B}}]}}")
    audit_decay: dict[str, Any] | None = Field(None, description="How often it is audited afterwards: {every: 90d, until: 2y}")

    @property
    def only(self) -> Mapping[str, tuple[str, ...]]:
        """The units for which it holds, by dimension; none where it is of the whole operation."""
        return self.scope.only if self.scope else {}

    @model_validator(mode="after")
    def says_why(self) -> Change:
        if not self.reason and not self.hypothesis:
            raise ValueError("say why: give 'reason' or 'hypothesis'")
        return self

    @model_validator(mode="after")
    def arms_have_units(self) -> Change:
        if self.arms and (self.scope is None or self.scope.units is None):
            raise ValueError("'arms' needs 'scope: {units: …}': by which dimension are they drawn?")
        return self
