"""Every public function of the engines carries an example that runs."""

from __future__ import annotations

import doctest
import inspect
from types import ModuleType

import pytest

from troth.engines import allocation, calendars, charts, comparing, signals, statistics, surveys, trends
from troth.engines.allocation import delay, moves, shapley
from troth.engines.calendars import calendar, days, feed, holidays, hours, packed, rules, scalar, tables, windows, zones
from troth.engines.charts import capability, counts, factors, memory, rare, values
from troth.engines.comparing import casemix, falling, funnel, judging, ranking, shrunk
from troth.engines.signals import changes, lengths
from troth.engines.signals import rules as run_rules
from troth.engines.statistics import gamma, means, median, normal, proportion, regression, stratified, survival
from troth.engines.surveys import scores
from troth.engines.trends import kendall, slope

FRONTS = [allocation, calendars, charts, comparing, signals, statistics, surveys, trends]
MODULES = [
    kendall, moves, scores, slope, survival,
    delay, gamma, means, median, normal, proportion, regression, shapley, stratified,
    calendar, days, feed, holidays, hours, packed, rules, scalar, tables, windows, zones,
    casemix, falling, funnel, judging, ranking, shrunk,
    capability, changes, counts, factors, lengths, memory, rare, run_rules, values,
]  # fmt: skip


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples_run(module: ModuleType) -> None:
    failed, tried = doctest.testmod(module)

    assert (failed, tried > 0) == (0, True)


@pytest.mark.parametrize("front", FRONTS, ids=lambda front: front.__name__)
def test_every_public_function_has_an_example(front: ModuleType) -> None:
    functions = [getattr(front, name) for name in front.__all__ if callable(getattr(front, name))]

    assert [f.__name__ for f in functions if not inspect.isclass(f) and ">>>" not in (f.__doc__ or "")] == []


@pytest.mark.parametrize("front", FRONTS, ids=lambda front: front.__name__)
def test_fronts_list_their_names_in_order(front: ModuleType) -> None:
    assert front.__all__ == sorted(front.__all__, key=lambda name: (not name.isupper(), name))
