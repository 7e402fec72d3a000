"""The page of units: which measures they can be compared by, how they stand now, and who does much while customers think less of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth.app.answers.benchmarks import Benchmarked, benchmark
from troth.app.answers.metrics import dimensions_of
from troth.app.answers.units import FallingTold, SideBySide, UnitsTold, efficient_falling
from troth.app.reading import Reading
from troth.kernel.errors import BadValue, NotFound, nearest
from troth.metrics import METRICS, Cut, Metric
from troth.metrics.calibrating import CALIBRATIONS, Calibration
from troth.metrics.rewards import REWARDS, Reward
from troth.metrics.units.cells import AVERAGES, MEASURES, SHARES
from troth.promises.lanes import lanes_of
from troth.query import identifier

FEWEST, MOST = 3, 300
"""Of fewer nothing can be compared, and of more no screen shows each by name: customers are no units."""

WINDOWS: Mapping[str, int | None] = {"quarter": 91, "year": 364, "all": None}
"""Days up to the one on which the record ends, whole weeks."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A measure that says how good a unit is. by: the dimensions by which its cases can be told apart, those with most units first."""

    metric: str
    words: str
    by: tuple[str, ...]
    mixes: tuple[str, ...]
    kept: bool


@dataclass(frozen=True, slots=True)
class UnitsPage:
    """said: how the chosen ones stand; benchmarked: each against the best of its peers. falling: for each measure of work done with the
    measure of customers beside it.
    calibrated: whether the book weighs measures of units against one another; rewarded: whether it rewards teams."""

    choices: tuple[Choice, ...]
    chosen: Choice
    by: str
    adjust: str | None
    window: str
    since: str | None
    said: UnitsTold
    benchmarked: Benchmarked
    falling: tuple[FallingTold, ...]
    calibrated: bool
    rewarded: bool


def unit_choices(reading: Reading) -> tuple[Choice, ...]:
    """The measures of the book that units can be compared by, each with its dimensions."""
    return tuple(_choices(reading))


def units_page(
    reading: Reading, metric: str | None = None, by: str | None = None, adjust: str | None = None, window: str = "year"
) -> UnitsPage:
    """How the units of a dimension stand by a measure; without one by the share of promises kept of which most units are on record.

    adjust: a dimension whose mix of cases is allowed for. window: one of WINDOWS. Raises NotFound where nothing can be compared, and for a
    measure that there is not, BadValue for a dimension that its cases do not have and for no window.
    """
    choices = unit_choices(reading)
    if not choices:
        raise NotFound(
            "no measure of the book tells units apart", next_step="Declare a dimension in company.yaml and a share or a mean in metrics/."
        )
    chosen = _chosen(choices, metric, by)
    by = by or chosen.by[0]
    if window not in WINDOWS:
        raise BadValue("no window", got=f"'{window}'", allowed=", ".join(WINDOWS))
    if adjust is not None and (adjust not in chosen.mixes or adjust == by):
        raise BadValue(
            f"'{adjust}' is nothing that can be allowed for here", allowed=", ".join(one for one in chosen.mixes if one != by) or None
        )
    days = WINDOWS[window]
    today = reading.context.local_time(reading.snapshot.as_of).date()
    since = None if days is None else f"{today - timedelta(days=days - 1)}"
    better = benchmark(reading, chosen.metric, SideBySide.of(by, adjust=(adjust,) if adjust else (), since=since))
    calibrated = bool(reading.rules.book.definitions(CALIBRATIONS.name, Calibration))
    rewarded, falling = bool(reading.rules.book.definitions(REWARDS.name, Reward)), tuple(_falling(reading, by, choices))
    return UnitsPage(choices, chosen, by, adjust, window, since, better.said, better, falling, calibrated, rewarded)


def dimension_names(reading: Reading, type: str) -> tuple[str, ...]:
    """The dimensions by which objects of a type are told apart into units, in the order of the company."""
    return tuple(
        dimension for dimension, read in dimensions_of(reading).items() if type in read and 1 < _count(reading, type, dimension) <= MOST
    )


def _chosen(choices: tuple[Choice, ...], metric: str | None, by: str | None) -> Choice:
    named = {one.metric: one for one in choices}
    if metric is not None and metric not in named:
        raise NotFound(f"units cannot be compared by '{metric}'", allowed=nearest(metric, named))
    fit = [one for one in choices if metric in (None, one.metric) and (by is None or by in one.by)]
    if not fit:
        dimensions = {dimension for one in choices if metric in (None, one.metric) for dimension in one.by}
        raise BadValue(f"'{by}' does not tell units apart here", allowed=nearest(str(by), dimensions))
    return next((one for one in fit if one.kept), fit[0])


def _choices(reading: Reading) -> Iterator[Choice]:
    dimensions, counts = dimensions_of(reading), {}
    for name, definition in reading.rules.book.definitions(METRICS.name, Metric).items():
        metric = definition.value
        type = _type_of(reading, metric)
        if type is None or not _compared_by(metric):
            continue
        for dimension, read in dimensions.items():
            if type in read and (type, dimension) not in counts:
                counts[type, dimension] = _count(reading, type, dimension)
        told = {dimension: counts[type, dimension] for dimension, read in dimensions.items() if type in read}
        by = tuple(sorted((one for one in told if FEWEST <= told[one] <= MOST), key=lambda one: (-told[one], one)))
        if by:
            mixes = tuple(one for one in told if 1 < told[one] <= MOST)
            yield Choice(name, metric.words, by, mixes, metric.kind == "kept")


def _compared_by(metric: Metric) -> bool:
    return metric.better is not None and metric.kind in AVERAGES | SHARES | MEASURES.keys()


def _type_of(reading: Reading, metric: Metric) -> str | None:
    """What a case of a metric is."""
    context = reading.context
    if metric.promise is not None:
        return context.promises[metric.promise].subject if metric.promise in context.promises else None
    if metric.instrument is not None:
        rows = context.engine.rows("SELECT DISTINCT about_type FROM feedback WHERE instrument = ? LIMIT 2", (metric.instrument,))
        return str(rows[0][0]) if len(rows) == 1 else None
    return metric.of if metric.of is not None and context.has(f"object_{metric.of}") else None


def _count(reading: Reading, type: str, dimension: str) -> int:
    lanes = lanes_of(reading.context.engine, reading.rules.book, type, (dimension,))
    ((count,),) = reading.context.engine.rows(
        f"SELECT count(DISTINCT {lanes.columns[0]}) FROM {identifier(f'object_{type}')} o {lanes.joined}"
    )
    return int(count)


def _falling(reading: Reading, by: str, choices: tuple[Choice, ...]) -> Iterator[FallingTold]:
    """Over all that is on record: a slope needs its months."""
    named = {one.metric: one for one in choices}
    for name, definition in reading.rules.book.definitions(METRICS.name, Metric).items():
        pair = definition.value.pair_with if definition.value.productivity else None
        if pair is not None and all(one in named and by in named[one].by for one in (name, pair)):
            yield efficient_falling(reading, name, pair, by, Cut())
