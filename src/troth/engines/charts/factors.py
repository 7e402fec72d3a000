"""The factors of control charts, computed: what range and deviation of a few normal draws come to on average."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import erf, exp, lgamma, pi, sqrt

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.normal import normal_quantile
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
STEP, EDGE = 0.02, 9.0
SIGMAS = 3.0
# Median of the range of two standard normal draws.
MEDIAN_RANGE = sqrt(2) * normal_quantile(0.75)


@dataclass(frozen=True, slots=True)
class Factors:
    """Of subgroups of n standard normal draws. d2, d3: mean and standard deviation of the range; c4: mean of the standard deviation."""

    n: int
    d2: float
    d3: float
    c4: float

    @property
    def a2(self) -> float:
        """Times the mean range: half the width of the limits of a mean."""
        return SIGMAS / (self.d2 * sqrt(self.n))

    @property
    def a3(self) -> float:
        """Times the mean deviation: half the width of the limits of a mean."""
        return SIGMAS / (self.c4 * sqrt(self.n))

    @property
    def of_ranges(self) -> tuple[float, float]:
        """D3 and D4: the limits of a range, in mean ranges."""
        half = SIGMAS * self.d3 / self.d2
        return max(0.0, 1 - half), 1 + half

    @property
    def of_deviations(self) -> tuple[float, float]:
        """B3 and B4: the limits of a standard deviation, in mean deviations."""
        half = SIGMAS * sqrt(1 - self.c4**2) / self.c4
        return max(0.0, 1 - half), 1 + half


@lru_cache(maxsize=1024)
def factors(n: int) -> Factors:
    """The factors of subgroups of n, to seven decimals. Refuses fewer than 2: one value has no range.

    Source: Tippett 1925 (moments of the range); Montgomery, Statistical Quality Control, 7th ed., appendix VI.

    >>> found = factors(5)
    >>> round(found.d2, 4), round(found.c4, 4), round(found.a2, 3)
    (2.3259, 0.94, 0.577)
    """
    if n < 2:
        raise CannotEstimate("control chart factors", got=f"subgroups of {n}", need="at least 2 values in a subgroup")
    x = np.arange(-EDGE, EDGE + STEP / 2, STEP)
    below = _cdf(x)
    d2 = float((1 - (1 - below) ** n - below**n).sum()) * STEP
    c4 = sqrt(2 / (n - 1)) * exp(lgamma(n / 2) - lgamma((n - 1) / 2))
    return Factors(n, d2, sqrt(_square_of_range(n, x, below) - d2**2), c4)


def _square_of_range(n: int, x: Floats, below: Floats) -> float:
    """Twice the integral of w times the chance of a range above w, by Simpson's rule."""
    density = np.exp(-(x**2) / 2) / sqrt(2 * pi)
    widths = np.arange(0, 2 * int(EDGE / STEP) + 1)
    at = np.minimum(np.arange(x.size) + widths[:, None], x.size - 1)
    within = n * ((below[at] - below) ** (n - 1)) @ density * STEP
    simpson = np.where(widths % 2 == 1, 4.0, 2.0)
    simpson[[0, -1]] = 1.0
    return float(2 * (widths * STEP * np.maximum(0.0, 1 - within) * simpson).sum() * STEP / 3)


def _cdf(x: Floats) -> Floats:
    return np.array([0.5 * (1 + erf(one / sqrt(2))) for one in x.tolist()])
