"""The pages of measures: every metric with its months, and one of them by whatever it is asked by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from troth.app.answers.charts import ChartedMetric, chart_all, chart_metric
from troth.app.answers.metrics import Told, dimensions_of, metric_of, tell_metric, tell_metrics
from troth.app.answers.moved import Moved, tell_moved
from troth.app.reading import Reading
from troth.kernel.errors import BadValue
from troth.metrics import Metric, Request
from troth.metrics.answering import Reading as Value

FORMATS: Mapping[str, str] = {"month": "%Y-%m", "year": "%Y", "day": "%Y-%m-%d", "week": "%G-W%V"}


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric in the list. whole: of all that is on record; months: its chart. unusual: whether the last month that can be judged is
    more than chance, None where none can."""

    whole: Told
    months: ChartedMetric
    unusual: bool | None

    @property
    def value(self) -> Value | None:
        return self.whole.answer.readings[-1] if self.whole.answer.readings else None


@dataclass(frozen=True, slots=True)
class Asked:
    """One metric as it is asked, by months where no grain is named."""

    name: str
    request: Request


@dataclass(frozen=True, slots=True)
class MeasureTold:
    """whole: of the whole window, without slices. sliced: by period and slice. moved: why its last two periods differ by the first slice,
    or why that cannot be said. dimensions: by which it can be sliced. as_of: local."""

    asked: Asked
    whole: Told
    charted: ChartedMetric
    moved: Moved | None
    why_not_moved: str | None
    dimensions: tuple[str, ...]
    as_of: datetime


def measured(reading: Reading) -> tuple[Measured, ...]:
    """Every metric of the book. Raises NotFound where it has none."""
    whole = {told.answer.metric: told for told in tell_metrics(reading)}
    return tuple(Measured(whole[one.told.answer.metric], one, _unusual(one)) for one in chart_all(reading))


def measure_told(reading: Reading, asked: Asked) -> MeasureTold:
    """One metric with its chart, and why it moved. Raises as `chart_metric` does."""
    request = asked.request
    whole = tell_metric(reading, asked.name, Request(cut=replace(request.cut, grain=None), only=request.only))
    charted = chart_metric(reading, asked.name, request)
    moved, why = _moved(reading, asked, charted) if request.by else (None, None)
    return MeasureTold(asked, whole, charted, moved, why, _dimensions(reading, whole), reading.context.local_time(whole.as_of))


def _moved(reading: Reading, asked: Asked, charted: ChartedMetric) -> tuple[Moved | None, str | None]:
    periods = _last_two(charted)
    if periods is None or charted.grain not in FORMATS:
        return None, "there are no two whole periods"
    first, second = (one.strftime(FORMATS[charted.grain]) for one in periods)
    try:
        return tell_moved(reading, asked.name, first, second, asked.request.by_each(*asked.request.by[:1])), None
    except BadValue as error:
        return None, str(error)


def _last_two(charted: ChartedMetric) -> Sequence[date] | None:
    whole = [one.period for one in charted.told.answer.readings if one.slice is None and one.period is not None and not one.so_far]
    return whole[-2:] if len(whole) > 1 else None


def _unusual(one: ChartedMetric) -> bool | None:
    chart = one.charts[-1]
    judged = [point for point in chart.points if point.state == "judged"]
    return bool(judged[-1].signals) if judged and chart.refusal is None else None


def _dimensions(reading: Reading, told: Told) -> tuple[str, ...]:
    """The company's dimensions that the metric's rows have."""
    index, found = told.answer.definition, dimensions_of(reading)
    metrics = [metric_of(reading, one.metric) for one in index.parts] or [index]
    subjects = [_subject(reading, metric) for metric in metrics]
    return tuple(name for name, by in found.items() if all(subject is None or subject in by for subject in subjects))


def _subject(reading: Reading, metric: Metric) -> str | None:
    promise = reading.context.promises.get(metric.promise or "")
    return metric.of or (promise.subject if promise else None)
