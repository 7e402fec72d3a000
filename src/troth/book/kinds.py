"""What the rooms register with the book: which folders there are, and by which model their definitions are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

if TYPE_CHECKING:
    from troth.book.book import Book
    from troth.book.document import Problem

NAME = r"[a-z][a-z0-9_]{0,59}"


class Part(BaseModel):
    """A piece of a definition. told: fields that are said about it for people; they bind nobody and have no part in its hash."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    told: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Reference:
    """Marks a field that names something declared elsewhere. to: `role`."""

    to: str


def _as_text(value: object) -> object:
    return str(value).lower() if isinstance(value, bool | int) else value


Expression = Annotated[str, BeforeValidator(_as_text), WithJsonSchema({"type": ["string", "number", "boolean"]})]
"""The text of an expression; YAML's own `true` and `5` are expressions too. What it may name is for the room to say."""

Role = Annotated[
    str,
    Reference("role"),
    Field(pattern=rf"^{NAME}$", description="A role id such as head_of_logistics; whose names are behind it is not said in a book"),
]


@dataclass(frozen=True, slots=True)
class Kind:
    """name: of the folder. model: of one definition.

    whole: each file is one definition, named as the file is (changes/CHG-0042.yaml).
    layered: definitions have dated versions and overlays. fixed: fields that neither can change, since terms are chosen by them.
    """

    name: str
    model: type[BaseModel]
    whole: bool = False
    layered: bool = False
    fixed: frozenset[str] = frozenset()


Lint = Callable[["Book"], "Sequence[Problem]"]
"""What a room finds wrong in a book whose definitions fit their models."""


@dataclass(frozen=True, slots=True)
class Holds:
    """What a field may hold: roles of its own, one or a list of them, or a model in which roles stand."""

    roles: bool
    many: bool
    inner: type[BaseModel] | None


@cache
def role_fields(model: type[BaseModel]) -> Mapping[str, Holds]:
    """The fields of a model, by their names in YAML, in which roles stand."""
    found = {}
    for name, field in model.model_fields.items():
        own = any(isinstance(mark, Reference) and mark.to == "role" for mark in (*field.metadata, *_inner(field.annotation)))
        inner = model_in(field.annotation)
        below = inner is not None and inner is not model and bool(role_fields(inner))
        if own or below:
            many = getattr(field.annotation, "__origin__", None) is tuple
            found[field.alias or name] = Holds(own, many, inner if below else None)
    return found


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation such as `dict[str, Stage]` or `Stage | None` holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = model_in(part)
        if found is not None:
            return found
    return None


def _inner(annotation: Any) -> tuple[Any, ...]:
    """The markers of an annotation's parts, short of those inside another model."""
    found: tuple[Any, ...] = tuple(getattr(annotation, "__metadata__", ()))
    for part in getattr(annotation, "__args__", ()):
        found += _inner(part)
    return found
