"""ClickHouse, whose instants are DateTime64(6) of UTC."""

from __future__ import annotations

from sqlglot import exp

from troth.query.dialects.nodes import INTERVALS, called, tried
from troth.query.nodes import call


def rewritten(node: exp.Expression) -> exp.Expression | None:
    found = called(node)
    if found is not None:
        function, argument = found
        if function == "epoch_us":
            return call("toUnixTimestamp64Micro", argument)
        if function in INTERVALS:
            return call(f"toInterval{INTERVALS[function].title()}", argument)
    room = tried(node)
    if room is not None:
        value, digits, decimals, _ = room
        # A cast would cut off what it has no room for behind the point.
        return call(
            "accurateCastOrNull",
            exp.Round(this=value, decimals=exp.Literal.number(decimals)),
            exp.Literal.string(f"Decimal({digits}, {decimals})"),
        )
    if type(node) is exp.Cast and node.to.is_type("timestamp", "timestampntz"):
        return exp.Cast(this=node.this, to=exp.DataType.build("DATETIME64(6)", dialect="clickhouse", nullable=True))
    return None
