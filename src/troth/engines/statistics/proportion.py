"""Shares of a count, and their difference."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt

from troth.engines.statistics.normal import two_sided_z
from troth.kernel.errors import CannotEstimate


@dataclass(frozen=True, slots=True)
class Share:
    """A share between 0 and 1 with its interval; n: what it is a share of."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class ShareDifference:
    """First share minus second, with its interval; positive: the first is larger."""

    value: float
    low: float
    high: float


def wilson(successes: int, n: int, level: float = 0.95) -> Share:
    """Score interval of a share, without continuity correction.

    Refuses n = 0 and successes outside 0 to n.
    Source: Wilson 1927; method 3 of Newcombe 1998a.

    >>> share = wilson(81, 263)
    >>> round(share.low, 4), round(share.high, 4)
    (0.2553, 0.3662)
    """
    if not 0 <= successes <= n or n < 1:
        raise CannotEstimate("share", got=f"{successes} of {n}", need="at least one, and successes from 0 to n")
    low, high = wilson_limits(successes / n, n, level)
    return Share(successes / n, low, high, n)


def newcombe(first: tuple[int, int], second: tuple[int, int], level: float = 0.95) -> ShareDifference:
    """Difference of two independent shares, with an interval made of the two Wilson intervals.

    first, second: (successes, n) each. Refuses what `wilson` refuses.
    Source: Newcombe 1998b, method 10.

    >>> difference = newcombe((56, 70), (48, 80))
    >>> round(difference.low, 4), round(difference.high, 4)
    (0.0524, 0.3339)
    """
    one, two = wilson(*first, level), wilson(*second, level)
    value = one.value - two.value
    return ShareDifference(
        value,
        low=value - hypot(one.value - one.low, two.high - two.value),
        high=value + hypot(one.high - one.value, two.value - two.low),
    )


def wilson_limits(share: float, n: float, level: float) -> tuple[float, float]:
    """Score limits of a share out of n, which need not be whole: an effective sample size serves.

    They never leave 0 to 1, reach 0 at share 0 and 1 at share 1, and always hold the share.

    >>> wilson_limits(0.0, 20.5, 0.95)[0]
    0.0
    """
    z = two_sided_z(level)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # At the ends rounding would leave a limit a hair beside the share.
    low = 0.0 if share == 0 else min(share, max(0.0, centre - half))
    high = 1.0 if share == 1 else max(share, min(1.0, centre + half))
    return low, high
