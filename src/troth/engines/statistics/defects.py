"""Defects per million opportunities, and the sigma level by which quality programmes name them."""

from __future__ import annotations

from dataclasses import dataclass

from troth.engines.statistics.normal import normal_cdf, normal_quantile
from troth.engines.statistics.proportion import wilson
from troth.kernel.errors import CannotEstimate

MILLION = 1_000_000
SHIFT = 1.5


@dataclass(frozen=True, slots=True)
class DefectRate:
    """Defects per million opportunities with their interval; more is worse.

    sigma: the level of that rate, with the shift; more is better. None where no defect was seen, or nothing else: it has no end.
    sigma_low, sigma_high: the levels of the interval's ends; None for an end without a level. opportunities: all of them.
    """

    value: float
    low: float
    high: float
    sigma: float | None
    sigma_low: float | None
    sigma_high: float | None
    opportunities: int


def dpmo(defects: int, units: int, opportunities: int = 1, level: float = 0.95) -> DefectRate:
    """Defects per million opportunities, with the Wilson interval of their share.

    units: that were looked at; opportunities: ways in which each of them can be defective, each counted at most once a unit.
    Refuses no units, no opportunities, and more defects than there are opportunities.
    Source: Montgomery, Statistical Quality Control, 7th ed., section 1.2 (the shift of 1.5); Wilson 1927.

    >>> found = dpmo(34, 10_000_000)
    >>> round(found.value, 1), round(found.sigma, 2)
    (3.4, 6.0)
    """
    if units < 1 or opportunities < 1:
        got = f"{units} units with {opportunities} opportunities each"
        raise CannotEstimate("defects per million opportunities", got=got, need="at least one unit and one opportunity")
    total = units * opportunities
    if not 0 <= defects <= total:
        got = f"{defects} defects in {total} opportunities"
        raise CannotEstimate("defects per million opportunities", got=got, need="at most one defect an opportunity")
    share = wilson(defects, total, level)
    levels = (_level(share.value), _level(share.high), _level(share.low))
    return DefectRate(share.value * MILLION, share.low * MILLION, share.high * MILLION, *levels, total)


def sigma_level(per_million: float) -> float:
    """The sigma level of a defect rate, with the shift of 1.5: how far the limit lies from a mean that has moved by 1.5.

    Refuses 0 and less, a million and more: they have no level.

    >>> round(sigma_level(66_807), 3)
    3.0
    """
    found = _level(per_million / MILLION)
    if found is None:
        raise CannotEstimate("sigma level", got=per_million, need="more than 0 and less than 1,000,000 defects per million")
    return found


def per_million_at(sigma: float) -> float:
    """The defect rate of a sigma level, per million opportunities: the inverse of `sigma_level`.

    >>> round(per_million_at(6.0), 1)
    3.4
    """
    return normal_cdf(SHIFT - sigma) * MILLION


def _level(share: float) -> float | None:
    return SHIFT - normal_quantile(share) if 0 < share < 1 else None
