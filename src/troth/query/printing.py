"""A tree as text: one text for all equal trees, with no parenthesis that could be left out."""

from __future__ import annotations

from decimal import Decimal

from troth.query.parse import COMPARISONS
from troth.query.tree import Binary, Call, Duration, Known, Money, Name, Node, Number, OneOf, Slot, Text, Truth, Unary

# How strongly each production binds, from the whole expression down to what needs no parentheses.
EITHER, BOTH, NEGATION, COMPARISON, SUM, PRODUCT, SIGNED, ATOM = range(8)
BINDS = {"or": EITHER, "and": BOTH, "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT} | dict.fromkeys(COMPARISONS, COMPARISON)


def show(node: Node) -> str:
    """The canonical text of a tree that `parse` could give; a slot, which has no text, shows as its number in braces.

    >>> from troth.query.parse import parse
    >>> show(parse("not (a=5.0%)  or ((b))"))
    'not a = 5% or b'
    """
    return _shown(node, EITHER)


def _shown(node: Node, least: int) -> str:
    """The text of a node where only what binds at least so strongly may stand bare."""
    binds, text = _bound(node)
    return text if binds >= least else f"({text})"


def _bound(node: Node) -> tuple[int, str]:
    match node:
        case Binary(operator=operator, left=left, right=right):
            binds = BINDS[operator]
            # Operators of one strength group to the left; a comparison stands beside no other.
            beside = binds + 1 if binds == COMPARISON else binds
            return binds, f"{_shown(left, beside)} {operator} {_shown(right, binds + 1)}"
        case Unary(operator="not", operand=operand):
            return NEGATION, f"not {_shown(operand, NEGATION)}"
        case Unary(operand=operand):
            return SIGNED, f"-{_shown(operand, ATOM)}"
        case OneOf(operand=operand, choices=choices):
            return COMPARISON, f"{_shown(operand, SUM)} in [{_listed(choices)}]"
        case Known(operand=operand, negated=negated):
            return COMPARISON, f"{_shown(operand, SUM)} is {'not ' if negated else ''}known"
        case Call(function=function, arguments=arguments):
            return ATOM, f"{function}({_listed(arguments)})"
        case _:
            return ATOM, _leaf(node)


def _leaf(node: Node) -> str:
    match node:
        case Number(value=value, percent=percent):
            return f"{_decimal(value)}{'%' if percent else ''}"
        case Duration(amount=amount, unit=unit):
            return f"{_decimal(amount)}{unit}"
        case Money(amount=amount, currency=currency):
            return f"{_decimal(amount)} {currency}"
        case Text(value=value):
            return "'" + value.replace("'", "''") + "'"
        case Truth(value=value):
            return "true" if value else "false"
        case Name():
            return node.dotted
        case Slot(index=index):
            return f"{{{index}}}"
        case _:
            raise AssertionError(node)


def _listed(nodes: tuple[Node, ...]) -> str:
    return ", ".join(_shown(node, EITHER) for node in nodes)


def _decimal(value: Decimal) -> str:
    return f"{value.normalize():f}"
