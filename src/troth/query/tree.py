"""The expression tree: frozen, and every node knows the column it began in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal
    percent: bool = False
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Duration:
    amount: Decimal
    unit: str
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    value: str
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Truth:
    value: bool
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    path: tuple[str, ...]
    column: int = field(default=1, compare=False)

    @property
    def dotted(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Node, ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str
    operand: Node
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Node
    right: Node
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class OneOf:
    operand: Node
    choices: tuple[Node, ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Known:
    operand: Node
    negated: bool
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a literal stood whose amount varies. like: a literal of the same family, the same one for all of them."""

    index: int
    like: Literal
    column: int = field(default=1, compare=False)


Literal: TypeAlias = Number | Duration | Money | Text
Node: TypeAlias = Number | Duration | Money | Text | Truth | Name | Call | Unary | Binary | OneOf | Known | Slot


def parts(node: Node) -> tuple[Node, ...]:
    """The nodes directly below one, in the order of the text."""
    match node:
        case Call(arguments=arguments):
            return arguments
        case OneOf(operand=operand, choices=choices):
            return (operand, *choices)
        case Unary(operand=operand) | Known(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case _:
            return ()


def with_leaves(node: Node, changed: Callable[[Node], Node]) -> Node:
    """The tree with every leaf changed, in the order of the text."""
    match node:
        case Call(function=function, arguments=arguments):
            return Call(function, tuple(with_leaves(argument, changed) for argument in arguments), node.column)
        case OneOf(operand=operand, choices=choices):
            return OneOf(with_leaves(operand, changed), tuple(with_leaves(choice, changed) for choice in choices), node.column)
        case Unary(operator=operator, operand=operand):
            return Unary(operator, with_leaves(operand, changed), node.column)
        case Known(operand=operand, negated=negated):
            return Known(with_leaves(operand, changed), negated, node.column)
        case Binary(operator=operator, left=left, right=right):
            return Binary(operator, with_leaves(left, changed), with_leaves(right, changed), node.column)
        case _:
            return changed(node)


def all_in(node: Node) -> Iterator[Node]:
    """A node and every one below it, in the order of the text."""
    yield node
    for part in parts(node):
        yield from all_in(part)


def names_in(node: Node) -> list[Name]:
    """Every name of a tree, in the order of the text."""
    return [node] if isinstance(node, Name) else [name for part in parts(node) for name in names_in(part)]
