"""Means of scores from exact sums, so that parts add up to the whole."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt

from troth.engines.statistics.normal import two_sided_z
from troth.kernel.errors import CannotEstimate


@dataclass(frozen=True, slots=True)
class Sums:
    """What a mean needs: n scores, their sum, the sum of their squares; exact, and additive over disjoint groups."""

    n: int
    total: int | Decimal
    squares: int | Decimal

    def __post_init__(self) -> None:
        if self.n < 0 or self.n * Fraction(self.squares) < Fraction(self.total) ** 2:
            raise CannotEstimate(
                "sums of scores",
                got=f"n {self.n}, total {self.total}, squares {self.squares}",
                need="squares of at least total squared over n",
            )


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean score with its interval, in the unit of the scores; se: its standard error; n: scores."""

    value: float
    low: float
    high: float
    se: float
    n: int


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """First mean minus second; positive: the first is larger. t: in standard errors; df: Welch's, broken."""

    value: float
    low: float
    high: float
    se: float
    t: float
    df: float


def mean_of_scores(sums: Sums, *, level: float = 0.95) -> Mean:
    """Mean with a normal interval. Refuses fewer than 2 scores, and scores that are all the same.

    >>> mean = mean_of_scores(Sums(n=4, total=10, squares=30))  # 1, 2, 3, 4
    >>> mean.value, round(mean.se, 4)
    (2.5, 0.6455)
    """
    variance = _variance_of_mean(sums)
    if variance == 0:
        raise CannotEstimate("interval of a mean", got="the same score every time", need="scores that differ")
    value, se = float(_mean(sums)), sqrt(variance)
    half = two_sided_z(level) * se
    return Mean(value, value - half, value + half, se, sums.n)


def difference_of_means(first: Sums, second: Sums, *, level: float = 0.95) -> MeanDifference:
    """Difference of two independent means with a normal interval; their spreads may differ.

    Refuses fewer than 2 scores in either, and scores that are all the same in both.
    Source: Welch 1947.

    >>> difference = difference_of_means(Sums(4, 10, 30), Sums(4, 14, 54))  # 1 2 3 4 and 2 3 4 5
    >>> difference.value, round(difference.t, 4), round(difference.df, 4)
    (-1.0, -1.0954, 6.0)
    """
    one, two = _variance_of_mean(first), _variance_of_mean(second)
    if one + two == 0:
        raise CannotEstimate("difference of means", got="the same score every time", need="scores that differ")
    value, se = float(_mean(first) - _mean(second)), sqrt(one + two)
    half = two_sided_z(level) * se
    return MeanDifference(
        value,
        low=value - half,
        high=value + half,
        se=se,
        t=value / se,
        df=float((one + two) ** 2 / (one**2 / (first.n - 1) + two**2 / (second.n - 1))),
    )


def _mean(sums: Sums) -> Fraction:
    return Fraction(sums.total) / sums.n


def _variance_of_mean(sums: Sums) -> Fraction:
    if sums.n < 2:
        raise CannotEstimate("mean", got=f"{sums.n} scores", need="at least 2")
    return (Fraction(sums.squares) - Fraction(sums.total) ** 2 / sums.n) / (sums.n - 1) / sums.n
