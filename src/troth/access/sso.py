"""Single sign-on: what an identity provider says of somebody, and the role and scope that follow from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from troth.access.viewer import Role, Scope

WHILE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who was sent to the provider. state, nonce, verifier: of chance, each for this once. to: where they wanted to go."""

    state: str
    nonce: str
    verifier: str
    to: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What the provider says of somebody, its signature checked. subject: who it is there, for good. name: for those who give access."""

    subject: str
    name: str
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Grant:
    """What those of a group may do and see."""

    group: str
    role: Role
    scope: Scope


class Provider(Protocol):
    """Speaks to the identity provider."""

    @property
    def grants(self) -> Sequence[Grant]: ...

    def address(self, asking: Asking, back: str) -> str:
        """Where a browser is sent to say who it is."""
        ...

    def told(self, asking: Asking, code: str, back: str, now: datetime) -> Told:
        """What it says of whom it sent back with a code. Raises BadValue for what it did not say, or not to us, or not now."""
        ...


class Askings(Protocol):
    """Those who were sent to the provider and are not back yet, by the hashes of their state and of their browser's key."""

    def put(self, asking: Asking, browser: str) -> None: ...

    def take(self, state: str, browser: str, now: datetime) -> Asking | None:
        """What was put, once; None for another browser, another state, and too late."""
        ...


def granted(grants: Sequence[Grant], groups: frozenset[str]) -> Grant | None:
    """The first grant whose group somebody is in, as they are written; None where there is none."""
    return next((one for one in grants if one.group in groups), None)


def groups_of(claims: Mapping[str, object], claim: str) -> frozenset[str]:
    """Groups as providers write them: a list, or one text."""
    found = claims.get(claim)
    if isinstance(found, str):
        return frozenset({found})
    return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()
