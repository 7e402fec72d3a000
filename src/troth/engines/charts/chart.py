"""A series with its limits, and from which of its points these are learnt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Kind = Literal["X", "mR", "p", "p'", "u", "u'", "c", "X-bar", "R", "S", "g", "t", "EWMA"]

# A sigma from twelve moving ranges is off by a quarter either way; limits from fewer points say more of chance than of the process.
FEWEST = 12
SIGMAS = 3.0
# A point on the limit is no signal, even where rounding puts it a hair beyond.
ON_THE_LIMIT = 1e-9
# Equal values differ by rounding from each other and from the centre they make.
STILL = 1e-12


@dataclass(frozen=True, slots=True)
class Plan:
    """Where limits begin anew, and what they are learnt from.

    starts: positions, from 0, where a new phase begins, such as a change of the process or the next of many units; the first point begins
    one always. learn: (first, end) of the points from which the limits of all points are learnt, so that they stand still while
    the series goes on; None: each phase learns from all of its own points. fewest: points that limits are learnt from, at least 2.
    Raises CannotEstimate for starts that do not rise, and for both starts and points to learn from.
    """

    starts: tuple[int, ...] = ()
    learn: tuple[int, int] | None = None
    fewest: int = FEWEST

    def __post_init__(self) -> None:
        if list(self.starts) != sorted(set(self.starts)) or any(start < 0 for start in self.starts):
            raise CannotEstimate("plan of a chart", got=f"starts {self.starts[:5]}", need="positions from 0 that rise")
        if self.learn is not None and (set(self.starts) - {0} or not 0 <= self.learn[0] < self.learn[1]):
            raise CannotEstimate(
                "plan of a chart", got=f"learn {self.learn}, starts {self.starts[:5]}", need="phases, or points to learn from"
            )
        if self.fewest < 2:
            raise CannotEstimate("plan of a chart", got=f"fewest {self.fewest}", need="at least 2")


AS_ONE = Plan()


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A series with its limits: shape (n,) each, in order of time, in the unit of the series.

    z: distance from the centre, 3 where the limits are, NaN where there is no point. starts: where each phase begins.
    sigma: one a phase: the spread of single values on charts of values; how many times that of counting alone on charts of counts.
    independent: whether one point says nothing of the next as long as nothing changes; rules on runs hold for such charts only.
    """

    kind: Kind
    points: Floats
    centre: Floats
    low: Floats
    high: Floats
    z: Floats
    starts: Ints
    sigma: Floats
    independent: bool = True

    @property
    def beyond(self) -> Ints:
        """Positions, from 0, of the points outside the limits; on the limit is not outside."""
        hair = ON_THE_LIMIT * (self.high - self.low)
        return np.flatnonzero((self.points > self.high + hair) | (self.points < self.low - hair))


@dataclass(frozen=True, slots=True)
class Pair:
    """A chart of where the values lie, and one of how far they lie apart; look at the second first."""

    location: Chart
    spread: Chart


