"""Whether chances that were told came true: slope, reliability by tenths, skill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.normal import two_sided_z
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEAST = 20
STEPS, CLOSE = 50, 1e-10
EDGE = 1e-4


@dataclass(frozen=True, slots=True)
class Tenth:
    """Of what was told between low and high: how many, what was told on average, and the share that came true."""

    low: float
    high: float
    n: int
    told: float
    came: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """slope: of the logistic regression of what came on the log odds that were told, 1 where these are right; with its interval.

    intercept: above 0, more came than was told. skill: the part of the base's squared error that the chances save.
    """

    n: int
    came: int
    slope: float
    low: float
    high: float
    intercept: float
    brier: float
    skill: float
    tenths: tuple[Tenth, ...]


def calibration(told: Floats, came: npt.NDArray[np.bool_], base: Floats, of: Ints, level: float = 0.95) -> Calibration:
    """told: chances; came: whether; base: the chances of a plainer rule; of: the number of whom each is about. All of shape (n,).

    The standard error of the slope lets chances about the same one depend on each other. Refuses fewer than 20 that came true, or
    20 that did not, and chances that are all alike.
    Source: Cox 1958; Brier 1950; Liang and Zeger 1986 for the standard error.
    """
    true = int(came.sum())
    if min(true, came.size - true) < LEAST:
        raise CannotEstimate("calibration", got=f"{true} that came true of {came.size}", need=f"{LEAST} that did and {LEAST} that did not")
    chance = np.clip(told, EDGE, 1 - EDGE)
    if np.ptp(chance) < CLOSE:
        raise CannotEstimate("calibration", got="the same chance in every case", need="chances that differ")
    x = np.column_stack([np.ones(chance.size), np.log(chance / (1 - chance))])
    values, error = _logistic(x, came.astype(np.float64), of)
    z = two_sided_z(level)
    brier, plain = float(((told - came) ** 2).mean()), float(((base - came) ** 2).mean())
    return Calibration(
        came.size, true, values[1], values[1] - z * error, values[1] + z * error, values[0], brier,
        1 - brier / plain if plain > 0 else 0.0, _tenths(told, came),
    )  # fmt: skip


def _logistic(x: Floats, y: Floats, of: Ints) -> tuple[list[float], float]:
    """Coefficients by Newton's steps, and the standard error of the second by clusters."""
    values = np.array([0.0, 1.0])
    for _ in range(STEPS):
        fitted = 1 / (1 + np.exp(-(x @ values)))
        bread = x.T @ (x * (fitted * (1 - fitted))[:, None])
        step = np.linalg.solve(bread, x.T @ (y - fitted))
        values = values + step
        if np.abs(step).max() < CLOSE:
            break
    fitted = 1 / (1 + np.exp(-(x @ values)))
    inverse = np.linalg.inv(x.T @ (x * (fitted * (1 - fitted))[:, None]))
    _, cluster = np.unique(of, return_inverse=True)
    scores = np.column_stack([np.bincount(cluster, weights=column * (y - fitted)) for column in x.T])
    return values.tolist(), float(np.sqrt((inverse @ (scores.T @ scores) @ inverse)[1, 1]))


def _tenths(told: Floats, came: npt.NDArray[np.bool_]) -> tuple[Tenth, ...]:
    place = np.minimum((told * 10).astype(np.int64), 9)
    found = []
    for tenth in range(10):
        there = place == tenth
        if there.any():
            found.append(Tenth(tenth / 10, (tenth + 1) / 10, int(there.sum()), float(told[there].mean()), float(came[there].mean())))
    return tuple(found)
