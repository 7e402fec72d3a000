"""Definitions checked against the models that rooms register; every mistake named once, at its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from troth.book.document import Document, Path, Problem, Tree
from troth.book.loading import plain
from troth.kernel import digest
from troth.kernel.errors import nearest

Model = TypeVar("Model", bound=BaseModel)
PLAIN = {
    "tuple_type": "should be a list: [one, two]",
    "model_type": "should hold names with their values",
    "dict_type": "should hold names with their values",
    "string_type": "should be a text",
}
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True, slots=True)
class Definition(Generic[Model]):
    """A named definition, where it stands, and the hash of its own content."""

    name: str
    value: Model
    document: Document
    hash: str

    def problem(self, path: Path, message: str) -> Problem:
        line, column = self.document.position((self.name, *path))
        return Problem(self.document.file, line, column, ".".join(map(str, (self.name, *path))), message)


def definitions(tree: Tree, kind: str, model: type[Model]) -> tuple[dict[str, Definition[Model]], list[Problem]]:
    """The definitions of a kind by name, with the problems found; a definition with a problem is left out."""
    found: dict[str, Definition[Model]] = {}
    problems: list[Problem] = []
    for document in tree.of_kind(kind):
        for name, data in document.data.items():
            definition = _definition(document, str(name), data, model, problems)
            if definition is None:
                continue
            if definition.name in found:
                other = found[definition.name].document.file
                problems.append(definition.problem((), f"defined twice; the first stands in {other}"))
                continue
            found[definition.name] = definition
    return found, problems


def single(tree: Tree, kind: str, model: type[Model]) -> tuple[Model | None, list[Problem]]:
    """The one document of a kind that is itself the definition (troth.yaml)."""
    document = tree.of_kind(kind)[0]
    try:
        return model.model_validate(plain(document.data)), []
    except ValidationError as error:
        return None, _problems(document, (), error, model)


def _definition(document: Document, name: str, data: Any, model: type[Model], problems: list[Problem]) -> Definition[Model] | None:
    content = plain(data)
    if not NAME.fullmatch(name):
        line, column = document.position((name,))
        said = "a name is written with a to z, 0 to 9 and _, and begins with a letter"
        problems.append(Problem(document.file, line, column, name, said))
        return None
    try:
        value = model.model_validate(content)
    except ValidationError as error:
        problems.extend(_problems(document, (name,), error, model))
        return None
    # In the model's own order of fields, but with the order of stages as written: it means something.
    told = set(getattr(model, "told", ()))  # fields that a model keeps for people: they bind nobody
    terms = value.model_dump_json(by_alias=True, exclude_defaults=True, exclude=told)
    return Definition(name, value, document, digest.of_text(f"{name} {terms}"))


def _problems(document: Document, prefix: Path, error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    problems = []
    for item in error.errors(include_url=False):
        path: Path = (*prefix, *(part for part in item["loc"] if part != "[key]"))
        line, column = document.position(path)
        problems.append(Problem(document.file, line, column, ".".join(map(str, path)), _message(item, model)))
    return problems


def _message(item: Mapping[str, Any], model: type[BaseModel]) -> str:
    if item["type"] == "extra_forbidden":
        fields = _fields_at(model, item["loc"][:-1])
        return f"unknown name; {nearest(str(item['loc'][-1]), fields)}" if fields else "unknown name"
    if item["type"] == "missing":
        return "is missing"
    return PLAIN.get(item["type"], str(item["msg"]).removeprefix("Value error, "))


def _fields_at(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    current: type[BaseModel] | None = model
    for part in path:
        if current is None:
            return []
        field = _fields(current).get(part) if isinstance(part, str) else None
        current = _model_in(field.annotation) if field is not None else current
    return list(_fields(current)) if current else []


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields by the name under which the YAML has them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _model_in(part)
        if found is not None:
            return found
    return None
