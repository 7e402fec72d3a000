"""Charts of measured values: one at a time, or in subgroups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from troth.engines.charts.chart import AS_ONE, Pair, Phases, Plan, drawn, phases, refuse_still
from troth.engines.charts.factors import MEDIAN_RANGE, factors
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def xmr(values: Floats, plan: Plan = AS_ONE, *, by: Literal["mean", "median"] = "mean") -> Pair:
    """X and moving-range charts of single values, such as a month's lead time.

    values: shape (n,), any unit. by: sigma from the mean moving range, or from the median one, which single jumps do not widen.
    The moving range of each phase's first point is NaN. Its chart is of points that depend on their neighbours.
    Refuses fewer points than the plan's fewest, values that are not finite, and ranges whose mean (or median) is 0.
    Source: NIST/SEMATECH handbook 6.3.2.2; Wheeler, Understanding Variation, 2nd ed., appendix (median ranges).

    >>> nist = np.array([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
    >>> chart = xmr(nist, Plan(fewest=10)).location
    >>> [round(float(line[0]), 2) for line in (chart.low, chart.centre, chart.high)], chart.beyond.tolist()
    ([45.82, 50.81, 55.8], [])
    """
    found = phases(values, plan, "XmR chart")
    ranges = found.moving_ranges(values)
    pair = factors(2)
    sigma = found.mean_range(ranges) / pair.d2 if by == "mean" else found.median_range(ranges) / MEDIAN_RANGE
    settle = "Use the mean of the ranges." if by == "median" and bool((found.mean_range(ranges) > 0).all()) else ""
    refuse_still(sigma, np.abs(found.means(values)), found, "XmR chart", settle)
    wide = found.along(sigma)
    return Pair(
        drawn("X", values, found.along(found.means(values)), wide, found, sigma),
        drawn("mR", ranges, pair.d2 * wide, pair.d3 * wide, found, sigma, floor=0.0, independent=False),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Subgroups:
    """What charts of means need of each subgroup: how many, their mean, range (greatest less least) and standard deviation (n - 1)."""

    sizes: Ints
    means: Floats
    ranges: Floats
    deviations: Floats


def subgroups(values: Floats, sizes: Ints) -> Subgroups:
    """Of values that stand one subgroup after the other. values: shape (sum of sizes,); sizes: shape (k,), each at least 2.

    Refuses sizes that do not sum to the values, subgroups of fewer than 2, and values that are not finite.

    >>> found = subgroups(np.array([1.0, 3.0, 2.0, 2.0, 5.0]), np.array([2, 3]))
    >>> found.means.tolist(), found.ranges.tolist(), found.deviations.round(4).tolist()
    ([2.0, 3.0], [2.0, 3.0], [1.4142, 1.7321])
    """
    if sizes.size == 0 or int(sizes.min()) < 2 or int(sizes.sum()) != values.size or not bool(np.isfinite(values).all()):
        got = f"{values.size} values in {sizes.size} subgroups"
        raise CannotEstimate("subgroups", got=got, need="finite values, at least 2 in each subgroup, their number the sum of the sizes")
    starts = np.cumsum(sizes) - sizes
    means = np.add.reduceat(values, starts) / sizes
    squares = np.add.reduceat((values - np.repeat(means, sizes)) ** 2, starts)
    ranges = np.maximum.reduceat(values, starts) - np.minimum.reduceat(values, starts)
    return Subgroups(sizes, means, ranges, np.sqrt(squares / (sizes - 1)))


def xbar_r(sizes: Ints, means: Floats, ranges: Floats, plan: Plan = AS_ONE) -> Pair:
    """Charts of the means and ranges of subgroups, whose sizes may differ. Shape (k,) each.

    Sigma within subgroups is the least variable weighted mean of range over d2, the plain one where sizes are equal.
    For subgroups above ten the standard deviation tells more: `xbar_s`.
    Refuses subgroups of fewer than 2, ranges below 0, and what `xmr` refuses.
    Source: Montgomery, Statistical Quality Control, 7th ed., section 6.2; Burr 1969 (sizes that differ).

    >>> sizes, means = np.full(12, 5), np.tile([10.0, 11.0], 6)
    >>> pair = xbar_r(sizes, means, np.full(12, 2.3259))
    >>> [round(float(line[0]), 3) for line in (pair.location.sigma, pair.location.high, pair.spread.high)]
    [1.0, 11.842, 4.918]
    """
    table = [factors(n) for n in _present(sizes, "X-bar and R charts")]
    d2, d3 = _by_size(sizes, [one.d2 for one in table]), _by_size(sizes, [one.d3 for one in table])
    found = phases(ranges, plan, "X-bar and R charts", least=0.0)
    sigma = _within(ranges, d2, d3, found)
    return _pair("R", sizes, means, ranges, found, sigma, d2, d3)


def xbar_s(sizes: Ints, means: Floats, deviations: Floats, plan: Plan = AS_ONE) -> Pair:
    """Charts of the means and standard deviations of subgroups, whose sizes may differ. Shape (k,) each.

    deviations: with n - 1. Sigma within subgroups is the least variable weighted mean of deviation over c4.
    Refuses what `xbar_r` refuses.
    Source: Montgomery, Statistical Quality Control, 7th ed., section 6.3; Burr 1969 (sizes that differ).

    >>> pair = xbar_s(np.full(12, 5), np.tile([10.0, 11.0], 6), np.full(12, 0.94))
    >>> [round(float(line[0]), 3) for line in (pair.location.sigma, pair.spread.high)]
    [1.0, 1.964]
    """
    c4 = _by_size(sizes, [factors(n).c4 for n in _present(sizes, "X-bar and S charts")])
    found = phases(deviations, plan, "X-bar and S charts", least=0.0)
    width = np.sqrt(1 - c4**2)
    return _pair("S", sizes, means, deviations, found, _within(deviations, c4, width, found), c4, width)


def _pair(
    kind: Literal["R", "S"], sizes: Ints, means: Floats, spreads: Floats, found: Phases, sigma: Floats, mean: Floats, width: Floats
) -> Pair:  # fmt: skip
    what = f"X-bar and {kind} charts"
    if means.shape != spreads.shape or not bool(np.isfinite(means).all()):
        raise CannotEstimate(what, got=f"means of shape {means.shape}", need=f"a finite mean for each of {spreads.size} subgroups")
    refuse_still(sigma, np.abs(found.means(means)), found, what)
    wide = found.along(sigma)
    centre = found.along(found.sums(means * sizes) / found.sums(sizes))
    return Pair(
        drawn("X-bar", means, centre, wide / np.sqrt(sizes if mean.size > 1 else sizes[:1]), found, sigma),
        drawn(kind, spreads, mean * wide, width * wide, found, sigma, floor=0.0),
    )


def _within(spreads: Floats, mean: Floats, width: Floats, found: Phases) -> Floats:
    """Sigma of a phase: spread over its mean, weighted by one over its variance."""
    weight = (mean / width) ** 2
    return found.sums(spreads * (weight / mean)) / found.sums(np.broadcast_to(weight, spreads.shape))


def _present(sizes: Ints, what: str) -> list[int]:
    if sizes.ndim != 1 or sizes.dtype.kind not in "iu" or sizes.size == 0 or int(sizes.min()) < 2:
        raise CannotEstimate(what, got="a subgroup of fewer than 2", need="whole sizes of at least 2", settle="Use an XmR chart.")
    return [int(n) for n in np.flatnonzero(np.bincount(sizes))]


def _by_size(sizes: Ints, values: list[float]) -> Floats:
    """One value a size that occurs, in order of size, brought to one a subgroup; where all are of one size, to one for all."""
    if len(values) == 1:
        return np.array(values)
    present = np.flatnonzero(np.bincount(sizes))
    table = np.zeros(int(present[-1]) + 1)
    table[present] = values
    return np.asarray(table[sizes])
