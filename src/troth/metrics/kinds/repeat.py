"""repeat: of those that came for the first time, how many came again within a time that has passed for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from troth.metrics.asking import Asked, Counted, Estimate, MetricKind, belonging, counting, of_sums, share_of
from troth.metrics.coming import BEGAN, again, coming, matured
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    found = belonging(metric, ground, coming(metric, ground, about_owner=True), BEGAN)
    first = f"{found.belongs} AND d.turn = 1"
    counts = f"{first} AND {matured(metric, ground)}"
    return found.asked({"expected": counting(first), "n": counting(counts), "y": counting(f"{counts} AND {again(metric)}")}, "share")


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:  # noqa: ARG001  every kind is judged alike
    return share_of(found)


KIND = MetricKind(
    "repeat", "of first purchases, how many were followed by another in time", asked, judged,
    parts=of_sums("y"), needs=frozenset({"of", "belongs_to", "event", "within"}),
)  # fmt: skip
