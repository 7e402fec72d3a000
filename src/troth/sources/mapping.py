"""How a source's columns become events, objects, relations, feedback and money: the nouns of sources/*.yaml."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from troth.book import Part, Role, Zone
from troth.sources.contracts import contract as contracts
from troth.sources.databases.database import Database
from troth.sources.derived import Derived
from troth.sources.pulls.definition import Pull

Ignored = Literal["leading_zeros", "case", "salesforce_suffix"]
WHERE = "Only rows with one of these words in a column, or with anything in it: {metric: [first_reply_time], due: any}"
CellType = contracts.CellType
FREE_TEXT: Literal["free_text"] = "free_text"
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
Where = dict[str, tuple[str, ...] | Literal["any"]]


class Attribute(Part):
    """A fact about an object that stands in a column."""

    column: str = Field(description="The column, as the file's first line has it")
    as_: CellType = Field("text", alias="as", description="How the column is read: text, number, money, instant, day or bool")
    owner: Role | None = Field(None, description="The role that answers for it, where not that of its source: head_of_sales")
    steward: Role | None = Field(None, description="The role that repairs it, where not that of its source: data_desk")


class ObjectRows(Part):
    """Each row is an object: an order, a customer, a shipment."""

    type: Identifier = Field(description="What a row is, in the singular: order, customer, shipment")
    id: tuple[str, ...] = Field(min_length=1, description="Columns that together name one object: [order_id]")
    known_as: dict[Identifier, str] = Field(
        {}, description="Other names of the object, by which other systems' rows point to it: {erp_number: SAP_Number__c}"
    )
    attributes: dict[AttributeName, Attribute] = Field({}, description="What is known of it: {promised_on: {column: promised, as: day}}")


class Relation(Part):
    """Whom or what the row's object belongs to."""

    to: Identifier = Field(description="Object type that the row's object belongs to: customer")
    id: tuple[str, ...] = Field(min_length=1, description="Columns of this file that name the other object: [customer_id]")
    by: Identifier | None = Field(None, description="Under which of its other names, as `known_as` of its source has them: erp_number")
    ignoring: tuple[Ignored, ...] = Field(
        (), description="What both systems write differently: leading_zeros, case, salesforce_suffix (the last 3 of 18 characters)"
    )

    @model_validator(mode="after")
    def one_name(self) -> Relation:
        if self.is_match and len(self.id) != 1:
            raise ValueError("a relation with 'by' or 'ignoring' has one column under 'id'")
        return self

    @property
    def is_match(self) -> bool:
        """Whether the other object is looked up among those that there are, rather than named."""
        return self.by is not None or bool(self.ignoring)


class Event(Part):
    """Something that happened: its type is given, or read from a column of an event log."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["type"]}, {"required": ["type_from"]}]})
    type: Identifier | None = Field(None, description="What happened, as promises name it: placed, shipped, delivered")
    type_from: str | None = Field(None, description="For an event log, in place of `type`: the column that names what happened")
    at: str = Field(description="Column that says when it happened")
    anchor: bool = Field(False, description="true: a row without this instant is of no use and is quarantined whole")
    where: Where = Field({}, description=WHERE)

    @model_validator(mode="after")
    def one_type(self) -> Event:
        if (self.type is None) == (self.type_from is None):
            raise ValueError("give either 'type' or 'type_from'")
        return self


class Lent(Part):
    """An attribute that rows of this source give to another object: the latest shipping limit of an order's items, to the order."""

    to: Identifier = Field(description="Object type that is given the attribute: order")
    id: tuple[str, ...] = Field(min_length=1, description="Columns of this file that name that object: [order_id]")
    attribute: AttributeName = Field(description="What the attribute is called there: shipping_limit")
    column: str = Field(description="The column of this file that holds it")
    as_: CellType = Field("text", alias="as", description="How the column is read: text, number, money, instant, day or bool")
    take: Literal["first", "last"] = Field("last", description="Which of several values: the smallest (first) or the largest (last)")
    where: Where = Field({}, description=WHERE)
    owner: Role | None = Field(None, description="The role that answers for it, where not that of its source: head_of_sales")
    steward: Role | None = Field(None, description="The role that repairs it, where not that of its source: data_desk")


class Feedback(Part):
    """Each row is an answer of somebody who was asked: a star rating, a score from 0 to 10."""

    about: Identifier = Field(description="Object type that was asked about: order")
    id: tuple[str, ...] = Field(min_length=1, description="Columns of this file that name that object: [order_id]")
    instrument: Identifier = Field(description="Which questionnaire it is: review, nps, csat")
    asked: str | None = Field(None, description="Column that says when the question was sent")
    answered: str | None = Field(None, description="Column that says when the answer came")
    score: str = Field(description="Column with the score that was given")
    scale: tuple[int, int] = Field(description="The worst and the best score there is: [1, 5] for stars, [0, 10] for NPS")
    comment: str | None = Field(
        None, description="Column with what was written beside the score; `personal` names it as free_text, so that it is kept redacted"
    )