@dataclass(frozen=True, slots=True, eq=False)
class Phases:
    """The phases of a series of n points, and sums over what each learns from."""

    starts: Ints
    sizes: Ints
    learn: tuple[int, int] | None

    def sums(self, values: Floats | Ints) -> Floats:
        """One a phase."""
        if self.learn is not None:
            return np.array([values[self.learn[0] : self.learn[1]].sum()], dtype=np.float64)
        if self.starts.size == 1:
            return np.array([values.sum()], dtype=np.float64)
        return np.asarray(np.add.reduceat(values, self.starts), dtype=np.float64)

    @property
    def counts(self) -> Ints:
        """How many points each phase learns from."""
        return self.sizes if self.learn is None else np.array([self.learn[1] - self.learn[0]])

    def means(self, values: Floats | Ints) -> Floats:
        return self.sums(values) / self.counts

    def median_range(self, ranges: Floats) -> Floats:
        """Of moving ranges; one a phase. That of the first point learnt from reaches out of what is learnt from."""
        ends = self.starts + self.sizes
        pieces = [self.learn] if self.learn is not None else list(zip(self.starts.tolist(), ends.tolist(), strict=True))
        return np.array([np.median(ranges[first + 1 : end]) for first, end in pieces])

    def along(self, values: Floats) -> Floats:
        """One a phase, brought to shape (n,)."""
        if values.size == 1:
            return np.full(int(self.sizes.sum()), float(values[0]))
        return np.repeat(values, self.sizes)

    def moving_ranges(self, values: Floats) -> Floats:
        """Each point's distance from the one before; NaN where a phase begins. Shape (n,)."""
        found = np.empty(values.size)
        np.subtract(values[1:], values[:-1], out=found[1:])
        np.abs(found, out=found)
        found[self.starts] = np.nan
        return found

    def mean_range(self, ranges: Floats) -> Floats:
        """Of moving ranges; one a phase."""
        first = self.starts if self.learn is None else np.array([self.learn[0]])
        kept = ranges[first]
        ranges[first] = 0.0
        sums = self.sums(ranges)
        ranges[first] = kept
        return sums / (self.counts - 1)


def phases(values: Floats, plan: Plan, what: str, *, least: float = -np.inf) -> Phases:
    """The phases of a series, once it is found fit for a chart: finite, at least `least`, enough points in each phase."""
    if values.ndim != 1:
        raise CannotEstimate(what, got=f"shape {values.shape}", need="a series of one dimension")
    if not bool(np.isfinite(values).all()):
        at = int(np.flatnonzero(~np.isfinite(values))[0])
        raise CannotEstimate(what, got=f"no finite number at position {at}", need="a number at every point", settle="Leave the point out.")
    if values.size and float(values.min()) < least:
        raise CannotEstimate(what, got=f"{float(values.min()):g}", need=f"values of at least {least:g}")
    starts = np.array(sorted({0, *plan.starts}), dtype=np.int64)
    if starts[-1] >= max(values.size, 1) or (plan.learn is not None and plan.learn[1] > values.size):
        raise CannotEstimate(what, got=f"{values.size} points", need="phases that lie within the series")
    found = Phases(starts, np.diff(np.append(starts, values.size)), plan.learn)
    fewest = int(found.counts.min())
    if fewest < plan.fewest:
        where = "" if starts.size == 1 else f" in the phase from position {int(starts[found.counts.argmin()])}"
        raise CannotEstimate(what, got=f"{fewest} points{where}", need=f"at least {plan.fewest}", settle="More periods.")
    return found


def refuse_parts(values: Floats | Ints, what: str, of: str) -> None:
    """Refuse what is no whole number of at least 0."""
    if values.dtype.kind not in "iu" and not bool((values == np.floor(values)).all()):
        at = int(np.flatnonzero(values != np.floor(values))[0])
        raise CannotEstimate(what, got=f"{float(values[at]):g} {of} at position {at}", need="whole numbers")


def drawn(
    kind: Kind, points: Floats, centre: Floats, sigma: Floats, found: Phases, spread: Floats, *,
    floor: float = -np.inf, ceiling: float = np.inf, independent: bool = True,
) -> Chart:  # fmt: skip
    """A chart with limits of three sigmas around the centre, cut off where the series cannot go. sigma, centre: shape (n,)."""
    half = SIGMAS * sigma
    low, high = centre - half, centre + half
    if floor > -np.inf:
        np.maximum(low, floor, out=low)
    if ceiling < np.inf:
        np.minimum(high, ceiling, out=high)
    return Chart(kind, points, centre, low, high, (points - centre) / sigma, found.starts, spread, independent)


def refuse_still(spread: Floats, size: Floats, found: Phases, what: str, settle: str = "") -> None:
    """Refuse a phase in which nothing moves. spread: one a phase; size: what rounding is measured by."""
    still = np.flatnonzero(~(spread > STILL * size))
    if still.size:
        at = int(found.starts[still[0]])
        raise CannotEstimate(what, got=f"the same value at every point from position {at}", need="values that move", settle=settle)
