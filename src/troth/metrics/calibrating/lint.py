"""Calibrations whose measures are not there, or do not say which way is up."""

from __future__ import annotations

from collections.abc import Iterator

from troth.book import Book, Definition, Problem
from troth.kernel.errors import nearest
from troth.metrics.calibrating.definition import CALIBRATIONS, Calibration
from troth.metrics.definition import METRICS, Metric


def lint(book: Book) -> list[Problem]:
    """Each measure of a calibration is a metric that says which way is better."""
    return [problem for one in book.fitting(CALIBRATIONS.name, Calibration).values() for problem in _measures(one, book)]


def _measures(one: Definition[Calibration], book: Book) -> Iterator[Problem]:
    metrics = book.fitting(METRICS.name, Metric)
    for field, part in (("measures", one.value.measures), ("feedback", one.value.feedback)):
        for place, each in enumerate(part):
            at = (field, place, "metric")
            if not book.has(METRICS.name, each.metric):
                yield one.problem(at, f"no metric '{each.metric}' in metrics/; {nearest(each.metric, metrics)}", at_value=True)
            elif each.metric in metrics and metrics[each.metric].value.better is None:
                yield one.problem(at, f"the metric '{each.metric}' does not say which way is up: write its `better`", at_value=True)
