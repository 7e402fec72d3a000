"""The gamma distribution, over arrays, and what follows from it: chi-squared quantiles and exact limits of a count."""

from __future__ import annotations

from functools import lru_cache
from math import log, pi

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.normal import normal_quantile
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
TERMS, TINY, EXACT = 10_000, 1e-300, 1e-15
MOVED = 10
# Steps of third order: one so small leaves nothing to do.
STEPS, CLOSE = 100, 1e-6


def gamma_cdf(x: Floats, shape: Floats) -> Floats:
    """Chance that a gamma draw with scale 1 lies at or below x. x: at least 0; shape: above 0; both of one shape.

    Refuses a shape parameter not above 0 and x below 0.
    Source: the series of DLMF 8.7.1 below shape + 1, the continued fraction of DLMF 8.9.2 above, by Lentz's method.

    >>> gamma_cdf(np.array([0.5, 8.0]), np.array([1.0, 3.0])).round(6).tolist()  # 1 - exp(-0.5); and of a count of 8: more than 2
    [0.393469, 0.986246]
    """
    if not ((shape > 0).all() and (x >= 0).all()):
        raise CannotEstimate("gamma distribution", got="a shape of 0 or less, or x below 0", need="a shape above 0, x of at least 0")
    return _cdf(x, shape, log_gamma(shape))


def gamma_quantile(chance: Floats | float, shape: Floats) -> Floats:
    """The x below which a gamma draw with scale 1 lies with this chance. shape: (n,) above 0; chance: 0 to 1, one or (n,).

    Refuses a chance of 0, 1 and outside.

    >>> (2 * gamma_quantile(0.95, np.array([0.5, 5.0]))).round(3).tolist()  # chi-squared with 1 and 10 degrees of freedom
    [3.841, 18.307]
    """
    chances = np.broadcast_to(np.asarray(chance, dtype=np.float64), shape.shape)
    if not ((chances > 0) & (chances < 1)).all() or not (shape > 0).all():
        raise CannotEstimate("gamma quantile", got="a chance outside 0 to 1, or a shape not above 0", need="chances between 0 and 1")
    log_gammas = log_gamma(shape)
    z = np.array([normal_quantile(one) for one in chances.tolist()])
    # To begin with: Wilson and Hilferty 1931; the first term of the series where the shape is small.
    first = np.exp((np.log(chances) + log_gammas + np.log(shape)) / shape)
    x = np.where(
        shape < 1, np.maximum(first, TINY), np.maximum(shape * (1 - 1 / (9 * shape) + z / (3 * np.sqrt(shape))) ** 3, 1e-3 * shape)
    )
    low, high, moving = np.zeros(x.shape), np.full(x.shape, np.inf), np.arange(x.size)
    for _ in range(STEPS):
        at, of = x[moving], shape[moving]
        off = _cdf(at, of, log_gammas[moving]) - chances[moving]
        low[moving], high[moving] = np.where(off < 0, at, low[moving]), np.where(off < 0, high[moving], at)
        with np.errstate(all="ignore"):
            newton = off / np.exp((of - 1) * np.log(at) - at - log_gammas[moving])
            halley = at - newton / (1 - newton * ((of - 1) / at - 1) / 2)
        within = (halley > low[moving]) & (halley < high[moving])
        middle = np.where(np.isinf(high[moving]), 2 * at + 1, (low[moving] + high[moving]) / 2)
        # A step that is rounding alone may leave what holds the quantile: it is one of those that leave nothing to do.
        still = np.abs(halley - at) <= CLOSE * np.maximum(at, TINY)
        x[moving] = np.where(still | within, halley, middle)
        moving = moving[~still]
        if not moving.size:
            break
    return x


@lru_cache(maxsize=256)
def chi_squared_quantile(chance: float, df: float) -> float:
    """The value below which a chi-squared draw lies with this chance. df: degrees of freedom, above 0, may be broken.

    >>> round(chi_squared_quantile(0.025, 124), 3)
    95.07
    """
    return 2 * float(gamma_quantile(chance, np.array([df / 2]))[0])


