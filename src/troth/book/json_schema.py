"""JSON Schema of the files of a book, so that an editor completes and explains them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from troth.book.company import Company
from troth.book.kinds import NAME, Kind
from troth.book.settings import Settings

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
NULL: Schema = {"type": "null"}
IN_PART = "InPart"
CROSS_CHECKS = ("required", "dependentRequired", "anyOf", "oneOf")
SINCE: Schema = {
    "type": "string",
    "description": "From when these terms bind what is made: a day or an instant, 2026-03-01 or 2026-03-01 14:00. Days begin at midnight"
    " of the operation's zone; without it from the revision in which the terms are saved",
}
RESTATES: Schema = {
    "type": "boolean",
    "description": "true: this corrects a mistake, so that what was made under the former terms is judged anew",
}
LOCKED: Schema = {
    "description": "true, or a list of fields (due, stages.seller): the same everywhere, no overlay may change it",
    "anyOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "string"}}],
}
CHANGE: Schema = {"type": "string", "pattern": r"^CHG-\d+$", "description": "The Change that this overlay belongs to: changes/CHG-….yaml"}


@dataclass(frozen=True, slots=True)
class FileSchema:
    """files: patterns of the files that it is for, relative to the book; the last that matches decides, and '!' excludes.

    Editors look for a pattern at any depth, and check a file by all schemas whose patterns match.
    """

    files: tuple[str, ...]
    schema: Schema


def schemas(kinds: Mapping[str, Kind]) -> dict[str, FileSchema]:
    """By name: one for each kind of file; overlays of a kind have one of their own."""
    found = {"troth": FileSchema(("troth.yaml",), _single(Settings)), "company": FileSchema(("company.yaml",), _single(Company))}
    for name, kind in sorted(kinds.items()):
        files = (f"{name}/**/*.yaml", "!overlays/**")
        found[name] = FileSchema(files, _single(kind.model) if kind.whole else _named(kind))
        if kind.layered:
            found[f"{name}.overlay"] = FileSchema((f"overlays/*/{name}/**/*.yaml",), _overlay(kind))
    return found


def _single(model: type[BaseModel]) -> Schema:
    definition, defs = _parts(model)
    return {"$schema": DRAFT, **definition, "$defs": defs}


def _named(kind: Kind) -> Schema:
    """A file of definitions by name."""
    definition, defs = _parts(kind.model)
    if kind.layered:
        version, partial = _in_part(kind, definition, defs)
        version["properties"] = {"since": SINCE, "restates": RESTATES, **version["properties"]}
        version["required"] = ["since"]
        listed = {"type": "array", "items": version, "description": "Later terms, each from its `since:`; it keeps what it does not change"}
        definition["properties"] |= {"since": SINCE, "restates": RESTATES, "versions": listed, "locked": LOCKED}
        defs = {name: _each(one, _lockable) for name, one in defs.items()} | partial
    return _file({}, definition, defs)


def _overlay(kind: Kind) -> Schema:
    """A file of an overlay: any part of a definition, and null to remove one."""
    return {**_file({"change": CHANGE}, *_in_part(kind, *_parts(kind.model))), "required": ["change"]}


def _in_part(kind: Kind, definition: Schema, defs: Mapping[str, Schema]) -> tuple[Schema, dict[str, Schema]]:
    """What a version or an overlay may say: any field but the fixed ones, each as far as it differs; null removes."""
    partial = _each(definition, _optional)
    partial["properties"] = {name: one for name, one in partial["properties"].items() if name not in kind.fixed}
    return partial, {f"{name}{IN_PART}": _each(one, _optional) for name, one in defs.items()}


def _parts(model: type[BaseModel]) -> tuple[Schema, dict[str, Schema]]:
    schema = model.model_json_schema(by_alias=True)
    defs = schema.pop("$defs", {})
    if "$ref" in schema:
        schema = defs[schema["$ref"].rpartition("/")[2]]
    return _each(schema, _plain), {name: _each(one, _plain) for name, one in defs.items()}


def _file(properties: Schema, definition: Schema, defs: Mapping[str, Schema]) -> Schema:
    return {
        "$schema": DRAFT, "type": "object", "properties": properties, "propertyNames": {"pattern": f"^{NAME}$"},
        "additionalProperties": definition, "$defs": dict(defs),
    }  # fmt: skip


def _each(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """The schema with the change made to every schema in it, the innermost first; the names of properties are no schemas."""
    found: Schema = {}
    for key, value in schema.items():
        if key in ("properties", "patternProperties", "$defs"):
            found[key] = {name: _each(inner, change) for name, inner in value.items()}
        elif isinstance(value, dict) and key not in ("default", "dependentRequired"):
            found[key] = _each(value, change)
        elif isinstance(value, list) and key in ("anyOf", "oneOf", "allOf", "prefixItems"):
            found[key] = [_each(item, change) for item in value]
        else:
            found[key] = value
    return change(found)


def _plain(schema: Schema) -> Schema:
    """Names that do not fit are refused, and titles, which only repeat names, are left out."""
    found = {key: value for key, value in schema.items() if key != "title"}
    return {**found, "additionalProperties": False} if "patternProperties" in found else found


def _optional(schema: Schema) -> Schema:
    if "$ref" in schema:
        return {**schema, "$ref": f"{schema['$ref']}{IN_PART}"}
    found = dict(schema)
    if "properties" in found:
        found = {key: value for key, value in found.items() if key not in CROSS_CHECKS}
        found["properties"] = {name: _or_null(one) for name, one in found["properties"].items()}
    elif "patternProperties" in found:
        found["patternProperties"] = {pattern: _or_null(one) for pattern, one in found["patternProperties"].items()}
    elif isinstance(found.get("additionalProperties"), dict):
        found["additionalProperties"] = _or_null(found["additionalProperties"])
    found.pop("minProperties", None)
    return found


def _or_null(schema: Schema) -> Schema:
    told = {"description": schema["description"]} if "description" in schema else {}
    return {**told, "anyOf": [{key: value for key, value in schema.items() if key != "description"}, *_by_ids(schema), NULL]}


def _by_ids(schema: Schema) -> list[Schema]:
    """A list of parts may also be changed as names: {settle: {…}, ask: null}, by the ids of its items."""
    items = schema.get("items")
    if not isinstance(items, dict) or "$ref" not in items:
        return []
    return [{"type": "object", "additionalProperties": {"anyOf": [items, NULL]}}]


def _lockable(schema: Schema) -> Schema:
    return {**schema, "properties": {**schema["properties"], "locked": LOCKED}} if "properties" in schema else schema
