"""Indices that are none: parts that there are not, or twice, or that have no base, and weights that are no whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from troth.book import Definition, Problem
from troth.kernel.errors import BadValue, nearest
from troth.metrics.asking import Wrong
from troth.metrics.definition import IndexPart, Metric
from troth.metrics.ground import Cut, Ground
from troth.metrics.kinds import KINDS
from troth.metrics.periods import period_of

Metrics = Mapping[str, Definition[Metric]]


def index_problems(definition: Definition[Metric], metrics: Metrics, ground: Ground) -> Iterator[Problem]:
    """What is wrong with an index before anything is counted."""
    index = definition.value
    whole = sum((Decimal(str(one.weight)) for one in index.parts), Decimal(0))
    if whole != 1:
        yield definition.problem(("parts",), f"the weights of its parts sum to {whole}, not to 1: each is a share of the whole")
    if len(index.parts) < 2:
        yield definition.problem(("parts",), "an index is made of two metrics at least; of one, look at the metric itself")
    if index.better == "lower":
        yield definition.problem(("better",), "more of an index is better, whichever way its parts point", at_value=True)
    if index.base is not None:
        try:
            period_of(index.base)
        except BadValue as error:
            yield definition.problem(("base",), str(error), at_value=True)
    names = [one.metric for one in index.parts]
    for place, one in enumerate(index.parts):
        if one.metric in names[:place]:
            yield definition.problem(("parts", place, "metric"), f"'{one.metric}' is a part already", at_value=True)
        yield from _part(definition, place, one, metrics, ground)


def _part(definition: Definition[Metric], place: int, one: IndexPart, metrics: Metrics, ground: Ground) -> Iterator[Problem]:
    path: tuple[str | int, ...] = ("parts", place, "metric")
    known = {name: metric.value for name, metric in metrics.items() if not _composed(metric.value)}
    if one.metric not in metrics:
        yield definition.problem(path, f"no metric '{one.metric}' in metrics/; {nearest(one.metric, known)}", at_value=True)
        return
    if one.metric not in known:
        yield definition.problem(path, f"'{one.metric}' is an index itself: name the metrics that it is made of", at_value=True)
        return
    if known[one.metric].kind not in KINDS:
        return
    if known[one.metric].better is None:
        yield definition.problem(path, f"the metric '{one.metric}' does not say which way is up: write its `better`", at_value=True)
    if _grows(known[one.metric]):
        said = f"'{one.metric}' grows with the time that is asked about, and its base does not: name a share or an average in its place"
        yield definition.problem(path, said, at_value=True)
    if one.base is None and definition.value.base is None:
        said = "nothing says what of it is 100: give it a `base`, or the index the period of its `base`"
        yield definition.problem(("parts", place), said)
    if one.base is not None and isinstance(one.base, str) != (unit := _unit(known[one.metric], ground)) and unit is not None:
        wanted = "a duration, 3d" if unit else "a number"
        yield definition.problem(("parts", place, "base"), f"got {one.base}; '{one.metric}' is measured by {wanted}", at_value=True)


def _grows(metric: Metric) -> bool:
    """Whether it is a sum over the time that is asked about; how many stand at the end of a period is none."""
    kind = KINDS[metric.kind]
    parts = kind.parts(metric)
    return (kind.zero and metric.kind != "stock") or (parts is not None and parts.bottom is None)


def _composed(metric: Metric) -> bool:
    return metric.kind in KINDS and KINDS[metric.kind].composed


def _unit(metric: Metric, ground: Ground) -> bool | None:
    """Whether it is measured in seconds; None where its own definition has errors that are told there."""
    if metric.kind not in KINDS or not ground.record.attributes:
        return None
    try:
        return KINDS[metric.kind].asked(metric, ground, Cut("month")).unit == "seconds"
    except Wrong:
        return None
