"""Charts that remember: small shifts that last are seen sooner than by one point at a time."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log, sqrt

import numpy as np
import numpy.typing as npt

from troth.engines.charts.chart import AS_ONE, ON_THE_LIMIT, SIGMAS, Chart, Phases, Plan, phases, refuse_still
from troth.engines.charts.factors import factors
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
BLOCK = 64
ROUNDING = 1e-17


@dataclass(frozen=True, slots=True)
class Standard:
    """What values should be, and how far single ones lie from it: known beforehand, not learnt from the series. sigma: above 0."""

    target: float
    sigma: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.target) and 0 < self.sigma < np.inf):
            raise CannotEstimate("standard of a chart", got=f"target {self.target:g}, sigma {self.sigma:g}", need="a sigma above 0")


@dataclass(frozen=True, slots=True)
class Smoothing:
    """weight: of the newest value, 0 to 1; less sees smaller shifts. width: of the limits in standard errors.

    exact: limits that widen over the first points as the mean settles; otherwise those they tend to. The defaults give a false alarm
    every 500 points (Lucas and Saccucci 1990).
    """

    weight: float = 0.2
    width: float = 2.962
    exact: bool = True

    def __post_init__(self) -> None:
        if not (0 < self.weight <= 1 and 0 < self.width < np.inf):
            raise CannotEstimate(
                "smoothing", got=f"weight {self.weight:g}, width {self.width:g}", need="a weight from 0 to 1, a width above 0"
            )


SMOOTHING = Smoothing()


def ewma(values: Floats, plan: Plan = AS_ONE, *, standard: Standard | None = None, smoothing: Smoothing = SMOOTHING) -> Chart:
    """Chart of the exponentially weighted moving average, which begins at the target in each phase.

    values: shape (n,). Without a standard, the target is the mean of a phase and sigma that of its moving ranges.
    Refuses values that are not finite, a standard beside points to learn from, and without a standard what `xmr` refuses.
    Source: NIST/SEMATECH handbook 6.3.2.4; Lucas and Saccucci 1990.

    >>> chart = ewma(np.array([52.0, 47.0, 53.0]), standard=Standard(50.0, 2.0539), smoothing=Smoothing(0.3, 3.0))
    >>> chart.points.round(2).tolist(), round(float(chart.high[0]), 4)
    ([50.6, 49.52, 50.56], 51.8485)
    """
    found, target, sigma = _learnt(values, plan, standard, "EWMA chart")
    weight, width = smoothing.weight, smoothing.width
    points, centre = _averaged(values, target, found, weight), found.along(target)
    half = found.along(width * sqrt(weight / (2 - weight)) * sigma)
    if smoothing.exact and weight < 1:
        # What has faded below rounding need not be computed.
        ages = np.arange(min(values.size, ceil(log(ROUNDING) / (2 * log(1 - weight)))))
        places = found.starts[:, None] + ages
        young = places < (found.starts + found.sizes)[:, None]
        half[places[young]] *= np.sqrt(1 - (1 - weight) ** (2.0 * (ages + 1)))[np.nonzero(young)[1]]
    z = points - centre
    z /= half
    z *= SIGMAS
    return Chart("EWMA", points, centre, centre - half, centre + half, z, found.starts, sigma, False)


@dataclass(frozen=True, slots=True, eq=False)
class Cusum:
    """Sums of how far values lie beyond the target and a slack, upwards and downwards: shape (n,), in the unit of the values.

    limit: above which a sum is a signal, one a phase. above, below: positions of the signals. rose, fell: for each of them the
    position at which its sum began to grow, which is where the shift most likely began.
    """

    upper: Floats
    lower: Floats
    limit: Floats
    starts: Ints
    above: Ints
    below: Ints
    rose: Ints
    fell: Ints


def cusum(
    values: Floats, plan: Plan = AS_ONE, *, standard: Standard | None = None, slack: float = 0.5, limit: float = 5.0
) -> Cusum:  # fmt: skip
    """Tabular cumulative sums, which begin at 0 in each phase.

    values: shape (n,). slack, limit: in sigmas; half the shift that is to be seen, and 5 for a false alarm every 465 points.
    Without a standard, target and sigma are learnt as in `ewma`. Refuses a slack below 0, a limit not above 0, and what `ewma` refuses.
    Source: NIST/SEMATECH handbook 6.3.2.3; Montgomery, Statistical Quality Control, 7th ed., section 9.1.

    >>> found = cusum(np.array([10.0, 9.0, 12.0, 13.0, 12.0, 13.0]), standard=Standard(10.0, 1.0))
    >>> found.upper.tolist(), found.above.tolist(), found.rose.tolist()
    ([0.0, 0.0, 1.5, 4.0, 5.5, 8.0], [4, 5], [2, 2])
    """
    if slack < 0 or not 0 < limit < np.inf:
        raise CannotEstimate("CUSUM chart", got=f"slack {slack:g}, limit {limit:g}", need="a slack of at least 0 and a limit above 0")
    found, target, sigma = _learnt(values, plan, standard, "CUSUM chart")
    off = values - found.along(target)
    allowed = found.along(slack * sigma)
    upper = _summed(off - allowed, found)
    np.negative(off, out=off)
    off -= allowed
    lower = _summed(off, found)
    high = limit * sigma
    bound = found.along(high * (1 + ON_THE_LIMIT)) if high.size > 1 else high * (1 + ON_THE_LIMIT)
    above, below = np.flatnonzero(upper > bound), np.flatnonzero(lower > bound)
    return Cusum(upper, lower, high, found.starts, above, below, _began(upper, above, found), _began(lower, below, found))


def _learnt(values: Floats, plan: Plan, standard: Standard | None, what: str) -> tuple[Phases, Floats, Floats]:
    """Phases, target and sigma; one a phase."""
    if standard is not None:
        if plan.learn is not None:
            raise CannotEstimate(what, got=f"a standard, and points {plan.learn} to learn from", need="one of them")
        found = phases(values, Plan(plan.starts, fewest=2), what)
        return found, np.full(found.starts.size, standard.target), np.full(found.starts.size, standard.sigma)
    found = phases(values, plan, what)
    target = found.means(values)
    sigma = found.mean_range(found.moving_ranges(values)) / factors(2).d2
    refuse_still(sigma, np.abs(target), found, what)
    return found, target, sigma


def _averaged(values: Floats, target: Floats, found: Phases, weight: float) -> Floats:
    """In blocks: within a block each average is a weighted sum, and what came before it fades by one factor."""
    out = np.empty(values.size)
    ends = (found.starts + found.sizes).tolist()
    ages = np.arange(BLOCK)
    fading = weight * np.where(ages[:, None] >= ages, (1 - weight) ** np.maximum(0.0, ages[:, None] - ages), 0.0)
    for first, end, begun in zip(found.starts.tolist(), ends, target.tolist(), strict=True):
        size = end - first
        blocks = -(-size // BLOCK)
        padded = np.zeros(blocks * BLOCK)
        padded[:size] = values[first:end] - begun
        within = padded.reshape(blocks, BLOCK) @ fading.T
        carried, before, fade = np.empty(blocks), 0.0, (1 - weight) ** BLOCK
        for block, last in enumerate(within[:, -1].tolist()):
            carried[block] = before
            before = last + fade * before
        within += carried[:, None] * (1 - weight) ** (ages + 1.0)
        out[first:end] = begun + within.reshape(-1)[:size]
    return out


def _summed(steps: Floats, found: Phases) -> Floats:
    """Sums that are cut off at 0: the running sum less the least it has been, 0 at the beginning of a phase included."""
    out = np.empty(steps.size)
    for first, end in zip(found.starts.tolist(), (found.starts + found.sizes).tolist(), strict=True):
        run = np.cumsum(steps[first:end], out=steps[first:end])
        least = np.minimum.accumulate(run, out=out[first:end])
        np.minimum(least, 0.0, out=least)
        np.subtract(run, least, out=least)
    return out


def _began(sums: Floats, at: Ints, found: Phases) -> Ints:
    """For each position the one after the last at which its sum was 0, in its phase."""
    zeros = np.flatnonzero(sums == 0)
    before = np.searchsorted(zeros, at) - 1
    last = np.where(before >= 0, zeros[np.maximum(before, 0)], -1) if zeros.size else np.full(at.size, -1)
    first = found.starts[np.searchsorted(found.starts, at, side="right") - 1]
    return np.asarray(np.maximum(last + 1, first))
