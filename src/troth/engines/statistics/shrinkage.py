"""Shares of small groups, drawn towards the share of what they belong to: the beta-binomial model, its strength estimated."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.beta import beta_interval
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
WEAKEST, STRONGEST = 1.0, 1e6


def prior_strength(successes: Floats, cases: Floats, parent: Ints) -> float:
    """How many cases a parent's share is worth to its groups: 1 / rho - 1, by the moments of the spread of groups within parents.

    successes, cases: shape (groups,). parent: shape (groups,), the number of each group's parent. Where groups spread no more than chance
    does, 1,000,000; at least 1. Refuses where no parent has two groups and both outcomes.
    Source: Kleinman 1973; the weighted estimator with weights of the cases.

    >>> prior_strength(np.array([2.0, 8.0]), np.array([10.0, 10.0]), np.array([0, 0])) < 3
    True
    """
    parents = int(parent.max(initial=-1)) + 1
    there = cases > 0
    n, k, of = cases[there], successes[there], parent[there]
    groups = np.bincount(of, minlength=parents)
    total, broken, squares = (np.bincount(of, weights=w, minlength=parents) for w in (n, k, n * n))
    usable = (groups > 1) & (broken > 0) & (broken < total)
    if not usable.any():
        raise CannotEstimate("strength of a prior", got="no parent with two groups and both outcomes", need="at least one")
    share = np.where(usable, broken / np.where(total > 0, total, 1), 0.5)
    spread = np.bincount(of, weights=(k - n * share[of]) ** 2 / n, minlength=parents) / (share * (1 - share))
    over = (spread - (groups - 1))[usable].sum()
    scale = (total - squares / np.where(total > 0, total, 1) - (groups - 1))[usable].sum()
    rho = over / scale if scale > 0 else 0.0
    return float(np.clip(1 / rho - 1, WEAKEST, STRONGEST)) if rho > 0 else STRONGEST


def shrink(successes: Floats, cases: Floats, towards: Floats, strength: Floats | float) -> Floats:
    """The mean of each group's share: (successes + strength * towards) / (cases + strength). All of one shape."""
    return (successes + strength * towards) / (cases + strength)


def share_interval(
    successes: Floats, cases: Floats, towards: Floats, strength: Floats | float, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Limits between which the true share of a group lies, as often as `level` over groups like these. All of shape (n,)."""
    prior = np.clip(towards, 1e-9, 1 - 1e-9) * strength
    return beta_interval(successes + prior, cases - successes + strength - prior, level)
