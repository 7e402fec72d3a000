"""Funnels: how far a unit may lie from the target by chance, given how many cases it had and how much units differ anyway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.beta import beta_cdf
from troth.engines.statistics.gamma import gamma_cdf
from troth.engines.statistics.normal import normal_cdf, two_sided_z
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Chances = Callable[[Ints, Floats], Floats]
Spread = Literal["counting", "multiplied", "added"]

FEWEST = 3
# Of each end of the units' scores so many are brought in to the next: what is unusual must not widen the limits that are to find it.
WINSORISED = 0.1
# Where chance alone could give so much spread there is none to allow for.
SIGNIFICANT = 2.0
# A binomial of so small a chance is Poisson's to all digits that matter.
POISSON = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Funnel:
    """Units against a target: shape (units,) each but target and what follows it.

    value: a unit's share or rate. low, high: limits at `level`. z: distance from the target in standard errors, those of the spread
    asked for. p: the chance of so far off, either side, of a unit that is as the others. best: the least p that a unit of this size
    could have had, for rates by having nothing counted. size: cases or exposure. phi: how many times the variance of counting alone
    units vary by; tau: standard deviation of units beyond counting, in the unit of the values. spread: what was allowed for.
    """

    kind: Literal["share", "rate"]
    value: Floats
    low: Floats
    high: Floats
    z: Floats
    p: Floats
    best: Floats
    size: Floats
    target: float
    level: float
    phi: float
    tau: float
    spread: Spread


def share_funnel(
    events: Ints, n: Ints, *, target: float | None = None, spread: Spread = "counting", level: float = 0.998
) -> Funnel:  # fmt: skip
    """Units' shares, such as of promises kept, around their common share or a given one.

    events, n: shape (units,), whole. spread: `counting`: limits are exact binomial quantiles, interpolated, and p is the mid-p value;
    `multiplied`: the variance of counting times phi, winsorised; `added`: a variance between units beside it; both normal, and as counting
    where phi is no more than chance could make it. Use `added` where units differ for reasons that nobody will take out.
    Refuses fewer than 3 units, events above n, an n of 0, and a target of 0 or 1.
    Source: Spiegelhalter 2005, Funnel plots for comparing institutional performance, sections 3 and 4, appendix A.

    >>> funnel = share_funnel(np.array([90, 180, 40]), np.array([100, 200, 50]))
    >>> round(funnel.target, 4), funnel.p.round(3).tolist()
    (0.8857, [0.681, 0.539, 0.078])
    """
    if events.shape != n.shape or events.ndim != 1 or not bool(((events >= 0) & (events <= n) & (n > 0)).all()):
        raise CannotEstimate("funnel of shares", got="events above n, or a unit without cases", need="0 <= events <= n, n above 0")
    common = _common(events, n, target, "funnel of shares")
    if common >= 1:
        raise CannotEstimate(
            "funnel of shares", got=f"a target of {common:g}", need="one below 1", settle="Where all units are at 1, none differs."
        )

    def below(count: Ints, of: Floats) -> Floats:
        """Chance of at most so many."""
        inside = (count >= 0) & (count < of)
        clipped = np.clip(count, 0.0, np.maximum(of - 1, 0.0)).astype(np.float64)
        # Many units have as many cases: each pair of whole numbers is worked out once.
        pairs, back = np.unique(clipped + 1j * of, return_inverse=True)
        chance = 1 - beta_cdf(np.full(pairs.shape, common), pairs.real + 1.0, pairs.imag - pairs.real)
        return np.where(inside, chance[back], np.where(count < 0, 0.0, 1.0))

    size = np.asarray(n, dtype=np.float64)
    error = np.sqrt(common * (1 - common) / size)
    # At the ends half of the chance of none, or of all, counts, on two sides.
    least = np.minimum((1 - common) ** size, common**size)
    units = _Counted("share", events, size, size, common, error, below, least, max(common, 1 - common), 1.0)
    return _funnel(units, spread, level)


def rate_funnel(
    counts: Ints, exposure: Floats | Ints, *, target: float | None = None, spread: Spread = "counting", level: float = 0.998
) -> Funnel:  # fmt: skip
    """Units' counts per exposure, such as complaints per 1,000 orders, or observed over expected cases with a target of 1.

    counts: shape (units,), whole. exposure: shape (units,), above 0. Otherwise as `share_funnel`, with Poisson for binomial; also
    refuses units that have counted nothing at all where no target is given.
    Source: as there.

    >>> funnel = rate_funnel(np.array([12, 30, 3]), np.array([10.0, 20.0, 12.0]), target=1.0)
    >>> funnel.z.round(2).tolist(), funnel.p.round(4).tolist()
    ([0.63, 2.24, -2.6], [0.5117, 0.0353, 0.0028])
    """
    exposures = np.asarray(exposure, dtype=np.float64)
    if counts.shape != exposures.shape or counts.ndim != 1 or not bool(((counts >= 0) & (exposures > 0) & np.isfinite(exposures)).all()):
        raise CannotEstimate("funnel of rates", got="counts below 0, or a unit without exposure", need="counts, and exposures above 0")
    common = _common(counts, exposures, target, "funnel of rates")
    expected = common * exposures

    def below(count: Ints, of: Floats) -> Floats:
        """Chance of at most so many, where so many are expected."""
        return np.where(count < 0, 0.0, 1 - gamma_cdf(of, np.maximum(count, 0) + 1.0))

    error = np.sqrt(common / exposures)
    return _funnel(_Counted("rate", counts, exposures, expected, common, error, below, np.exp(-expected), common, np.inf), spread, level)


def event_funnel(
    observed: Ints, expected: Floats, variance: Floats, *, spread: Spread = "counting", level: float = 0.998
) -> Funnel:  # fmt: skip
    """Units' events over those that the hazard of all gives (`waiting.awaited`), around 1.

    observed: shape (units,), whole. expected, variance: shape (units,), above 0. A unit that is a large part of all cannot lie as far from
    what all give as a small one: its count is taken as binomial, with that mean and variance, which is Poisson's where the variance is not
    below the mean. Otherwise as `rate_funnel`.
    Source: Mantel 1966 (variance); Ehm 1991 (sums of unlike chances as one binomial); Spiegelhalter 2005.

    >>> found = event_funnel(np.array([9, 21, 30]), np.array([19.25, 10.75, 30.0]), np.array([6.257, 6.257, 9.0]))
    >>> found.z.round(2).tolist()
    [-4.1, 4.1, 0.0]
    """
    shapes = observed.shape == expected.shape == variance.shape and observed.ndim == 1
    if not shapes or not bool(((observed >= 0) & (expected > 0) & (variance > 0) & np.isfinite(expected)).all()):
        raise CannotEstimate("funnel of events", got="nothing expected, or no variance", need="an expectation and a variance above 0 each")
    _common(observed, expected, 1.0, "funnel of events")
    less = np.maximum(0.0, 1 - variance / expected)
    binomial = less > POISSON
    chance = np.where(binomial, less, 0.5)
    tries = np.where(binomial, expected / chance, 2.0)

    def below(count: Ints, of: Floats) -> Floats:
        """Chance of at most so many, where so many are expected."""
        at = np.clip(count, 0, None).astype(np.float64)
        counted = 1 - gamma_cdf(of, at + 1.0)
        inside = binomial & (at < tries)
        of_tries = 1 - beta_cdf(chance, np.where(inside, at, 0.0) + 1.0, np.where(inside, tries - at, 1.0))
        return np.where(count < 0, 0.0, np.where(binomial, np.where(inside, of_tries, 1.0), counted))

    least = np.where(binomial, (1 - chance) ** tries, np.exp(-expected))
    return _funnel(
        _Counted("rate", observed, expected, expected, 1.0, np.sqrt(variance) / expected, below, least, 1.0, np.inf), spread, level
    )


def overdispersion(z: Floats) -> float:
    """How many times the variance of counting alone the units vary by: mean square of their scores, winsorised; 1 where chance is enough.

    z: shape (units,), distances from the target in standard errors of counting. At least 1.
    Source: Spiegelhalter 2005, section 4.1 and appendix A.2.

    >>> overdispersion(np.tile([4.0, -4.0], 20)), overdispersion(np.tile([1.0, -1.0], 20))
    (16.0, 1.0)
    """
    phi = float((_winsorised(z) ** 2).mean())
    return phi if phi > 1 + SIGNIFICANT * sqrt(2 / z.size) else 1.0


def between_units(z: Floats, error: Floats) -> float:
    """Standard deviation of units around the target, beside their standard errors; 0 where phi is 1. z, error: shape (units,).

    Source: DerSimonian and Laird 1986, with the winsorised phi of Spiegelhalter 2005, appendix A.2.

    >>> round(between_units(np.tile([4.0, -4.0], 20), np.full(40, 0.1)), 3)
    0.393
    """
    phi, units = overdispersion(z), z.size
    if phi == 1:
        return 0.0
    weight = error**-2
    return sqrt(max(0.0, (units * phi - (units - 1)) / float(weight.sum() - (weight**2).sum() / weight.sum())))


def _common(events: Ints, of: Floats | Ints, target: float | None, what: str) -> float:
    if events.size < FEWEST:
        raise CannotEstimate(what, got=f"{events.size} units", need=f"at least {FEWEST}", settle="More units.")
    if events.dtype.kind not in "iu":
        raise CannotEstimate(what, got="counts that are no integers", need="whole numbers")
    common = float(events.sum() / of.sum()) if target is None else target
    if not 0 < common < np.inf:
        raise CannotEstimate(what, got=f"{common:g} in all units", need="a target above 0" if target is not None else "at least one event")
    return common


def _winsorised(z: Floats) -> Floats:
    least, most = np.quantile(z, [WINSORISED, 1 - WINSORISED], method="inverted_cdf")
    return np.clip(z, least, most)


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    """Units' counts, and what chance says of them.

    size: what counts are per; of: what `below` takes beside a count; error: standard errors of the values; least: the least mid-p of a
    unit's size; farthest: the greatest distance from the target; most: the greatest value.
    """

    kind: Literal["share", "rate"]
    counts: Ints
    size: Floats
    of: Floats
    target: float
    error: Floats
    below: Chances
    least: Floats
    farthest: float
    most: float


def _funnel(units: _Counted, spread: Spread, level: float) -> Funnel:
    value, target = units.counts / units.size, units.target
    z = (value - target) / units.error
    phi, tau = overdispersion(z), between_units(z, units.error)
    half = two_sided_z(level)
    if spread == "counting" or phi == 1:
        tail = (1 - level) / 2
        low, high = (_limit(chance, units) / units.size for chance in (tail, 1 - tail))
        middle = (units.below(units.counts, units.of) + units.below(units.counts - 1, units.of)) / 2
        p, best = 2 * np.minimum(middle, 1 - middle), units.least
    else:
        wide = units.error * sqrt(phi) if spread == "multiplied" else np.sqrt(units.error**2 + tau**2)
        low, high, z = target - half * wide, target + half * wide, (value - target) / wide
        p, best = _two_sided(z), _two_sided(units.farthest / wide)
    low, high = np.maximum(0.0, low), np.minimum(units.most, high)
    return Funnel(units.kind, value, low, high, z, p, best, units.size, target, level, phi, tau, spread)


def _two_sided(z: Floats) -> Floats:
    return np.array([2 * normal_cdf(-abs(one)) for one in z.tolist()])


def _limit(chance: float, units: _Counted) -> Floats:
    """The quantile of a count, by halving, then between it and the count before as the chance lies between theirs."""
    mean = units.target * units.size
    low = np.full(mean.shape, -1, dtype=np.int64)
    high = np.ceil(mean + 20 * np.sqrt(mean + 1) + 20).astype(np.int64)
    while bool((high - low > 1).any()):
        middle = (low + high) // 2
        reached = units.below(middle, units.of) >= chance
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    before, there = units.below(high - 1, units.of), units.below(high, units.of)
    return np.asarray(high - (there - chance) / (there - before))
