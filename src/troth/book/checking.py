"""Data checked against a model; every mistake told once, at its place, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from troth.book.document import Document, Problem
from troth.book.kinds import model_in
from troth.book.parsing import Path
from troth.kernel.errors import nearest

PLAIN = {
    "tuple_type": "should be a list: [one, two]",
    "model_type": "should hold names with their values",
    "dict_type": "should hold names with their values",
    "string_type": "should be a text",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "too_short": "should not be empty",
}
WHERE_IT_STANDS = frozenset({"missing", "extra_forbidden"})
PATTERNS = {r"^[A-Z]{3}$": "three capital letters, as in EUR"}


def mistakes(error: ValidationError, model: type[BaseModel]) -> list[tuple[Path, str, bool]]:
    """Path, message, and whether it is the name that is wrong rather than its value; one for every mistake.

    A misspelt name is one mistake, though the model misses the right one too; a value that fits no branch of a union is one too.
    """
    found: dict[Path, tuple[str, bool]] = {}
    details = error.errors(include_url=False)
    misspelt = {_guessed(item, details, model) for item in details if item["type"] == "extra_forbidden"} - {None}
    for item in details:
        path = path_of(item, model)
        if item["type"] == "missing" and path in misspelt:
            continue
        found.setdefault(path, (_message(item, model), item["type"] in WHERE_IT_STANDS))
    return [(path, message, by_name) for path, (message, by_name) in found.items()]


def problems_of(document: Document, prefix: Path, error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """The same as problems of a document; prefix: where in it the model's data begin."""
    told = []
    for path, message, by_name in mistakes(error, model):
        place = (*prefix, *path)
        told.append(problem(document, place, message, at_value=not by_name))
    return told


def problem(document: Document, path: Path, message: str, *, at_value: bool = False, column: int | None = None, cause: str = "") -> Problem:
    """at_value: points at the value, at `column` of its text; else at the name."""
    line, place = document.value_position(path, column) if at_value else document.position(path)
    return Problem(document.file, line, place, ".".join(map(str, path)) or "-", message, cause=cause)


def nameless(data: Mapping[str, Any], model: type[BaseModel]) -> list[str]:
    """Fields of the model that stand where the names of definitions should."""
    fields = named_fields(model)
    strays = [name for name, value in data.items() if name in fields and not isinstance(value, Mapping)]
    return [name for name in data if name in fields] if strays else []


def named_fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields by the name under which the YAML has them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def path_of(item: ErrorDetails, model: type[BaseModel]) -> Path:
    """Where an error lies in the data: pydantic also names the branch of a union and the key of a mapping."""
    path: list[str | int] = []
    current: type[BaseModel] | None = model
    container = False
    for part in item["loc"]:
        if part == "[key]":
            continue
        if container or isinstance(part, int):
            path.append(part)
            container = False
            continue
        fields = named_fields(current) if current else {}
        if part in fields:
            path.append(part)
            annotation = fields[part].annotation
            current, container = model_in(annotation), _is_mapping(annotation)
        elif current is None or (item["type"] == "extra_forbidden" and part == item["loc"][-1]):
            path.append(part)
    return tuple(path)


def _is_mapping(annotation: Any) -> bool:
    origin = getattr(annotation, "__origin__", None)
    return origin in (dict, Mapping) or any(
        _is_mapping(part) for part in getattr(annotation, "__args__", ()) if origin not in (list, tuple)
    )


def _guessed(item: ErrorDetails, details: Sequence[ErrorDetails], model: type[BaseModel]) -> Path | None:
    """The missing field that an unknown name was meant for."""
    parent, name = path_of(item, model)[:-1], str(item["loc"][-1])
    missing = {str(other["loc"][-1]) for other in details if other["type"] == "missing" and path_of(other, model)[:-1] == parent}
    meant = re.search(r"'(.*?)'\?", nearest(name, missing | set(_fields_at(model, parent))))
    return (*parent, meant.group(1)) if meant and meant.group(1) in missing else None


def _message(item: ErrorDetails, model: type[BaseModel]) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "extra_forbidden":
        fields = _fields_at(model, path_of(item, model)[:-1])
        return f"unknown name; {nearest(str(item['loc'][-1]), fields)}" if fields else "unknown name"
    if kind == "missing":
        return "is missing"
    if kind == "literal_error":
        return f"got {_shown(item['input'])}; {_nearest_of(str(item['input']), str(context['expected']))}"
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return f"got {_shown(item['input'])}; write {PATTERNS.get(pattern, 'a to z, 0 to 9 and _, beginning with a letter')}"
    if kind == "string_too_long":
        return f"is too long; at most {context['max_length']} characters"
    if kind == "too_long":
        return f"too many; at most {context['max_length']}"
    return PLAIN.get(kind, str(item["msg"]).removeprefix("Value error, "))


def _shown(value: object) -> str:
    return f"'{value}'" if isinstance(value, str | int) and not isinstance(value, bool) else "something else"


def _nearest_of(got: str, expected: str) -> str:
    return nearest(got, re.findall(r"'([^']*)'", expected))


def _fields_at(model: type[BaseModel], path: Path) -> list[str]:
    current: type[BaseModel] | None = model
    inside_mapping = False
    for part in path:
        if isinstance(part, int) or inside_mapping:
            inside_mapping = False
            continue
        field = named_fields(current).get(part) if current else None
        if field is None:
            return []
        current, inside_mapping = model_in(field.annotation), _is_mapping(field.annotation)
    return list(named_fields(current)) if current and not inside_mapping else []


def told_once(problems: Iterable[Problem]) -> list[Problem]:
    """Sorted by place; of several places with one cause the first, which names the others."""
    ordered = sorted(problems, key=lambda p: (str(p.file), p.line, p.column, p.message))
    first: dict[str, int] = {}
    kept: list[Problem] = []
    others: dict[int, list[str]] = {}
    for one in ordered:
        if one.cause and one.cause in first:
            others.setdefault(first[one.cause], []).append(f"{one.file}:{one.line}")
            continue
        if one.cause:
            first[one.cause] = len(kept)
        if one not in kept[-1:]:
            kept.append(one)
    for index, places in others.items():
        one = kept[index]
        more = f" and {len(places) - 3} more" if len(places) > 3 else ""
        kept[index] = Problem(one.file, one.line, one.column, one.path, f"{one.message}; also at {', '.join(places[:3])}{more}", one.level)
    return kept
