"""The slope of a series, by the median of the slopes between its points, which single wild values do not move."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, sqrt

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.normal import two_sided_z
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
FEWEST = 5
# All pairs are held at once: 100 MB for so many points.
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Slope:
    """Change of the values for one more unit of time, with its interval, both in units of the values. intercept: the median at time 0.

    n: points.
    """

    value: float
    low: float
    high: float
    intercept: float
    n: int


def theil_sen(values: Floats, times: Floats | None = None, *, level: float = 0.95) -> Slope:
    """Median of the slopes between all pairs of points at different times, with Sen's interval, which allows for ties of values.

    values: shape (n,). times: shape (n,), any order and spacing; None: 0, 1, 2. Holds for values that do not depend on their neighbours
    once the trend is out. Refuses fewer than 5 points, more than 2,000, values or times that are not finite, and fewer than 2 times.
    Source: Theil 1950; Sen 1968, section 3 (the interval); Gilbert 1987, section 16.5.

    >>> theil_sen(np.array([1.0, 2.1, 2.9, 4.2, 90.0, 6.0])).value
    1.05
    """
    at = points(values, times, "Theil-Sen slope")
    order = np.argsort(at, kind="stable")
    ordered, when = values[order], at[order]
    found = np.sort(slopes(ordered, when))
    value = float(np.median(found))
    low, high = sens_limits(found, tied_variance(ordered, when), level)
    return Slope(value, low, high, float(np.median(values) - value * np.median(at)), values.size)


def points(values: Floats, times: Floats | None, what: str) -> Floats:
    """The times, once values and times are found fit for a trend."""
    at = np.arange(values.size, dtype=np.float64) if times is None else times
    if values.ndim != 1 or at.shape != values.shape or not FEWEST <= values.size <= MOST:
        raise CannotEstimate(what, got=f"shapes {values.shape} and {at.shape}", need=f"one time for each of {FEWEST} to {MOST} values")
    if not (np.isfinite(values).all() and np.isfinite(at).all()):
        raise CannotEstimate(
            what, got="a value or time that is not finite", need="numbers", settle="Leave the point out and give the times."
        )
    if np.ptp(at) == 0:
        raise CannotEstimate(what, got="one time only", need="values of at least 2 times")
    return at


def slopes(values: Floats, times: Floats) -> Floats:
    """Between all pairs at different times; times in order."""
    first, second = np.triu_indices(values.size, k=1)
    apart = times[second] - times[first]
    there = apart > 0
    return np.asarray((values[second] - values[first])[there] / apart[there])


def sens_limits(ordered: Floats, variance: float, level: float) -> tuple[float, float]:
    """The slopes, of all in order, between which the true one lies. variance: of Kendall's S.

    >>> sens_limits(np.arange(10.0), 16.666666666666668, 0.95)
    (0.0, 9.0)
    """
    half = two_sided_z(level) * sqrt(variance)
    low, high = (ordered.size - half) / 2, (ordered.size + half) / 2
    return float(ordered[max(0, floor(low + 0.5) - 1)]), float(ordered[min(ordered.size - 1, floor(high + 0.5))])


def tied_variance(values: Floats, times: Floats | None = None) -> float:
    """Variance of Kendall's S of independent values, with ties of values, and of times where there are any.

    Source: Kendall 1975, Rank Correlation Methods, section 4.

    >>> round(tied_variance(np.array([1.0, 2.0, 2.0, 3.0])), 4)
    7.6667
    """
    n = values.size
    of_values, of_times = _ties(values), np.ones(n) if times is None else _ties(times)

    def cubes(ties: Floats) -> float:
        return float((ties * (ties - 1) * (2 * ties + 5)).sum())

    def pairs(ties: Floats) -> float:
        return float((ties * (ties - 1)).sum())

    def triples(ties: Floats) -> float:
        return float((ties * (ties - 1) * (ties - 2)).sum())

    whole = (n * (n - 1) * (2 * n + 5) - cubes(of_values) - cubes(of_times)) / 18
    third = triples(of_values) * triples(of_times) / (9 * n * (n - 1) * (n - 2))
    return whole + third + pairs(of_values) * pairs(of_times) / (2 * n * (n - 1))


def _ties(values: Floats) -> Floats:
    """How often each value occurs."""
    return np.unique(values, return_counts=True)[1].astype(np.float64)
