"""A use case's answer as plain data: the one shape in which the command line prints it and REST gives it."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from dataclasses import fields as fields_of
from datetime import datetime
from decimal import Decimal
from typing import Any


def fields(value: Any) -> dict[str, Any]:
    return asdict(value)


def text_of(value: object, *, indent: int | None = None) -> str:
    """JSON. Halves of signs, as the name of a file may have them, cannot be written and are escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=plain)
    return text.encode("utf-8", "backslashreplace").decode()


def plain(value: object) -> object:
    """What JSON has no word for: instants as UTC, exact numbers as text, sets in their order."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields_of(value)}
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, frozenset | set | tuple):
        return sorted(value) if isinstance(value, frozenset | set) else list(value)
    return str(value)
