"""The cases that failed checks opened: which are open, for whom they wait, and which were closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from troth.app.rulebook.rules import Rules, read_rules
from troth.app.workspace import Workspace
from troth.cases import Case, Closing
from troth.kernel.errors import NotFound, nearest


@dataclass(frozen=True, slots=True)
class CaseTold:
    """says: what the check found when the case was opened. steward: for whom it waits, None: for nobody yet. owner: of the source now.

    opened, closed: naive UTC, of the builds that did so. closing: `kept`, `asked no more`, or None while it is open.
    """

    id: str
    source: str
    column: str | None
    check: str
    says: str
    steward: str | None
    owner: str | None
    opened: datetime
    closed: datetime | None
    closing: Closing | None


def cases(workspace: Workspace, *, steward: str | None = None, closed: bool = False) -> tuple[CaseTold, ...]:
    """Open cases, the oldest first; with `closed` then those that were closed, the latest first. steward: only what waits for a role.

    They are of the operation's data as a whole. Raises NotFound for a role that neither the book nor any case names.
    """
    rules, found = read_rules(workspace), workspace.cases.all()
    if steward is not None:
        known = _roles(rules) | {one.failing.steward for one in found if one.failing.steward}
        if steward not in known:
            raise NotFound(f"no role '{steward}'", allowed=nearest(steward, known), next_step="`troth sources` lists the stewards.")
        found = tuple(one for one in found if one.failing.steward == steward)
    over = sorted((one for one in found if one.closed), key=lambda one: (one.closed, one.id), reverse=True) if closed else []
    return tuple(_told(one, rules) for one in (*(one for one in found if one.open), *over))


def waiting(workspace: Workspace) -> tuple[tuple[str | None, int], ...]:
    """How many cases are open, by the steward for whom they wait, most first; None: for nobody yet."""
    counted = Counter(one.failing.steward for one in workspace.cases.all() if one.open)
    return tuple(sorted(counted.items(), key=lambda one: (-one[1], one[0] or "")))


def open_lines(workspace: Workspace, moment: Callable[[datetime], str]) -> list[dict[str, Any]]:
    """Open cases as the page `Data` has them. moment: an instant on the operation's clock, in words."""
    return [
        {"id": one.id, "says": one.failing.says, "steward": one.failing.steward, "opened": moment(one.opened)}
        for one in workspace.cases.all()
        if one.open
    ]


def _roles(rules: Rules) -> set[str]:
    sources = [one.value for one in rules.sources.values()]
    named = {one.steward for source in sources for one in (source, *source.attributes()) if one.steward is not None}
    return named | set(rules.book.company.roles)


def _told(case: Case, rules: Rules) -> CaseTold:
    failing = case.failing
    owner = rules.sources[failing.source].value.owner if failing.source in rules.sources else None
    return CaseTold(
        case.id, failing.source, failing.column, failing.check, failing.says, failing.steward, owner,
        case.opened, case.closed, case.closing,
    )  # fmt: skip
