"""elapsed(a, b): the working time from a to b, on the calendar of the promise or of the metric."""

from __future__ import annotations

from troth.kernel.errors import ExpressionError
from troth.query.scope import BESIDE, Lower, Scope, Typed
from troth.query.tree import Call

NAME = "elapsed"


def lowered(call: Call, scope: Scope, lower: Lower) -> Typed:
    if len(call.arguments) != 2:
        raise ExpressionError("elapsed() takes two instants", column=call.column, got=f"{len(call.arguments)} values")
    earlier, later = (lower(argument, scope) for argument in call.arguments)
    for typed, argument in zip((earlier, later), call.arguments, strict=True):
        if typed.kind != "instant":
            raise ExpressionError("elapsed() takes two instants", column=argument.column, got=typed.kind)
    if scope.calendar is None:
        raise ExpressionError("elapsed() needs a calendar", column=call.column, allowed=BESIDE)
    return Typed(scope.calendar.elapsed(later.node, earlier.node), "working", unit="wh")
