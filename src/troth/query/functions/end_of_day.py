"""end_of_day(x): the last microsecond of x's local day, so that what happens on the promised day is in time."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from troth.kernel.errors import ExpressionError
from troth.query import lowering
from troth.query.scope import Scope, Typed
from troth.query.tree import Node
from troth.query.zone import interval, to_local, to_utc

NAME = "end_of_day"
TAKES = "one instant or day"


def lower(arguments: Sequence[Node], scope: Scope, column: int) -> Typed:
    if len(arguments) != 1:
        raise ExpressionError("end_of_day() takes one instant or day", column=column, got=f"{len(arguments)} values")
    value = lowering.lower(arguments[0], scope)
    if value.kind not in ("instant", "day"):
        raise ExpressionError("end_of_day() takes an instant or a day", column=arguments[0].column, got=value.kind)
    day = value.node if value.kind == "day" else exp.cast(to_local(value.node, scope.zone), "DATE")
    midnight = exp.Add(this=exp.cast(day.copy(), "TIMESTAMP"), expression=lowering.civil_interval(1, "DAY"))
    last = exp.Add(this=to_utc(exp.paren(midnight), scope.zone), expression=interval(exp.Literal.number(1), -1))
    return Typed(exp.paren(last), "instant")
