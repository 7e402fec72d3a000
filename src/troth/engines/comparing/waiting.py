"""Units by how soon their cases end, with what has not ended yet: events observed against those of the hazard of all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
# Cells of a table of times by units that are held at once.
TOGETHER = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Awaited:
    """Shape (units,) each. observed: events. expected: those that its cases would have had by the hazard of the reference; the ratio is
    above 1 where they end sooner than elsewhere. variance: of observed around expected, were all units alike.
    """

    observed: Ints
    expected: Floats
    variance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Waits:
    """How long cases last, by rows: shape (rows,) each. lasted: how long, or so far; ended: whether it did; count: of so many cases."""

    lasted: Ints
    ended: Bools
    count: Ints


def awaited(unit: Ints, stratum: Ints, waits: Waits, units: int, *, reference: Bools | None = None) -> Awaited:
    """Log-rank events of several units, summed over strata.

    unit, stratum: of each row, whole numbers from 0; shape (rows,). units: how many. reference: shape (units,), of whose cases the hazard
    is; None: of all, so that observed and expected sum to the same. At each time at which something ended each of those still there has the
    same chance, by stratum; what is open counts up to when it was last seen, ended first at the same time. The variance is hypergeometric
    for units of the reference and Poisson's for others. Events of others at times at which nobody of the reference is left count for
    nothing.
    Refuses shapes that do not agree, times and counts below 0, and nothing that ended in the reference.
    Source: Mantel 1966; Peto and Peto 1972 (log-rank); Breslow 1975 (as a standardised ratio).

    >>> waits = Waits(np.array([1, 2, 3, 4]), np.array([True, True, True, False]), np.array([1, 1, 1, 1]))
    >>> found = awaited(np.array([0, 1, 0, 1]), np.zeros(4, dtype=np.int64), waits, 2)
    >>> found.observed.tolist(), found.expected.round(3).tolist(), found.variance.round(3).tolist()
    ([2, 1], [1.333, 1.667], [0.722, 0.722])
    """
    parts = (unit, stratum, waits.lasted, waits.ended, waits.count)
    if any(one.ndim != 1 or one.shape != unit.shape for one in parts) or (waits.lasted < 0).any() or (waits.count < 0).any():
        raise CannotEstimate("events awaited", got="rows that do not agree, or times below 0", need="times and counts of at least 0")
    chosen = np.ones(units, dtype=bool) if reference is None else reference
    if not waits.count[waits.ended & chosen[unit]].sum():
        raise CannotEstimate("how soon cases end", got="none that has ended", need="at least one", settle="Ask again later.")
    observed, expected, variance = np.zeros(units, dtype=np.int64), np.zeros(units), np.zeros(units)
    for one in np.unique(stratum):
        rows = stratum == one
        mine = Waits(waits.lasted[rows], waits.ended[rows], waits.count[rows])
        found = _of_stratum(unit[rows], mine, chosen)
        observed, expected, variance = observed + found.observed, expected + found.expected, variance + found.variance
    return Awaited(observed, expected, np.where(chosen, variance, expected))


def _of_stratum(unit: Ints, waits: Waits, chosen: Bools) -> Awaited:
    """From the last time to the first, so that who is still there is a sum so far."""
    units, times = chosen.size, np.unique(waits.lasted[waits.ended])
    observed, expected, variance, later = (np.zeros(units) for _ in range(4))
    last_there = np.searchsorted(times, waits.lasted, side="right") - 1
    some = last_there >= 0
    unit, place, ended, count = unit[some], last_there[some], waits.ended[some], waits.count[some]
    step = max(1, TOGETHER // units)
    for begin in range((times.size - 1) // step * step, -1, -step) if times.size else ():
        wide = min(step, times.size - begin)
        inside = (place >= begin) & (place < begin + wide)
        cell, weight = (place[inside] - begin) * units + unit[inside], count[inside].astype(np.float64)
        left = np.bincount(cell, weight, wide * units).reshape(wide, units)
        died = np.bincount(cell, weight * ended[inside], wide * units).reshape(wide, units)
        there = np.cumsum(left[::-1], axis=0)[::-1] + later
        later = there[0]
        of, events = there[:, chosen].sum(axis=1), died[:, chosen].sum(axis=1)
        known = of > 0
        share = there[known] / of[known, None]
        spread = events * (of - events) / np.maximum(of - 1, 1)
        observed += died[known].sum(axis=0)
        expected += (events[known, None] * share).sum(axis=0)
        variance += (spread[known, None] * share * (1 - share)).sum(axis=0)
    return Awaited(observed.round().astype(np.int64), expected, variance)
