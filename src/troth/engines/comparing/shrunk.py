"""Units' values drawn towards what units are like: the fewer cases one has, the more its value is the others'."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log
from typing import Literal

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.ascent import Slopes, ascend
from troth.engines.statistics.gamma import digamma, gamma_quantile, log_gamma, trigamma
from troth.engines.statistics.normal import two_sided_z
from troth.engines.statistics.shrinkage import STRONGEST, WEAKEST, prior_strength, share_interval, shrink
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FEWEST = 4
# Of log strength: units that are alike have no maximum.
ALIKE = np.array([np.inf, log(STRONGEST)])


@dataclass(frozen=True, slots=True, eq=False)
class Shrunk:
    """Units' values, shape (units,), with limits that hold the true value as often as the level says, over units like these.

    centre: what units are like. strength: what it is worth, in cases or exposure; for means, in one over variance. fitted: by
    likelihood, by moments where that has no maximum, or `alike` where units differ no more than chance makes them: then shares and
    rates are all the centre, and means as near to it as their number allows.
    """

    value: Floats
    low: Floats
    high: Floats
    centre: float
    strength: float
    fitted: Literal["likelihood", "moments", "alike"]


def shrunk_shares(events: Ints, n: Ints, *, level: float = 0.95) -> Shrunk:
    """Shares of units by the beta-binomial model, fitted by maximum likelihood; by moments where that does not converge.

    events, n: shape (units,), whole; a unit without cases gets the centre. Limits leave out that the centre itself is an estimate: with
    few units they are somewhat narrow.
    Refuses fewer than 4 units with cases, events above n, and events in no case or in all.
    Source: Skellam 1948 (the model); Griffiths 1973 (its likelihood); Kleinman 1973 (moments).

    >>> found = shrunk_shares(np.array([5, 50, 30, 90, 70]), np.array([5, 100, 100, 100, 100]))
    >>> found.value.round(3).tolist(), found.fitted
    ([0.856, 0.505, 0.312, 0.891, 0.698], 'likelihood')
    """
    k, cases = _counted(events, n, "shrunk shares", whole=True)
    total, of = float(k.sum()), float(cases.sum())
    if total == of:
        raise CannotEstimate("shrunk shares", got="events in all cases", need="both outcomes")
    there = cases > 0
    start = prior_strength(k, cases, np.zeros(k.size, dtype=np.int64))
    first = np.array([log(total / (of - total)), log(min(start, 10 * of / k.size + 10))])
    fit = ascend(first, lambda at: _beta_binomial(at, k[there], cases[there]), most=ALIKE)
    centre, strength, fitted = total / of, start, "moments"
    if fit is not None:
        centre, strength, fitted = 1 / (1 + exp(-fit[0])), exp(fit[1]), "likelihood"
    strength = min(max(strength, WEAKEST / 100), STRONGEST)
    towards = np.full(k.shape, centre)
    low, high = share_interval(k, cases, towards, strength, level)
    return Shrunk(shrink(k, cases, towards, strength), low, high, centre, strength, "alike" if strength == STRONGEST else _named(fitted))


def shrunk_rates(counts: Ints, exposure: Floats | Ints, *, level: float = 0.95) -> Shrunk:
    """Counts per exposure of units by the gamma-Poisson model, fitted by maximum likelihood; by moments where that does not converge.

    counts: shape (units,), whole. exposure: shape (units,), at least 0. Refuses fewer than 4 units with exposure, and nothing counted.
    Source: Greenwood and Yule 1920 (the model); Clayton and Kaldor 1987 (its use); Marshall 1991 (moments).

    >>> found = shrunk_rates(np.array([0, 12, 3, 40, 9]), np.array([1.0, 10.0, 10.0, 10.0, 10.0]))
    >>> found.value.round(2).tolist(), found.fitted
    ([0.66, 1.22, 0.39, 3.79, 0.94], 'likelihood')
    """
    k, time = _counted(counts, exposure, "shrunk rates", whole=False)
    there, total, of = time > 0, float(k.sum()), float(time.sum())
    rate = total / of
    moments = _rates_by_moments(k[there], time[there], rate)
    fit = ascend(np.array([log(rate), log(min(moments, 1e4))]), lambda at: _negative_binomial(at, k[there], time[there]), most=ALIKE)
    centre, alpha, fitted = rate, moments, "moments"
    if fit is not None:
        centre, alpha, fitted = exp(fit[0]), exp(fit[1]), "likelihood"
    alpha = min(alpha, STRONGEST)
    strength = alpha / centre
    tail = (1 - level) / 2
    two_sided_z(level)  # refuses what is no level
    low, high = (gamma_quantile(chance, k + alpha) / (time + strength) for chance in (tail, 1 - tail))
    return Shrunk((k + alpha) / (time + strength), low, high, centre, strength, "alike" if alpha == STRONGEST else _named(fitted))


def shrunk_means(means: Floats, errors: Floats, *, level: float = 0.95) -> Shrunk:
    """Means of units, or any estimates with standard errors, by the normal model; the variance between units by Paule and Mandel.

    means, errors: shape (units,), errors above 0. Shrinkage and limits allow for that variance and the centre being estimates (Morris
    1983), so that the limits cover with few units, too. Refuses fewer than 4 units, and an error not above 0.
    Source: Efron and Morris 1975; Paule and Mandel 1982; Morris 1983, Parametric empirical Bayes inference, section 5.

    >>> found = shrunk_means(np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18]))
    >>> round(found.centre, 1), found.fitted  # eight schools that differ no more than chance
    (7.7, 'alike')
    """
    if means.shape != errors.shape or means.ndim != 1 or means.size < FEWEST:
        raise CannotEstimate(
            "shrunk means", got=f"shapes {means.shape} and {errors.shape}", need=f"an error for each of at least {FEWEST} units"
        )
    if not (np.isfinite(means).all() and ((errors > 0) & np.isfinite(errors)).all()):
        raise CannotEstimate("shrunk means", got="a mean that is not finite, or an error not above 0", need="errors above 0")
    units, variance = means.size, errors**2
    between = _paule_mandel(means, variance)
    weight = 1 / (variance + between)
    centre = float((weight * means).sum() / weight.sum())
    pull = (units - 3) / (units - 1) * variance * weight
    off = means - centre
    share = weight / weight.sum()
    # How surely the pull itself is known: its variance, by how far a unit lies off.
    unsure = 2 / (units - 3) * pull**2 * (float((variance * weight).sum() / weight.sum()) + between) * weight
    spread = np.sqrt(variance * (1 - (1 - share) * pull) + unsure * off**2)
    half = two_sided_z(level) * spread
    value = means - pull * off
    return Shrunk(value, value - half, value + half, centre, 1 / between if between > 0 else np.inf, "alike" if between == 0 else "moments")


def _named(fitted: str) -> Literal["likelihood", "moments"]:
    return "likelihood" if fitted == "likelihood" else "moments"


def _counted(counts: Ints, of: Floats | Ints, what: str, *, whole: bool) -> tuple[Floats, Floats]:
    k, cases = np.asarray(counts, dtype=np.float64), np.asarray(of, dtype=np.float64)
    if k.shape != cases.shape or k.ndim != 1 or not bool(((k >= 0) & (k == np.floor(k)) & (cases >= 0) & np.isfinite(cases)).all()):
        raise CannotEstimate(what, got="counts that are not whole, or cases below 0", need="whole counts, one for each unit's cases")
    if bool((k > cases).any() if whole else (k[cases == 0] > 0).any()):
        raise CannotEstimate(what, got="more events than cases", need="events in cases only")
    if int((cases > 0).sum()) < FEWEST:
        raise CannotEstimate(what, got=f"{int((cases > 0).sum())} units with cases", need=f"at least {FEWEST}", settle="More units.")
    if k.sum() == 0:
        raise CannotEstimate(what, got="no event in any unit", need="at least one")
    return k, cases


def _rates_by_moments(k: Floats, time: Floats, rate: float) -> float:
    """Shape of the gamma distribution of rates: centre squared over the variance between units; very great where there is none."""
    spread = float((time * (k / time - rate) ** 2).sum() / time.sum()) - rate * k.size / float(time.sum())
    return min(rate**2 / spread, STRONGEST) if spread > 0 else STRONGEST


def _paule_mandel(means: Floats, variance: Floats) -> float:
    """The variance between units at which the weighted squares are what they should be; 0 where they are less anyway."""

    def over(between: float) -> float:
        weight = 1 / (variance + between)
        centre = (weight * means).sum() / weight.sum()
        return float((weight * (means - centre) ** 2).sum()) - (means.size - 1)

    if over(0.0) <= 0:
        return 0.0
    low, high = 0.0, float(means.var()) + float(variance.max())
    while over(high) > 0:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if over(middle) > 0 else (low, middle)
    return (low + high) / 2


def _beta_binomial(at: Floats, k: Floats, n: Floats) -> Slopes:
    """Log likelihood, but for the ways to choose, by log odds of the centre and log strength; slope and bend."""
    strength, share = exp(min(at[1], 50.0)), 1 / (1 + exp(-at[0]))
    a, b = np.array(strength * share), np.array(strength * (1 - share))
    whole = np.array(strength)

    def over(function: Callable[[Floats], Floats]) -> tuple[float, float, float]:
        return (
            float((function(k + a) - function(a)).sum()),
            float((function(n - k + b) - function(b)).sum()),
            float((function(whole) - function(n + whole)).sum()),
        )

    value = sum(over(log_gamma))
    of_a, of_b, of_m = over(digamma)
    bent_a, bent_b, bent_m = over(trigamma)
    turn = strength * share * (1 - share)
    da, db = np.array([turn, float(a)]), np.array([-turn, float(b)])
    slope = of_a * da + of_b * db + np.array([0.0, of_m * strength])
    second = turn * (1 - 2 * share)
    bend = bent_a * np.outer(da, da) + bent_b * np.outer(db, db)
    bend += of_a * np.array([[second, turn], [turn, float(a)]]) + of_b * np.array([[-second, -turn], [-turn, float(b)]])
    bend[1, 1] += bent_m * strength**2 + of_m * strength
    return value, slope, bend


def _negative_binomial(at: Floats, k: Floats, time: Floats) -> Slopes:
    """Log likelihood, but for the factorials of the counts, by log centre and log shape; slope and bend."""
    centre, alpha = exp(at[0]), exp(min(at[1], 50.0))
    shape, whole = np.array(alpha), alpha + centre * time
    value = float(
        (log_gamma(k + shape) - log_gamma(shape) - alpha * np.log1p(centre * time / alpha) + k * np.log(centre * time / whole)).sum()
    )
    over_m = float((k / centre - (alpha + k) * time / whole).sum())
    over_a = float((digamma(k + shape) - digamma(shape) + np.log(alpha / whole) + 1 - (alpha + k) / whole).sum())
    bent_m = float(((alpha + k) * time**2 / whole**2 - k / centre**2).sum())
    bent_a = float((trigamma(k + shape) - trigamma(shape) + 1 / alpha - 2 / whole + (alpha + k) / whole**2).sum())
    mixed = float((-time / whole + (alpha + k) * time / whole**2).sum())
    slope = np.array([over_m * centre, over_a * alpha])
    cross = mixed * centre * alpha
    bend = np.array([[bent_m * centre**2 + slope[0], cross], [cross, bent_a * alpha**2 + slope[1]]])
    return value, slope, bend
