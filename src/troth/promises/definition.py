"""The nouns of promises/*.yaml."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from troth.book import Expression, Kind, Part, Role
from troth.sources import Identifier

TAKEN = frozenset({"plan", "gap", "cannot_assign", "of", "known"})


class Fulfilment(Part):
    event: str = Field(description="Event type that fulfils the promise; its first occurrence counts")
    claimed_by: Expression | None = Field(None, description="Expression: fulfilment is claimed though no instant is on record")


class Stage(Part):
    from_: str = Field(alias="from", description="Event type that begins the stage")
    to: str = Field(description="Event type that ends it")
    budget: Expression | None = Field(
        None,
        description="Expression: how long the stage may take, or the instant by which it should end; without it the residual of the due",
    )
    words: str | None = Field(None, description="How pages name the stage")
    owner: Role | None = Field(None, description="The role that answers for the stage")


class Promise(Part):
    """A promisor owes a promisee a condition by a due instant. told: what is said about it, which is no term of it."""

    told: ClassVar[frozenset[str]] = frozenset({"words", "owners", "guess"})
    kind: Literal["customer", "internal"] = "customer"
    subject: Identifier = Field(description="Object type that the promise is about")
    promisor: dict[str, str] = Field({}, description="Who owes: {unit: …} or {role: …}")
    promisee: str | None = Field(None, description="Who is owed")
    words: str = Field(description="How pages name the promise: 'delivered by the date given'")
    anchor: str = Field(description="Event type at which the promise is made")
    fulfil: Fulfilment
    due: Expression = Field(description="Expression of type instant")
    void_when: Expression | None = Field(None, description="Expression of type bool; such subjects do not count")
    stages: dict[Identifier, Stage] = Field({}, max_length=8)
    owners: tuple[Role, ...] = Field((), description="The roles that answer for the promise, together")
    guess: str | None = Field(None, description="The evidence on which Troth proposed this promise; remove it to confirm")

    @field_validator("stages")
    @classmethod
    def no_name_taken(cls, stages: dict[str, Stage]) -> dict[str, Stage]:
        """An outcome has columns <stage>_from and share_<stage> beside known_from, share_plan, share_gap, share_of."""
        taken = sorted(TAKEN & stages.keys())
        if taken:
            raise ValueError(f"a stage cannot be called '{taken[0]}'; that name is taken by Troth")
        return stages


PROMISES = Kind("promises", Promise, layered=True, fixed=frozenset({"subject", "anchor", "kind"}))
