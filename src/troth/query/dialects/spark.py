"""Spark SQL."""

from __future__ import annotations

from sqlglot import exp

from troth.query.dialects.nodes import called, last_place, moved, named, tried
from troth.query.nodes import call, cast, paren

# Without the second a product of decimals loses digits, where DuckDB's keeps them or has no room.
SETTINGS = {"spark.sql.session.timeZone": "UTC", "spark.sql.decimalOperations.allowPrecisionLoss": "false"}
TRIES: dict[type[exp.Expression], str] = {exp.Add: "try_add", exp.Sub: "try_subtract", exp.Mul: "try_multiply"}


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
    transform = named(node)
    if transform is not None:
        return call("element_at", transform, exp.Literal.number(1))
    room = tried(node)
    if room is None or not isinstance(node, exp.Try):
        return None
    value, digits, decimals, _ = room
    if isinstance(value, exp.Div):
        whole = exp.TryCast(this=moved(value, decimals), to=exp.DataType.build(f"DECIMAL({digits}, 0)"), safe=True)
        return paren(exp.Mul(this=whole, expression=last_place(decimals)))
    if type(value) in TRIES:
        value = call(TRIES[type(value)], value.this, value.expression)
    return exp.TryCast(this=value, to=exp.DataType.build(f"DECIMAL({digits}, {decimals})"), safe=True)
