"""company.yaml: the dimensions by which definitions may differ, and the roles that answer for them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from troth.book.kinds import NAME, Expression, Part

DEFAULT = ("region", "unit", "segment", "lane", "contract", "customer")
ANY = "*"


def _by_subject(value: object) -> object:
    return {ANY: value} if isinstance(value, str) else value


class Dimension(Part):
    """One way in which terms may differ. Its place in the list is its rank: the later, the more specific."""

    id: str = Field(pattern=rf"^{NAME}$", description="region, segment, customer; written in the folders of overlays")
    read: Annotated[dict[str, Expression], BeforeValidator(_by_subject)] = Field(
        {},
        description="The expression that reads it from a subject: customer.region; or one for each object type: {order: …, ticket: …}."
        " Without it: the subject's attribute of that name, else its customer's",
    )
    values: tuple[str, ...] = Field((), description="The values there are; an overlay for another one is a mistake")

    @field_validator("id")
    @classmethod
    def not_taken(cls, id: str) -> str:
        if id in ("global", "arm", "crisis"):
            raise ValueError(f"'{id}' has a meaning of its own; call the dimension otherwise")
        return id


class Company(Part):
    """Who there is: dimensions, roles."""

    dimensions: tuple[Dimension, ...] = Field(
        tuple(Dimension(id=name) for name in DEFAULT), description="From the least to the most specific"
    )
    roles: tuple[Annotated[str, Field(pattern=rf"^{NAME}$")], ...] = Field(
        (), description="Ids of the roles that owners and stewards may name"
    )

    @field_validator("dimensions")
    @classmethod
    def each_once(cls, dimensions: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
        names = [d.id for d in dimensions]
        double = next((name for name in names if names.count(name) > 1), None)
        if double:
            raise ValueError(f"the dimension '{double}' stands here twice")
        return dimensions

    def rank(self, dimension: str) -> int:
        """From 1; 0 where it is no dimension of the company."""
        return next((place for place, d in enumerate(self.dimensions, start=1) if d.id == dimension), 0)
