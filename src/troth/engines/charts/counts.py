"""Charts of shares and of counts: what counting alone would let them move, and what they move besides."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from troth.engines.charts.chart import AS_ONE, Chart, Phases, Plan, drawn, phases, refuse_parts, refuse_still
from troth.engines.charts.factors import factors
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# By what rounding is measured in scores of up to a trillion cases.
STANDARDISED = 1e3


def p_chart(shares: Floats, n: Floats | Ints, plan: Plan = AS_ONE) -> Chart:
    """Chart of shares whose limits allow for counting alone, at each point's own n.

    shares: between 0 and 1, one a period in order of time. n: what each is a share of; an effective size may be broken.
    With large n nearly every point is outside: then the share moves by itself, and `laney_p_chart` is the one to read.
    Refuses fewer points than the plan's fewest, an n not above 0, and shares that are all 0 or all 1.
    Source: NIST/SEMATECH handbook 6.3.3.2; Montgomery, Statistical Quality Control, 7th ed., section 7.2.

    >>> shares = np.array([.5, .4, .5, .6, .5, .4, .5, .6, .5, .4, .5, .9])
    >>> p_chart(shares, np.full(12, 50.)).beyond.tolist()
    [11]
    """
    found, centre, sigma = _shares(shares, n, plan, "p chart")
    return drawn("p", shares, centre, sigma, found, np.ones(found.starts.size), floor=0.0, ceiling=1.0)


def laney_p_chart(shares: Floats, n: Floats | Ints, plan: Plan = AS_ONE) -> Chart:
    """Laney's p' chart: the limits allow for what the share itself moves between periods, too.

    Arguments and refusals as in p_chart; refuses also shares that do not move at all between periods.
    The chart's sigma is the mean moving range of z = (share - centre) / sigma, over 1.128; below 1 it narrows the limits.
    Source: Laney 2002, Improved control charts for attributes.

    >>> shares = np.array([.50, .41, .52, .60, .49, .38, .52, .63, .50, .42, .50, .57])
    >>> chart = laney_p_chart(shares, np.full(12, 10_000.))
    >>> round(float(chart.sigma[0]), 1), chart.beyond.tolist()
    (17.9, [])
    """
    found, centre, sigma = _shares(shares, n, plan, "Laney p' chart")
    between = _between((shares - centre) / sigma, found, "Laney p' chart")
    return drawn("p'", shares, centre, sigma * found.along(between), found, between, floor=0.0, ceiling=1.0)


def u_chart(counts: Ints | Floats, exposure: Floats | Ints, plan: Plan = AS_ONE) -> Chart:
    """Chart of counts per unit of exposure, such as complaints per 1,000 orders, whose limits allow for counting alone.

    counts: shape (n,), whole. exposure: shape (n,), above 0, in the unit that the points are to be per.
    Refuses what is not whole, an exposure not above 0, no count at all, and fewer points than the plan's fewest.
    Source: NIST/SEMATECH handbook 6.3.3.1; Montgomery, Statistical Quality Control, 7th ed., section 7.3.

    >>> chart = u_chart(np.tile([8, 12], 6), np.full(12, 5.0))
    >>> float(chart.centre[0]), round(float(chart.high[0]), 4)
    (2.0, 3.8974)
    """
    found, points, centre, sigma = _rates(counts, exposure, plan, "u chart")
    return drawn("u", points, centre, sigma, found, np.ones(found.starts.size), floor=0.0)


def laney_u_chart(counts: Ints | Floats, exposure: Floats | Ints, plan: Plan = AS_ONE) -> Chart:
    """Laney's u' chart: the limits allow for what the rate itself moves between periods, too.

    Arguments and refusals as in u_chart; refuses also rates that do not move at all. The chart's sigma as in `laney_p_chart`.
    Source: Laney 2002, Improved control charts for attributes.

    >>> float(laney_u_chart(np.tile([800, 1200], 6), np.full(12, 5.0)).sigma[0]) > 10
    True
    """
    found, points, centre, sigma = _rates(counts, exposure, plan, "Laney u' chart")
    between = _between((points - centre) / sigma, found, "Laney u' chart")
    return drawn("u'", points, centre, sigma * found.along(between), found, between, floor=0.0)


def c_chart(counts: Ints | Floats, plan: Plan = AS_ONE) -> Chart:
    """Chart of counts, each of the same exposure, whose limits allow for counting alone.

    counts: shape (n,), whole. Refuses what is not whole or below 0, no count at all, and fewer points than the plan's fewest.
    Source: NIST/SEMATECH handbook 6.3.3.1.

    >>> chart = c_chart(np.tile([14, 18], 6))
    >>> float(chart.low[0]), float(chart.high[0])
    (4.0, 28.0)
    """
    found, points, centre, sigma = _rates(counts, np.ones(len(counts)), plan, "c chart")
    return drawn("c", points, centre, sigma, found, np.ones(found.starts.size), floor=0.0)


def _shares(shares: Floats, n: Floats | Ints, plan: Plan, what: str) -> tuple[Phases, Floats, Floats]:
    found = phases(shares, plan, what)
    if n.shape != shares.shape:
        raise CannotEstimate(what, got=f"shapes {shares.shape} and {n.shape}", need="one n for each share")
    if not bool(((n > 0) & np.isfinite(n)).all()):
        raise CannotEstimate(what, got="a point without n", need="n above 0", settle="Leave periods without cases out.")
    if float(shares.min()) < 0 or float(shares.max()) > 1:
        worst = shares.min() if shares.min() < 0 else shares.max()
        raise CannotEstimate(what, got=f"a share of {float(worst):g}", need="shares between 0 and 1")
    centre = found.sums(shares * n) / found.sums(n)
    # The centre of shares that are all 0 or all 1 is exact: no rounding makes it another.
    ends = np.flatnonzero((centre <= 0) | (centre >= 1))
    if ends.size:
        raise CannotEstimate(what, got=f"a share of {float(centre[ends[0]]):g} at every point", need="shares that move")
    return found, found.along(centre), np.sqrt(found.along(centre * (1 - centre)) / n)


def _rates(counts: Ints | Floats, exposure: Floats | Ints, plan: Plan, what: str) -> tuple[Phases, Floats, Floats, Floats]:
    found = phases(np.asarray(counts, dtype=np.float64), plan, what, least=0.0)
    refuse_parts(counts, what, "counted")
    if exposure.shape != counts.shape or not bool(((exposure > 0) & np.isfinite(exposure)).all()):
        raise CannotEstimate(what, got="a point without exposure", need="an exposure above 0 for each count")
    total = found.sums(counts)
    if not bool((total > 0).all()):
        raise CannotEstimate(what, got="nothing counted at any point of a phase", need="at least one", settle="Use a chart of rare events.")
    centre = found.along(total / found.sums(exposure))
    return found, counts / exposure, centre, np.sqrt(centre / exposure)


def _between(z: Floats, found: Phases, what: str) -> Floats:
    """Sigma of z between neighbouring points, one a phase."""
    between = found.mean_range(found.moving_ranges(z)) / factors(2).d2
    refuse_still(between, np.full(between.size, STANDARDISED), found, what)
    return between