class MoneyEntry(Part):
    """Each row holds an amount: a price, a freight charge, a refund."""

    about: Identifier = Field(description="Object type that the amount is for: order")
    id: tuple[str, ...] = Field(min_length=1, description="Columns of this file that name that object: [order_id]")
    kind: Identifier = Field(description="What the amount is: price, freight, payment, refund")
    amount: str = Field(description="Column with the amount")
    currency: str | None = Field(
        None, pattern=r"^[A-Z]{3}$", description="ISO 4217 code of the amounts, as in EUR; without it the currency of troth.yaml"
    )


class Sample(Part):
    """The rows are a sample: how many there are in truth, by stratum; strata not named are complete."""

    stratum: str = Field(description="Column by whose values the sample was drawn: order_status")
    population: dict[str, int] = Field(description="How many rows there are in truth, by value of that column: {delivered: 96478}")


class Written(Part):
    """How the files are written, where Troth would take it otherwise."""

    header: int | None = Field(None, ge=0, description="Number of the header's row, as the file's program shows it; 0 = there is none")
    totals: Literal["filter", "keep"] = Field("filter", description="keep = a row that says Total is a row like others")
    serial_dates: tuple[str, ...] | None = Field(None, description="Columns of bare numbers that are days since 1900; [] = none is")
    encoding: str | None = Field(None, description="Such as windows-1252 or utf-16-le")
    delimiter: str | None = Field(None, min_length=1, max_length=1, description="A blank = columns are parted by blanks")


