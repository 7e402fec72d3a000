"""What an expression may name at its place, which type it must have there, and what each name is in SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeAlias

from sqlglot import exp

from troth.engines.calendars import Transitions
from troth.query.tree import Node

BESIDE = "'calendar:' beside it, the name of one in calendars/"
Kind = Literal["bool", "num", "text", "instant", "day", "duration", "working", "money", "party"]
Unit = Literal["us", "days", "months", "wh", "wd"]


@dataclass(frozen=True, slots=True)
class Typed:
    """A lowered expression with its type.

    currency: that of money. unit: what the node of a duration (us, days, months) or of working time (wh, in microseconds,
    wd) counts: it is a whole number, never an interval.
    """

    node: exp.Expression
    kind: Kind
    currency: str = ""
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the book an expression stands. name: as errors call it. want: the types that it takes.

    functions: those that may be called there; without it every function of the language.
    """

    name: str
    want: tuple[Kind, ...]
    functions: frozenset[str] | None = None


class Calendar(Protocol):
    """Working time of the rows of a query, as SQL."""

    def moved(self, start: exp.Expression, by: Typed, operator: str) -> exp.Expression:
        """The instant so much working time after ("+") or before ("-") an instant."""
        ...

    def elapsed(self, later: exp.Expression, earlier: exp.Expression) -> exp.Expression:
        """Working microseconds from one instant to another."""
        ...

    def counted_from(self, at: exp.Expression, cutoff: exp.Expression) -> exp.Expression:
        """The instant from which one counts that comes after a time of day, or on no working day."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """names: what a bare or dotted name stands for; attributes: what attr() may read; zone: the local clock.

    calendar: without it no working time can be added. slot: the column that holds a slot's amount; needed by shapes alone.
    """

    names: Mapping[str, Typed]
    attributes: Mapping[str, Typed]
    zone: Transitions
    place: Place
    calendar: Calendar | None = None
    slot: Callable[[int], exp.Column] | None = None

    def at(self, place: Place) -> Scope:
        return replace(self, place=place)


Lower: TypeAlias = Callable[[Node, Scope], Typed]
"""What a function of the language calls for its arguments: lowering itself."""
