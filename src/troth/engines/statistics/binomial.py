"""The binomial distribution, exact to rounding however large n is."""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
import numpy.typing as npt

from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]

NOTHING = 745.0  # exp(-745) is the least double above nought


def binomial_pmf(n: int, p: float) -> Floats:
    """Chance of each count 0 to n of n independent events with chance p; shape (n + 1,).

    What is less likely than 1e-320 is nought. Refuses n below 0 and p outside 0 to 1.

    >>> binomial_pmf(2, 0.5).round(12).tolist()
    [0.25, 0.5, 0.25]
    """
    if n < 0 or not 0 <= p <= 1:
        raise CannotEstimate("binomial chance", got=f"n {n}, p {p}", need="n of at least 0 and p from 0 to 1")
    if p in (0.0, 1.0):
        return np.asarray(np.eye(1, n + 1, 0 if p == 0 else n)[0])
    likeliest, far = min(int((n + 1) * p), n), _far(n, p)
    first, last = max(likeliest - far, 0), min(likeliest + far, n)
    up = np.arange(likeliest, last, dtype=np.float64)
    down = np.arange(likeliest, first, -1, dtype=np.float64)
    odds = np.log(p) - np.log1p(-p)
    above = np.cumsum(np.log(n - up) - np.log(up + 1) + odds)
    below = np.cumsum(np.log(down) - np.log(n - down + 1) - odds)
    chances = np.zeros(n + 1)
    chances[first : last + 1] = np.exp(np.concatenate([below[::-1], [0.0], above]))
    return np.asarray(chances / chances.sum())


def binomial_tail(n: int, p: float, least: int) -> float:
    """Chance of at least so many of n.

    >>> round(binomial_tail(10, 0.5, 9) * 1024, 9)
    11.0
    """
    return float(binomial_pmf(n, p)[max(least, 0) :].sum())


def _far(n: int, p: float) -> int:
    """How far from the likeliest count a double holds nothing more: by Bernstein's inequality, exp(-t² / (2 (npq + t / 3)))."""
    return ceil(NOTHING / 3 + sqrt((NOTHING / 3) ** 2 + 2 * NOTHING * n * p * (1 - p))) + 1
