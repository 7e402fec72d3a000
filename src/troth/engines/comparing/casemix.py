"""Units with harder cases than others, made fair: what was observed over what their own cases would have given elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.gamma import count_interval
from troth.engines.statistics.normal import two_sided_z
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """Shape (units,): events observed, and expected if each stratum of a unit had gone as in the reference; their ratio, limits.

    ratio: above 1, more events than its cases explain. rate: ratio times the reference's share of events, comparable to that. z:
    observed less expected, in standard errors of the events of such cases. shares: shape (strata,), events of the reference.
    strata: shape (units, strata), events expected of each: a unit's row sums to its expected.
    """

    observed: Ints
    expected: Floats
    ratio: Floats
    low: Floats
    high: Floats
    rate: Floats
    z: Floats
    shares: Floats
    strata: Floats


def standardised(
    events: Ints,
    cases: Ints,
    *,
    reference: tuple[Ints, Ints] | None = None,
    limits: Literal["exact", "byar"] = "exact",
    level: float = 0.95,
) -> Standardised:
    """Indirect standardisation: each unit against the reference's shares, at its own mix of cases.

    events, cases: shape (units, strata), whole. reference: (events, cases) of shape (strata,); None: all units together, so that events and
    expected sum to the same. Limits are those of a Poisson count over the expected, exact or Byar's: somewhat wide where events are
    frequent. Each unit is compared with the reference, at its own mix: two units' ratios rank fairly only where strata work alike in all.
    Refuses events above cases, a unit without cases or with none expected, and a stratum with cases that the reference knows nothing of.
    Source: Breslow and Day 1987, section 2.3; Garwood 1936; Byar in Rothman and Boice 1979.

    >>> found = standardised(np.array([[2, 20], [8, 5]]), np.array([[100, 50], [400, 10]]))
    >>> found.expected.round(2).tolist(), found.ratio.round(2).tolist()
    ([22.83, 12.17], [0.96, 1.07])
    """
    if events.shape != cases.shape or events.ndim != 2 or not bool(((events >= 0) & (events <= cases)).all()):
        raise CannotEstimate(
            "standardisation", got=f"shapes {events.shape} and {cases.shape}, or events above cases", need="0 <= events <= cases"
        )
    broken, known = (events.sum(axis=0), cases.sum(axis=0)) if reference is None else reference
    if broken.shape != known.shape or broken.shape != events.shape[1:] or not bool(((broken >= 0) & (broken <= known)).all()):
        raise CannotEstimate(
            "standardisation", got="a reference of other strata, or with events above cases", need="events and cases by stratum"
        )
    unknown = np.flatnonzero((known == 0) & (cases.sum(axis=0) > 0))
    if unknown.size:
        got = f"stratum {int(unknown[0])} with cases that the reference has none of"
        raise CannotEstimate("standardisation", got=got, need="a reference for each stratum", settle="Merge it with one that is like it.")
    shares = broken / np.where(known > 0, known, 1)
    strata = cases * shares
    expected = strata.sum(axis=1)
    nothing = np.flatnonzero(expected <= 0)
    if nothing.size:
        raise CannotEstimate(
            "standardisation", got=f"unit {int(nothing[0])} with no event expected", need="cases in strata that have events"
        )
    observed = events.sum(axis=1)
    low, high = count_interval(observed.astype(np.float64), level) if limits == "exact" else byar(observed, level)
    ratio = observed / expected
    spread = np.sqrt((cases * shares * (1 - shares)).sum(axis=1))
    return Standardised(
        observed=observed,
        expected=expected,
        ratio=ratio,
        low=low / expected,
        high=high / expected,
        rate=ratio * float(broken.sum() / known.sum()),
        z=(observed - expected) / np.where(spread > 0, spread, np.inf),
        shares=shares,
        strata=strata,
    )


def byar(counts: Ints, level: float = 0.95) -> tuple[Floats, Floats]:
    """Limits of what Poisson counts tend to, by a formula for paper and pencil; within 0.03 of the exact ones from 5 on.

    Source: Breslow and Day 1987, section 2.3, formula 2.13.

    >>> [round(float(limit[0]), 2) for limit in byar(np.array([10]))]
    [4.79, 18.39]
    """
    z, more = two_sided_z(level), counts + 1.0
    some = np.maximum(counts, 1)
    low = np.where(counts > 0, some * (1 - 1 / (9 * some) - z / (3 * np.sqrt(some))) ** 3, 0.0)
    return low, more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3
