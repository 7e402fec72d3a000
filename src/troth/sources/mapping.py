"""How a source's columns become events, objects, relations, feedback and money: the nouns of sources/*.yaml."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from troth.book import Part, Role, Zone

CellType = Literal["text", "number", "money", "instant", "day", "bool"]
PersonalKind = Literal["name", "email", "phone", "address", "tax_id", "free_text"]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
RESERVED = ("code", "id", "month", "stratum")
DIRECTIVES = frozenset("aAbBcdfgGHIjmMnpSuUVwWxXyYzZ%")


def _not_reserved(name: str) -> str:
    if name in RESERVED:
        raise ValueError(f"every object has a column '{name}' of its own; name the attribute otherwise")
    return name


def _known_format(written: str) -> str:
    unknown = [d for d in re.findall(r"%-?(.?)", written) if d not in DIRECTIVES]
    if unknown or "%" not in written:
        got = f"'%{unknown[0]}'" if unknown else f"'{written}'"
        raise ValueError(f"{got} is no strptime directive; write for example '%d.%m.%Y %H:%M'")
    return written


AttributeName = Annotated[Identifier, AfterValidator(_not_reserved)]
Format = Annotated[str, AfterValidator(_known_format)]


class Attribute(Part):
    column: str
    as_: CellType = Field("text", alias="as", description="text, number, money, instant, day or bool")


class ObjectRows(Part):
    """Rows of this source are objects of a type."""

    type: Identifier
    id: tuple[str, ...] = Field(min_length=1, description="Columns that together name the object")
    attributes: dict[AttributeName, Attribute] = Field({}, description="Attributes by name: {column: …, as: …}")


class Relation(Part):
    to: Identifier = Field(description="Object type that the row's object belongs to")
    id: tuple[str, ...] = Field(min_length=1)


class Event(Part):
    """Something that happened: its type is given, or read from a column of an event log."""

    type: Identifier | None = None
    type_from: str | None = Field(None, description="Column that names the activity")
    at: str = Field(description="Column with the instant")
    anchor: bool = Field(False, description="A row without this instant is unusable and is quarantined whole")

    @model_validator(mode="after")
    def one_type(self) -> Event:
        if (self.type is None) == (self.type_from is None):
            raise ValueError("give either 'type' or 'type_from'")
        return self


class Lent(Part):
    """An attribute that rows of this source give to another object."""

    to: Identifier
    id: tuple[str, ...] = Field(min_length=1)
    attribute: AttributeName
    column: str
    as_: CellType = Field("text", alias="as")
    take: Literal["first", "last"] = Field("last", description="The smallest or the largest of several values")


class Feedback(Part):
    about: Identifier
    id: tuple[str, ...] = Field(min_length=1)
    instrument: Identifier
    asked: str | None = None
    answered: str | None = None
    score: str
    scale: tuple[int, int]


class MoneyEntry(Part):
    about: Identifier
    id: tuple[str, ...] = Field(min_length=1)
    kind: Identifier
    amount: str
    currency: str | None = Field(None, pattern=r"^[A-Z]{3}$")


class Sample(Part):
    """The rows are a sample: how many there are in truth, by stratum; strata not named are complete."""

    stratum: str
    population: dict[str, int]


class Written(Part):
    """How the files are written, where Troth would take it otherwise."""

    header: int | None = Field(None, ge=0, description="Number of the header's row, as the file's program shows it; 0 = there is none")
    totals: Literal["filter", "keep"] = Field("filter", description="keep = a row that says Total is a row like others")
    serial_dates: tuple[str, ...] | None = Field(None, description="Columns of bare numbers that are days since 1900; [] = none is")
    encoding: str | None = Field(None, description="Such as windows-1252 or utf-16-le")
    delimiter: str | None = Field(None, min_length=1, max_length=1, description="A blank = columns are parted by blanks")


class Source(Part):
    """One source of sources/*.yaml."""

    files: tuple[str, ...] = Field(min_length=1, description="Names or globs inside the book's folder; later names supersede earlier ones")
    zone: Zone | None = Field(None, description="IANA zone of times that bear none")
    formats: dict[str, Format] = Field({}, description="strptime format of columns that are not ISO 8601")
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'"] | None = Field(None, description="Mark between groups of three digits")
    written: Written | None = None
    key: tuple[str, ...] = Field(
        description="Columns that name a row; [] where each row is a fact of its own, and only one equal in every cell is a duplicate"
    )
    owner: Role | None = Field(None, description="The role that answers for the system")
    steward: Role | None = Field(None, description="The role that repairs its data")
    sample: Sample | None = None
    object: ObjectRows | None = None
    relations: tuple[Relation, ...] = ()
    events: tuple[Event, ...] = ()
    lends: tuple[Lent, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    money: tuple[MoneyEntry, ...] = ()
    personal: dict[str, PersonalKind] = Field({}, description="Columns with personal data; they are not carried into the lake")

    @model_validator(mode="after")
    def marks_differ(self) -> Source:
        if self.decimal == self.thousands:
            raise ValueError(f"'{self.decimal}' cannot be the decimal mark and the mark of thousands")
        return self

    @model_validator(mode="after")
    def what_needs_an_object(self) -> Source:
        if self.object is None and (self.events or self.relations):
            raise ValueError("'events' and 'relations' need 'object': whose are they?")
        return self

    @model_validator(mode="after")
    def personal_stays_behind(self) -> Source:
        carried = {c for c, kinds in self.cells().items() if "text" in kinds} | {c for _, id in self.references() for c in id}
        for column in sorted(carried & set(self.personal)):
            raise ValueError(f"'{column}' is personal and may not be carried into the lake as an attribute or an id")
        return self

    def cells(self) -> dict[str, set[CellType]]:
        """Every column the mapping reads as a typed cell, with the types asked of it."""
        wanted: dict[str, set[CellType]] = {}

        def want(column: str | None, kind: CellType) -> None:
            if column is not None:
                wanted.setdefault(column, set()).add(kind)

        for attribute in self.object.attributes.values() if self.object else ():
            want(attribute.column, attribute.as_)
        for event in self.events:
            want(event.at, "instant")
            want(event.type_from, "text")
        for lent in self.lends:
            want(lent.column, lent.as_)
        for feedback in self.feedback:
            want(feedback.asked, "instant")
            want(feedback.answered, "instant")
            want(feedback.score, "number")
        for money in self.money:
            want(money.amount, "money")
        if self.sample:
            want(self.sample.stratum, "text")
        return wanted

    def references(self) -> list[tuple[str, tuple[str, ...]]]:
        """Every place where a row names an object: its type, and the columns that make its id."""
        named = [(self.object.type, self.object.id)] if self.object else []
        named += [(relation.to, relation.id) for relation in self.relations]
        named += [(lent.to, lent.id) for lent in self.lends]
        named += [(entry.about, entry.id) for entry in self.feedback]
        return [*named, *((entry.about, entry.id) for entry in self.money)]

    def columns(self) -> set[str]:
        return set(self.cells()) | {c for _, columns in self.references() for c in columns} | set(self.key)
