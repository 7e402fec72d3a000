"""Spark SQL, whose session zone must be UTC."""

from __future__ import annotations

from sqlglot import exp

from troth.query.dialects.nodes import called, tried
from troth.query.nodes import call, cast

TRIES: dict[type[exp.Expression], str] = {exp.Add: "try_add", exp.Sub: "try_subtract", exp.Mul: "try_multiply", exp.Div: "try_divide"}


def rewritten(node: exp.Expression) -> exp.Expression | None:
    found = called(node)
    if found is not None:
        function, argument = found
        if function == "epoch_us":
            return call("unix_micros", cast(argument, "TIMESTAMPLTZ"))
        if function == "to_microseconds":
            millionths = exp.Div(this=cast(argument, "DECIMAL(20, 6)"), expression=exp.Literal.number(1_000_000))
            nought = [exp.Literal.number(0)] * 3
            return call("make_dt_interval", *(one.copy() for one in nought), cast(millionths, "DECIMAL(18, 6)"))
        if function == "to_days":
            return call("make_dt_interval", argument)
        if function == "to_months":
            return call("make_ym_interval", exp.Literal.number(0), argument)
    room = tried(node)
    if room is None or not isinstance(node, exp.Try):
        return None
    value, digits, decimals, _ = room
    if type(value) in TRIES:
        value = call(TRIES[type(value)], value.this, value.expression)
    return exp.TryCast(this=value, to=exp.DataType.build(f"DECIMAL({digits}, {decimals})"))
