"""Literals taken out of a tree, so that terms that differ in amounts alone share one shape and one query.

>>> from troth.query.parse import parse
>>> ours, amounts = opened(parse("placed + 36h"))
>>> theirs, others = opened(parse("placed+2 h"))
>>> ours == theirs, [slot_value(amount) for amount in (*amounts, *others)]
(True, [129600000000, 7200000000])
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from troth.query.durations import counted
from troth.query.tree import Duration, Literal, Money, Node, Number, Slot, Text, with_leaves

SQL_TYPES = {"us": "BIGINT", "wh": "BIGINT", "days": "INTEGER", "months": "INTEGER", "wd": "INTEGER"}
LIKE = {"us": "s", "wh": "wh", "days": "d", "months": "mo", "wd": "wd"}


def opened(tree: Node, start: int = 0) -> tuple[Node, tuple[Literal, ...]]:
    """The tree's shape, its literals replaced by slots numbered from `start` in the order of the text; and the literals.

    Two shapes are equal exactly when nothing but amounts differs. 2h and 90min are of one family, as are 1w and 10d, 1y and
    6mo, 5% and 0.05; days and hours are not, nor are two currencies. Raises ExpressionError for a literal beyond its limits.
    """
    literals: list[Literal] = []

    def emptied(leaf: Node) -> Node:
        if not isinstance(leaf, Literal):
            return leaf
        literals.append(leaf)
        return Slot(start + len(literals) - 1, _like(leaf), leaf.column)

    return with_leaves(tree, emptied), tuple(literals)


def filled(shape: Node, literals: Sequence[Literal | None]) -> Node:
    """A shape with those slots closed that do not vary. literals: by the slot's number; None leaves the slot open."""

    def closed(leaf: Node) -> Node:
        literal = literals[leaf.index] if isinstance(leaf, Slot) else None
        if literal is None:
            return leaf
        assert isinstance(leaf, Slot)
        if _like(literal) != leaf.like:
            raise ValueError(f"slot {leaf.index} is for another kind of literal; got {literal}; allowed: like {leaf.like}")
        return literal

    return with_leaves(shape, closed)


def slot_value(literal: Literal) -> int | Decimal | str:
    """What the slot's column holds: microseconds, days, months or working days as a whole number; else the amount or text."""
    match literal:
        case Number(value=value, percent=percent):
            return value.scaleb(-2) if percent else value
        case Duration():
            return counted(literal)[1]
        case Money(amount=amount):
            return amount
        case Text(value=value):
            return value


def slot_type(literal: Literal) -> str:
    """SQL type of the slot's column."""
    match literal:
        case Number() | Money():
            return "DECIMAL(38,10)"
        case Duration():
            return SQL_TYPES[counted(literal)[0]]
        case Text():
            return "VARCHAR"


def _like(literal: Literal) -> Literal:
    match literal:
        case Number():
            return Number(Decimal(0))
        case Duration():
            return Duration(Decimal(1), LIKE[counted(literal)[0]])
        case Money(currency=currency):
            return Money(Decimal(0), currency)
        case Text():
            return Text("")
