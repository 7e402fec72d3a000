"""Chance that is the same on every machine: PCG64's own integers and uniforms, and tables of ours for everything else.

The functions of numpy for other distributions may change from one version to the next, and `exp` or `log` may differ in the last
digit between two processors. So quantiles lie in tables, made once by the standard library and rounded to nine digits, and between two
entries a straight line is drawn with sums and products alone, which IEEE 754 fixes to the bit.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from troth.worlds.sheets import Flags, Ints, Reals

KNOTS = 1 << 14
HALF = 0.25 / KNOTS  # the outermost quantiles are those of a quarter of a knot, since those of 0 and 1 may lie at infinity


class Chance:
    """A stream of its own for each name, so that one part of a world may change and leave the chance of the others as it was.

    >>> Chance(7, "orders").below(10, 5).tolist() == Chance(7, "orders").below(10, 5).tolist()
    True
    """

    def __init__(self, seed: int, name: str) -> None:
        """Refuses nothing: every integer is a seed."""
        self._random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed & (2**63 - 1), zlib.crc32(name.encode())])))

    def uniform(self, count: int) -> Reals:
        """Numbers from 0 to below 1."""
        return self._random.random(count)

    def below(self, most: int, count: int) -> Ints:
        """Integers from 0 to below `most`."""
        return self._random.integers(0, most, count, dtype=np.int64)

    def flags(self, probability: float | Reals, count: int) -> Flags:
        """True with a probability, which may be one for all or one for each."""
        return self.uniform(count) < probability

    def choice(self, weights: Sequence[float], count: int) -> Ints:
        """Places, each as often as its weight says."""
        return np.searchsorted(_cumulated(tuple(weights)), self.uniform(count), side="right").astype(np.int64)

    def order(self, count: int) -> Ints:
        """0 to `count` in an order of chance."""
        return np.argsort(self._random.integers(0, 2**63 - 1, count, dtype=np.int64), kind="stable").astype(np.int64)

    def normal(self, count: int) -> Reals:
        """Standard normal."""
        return _between(_normal(), self.uniform(count))

    def lognormal(self, sigma: float, count: int) -> Reals:
        """Factors with median 1 and a standard deviation `sigma` of their logarithm."""
        return _between(_lognormal(sigma), self.uniform(count))

    def exponential(self, count: int) -> Reals:
        """Waiting times with mean 1."""
        return _between(_exponential(), self.uniform(count))

    def gamma2(self, count: int) -> Reals:
        """Gamma of shape 2 and rate 1: two waits in a row."""
        return self.exponential(count) + self.exponential(count)

    def beta1(self, b: float, count: int) -> Reals:
        """Beta of 1 and b."""
        return _between(_beta1(b), self.uniform(count))

    def poisson(self, means: Reals) -> Ints:
        """Counts with these means, each at most 40.

        The chance of a count is that of the one before times mean / count, so that nothing but the first needs a table.
        """
        drawn, counts = self.uniform(len(means)), np.zeros(len(means), dtype=np.int64)
        term = falling(means)
        reached = term.copy()
        for count in range(1, 41):
            more = drawn >= reached
            if not more.any():
                break
            counts += more
            term = term * means / count
            reached = reached + term
        return counts


def falling(rates: Reals) -> Reals:
    """e to the power of minus a rate, by a table of 512 steps a unit; nothing beyond 40.

    >>> falling(np.array([0.0, 1.0, 50.0])).round(6).tolist()
    [1.0, 0.367879, 0.0]
    """
    table = _falling()
    at = np.minimum(rates, 40.0) * 512
    low = np.minimum(at.astype(np.int64), len(table) - 2)
    return np.where(rates > 40.0, 0.0, table[low] + (table[low + 1] - table[low]) * (at - low))


def _between(table: Reals, drawn: Reals) -> Reals:
    at = drawn * KNOTS
    low = at.astype(np.int64)
    return table[low] + (table[low + 1] - table[low]) * (at - low)


def _quantiles(of: Callable[[float], float]) -> Reals:
    inner = [of(place / KNOTS) for place in range(1, KNOTS)]
    return np.array([round(value, 9) for value in (of(HALF), *inner, of(1 - HALF))], dtype=np.float64)


@lru_cache(maxsize=1)
def _normal() -> Reals:
    return _quantiles(NormalDist().inv_cdf)


@lru_cache(maxsize=32)
def _lognormal(sigma: float) -> Reals:
    return np.array([round(math.exp(sigma * z), 9) for z in _normal().tolist()], dtype=np.float64)


@lru_cache(maxsize=1)
def _exponential() -> Reals:
    return _quantiles(lambda u: -math.log1p(-u))


@lru_cache(maxsize=8)
def _beta1(b: float) -> Reals:
    return _quantiles(lambda u: -math.expm1(math.log1p(-u) / b))


@lru_cache(maxsize=1)
def _falling() -> Reals:
    return np.array([round(math.exp(-place / 512), 12) for place in range(40 * 512 + 2)], dtype=np.float64)


@lru_cache(maxsize=64)
def _cumulated(weights: tuple[float, ...]) -> Reals:
    total = math.fsum(weights)
    steps = [math.fsum(weights[: place + 1]) / total for place in range(len(weights) - 1)]
    return np.array([*steps, 1.0], dtype=np.float64)
