"""sum: how much all bring together."""

from __future__ import annotations

from collections.abc import Sequence

from troth.engines.statistics.ratio import total_of_sums
from troth.metrics.asking import ANY_BASE, Asked, Counted, Estimate, MetricKind, bound, estimated, of_sums, pairs
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    found = bound(metric, ground)
    found, value = found.amount("value", str(metric.value))
    return found.of_pairs(value)


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:  # noqa: ARG001  every kind is judged alike
    return estimated(total_of_sums(pairs(found, by_one=True)))


KIND = MetricKind(
    "sum",
    "how much all bring together",
    asked,
    judged,
    needs=frozenset({"value"}),
    takes=frozenset({"money"}),
    bases=ANY_BASE,
    zero=True,
    parts=of_sums("y", None),
)
