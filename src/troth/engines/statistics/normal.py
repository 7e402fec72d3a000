"""The normal distribution."""

from __future__ import annotations

from statistics import NormalDist

from troth.kernel.errors import CannotEstimate

STANDARD = NormalDist()


def normal_cdf(z: float) -> float:
    """Chance that a standard normal draw lies at or below z.

    >>> normal_cdf(0.0)
    0.5
    """
    return STANDARD.cdf(z)


def normal_quantile(probability: float) -> float:
    """The z below which a standard normal draw lies with this probability. Refuses 0, 1 and what lies outside.

    Source: Wichura 1988, algorithm AS 241.

    >>> round(normal_quantile(0.975), 6)
    1.959964
    """
    if not 0 < probability < 1:
        raise CannotEstimate("normal quantile", got=probability, need="a probability between 0 and 1")
    return STANDARD.inv_cdf(probability)


def two_sided_z(level: float) -> float:
    """Half-width, in standard errors, of a normal interval that covers with probability `level`.

    >>> round(two_sided_z(0.95), 6)
    1.959964
    """
    return normal_quantile((1 + level) / 2)
