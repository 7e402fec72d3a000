"""Which statement comes first, by a rule that the page prints."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from troth.findings.context import Context
from troth.findings.finders import FINDERS
from troth.findings.statement import Statement
from troth.kernel.at_once import at_once

RULE = (
    "First the figure for the whole; then what can still be repaired, figures that mislead, where delay arises, what changed;"
    " within each by how many promises it touches. What cannot be said yet comes last."
)


def find_all(context: Context) -> tuple[Statement, ...]:
    """Every finder's statements in the order of `RULE`."""
    each = at_once([partial(find, context) for find in FINDERS])
    found = [(place, statement) for place, statements in enumerate(each) for statement in statements]
    return tuple(statement for _, statement in sorted(found, key=lambda item: _place(*item)))


def told(statements: Sequence[Statement]) -> list[Statement]:
    """What stands in the ranked list: answers, and refusals that have something to show."""
    return [s for s in statements if s.refusal is None or s.figure is not None]


def refused(statements: Sequence[Statement]) -> list[Statement]:
    """Bare questions that cannot be answered yet: they stand at the end."""
    return [s for s in statements if s.refusal is not None and s.figure is None]


def _place(finder: int, statement: Statement) -> tuple[bool, bool, int, float, str]:
    bare = statement.refusal is not None and statement.figure is None
    return (not statement.leads, bare, finder, -statement.weight, statement.id)
