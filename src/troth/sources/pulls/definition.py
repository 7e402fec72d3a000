"""What a source says of a system that gives its rows over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from troth.book import Part
from troth.sources.databases.database import FromOutside

By = Literal["single", "page", "offset", "cursor", "link", "header"]
NEEDS: dict[By, tuple[str, ...]] = {
    "single": (),
    "page": ("parameter",),
    "offset": ("parameter", "size"),
    "cursor": ("parameter", "field"),
    "link": ("field",),
    "header": (),
}
HERE = ("localhost", "127.0.0.1", "::1")


def _web(url: str) -> str:
    said = urlsplit(url)
    if said.scheme not in ("http", "https") or not said.hostname:
        raise ValueError("write the address of the system: https://example.com/api")
    if said.scheme == "http" and said.hostname not in HERE:
        raise ValueError("write https: over http anybody on the way reads along")
    return url


class Named(Part):
    """A value under a name."""

    name: str = Field(min_length=1, description="Of the header or parameter: X-Api-Key")
    value: FromOutside = Field(description="env:NAME of its value")


class Basic(Part):
    """User and password, as HTTP itself asks for them."""

    user: FromOutside = Field(description="env:NAME of the user")
    password: FromOutside = Field(description="env:NAME of the password")


class Access(Part):
    """How the system knows who asks; what is secret stands in the environment."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})
    bearer: FromOutside | None = Field(None, description="env:NAME of a token")
    basic: Basic | None = Field(None, description="User and password: {user: env:CRM_USER, password: env:CRM_PASSWORD}")
    header: Named | None = Field(None, description="A header: {name: X-Api-Key, value: env:CRM_KEY}")
    parameter: Named | None = Field(None, description="A parameter of the address: {name: key, value: env:CRM_KEY}")

    @model_validator(mode="after")
    def one_way(self) -> Access:
        if sum(way is not None for way in (self.bearer, self.basic, self.header, self.parameter)) != 1:
            raise ValueError("give one of 'bearer', 'basic', 'header', 'parameter'")
        return self


class Pages(Part):
    """How the system parts its rows into pages, and says which is next."""

    by: By = Field(description="single, page (a number), offset, cursor (a mark in the answer), link (an address in it), header (Link)")
    parameter: str | None = Field(None, description="Parameter that takes the page's number, the offset or the cursor")
    field: str | None = Field(None, description="Where in the answer the next cursor or address stands: meta.next")
    first: int = Field(1, ge=0, description="Number of the first page")
    size: int | None = Field(None, ge=1, description="Rows of a page, where pages are told by offset")
    size_parameter: str = Field("limit", description="Parameter that takes the size")

    @model_validator(mode="after")
    def what_it_needs(self) -> Pages:
        for name in NEEDS[self.by]:
            if getattr(self, name) is None:
                raise ValueError(f"pages by {self.by} need '{name}'")
        return self


class Newer(Part):
    """How only what is new since the last pull is asked for."""

    field: str = Field(description="Field of a row that grows with every change: updated_at")
    parameter: str | None = Field(
        None, description="Parameter by which the system gives rows since then; without it all come and the old go"
    )
    start: str | None = Field(None, alias="from", description="Where the first pull begins: 2026-01-01T00:00:00Z")


class Pull(Part):
    """A list of a system that answers in JSON over HTTP."""

    url: Annotated[str, AfterValidator(_web)] = Field(description="Address that the paths begin with: https://example.com/api/v2")
    path: str = Field("", description="Path of the list: tickets.json")
    rows: str | None = Field(None, description="Where in the answer the rows stand, without it the answer is their list: data.tickets")
    parameters: dict[str, str | int] = Field({}, description="Parameters of each question: {status: all, per_page: 100}")
    pages: Pages = Field(Pages(by="single"), description="How the rows are parted into pages: {by: page, parameter: page}")
    auth: Access | None = Field(None, description="How the system knows who asks: {bearer: env:CRM_TOKEN}")
    newer: Newer | None = Field(None, description="How only what is new is asked for: {field: updated_at, parameter: since}")

    def misfit(self, files: tuple[str, ...]) -> str | None:
        """Why what is pulled could not be kept under the names that `files:` says; None where it can."""
        wanted = "one name with one *, where the instant of the pull goes" if self.newer else "one name without *"
        example = "[tickets-*.jsonl]" if self.newer else "[tickets.jsonl]"
        if (
            len(files) != 1
            or not files[0].endswith(".jsonl")
            or files[0].count("*") != (1 if self.newer else 0)
            or set("?[#") & set(files[0])
        ):
            return f"what is pulled goes to the files of the source: write {wanted}, that ends in .jsonl: {example}"
        return None
