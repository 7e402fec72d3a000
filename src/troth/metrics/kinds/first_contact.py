"""first_contact: of contacts, how many were not followed by another of the same customer within a time."""

from __future__ import annotations

from collections.abc import Sequence

from troth.metrics.asking import Asked, Counted, Estimate, MetricKind, belonging, counting, of_sums, share_of
from troth.metrics.coming import BEGAN, again, coming, matured
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    found = belonging(metric, ground, coming(metric, ground, about_owner=False), BEGAN)
    counts = f"{found.belongs} AND {matured(metric, ground)}"
    return found.asked({"n": counting(counts), "y": counting(f"{counts} AND NOT {again(metric)}")}, "share")


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:  # noqa: ARG001  every kind is judged alike
    return share_of(found)


KIND = MetricKind(
    "first_contact", "of contacts, how many needed no second one", asked, judged,
    parts=of_sums("y"), needs=frozenset({"of", "belongs_to", "event", "within"}),
    conventions={"no_repeat": "no other contact of the same customer within the time, whatever it was about"},
)  # fmt: skip
