"""What may be said of each of many units: as usual, unusual, or too small to judge. Never a league table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
import numpy.typing as npt

from troth.engines.comparing.funnel import Funnel
from troth.engines.statistics.discoveries import adjusted
from troth.engines.statistics.normal import normal_cdf
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LARGEST = 10**9


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """Positions of units, from 0 and rising; every unit stands in one of the four.

    high, low: unusual, above or below the target. small: so small that no outcome of theirs would have been found unusual (of rates: none
    counted would not). fewest: the least size, in cases or exposure, that could be judged among these; None: no size could. level: of
    those called unusual, at most this share is expected to be so by chance.
    """

    usual: Ints
    high: Ints
    low: Ints
    small: Ints
    fewest: float | None
    level: float

    def __str__(self) -> str:
        """
        >>> none = np.zeros(0, dtype=np.int64)
        >>> print(Verdicts(np.arange(24), np.array([24]), np.array([25]), np.array([26]), 12, 0.05))
        24 as usual, 2 unusual, 1 too small to judge
        """
        parts = [f"{self.usual.size} as usual", f"{self.high.size + self.low.size} unusual"]
        return ", ".join(parts + [f"{self.small.size} too small to judge"] * bool(self.small.size))


def verdicts(funnel: Funnel, level: float = 0.05) -> Verdicts:
    """Units of a funnel, with the false discovery rate held at `level` over all of them.

    A unit is too small if it would not be found even with the least chance that its size can give, the others being as they are.
    Refuses a level outside 0 to 1.
    Source: Benjamini and Hochberg 1995; Jones, Ohlssen and Spiegelhalter 2008 (funnels and the false discovery rate).

    >>> from troth.engines.comparing.funnel import share_funnel
    >>> events, n = np.array([95] * 24 + [60, 100, 1]), np.array([100] * 26 + [1])
    >>> found = verdicts(share_funnel(events, n, target=0.95))
    >>> str(found), found.fewest
    ('25 as usual, 1 unusual, 1 too small to judge', 2.0)
    """
    if not 0 < level < 1:
        raise CannotEstimate("verdicts", got=f"level {level:g}", need="a level between 0 and 1")
    chances = funnel.p.tolist()
    found = np.array(adjusted(chances)) <= level
    threshold = _threshold(chances, level)
    small = ~found & (funnel.best > threshold)
    # Of the others there is one less where its own chance is among those that the threshold counts.
    for unit in np.flatnonzero(~found & ~small & (funnel.p <= threshold)).tolist():
        small[unit] = funnel.best[unit] > _threshold([*chances[:unit], *chances[unit + 1 :], 1.0], level)
    above = funnel.value > funnel.target
    return Verdicts(
        usual=np.flatnonzero(~found & ~small),
        high=np.flatnonzero(found & above),
        low=np.flatnonzero(found & ~above),
        small=np.flatnonzero(small),
        fewest=_fewest(_best_of(funnel), threshold),
        level=level,
    )


def _threshold(chances: list[float], level: float) -> float:
    """The greatest p with which one unit more, in place of one that was not found, would be found."""
    ordered, units = sorted(chances), len(chances)
    ranks = [rank for rank in range(1, units + 1) if rank == 1 or ordered[rank - 2] <= level * rank / units]
    return level * max(ranks) / units


def _best_of(funnel: Funnel) -> Callable[[float], float]:
    """The least p of a unit by its size."""
    target, share = funnel.target, funnel.kind == "share"
    if funnel.spread == "counting" or funnel.phi == 1:
        return (lambda size: min(target**size, (1 - target) ** size)) if share else (lambda size: exp(-target * size))
    farthest, unit = (max(target, 1 - target), target * (1 - target)) if share else (target, target)

    def best(size: float) -> float:
        variance = unit / size * funnel.phi if funnel.spread == "multiplied" else unit / size + funnel.tau**2
        return 2 * normal_cdf(-farthest / sqrt(variance))

    return best


def _fewest(best: Callable[[float], float], threshold: float) -> float | None:
    if best(LARGEST) > threshold:
        return None
    low, high = 0, LARGEST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if best(middle) <= threshold else (middle, high)
    return float(high)
