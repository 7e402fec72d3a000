"""Entries, each bound to the one before it by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import rfc8785

from troth.kernel.instant import from_us, to_us

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did. action: noun.verb in the past tense; payload: JSON."""

    actor: str
    action: str
    object: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """at: UTC, ISO 8601 with microseconds. payload: RFC 8785 text. hash: of prev_hash and all the other fields."""

    seq: int
    at: str
    actor: str
    action: str
    object: str
    payload: str
    prev_hash: str
    hash: str


def canonical(value: Mapping[str, Any] | list[Any]) -> str:
    """
    >>> canonical({"b": [1], "a": "ü"})
    '{"a":"ü","b":[1]}'
    """
    return rfc8785.dumps(value).decode("utf-8")


def instant_text(now: datetime) -> str:
    """
    >>> instant_text(datetime(2018, 10, 17, 17, 30))
    '2018-10-17T17:30:00.000000Z'
    """
    return from_us(to_us(now)).isoformat(timespec="microseconds") + "Z"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def follow(last: Entry | None, act: Act, now: datetime) -> Entry:
    """The entry that comes after `last`."""
    entry = Entry(
        seq=last.seq + 1 if last else 1,
        at=instant_text(now),
        actor=act.actor,
        action=act.action,
        object=act.object,
        payload=canonical(act.payload),
        prev_hash=last.hash if last else GENESIS,
        hash="",
    )
    return replace(entry, hash=hash_of(entry))


def hash_of(entry: Entry) -> str:
    return hashlib.sha256((entry.prev_hash + canonical(_fields(entry))).encode("utf-8")).hexdigest()


def first_misfit(entries: Iterable[Entry]) -> int | None:
    """The seq that the chain expected where it first does not fit, None when it fits to the end.

    A chain cannot show that its tail was cut off or all of it rewritten: that takes a head kept elsewhere.
    """
    for expected, (before, entry) in enumerate(_pairs(entries), start=1):
        if entry.seq != expected or entry.prev_hash != before or entry.hash != hash_of(entry):
            return expected
    return None


def _pairs(entries: Iterable[Entry]) -> Iterator[tuple[str, Entry]]:
    before = GENESIS
    for entry in entries:
        yield before, entry
        before = entry.hash


def _fields(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.object,
        "payload": entry.payload,
    }
