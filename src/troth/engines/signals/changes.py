"""Where the level of a series changed: one break with its interval and its chance, or as many as the data bear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, exp, floor, log, pi, sqrt

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.normal import normal_cdf
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
FEWEST = 12
# The costs of all segments are held at once: 32 MB for so many values.
MOST = 2_000
DRAWS = 999
AT_ONCE = 1_000_000
STILL = 1e-12


@dataclass(frozen=True, slots=True)
class Break:
    """The level changed between position at - 1 and at, counted from 0.

    low, high: positions between which the break lies; None where it is too small for an interval. before, after: mean levels, in
    the unit of the values. sup_f: the greatest F statistic over all places. p: the chance of so great a one if the values were in
    any order. rss, bic: of the fit with this break; bic_none: without one. Less is better.
    """

    at: int
    low: int | None
    high: int | None
    before: float
    after: float
    sup_f: float
    p: float
    rss: float
    bic: float
    bic_none: float


@dataclass(frozen=True, slots=True)
class Segments:
    """Levels that hold between breaks. breaks: where a new level begins; levels: one more. bic: by number of breaks, from 0."""

    breaks: tuple[int, ...]
    levels: tuple[float, ...]
    rss: float
    bic: tuple[float, ...]


def one_break(values: Floats, rng: np.random.Generator, *, least: Fraction = Fraction(15, 100), level: float = 0.95) -> Break:
    """The place at which two levels fit best, by least squares, each of at least so large a part of the series.

    values: shape (n,), independent around their level: values that depend on their neighbours give breaks where there are none. p is by
    permutation, 999 of them, so that no distribution is assumed. The interval is Bai's, with a spread of its own on each side.
    Refuses fewer than 12 values, values that are not finite or all the same, and a part outside 0 to a half.
    Source: Andrews 1993 (sup F); Bai 1997, section 4 (the interval); Yao 1988 (BIC); Phipson and Smyth 2010 (p by permutation).

    >>> found = one_break(np.array([5.0, 6, 5, 6, 5, 6, 9, 10, 9, 10, 9, 10]), np.random.Generator(np.random.PCG64(1)))
    >>> found.at, found.before, found.after, found.p < 0.05
    (6, 5.5, 9.5, True)
    """
    centred = _fit_for_breaks(values)
    n = values.size
    if not 0 < least <= Fraction(1, 2):
        raise CannotEstimate("break", got=f"segments of {least} of the series", need="a part between 0 and a half")
    shortest = max(1, ceil(least * n))
    places = np.arange(shortest, n - shortest + 1)
    whole = float(centred @ centred)
    gained = _gains(np.cumsum(centred), places, n)
    at = int(places[int(gained.argmax())])
    rss = whole - float(gained.max())
    # Greatest F and greatest gain are at the same place: one grows with the other.
    as_great = sum(int((_gains(sums, places, n).max(axis=1) >= gained.max() * (1 - STILL)).sum()) for sums in _shuffled(centred, rng))
    before, after = float(values[:at].mean()), float(values[at:].mean())
    low, high = _interval(values, at, level)
    return Break(
        at, low, high, before, after,
        sup_f=float("inf") if rss <= 0 else (whole - rss) / (rss / (n - 2)),
        p=(as_great + 1) / (DRAWS + 1), rss=rss, bic=_bic(rss, n, 1), bic_none=_bic(whole, n, 0),
    )  # fmt: skip


def breaks(values: Floats, *, shortest: int, most: int = 5) -> Segments:
    """The best segmentation for each number of breaks, exactly, by dynamic programming; the number by BIC.

    values: shape (n,), independent around their level. shortest: points of a segment, at least 2; it is a part of the definition: with 2
    the series of the Nile has its second break elsewhere than with 15. most: breaks looked for.
    Refuses fewer than 12 values, more than 2,000, values that are not finite or all the same, and a series too short for one break.
    Source: Bai and Perron 2003 (the algorithm); Yao 1988 (BIC).

    >>> found = breaks(np.array([1.0, 2, 1, 2, 8, 9, 8, 9, 4, 5, 4, 5]), shortest=3)
    >>> found.breaks, found.levels
    ((4, 8), (1.5, 8.5, 4.5))
    """
    centred, n = _fit_for_breaks(values), values.size
    if n > MOST:
        raise CannotEstimate("breaks", got=f"{n} values", need=f"at most {MOST}", settle="Put periods together.")
    if shortest < 2 or most < 1 or n < 2 * shortest:
        raise CannotEstimate(
            "breaks", got=f"{n} values, segments of {shortest}, {most} breaks", need="segments of 2 to half the series, and a break"
        )
    best, came = _programme(_costs(centred, shortest), n, min(most, n // shortest - 1))
    scores = tuple(_bic(rss, n, count) for count, rss in enumerate(best))
    count = min(range(len(scores)), key=scores.__getitem__)
    return segmented(values, _traced(came, n, count), scores)


def segmented(values: Floats, places: Sequence[int], bic: tuple[float, ...] = ()) -> Segments:
    """The levels between given breaks.

    >>> segmented(np.array([1.0, 3.0, 7.0]), (2,)).levels
    (2.0, 7.0)
    """
    pieces = np.split(values, list(places))
    return Segments(
        tuple(places), tuple(float(one.mean()) for one in pieces), float(sum(((one - one.mean()) ** 2).sum() for one in pieces)), bic
    )


def best_breaks(values: Floats, count: int, *, shortest: int) -> Segments:
    """As `breaks`, with so many breaks, whatever BIC says.

    >>> best_breaks(np.array([1.0, 2, 1, 2, 8, 9, 8, 9, 4, 5, 4, 5]), 1, shortest=3).breaks
    (4,)
    """
    if count < 1 or shortest < 2 or values.size > MOST or values.size < (count + 1) * shortest:
        raise CannotEstimate(
            "breaks",
            got=f"{values.size} values for {count} breaks",
            need=f"at least {shortest} a segment, 2 or more, and at most {MOST} values",
        )
    found, n = _fit_for_breaks(values), values.size
    _, came = _programme(_costs(found, shortest), n, count)
    return segmented(values, _traced(came, n, count))


def _fit_for_breaks(values: Floats) -> Floats:
    if values.ndim != 1 or values.size < FEWEST:
        raise CannotEstimate("break", got=f"shape {values.shape}", need=f"a series of at least {FEWEST}", settle="More periods.")
    if not np.isfinite(values).all():
        raise CannotEstimate("break", got="a value that is not finite", need="a number at every point")
    centred = values - values.mean()
    if float(np.abs(centred).max()) <= STILL * max(1.0, float(np.abs(values).max())):
        raise CannotEstimate("break", got="the same value at every point", need="values that move")
    return np.asarray(centred)


def _gains(sums: Floats, places: Ints, n: int) -> Floats:
    """What a break at each place takes off the sum of squares of centred values, whose running sums these are."""
    return np.asarray(sums[..., places - 1] ** 2 * (n / (places * (n - places))))


def _shuffled(centred: Floats, rng: np.random.Generator) -> Iterator[Floats]:
    """Running sums of the values in any order, DRAWS rows in all, as many at once as memory is there for."""
    left, most = DRAWS, max(1, AT_ONCE // centred.size)
    while left:
        rows = min(left, most)
        yield np.cumsum(rng.permuted(np.tile(centred, (rows, 1)), axis=1), axis=1)
        left -= rows


def _bic(rss: float, n: int, count: int) -> float:
    """Of a normal model: levels, breaks and the variance are counted as parameters. Minus infinity of a perfect fit."""
    if rss <= 0:
        return -float("inf")
    return n * (log(rss / n) + log(2 * pi) + 1) + log(n) * (2 * count + 2)


def _costs(centred: Floats, shortest: int) -> Floats:
    """Sum of squares around the mean of the values from row to column, the column left out; infinite where too short."""
    sums = np.concatenate([[0.0], np.cumsum(centred)])
    squares = np.concatenate([[0.0], np.cumsum(centred**2)])
    places = np.arange(sums.size)
    length = places - places[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = (squares - squares[:, None]) - (sums - sums[:, None]) ** 2 / length
    return np.where(length >= shortest, np.maximum(cost, 0.0), np.inf)


def _programme(cost: Floats, n: int, most: int) -> tuple[list[float], list[Ints]]:
    """Least cost of the whole series by number of breaks, and for each where the last segment of each beginning begins."""
    upto, best, came = cost[0], [float(cost[0, n])], []
    for _ in range(most):
        total = upto[:, None] + cost
        came.append(total.argmin(axis=0))
        upto = total.min(axis=0)
        best.append(float(upto[n]))
    return best, came


def _traced(came: list[Ints], n: int, count: int) -> tuple[int, ...]:
    found, end = [], n
    for step in reversed(came[:count]):
        end = int(step[end])
        found.append(end)
    return tuple(reversed(found))


def _interval(values: Floats, at: int, level: float) -> tuple[int | None, int | None]:
    first, second = values[:at], values[at:]
    moved = float(second.mean() - first.mean())
    one, two = float(first.std()), float(second.std())
    if min(one, two) <= STILL * abs(moved) or moved == 0:
        return None, None
    tail, ratio = (1 - level) / 2, (two / one) ** 2
    if not tail < _argmax_cdf(0.0, ratio) < 1 - tail:
        return None, None
    scale = (one / moved) ** 2
    low = floor(at - _root(1 - tail, ratio) * scale)
    high = ceil(at - _root(tail, ratio) * scale)
    return max(1, low), min(values.size - 1, high)


def _root(chance: float, ratio: float) -> float:
    low, high = -1.0, 1.0
    while _argmax_cdf(low, ratio) > chance:
        low *= 2
    while _argmax_cdf(high, ratio) < chance:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _argmax_cdf(middle, ratio) < chance else (low, middle)
    return (low + high) / 2


def _argmax_cdf(x: float, phi: float) -> float:
    """Distribution of the place of the greatest value of a two-sided Brownian motion with drift. phi: variance after over before.

    Source: Bai 1997, appendix B.
    """
    if x == 0:
        x = 1e-12
    size = abs(x)
    root = sqrt(size)
    if x < 0:
        part = 1 / phi
        return (
            -exp(log(size) / 2 - size / 8 - log(2 * pi) / 2)
            - phi * (phi + 2) / (phi + 1) * _scaled(part * (1 + part) * size / 2, -(0.5 + part) * root)
            + (size / 2 - 2 + (phi + 2) ** 2 / (phi + 1)) * normal_cdf(-root / 2)
        )
    part = 1 / phi
    return (
        1
        + sqrt(part) * exp(log(size) / 2 - part * size / 8 - log(2 * pi) / 2)
        + (2 * phi + 1) / (phi + 1) / phi * _scaled((phi + 1) * size / 2, -(phi + 0.5) / sqrt(phi) * root)
        - ((2 * phi + 1) ** 2 / ((phi + 1) * phi) - 2 + part * size / 2) * normal_cdf(-sqrt(part) * root / 2)
    )


def _scaled(power: float, z: float) -> float:
    """exp(power) times the chance below z, where the first would overflow and the second be nothing."""
    if power < 500 and z > -30:
        return exp(power) * normal_cdf(z)
    # The tail of the normal distribution, by its asymptotic series.
    return exp(power - z * z / 2) / (-z * sqrt(2 * pi)) * (1 - 1 / z**2 + 3 / z**4)
