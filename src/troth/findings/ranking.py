"""Which statement comes first, by a rule that the page prints."""

from __future__ import annotations

from collections.abc import Sequence

from troth.findings.context import Context
from troth.findings.finders import FINDERS
from troth.findings.statement import Statement

RULE = (
    "First the figure for the whole; then what can still be repaired, figures that mislead, where delay arises, what changed;"
    " within each by how many promises it touches. What cannot be said yet comes last."
)


def find_all(context: Context) -> tuple[Statement, ...]:
    """Every finder's statements in the order of `RULE`."""
    found = [(place, statement) for place, find in enumerate(FINDERS) for statement in find(context)]
    return tuple(statement for _, statement in sorted(found, key=lambda item: _place(*item)))


def answered(statements: Sequence[Statement]) -> list[Statement]:
    return [s for s in statements if s.refusal is None]


def refused(statements: Sequence[Statement]) -> list[Statement]:
    return [s for s in statements if s.refusal is not None]


def _place(finder: int, statement: Statement) -> tuple[bool, bool, int, float, str]:
    return (not statement.leads, statement.refusal is not None, finder, -statement.weight, statement.id)
