"""By how many steps one series runs ahead of another, once what both have of trend, season and memory is taken out."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log, pi, sqrt

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.normal import normal_quantile
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
MOST_MEMORY = 8
LEAST_PER_LAG = 3


@dataclass(frozen=True, slots=True)
class Lead:
    """x runs ahead of y by `steps`; below 0 it runs behind.

    low, high: the leads that the data do not rule out, with at least the level asked for. correlation: of x with y so many
    steps later, both without trend, season and memory. n: pairs behind it. memory: order of the filter.
    """

    steps: int
    low: int
    high: int
    correlation: float
    n: int
    memory: int


def lead_of(x: Floats, y: Floats, *, most: int = 13, period: float | None = None, level: float = 0.95) -> Lead:
    """By how many steps x runs ahead of y, both of shape (n,), equally spaced, as floats.

    Trend is a straight line; season, where `period` is given in steps and both series hold two of them, two harmonics.
    Both are then filtered by the autoregression of x (order by Akaike, at most 8), which leaves x without memory: the
    cross-correlations at the leads -most..most are then nearly independent, each with a standard error of at most
    1 / sqrt(n). The lead is where it is largest in size; the interval holds every lead whose correlation is not smaller
    than that by a test of the difference, with all leads looked at counted (Bonferroni).
    Refuses series shorter than three times the leads looked at, a series that does not vary, and a correlation that
    chance would give at some lead in 1 - level of the cases.
    Source: Box and Jenkins 1970, section 11.2 (prewhitening); Haugh 1976 (its distribution); Hsu 1981 (which is best).

    >>> chance = np.random.default_rng(1)
    >>> x = chance.normal(size=120)
    >>> y = np.r_[chance.normal(size=4), x[:-4]] + chance.normal(size=120)
    >>> found = lead_of(x, y)
    >>> found.steps, found.low, found.high
    (4, 4, 4)
    """
    size, lags = len(x), 2 * most + 1
    if x.shape != (size,) or y.shape != (size,) or size < LEAST_PER_LAG * lags:
        raise CannotEstimate("lead", got=f"series of {len(x)} and {len(y)}", need=f"two of equal length, at least {LEAST_PER_LAG * lags}")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise CannotEstimate("lead", got="a value that is no number", need="a number at every step")
    apart = [_apart(series, period) for series in (x, y)]
    if any(float(series.std()) <= 1e-12 * max(1.0, float(np.abs(given).max())) for series, given in zip(apart, (x, y), strict=True)):
        raise CannotEstimate("lead", got="a series that does not vary but for its trend and season", need="series that vary")
    memory = _autoregression(apart[0])
    before, after = (_filtered(series, memory) for series in apart)
    leads = range(-most, most + 1)
    found = np.array([_correlation(before, after, lead) for lead in leads])
    best, number = int(np.abs(found).argmax()), before.size
    # Chance that one of all leads reaches so far is 1 - level.
    threshold = normal_quantile(1 - (1 - level) / (2 * lags)) / sqrt(number)
    if abs(found[best]) < threshold:
        raise CannotEstimate(
            "lead", got=f"a largest correlation of {abs(found[best]):.2f} in {lags} leads",
            need=f"at least {threshold:.2f} with {number} steps", settle="More weeks, or an outcome that follows more closely.",
        )  # fmt: skip
    same = np.sign(found) == np.sign(found[best])
    close = normal_quantile(1 - (1 - level) / lags) * sqrt(2 / number)
    held = np.flatnonzero(same & (np.abs(found) >= abs(found[best]) - close))
    return Lead(leads[best], leads[held[0]], leads[held[-1]], float(found[best]), number - abs(leads[best]), len(memory))


def _apart(series: Floats, period: float | None) -> Floats:
    """What is left of a series without a straight line and the season."""
    time = np.arange(series.size, dtype=np.float64)
    columns = [np.ones_like(time), time - time.mean()]
    if period is not None and series.size >= 2 * period:
        columns += [wave(2 * pi * harmonic * time / period) for harmonic in (1, 2) for wave in (np.sin, np.cos)]
    design = np.column_stack(columns)
    left: Floats = series - design @ np.linalg.lstsq(design, series, rcond=None)[0]
    return left


def _autoregression(series: Floats) -> Floats:
    """Coefficients of the series on its own past, by least squares on the same rows for every order."""
    most = min(MOST_MEMORY, ceil(series.size / 10))
    now = series[most:]
    past = np.column_stack([series[most - step : series.size - step] for step in range(1, most + 1)])
    best: Floats = np.zeros(0)
    least = log(float((now**2).mean())) * now.size
    for order in range(1, most + 1):
        weights = np.linalg.lstsq(past[:, :order], now, rcond=None)[0]
        cost = log(float(((now - past[:, :order] @ weights) ** 2).mean()) or 1e-300) * now.size + 2 * order
        if cost < least:
            best, least = np.asarray(weights, dtype=np.float64), cost
    return best


def _filtered(series: Floats, memory: Floats) -> Floats:
    left: Floats = np.convolve(series, np.concatenate([[1.0], -memory]))[memory.size : series.size]
    return left


def _correlation(before: Floats, after: Floats, lead: int) -> float:
    """Of x with y `lead` steps later; sums over the overlap, spreads of the whole."""
    first, second = (before[: before.size - lead], after[lead:]) if lead >= 0 else (before[-lead:], after[:lead])
    spread = float(np.sqrt((before**2).sum() * (after**2).sum()))
    return float((first * second).sum()) / spread
