"""identity/*.yaml: which systems hold records of one kind of party, and by what two of them are the same."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from troth.book import Part
from troth.sources.identity.folding import FOLDS, FieldKind
from troth.sources.mapping import Identifier

FieldName = Identifier
Rule = Annotated[tuple[FieldName, ...], Field(min_length=1)]


class Review(Part):
    """Pairs that people are asked about."""

    between: tuple[Annotated[Decimal, Field(gt=0, lt=1)], Annotated[Decimal, Field(gt=0, le=1)]] = Field(
        description="Probabilities from which a pair is asked about and from which it is taken: [0.7, 0.95]"
    )

    @model_validator(mode="after")
    def in_order(self) -> Review:
        if self.between[0] > self.between[1]:
            raise ValueError("the first is the lower: [0.7, 0.95]")
        return self


class Weigh(Part):
    """Matching by weights, where no rule decides: Fellegi and Sunter's, by the extra `identity`."""

    compare: Annotated[tuple[FieldName, ...], Field(min_length=2)] = Field(description="Fields whose likeness counts: [name, email, phone]")
    block: Annotated[tuple[Rule, ...], Field(min_length=1)] = Field(
        description="Only pairs that agree in all fields of one of these are weighed: [[postcode], [name]]"
    )
    seed: int = Field(1, ge=0, description="Of the draw by which the likeness of strangers is estimated")


class Guards(Part):
    """What keeps strangers apart, however well a rule fits."""

    shared: int = Field(10, ge=2, description="A value that more objects than this hold is nobody's: a switchboard, a test address")
    distinct: tuple[FieldName, ...] = Field(("tax_id",), description="Fields of which a party has one value: two tax ids are two parties")
    once: tuple[Identifier, ...] = Field((), description="Sources in which nobody stands twice: two of its objects are two parties")


class Identity(Part):
    """Who is the same in several systems. Facts keep the id that their source gave them; each is of one party."""

    fields: dict[Identifier, dict[FieldName, str]] = Field(
        min_length=1,
        description="Source -> field -> its column: {crm: {email: contact_mail}, erp: {email: smtp}}; the first source names the party",
    )
    kinds: dict[FieldName, FieldKind] = Field({}, description="How a field is compared, where its name does not say: {vat: tax_id}")
    match: tuple[Rule, ...] = Field((), description="The rules, the surest first: [[tax_id], [email], [name, postcode]]")
    within: tuple[FieldName, ...] = Field((), description="Fields that must be known and agree in every match: [country]")
    guards: Guards = Field(Guards(), description="What keeps strangers apart")
    weigh: Weigh | None = Field(None, description="Matching by weights, for what no rule decides")
    review: Review = Field(
        Review(between=(Decimal("0.7"), Decimal("0.95"))),
        description="Between which probabilities people are asked: {between: [0.7, 0.95]}",
    )

    @field_validator("match")
    @classmethod
    def each_once(cls, match: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        for rule in match:
            if len(set(rule)) < len(rule):
                raise ValueError(f"a field stands twice in {list(rule)}")
        return match

    @model_validator(mode="after")
    def says_how(self) -> Identity:
        if not self.match and self.weigh is None:
            raise ValueError("nothing says by what two are the same: give 'match' or 'weigh'")
        named = {name for fields in self.fields.values() for name in fields}
        for place, wanted in self.named().items():
            missing = sorted(set(wanted) - named)
            if missing:
                raise ValueError(f"'{place}' names '{missing[0]}', which no source has among its fields")
        return self

    def named(self) -> Mapping[str, tuple[str, ...]]:
        """The fields that rules are about, by the place that names them."""
        return {
            "match": tuple(name for rule in self.match for name in rule),
            "within": self.within,
            "weigh": (*self.weigh.compare, *(name for rule in self.weigh.block for name in rule)) if self.weigh else (),
            "kinds": tuple(self.kinds),
        }

    def kind_of(self, field: str) -> FieldKind:
        """
        >>> Identity(fields={"crm": {"email": "m", "town": "t"}}, match=[["email"]]).kind_of("town")
        'text'
        """
        if field in self.kinds:
            return self.kinds[field]
        return field if field in FOLDS else "text"  # type: ignore[return-value]

    def columns(self, source: str) -> frozenset[str]:
        return frozenset(self.fields.get(source, {}).values())
