"""Units of the operation compared by a metric, and those that do much with little while customers think less of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from troth.app.answers.charts import SEED, USUAL
from troth.app.answers.metrics import Told, dimensions_of, metric_ground, tell_metric
from troth.app.reading import Reading
from troth.engines.comparing import shrunk_means, shrunk_shares
from troth.engines.comparing.falling import Fallen, efficient_but_falling
from troth.engines.comparing.shrunk import Shrunk
from troth.kernel.errors import BadValue, CannotEstimate
from troth.kernel.refusal import Refusal, refuse
from troth.metrics import Answer, Cut, Request
from troth.metrics.answering import NOT_ON_RECORD
from troth.metrics.kinds.quantile import share_of
from troth.metrics.units import FEWEST_OF_A_MEAN, Better, Cell, Compared, Measure, Own, above, compared, compared_above
from troth.metrics.units.cells import MEASURES, Basis, cell_of, comparable

Slice = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """How units stand beside each other. by: what a unit is: a dimension of the company, or an expression.

    adjust: what tells cases apart that are harder than others. peers: units are compared with those alone that have the same of this.
    cut: which days count.
    """

    by: str
    cut: Cut = field(default_factory=Cut)
    adjust: tuple[str, ...] = ()
    peers: str | None = None

    @classmethod
    def of(
        cls, by: str, *, adjust: Sequence[str] = (), peers: str | None = None, since: str | None = None, until: str | None = None
    ) -> SideBySide:  # fmt: skip
        """As people write it. since, until: local days, both counted. Raises BadValue."""
        return cls(by, Request.of(since=since, until=until).cut, tuple(adjust), peers)

    @property
    def before(self) -> tuple[str, ...]:
        return () if self.peers is None else (self.peers,)

    def request(self, *more: str) -> Request:
        """Cases by peers and units, and by more."""
        return Request((*self.before, self.by, *more), self.cut)


@dataclass(frozen=True, slots=True)
class UnitsTold:
    """groups: one for each value of `peers`, one without. unplaced: cases of which no unit is on record. refusal: for all of them."""

    told: Told
    by: str
    adjust: tuple[str, ...]
    peers: str | None
    groups: tuple[Compared, ...]
    unplaced: int
    refusal: Refusal | None = None

    @property
    def measure(self) -> Measure:
        return MEASURES.get(self.told.answer.definition.kind, "value")

    @property
    def unit(self) -> str:
        """Of what units are compared by, which is not always the metric's own."""
        return {"value": self.told.answer.unit, "share_above": "share", "ended_of_expected": ""}[self.measure]

    @property
    def quantile(self) -> float:
        """Which one the metric is; the median where it names none."""
        return float(share_of(self.told.answer.definition))

    @property
    def better(self) -> Better:
        """Which way of what units are compared by."""
        return next((one.better for one in self.groups), self.told.answer.definition.better)


@dataclass(frozen=True, slots=True)
class FallingUnit:
    """efficiency: drawn towards the others, in the metric's unit. slope: of the rating a month, its interval; q: by which it is named."""

    name: str
    efficiency: float
    slope: float
    low: float
    high: float
    q: float
    months: int


@dataclass(frozen=True, slots=True)
class FallingTold:
    """efficient: units surely above the others; thin: those of them with too few months to say whether they fall."""

    efficiency: Told
    rating: Told
    by: str
    units: tuple[FallingUnit, ...]
    efficient: tuple[str, ...]
    thin: tuple[str, ...]
    compared: int
    centre: float | None
    refusal: Refusal | None = None


def compare_units(reading: Reading, name: str, asked: SideBySide, rng: np.random.Generator | None = None) -> UnitsTold:
    """Units by what a metric says of each, their case mix taken out where one is named.

    rng: of the draws for ranks; without it the same each time.
    Raises as `tell_metrics` does, and BadValue for a metric that says how big a unit is and not how good.
    """
    told = tell_metric(reading, name, asked.request())
    basis = comparable(told.answer)
    adjust, peers = asked.adjust, asked.peers
    mixed = tell_metric(reading, name, asked.request(*adjust)) if adjust else told
    chance = rng or np.random.Generator(np.random.PCG64(SEED))
    width = len(asked.before)
    unplaced = sum(one.n or 0 for one in told.answer.readings if one.slice is not None and one.slice[width] == NOT_ON_RECORD)
    if refusal := _refused(told.answer, mixed.answer):
        return UnitsTold(told, asked.by, adjust, peers, (), unplaced, refusal)
    definition = told.answer.definition
    own = _own(told.answer, width) if basis in ("quantile", "time_to") else {}
    if basis == "quantile":
        how = (reading.context.engine, name, definition, asked.request(*adjust), metric_ground(reading), dimensions_of(reading), width)
        by_shares = compared_above(lambda without: above(*how, without), width, better=definition.better, rng=chance, own=own)
        return UnitsTold(told, asked.by, adjust, peers, tuple(by_shares), unplaced)
    groups: dict[str, dict[str, dict[Slice, Cell]]] = {}
    for key, cell in _cells(told.answer, mixed.answer, basis):
        group, unit = key[0] if peers else "", key[width]
        if unit != NOT_ON_RECORD:
            groups.setdefault(group, {}).setdefault(unit, {})[key[width + 1 :]] = cell
    found = [
        compared(units, better=definition.better, rng=chance, peers=group or None, own=own.get(group))
        for group, units in sorted(groups.items())
    ]
    return UnitsTold(told, asked.by, adjust, peers, tuple(found), unplaced)


