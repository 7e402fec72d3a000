"""The JSON Schema of a use case's answer, told from the types of its fields, as `faces.plain` writes them."""

from __future__ import annotations

import types
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import EnumType
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/"
PLAIN: Mapping[type, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
}
ANYTHING: Schema = {}
COMPONENTS: dict[str, Schema] = {}
"""The schemas that answers name, of all operations together."""


def schema_of(type: Any, found: dict[str, Schema]) -> Schema:
    """A schema, with those that it names by reference put into `found`."""
    if type in PLAIN:
        return dict(PLAIN[type])
    if type in (Any, object):
        return ANYTHING
    origin, parts = get_origin(type), get_args(type)
    if origin is Annotated:
        return schema_of(parts[0], found)
    if origin is Literal:
        return {"enum": list(parts)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema_of(part, found) for part in parts]}
    if origin is not None:
        return _made_of(origin, parts, found)
    if is_dataclass(type):
        return _named(type, found)
    if isinstance(type, EnumType):
        return {"enum": [type.__members__[name].value for name in type.__members__]}
    return ANYTHING if type in (dict, list, tuple, Mapping) else {"type": "string"}


def _made_of(origin: Any, parts: tuple[Any, ...], found: dict[str, Schema]) -> Schema:
    if origin is tuple and parts and parts[-1] is not Ellipsis:
        return {"type": "array", "prefixItems": [schema_of(part, found) for part in parts], "minItems": len(parts), "maxItems": len(parts)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": schema_of(parts[1], found)}
    if isinstance(origin, type) and issubclass(origin, Collection):
        return {"type": "array", "items": schema_of(parts[0], found)}
    return ANYTHING


def _named(type: Any, found: dict[str, Schema]) -> Schema:
    """A dataclass, under its name; of two of one name that of the second has its module before it."""
    name = type.__name__
    title = f"{type.__module__}.{type.__qualname__}"
    if name in found and found[name].get("title") != title:
        name = title
    if name not in found:
        found[name] = {"title": title}
        hints = _hints(type)
        properties = {field.name: schema_of(hints[field.name], found) for field in fields(type)}
        found[name] |= {"type": "object", "properties": properties, "required": list(properties)}
    return {"$ref": REFERENCE + name}


@lru_cache(maxsize=1024)
def _hints(type: Any) -> dict[str, Any]:
    """Types that a module names for its readers alone are looked up in those modules that define them."""
    known: dict[str, Any] = {}
    while True:
        try:
            return get_type_hints(type, localns=known)
        except NameError as error:
            if error.name is None or error.name in known:
                raise
            known[error.name] = Any