class Source(Part):
    """A system's export: where its files lie, how they are read, and what their columns say."""

    model_config = ConfigDict(
        json_schema_extra={
            "dependentRequired": {"events": ["object"], "relations": ["object"]},
            "oneOf": [{"required": ["files"]}, {"required": ["database"]}],
        }
    )
    files: tuple[str, ...] = Field(
        (),
        min_length=1,
        description="Names or patterns inside the folder of troth.yaml: [orders_*.csv]; later names supersede earlier ones",
    )
    database: Database | None = Field(None, description="In place of `files`, a table of a database: {url: env:CRM_URL, table: orders}")
    pull: Pull | None = Field(None, description="A system that gives the rows over HTTP; `troth sources pull` brings them into `files`")
    zone: Zone | None = Field(None, description="IANA zone of times that bear none, as in Europe/Berlin; without it that of troth.yaml")
    formats: dict[str, Format] = Field(
        {}, description="How columns write dates and times, where not as 2026-03-01 14:00: {placed: '%d.%m.%Y %H:%M'}"
    )
    decimal: Literal[".", ","] = Field(".", description="The mark before the decimals of numbers and amounts")
    thousands: Literal[",", ".", " ", "'"] | None = Field(
        None, description="The mark between groups of three digits, as in 1.234,56; beside a decimal comma the point needs no naming"
    )
    written: Written | None = Field(None, description="How the files are written, where Troth would take it otherwise")
    key: tuple[str, ...] = Field(
        description="Columns that name a row; [] where each row is a fact of its own, and only one equal in every cell is a duplicate"
    )
    equal_rows: Literal["once", "keep"] = Field(
        "once", description="Where key is []: once = rows equal in every cell are copies of one; keep = as many as one file has are facts"
    )
    owner: Role | None = Field(None, description="The role that answers for the system, as company.yaml lists it")
    steward: Role | None = Field(None, description="The role that repairs its data, as company.yaml lists it")
    contract: contracts.Contract | None = Field(None, description="What its steward answers for, checked in every build")
    derived: dict[str, Derived] = Field(
        {}, description="Columns made of others: {first_replied: {column: Created at, plus: Reply minutes}}"
    )
    sample: Sample | None = Field(None, description="Given where the rows are only a sample, so that they are weighted")
    object: ObjectRows | None = Field(None, description="What a row is, and by which columns: {type: order, id: [order_id]}")
    relations: tuple[Relation, ...] = Field((), description="Whom or what it belongs to: [{to: customer, id: [customer_id]}]")
    events: tuple[Event, ...] = Field((), description="What happened to it and when: [{type: placed, at: placed_at}]")
    lends: tuple[Lent, ...] = Field((), description="Attributes that the rows give to another object, as items give to their order")
    feedback: tuple[Feedback, ...] = Field((), description="Answers of customers that stand in the rows")
    money: tuple[MoneyEntry, ...] = Field((), description="Amounts that stand in the rows")
    personal: dict[str, PersonalKind] = Field(
        {}, description="Columns with personal data and of what kind, {mail: email}; kept as tokens, free text redacted"
    )

    @property
    def places(self) -> tuple[str, ...]:
        """Names or patterns of the places where its tables lie, be they fetched or not."""
        return self.files if self.database is None else (self.database.place,)

    @model_validator(mode="after")
    def one_place(self) -> Source:
        if bool(self.files) == (self.database is not None):
            raise ValueError("give either 'files' or 'database'")
        if self.pull and (misfit := self.pull.misfit(self.files)):
            raise ValueError(misfit)
        return self

    @model_validator(mode="after")
    def marks_differ(self) -> Source:
        if self.decimal == self.thousands:
            raise ValueError(f"'{self.decimal}' cannot be the decimal mark and the mark of thousands")
        return self

    @model_validator(mode="after")
    def equal_rows_have_no_key(self) -> Source:
        if self.key and self.equal_rows == "keep":
            raise ValueError("'equal_rows: keep' needs 'key: []': rows of one key are one")
        return self

    @model_validator(mode="after")
    def what_needs_an_object(self) -> Source:
        if self.object is None and (self.events or self.relations):
            raise ValueError("'events' and 'relations' need 'object': whose are they?")
        return self

    @model_validator(mode="after")
    def personal_is_kept_as_a_token(self) -> Source:
        ids = {c for _, columns in self.references() for c in columns} | set(self.key)
        named = {event.type_from for event in self.events} | {self.sample.stratum if self.sample else None}
        named |= {c for event in self.events for c in event.where} | {c for lent in self.lends for c in lent.where}
        for column, kind in sorted(self.personal.items()):
            typed = sorted(self.cells().get(column, set()) - {"text"})
            if typed:
                raise ValueError(f"'{column}' is personal: it is kept as a token, which cannot be read as {typed[0]}")
            if column in named:
                raise ValueError(f"'{column}' is personal: a token names no event, no stratum and no condition")
            if column in ids and kind == FREE_TEXT:
                raise ValueError(f"'{column}' is free text: redacted, it names nothing; an id may be of another personal kind")
        texts = {c for c, kinds in self.cells().items() if "text" in kinds} | ids
        for column in sorted(c for c in texts - set(self.personal) if self.is_personal(c)):
            raise ValueError(f"'{column}' is personal, since it is made of '{self.derived[column].column}': read it as a date or a number")
        return self

    @model_validator(mode="after")
    def comments_are_redacted(self) -> Source:
        for feedback in self.feedback:
            if feedback.comment is not None and self.personal.get(feedback.comment) != FREE_TEXT:
                raise ValueError(f"'{feedback.comment}' holds what people write: name it under 'personal' as free_text")
        return self

    @model_validator(mode="after")
    def contract_fits(self) -> Source:
        mapped, free = self.columns(), {column for column, kind in self.personal.items() if kind == FREE_TEXT}
        for said in self.contract.problems(mapped, set(self.personal) - free, free - mapped) if self.contract else ():
            raise ValueError(said)
        if self.contract and self.contract.fresh_within and not self.observed():
            raise ValueError("'fresh_within' needs something that happened: map an event, or when feedback was asked or answered")
        return self

    def attributes(self) -> tuple[Attribute | Lent, ...]:
        """Every attribute that its rows give, to their own object or to another."""
        return (*(self.object.attributes.values() if self.object else ()), *self.lends)

    def steward_of(self, column: str | None) -> str | None:
        """Who repairs a column: the steward that an attribute read from it names, else the source's. None: the rows as such."""
        named = (one.steward for one in self.attributes() if one.column == column and one.steward is not None)
        return next(named, self.steward)

    def is_personal(self, column: str) -> bool:
        """Whether a column, or the one that it is made of, holds personal data."""
        made = self.derived.get(column)
        return column in self.personal or (made is not None and made.column in self.personal)

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
            want(feedback.comment, "text")
        for money in self.money:
            want(money.amount, "money")
        if self.sample:
            want(self.sample.stratum, "text")
        return wanted

    @property
    def promised(self) -> bool:
        """Whether its contract asks something of its data."""
        return self.contract is not None and self.contract.asks

    def observed(self) -> set[str]:
        """Columns that say when something happened; planned and promised days say nothing of how far the record goes."""
        answered = {at for feedback in self.feedback for at in (feedback.asked, feedback.answered) if at is not None}
        return {event.at for event in self.events} | answered

    def references(self) -> list[tuple[str, tuple[str, ...]]]:
        """Every place where a row names an object: its type, and the columns that make its id."""
        named = [(self.object.type, self.object.id)] if self.object else []
        named += [(relation.to, relation.id) for relation in self.relations if not relation.is_match]
        named += [(lent.to, lent.id) for lent in self.lends]
        named += [(entry.about, entry.id) for entry in self.feedback]
        return [*named, *((entry.about, entry.id) for entry in self.money)]

    def columns(self) -> set[str]:
        """Every column that the mapping names as one, derived ones among them."""
        named = {c for relation in self.relations for c in relation.id}
        named |= {c for event in self.events for c in event.where} | {c for lent in self.lends for c in lent.where}
        named |= set(self.object.known_as.values()) if self.object else set()
        return set(self.cells()) | {c for _, columns in self.references() for c in columns} | set(self.key) | named

    def needed(self) -> set[str]:
        """The same with the columns that the contract reads."""
        return self.columns() | (self.contract.cells().keys() if self.contract else set())

    def in_files(self) -> set[str]:
        """Every column that the files must have."""
        made = [d for name, d in self.derived.items() if name in self.needed()]
        return (self.needed() - set(self.derived)) | {c for d in made for c in d.columns} | set(self.personal) | set(self.formats)
