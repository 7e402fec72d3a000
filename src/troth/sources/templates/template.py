"""What a template says: which tables a system exports, by which columns each is known, and the book that is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml

NAMES = ("olist", "zendesk", "salesforce", "sap", "shopify", "qualtrics", "surveymonkey")


@dataclass(frozen=True, slots=True)
class Form:
    """One table that a system exports.

    needs: columns without which it is another table. without: columns that it never has. headings: other names of a column, in
    other languages and reports; `~` begins a regular expression, `*` stands for what another column's name begins with, so
    `*_NPS_GROUP` is the column Q1 where there is a Q1_NPS_GROUP. looks: regular expressions that a column's values fit.
    within: the least and the greatest whole number of a column.
    """

    name: str
    needs: tuple[str, ...]
    without: tuple[str, ...]
    headings: Mapping[str, tuple[str, ...]]
    looks: Mapping[str, str]
    within: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Template:
    """sources, promises: as in a book, of all columns that there may be; `table` of a source is the form it is read from.

    lists: by name, how the system gives its tables over HTTP; {name} in an address stands for what the system calls the operation.
    whole: nothing is recognised unless every table is there. published: rows by stratum of a set of which samples go about.
    """

    name: str
    says: str
    zone: str | None
    currency: str | None
    whole: bool
    forms: tuple[Form, ...]
    sources: Mapping[str, Mapping[str, Any]]
    promises: Mapping[str, Mapping[str, Any]]
    published: Mapping[str, Mapping[str, Any]]
    lists: Mapping[str, Mapping[str, Any]]


def load_template(name: str) -> Template:
    text = resources.files("troth.sources.templates").joinpath(name, "template.yaml").read_text(encoding="utf-8")
    said = yaml.safe_load(text)
    return Template(
        said["name"], said["says"], said.get("zone"), said.get("currency"), bool(said.get("whole")),
        tuple(_form(table, form) for table, form in said["tables"].items()),
        said["sources"], said.get("promises", {}), said.get("published", {}), said.get("lists", {}),
    )  # fmt: skip


def _form(name: str, said: Any) -> Form:
    if isinstance(said, list):
        said = {"needs": said}
    headings = {column: tuple(names) for column, names in said.get("headings", {}).items()}
    within = {column: (low, high) for column, (low, high) in said.get("within", {}).items()}
    return Form(name, tuple(said["needs"]), tuple(said.get("without", ())), headings, said.get("looks", {}), within)
