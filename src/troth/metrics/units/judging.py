"""What all ways of comparing share: who is typical, and what is told of one unit by its place among all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from troth.engines.comparing import Shrunk, ranks
from troth.engines.comparing.ranking import Ranks
from troth.engines.statistics import wilson
from troth.engines.statistics.discoveries import adjusted
from troth.kernel.errors import CannotEstimate
from troth.metrics.units.unit import FALSE, FEWEST_OF_A_MEAN, Better, Bools, Cell, Floats, Ints, Side, Spread, Unit, Units, Verdict

AS_USUAL: tuple[Verdict, Side | None] = ("as usual", None)
NOT_DRAWN = (None, None, None)
"""No value drawn towards the others, and no interval."""
DRAWS = 4_000
LIMITS = 0.998


def typical_of(
    scores: Callable[[Bools], tuple[Floats, Floats]], names: Sequence[str], spread: Spread, given: Collection[str] | None
) -> Bools:  # fmt: skip
    """Units of which the target is made where they are few: without those that are unusual against the rest, the most unusual first.

    One unit far off would pull the target so that the others seem unusual, too. Where more than a third would have to go there is no
    rest that is alike, and the target is of all. scores: of chosen units, p and z of all.
    Source: as limits are revised in Montgomery, Statistical Quality Control, 7th ed., section 6.2.
    """
    if given is not None:
        return np.array([name in given for name in names], dtype=bool)
    units = len(names)
    kept = np.ones(units, dtype=bool)
    if spread == "added":
        return kept
    try:
        while True:
            p, z = scores(kept)
            found = np.flatnonzero(kept)[np.array(adjusted(p[kept].tolist())) <= FALSE]
            if not found.size:
                return kept
            if 3 * int((~kept).sum() + 1) > units:
                return np.ones(units, dtype=bool)
            kept[found[np.abs(z[found]).argmax()]] = False
    except CannotEstimate:
        return np.ones(units, dtype=bool)


def enough(cells: Mapping[tuple[str, ...], Cell], *, shares: bool) -> bool:
    """Whether a unit has what it takes to be compared."""
    if shares:
        return any(cell.n for cell in cells.values())
    return cells[()].n >= FEWEST_OF_A_MEAN and bool(cells[()].error)


def other_way(better: Better) -> Better:
    return None if better is None else "lower" if better == "higher" else "higher"


def ranked(draws: Floats, better: Literal["higher", "lower"]) -> Ranks:
    return ranks(draws, best="high" if better == "higher" else "low")


def drawn_near(drawn: Shrunk | None, at: int, events: int, n: int, times: float = 1.0) -> tuple[float, float, float] | None:
    """A unit's share drawn towards the others; where units differ by chance alone it is theirs, as well as all cases together tell it."""
    if drawn is None:
        return None
    if drawn.fitted == "alike":
        share = wilson(events, n)
        return share.value, share.low, share.high
    return float(drawn.value[at]) * times, float(drawn.low[at]) * times, float(drawn.high[at]) * times


def placed_verdicts(high: Ints, low: Ints, small: Ints) -> dict[int, tuple[Verdict, Side | None]]:
    """Of the units that are not as usual, by their places."""
    found: dict[int, tuple[Verdict, Side | None]] = dict.fromkeys(small.tolist(), ("too small to judge", None))
    found |= dict.fromkeys(low.tolist(), ("unusual", "below"))
    return found | dict.fromkeys(high.tolist(), ("unusual", "above"))


def good(side: Side | None, better: Better) -> bool | None:
    return None if side is None or better is None else (side == "above") == (better == "higher")


def with_rank(unit: Unit, at: int, names: Sequence[str], ranking: Ranks | None) -> Unit:
    """A unit with its rank among all, where they were ranked."""
    if ranking is None:
        return unit
    ahead, behind = (tuple(names[other] for other in found) for found in ranking.apart(at))
    return replace(unit, rank=int(ranking.middle[at]), first=int(ranking.low[at]), last=int(ranking.high[at]), ahead=ahead, behind=behind)


def all_of(names: Sequence[str], told: Mapping[str, Unit], units: Units) -> tuple[Unit, ...]:
    """With those of which nothing could be said, in the order of their names."""
    found = []
    for name in names:
        cells = units[name]
        n = cells[()].n if () in cells else sum(cell.n for cell in cells.values())
        value = cells[()].value if () in cells else None
        found.append(told.get(name) or Unit(name, n, "too small to judge", None, None, value))
    return tuple(found)
