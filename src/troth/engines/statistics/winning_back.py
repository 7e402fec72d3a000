"""Which part of what would be lost is kept: losses of some beside the losses of others alike, over strata that are alike."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.normal import two_sided_z
from troth.kernel.errors import CannotEstimate

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WonBack:
    """value: of 1, the part of the loss that was kept; below 0 where more was lost. low, high: its interval, which may lie beyond 0 and 1.

    expected: how many of them would be lost if they fared as the others. lost: how many were. strata: in which both are.
    """

    value: float
    low: float
    high: float
    expected: float
    lost: float
    strata: int


def won_back(n: Counts, stayed: Counts, usual: Floats, errors: Floats | None = None, *, level: float = 0.95) -> WonBack:
    """1 - lost / expected, with an interval by Fieller for the ratio of the two.

    n, stayed, usual: shape (s, 2), by stratum; first those who were helped, then the others: how many there are, how many of them stayed,
    and how many would have stayed had nothing happened, as those did to whom nothing did. errors: shape (s, 2, 2), the covariances of
    usual; without them it is taken as known. Lost is usual - stayed; expected gives those helped the share of their usual that the others
    of the same stratum lost. Strata without one of the two count for nothing. Shares bear the errors of (stayed + 1) / (n + 2). Refuses
    losses of the others that are not told from none. Source: Fieller 1954; Agresti and Coull 1998 (shares); the delta method (usual).

    >>> found = won_back(np.array([[200, 400]]), np.array([[176, 240]]), np.array([[180.0, 360.0]]))
    >>> round(found.value, 3), round(found.expected, 1)
    (0.933, 60.0)
    """
    both = (n > 0).all(axis=1) & (usual > 0).all(axis=1)
    errors = np.zeros((len(n), 2, 2)) if errors is None else errors
    n, stayed, usual, errors = n[both], stayed[both], usual[both], errors[both]
    share = (stayed + 1) / (n + 2)
    variance = n * share * (1 - share)
    scale, loss = usual[:, 0] / usual[:, 1], 1 - stayed[:, 1] / usual[:, 1]
    lost, expected = float((usual[:, 0] - stayed[:, 0]).sum()), float((scale * (usual[:, 1] - stayed[:, 1])).sum())
    # usual moves lost - r * expected by (1, 0) - r * turn, so that its error is a square in r, as Fieller's is.
    turn = np.stack([loss, scale * (1 - loss)], axis=1)
    of_lost = float((variance[:, 0] + errors[:, 0, 0]).sum())
    of_both = float(np.einsum("si,si->", turn, errors[:, 0]))
    of_expected = float((scale**2 * variance[:, 1]).sum() + np.einsum("si,sij,sj->", turn, errors, turn))
    z = two_sided_z(level)
    if expected <= z * sqrt(of_expected):
        raise CannotEstimate(
            "which part of a loss was kept", got=f"{expected:.1f} that would be lost, give or take {z * sqrt(of_expected):.1f}",
            need="a loss of those not helped that is told from none", settle="A longer time, or more of both.",
        )  # fmt: skip
    square, middle, last = expected**2 - z**2 * of_expected, lost * expected - z**2 * of_both, lost**2 - z**2 * of_lost
    root = sqrt(max(0.0, middle**2 - square * last))
    return WonBack(1 - lost / expected, 1 - (middle + root) / square, 1 - (middle - root) / square, expected, lost, int(both.sum()))
