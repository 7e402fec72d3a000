"""Who did what is counted of a team. It is asked to keep rewards from persons and persons from their own, and is told to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from troth.metrics.answering import NOT_ON_RECORD, answer
from troth.metrics.definition import Metric
from troth.metrics.ground import Ground
from troth.metrics.request import Request
from troth.metrics.rewards.definition import Reward
from troth.record import Engine


def persons_of(
    engine: Engine, said: Reward, metric: Metric, ground: Ground, dimensions: Mapping[str, Mapping[str, str]]
) -> dict[tuple[date, str], frozenset[str]]:  # fmt: skip
    """By cycle and team, who of the staff did anything of it, whether it counts by the metric or not, as the record names them.

    Nothing where the rule does not say who did what is counted.
    """
    if said.person is None:
        return {}
    opened = replace(ground, record=replace(ground.record, staff=frozenset()))
    asked = Request.of(by=(said.by, said.person), grain=said.cycle)
    told = answer(engine, {said.metric: metric.model_copy(update={"minimum": 1})}, asked, opened, dimensions)[said.metric]
    found: dict[tuple[date, str], set[str]] = {}
    for one in told.readings:
        if one.slice is not None and one.period is not None and one.expected and one.slice[1] != NOT_ON_RECORD:
            found.setdefault((one.period, one.slice[0]), set()).add(one.slice[1])
    return {key: frozenset(persons) for key, persons in found.items()}
