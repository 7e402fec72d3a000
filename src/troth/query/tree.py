"""The expression tree: frozen, and every node knows the column it began in."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


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


Node = Number | Duration | Money | Text | Truth | Name | Call | Unary | Binary | OneOf | Known


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


def names_in(node: Node) -> list[Name]:
    """Every name of a tree, in the order of the text."""
    return [node] if isinstance(node, Name) else [name for part in parts(node) for name in names_in(part)]