def _cells(whole: Answer, mixed: Answer, basis: Basis) -> Iterator[tuple[Slice, Cell]]:
    """Of whole units, and by what tells their cases apart; of a mix a share and a wait need the second alone."""
    if mixed is whole or basis == "average":
        yield from ((one.slice, cell_of(one, basis)) for one in whole.readings if one.slice is not None)
    if mixed is not whole:
        yield from ((one.slice, cell_of(one, basis)) for one in mixed.readings if one.slice is not None)


def _own(answer: Answer, width: int) -> dict[str, dict[str, Own]]:
    """What the metric says of each unit, by peers."""
    found: dict[str, dict[str, Own]] = {}
    for one in answer.readings:
        if one.slice is not None:
            found.setdefault(one.slice[0] if width else "", {})[one.slice[width]] = Own(one.value, one.low, one.high)
    return found


def efficient_falling(reading: Reading, efficiency: str, rating: str, by: str, cut: Cut) -> FallingTold:
    """Units surely more efficient than the others whose rating falls month by month, chance in so many units allowed for.

    efficiency, rating: metrics of the book that say which way is better, each an average or a share. Months that are not over are left out.
    Raises as `compare_units` does, and BadValue for a metric that does not say which way is up.
    """
    request = Request((by,), cut)
    first, second = tell_metric(reading, efficiency, request), tell_metric(reading, rating, request.grained(USUAL))
    for one in (first, second):
        comparable(one.answer, averaged=True)
        if one.answer.definition.better is None:
            raise BadValue(
                f"'{one.answer.metric}' does not say which way is up", got="no better", allowed="better: higher, or better: lower"
            )
    basis, up = comparable(first.answer, averaged=True), 1.0 if first.answer.definition.better == "higher" else -1.0
    cells = {one.slice[0]: cell_of(one, basis) for one in first.answer.readings if one.slice is not None and one.slice[0] != NOT_ON_RECORD}
    names = sorted(name for name, cell in cells.items() if cell.n and (basis == "share" or (cell.n >= FEWEST_OF_A_MEAN and cell.error)))
    if refusal := _refused(first.answer, second.answer):
        return FallingTold(first, second, by, (), (), (), len(names), None, refusal)
    try:
        shrunk = _shrunk([cells[name] for name in names], basis, up)
        opinion, months = _opinions(second, names)
        fallen: Fallen = efficient_but_falling(shrunk, opinion)
    except CannotEstimate as error:
        return FallingTold(first, second, by, (), (), (), len(names), None, refuse(error))
    sign = 1.0 if second.answer.definition.better == "higher" else -1.0
    units = []
    for each in fallen.units:
        low, high = sorted((sign * each.slope.low, sign * each.slope.high))
        back = _back(each.efficiency, basis, up)
        units.append(FallingUnit(names[each.unit], back, sign * each.slope.value, low, high, each.q, int(months[each.unit])))
    return FallingTold(
        first, second, by, tuple(units), tuple(names[at] for at in fallen.efficient), tuple(names[at] for at in fallen.thin),
        len(names), _back(shrunk.centre, basis, up),
    )  # fmt: skip


def _refused(*answers: Answer) -> Refusal | None:
    if any(one.estimated for one in answers):
        return Refusal("units of a sample compared", "strata with weights", "all of the cases", "Load all of them.")
    if any(reading.hidden for one in answers for reading in one.readings):
        return Refusal(
            "units compared", "cells too small to be shown", "cells of the metric's minimum or more", "Tell cases apart by less."
        )
    return None


def _shrunk(cells: Sequence[Cell], basis: str, up: float) -> Shrunk:
    """Efficiency as more is better: of a share its other outcome, of an average its negative, where less is."""
    if basis == "share":
        n = np.array([cell.n for cell in cells], dtype=np.int64)
        events = np.array([cell.events for cell in cells], dtype=np.int64)
        return shrunk_shares(events if up > 0 else n - events, n)
    values, errors = (np.array([getattr(cell, field) for cell in cells], dtype=np.float64) for field in ("value", "error"))
    return shrunk_means(up * values, errors)


def _back(value: float, basis: str, up: float) -> float:
    if basis == "share":
        return value if up > 0 else 1 - value
    return up * value


def _opinions(rating: Told, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Ratings as more is better, a row for each unit, a column for each whole month; and how many months each has."""
    sign = 1.0 if rating.answer.definition.better == "higher" else -1.0
    whole = [one for one in rating.answer.readings if one.slice is not None and not one.so_far and one.value is not None]
    months = sorted({one.period for one in whole if one.period is not None})
    found = np.full((len(names), len(months)), np.nan)
    for one in whole:
        assert one.slice is not None
        assert one.period is not None
        assert one.value is not None
        if one.slice[0] in names:
            found[names.index(one.slice[0]), months.index(one.period)] = sign * one.value
    return found, (~np.isnan(found)).sum(axis=1)
