"""The beta distribution, over arrays."""

from __future__ import annotations

from math import lgamma

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.normal import two_sided_z
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
TERMS, TINY, EXACT = 400, 1e-300, 1e-15
STEPS, CLOSE = 100, 1e-13


def beta_cdf(x: Floats, a: Floats, b: Floats) -> Floats:
    """Chance that a beta draw lies at or below x. x: 0 to 1; a, b: above 0; all of one shape.

    Source: the continued fraction of DLMF 8.17.22, by Lentz's method.

    >>> beta_cdf(np.array([0.5]), np.array([2.0]), np.array([3.0])).round(6).tolist()
    [0.6875]
    """
    if not ((a > 0).all() and (b > 0).all()):
        raise CannotEstimate("beta distribution", got="a parameter of 0 or less", need="parameters above 0")
    return _cdf(x, a, b, _log_beta(a, b))


def _cdf(x: Floats, a: Floats, b: Floats, log_beta: Floats) -> Floats:
    turned = x > (a + 1) / (a + b + 2)
    p, q, z = np.where(turned, b, a), np.where(turned, a, b), np.where(turned, 1 - x, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        front = np.exp(p * np.log(z) + q * np.log1p(-z) - log_beta) / p
    below = np.where(z <= 0, 0.0, np.where(z >= 1, 1.0, front * _fraction(np.clip(z, TINY, 1 - EXACT), p, q)))
    return np.where(turned, 1 - below, below)


def beta_interval(a: Floats, b: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """The limits below and above which a beta draw lies with equal chance, (1 - level) / 2 each. a, b: shape (n,)."""
    tail, mean, half = (1 - level) / 2, a / (a + b), two_sided_z(level)
    apart = half * np.sqrt(mean * (1 - mean) / (a + b + 1))
    starts = (np.where((near > 0) & (near < 1), near, mean) for near in (mean - apart, mean + apart))
    low, high = (beta_quantile(chance, a, b, near) for chance, near in zip((tail, 1 - tail), starts, strict=True))
    return low, high


def beta_quantile(chance: float, a: Floats, b: Floats, start: Floats | None = None) -> Floats:
    """Below which a beta draw lies with a chance between 0 and 1. a, b: shape (n,), above 0. start: where it may be, between 0 and 1.

    Newton's steps from there, else from the mean; where one leaves what is known to hold the limit, the middle of that.

    >>> beta_quantile(0.6875, np.array([2.0]), np.array([3.0])).round(6).tolist()
    [0.5]
    """
    low, high, x = np.zeros(a.shape), np.ones(a.shape), a / (a + b) if start is None else start.copy()
    log_beta, moving = _log_beta(a, b), np.arange(a.size)
    for _ in range(STEPS):
        at, p, q = x[moving], a[moving], b[moving]
        off = _cdf(at, p, q, log_beta[moving]) - chance
        low[moving], high[moving] = np.where(off < 0, at, low[moving]), np.where(off < 0, high[moving], at)
        with np.errstate(all="ignore"):
            density = np.exp((p - 1) * np.log(at) + (q - 1) * np.log1p(-at) - log_beta[moving])
            newton = at - off / density
        # A step too small to see ends on the limit of what is known: that is the answer, and no way out of it.
        there = np.abs(newton - at) <= CLOSE
        inside = there | ((newton > low[moving]) & (newton < high[moving]))
        x[moving] = np.where(inside, newton, (low[moving] + high[moving]) / 2)
        moving = moving[~there & (np.abs(x[moving] - at) > CLOSE)]
        if not moving.size:
            break
    return x


def _fraction(x: Floats, a: Floats, b: Floats) -> Floats:
    c, d = np.ones(x.shape), 1 / _away(1 - (a + b) * x / (a + 1))
    value = d.copy()
    for m in range(1, TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / _away(1 + even * d), _away(1 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _away(1 + odd * d), _away(1 + odd / c)
        step = d * c
        value *= step
        if np.count_nonzero(np.abs(step - 1) < EXACT) == step.size:
            break
    return value


def _away(values: Floats) -> Floats:
    near = np.abs(values) < TINY
    return np.where(near, TINY, values) if np.count_nonzero(near) else values


def _log_beta(a: Floats, b: Floats) -> Floats:
    pairs = zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)
    return np.array([lgamma(p) + lgamma(q) - lgamma(p + q) for p, q in pairs]).reshape(a.shape)
