"""Whether a process that is in control can keep what its customers allow: Cp, Cpk and their kin, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Literal

import numpy as np

from troth.engines.charts.chart import Chart
from troth.engines.statistics.gamma import chi_squared_quantile
from troth.engines.statistics.normal import two_sided_z
from troth.kernel.errors import CannotEstimate

FEWEST = 30


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What is allowed, in the unit of the values. None: no limit on that side. target: None is the middle of both limits.

    Raises CannotEstimate without any limit, and for limits or a target out of order.
    """

    lower: float | None = None
    upper: float | None = None
    target: float | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.lower, self.target, self.upper) if value is not None]
        if self.lower is None and self.upper is None:
            raise CannotEstimate("tolerance", got="no limit", need="a lower limit, an upper one, or both")
        if not all(map(np.isfinite, given)) or any(first >= second for first, second in pairwise(given)):
            raise CannotEstimate("tolerance", got=f"{given}", need="lower limit, target and upper limit in this order")

    @property
    def aim(self) -> float | None:
        if self.target is not None or self.lower is None or self.upper is None:
            return self.target
        return (self.lower + self.upper) / 2


@dataclass(frozen=True, slots=True)
class Index:
    """A capability index with its interval; more is better, below 1 some of what comes out is not allowed."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Capability:
    """cp: width allowed over 6 sigma. cpl, cpu: from the centre to either limit, over 3 sigma. cpk: the lesser. cpm: cp with the
    distance from the target in sigma. None where a limit or a target is missing. in_control: False: told of a process that is
    not, whose next values it does not foretell.
    """

    cp: Index | None
    cpl: Index | None
    cpu: Index | None
    cpk: Index
    cpm: Index | None
    n: int
    in_control: bool


def capability(
    chart: Chart, n: int, tolerance: Tolerance, *, unstable: Literal["refuse", "say"] = "refuse", level: float = 0.95
) -> Capability:  # fmt: skip
    """Of the process in the last phase of an X or X-bar chart.

    n: single values behind that phase: its points, or all values of its subgroups. A chart with points outside its limits in that phase is
    refused, or with `say` told as not in control. Refuses charts of anything but values, and what `indices` refuses.
    Source: Montgomery, Statistical Quality Control, 7th ed., section 8.3.

    >>> from troth.engines.charts.values import xmr
    >>> found = capability(xmr(np.tile([9.0, 10.0, 11.0], 20)).location, 60, Tolerance(5.0, 17.0))
    >>> round(found.cp.value, 2), round(found.cpk.value, 2), found.in_control
    (1.71, 1.42, True)
    """
    if chart.kind not in ("X", "X-bar"):
        raise CannotEstimate("capability", got=f"a chart of {chart.kind}", need="an X or X-bar chart")
    first = int(chart.starts[-1])
    outside = chart.beyond[chart.beyond >= first]
    if outside.size and unstable == "refuse":
        got = f"{outside.size} points outside the limits, the first at position {int(outside[0])}"
        raise CannotEstimate("capability", got=got, need="a process in control", settle="Find what moved it, then begin a new phase.")
    return indices(float(chart.centre[-1]), float(chart.sigma[-1]), n, tolerance, in_control=not outside.size, level=level)


def indices(centre: float, sigma: float, n: int, tolerance: Tolerance, *, in_control: bool, level: float = 0.95) -> Capability:
    """Of a normal process with this centre and sigma, both learnt from n values.

    Intervals: chi-squared with n - 1 degrees of freedom for cp, Bissell's for cpl, cpu and cpk, Boyles' for cpm. A sigma from
    ranges has fewer, so that the intervals are somewhat short. Where values are skewed, as times are, look at quantiles instead.
    Refuses fewer than 30 values, with which cpk would be off by more than a quarter, and a sigma not above 0.
    Source: Bissell 1990; Boyles 1991; NIST/SEMATECH handbook 6.1.6.

    >>> found = indices(16.0, 2.0, 50, Tolerance(8.0, 20.0), in_control=True)
    >>> found.cp.value, round(found.cpk.value, 4)
    (1.0, 0.6667)
    """
    if n < FEWEST:
        raise CannotEstimate("capability", got=f"{n} values", need=f"at least {FEWEST}", settle="More values.")
    if not (np.isfinite(centre) and 0 < sigma < np.inf):
        raise CannotEstimate("capability", got=f"centre {centre:g}, sigma {sigma:g}", need="a sigma above 0")
    lower, upper, aim = tolerance.lower, tolerance.upper, tolerance.aim
    width = None if lower is None or upper is None else (upper - lower) / (6 * sigma)
    cpl = None if lower is None else _bissell((centre - lower) / (3 * sigma), n, level)
    cpu = None if upper is None else _bissell((upper - centre) / (3 * sigma), n, level)
    cpm = None
    if width is not None and aim is not None:
        off = ((centre - aim) / sigma) ** 2
        # Boyles' degrees of freedom are an approximation that a tenth does not change.
        cpm = _by_chi_squared(width / sqrt(1 + off), round(n * (1 + off) ** 2 / (1 + 2 * off), 1), level)
    return Capability(
        cp=None if width is None else _by_chi_squared(width, n - 1, level),
        cpl=cpl,
        cpu=cpu,
        cpk=min((one for one in (cpl, cpu) if one is not None), key=lambda one: one.value),
        cpm=cpm,
        n=n,
        in_control=in_control,
    )


def _by_chi_squared(value: float, df: float, level: float) -> Index:
    tail = (1 - level) / 2
    low, high = (value * sqrt(chi_squared_quantile(chance, df) / df) for chance in (tail, 1 - tail))
    return Index(value, low, high)


def _bissell(value: float, n: int, level: float) -> Index:
    half = two_sided_z(level) * sqrt(1 / (9 * n) + value**2 / (2 * (n - 1)))
    return Index(value, value - half, value + half)
