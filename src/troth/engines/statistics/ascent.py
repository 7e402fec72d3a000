"""The maximum of a function of a few numbers whose slopes are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Slopes = tuple[float, Floats, Floats]

STEPS, CLOSE = 100, 1e-9
# In the logarithms that are asked for, a step of more would leave what the bend knows of.
LONGEST = 2.0


def ascend(
    start: Floats, slopes: Callable[[Floats], Slopes], *, least: Floats | float = -np.inf, most: Floats | float = np.inf
) -> Floats | None:  # fmt: skip
    """Newton's steps uphill, halved until they gain; None where no maximum is found in 100 of them.

    start: shape (k,). slopes: of a place its value, slope (k,) and bend (k, k). least, most: of all, or shape (k,); where one number lies
    outside them the way ends there, since on that side the function only flattens. Where it does not bend down, the step follows the
    bend's axes with their signs turned, so that it goes uphill.
    Source: Nocedal and Wright 2006, section 3.4, modified Newton's method by eigenvalues.

    >>> top = ascend(np.array([3.0]), lambda at: (-float((at**2).sum()), -2 * at, np.array([[-2.0]])))
    >>> None if top is None else abs(round(float(top[0]), 9))
    0.0
    """
    at = start
    value, slope, bend = slopes(at)
    for _ in range(STEPS):
        sizes, axes = np.linalg.eigh(bend)
        step = axes @ ((axes.T @ slope) / np.maximum(np.abs(sizes), CLOSE))
        step = step / max(1.0, float(np.abs(step).max()) / LONGEST)
        while True:
            after = slopes(at + step)
            if after[0] >= value or np.abs(step).max() < CLOSE:
                break
            step = step / 2
        at, gained = at + step, after[0] - value
        value, slope, bend = after
        if ((at > most) | (at < least)).any() or np.abs(step).max() < CLOSE or (abs(gained) < CLOSE and np.abs(slope).max() < CLOSE):
            return np.asarray(at)
    return None


def covariance(at: Floats, bend: Floats, *, least: Floats | float = -np.inf, most: Floats | float = np.inf) -> Floats:
    """Of estimates that `ascend` found, from the bend of the log likelihood there. Shape (k, k).

    A number at an edge is one that the data do not tell from it: it has no spread, and the others theirs beside it.

    >>> covariance(np.array([0.0, 13.0]), np.array([[-4.0, 0], [0, 0]]), most=12.0).tolist()
    [[0.25, 0.0], [0.0, 0.0]]
    """
    free = np.flatnonzero((at <= most) & (at >= least))
    found = np.zeros(bend.shape)
    found[np.ix_(free, free)] = np.linalg.pinv(-bend[np.ix_(free, free)], hermitian=True)
    return found
