"""Ranks with their doubt: where two overlap there is no telling which is better."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.normal import normal_quantile
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
FEWEST_DRAWS = 200
TOGETHER = 64
NO_DIFFERENCE = "no difference"


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """Shape (units,), from 1, the best. middle: the median rank. low, high: ranks that hold the true one with the level asked for."""

    middle: Ints
    low: Ints
    high: Ints
    draws: int

    def between(self, first: int, second: int) -> str:
        """What may be said of two units: which ranks ahead, or that their ranks overlap.

        >>> ranks(np.array([[1.0, 5.0]] * 500), best="high").between(0, 1)
        'second ahead'
        """
        if self.high[first] < self.low[second]:
            return "first ahead"
        return "second ahead" if self.high[second] < self.low[first] else NO_DIFFERENCE

    def apart(self, unit: int) -> tuple[Ints, Ints]:
        """The units that one ranks surely ahead of, and those that rank surely ahead of it.

        >>> [found.tolist() for found in ranks(np.array([[1.0, 5.0]] * 500), best="high").apart(0)]
        [[], [1]]
        """
        return np.flatnonzero(self.low > self.high[unit]), np.flatnonzero(self.high < self.low[unit])


def ranks(draws: Floats, *, best: Literal["high", "low"], level: float = 0.95) -> Ranks:
    """Ranks of units from draws of their true values, such as `drawn_shares` gives.

    draws: shape (draws, units). best: whether more is better. Equal values share the better rank.
    Refuses fewer than 200 draws, fewer than 2 units, and values that are not finite.
    Source: Goldstein and Spiegelhalter 1996, section 5 (intervals of ranks by simulation).

    >>> chance = np.random.Generator(np.random.PCG64(1))
    >>> found = ranks(drawn_means(np.array([1.0, 1.1, 9.0]), np.full(3, 0.5), 1000, chance), best="high")
    >>> found.low.tolist(), found.high.tolist(), found.between(0, 1)
    ([2, 2, 1], [3, 3, 1], 'no difference')
    """
    normal_quantile(level)  # refuses what is no level
    if draws.ndim != 2 or draws.shape[0] < FEWEST_DRAWS or draws.shape[1] < 2 or not np.isfinite(draws).all():
        raise CannotEstimate("ranks", got=f"draws of shape {draws.shape}", need=f"at least {FEWEST_DRAWS} finite draws of at least 2 units")
    # As wide as ranks need and in parts that stay near the processor: for a thousand units it is memory that takes the time.
    number = np.empty(draws.shape, dtype=np.int16 if draws.shape[1] <= np.iinfo(np.int16).max else np.int32)
    for at in range(0, draws.shape[0], TOGETHER):
        part = draws[at : at + TOGETHER]
        signed = -part if best == "high" else part
        order = np.argsort(signed, axis=1)
        places = _places(np.take_along_axis(signed, order, axis=1))
        np.put_along_axis(number[at : at + TOGETHER], order, places.astype(number.dtype), axis=1)
    # Whole numbers of 16 bits are sorted by their digits, which is a quarter of the time that finding three places takes.
    ordered, tail = np.sort(np.ascontiguousarray(number.T), axis=1, kind="stable"), (1 - level) / 2
    low, middle, high = (ordered[:, _at(chance, draws.shape[0])].astype(np.int64) for chance in (tail, 0.5, 1 - tail))
    return Ranks(middle, low, high, draws.shape[0])


def _at(chance: float, draws: int) -> int:
    """The place among ordered draws at and below which that share of them lies, as the inverse of their distribution has it."""
    return min(max(ceil(chance * draws) - 1, 0), draws - 1)


def _places(ordered: Floats) -> Ints:
    """The rank at each place of rows that are in their order: its number, of equal values the first of theirs."""
    places = np.broadcast_to(np.arange(1, ordered.shape[1] + 1), ordered.shape)
    again = ordered[:, 1:] == ordered[:, :-1]
    if not again.any():
        return places
    begins = np.hstack((np.ones((ordered.shape[0], 1), dtype=bool), ~again))
    return np.asarray(np.maximum.accumulate(np.where(begins, places, 0), axis=1))


def drawn_shares(events: Ints, n: Ints, towards: float, strength: float, count: int, rng: np.random.Generator) -> Floats:
    """Draws of units' true shares, given what units are like (`shrunk_shares`). Shape (count, units).

    >>> drawn_shares(np.array([9, 1]), np.array([10, 10]), 0.5, 4.0, 3, np.random.Generator(np.random.PCG64(1))).shape
    (3, 2)
    """
    _refuse_parts(events <= n, towards * strength > 0, "drawn shares")
    return rng.beta(events + towards * strength, n - events + (1 - towards) * strength, size=(count, events.size))


def drawn_rates(counts: Ints, exposure: Floats, towards: float, strength: float, count: int, rng: np.random.Generator) -> Floats:
    """Draws of units' true rates, given what units are like (`shrunk_rates`). Shape (count, units).

    >>> drawn_rates(np.array([9, 1]), np.array([10.0, 10.0]), 0.5, 4.0, 3, np.random.Generator(np.random.PCG64(1))).shape
    (3, 2)
    """
    _refuse_parts(exposure > 0, towards * strength > 0, "drawn rates")
    return rng.gamma(counts + towards * strength, 1 / (exposure + strength), size=(count, counts.size))


def drawn_means(means: Floats, errors: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Draws of units' true means, from the means and their standard errors. Shape (count, units).

    >>> drawn_means(np.array([1.0, 2.0]), np.array([0.1, 0.1]), 3, np.random.Generator(np.random.PCG64(1))).shape
    (3, 2)
    """
    _refuse_parts(errors > 0, bool(np.isfinite(means).all()), "drawn means")
    return rng.normal(means, errors, size=(count, means.size))


def _refuse_parts(each: npt.NDArray[np.bool_], whole: bool, what: str) -> None:  # noqa: FBT001
    if not (bool(each.all()) and whole):
        raise CannotEstimate(what, got="counts above cases, or what is not above 0", need="counts within cases, and all else above 0")
