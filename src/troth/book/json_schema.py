"""JSON Schema of the files of a book, so that an editor completes and explains them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from pydantic import BaseModel

from troth.book.company import Company
from troth.book.kinds import NAME, Kind
from troth.book.settings import Settings

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
MOMENT = {
    "type": "string",
    "description": "A day or an instant: 2026-03-01, or 2026-03-01 14:00. Days begin at midnight of the operation's zone",
}
SINCE = {**MOMENT, "description": "From when these terms bind what is made; without it from the revision in which they are saved"}
RESTATES = {"type": "boolean", "description": "true: this corrects a mistake, so that what was made under the former terms is judged anew"}
LOCKED = {
    "description": "true, or a list of fields (due, stages.seller): the same everywhere, no overlay may change it",
    "anyOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "string"}}],
}
CHANGE = {"type": "string", "pattern": r"^CHG-\d+$", "description": "The Change that this overlay belongs to: changes/CHG-….yaml"}


def schemas(kinds: Mapping[str, Kind]) -> dict[str, tuple[str, Schema]]:
    """Name of a schema -> the pattern of the files that it is for, and the schema; overlays of a kind have one of their own."""
    found = {"troth": ("troth.yaml", _single(Settings)), "company": ("company.yaml", _single(Company))}
    for name, kind in sorted(kinds.items()):
        found[name] = (f"{name}/**/*.yaml", _single(kind.model) if kind.whole else _named(kind))
        if kind.layered:
            found[f"{name}.overlay"] = (f"overlays/*/{name}/**/*.yaml", _overlay(kind))
    return found


def _single(model: type[BaseModel]) -> Schema:
    return {"$schema": DRAFT, **model.model_json_schema(by_alias=True)}


def _named(kind: Kind) -> Schema:
    """A file of definitions by name."""
    definition, defs = _parts(kind.model)
    if kind.layered:
        version = _each(definition, _optional)
        version["properties"] = {"since": SINCE, "restates": RESTATES, **version["properties"]}
        version["required"] = ["since"]
        for fixed in kind.fixed:
            version["properties"].pop(fixed, None)
        listed = {"type": "array", "items": version, "description": "Later terms, each from its `since:`; it keeps what it does not change"}
        definition["properties"] |= {"since": SINCE, "restates": RESTATES, "versions": listed, "locked": LOCKED}
        defs = {name: _each(one, _lockable) for name, one in defs.items()}
    return _file({}, definition, defs)


def _overlay(kind: Kind) -> Schema:
    """A file of an overlay: any part of a definition, and null to remove one."""
    definition, defs = _parts(kind.model)
    for fixed in kind.fixed:
        definition["properties"].pop(fixed, None)
    partial = {name: _each(one, _optional) for name, one in defs.items()}
    return {**_file({"change": CHANGE}, _each(definition, _optional), partial), "required": ["change"]}


def _parts(model: type[BaseModel]) -> tuple[Schema, dict[str, Schema]]:
    schema = deepcopy(model.model_json_schema(by_alias=True))
    return schema, schema.pop("$defs", {})


def _file(properties: Schema, definition: Schema, defs: dict[str, Schema]) -> Schema:
    return {
        "$schema": DRAFT, "type": "object", "properties": properties, "propertyNames": {"pattern": f"^{NAME}$"},
        "additionalProperties": definition, "$defs": defs,
    }  # fmt: skip


def _each(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """The schema with the change made to every object in it."""
    found: Schema = {}
    for key, value in schema.items():
        if isinstance(value, dict):
            found[key] = _each(value, change)
        elif isinstance(value, list):
            found[key] = [_each(item, change) if isinstance(item, dict) else item for item in value]
        else:
            found[key] = value
    return change(found) if isinstance(found.get("properties"), dict) else found


def _optional(schema: Schema) -> Schema:
    properties = {name: {**_told(one), "anyOf": [one, {"type": "null"}]} for name, one in schema["properties"].items()}
    return {**{key: value for key, value in schema.items() if key != "required"}, "properties": properties}


def _lockable(schema: Schema) -> Schema:
    return {**schema, "properties": {**schema["properties"], "locked": LOCKED}}


def _told(schema: Schema) -> Schema:
    return {"description": schema["description"]} if "description" in schema else {}
