"""What a source says of a system that gives its rows over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from troth.book import Part
from troth.sources.databases.database import FromOutside
from troth.sources.pulls.sheet_link import GOOGLE, address_of, is_named

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


def _sheet(link: str) -> str:
    return link if is_named(link) else (address_of(link), link)[1]


class Named(Part):
    """A value under a name."""

    name: str = Field(min_length=1, description="Of the header or parameter: X-Api-Key")
    value: FromOutside = Field(description="env:NAME of its value")


class Basic(Part):
    """User and password, as HTTP itself asks for them."""

    user: FromOutside = Field(description="env:NAME of the user")
    password: FromOutside = Field(description="env:NAME of the password")
    behind: str = Field("", pattern=r"^[!-9;-~]*$", description="What the system wants behind the user: /token")


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
    once: tuple[str, ...] = Field((), description="Parameters that the first question alone bears, where a cursor stands for them after it")
    more: str | None = Field(None, description="Where the answer says, beside its cursor, whether there is more: meta.has_more")
    last: str | None = Field(None, description="Where the answer says, beside its cursor, that it is the last: end_of_stream")
    size_parameter: str = Field("limit", description="Parameter that takes the size")

    @model_validator(mode="after")
    def what_it_needs(self) -> Pages:
        for name in NEEDS[self.by]:
            if getattr(self, name) is None:
                raise ValueError(f"pages by {self.by} need '{name}'")
        for name in ("once", "more", "last"):
            if getattr(self, name) and self.by != "cursor":
                raise ValueError(f"'{name}' is for pages by cursor")
        return self


class Newer(Part):
    """How only what is new since the last pull is asked for."""

    field: str = Field(description="Field of a row that grows with every change: updated_at")
    parameter: str | None = Field(
        None, description="Parameter by which the system gives rows since then; without it all come and the old go"
    )
    seconds: bool = Field(False, description="true: the parameter takes seconds since 1970, though the field is an instant")
    start: str | None = Field(None, alias="from", description="Where the first pull begins: 2026-01-01T00:00:00Z")


class Pull(Part):
    """A list of a system that answers in JSON over HTTP, or a Google sheet."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["url"]}, {"required": ["sheet"]}]})
    url: Annotated[str, AfterValidator(_web)] | None = Field(
        None, description="Address that the paths begin with: https://example.com/api/v2"
    )
    path: str = Field("", description="Path of the list: tickets.json")
    rows: str | None = Field(None, description="Where in the answer the rows stand, without it the answer is their list: data.tickets")
    parameters: dict[str, str | int] = Field({}, description="Parameters of each question: {status: all, per_page: 100}")
    pages: Pages = Field(Pages(by="single"), description="How the rows are parted into pages: {by: page, parameter: page}")
    auth: Access | None = Field(None, description="How the system knows who asks: {bearer: env:CRM_TOKEN}")
    newer: Newer | None = Field(None, description="How only what is new is asked for: {field: updated_at, parameter: since}")
    sheet: Annotated[str, AfterValidator(_sheet)] | None = Field(
        None, description="In place of all these, the link of a Google sheet that is shared by link or published, or env:NAME of it"
    )
    address: Annotated[str, AfterValidator(_web)] = Field(GOOGLE, description="Where sheets lie, if not at Google itself")

    @model_validator(mode="after")
    def one_system(self) -> Pull:
        if (self.url is None) == (self.sheet is None):
            raise ValueError("give either 'url' or 'sheet'")
        of_lists = sorted(self.model_fields_set & {"path", "rows", "parameters", "pages", "auth", "newer"})
        if self.sheet and of_lists:
            raise ValueError(f"a sheet has no '{of_lists[0]}': its link says all")
        if self.url and "address" in self.model_fields_set:
            raise ValueError("'address' is for a sheet; a list has its 'url'")
        return self

    def misfit(self, files: tuple[str, ...]) -> str | None:
        """Why what is pulled could not be kept under the names that `files:` says; None where it can."""
        ending = ".csv" if self.sheet else ".jsonl"
        wanted = "one name with one *, where the instant of the pull goes" if self.newer else "one name without *"
        example = "[sheet.csv]" if self.sheet else "[tickets-*.jsonl]" if self.newer else "[tickets.jsonl]"
        if (
            len(files) != 1
            or not files[0].endswith(ending)
            or files[0].count("*") != (1 if self.newer else 0)
            or set("?[#") & set(files[0])
        ):
            return f"what is pulled goes to the files of the source: write {wanted}, that ends in {ending}: {example}"
        return None
