"""The case that a failed check opens, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Act = Literal["opened", "routed", "closed"]
Closing = Literal["kept", "asked no more"]
Key = tuple[str, str | None, str]


@dataclass(frozen=True, slots=True)
class Failing:
    """A check of a source's data that fails. column: None where it is about the rows. says: what was found, in a sentence."""

    source: str
    column: str | None
    check: str
    steward: str | None
    says: str

    @property
    def key(self) -> Key:
        """What makes it the same check in the next build."""
        return self.source, self.column, self.check


@dataclass(frozen=True, slots=True)
class Moved:
    """What was done to a case. failing: the check as it stood when it was opened or routed. closing: why it was closed."""

    id: str
    act: Act
    failing: Failing
    closing: Closing | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """failing: as it was when the case was opened, with the steward to whom it is routed now. opened, closed: naive UTC, by the build.

    closing: None while it is open; `kept`, the check holds again; `asked no more`, the contract has no such check now.
    """

    id: str
    failing: Failing
    opened: datetime
    closed: datetime | None = None
    closing: Closing | None = None

    @property
    def open(self) -> bool:
        return self.closed is None


def told(moved: Iterable[tuple[Moved, datetime]]) -> tuple[Case, ...]:
    """Every case as it stands after all that was done, in the order in which they were opened."""
    cases: dict[str, Case] = {}
    for one, at in moved:
        if one.act == "opened":
            cases[one.id] = Case(one.id, one.failing, at)
        elif one.act == "routed":
            before = cases[one.id]
            cases[one.id] = replace(before, failing=replace(before.failing, steward=one.failing.steward))
        else:
            cases[one.id] = replace(cases[one.id], closed=at, closing=one.closing)
    return tuple(cases.values())
