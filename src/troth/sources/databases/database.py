"""Tables that lie in a database: how a source names one, and what is asked of whoever can reach it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from troth.book import Part
from troth.kernel import digest

NAMED = r"^env:[A-Za-z_][A-Za-z0-9_]*$"


def _named(value: str) -> str:
    # What was written instead may be the address with its password: it is not repeated.
    if not re.fullmatch(NAMED, value):
        raise ValueError("write env:NAME, and set NAME in the environment")
    return value


FromOutside = Annotated[str, AfterValidator(_named), Field(json_schema_extra={"pattern": NAMED})]
"""A value that stands in the environment and nowhere in the book."""


class Database(Part):
    """Where a table lies in a database."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["table"]}, {"required": ["query"]}]})
    url: FromOutside = Field(description="env:NAME of the address: postgresql://user:password@host/name or sqlite:////path/file.db")
    table: str | None = Field(None, min_length=1, description="The table or view, where it needs one with its schema: sales.orders")
    query: str | None = Field(None, min_length=1, description="In place of `table`: one SELECT, which cannot write")

    @model_validator(mode="after")
    def one_of_two(self) -> Database:
        if (self.table is None) == (self.query is None):
            raise ValueError("give either 'table' or 'query'")
        return self

    @property
    def variable(self) -> str:
        """The name that stands in the environment."""
        return self.url.removeprefix("env:")

    @property
    def place(self) -> str:
        """What the table is called in messages and in the lake. Another query is another place: nothing of the former's rows stays."""
        return f"{self.variable}#{self.table or f'query-{digest.of_text(self.query or str())[:8]}'}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """key: columns that name a row, by which the rows are put in order."""

    database: Database
    key: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.database.place


@dataclass(frozen=True, slots=True)
class TableThere:
    """hidden: why it is not taken unless it is named; empty where it is."""

    name: str
    hidden: str = ""


class Databases(Protocol):
    """Reads databases by what the environment says of them; writes to none. `stores` implements it."""

    def tables(self, url: str) -> Sequence[TableThere]:
        """The tables and views that are there, by name. url: env:NAME."""
        ...

    def extract(self, wanted: Sequence[Wanted], folder: Path) -> list[Path]:
        """An extract of each, all of one database and as it was at one instant, as files of `folder`.

        Raises SourceError, and then leaves no file that looks whole.
        """
        ...
