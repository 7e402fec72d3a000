"""newly_won: customers who come for the first time."""

from __future__ import annotations

from collections.abc import Sequence

from troth.engines.statistics.ratio import total_of_sums
from troth.metrics.asking import Asked, Counted, Estimate, MetricKind, belonging, counting, estimated, ones
from troth.metrics.coming import BEGAN, coming
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    found = belonging(metric, ground, coming(metric, ground, about_owner=True), BEGAN)
    first = counting(f"{found.belongs} AND d.turn = 1")
    return found.asked({"expected": first, "n": first})


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:  # noqa: ARG001  every kind is judged alike
    return estimated(total_of_sums(ones(found)))


KIND = MetricKind(
    "newly_won", "customers who come for the first time", asked, judged, needs=frozenset({"of", "belongs_to", "event"}), zero=True
)
