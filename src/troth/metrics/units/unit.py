"""What is compared and what is told of it: cells, units, and groups of them that are peers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from troth.engines.comparing.ranking import NO_DIFFERENCE
from troth.engines.comparing.waiting import Waits
from troth.kernel.refusal import Refusal

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Verdict = Literal["as usual", "unusual", "too small to judge"]
Spread = Literal["counting", "added"]
Side = Literal["above", "below"]
Better = Literal["higher", "lower"] | None
Measure = Literal["value", "share_above", "ended_of_expected"]

# The spread between fewer units is not told from the unusual among them: winsorising a tenth of nine takes off none.
FEWEST_TO_SPREAD = 10
# Limits of means are normal ones.
FEWEST_OF_A_MEAN = 10
# At most so large a share of those called unusual is so by chance.
FALSE = 0.05


@dataclass(frozen=True, slots=True)
class Cell:
    """A unit, or its part of one stratum. n: cases. events: of them, of a share. value, error: of an average, its standard error;
    weight: what it is an average over, where that is not cases. waits: how long they last, of how soon they end.
    """

    n: int
    events: int | None = None
    value: float | None = None
    error: float | None = None
    weight: float | None = None
    waits: Waits | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """What a metric says of a unit alone, with its interval, in the metric's unit; None where it cannot be said."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Unit:
    """value: its own, of what units are compared by. expected: what its cases would give if each stratum went as in all units; None where
    no mix was taken out.

    shrunk, low, high: its value, its mix taken out, drawn towards the others, with an interval of 95 %; None where there is none.
    least, most: limits for a unit that is as the others, at 99.8 %; p: the chance of so far off. good: whether an unusual one is so for
    the better. rank, first, last: the median rank and those that hold the true one, 1 the best. ahead, behind: units whose ranks do not
    overlap; of all others there is no difference to be told. own: what the metric says of it, where that is not what units are compared by;
    events: its cases that lie above or have ended; awaited: how many would, if it were as the others.
    """

    name: str
    n: int
    verdict: Verdict
    side: Side | None
    good: bool | None
    value: float | None
    expected: float | None = None
    shrunk: float | None = None
    low: float | None = None
    high: float | None = None
    least: float | None = None
    most: float | None = None
    p: float | None = None
    rank: int | None = None
    first: int | None = None
    last: int | None = None
    ahead: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    own: Own | None = None
    events: int | None = None
    awaited: float | None = None

    @property
    def rank_said(self) -> str:
        if self.rank is None:
            return ""
        held = str(self.first) if self.first == self.last else f"{self.first} to {self.last}"
        return held if self.ahead or self.behind else f"{held}, {NO_DIFFERENCE}"


@dataclass(frozen=True, slots=True)
class Compared:
    """Units of one group of peers, in the order of their names. says: 24 as usual, 2 unusual, 1 too small to judge.

    centre: what they are together, of few units without those far off.
    spread: whether a variance between units was allowed for beside counting; tau: its root.
    fewest: below so many cases no unit of these could have been judged; of observed over expected, so many that are expected.
    measure: what units are compared by: the metric's value; the share of cases above `beyond`, a quantile of all; or how many cases have
    ended for each that would have, if they went as in all units. better: which way of that is. left_out: units of whose cases that quantile
    is not.
    """

    peers: str | None
    units: tuple[Unit, ...]
    says: str
    centre: float | None
    spread: Spread
    tau: float
    fewest: float | None
    refusal: Refusal | None = None
    measure: Measure = "value"
    better: Better = None
    beyond: float | None = None
    left_out: tuple[str, ...] = ()


Units = Mapping[str, Mapping[tuple[str, ...], Cell]]
"""Cells of each unit: one, by (), or one for each stratum of a mix that is taken out; of averages both."""

Found = tuple[tuple[Unit, ...], float, float, float | None]
"""Units told, their centre, tau and fewest, as of Compared."""
