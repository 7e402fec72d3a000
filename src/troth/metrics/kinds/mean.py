"""mean: how much each brings."""

from __future__ import annotations

from collections.abc import Sequence

from troth.engines.statistics.ratio import ratio_of_sums
from troth.metrics.asking import ANY_BASE, Asked, Counted, Estimate, MetricKind, bound, estimated, of_sums, pairs
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    found = bound(metric, ground)
    found, value = found.amount("value", str(metric.value))
    return found.of_pairs(value)


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:  # noqa: ARG001  every kind is judged alike
    return estimated(ratio_of_sums(pairs(found, by_one=True)))


KIND = MetricKind(
    "mean",
    "how much each brings",
    asked,
    judged,
    needs=frozenset({"value"}),
    takes=frozenset({"money"}),
    bases=ANY_BASE,
    parts=of_sums("y"),
)
