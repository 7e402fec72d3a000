"""Whether a series rises or falls at all, by the order of its values alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.normal import normal_cdf, two_sided_z
from troth.engines.trends.slope import Slope, points, sens_limits, slopes, theil_sen, tied_variance
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# Up to so many values without ties the distribution of S is worked out.
EXACT = 40
# Fewer points say nothing of what values keep of those before them.
FEWEST_FOR_MEMORY = 20
# Significance of an autocorrelation that counts, as in the paper.
COUNTS = 0.95


@dataclass(frozen=True, slots=True)
class Trend:
    """s: pairs that rise less pairs that fall, later against earlier. tau: s over all pairs. variance: of s without a trend.

    z: s in standard errors, with continuity correction. p: chance of so much without a trend, two-sided. method: how p was found.
    factor: how many times the variance of values that keep nothing of those before them; 1 where that was not looked at. slope:
    Theil-Sen's.
    """

    s: int
    tau: float
    variance: float
    z: float
    p: float
    method: Literal["exact", "normal"]
    factor: float
    slope: Slope


def mann_kendall(values: Floats, times: Floats | None = None, *, level: float = 0.95) -> Trend:
    """The test of Mann and Kendall, with ties; p is exact up to 40 values without ties.

    values: shape (n,). times as in `theil_sen`; equal ones are not compared. level: of the slope's interval. Values that keep something
    of those before them, as most monthly ones do, give trends where there are none: then `hamed_rao`. Refuses what `theil_sen`
    refuses, and values that are all the same.
    Source: Mann 1945; Kendall 1975.

    >>> trend = mann_kendall(np.array([3.0, 4.0, 6.0, 5.0, 7.0, 9.0]))
    >>> trend.s, round(trend.p, 4), trend.method
    (13, 0.0167, 'exact')
    """
    ordered, when = _in_time(values, times, "Mann-Kendall test")
    s, untied = _score(ordered, when), np.unique(ordered).size == np.unique(when).size == values.size
    return _trend(s, tied_variance(ordered, when), theil_sen(values, times, level=level), exact=untied and values.size <= EXACT)


def hamed_rao(values: Floats, *, level: float = 0.95) -> Trend:
    """As `mann_kendall`, with the variance of values that keep something of those before them.

    values: shape (n,), equally spaced. The factor sums the autocorrelations of the ranks, trend taken out, that are significant at 5 %,
    at all lags; below 1 where neighbours differ more than others. Refuses fewer than 20 values, and a factor of 0 or less.
    Source: Hamed and Rao 1998, A modified Mann-Kendall trend test for autocorrelated data.

    >>> values = np.repeat(np.array([3.0, 4.0, 6.0, 5.0, 7.0, 8.0]), 4) + np.tile([0.0, 0.1, 0.2, 0.3], 6)
    >>> mann_kendall(values).p < hamed_rao(values).p
    True
    """
    ordered, when = _in_time(values, None, "Hamed-Rao test")
    n = values.size
    if n < FEWEST_FOR_MEMORY:
        raise CannotEstimate("Hamed-Rao test", got=f"{n} values", need=f"at least {FEWEST_FOR_MEMORY}", settle="More periods.")
    slope = theil_sen(values, level=level)
    ranks = _mid_ranks(values - slope.value * when)
    centred = ranks - ranks.mean()
    lags = np.arange(1, n)
    kept = np.correlate(centred, centred, "full")[n:] / float(centred @ centred)
    counted = np.where(np.abs(kept) > two_sided_z(COUNTS) / sqrt(n), kept, 0.0)
    factor = 1 + 2 / (n * (n - 1) * (n - 2)) * float(((n - lags) * (n - lags - 1) * (n - lags - 2) * counted).sum())
    if factor <= 0:
        got = f"a variance of {factor:.2f} times the usual"
        raise CannotEstimate("Hamed-Rao test", got=got, need="one above 0", settle="Take the season out, or use the seasonal test.")
    return _trend(_score(ordered, when), factor * tied_variance(values), slope, exact=False, factor=factor)


def seasonal_kendall(values: Floats, period: int, *, level: float = 0.95) -> Trend:
    """Kendall's test within seasons, so that January is compared with January; the slope is per period, a year of twelve months.

    values: shape (n,), equally spaced, in order, the last period may be broken off. Seasons are taken as independent of each other.
    Refuses a period below 2, fewer than 3 periods, values that are not finite, and seasons in which nothing moves.
    Source: Hirsch, Slack and Smith 1982, Techniques of trend analysis for monthly water quality data.

    >>> trend = seasonal_kendall(np.array([1.0, 9.0, 2.0, 11.0, 3.0, 10.0, 4.0, 12.0, 5.0, 13.0]), 2)
    >>> trend.s, trend.slope.value
    (18, 1.0)
    """
    if values.ndim != 1 or period < 2 or values.size < 3 * period or not np.isfinite(values).all():
        got = f"{values.size} values, period {period}"
        raise CannotEstimate("seasonal Kendall test", got=got, need="finite values of at least 3 periods of 2 or more")
    seasons = [values[first::period] for first in range(period)]
    times = [np.arange(season.size, dtype=np.float64) for season in seasons]
    s = sum(_score(season, when) for season, when in zip(seasons, times, strict=True))
    variance = sum(tied_variance(season) for season in seasons)
    if variance <= 0:
        raise CannotEstimate("seasonal Kendall test", got="the same value in every period", need="values that move")
    found = np.sort(np.concatenate([slopes(season, when) for season, when in zip(seasons, times, strict=True)]))
    value = float(np.median(found))
    low, high = sens_limits(found, variance, level)
    middle = float(np.median(values) - value * np.median(np.arange(values.size) / period))
    return _trend(s, variance, Slope(value, low, high, middle, values.size), exact=False, pairs=found.size)


def _trend(s: int, variance: float, slope: Slope, *, exact: bool, factor: float = 1.0, pairs: int | None = None) -> Trend:
    z = (s - np.sign(s)) / sqrt(variance)
    p = _exact(slope.n, s) if exact else 2 * normal_cdf(-abs(z))
    whole = slope.n * (slope.n - 1) // 2 if pairs is None else pairs
    return Trend(s, s / whole, variance, float(z), p, "exact" if exact else "normal", factor, slope)


def _in_time(values: Floats, times: Floats | None, what: str) -> tuple[Floats, Floats]:
    at = points(values, times, what)
    if np.ptp(values) == 0:
        raise CannotEstimate(what, got="the same value every time", need="values that move")
    order = np.argsort(at, kind="stable")
    return values[order], at[order]


def _score(values: Floats, times: Floats) -> int:
    first, second = np.triu_indices(values.size, k=1)
    return int((np.sign(values[second] - values[first]) * (times[second] > times[first])).sum())


def _mid_ranks(values: Floats) -> Floats:
    """From 1; equal values share the mean of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[place])


def _exact(n: int, s: int) -> float:
    """Chance that the size of S is at least that of s, over all orders of n different values."""
    ways = _falling_pairs(n)
    pairs = n * (n - 1) // 2
    least = (pairs - abs(s)) // 2
    return min(1.0, 2 * float(ways[: least + 1].sum()))


@lru_cache(maxsize=EXACT)
def _falling_pairs(n: int) -> Floats:
    """Chance of each number of falling pairs in a random order: those of n - 1 values, the last one put in at any place."""
    found = np.ones(1)
    for size in range(2, n + 1):
        found = np.convolve(found, np.full(size, 1 / size))
    return found
