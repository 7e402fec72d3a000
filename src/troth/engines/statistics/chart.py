"""Control charts of a share: is this month unusual, or does the share always move so much?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]

FEWEST_POINTS = 12
SIGMAS = 3.0
# Mean moving range of two standard normal draws, 2 / sqrt(pi), as printed in the field's tables.
D2 = 1.128
# A point on the limit is no signal, even where rounding puts it a hair beyond.
ON_THE_LIMIT = 1e-9
# Equal shares differ by rounding from the centre they make.
STILL = 1e-9


@dataclass(frozen=True, slots=True)
class ControlChart:
    """A series of shares with its limits.

    points, low, high: one a period, between 0 and 1. centre: the share of all periods together.
    sigma_z: spread of the points beyond that of counting alone (1 on a p chart).
    flagged: positions, from 0, of the points beyond 3 sigma; on the limit is not beyond.
    """

    points: tuple[float, ...]
    centre: float
    low: tuple[float, ...]
    high: tuple[float, ...]
    sigma_z: float
    flagged: tuple[int, ...]


def p_chart(shares: Floats, n: Floats) -> ControlChart:
    """Chart whose limits allow for counting alone, at each point's own n.

    shares: between 0 and 1, one a period in order of time. n: what each is a share of; an effective size may be broken.
    Refuses fewer than 12 points, an n not above 0, and shares that are all 0 or all 1.
    Source: NIST/SEMATECH handbook 6.3.3.2; signal rule 1 of Western Electric 1956.

    >>> shares = np.array([.5, .4, .5, .6, .5, .4, .5, .6, .5, .4, .5, .9])
    >>> p_chart(shares, np.full(12, 50.)).flagged
    (11,)
    """
    centre, sigma = _centre_and_sigma(shares, n)
    return _chart(shares, centre, sigma, sigma_z=1.0)


def laney_p_chart(shares: Floats, n: Floats) -> ControlChart:
    """Laney's p' chart: the limits allow for what the share itself moves between periods, too.

    Arguments and refusals as in p_chart; refuses also shares that do not move at all between periods.
    sigma_z is the mean moving range of z = (share - centre) / sigma, over 1.128; below 1 it narrows the limits.
    Source: Laney 2002, Improved control charts for attributes.

    >>> shares = np.array([.50, .41, .52, .60, .49, .38, .52, .63, .50, .42, .50, .57])
    >>> chart = laney_p_chart(shares, np.full(12, 10_000.))
    >>> round(chart.sigma_z, 1), chart.flagged
    (17.9, ())
    """
    centre, sigma = _centre_and_sigma(shares, n)
    sigma_z = float(np.abs(np.diff((shares - centre) / sigma)).mean()) / D2
    if sigma_z < STILL:
        raise CannotEstimate("Laney p' chart", got="the same share in every period", need="shares that move")
    return _chart(shares, centre, sigma, sigma_z)


def _centre_and_sigma(shares: Floats, n: Floats) -> tuple[float, Floats]:
    if shares.ndim != 1 or shares.shape != n.shape:
        raise CannotEstimate("control chart", got=f"shapes {shares.shape} and {n.shape}", need="one n for each share")
    if shares.size < FEWEST_POINTS:
        raise CannotEstimate("control chart", got=f"{shares.size} periods", need=f"at least {FEWEST_POINTS}", settle="More periods.")
    if not ((n > 0) & np.isfinite(n)).all() or not ((shares >= 0) & (shares <= 1)).all():
        raise CannotEstimate("control chart", got="a period without n, or a share outside 0 to 1", need="n above 0")
    centre = float((shares * n).sum() / n.sum())
    if not (shares > 0).any() or not (shares < 1).any():
        raise CannotEstimate("control chart", got=f"a share of {centre:g} in every period", need="shares that move")
    return centre, np.sqrt(centre * (1 - centre) / n)


def _chart(shares: Floats, centre: float, sigma: Floats, sigma_z: float) -> ControlChart:
    half = SIGMAS * sigma_z * sigma
    beyond = np.abs(shares - centre) > half * (1 + ON_THE_LIMIT)
    return ControlChart(
        points=tuple(shares.tolist()),
        centre=centre,
        low=tuple(np.maximum(0.0, centre - half).tolist()),
        high=tuple(np.minimum(1.0, centre + half).tolist()),
        sigma_z=sigma_z,
        flagged=tuple(np.flatnonzero(beyond).tolist()),
    )
