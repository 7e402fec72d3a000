"""From the frozen tree to typed SQL nodes. A missing value makes a comparison unknown, as in SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from troth.kernel.errors import ExpressionError, nearest
from troth.query.durations import added, as_interval, between, counted, duration, moved, refuse_without_calendar, refuse_without_length
from troth.query.functions import TABLE
from troth.query.nodes import call, cast, paren
from troth.query.parse import COMPARISONS, parse
from troth.query.scope import Kind, Scope, Typed
from troth.query.tree import Binary, Call, Duration, Known, Money, Name, Node, Number, OneOf, Slot, Text, Truth, Unary
from troth.query.zone import to_utc

COMPARE: dict[str, Callable[..., exp.Expression]] = {
    "=": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip
ARITHMETIC: dict[str, Callable[..., exp.Expression]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul, "/": exp.Div}
TEXTS = ("text", "party")
INSTEAD = {
    frozenset({"duration", "working"}): "time by the clock, such as 4h",
    frozenset({"instant", "day"}): "end_of_day() of the day",
    frozenset({"money", "num"}): "an amount with its currency, such as 5 EUR",
}
AMOUNT = "DECIMAL(38,10)"


def compile_expression(source: str | Node, scope: Scope) -> Typed:
    """SQL node of a text or tree, of one of the types that its place takes.

    A day is its local midnight where only instants are taken; text and party stand for one another.
    Raises ExpressionError with the column where a name, function or type is wrong.
    """
    tree = parse(source) if isinstance(source, str) else source
    typed, place = lower(tree, scope), scope.place
    if typed.kind == "day" and "day" not in place.want and "instant" in place.want:
        typed = Typed(to_utc(cast(typed.node, "TIMESTAMP"), scope.zone), "instant")
    if typed.kind in TEXTS and typed.kind not in place.want:
        typed = replace(typed, kind=next((kind for kind in place.want if kind in TEXTS), typed.kind))
    if typed.kind not in place.want:
        *others, last = place.want
        want = f"{', '.join(others)} or {last}" if others else last
        raise ExpressionError(f"{place.name} must be of type {want}", column=tree.column, got=typed.kind)
    refuse_without_calendar(tree, typed, scope)
    return typed


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
            unit, count = counted(node)
            return duration(unit, exp.Literal.number(count))
        case Slot():
            return _slot(node, scope)
        case Name():
            return _name(node, scope)
        case Call():
            return _call(node, scope)
        case Unary(operator="not"):
            return Typed(exp.Not(this=paren(_truth(node.operand, scope).node)), "bool")
        case Unary():
            return _negative(node, scope)
        case Known():
            operand = exp.Is(this=paren(lower(node.operand, scope).node), expression=exp.null())
            return Typed(operand if node.negated else exp.Not(this=operand), "bool")
        case OneOf():
            return _one_of(node, scope)
        case Binary(operator="and" | "or"):
            join = exp.And if node.operator == "and" else exp.Or
            left, right = _truth(node.left, scope), _truth(node.right, scope)
            return Typed(paren(join(this=left.node, expression=right.node)), "bool")
        case Binary(operator=operator) if operator in COMPARISONS:
            return _comparison(node, scope)
        case Binary():
            return _arithmetic(node, scope)


def _slot(node: Slot, scope: Scope) -> Typed:
    """As the literal would be, but read from the slot's column."""
    assert scope.slot is not None, "a shape is lowered in a scope that holds its slots"
    column = scope.slot(node.index)
    match node.like:
        case Duration() as like:
            return duration(counted(like)[0], column)
        case Money(currency=currency):
            return Typed(column, "money", currency)
        case Number():
            return Typed(column, "num")
        case Text():
            return Typed(column, "text")


def _name(node: Name, scope: Scope) -> Typed:
    found = scope.names.get(node.dotted)
    if found is None:
        raise ExpressionError(
            f"{scope.place.name}: no such name",
            column=node.column,
            got=f"'{node.dotted}'",
            allowed=nearest(node.dotted, scope.names),
        )
    return replace(found, node=found.node.copy())


def _call(node: Call, scope: Scope) -> Typed:
    place = scope.place
    allowed = TABLE.keys() if place.functions is None else TABLE.keys() & place.functions
    if node.function not in allowed:
        what = "this function cannot be used here" if node.function in TABLE else "no such function"
        raise ExpressionError(
            f"{place.name}: {what}", column=node.column, got=f"{node.function}()", allowed=nearest(node.function, allowed)
        )
    return TABLE[node.function](node, scope, lower)


