"""How far a layer departs from the standard: overridden open leaves over open leaves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from troth.book.merging import leaves, locks, spoken, touches


@dataclass(frozen=True, slots=True)
class Divergence:
    """Counts of leaves, the values of definitions. locked: the same everywhere; overridden: open ones that a layer says otherwise."""

    open: int
    locked: int
    overridden: int

    @property
    def index(self) -> float | None:
        """From 0, the standard, to 1; None where nothing is open.

        >>> Divergence(open=4, locked=1, overridden=1).index
        0.25
        """
        return self.overridden / self.open if self.open else None

    def __add__(self, other: Divergence) -> Divergence:
        return Divergence(self.open + other.open, self.locked + other.locked, self.overridden + other.overridden)


def divergence(standard: Mapping[str, Any], layers: Iterable[Mapping[str, Any]], fixed: Collection[str] = ()) -> Divergence:
    """Of one definition: what its layers say otherwise. A leaf that a layer removes, or whose parent it removes, is said otherwise.

    fixed: fields that no layer can change; they count as locked.
    """
    barred = [*locks(standard), *((field,) for field in fixed)]
    changed = [path for layer in layers for path in spoken(layer)]
    found = Divergence(0, 0, 0)
    for path, _ in leaves(dict(standard)):
        if any(path[: len(lock)] == lock for lock in barred):
            found += Divergence(0, 1, 0)
        else:
            found += Divergence(1, 0, int(any(touches(one, path) for one in changed)))
    return found
