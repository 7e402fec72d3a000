"""PostgreSQL: decimals of any length, no TRY, rows of a series where it is called."""

from __future__ import annotations

from sqlglot import exp

from troth.query.dialects.nodes import INTERVALS, called, last_place, moved, named, series, tried
from troth.query.nodes import cast, paren


def rewritten(node: exp.Expression) -> exp.Expression | None:
    found = called(node)
    if found is not None:
        function, argument = found
        if function == "epoch_us":
            seconds = exp.Extract(this=exp.var("EPOCH"), expression=argument)  # a numeric, exact to the microsecond
            return cast(exp.Mul(this=seconds, expression=exp.Literal.number(1_000_000)), "BIGINT")
        if function in INTERVALS:
            one = exp.Interval(this=exp.Literal.string("1"), unit=exp.var(INTERVALS[function]))
            return paren(exp.Mul(this=paren(argument), expression=one))
    room = tried(node)
    if room is not None:
        value, digits, decimals, before = room
        if isinstance(value, exp.Div):
            # To a numeric a double gives 15 digits, to a text all that it has.
            whole = exp.Round(this=cast(cast(paren(moved(value, decimals)), "TEXT"), "DECIMAL"))
            value = paren(exp.Mul(this=whole, expression=last_place(decimals)))
        rounded = exp.Round(this=value.copy(), decimals=exp.Literal.number(decimals))
        fits = exp.LT(this=exp.Abs(this=rounded), expression=exp.Literal.number(10**before))
        return exp.Case(ifs=[exp.If(this=fits, true=cast(value, f"DECIMAL({digits}, {decimals})"))])
    transform = named(node)
    if transform is not None:
        return _inlined(transform)
    unfolded = series(node)
    return unfolded and exp.Anonymous(this="generate_series", expressions=list(unfolded.iter_expressions()))


def _inlined(transform: exp.Transform) -> exp.Expression:
    """What a lambda makes of a value, which stands wherever its name stood: PostgreSQL has no lambdas."""
    (value,), function = transform.this.expressions, transform.expression
    name = function.expressions[0].name
    return paren(
        function.this.transform(lambda one: paren(value) if isinstance(one, exp.Identifier | exp.Column) and one.name == name else one)
    )
