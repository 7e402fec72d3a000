"""count: how many there are."""

from __future__ import annotations

from collections.abc import Sequence

from troth.engines.statistics.ratio import total_of_sums
from troth.metrics.asking import ANY_BASE, Asked, Counted, Estimate, MetricKind, bound, counting, estimated, of_sums, ones
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    found = bound(metric, ground)
    return found.asked({"n": counting(found.belongs)})


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:  # noqa: ARG001  every kind is judged alike
    return estimated(total_of_sums(ones(found)))


KIND = MetricKind("count", "how many there are", asked, judged, bases=ANY_BASE, zero=True, parts=of_sums("n", None), arrivals=True)
