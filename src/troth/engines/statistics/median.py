"""The median of whole numbers, with an interval that rests on no distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.kernel.errors import CannotEstimate

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Median:
    """value, low, high: values that occur, in their own unit. covers: exact coverage of low to high, at least `level`.

    n: values. Type: inverted CDF (type 1 of Hyndman and Fan 1996), the least value that half of all do not exceed.
    """

    value: int
    low: int
    high: int
    n: int
    covers: float


def median_interval(values: Ints, *, level: float = 0.95) -> Median:
    """Median, with the shortest symmetric pair of order statistics that covers it with at least `level`.

    values: shape (n,), any order. Refuses so few that even least and greatest do not cover: fewer than 6 at 95 %.
    Source: Conover 1999, section 3.2 (binomial interval of a quantile).

    >>> median_interval(np.array([7, 1, 3, 9, 4, 8, 2, 6, 5, 100]))
    Median(value=5, low=2, high=9, n=10, covers=0.978515625)
    """
    n = int(values.size)
    outside = _below_half(n)
    # outside[i] is the chance that at most i values lie below the median: then order statistic i + 1 lies above it.
    allowed = np.flatnonzero(2 * outside <= 1 - level)
    if allowed.size == 0:
        raise CannotEstimate("interval of a median", got=f"{n} values", need=f"at least {_fewest(level)}")
    rank = int(allowed[-1])
    ordered = np.sort(values)
    return Median(
        value=int(ordered[(n + 1) // 2 - 1]),
        low=int(ordered[rank]),
        high=int(ordered[n - 1 - rank]),
        n=n,
        covers=float(1 - 2 * outside[rank]),
    )


def _below_half(n: int) -> npt.NDArray[np.float64]:
    """Chance of at most i heads in n throws, for i below n / 2; in logarithms, which do not overflow."""
    if n == 0:
        return np.zeros(0)
    step = np.arange(1, (n + 1) // 2, dtype=np.float64)
    ways = np.concatenate([[0.0], np.cumsum(np.log(n + 1 - step) - np.log(step))])
    return np.cumsum(np.exp(ways - n * np.log(2.0)))


def _fewest(level: float) -> int:
    n = 1
    while 2 * 0.5**n > 1 - level:
        n += 1
    return n
