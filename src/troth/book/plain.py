"""A text in which nothing is unusual, to its data in one pass: nearly every file of a book is one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST = 100_000
DEEPEST = 60
MERGE = "<<"
NUMBER = re.compile(r"[-+]?(\d+|\d+\.\d*|\.\d+|\d+(\.\d*)?[eE][-+]?\d+)")
WORDS: Mapping[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


class _Unusual(Exception):
    pass


def plain(text: str) -> dict[str, Any] | None:
    """Data of a text that holds names with their definitions and no mistake; None where it must be looked at with care.

    It has no places and no words for what is wrong, so it costs half of `parsing`, with which it agrees wherever it answers.
    """
    if len(text) > MOST:
        return None  # so that no text has more than that many entries
    step = LOADER(text).get_event
    try:
        if [type(step()) for _ in range(2)] != [StreamStartEvent, DocumentStartEvent]:
            return None
        data = _value(step(), step, 0)
        ended = [type(step()) for _ in range(2)] == [DocumentEndEvent, StreamEndEvent]
        return data if ended and isinstance(data, dict) else None
    except (_Unusual, yaml.YAMLError):
        return None


def scalar(text: str) -> Any:
    """What a plain scalar means; numbers with a point become text, so that the hash is the same everywhere."""
    if text in WORDS:
        return WORDS[text]
    if NUMBER.fullmatch(text) and len(text) <= 40:
        return int(text) if text.lstrip("+-").isdecimal() else repr(float(text))
    return text


def _mapping(step: Callable[[], Any], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while (event := step()).__class__ is not MappingEndEvent:
        if event.__class__ is not ScalarEvent or event.anchor is not None or event.tag is not None:
            raise _Unusual
        key = event.value
        if key in found or key == MERGE:
            raise _Unusual
        found[key] = _value(step(), step, depth)
    return found


def _value(event: Any, step: Callable[[], Any], depth: int) -> Any:
    """depth: how many names and numbers lead to it."""
    kind = event.__class__
    if kind is ScalarEvent:
        if event.anchor is not None or event.tag is not None:
            raise _Unusual
        return event.value if event.style else scalar(event.value)
    if (kind is not MappingStartEvent and kind is not SequenceStartEvent) or depth >= DEEPEST:
        raise _Unusual
    if event.anchor is not None or event.tag is not None:
        raise _Unusual
    if kind is MappingStartEvent:
        return _mapping(step, depth + 1)
    items = []
    while (event := step()).__class__ is not SequenceEndEvent:
        items.append(_value(event, step, depth + 1))
    return items
