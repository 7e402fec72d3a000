"""What an expression may name at its place, and what each name is in SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlglot import exp

from troth.engines.calendars import Transitions
from troth.query.tree import Node

Kind = Literal["bool", "num", "text", "instant", "day", "duration", "working", "money", "party"]


@dataclass(frozen=True, slots=True)
class Typed:
    """A lowered expression with its type. civil: (amount, unit) of a duration that follows the wall clock."""

    node: exp.Expression
    kind: Kind
    currency: str = ""
    civil: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """names: what a bare or dotted name stands for; attributes: what attr() may read; zone: the local clock."""

    names: Mapping[str, Typed]
    attributes: Mapping[str, Typed]
    zone: Transitions
    place: str = "expression"


Lower: TypeAlias = Callable[[Node, Scope], Typed]
"""What a function of the language calls for its arguments: lowering itself."""
