"""cutoff(x, '14:00'): x itself up to that time of a working day, else the opening of the next: ordered by 14:00 counts today."""

from __future__ import annotations

from collections.abc import Iterator

from troth.engines.calendars import parse_time
from troth.kernel.errors import BookError, ExpressionError
from troth.query.scope import BESIDE, Lower, Scope, Typed
from troth.query.tree import Call, Node, Slot, Text, all_in

NAME = "cutoff"
ALLOWED = "a time such as '14:00'"


def lowered(call: Call, scope: Scope, lower: Lower) -> Typed:
    if len(call.arguments) != 2:
        raise ExpressionError("cutoff() takes an instant and a time of day", column=call.column, got=f"{len(call.arguments)} values")
    at, time = call.arguments
    instant = lower(at, scope)
    if instant.kind != "instant":
        raise ExpressionError("cutoff() takes an instant first", column=at.column, got=instant.kind)
    _refuse_no_time(time)
    if scope.calendar is None:
        raise ExpressionError("cutoff() needs a calendar", column=call.column, allowed=BESIDE)
    return Typed(scope.calendar.counted_from(instant.node, lower(time, scope).node), "instant")


def times_in(tree: Node) -> Iterator[str]:
    """The times of day that a tree's cut-offs name. Raises ExpressionError for what is none."""
    for node in all_in(tree):
        if isinstance(node, Call) and node.function == NAME and len(node.arguments) == 2:
            _refuse_no_time(node.arguments[1])
            if isinstance(node.arguments[1], Text):
                yield node.arguments[1].value


def _refuse_no_time(node: Node) -> None:
    value = node.like if isinstance(node, Slot) else node
    if not isinstance(value, Text):
        raise ExpressionError("cutoff() takes a time of day second", column=node.column, allowed=ALLOWED)
    if isinstance(node, Text):
        try:
            parse_time(node.value)
        except BookError as error:
            raise ExpressionError("no time of day", column=node.column, got=f"'{node.value}'", allowed=ALLOWED) from error
