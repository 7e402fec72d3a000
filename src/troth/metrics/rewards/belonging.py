"""In which teams somebody did what is counted. Only what keeps that one from approving for their own may call this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from troth.metrics.answering import answer
from troth.metrics.definition import Metric
from troth.metrics.ground import Ground
from troth.metrics.request import Request
from troth.metrics.rewards.definition import Reward
from troth.record import Engine


def teams_of(
    engine: Engine, said: Reward, metric: Metric, person: str, cycle: date, ground: Ground, dimensions: Mapping[str, Mapping[str, str]]
) -> frozenset[str]:  # fmt: skip
    """The teams of which a person did anything in a cycle, whether it counts by the metric or not. person: as the record names that one.

    Nothing where the rule does not say who did what is counted.
    """
    if said.person is None:
        return frozenset()
    opened = replace(ground, record=replace(ground.record, staff=frozenset()))
    asked = Request.of(by=(said.by, said.person), grain=said.cycle)
    told = answer(engine, {said.metric: metric.model_copy(update={"minimum": 1})}, asked, opened, dimensions)[said.metric]
    return frozenset(
        one.slice[0] for one in told.readings if one.slice is not None and one.period == cycle and one.slice[1] == person and one.expected
    )