def count_interval(counts: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """Exact limits of what Poisson counts tend to: shape (n,), whole, at least 0. The lower one of 0 is 0.

    Source: Garwood 1936.

    >>> low, high = count_interval(np.array([0.0, 10.0]))
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 4.795], [3.689, 18.39])
    """
    normal_quantile(level)  # refuses what is no level
    tail = (1 - level) / 2
    low = np.where(counts > 0, gamma_quantile(tail, np.maximum(counts, 0.5)), 0.0)
    return low, gamma_quantile(1 - tail, counts + 1)


def _cdf(x: Floats, shape: Floats, log_gammas: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        front = np.exp(shape * np.log(x) - x - log_gammas)
    below = x < shape + 1
    out = np.empty(x.shape)
    out[below] = front[below] * _series(x[below], shape[below])
    out[~below] = 1 - front[~below] * _fraction(x[~below], shape[~below])
    return np.clip(out, 0.0, 1.0)


def _series(x: Floats, shape: Floats) -> Floats:
    term = 1 / shape
    total = term.copy()
    for step in range(1, TERMS):
        term = term * x / (shape + step)
        total += term
        if (term <= total * EXACT).all():
            break
    return total


def _fraction(x: Floats, shape: Floats) -> Floats:
    b = x + 1 - shape
    c, d = np.full(x.shape, 1 / TINY), 1 / b
    value = d.copy()
    for step in range(1, TERMS):
        a = -step * (step - shape)
        b = b + 2
        d = 1 / _away(a * d + b)
        c = _away(b + a / c)
        value *= d * c
        if (np.abs(d * c - 1) < EXACT * 10).all():
            break
    return value


def _away(values: Floats) -> Floats:
    return np.where(np.abs(values) < TINY, TINY, values)


def log_gamma(x: Floats) -> Floats:
    """Logarithm of the gamma function. x: above 0.

    Source: Stirling's series, DLMF 5.11.1, moved up to where six terms are exact to rounding.

    >>> log_gamma(np.array([0.5, 5.0])).round(12).tolist()
    [0.572364942925, 3.178053830348]
    """
    up, added = _moved(x)
    inverse = 1 / up
    square = inverse * inverse
    series = inverse * (
        1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - square * 691 / 360360))))
    )
    product = np.ones(x.shape)
    for step in range(MOVED):
        product = np.where(added, product * (x + step), product)
    return np.asarray((up - 0.5) * np.log(up) - up + 0.5 * log(2 * pi) + series - np.log(product))


def digamma(x: Floats) -> Floats:
    """Slope of `log_gamma`. x: above 0. Source: DLMF 5.11.2.

    >>> digamma(np.array([1.0, 2.0])).round(9).tolist()
    [-0.577215665, 0.422784335]
    """
    up, added = _moved(x)
    square = 1 / (up * up)
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square * (1 / 132 - square * 691 / 32760)))))
    return np.asarray(np.log(up) - 0.5 / up - series - np.where(added, sum(1 / (x + step) for step in range(MOVED)), 0.0))


def trigamma(x: Floats) -> Floats:
    """Slope of `digamma`. x: above 0. Source: DLMF 5.15.8.

    >>> trigamma(np.array([1.0])).round(9).tolist()  # pi squared over 6
    [1.644934067]
    """
    up, added = _moved(x)
    square = 1 / (up * up)
    series = square * (1 / 6 - square * (1 / 30 - square * (1 / 42 - square * (1 / 30 - square * (5 / 66 - square * 691 / 2730)))))
    rest = np.where(added, sum(1 / (x + step) ** 2 for step in range(MOVED)), 0.0)
    return np.asarray(1 / up + square / 2 + series / up + rest)


def _moved(x: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """x, or x + 10 where it is below 10, and where that is so."""
    added = x < MOVED
    return np.where(added, x + MOVED, x), added
