"""Several standings of the same units weighed into one, each with its doubt, and what is not known of a unit told by nobody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
FEWEST = 4


@dataclass(frozen=True, slots=True, eq=False)
class Standings:
    """One measure of units, more being better: shape (units,) each. centre, spread: of the units each is compared with.

    value, error: as far as they are known, NaN where not.
    """

    value: Floats
    error: Floats
    centre: Floats
    spread: Floats

    @property
    def score(self) -> Floats:
        """How many spreads above the centre; NaN where not known."""
        return (self.value - self.centre) / self.spread


def standings(value: Floats, error: Floats, group: npt.NDArray[np.int64]) -> Standings:
    """Units against the centre and the spread of their group.

    value, error: shape (units,), drawn towards the others, with standard errors; NaN where a unit is not known. group: shape (units,), the
    number of each unit's group. The spread is of the units' true values: what the values differ by, and what is not known of each. A unit
    of a group of which fewer than 4 are known is not known.
    Refuses shapes that do not agree and errors not above 0.

    >>> standings(np.array([1.0, 2, 3, 4]), np.full(4, 1e-9), np.zeros(4, dtype=np.int64)).score.round(2).tolist()
    [-1.34, -0.45, 0.45, 1.34]
    """
    agree = value.shape == error.shape == group.shape and value.ndim == 1
    known = ~(np.isnan(value) | np.isnan(error)) if agree else np.zeros(0, dtype=bool)
    if not agree or not (error[known] > 0).all():
        raise CannotEstimate(
            "standings weighed", got=f"shapes {value.shape}, {error.shape}, {group.shape}", need="a value and an error each"
        )
    told, centre, spread = np.full(value.shape, np.nan), np.zeros(value.shape), np.ones(value.shape)
    for number in np.unique(group):
        inside = known & (group == number)
        if inside.sum() >= FEWEST:
            told[inside] = value[inside]
            centre[inside] = value[inside].mean()
            spread[inside] = np.sqrt(value[inside].var() + (error[inside] ** 2).mean())
    return Standings(told, np.where(np.isnan(told), np.nan, error), centre, spread)


def weighed_draws(found: list[Standings], weights: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Draws of what units truly stand at, in spreads, by measures weighed. Shape (count, units).

    weights: shape (measures,), above 0. A measure that a unit is not known by is drawn as of any unit, so that its place is wide and no gap
    in the record is taken for good or bad. Measures' errors are taken not to depend on each other.
    Refuses no measure, and weights not above 0.

    >>> same = standings(np.array([1.0, 2, 3, 4]), np.full(4, 0.1), np.zeros(4, dtype=np.int64))
    >>> weighed_draws([same], np.array([2.0]), 400, np.random.Generator(np.random.PCG64(1))).mean(axis=0).round(1).tolist()
    [-1.3, -0.4, 0.4, 1.3]
    """
    if not found or weights.shape != (len(found),) or not (weights > 0).all():
        raise CannotEstimate(
            "standings weighed", got=f"{len(found)} measures, weights of shape {weights.shape}", need="a weight above 0 for each"
        )
    total = np.zeros((count, found[0].value.size))
    for one, weight in zip(found, (weights / weights.sum()).tolist(), strict=True):
        known = ~np.isnan(one.score)
        middle, wide = np.where(known, one.score, 0.0), np.where(known, one.error / one.spread, 1.0)
        total += weight * (middle + wide * rng.standard_normal(total.shape))
    return total
