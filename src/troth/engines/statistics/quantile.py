"""A quantile of whole numbers, some of which lie beyond all others, with an interval that rests on no distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.binomial import binomial_pmf
from troth.kernel.errors import CannotEstimate

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Quantile:
    """value, low, high: values that occur, in their own unit; None: not reached, it lies among those beyond all others.

    n: values, with those beyond. covers: exact coverage of low to high, at least `level`.
    """

    value: int | None
    low: int | None
    high: int | None
    n: int
    covers: float


def quantile_interval(values: Ints, share: Fraction, *, beyond: int = 0, level: float = 0.95) -> Quantile:
    """The least value that so large a share of all do not exceed, with order statistics that cover the quantile.

    values: shape (n,), any order. beyond: how many more there are that exceed every value, such as what never came.
    Type: inverted CDF (type 1 of Hyndman and Fan 1996). Equal tails; each leaves out at most (1 - level) / 2.
    Refuses a share outside 0 to 1, and fewer than `fewest_for(share, level)`.
    Source: Conover 1999, section 3.2 (binomial interval of a quantile).

    >>> quantile_interval(np.arange(1, 101), Fraction(9, 10)).value
    90
    >>> quantile_interval(np.arange(1, 95), Fraction(95, 100), beyond=6).value is None
    True
    """
    n = int(values.size) + beyond
    low, high, covers = ranks_of(n, share, level)
    ranks = (ceil(share * n), low, high)
    reached = [rank - 1 for rank in ranks if rank <= values.size]
    placed = np.partition(values, reached) if reached else values
    value, least, most = (int(placed[rank - 1]) if rank <= values.size else None for rank in ranks)
    return Quantile(value, least, most, n, covers)


def weighted_quantile(values: Ints, weights: Sequence[int], share: Fraction, *, beyond: int = 0) -> int | None:
    """The least value that so large a share of all weight does not exceed; None: not reached.

    values: shape (n,), any order. weights: of each, whole and above 0. beyond: the weight of what exceeds every value.
    Exact. Refuses a share outside 0 to 1, weights that are not above 0, and no weight at all.

    >>> weighted_quantile(np.array([3, 1, 2]), [1, 8, 1], Fraction(9, 10))
    2
    """
    if not 0 < share < 1 or any(weight <= 0 for weight in weights) or beyond < 0 or sum(weights) + beyond == 0:
        raise CannotEstimate("weighted quantile", got=f"{share} of {len(weights)} weights", need="a share between 0 and 1, weights above 0")
    wanted, so_far = share * (sum(weights) + beyond), 0
    for place in np.argsort(values, kind="stable").tolist():
        so_far += weights[place]
        if so_far >= wanted:
            return int(values[place])
    return None


def fewest_for(share: Fraction, level: float = 0.95) -> int:
    """The least n of which order statistics cover a quantile on both sides: 6 for a median, 72 for the 95th percentile.

    Refuses a share outside 0 to 1.

    >>> fewest_for(Fraction(1, 2)), fewest_for(Fraction(95, 100))
    (6, 72)
    """
    if not 0 < share < 1:
        raise CannotEstimate("quantile", got=share, need="a share between 0 and 1")
    n = 1
    while float(max(share, 1 - share)) ** n > (1 - level) / 2:
        n += 1
    return n


def ranks_of(n: int, share: Fraction, level: float = 0.95) -> tuple[int, int, float]:
    """Ranks, from 1, of the order statistics, and with what chance the quantile lies between them."""
    fewest = fewest_for(share, level)
    if n < fewest:
        raise CannotEstimate(f"interval of the {float(share):g} quantile", got=f"{n} values", need=f"at least {fewest}")
    # below[k]: the chance that at most k values lie below the quantile.
    below = np.cumsum(binomial_pmf(n, float(share)))
    tail = (1 - level) / 2
    low = int(np.flatnonzero(below <= tail)[-1]) + 1
    high = int(np.flatnonzero(1 - below <= tail)[0]) + 1
    return low, high, float(below[high - 1] - below[low - 1])
