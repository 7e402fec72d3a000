"""Terms that differ in amounts alone share one shape: one compiled query, their amounts columns of a table joined once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

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
class Shape:
    """A promise without its amounts: slots are numbered through due, void, claim and the budgets of the stages.

    within: whether due is a duration, counted from the anchor.
    """

    anchor: str
    fulfilled: str
    within: bool
    due: Node
    void: Node | None
    claim: Node | None
    stages: tuple[StageShape, ...]

    def events(self) -> set[str]:
        """The events that it names, and attributes, which are none."""
        named = {name.dotted for tree in self.trees() for name in names_in(tree)}
        return {self.anchor, self.fulfilled, *named, *(event for stage in self.stages for event in (stage.begins, stage.ends))}

    def trees(self) -> tuple[Node, ...]:
        return tuple(tree for tree in (self.due, self.void, self.claim, *(stage.budget for stage in self.stages)) if tree is not None)


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
    void = emptied(promise.void_when, "void_when")
    claim = emptied(promise.fulfil.claimed_by, "fulfil", "claimed_by")
    stages = tuple(
        StageShape(key, stage.from_, stage.to, emptied(stage.budget, "stages", key, "budget")) for key, stage in promise.stages.items()
    )
    return Shape(promise.anchor, promise.fulfil.event, within, due or parse("made"), void, claim, stages), tuple(literals)


def closed(shape: Shape, literals: Sequence[tuple[Literal, ...]]) -> tuple[Shape, tuple[Parameter, ...]]:
    """The shape with the slots filled in which all variants have one amount, and the parameters of the others.

    literals: of each variant, in the order of the slots.
    """
    amounts = [[slot_value(literal) for literal in variant] for variant in literals]
    varying = [slot for slot in range(len(literals[0])) if any(variant[slot] != amounts[0][slot] for variant in amounts)]
    kept = [None if slot in varying else literal for slot, literal in enumerate(literals[0])]

    def with_amounts(tree: Node | None) -> Node | None:
        return None if tree is None else filled(tree, kept)

    stages = tuple(StageShape(stage.key, stage.begins, stage.ends, with_amounts(stage.budget)) for stage in shape.stages)
    made = Shape(
        shape.anchor, shape.fulfilled, shape.within, filled(shape.due, kept), with_amounts(shape.void), with_amounts(shape.claim), stages
    )
    return made, tuple(Parameter(slot, slot_type(literals[0][slot]), tuple(variant[slot] for variant in amounts)) for slot in varying)


@lru_cache(maxsize=16_384)
def _opened(text: str, start: int) -> tuple[Node, tuple[Literal, ...]]:
    tree = parse(text)
    all(times_in(tree))  # refuses what is no time of day, which the shape no longer shows
    return opened(tree, start)
