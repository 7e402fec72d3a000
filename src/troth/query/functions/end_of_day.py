"""end_of_day(x): the last microsecond of x's local day, so that what happens on the promised day is in time."""

from __future__ import annotations

from sqlglot import exp

from troth.kernel.errors import ExpressionError
from troth.query.nodes import cast, paren
from troth.query.scope import Lower, Scope, Typed
from troth.query.tree import Call
from troth.query.zone import civil_interval, day_begins, interval, to_local

NAME = "end_of_day"


def lowered(call: Call, scope: Scope, lower: Lower) -> Typed:
    if len(call.arguments) != 1:
        raise ExpressionError("end_of_day() takes one instant or day", column=call.column, got=f"{len(call.arguments)} values")
    value = lower(call.arguments[0], scope)
    if value.kind not in ("instant", "day"):
        raise ExpressionError("end_of_day() takes an instant or a day", column=call.arguments[0].column, got=value.kind)
    day = value.node if value.kind == "day" else cast(to_local(value.node, scope.zone), "DATE")
    midnight = exp.Add(this=cast(day, "TIMESTAMP"), expression=civil_interval(1, "DAY"))
    last = exp.Add(this=day_begins(paren(midnight), scope.zone), expression=interval(exp.Literal.number(1), -1))
    return Typed(paren(last), "instant")
