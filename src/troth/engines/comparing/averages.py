"""Averages of units against their common one, given how well each is known and how much units differ anyway."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.engines.comparing.funnel import between_units
from troth.engines.statistics.discoveries import adjusted
from troth.engines.statistics.normal import normal_cdf, two_sided_z
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
FEWEST = 3


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """Shape (units,) each but centre and what follows it. low, high: limits of a unit that is as the others; z, p: how far off, two-sided.

    high_units, low_units, usual: positions, the false discovery rate held at `level`. tau: standard deviation of units beside their errors.
    """

    low: Floats
    high: Floats
    z: Floats
    p: Floats
    high_units: Ints
    low_units: Ints
    usual: Ints
    centre: float
    tau: float
    level: float


def judged_averages(
    means: Floats,
    errors: Floats,
    *,
    added: bool = False,
    typical: npt.NDArray[np.bool_] | None = None,
    limits: float = 0.998,
    level: float = 0.05,
) -> Averages:
    """Units' means, or any estimates with standard errors, around the mean that weighs each by how well it is known.

    means, errors: shape (units,), errors above 0. added: allow for a variance between units, winsorised, beside the errors. Limits are
    normal, so that each mean should be of ten or more; one unit far off pulls the common mean towards itself, unless `typical`
    says, shape (units,), of which the common mean is made.
    Refuses fewer than 3 units, an error not above 0, and levels outside 0 to 1.
    Source: Spiegelhalter 2005, sections 3.3 and 4; Benjamini and Hochberg 1995.

    >>> found = judged_averages(np.array([10.0, 10.2, 9.9, 10.1, 14.0]), np.full(5, 0.5))
    >>> found.high_units.tolist(), found.usual.tolist()
    ([4], [0, 1, 2, 3])
    """
    if means.shape != errors.shape or means.ndim != 1 or means.size < FEWEST or not (np.isfinite(means).all() and (errors > 0).all()):
        raise CannotEstimate("averages compared", got=f"{means.size} units", need=f"at least {FEWEST}, an error above 0 for each")
    half = two_sided_z(limits)
    if not 0 < level < 1:
        raise CannotEstimate("averages compared", got=f"level {level:g}", need="a level between 0 and 1")
    chosen = np.ones(means.size, dtype=bool) if typical is None else typical
    centre = _centre(means[chosen], errors[chosen])
    tau = between_units((means - centre) / errors, errors) if added else 0.0
    wide = np.sqrt(errors**2 + tau**2)
    centre = _centre(means[chosen], wide[chosen])
    z = (means - centre) / wide
    p = np.array([2 * normal_cdf(-abs(one)) for one in z.tolist()])
    found = np.array(adjusted(p.tolist())) <= level
    return Averages(
        centre - half * wide, centre + half * wide, z, p,
        np.flatnonzero(found & (z > 0)), np.flatnonzero(found & (z < 0)), np.flatnonzero(~found), centre, tau, level,
    )  # fmt: skip


def _centre(means: Floats, errors: Floats) -> float:
    weight = errors**-2
    return float((weight * means).sum() / weight.sum())
