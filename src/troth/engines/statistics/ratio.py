"""Ratios and totals of exact sums, over strata of which some were drawn more often than others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import inf, sqrt

import numpy as np

from troth.engines.statistics.beta import beta_quantile
from troth.engines.statistics.normal import normal_quantile, two_sided_z
from troth.kernel.errors import CannotEstimate

Exact = int | Decimal | Fraction
MOST_DF = 1_000


@dataclass(frozen=True, slots=True)
class PairSums:
    """Sums over the n units of a stratum that count: of y and x, their squares, their product; exact, so that slices add up.

    seen, population: units of the whole stratum in the file and in truth, those among them that do not count.
    """

    n: int
    y: Exact
    x: Exact
    yy: Exact
    xx: Exact
    xy: Exact
    seen: int
    population: int

    @property
    def weight(self) -> Fraction:
        return Fraction(self.population, self.seen)


@dataclass(frozen=True, slots=True)
class Ratio:
    """y for each x. low, high: its interval, None where the units say nothing of how they spread. n: units."""

    value: float
    low: float | None
    high: float | None
    se: float | None
    n: int


def ratio_of_sums(parts: Sequence[PairSums], *, level: float = 0.95) -> Ratio:
    """Sum of y by sum of x, each weighed by population over seen; a mean where x is 1 for each.

    The interval is of the process behind the units: linearised, with Student's t for n - 1 units. It is None for one unit, and where
    all units have the very same ratio. Refuses no unit at all, and an x that sums to 0 or less.
    Source: Sarndal, Swensson and Wretman 1992, section 5.6; Cochran 1977, section 6.4.

    >>> one = PairSums(n=3, y=6, x=6, yy=14, xx=12, xy=12, seen=3, population=3)  # 1, 2, 3 by 2, 2, 2
    >>> found = ratio_of_sums([one])
    >>> found.value, round(found.se, 4)
    (1.0, 0.2887)
    """
    kept = [part for part in parts if part.n]
    n, x, y = sum(part.n for part in kept), _weighed(kept, "x"), _weighed(kept, "y")
    if not n:
        raise CannotEstimate("ratio", got="nothing to count", need="at least one")
    if x <= 0:
        raise CannotEstimate("ratio", got=f"a denominator that sums to {float(x):g}", need="more than 0")
    exact = y / x
    value, variance = float(exact), _variance(kept, exact)
    if n < 2 or variance <= 0:
        return Ratio(value, None, None, None, n)
    se = sqrt(variance.numerator * x.denominator**2 * n / (variance.denominator * x.numerator**2 * (n - 1)))
    half = student_t(n - 1, level) * se
    return Ratio(value, value - half, value + half, se, n)


def total_of_sums(parts: Sequence[PairSums], *, level: float = 0.95) -> Ratio:
    """Sum of y, weighed by population over seen, with an interval of how much another such period could bring.

    How many units come is chance as well as what each brings: the variance is the sum of squares (a compound Poisson sum). With
    fewer than 10 units there is no interval. n: units.
    Source: Kaas, Goovaerts, Dhaene and Denuit 2008, section 3.2; for a sample Cochran 1977, section 5.4.

    >>> total = total_of_sums([PairSums(100, 100, 100, 100, 100, 100, 100, 100)])
    >>> total.value, round(total.low, 2), round(total.high, 2)
    (100.0, 80.4, 119.6)
    """
    kept = [part for part in parts if part.n]
    n, value = sum(part.n for part in kept), float(_weighed(kept, "y"))
    if n < LEAST_TO_SUM:
        return Ratio(value, None, None, None, n)
    se = sqrt(_variance(kept, Fraction(0)))
    half = two_sided_z(level) * se
    return Ratio(value, value - half, value + half, se, n)


LEAST_TO_SUM = 10


@lru_cache(maxsize=4_096)
def student_t(df: int, level: float = 0.95) -> float:
    """Half-width, in standard errors, of an interval by Student's t that covers with probability `level`.

    >>> round(student_t(4), 4), round(student_t(10**6), 4)
    (2.7764, 1.96)
    """
    if df > MOST_DF:
        return two_sided_z(level)
    normal_quantile(2 * level - 1)  # refuses what is no level
    z = two_sided_z(level)
    near = np.array([df / (df + (z + (z**3 + z) / (4 * df)) ** 2)])  # Fisher's first term beyond the normal
    at = float(beta_quantile(1 - level, np.array([df / 2]), np.array([0.5]), near)[0])
    return sqrt(df * (1 - at) / at) if at > 0 else inf


def _weighed(parts: Sequence[PairSums], name: str) -> Fraction:
    if len(parts) == 1 and parts[0].population == parts[0].seen:
        return Fraction(getattr(parts[0], name))
    return sum((part.weight * Fraction(getattr(part, name)) for part in parts), Fraction(0))


def _variance(parts: Sequence[PairSums], value: Fraction) -> Fraction:
    """Of the weighed sum of y - value x: that of the process, and of the draw where not all were seen."""
    total = Fraction(0)
    for part in parts:
        squares = _squares(part, value)
        total += squares if part.population == part.seen else part.weight * squares
        if part.population > part.seen:
            if part.seen < 2:
                raise CannotEstimate(
                    "ratio of a sample",
                    got=f"{part.seen} seen of {part.population} in a stratum",
                    need="at least 2 of a stratum not wholly seen",
                )
            off = Fraction(part.y) - value * Fraction(part.x)
            spread = (squares - off**2 / part.seen) / (part.seen - 1)
            total += part.population**2 * (1 - Fraction(part.seen, part.population)) * spread / part.seen
    return total


def _squares(part: PairSums, value: Fraction) -> Fraction:
    """The sum of squares of y - value x. Over one denominator, which is a third of the time that a fraction for each step takes."""
    p, q = value.numerator, value.denominator
    (yy, of_yy), (xy, of_xy), (xx, of_xx) = (one.as_integer_ratio() for one in (part.yy, part.xy, part.xx))
    return Fraction(q * q * yy * of_xy * of_xx - 2 * p * q * xy * of_yy * of_xx + p * p * xx * of_yy * of_xy, q * q * of_yy * of_xy * of_xx)
