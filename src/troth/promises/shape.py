"""Terms that differ in amounts alone share one shape: one compiled query, their amounts columns of a table joined once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from troth.kernel.errors import ExpressionError
from troth.promises.definition import Promise
from troth.promises.places import Places
from troth.query import names_in, parse
from troth.query.functions.cutoff import times_in
from troth.query.slots import filled, opened, slot_type, slot_value
from troth.query.tree import Literal, Node


@dataclass(frozen=True, slots=True)
class StageShape:
    key: str
    begins: str
    ends: str
    budget: Node | None


@dataclass(frozen=True, slots=True)
class AmountShape:
    """each: of an object of another type, so that nothing in it varies between variants."""

    each: Node
    reach: Node
    early: Node | None
    short: Node | None
    over: Node | None


@dataclass(frozen=True, slots=True)
class Keeping:
    """By what a promise is kept: an event, of the subject or of what belongs to it, or other promises, (name, their type or None)."""

    event: str | None
    of: str | None = None
    all: str | None = None
    absent: bool = False
    where: Node | None = None
    amount: AmountShape | None = None
    all_of: tuple[tuple[str, str | None], ...] = ()

    @property
    def parts(self) -> str | None:
        """The type of the objects whose event it is, where it is not the subject's own."""
        return self.of or self.all

    @property
    def at_once(self) -> bool:
        """Whether the record tells the fulfilment without the due."""
        return self.event is not None and not self.absent and self.amount is None


@dataclass(frozen=True, slots=True)
class Shape:
    """A promise without its amounts: slots are numbered through due, void, claim, what keeps it and the budgets of the stages.

    within: whether due is a duration, counted from the anchor. due: None where it is the latest of the promises that keep it.
    """

    anchor: str
    keeping: Keeping
    within: bool
    due: Node | None
    void: Node | None
    claim: Node | None
    stages: tuple[StageShape, ...]

    def events(self) -> set[str]:
        """The events of the subject that it names, and attributes, which are none."""
        named = {name.dotted for tree in self.trees() for name in names_in(tree)}
        own = {self.keeping.event} if self.keeping.event is not None and self.keeping.parts is None else set()
        return {self.anchor, *own, *named, *(event for stage in self.stages for event in (stage.begins, stage.ends))}

    def trees(self) -> tuple[Node, ...]:
        return tuple(tree for tree in self._slots() if tree is not None)

    def _slots(self) -> Iterator[Node | None]:
        yield from (self.due, self.void, self.claim, self.keeping.where)
        if (amount := self.keeping.amount) is not None:
            yield from (amount.reach, amount.early, amount.short, amount.over)
        yield from (stage.budget for stage in self.stages)

    def mapped(self, change: Callable[[Node], Node]) -> Shape:
        """The shape with every tree in which amounts stand replaced."""

        def made(tree: Node | None) -> Node | None:
            return None if tree is None else change(tree)

        amount = self.keeping.amount
        if amount is not None:
            amount = AmountShape(amount.each, change(amount.reach), made(amount.early), made(amount.short), made(amount.over))
        keeping = replace(self.keeping, where=made(self.keeping.where), amount=amount)
        stages = tuple(StageShape(stage.key, stage.begins, stage.ends, made(stage.budget)) for stage in self.stages)
        return Shape(self.anchor, keeping, self.within, made(self.due), made(self.void), made(self.claim), stages)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A slot whose amount differs between variants: its column, SQL type and one value a variant."""

    slot: int
    type: str
    values: tuple[object, ...]


def shape_of(promise: Promise, places: Places) -> tuple[Shape, tuple[Literal, ...]]:
    """The shape of a promise and the amounts in its slots. An expression that cannot be read is told to `places`."""
    literals: list[Literal] = []

    def emptied(text: str | None, *path: str) -> Node | None:
        if text is None:
            return None
        try:
            tree, found = _opened(text, len(literals))
        except ExpressionError as error:
            places.wrong(error, *path)
            return None
        literals.extend(found)
        return tree

    within = promise.within is not None
    due = emptied(promise.within, "within") if within else emptied(promise.due, "due")
    if due is None and not promise.fulfil.all_of:
        due = parse("made")  # of what cannot be read; it was told to `places`
    void = emptied(promise.void_when, "void_when")
    claim = emptied(promise.fulfil.claimed_by, "fulfil", "claimed_by")
    keeping = _keeping(promise, places, emptied)
    stages = tuple(
        StageShape(key, stage.from_, stage.to, emptied(stage.budget, "stages", key, "budget")) for key, stage in promise.stages.items()
    )
    return Shape(promise.anchor, keeping, within, due, void, claim, stages), tuple(literals)


class _Emptied(Protocol):
    def __call__(self, text: str | None, *path: str) -> Node | None: ...


def _keeping(promise: Promise, places: Places, emptied: _Emptied) -> Keeping:
    fulfil = promise.fulfil
    where, amount = emptied(fulfil.where, "fulfil", "where"), None
    if (given := fulfil.amount) is not None:
        reach, early, short, over = (
            emptied(text, "fulfil", "amount", name)
            for name, text in (("reach", given.reach), ("early", given.early), ("short", given.short), ("over", given.over))
        )
        each = _each(given.each, places)
        amount = AmountShape(each, reach, early, short, over) if each is not None and reach is not None else None
    all_of = tuple((one.promise, one.of) for one in fulfil.all_of)
    return Keeping(fulfil.event, fulfil.of, fulfil.all, fulfil.absent, where, amount, all_of)


def _each(text: str, places: Places) -> Node | None:
    try:
        return parse(text)
    except ExpressionError as error:
        places.wrong(error, "fulfil", "amount", "each")
        return None


def closed(shape: Shape, literals: Sequence[tuple[Literal, ...]]) -> tuple[Shape, tuple[Parameter, ...]]:
    """The shape with the slots filled in which all variants have one amount, and the parameters of the others.

    literals: of each variant, in the order of the slots.
    """
    amounts = [[slot_value(literal) for literal in variant] for variant in literals]
    varying = [slot for slot in range(len(literals[0])) if any(variant[slot] != amounts[0][slot] for variant in amounts)]
    kept = [None if slot in varying else literal for slot, literal in enumerate(literals[0])]

    made = shape.mapped(lambda tree: filled(tree, kept))
    return made, tuple(Parameter(slot, slot_type(literals[0][slot]), tuple(variant[slot] for variant in amounts)) for slot in varying)


@lru_cache(maxsize=16_384)
def _opened(text: str, start: int) -> tuple[Node, tuple[Literal, ...]]:
    tree = parse(text)
    all(times_in(tree))  # refuses what is no time of day, which the shape no longer shows
    return opened(tree, start)
