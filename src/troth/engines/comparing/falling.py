"""Units that do much with little while those whom they serve think less of them month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.engines.comparing.shrunk import Shrunk
from troth.engines.statistics.discoveries import adjusted
from troth.engines.trends import Slope, mann_kendall
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
FEWEST = 8


@dataclass(frozen=True, slots=True)
class Falling:
    """unit: position. efficiency: drawn towards the others. slope: of the opinion, per period.

    q: the least false discovery rate at which it is named.
    """

    unit: int
    efficiency: float
    slope: Slope
    q: float


@dataclass(frozen=True, slots=True, eq=False)
class Fallen:
    """units: efficient and falling, the steepest first. efficient: positions of all that are; thin: those of them with too few periods."""

    units: tuple[Falling, ...]
    efficient: Ints
    thin: Ints


def efficient_but_falling(efficiency: Shrunk, opinion: Floats, *, level: float = 0.05) -> Fallen:
    """Units whose efficiency is surely above that of others, and whose opinion falls, chance in so many units allowed for.

    efficiency: of `shrunk_means` and the like, more is better; one is above the others where its lower limit is above the centre.
    opinion: shape (units, periods), in order of time, more is better, NaN for a period without one. A fall is one by the test of Mann
    and Kendall, one-sided, with the false discovery rate held at `level` over the efficient ones with at least 8 periods: values that
    keep something of the period before make falls too easy to find. Refuses shapes that do not agree, infinite opinions, and a level
    outside 0 to 1.
    Source: Mann 1945; Sen 1968; Benjamini and Hochberg 1995; Morris 1983.

    >>> from troth.engines.comparing.shrunk import shrunk_means
    >>> efficiency = shrunk_means(np.array([10.0, 11, 12, 13, 30, 31]), np.full(6, 1.0))
    >>> opinion = np.tile(np.array([4.0, 4.1, 3.9, 4.2, 4.0, 4.1, 3.9, 4.0]), (6, 1))
    >>> opinion[5] = [4.5, 4.4, 4.4, 4.2, 4.1, 4.1, 3.9, 3.7]
    >>> [(one.unit, round(one.slope.value, 2)) for one in efficient_but_falling(efficiency, opinion).units]
    [(5, -0.1)]
    """
    if opinion.ndim != 2 or opinion.shape[0] != efficiency.value.size or np.isinf(opinion).any() or not 0 < level < 1:
        got = f"opinions of shape {opinion.shape} for {efficiency.value.size} units, level {level:g}"
        raise CannotEstimate("efficient but falling", got=got, need="a row of opinions for each unit, a level between 0 and 1")
    efficient = np.flatnonzero(efficiency.low > efficiency.centre)
    there = ~np.isnan(opinion[efficient])
    moving = np.array([np.unique(row[seen]).size > 1 for row, seen in zip(opinion[efficient], there, strict=True)], dtype=bool)
    enough = (there.sum(axis=1) >= FEWEST) & moving
    found, chances = [], []
    for unit in efficient[enough].tolist():
        seen = np.flatnonzero(~np.isnan(opinion[unit]))
        trend = mann_kendall(opinion[unit, seen], seen.astype(np.float64))
        found.append((unit, trend.slope))
        chances.append(trend.p / 2 if trend.s < 0 else 1 - trend.p / 2)
    falling = [
        Falling(unit, float(efficiency.value[unit]), slope, q)
        for (unit, slope), q in zip(found, adjusted(chances), strict=True)
        if q <= level and slope.value < 0
    ]
    thin = efficient[there.sum(axis=1) < FEWEST]
    return Fallen(tuple(sorted(falling, key=lambda one: one.slope.value)), efficient, thin)
