"""A share estimated from a sample in which some kinds of subjects were drawn more often than others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.proportion import wilson_limits
from troth.kernel.errors import CannotEstimate

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StratifiedShare:
    """A ratio of two population counts, the first part of the second.

    value, low, high: between 0 and 1. se: standard error of the value.
    numerator, denominator: the two counts, scaled up to the population.
    n_effective: size of the simple random sample that would tell as much; infinite when everything was seen.
    seen, population: subjects in all strata. certain: everything was seen, so value = low = high.
    """

    value: float
    low: float
    high: float
    se: float
    numerator: float
    denominator: float
    n_effective: float
    seen: int
    population: int
    certain: bool


def stratified_share(num: Counts, den: Counts, seen: Counts, population: Counts, *, level: float = 0.95) -> StratifiedShare:
    """Share of these very subjects: post-stratified to the declared population, certain where all were seen.

    Shape (h,), whole numbers by stratum: num of den of the seen subjects count, and `seen` of `population` were drawn.
    value = sum(N/n num) / sum(N/n den); se is linearised, with finite population correction. The interval is Wilson's
    for the sample size with that variance, once a stratum whose subjects all answered alike counts half a subject that
    did not (Jeffreys); at value 0 or 1 the size is Kish's.
    Refuses num > den, den > seen, seen > population, a stratum not wholly seen with fewer than 2 seen, and nobody in
    the denominator.
    Source: Sarndal, Swensson and Wretman 1992, section 5.6 (a ratio); Kish 1965 (unequal weights); Wilson 1927.

    >>> share = stratified_share(np.array([90, 0]), np.array([100, 50]), np.array([100, 50]), np.array([500, 50]))
    >>> round(share.value, 3), round(share.low, 3), round(share.high, 3)
    (0.818, 0.765, 0.861)
    """
    strata = _checked(num, den, seen, population)
    if bool((seen == population).all()):
        return _counted(strata)
    cautious = strata.variance(strata.cautious_spread())
    return _estimated(strata, strata.variance(strata.spread), cautious, strata.kish(0.0), level)


def superpopulation_share(num: Counts, den: Counts, seen: Counts, population: Counts, *, level: float = 0.95) -> StratifiedShare:
    """Share that the process behind these subjects tends to: for comparing periods, units, before and after.

    As stratified_share, but the population itself counts as drawn, so that a full count has an interval too: that of
    `wilson`. Never certain.
    Source: Deming and Stephan 1941, on censuses as samples; the variance adds the process's to the sampling's.

    >>> share = superpopulation_share(np.array([81]), np.array([263]), np.array([263]), np.array([263]))
    >>> round(share.low, 4), round(share.high, 4)  # wilson(81, 263)
    (0.2553, 0.3662)
    """
    strata = _checked(num, den, seen, population)
    process = strata.process_variance()
    variance = strata.variance(strata.spread) + process
    cautious = strata.variance(strata.cautious_spread()) + process
    return _estimated(strata, variance, cautious, strata.kish(strata.denominator), level)


@dataclass(frozen=True, eq=False)  # without slots, in which nothing could be kept that is worked out once
class _Strata:
    num: Floats
    den: Floats
    seen: Floats
    population: Floats

    @cached_property
    def weight(self) -> Floats:
        return self.population / self.seen

    @cached_property
    def numerator(self) -> float:
        return float((self.weight * self.num).sum())

    @cached_property
    def denominator(self) -> float:
        return float((self.weight * self.den).sum())

    @cached_property
    def value(self) -> float:
        return self.numerator / self.denominator

    @cached_property
    def residual_sums(self) -> tuple[Floats, Floats]:
        """Sum and sum of squares of num - value den over the seen subjects, by stratum."""
        return (
            self.num - self.value * self.den,
            self.num * (1 - self.value) ** 2 + (self.den - self.num) * self.value**2,
        )

    @cached_property
    def spread(self) -> Floats:
        """Variance of the residual among the subjects of each stratum."""
        total, squares = self.residual_sums
        return np.maximum(squares - total**2 / self.seen, 0) / np.maximum(self.seen - 1, 1)

    def cautious_spread(self) -> Floats:
        """As spread, and above 0 where all seen subjects fall in one cell: the next one may not."""
        other = 0.5 / (self.seen + 1)
        alike = (self.den == self.seen) & ((self.num == 0) | (self.num == self.seen))
        within = np.where(alike, other * (1 - other), self.spread)
        return np.where(self.den == 0, other * self.value * (1 - self.value), within)

    def variance(self, spread: Floats) -> float:
        """Of the value over repeated draws from this population."""
        unseen = 1 - self.seen / self.population
        return float((self.population**2 * unseen * spread / self.seen).sum()) / self.denominator**2

    def process_variance(self) -> float:
        """Of the population's own share about what its process tends to."""
        _, squares = self.residual_sums
        return float((self.weight * squares).sum()) / self.denominator**2

    def kish(self, process: float) -> float:
        """Effective size from the weights alone; a stratum not wholly seen counts at least one in the denominator."""
        unseen = 1 - self.seen / self.population
        den = np.where(unseen > 0, np.maximum(self.den, 1), self.den)
        return float(self.denominator**2 / ((self.weight**2 * unseen * den).sum() + process))


def _checked(num: Counts, den: Counts, seen: Counts, population: Counts) -> _Strata:
    if not num.shape == den.shape == seen.shape == population.shape or num.ndim != 1:
        shapes = [num.shape, den.shape, seen.shape, population.shape]
        raise CannotEstimate("stratified share", got=f"shapes {shapes}", need="one count a stratum in each")
    if not ((num >= 0) & (num <= den) & (den <= seen) & (seen <= population)).all():
        raise CannotEstimate("stratified share", got="counts out of order", need="0 <= num <= den <= seen <= population in every stratum")
    thin = (seen < 2) & (seen < population)
    if thin.any():
        raise CannotEstimate(
            "stratified share",
            got=f"{int(seen[thin].min())} seen of {int(population[thin][0])} in a stratum",
            need="at least 2 seen in every stratum that is not wholly seen",
            settle="More subjects of that stratum, or its strata merged.",
        )
    if den.sum() == 0:
        raise CannotEstimate("stratified share", got="nobody in the denominator", need="at least one")
    some = seen > 0
    return _Strata(*(column[some].astype(np.float64) for column in (num, den, seen, population)))


def _estimated(strata: _Strata, variance: float, cautious: float, kish: float, level: float) -> StratifiedShare:
    value = strata.value
    size = value * (1 - value) / cautious if 0 < value < 1 else kish
    low, high = wilson_limits(value, size, level)
    return _result(strata, (low, high), variance**0.5, size, certain=False)


def _counted(strata: _Strata) -> StratifiedShare:
    return _result(strata, (strata.value, strata.value), 0.0, inf, certain=True)


def _result(strata: _Strata, limits: tuple[float, float], se: float, size: float, *, certain: bool) -> StratifiedShare:
    return StratifiedShare(
        value=strata.value,
        low=limits[0],
        high=limits[1],
        se=se,
        numerator=strata.numerator,
        denominator=strata.denominator,
        n_effective=size,
        seen=int(strata.seen.sum()),
        population=int(strata.population.sum()),
        certain=certain,
    )
