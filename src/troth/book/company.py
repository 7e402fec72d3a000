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
    """One way in which terms may differ: region, segment, customer. The later in the list, the more specific."""

    id: str = Field(pattern=rf"^{NAME}$", description="region, segment, customer; written in the folders of overlays")
    read: Annotated[dict[str, Expression], BeforeValidator(_by_subject, json_schema_input_type=Expression | dict[str, Expression])] = Field(
        {},
        description="Expression that reads it from what a promise is about: customer.region; or one for each object type,"
        " {order: customer.region, ticket: account.region}. Without it: the attribute of that name, else the customer's",
    )
    values: tuple[str, ...] = Field((), description="The values there are: [north, south]; an overlay for another one is a mistake")

    @field_validator("id")
    @classmethod
    def not_taken(cls, id: str) -> str:
        if id in ("global", "arm", "crisis"):
            raise ValueError(f"'{id}' has a meaning of its own; call the dimension otherwise")
        return id


class Company(Part):
    """company.yaml: who there is, the dimensions by which terms differ and the roles that answer for them."""

    dimensions: tuple[Dimension, ...] = Field(
        tuple(Dimension(id=name) for name in DEFAULT),
        description="The ways in which terms may differ, from the least to the most specific",
    )
    roles: tuple[Annotated[str, Field(pattern=rf"^{NAME}$")], ...] = Field(
        (), description="The roles that owners and stewards may name: [head_of_sales, it_lead]; who is behind them is kept elsewhere"
    )
    staff: tuple[Annotated[str, Field(pattern=rf"^{NAME}$")], ...] | None = Field(
        None,
        description="Object types and attributes that each name one person of staff, by whom nothing is measured: [technician, served_by];"
        " without it they are known by their names, as technician, agent_id or assignee",
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