def _truth(node: Node, scope: Scope) -> Typed:
    typed = lower(node, scope)
    if typed.kind != "bool":
        raise ExpressionError("this must be of type bool", column=node.column, got=typed.kind)
    return typed


def _negative(node: Unary, scope: Scope) -> Typed:
    operand = lower(node.operand, scope)
    if operand.kind not in ("num", "money", "duration"):
        raise ExpressionError("only a number, money or a duration can be negative", column=node.column, got=operand.kind)
    return replace(operand, node=exp.Neg(this=paren(operand.node)))


def _one_of(node: OneOf, scope: Scope) -> Typed:
    operand = lower(node.operand, scope)
    choices = [lower(choice, scope) for choice in node.choices]
    for choice, source in zip(choices, node.choices, strict=True):
        _refuse_unlike(operand, choice, source.column)
        refuse_without_length(source, choice)
    refuse_without_length(node.operand, operand)
    return Typed(exp.In(this=paren(operand.node), expressions=[c.node for c in choices]), "bool")


def _comparison(node: Binary, scope: Scope) -> Typed:
    left, right = lower(node.left, scope), lower(node.right, scope)
    _refuse_unlike(left, right, node.column)
    refuse_without_length(node.left, left)
    refuse_without_length(node.right, right)
    if left.kind == "bool" and node.operator not in ("=", "!="):
        raise ExpressionError("true and false have no order", column=node.column, got=node.operator, allowed="=, !=")
    return Typed(COMPARE[node.operator](this=paren(left.node), expression=paren(right.node)), "bool")


def _refuse_unlike(left: Typed, right: Typed, column: int) -> None:
    """Only what is of one type is compared."""
    kinds: set[str] = {left.kind, right.kind}
    if len(kinds) > 1 and kinds != set(TEXTS):
        got, instead = f"{left.kind} and {right.kind}", INSTEAD.get(frozenset(kinds))
        raise ExpressionError("both sides must be of one type", column=column, got=got, allowed=instead)
    if left.currency != right.currency:
        raise ExpressionError("two currencies", column=column, got=f"{left.currency} and {right.currency}")


def _arithmetic(node: Binary, scope: Scope) -> Typed:
    left, right = lower(node.left, scope), lower(node.right, scope)
    kinds, operator = (left.kind, right.kind), node.operator
    if operator in "+-":
        match kinds:
            case ("instant", "duration" | "working"):
                refuse_without_calendar(node.right, right, scope)
                return moved(left, right, operator, scope)
            case ("instant", "instant") if operator == "-":
                return between(left, right)
            case ("day", "duration") if right.unit != "us":
                day = ARITHMETIC[operator](this=left.node, expression=as_interval(right))
                return Typed(cast(paren(day), "DATE"), "day")
            case ("duration" | "working", "duration" | "working"):
                return added(left, right, operator, node.column)
    return _amount(node, left, right)


def _amount(node: Binary, left: Typed, right: Typed) -> Typed:
    """Numbers and money, to ten decimals whatever their columns hold: nothing else would be the same number in every engine.

    A quotient by nought, and what has no room in the type, is no value: DuckDB would say infinity, or stop the build.
    """
    kinds, operator = (left.kind, right.kind), node.operator
    allowed = kinds == ("num", "num") or (kinds == ("money", "money") and operator in "+-")
    scaled = {"money", "num"} == set(kinds) and (operator == "*" or (operator == "/" and kinds == ("money", "num")))
    if not allowed and not scaled:
        raise ExpressionError(f"'{operator}' does not join these", column=node.column, got=f"{left.kind} and {right.kind}")
    if kinds == ("money", "money"):
        _refuse_unlike(left, right, node.column)
    kind: Kind = "money" if "money" in kinds else "num"
    divisor = exp.Nullif(this=_wide(right.node), expression=exp.Literal.number(0)) if operator == "/" else _wide(right.node)
    joined = cast(ARITHMETIC[operator](this=_wide(left.node), expression=divisor), AMOUNT)
    return Typed(call("TRY", joined), kind, left.currency or right.currency)


def _wide(amount: exp.Expression) -> exp.Expression:
    """A column keeps its type; a literal, whose type would depend on its digits, has the one of results and of slots."""
    return amount if isinstance(amount, exp.Column | exp.Anonymous) else cast(amount, AMOUNT)
