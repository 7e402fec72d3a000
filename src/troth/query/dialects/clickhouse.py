"""ClickHouse, whose instants are DateTime64(6) of UTC."""

from __future__ import annotations

from sqlglot import exp

from troth.query.dialects.nodes import INTERVALS, called, last_place, moved, named, series, tried
from troth.query.nodes import call, paren

SETTINGS = {"session_timezone": "UTC", "join_use_nulls": "1"}  # of what a join does not find, not 0 and '' but nothing

INSTANT = exp.DataType.build("DATETIME64(6)", dialect="clickhouse", nullable=True)


def rewritten(node: exp.Expression) -> exp.Expression | None:
    found = called(node)
    if found is not None:
        function, argument = found
        if function == "epoch_us":
            return call("toUnixTimestamp64Micro", argument)
        if function in INTERVALS:
            return call(f"toInterval{INTERVALS[function].title()}", argument)
    transform, unfolded, room = named(node), series(node), tried(node)
    if transform is not None:
        return call("arrayElement", transform, exp.Literal.number(1))
    if unfolded is not None:
        return _numbered(unfolded)
    if room is not None:
        value, digits, decimals, before = room
        if isinstance(value, exp.Div):
            return _quotient(value, digits, decimals)
        return _fitting(value, digits, decimals, before)
    if isinstance(node, exp.GroupConcat):
        return _listed(node)
    if isinstance(node, exp.Lead | exp.Lag) and not isinstance(node.this, exp.Anonymous):
        return type(node)(**{**node.args, "this": call("toNullable", node.this)})  # beyond the last is nothing, not 1970
    if isinstance(node, exp.TimestampTrunc):
        return exp.Cast(this=call("dateTrunc", exp.Literal.string(node.args["unit"].name.lower()), node.this), to=INSTANT.copy())
    return _typed(node) if type(node) is exp.Cast else None


def _typed(node: exp.Cast) -> exp.Expression | None:
    """A cast as DuckDB has it: of decimals it rounds, where ClickHouse cuts off."""
    if node.to.is_type("timestamp", "timestampntz"):
        return exp.Cast(this=node.this, to=INSTANT.copy())
    if node.to.is_type("decimal") and not isinstance(node.this, exp.Literal) and not isinstance(node.parent, exp.Try):
        node.set("this", exp.Round(this=node.this, decimals=node.to.expressions[1].this.copy()))
    return None


def _fitting(value: exp.Expression, digits: int, decimals: int, before: int) -> exp.Expression:
    """Rounded; and nothing for what has no room, which ClickHouse would keep as long as it fits into its bits."""
    if isinstance(value, exp.Add | exp.Sub | exp.Mul):
        wide = exp.DataType.build(f"Decimal(76, {decimals})", dialect="clickhouse", nullable=True)
        value = type(value)(this=exp.Cast(this=value.this, to=wide), expression=value.expression)
    rounded = exp.Round(this=value, decimals=exp.Literal.number(decimals))
    fits = exp.LT(this=exp.Abs(this=rounded.copy()), expression=exp.Literal.number(f"1e{before}"))
    kept = call("accurateCastOrNull", rounded, exp.Literal.string(f"Decimal({digits}, {decimals})"))
    return exp.If(this=fits, true=kept, false=exp.null())


def _quotient(value: exp.Div, digits: int, decimals: int) -> exp.Expression:
    """Rounded to a whole number first: what stands behind the point would be cut off. Halves away from nought; round() has them even."""
    far = moved(value, decimals)
    twice = exp.Mul(this=far.copy(), expression=exp.Literal.number(2))
    whole = exp.Sub(this=call("trunc", twice), expression=call("trunc", far))
    fits = call("accurateCastOrNull", whole, exp.Literal.string(f"Decimal({digits}, 0)"))
    last = call("toDecimal64", exp.Literal.string(last_place(decimals).name), exp.Literal.number(decimals))
    return paren(exp.Mul(this=fits, expression=last))


def _numbered(series: exp.Expression) -> exp.Expression:
    """A row for each step of a series of instants, the first and the last among them. ClickHouse has series of numbers only."""
    first, last, step = series.iter_expressions()
    assert isinstance(step, exp.Interval)
    assert step.unit is not None
    unit, every = step.unit.name, exp.Literal.number(step.this.name)
    apart = call("dateDiff", exp.Literal.string(unit.lower()), first, last)
    steps = exp.Add(this=exp.IntDiv(this=apart, expression=every), expression=exp.Literal.number(1))
    number = call("arrayJoin", call("range", call("toUInt64", steps)))
    amount = paren(exp.Mul(this=number, expression=every.copy()))
    return exp.Add(this=first.copy(), expression=call(f"toInterval{unit.title()}", amount))


def _listed(node: exp.GroupConcat) -> exp.Expression:
    """Each text once, in their order. It is what string_agg is asked for here."""
    order = node.this
    (value,) = order.this.expressions
    return call("arrayStringConcat", call("arraySort", call("groupUniqArray", value)), node.args["separator"])
