"""Who of the record's staff an account is, for the own results that it reads, and when these rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Opened:
    """How often somebody's own results were opened. last: by this account. others, last_other: by accounts that are or were another."""

    times: int
    last: datetime | None
    others: int
    last_other: datetime | None


@dataclass(frozen=True, slots=True)
class Rest:
    """Own results rest since a password was set by a link. former: the hash of the last password that their owner is known to have had."""

    since: datetime
    former: str


class Persons(Protocol):
    def of(self, account: str) -> str | None:
        """Who somebody is to the record, as the sources name persons of staff; None where that does not hold."""
        ...

    def say(self, account: str, person: str, by: str) -> bool:
        """Somebody says so. True once a second one says the same: then it holds, for good, and own results that rested rest no more.

        Raises BadValue where the account is somebody else's already, or the person has another account.
        """
        ...

    def rest(self, account: str, former: str, now: datetime) -> None:
        """Let the own results of an account rest. Of several former passwords the first is kept."""
        ...

    def resting(self, account: str) -> Rest | None: ...

    def wake(self, account: str) -> None:
        """They rest no more."""
        ...

    def open(self, account: str, now: datetime) -> None:
        """Own results were opened. It outlives the account."""
        ...

    def opened(self, account: str) -> Opened:
        """How often the own results of an account's person were, until now."""
        ...
