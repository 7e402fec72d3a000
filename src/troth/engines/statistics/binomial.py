"""The binomial distribution, exact to rounding however large n is."""

from __future__ import annotations

from functools import lru_cache
from math import lgamma, log, log1p

import numpy as np
import numpy.typing as npt

from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]


def binomial_pmf(n: int, p: float) -> Floats:
    """Chance of each count 0 to n of n independent events with chance p; shape (n + 1,).

    In logarithms, which do not overflow. Refuses n below 0 and p outside 0 to 1.

    >>> binomial_pmf(2, 0.5).round(12).tolist()
    [0.25, 0.5, 0.25]
    """
    if n < 0 or not 0 <= p <= 1:
        raise CannotEstimate("binomial chance", got=f"n {n}, p {p}", need="n of at least 0 and p from 0 to 1")
    if p in (0.0, 1.0):
        return np.asarray(np.eye(1, n + 1, 0 if p == 0 else n)[0])
    k = np.arange(n + 1, dtype=np.float64)
    return np.asarray(np.exp(_ways(n) + k * log(p) + (n - k) * log1p(-p)))


def binomial_tail(n: int, p: float, least: int) -> float:
    """Chance of at least so many of n.

    >>> round(binomial_tail(10, 0.5, 9) * 1024, 9)
    11.0
    """
    return float(binomial_pmf(n, p)[max(least, 0) :].sum())


def _ways(n: int) -> Floats:
    """Logarithm of n over k, for each k."""
    factorials = _factorials(n.bit_length())[: n + 1]
    return np.asarray(factorials[n] - factorials - factorials[::-1])


@lru_cache(maxsize=32)
def _factorials(bits: int) -> Floats:
    """Logarithms of the factorials of all numbers of so many bits."""
    return np.array([lgamma(k + 1.0) for k in range(1 << bits)])
