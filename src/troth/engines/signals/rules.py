"""Rules by which a control chart gives a signal, as sets that the field knows by name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.engines.charts.chart import ON_THE_LIMIT, Chart
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
FROM_ONE = np.zeros(1, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Zone:
    """`count` of `of` points in a row lie on one side, further than so many sigmas from the centre; the last of them is one of these."""

    name: str
    count: int
    of: int
    sigmas: float

    def fires(self, z: Floats, starts: Ints) -> Bools:
        bound = self.sigmas * (1 + ON_THE_LIMIT)
        return np.asarray(self._side(z > bound, starts) | self._side(z < -bound, starts))

    def _side(self, there: Bools, starts: Ints) -> Bools:
        if self.count == self.of:
            return _all_of(there, self.count, starts)
        counted = there.astype(np.int8)
        for back in range(1, self.of):
            counted[..., back:] += _before(there, back, starts)[..., back:]
        return np.asarray(there & (counted >= self.count))


@dataclass(frozen=True, slots=True)
class Trend:
    """So many points in a row, each above the one before, or each below; equal ones break the row."""

    name: str
    points: int

    def fires(self, z: Floats, starts: Ints) -> Bools:
        rising, falling = _moves(z, starts)
        return np.asarray(_all_of(rising, self.points - 1, starts) | _all_of(falling, self.points - 1, starts))


@dataclass(frozen=True, slots=True)
class Alternating:
    """So many points in a row that go up and down in turn; equal ones break the row."""

    name: str
    points: int

    def fires(self, z: Floats, starts: Ints) -> Bools:
        rising, falling = _moves(z, starts)
        turned = (rising & _before(falling, 1, starts)) | (falling & _before(rising, 1, starts))
        return _all_of(turned, self.points - 2, starts)


@dataclass(frozen=True, slots=True)
class Hugging:
    """So many points in a row, none further than a sigma from the centre: limits too wide, or kinds of points mixed in each."""

    name: str
    points: int

    def fires(self, z: Floats, starts: Ints) -> Bools:
        return _all_of(np.abs(z) <= 1 + ON_THE_LIMIT, self.points, starts)


@dataclass(frozen=True, slots=True)
class Split:
    """So many points in a row, all further than a sigma from the centre, on both sides: two processes in one series."""

    name: str
    points: int

    def fires(self, z: Floats, starts: Ints) -> Bools:
        high, low = z > 1 + ON_THE_LIMIT, z < -1 - ON_THE_LIMIT
        alike = _all_of(high, self.points, starts) | _all_of(low, self.points, starts)
        return np.asarray(_all_of(high | low, self.points, starts) & ~alike)


Rule = Zone | Trend | Alternating | Hugging | Split

ONE_BEYOND = Zone("one beyond 3 sigma", 1, 1, 3.0)
TWO_OF_THREE = Zone("two of three beyond 2 sigma", 2, 3, 2.0)
FOUR_OF_FIVE = Zone("four of five beyond 1 sigma", 4, 5, 1.0)

# Western Electric, Statistical Quality Control Handbook, 1956.
WESTERN_ELECTRIC: tuple[Rule, ...] = (ONE_BEYOND, TWO_OF_THREE, FOUR_OF_FIVE, Zone("eight on one side", 8, 8, 0.0))
# Nelson 1984, The Shewhart control chart: tests for special causes; in his order.
NELSON: tuple[Rule, ...] = (
    ONE_BEYOND,
    Zone("nine on one side", 9, 9, 0.0),
    Trend("six rising or falling", 6),
    Alternating("fourteen up and down in turn", 14),
    TWO_OF_THREE,
    FOUR_OF_FIVE,
    Hugging("fifteen within 1 sigma", 15),
    Split("eight beyond 1 sigma on both sides", 8),
)


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """at: positions, from 0 and rising, at which the rule fires: each the last point of a pattern."""

    rule: Rule
    at: Ints


def signals(chart: Chart, rules: tuple[Rule, ...] = WESTERN_ELECTRIC) -> tuple[Signal, ...]:
    """Which rules fire on a chart, and where; rules that do not are left out. No pattern reaches over the beginning of a phase.

    More rules see more and cry wolf more: the four of Western Electric every 92 points of a process that does not change, the
    first alone every 370 (`average_run_length`).
    Refuses rules other than the first on charts whose points depend on each other, such as moving ranges and averages.
    Source: Western Electric 1956; Nelson 1984.

    >>> from troth.engines.charts import c_chart
    >>> found = signals(c_chart(np.array([16, 15, 20, 14] * 3 + [17] * 8 + [40])), WESTERN_ELECTRIC)
    >>> [(one.rule.name, one.at.tolist()) for one in found]
    [('one beyond 3 sigma', [20]), ('eight on one side', [18, 19])]
    """
    if not chart.independent:
        if any(rule != ONE_BEYOND for rule in rules):
            raise CannotEstimate(
                f"run rules on a chart of {chart.kind}", got="points that depend on their neighbours", need="the first rule alone"
            )
        return (Signal(ONE_BEYOND, chart.beyond),) if chart.beyond.size else ()
    found = [Signal(rule, chart.beyond if rule == ONE_BEYOND else np.flatnonzero(rule.fires(chart.z, chart.starts))) for rule in rules]
    return tuple(one for one in found if one.at.size)


def first_signals(z: Floats, rules: tuple[Rule, ...]) -> Ints:
    """For each of many series the position of its first signal, by whichever rule; the length of the series where there is none.

    z: shape (series, n), distances from the centre in sigmas.

    >>> first_signals(np.array([[0.0, 3.01, 0.0], [3.0, 2.1, -2.1]]), WESTERN_ELECTRIC).tolist()
    [1, 1]
    """
    fired = np.zeros(z.shape, dtype=bool)
    for rule in rules:
        fired |= rule.fires(z, FROM_ONE)
    return np.asarray(np.where(fired.any(axis=-1), fired.argmax(axis=-1), z.shape[-1]))


def _before(there: Bools, back: int, starts: Ints) -> Bools:
    """What was so many points earlier, in the same phase; False where there is no such point."""
    found = np.zeros_like(there)
    found[..., back:] = there[..., :-back]
    _clear(found, starts, back)
    return found


def _all_of(there: Bools, points: int, starts: Ints) -> Bools:
    """Where this point and those before it, so many in all, are there and of one phase: by doubling."""
    found, length = there, 1
    while length < points:
        back = min(length, points - length)
        later = np.zeros_like(found)
        np.logical_and(found[..., back:], found[..., :-back], out=later[..., back:])
        found, length = later, length + back
    if points > 1:
        _clear(found, starts, points - 1)
    return found


def _moves(z: Floats, starts: Ints) -> tuple[Bools, Bools]:
    rising, falling = np.zeros(z.shape, dtype=bool), np.zeros(z.shape, dtype=bool)
    np.greater(z[..., 1:], z[..., :-1], out=rising[..., 1:])
    np.less(z[..., 1:], z[..., :-1], out=falling[..., 1:])
    _clear(rising, starts, 1)
    _clear(falling, starts, 1)
    return rising, falling


def _clear(found: Bools, starts: Ints, points: int) -> None:
    """The first so many points of each phase are not found."""
    if starts.size == 1:
        found[..., :points] = False
        return
    places = (starts[:, None] + np.arange(points)).ravel()
    found[..., places[places < found.shape[-1]]] = False
