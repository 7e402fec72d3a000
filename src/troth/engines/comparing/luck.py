"""What luck alone would give: how often units of one true value lie beyond a threshold, and what is left of a lead afterwards."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import hypot, lgamma, log, sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.binomial import binomial_pmf
from troth.engines.statistics.normal import normal_cdf, two_sided_z
from troth.engines.statistics.proportion import wilson_limits
from troth.engines.statistics.ratio import student_t
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Side = Literal["above", "below"]
NODES, REACH = 120, 10.0
TAIL = 0.025
STEPS, LEAST = 64, 1e-40


@dataclass(frozen=True, slots=True)
class Luck:
    """Of how many units lie beyond a threshold by luck alone. expected: the mean; low, high: between which the number lies with 95 % at
    least; as_many: the chance of so many as were seen, or more.
    """

    expected: float
    low: int
    high: int
    as_many: float


@dataclass(frozen=True, slots=True)
class Kept:
    """What is left of leads: 1, all of it; 0, none, and units went back to the mean; with its interval. n: units followed."""

    value: float
    low: float
    high: float
    n: int


def share_beyond(events: int, n: int, threshold: float, side: Side, level: float = 0.95) -> bool:
    """Whether a share lies beyond a threshold by the near limit of its score interval: above it the lower one, below it the upper.

    Refuses n = 0 and events outside 0 to n. Source: Wilson 1927.

    >>> share_beyond(97, 100, 0.9, "above"), share_beyond(95, 100, 0.9, "above")
    (True, False)
    """
    if not 0 <= events <= n or n < 1:
        raise CannotEstimate("share", got=f"{events} of {n}", need="at least one, and events from 0 to n")
    low, high = wilson_limits(events / n, n, level)
    return low >= threshold if side == "above" else high <= threshold


def chance_of_share(n: int, p: float, threshold: float, side: Side, level: float = 0.95) -> float:
    """Chance that a unit of n cases and the true share p lies beyond a threshold, as `share_beyond` has it: exact, binomial.

    Refuses n below 1 and p outside 0 to 1.

    >>> round(chance_of_share(10, 0.5, 0.6, "above") * 1024, 9)
    1.0
    """
    chances = binomial_pmf(n, p)
    if side == "above":
        return float(chances[_first(n, threshold, side, level) :].sum())
    return float(chances[: _first(n, threshold, side, level)].sum())


def chance_of_average(mean: float, error: float, df: int | None, threshold: float, side: Side, level: float = 0.95) -> float:
    """Chance that a unit whose true mean is `mean` lies beyond a threshold by the near limit of its own interval.

    error: standard error of the unit's mean. df: degrees of freedom by which its interval is Student's, its error being estimated anew
    each time; None where the interval is a normal one. Cases are taken as normal. Refuses an error of 0 and df below 1.
    Source: the noncentral t of Johnson and Welch 1940, integrated over the chi distribution of the estimated error.

    >>> round(chance_of_average(0.0, 1.0, None, 0.0, "above"), 6)
    0.025
    """
    if error <= 0 or (df is not None and df < 1):
        raise CannotEstimate("chance of an average", got=f"error {error}, df {df}", need="an error above 0, and df of at least 1")
    ahead = (mean - threshold if side == "above" else threshold - mean) / error
    if df is None:
        return normal_cdf(ahead - two_sided_z(level))
    half, (at, weights) = student_t(df, level), _chi(df)
    return float(sum(weight * normal_cdf(ahead - half * s) for s, weight in zip(at.tolist(), weights.tolist(), strict=True)))


def luck(chances: Sequence[float], seen: int) -> Luck:
    """How many of independent units lie beyond the threshold, each with its chance; exact, the Poisson binomial distribution.

    Refuses a chance outside 0 to 1.

    >>> luck([0.5, 0.5], 2)
    Luck(expected=1.0, low=0, high=2, as_many=0.25)
    """
    if any(not 0 <= one <= 1 for one in chances):
        raise CannotEstimate("luck", got="a chance outside 0 to 1", need="chances from 0 to 1")
    counts = _counts(chances)
    below = np.cumsum(counts)
    low, high = (int(np.searchsorted(below, q)) for q in (TAIL, 1 - TAIL))
    return Luck(float(sum(chances)), low, min(high, len(chances)), min(1.0, float(counts[max(seen, 0) :].sum())))


def lead_kept(before: Floats, after: Floats, errors: Floats, level: float = 0.95) -> Kept:
    """Of the leads over the mean for which units were chosen, the part that is left when they are measured again.

    before: how far each was ahead of the mean when it was chosen, more is better; after: how far it was the next time; errors: standard
    errors of that. All of shape (units,). The leads of before are taken as they were: that chosen ones were lucky is what this shows.
    Refuses no unit, and leads of before that are none as a whole.
    Source: Galton 1886 (regression towards mediocrity); Barnett, van der Pols and Dobson 2005.

    >>> kept = lead_kept(np.array([0.04, 0.06]), np.array([0.0, 0.05]), np.array([0.01, 0.01]))
    >>> round(kept.value, 3), round(kept.low, 3), round(kept.high, 3), kept.n
    (0.5, 0.223, 0.777, 2)
    """
    whole = float(before.sum())
    if not before.size or whole <= 0:
        got = "no unit" if not before.size else "units that were not ahead of the mean as a whole"
        raise CannotEstimate("what is left of leads", got=got, need="units that were ahead, measured again")
    value, half = float(after.sum()) / whole, two_sided_z(level) * hypot(*errors.tolist()) / whole
    return Kept(value, value - half, value + half, int(before.size))


def _counts(chances: Sequence[float]) -> Floats:
    """Chance of each number, 0 to as many as there are; what is less likely than 1e-40 is nought, so that many take no square of time."""
    first, counts = 0, np.ones(1)
    for place, one in enumerate(chances, 1):
        counts = np.convolve(counts, [1 - one, one])
        if place % STEPS == 0:
            held = np.flatnonzero(counts > LEAST)
            first, counts = first + int(held[0]), counts[held[0] : held[-1] + 1]
    found = np.zeros(len(chances) + 1)
    found[first : first + counts.size] = counts
    return found


def _first(n: int, threshold: float, side: Side, level: float) -> int:
    """The first count from which on a share lies beyond the threshold, or below which it does."""
    counts = range(n + 1)
    if side == "above":
        return bisect_left(counts, True, key=lambda events: share_beyond(events, n, threshold, side, level))
    return bisect_left(counts, True, key=lambda events: not share_beyond(events, n, threshold, side, level))


@lru_cache(maxsize=512)
def _chi(df: int) -> tuple[Floats, Floats]:
    """Nodes and weights of the distribution of an estimated error over the true one, the root of chi squared over its degrees."""
    reach = REACH / sqrt(2 * df)
    low, high = max(0.0, 1 - reach), 1 + reach
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    at = (high - low) / 2 * nodes + (high + low) / 2
    scale = log(2) + df / 2 * log(df / 2) - lgamma(df / 2)
    with np.errstate(divide="ignore"):
        density = np.exp(scale + (df - 1) * np.log(at) - df * at * at / 2)
    return at, weights * (high - low) / 2 * density
