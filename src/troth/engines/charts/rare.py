"""Charts of rare events: how many cases, or how much time, lies between one and the next."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from troth.engines.charts.chart import AS_ONE, SIGMAS, Chart, Plan, phases, refuse_parts, refuse_still
from troth.engines.charts.factors import factors
from troth.engines.statistics.normal import STANDARD, normal_cdf
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# The power that brings times between events of one rate near to a normal distribution.
POWER = 1 / 3.6


def g_chart(gaps: Ints | Floats, plan: Plan = AS_ONE) -> Chart:
    """Chart of how many cases went well between one event and the next, such as deliveries between two losses. More is better.

    gaps: shape (n,), whole, at least 0, in order of time. Limits are quantiles of the geometric distribution with the mean of the gaps,
    each exceeded with a chance of at most 0.00135; the centre is its median. (Three standard deviations above the mean would be exceeded
    with a chance of 0.018.) Where events are not very rare nothing is too low: their coming closer is seen by runs below the centre.
    Refuses what is not whole, gaps that are all 0, and fewer than the plan's fewest.
    Source: Benneyan 2001 (g charts); Kaminsky et al. 1992.

    >>> chart = g_chart(np.array([20, 3, 11, 0, 35, 8, 14, 2, 27, 6, 10, 150]))
    >>> float(chart.centre[0]), float(chart.high[0]), chart.beyond.tolist()
    (16.0, 160.0, [])
    """
    found = phases(np.asarray(gaps, dtype=np.float64), plan, "g chart", least=0.0)
    refuse_parts(gaps, "g chart", "cases")
    mean = found.means(gaps)
    refuse_still(mean, np.ones(mean.size), found, "g chart", "Use a p chart: the event is not rare.")
    tail, log_well = normal_cdf(-SIGMAS), np.log(mean / (1 + mean))
    whole, z, end = np.asarray(gaps, dtype=np.int64), np.empty(len(gaps)), found.starts + found.sizes
    for first, last, well in zip(found.starts.tolist(), end.tolist(), log_well.tolist(), strict=True):
        z[first:last] = _scores(whole[first:last], well)
    return Chart(
        "g",
        whole.astype(np.float64),
        centre=found.along(np.maximum(0.0, np.ceil(np.log(0.5) / log_well) - 1)),
        low=found.along(np.floor(np.log1p(-tail) / log_well)),
        high=found.along(np.ceil(np.log(tail) / log_well) - 1),
        z=z,
        starts=found.starts,
        sigma=np.ones(mean.size),
    )


def _scores(gaps: Ints, log_well: float) -> Floats:
    """Normal scores of the gaps' chances; half the chance of a gap itself counts as beyond it, so that scores spread around 0."""
    least = int(gaps.min())
    if int(gaps.max()) - least > 4 * gaps.size:
        distinct, place = np.unique(gaps, return_inverse=True)
    else:
        place = gaps - least
        distinct = np.flatnonzero(np.bincount(place)) + least
    above = np.exp((distinct + 1) * log_well) + np.exp(distinct * log_well) * -np.expm1(log_well) / 2
    scores = np.array([-STANDARD.inv_cdf(min(max(chance, 1e-300), 1 - 1e-16)) for chance in above.tolist()])
    if distinct.size == int(place.max()) + 1:
        return scores[place]
    table = np.zeros(int(place.max()) + 1)
    table[distinct - least] = scores
    return table[place]


def t_chart(times: Floats, plan: Plan = AS_ONE) -> Chart:
    """Chart of how much time lies between one event and the next, in any unit. More is better.

    times: shape (n,), at least 0, in order. Centre and limits are those of an X chart of the times to the power 1 / 3.6, brought back.
    Refuses times below 0, that do not move, and fewer than the plan's fewest.
    Source: Nelson 1994, A control chart for parts-per-million nonconforming items.

    >>> chart = t_chart(np.array([4.0, 11.0, 2.0, 7.5, 30.0, 1.0, 9.0, 16.0, 5.0, 3.0, 21.0, 300.0]))
    >>> chart.beyond.tolist()
    [11]
    """
    found = phases(times, plan, "t chart", least=0.0)
    bent = times**POWER
    sigma = found.mean_range(found.moving_ranges(bent)) / factors(2).d2
    refuse_still(sigma, found.means(bent), found, "t chart")
    mean = found.means(bent)
    bounds = [np.maximum(0.0, mean + sigmas * sigma) ** (1 / POWER) for sigmas in (0, -SIGMAS, SIGMAS)]
    centre, low, high = map(found.along, bounds)
    return Chart("t", times, centre, low, high, (bent - found.along(mean)) / found.along(sigma), found.starts, sigma)


def gaps_between(happened: Ints | Floats) -> Floats:
    """From instants, in order, to what lies between them: shape (n - 1,), in their unit. Refuses instants out of order.

    >>> gaps_between(np.array([10, 14, 14, 30])).tolist()
    [4.0, 0.0, 16.0]
    """
    found = np.diff(happened).astype(np.float64)
    if found.size == 0 or not bool((found >= 0).all()):
        raise CannotEstimate("time between events", got=f"{happened.size} instants, or out of order", need="two or more, in order")
    return found
