"""From the frozen tree to typed SQL nodes. A missing value makes a comparison unknown, as in SQL."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from troth.kernel.errors import ExpressionError, nearest
from troth.kernel.instant import DAY_US
from troth.query.functions import TABLE
from troth.query.parse import COMPARISONS, parse
from troth.query.scope import Kind, Scope, Typed
from troth.query.tree import Binary, Call, Duration, Known, Money, Name, Node, Number, OneOf, Text, Truth, Unary
from troth.query.zone import civil_interval, interval, to_local, to_utc

EXACT_US = {"s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000}
CIVIL = {"d": (1, "DAY"), "w": (7, "DAY"), "mo": (1, "MONTH"), "y": (12, "MONTH")}
ABOUT_US = {**EXACT_US, "d": DAY_US, "w": 7 * DAY_US, "mo": 30 * DAY_US, "y": 365 * DAY_US}
LONGEST_US = 1000 * 365 * DAY_US
COMPARE: dict[str, Callable[..., exp.Expression]] = {
    "=": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip
ARITHMETIC: dict[str, Callable[..., exp.Expression]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul, "/": exp.Div}


def compile_expression(text: str, scope: Scope, *, want: Kind) -> exp.Expression:
    """SQL node of an expression whose type must be `want`.

    Raises ExpressionError with the column where the type is wrong.
    """
    tree = parse(text)
    typed = lower(tree, scope)
    if typed.kind == "day" and want == "instant":
        typed = Typed(to_utc(exp.cast(typed.node, "TIMESTAMP"), scope.zone), "instant")
    if typed.kind != want:
        raise ExpressionError(f"{scope.place} must be of type {want}", column=tree.column, got=typed.kind)
    return typed.node


def lower(node: Node, scope: Scope) -> Typed:  # noqa: C901, PLR0912  one case a kind of node; splitting would hide the table
    match node:
        case Number(value=value, percent=percent):
            return Typed(exp.Literal.number(f"{value.scaleb(-2) if percent else value:f}"), "num")
        case Text(value=value):
            return Typed(exp.Literal.string(value), "text")
        case Truth(value=value):
            return Typed(exp.true() if value else exp.false(), "bool")
        case Money(amount=amount, currency=currency):
            return Typed(exp.Literal.number(f"{amount:f}"), "money", currency)
        case Duration():
            return _duration(node)
        case Name():
            return _name(node, scope)
        case Call():
            return _call(node, scope)
        case Unary(operator="not"):
            return Typed(exp.Not(this=exp.paren(_of_kind(node.operand, scope, "bool").node)), "bool")
        case Unary():
            return _negative(node, scope)
        case Known():
            operand = exp.Is(this=exp.paren(lower(node.operand, scope).node), expression=exp.null())
            return Typed(operand if node.negated else exp.Not(this=operand), "bool")
        case OneOf():
            return _one_of(node, scope)
        case Binary(operator="and" | "or"):
            join = exp.And if node.operator == "and" else exp.Or
            left, right = _of_kind(node.left, scope, "bool"), _of_kind(node.right, scope, "bool")
            return Typed(exp.paren(join(this=left.node, expression=right.node)), "bool")
        case Binary(operator=operator) if operator in COMPARISONS:
            return _comparison(node, scope)
        case Binary():
            return _arithmetic(node, scope)


def _duration(node: Duration) -> Typed:
    if node.unit in ("wh", "wd"):
        raise ExpressionError(
            "working time needs a calendar, and calendars are not in this version",
            column=node.column, got=f"{node.amount}{node.unit}", allowed="s, min, h, d, w, mo, y",
        )  # fmt: skip
    if node.amount * ABOUT_US[node.unit] > LONGEST_US:
        raise ExpressionError("a duration is too long", column=node.column, got=f"{node.amount}{node.unit}", allowed="1,000 years")
    if node.unit in EXACT_US:
        us = node.amount * EXACT_US[node.unit]
        if us != us.to_integral_value():
            raise ExpressionError("a duration is finer than a microsecond", column=node.column)
        return Typed(interval(exp.Literal.number(int(us))), "duration")
    if node.amount != node.amount.to_integral_value():
        raise ExpressionError("days, weeks, months and years are whole", column=node.column, got=f"{node.amount}{node.unit}")
    size, unit = CIVIL[node.unit]
    return Typed(civil_interval(int(node.amount) * size, unit), "duration", civil=(int(node.amount) * size, unit))


def _name(node: Name, scope: Scope) -> Typed:
    found = scope.names.get(node.dotted)
    if found is None:
        raise ExpressionError(
            f"{scope.place}: no such name",
            column=node.column,
            got=f"'{node.dotted}'",
            allowed=nearest(node.dotted, scope.names),
        )
    return found


def _call(node: Call, scope: Scope) -> Typed:
    function = TABLE.get(node.function)
    if function is None:
        raise ExpressionError("no such function", column=node.column, got=f"{node.function}()", allowed=nearest(node.function, TABLE))
    return function(node, scope, lower)


def _of_kind(node: Node, scope: Scope, kind: Kind) -> Typed:
    typed = lower(node, scope)
    if typed.kind != kind:
        raise ExpressionError(f"this must be of type {kind}", column=node.column, got=typed.kind)
    return typed


def _negative(node: Unary, scope: Scope) -> Typed:
    operand = lower(node.operand, scope)
    if operand.kind not in ("num", "money"):
        raise ExpressionError("only a number or money can be negative", column=node.column, got=operand.kind)
    return Typed(exp.Neg(this=exp.paren(operand.node)), operand.kind, operand.currency)


def _same(left: Typed, right: Typed, column: int) -> None:
    if left.kind != right.kind:
        raise ExpressionError("both sides must be of one type", column=column, got=f"{left.kind} and {right.kind}")
    if left.currency != right.currency:
        raise ExpressionError("two currencies", column=column, got=f"{left.currency} and {right.currency}")


def _one_of(node: OneOf, scope: Scope) -> Typed:
    operand = lower(node.operand, scope)
    choices = [lower(choice, scope) for choice in node.choices]
    for choice, source in zip(choices, node.choices, strict=True):
        _same(operand, choice, source.column)
    return Typed(exp.In(this=exp.paren(operand.node), expressions=[c.node for c in choices]), "bool")


def _comparison(node: Binary, scope: Scope) -> Typed:
    left, right = lower(node.left, scope), lower(node.right, scope)
    _same(left, right, node.column)
    if left.kind == "bool" and node.operator not in ("=", "!="):
        raise ExpressionError("true and false have no order", column=node.column, got=node.operator)
    return Typed(COMPARE[node.operator](this=exp.paren(left.node), expression=exp.paren(right.node)), "bool")


def _arithmetic(node: Binary, scope: Scope) -> Typed:
    left, right = lower(node.left, scope), lower(node.right, scope)
    kinds, operator = (left.kind, right.kind), node.operator
    if kinds == ("instant", "duration") and operator in "+-":
        return moved(left, right, operator, scope)
    if kinds == ("day", "duration") and operator in "+-" and right.civil is not None:
        day = ARITHMETIC[operator](this=left.node, expression=right.node)
        return Typed(exp.cast(exp.paren(day), "DATE"), "day")
    allowed = kinds == ("num", "num") or (kinds == ("money", "money") and operator in "+-")
    scaled = {"money", "num"} == set(kinds) and (operator == "*" or (operator == "/" and kinds == ("money", "num")))
    if not allowed and not scaled:
        raise ExpressionError(f"'{operator}' does not join these", column=node.column, got=f"{left.kind} and {right.kind}")
    if kinds == ("money", "money"):
        _same(left, right, node.column)
    kind: Kind = "money" if "money" in kinds else "num"
    # Nothing divided by nought is a value: DuckDB would say infinity, and a comparison with it would be true.
    divisor = exp.Nullif(this=right.node, expression=exp.Literal.number(0)) if operator == "/" else exp.paren(right.node)
    joined = ARITHMETIC[operator](this=exp.paren(left.node), expression=divisor)
    return Typed(exp.paren(joined), kind, left.currency or right.currency)


def moved(start: Typed, by: Typed, operator: str, scope: Scope) -> Typed:
    """An instant a duration later ("+") or earlier ("-"): days, weeks, months and years by the wall clock, the rest exactly."""
    if by.civil is None:
        return Typed(exp.paren(ARITHMETIC[operator](this=start.node, expression=by.node)), "instant")
    local = ARITHMETIC[operator](this=to_local(start.node, scope.zone), expression=by.node)
    return Typed(exp.paren(to_utc(exp.paren(local), scope.zone)), "instant")
