"""csat: the share of answers in the top boxes; who did not answer is not counted."""

from __future__ import annotations

from collections.abc import Sequence

from troth.metrics.asking import Asked, Counted, Estimate, MetricKind, counting, of_sums, share_of
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground
from troth.metrics.kinds.answered import answered

USUAL = (1, 5)
BOXES = {"top_two_box": 2, "top_box": 1}


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    found, counts = answered(metric, ground, USUAL)
    least = (metric.scale or USUAL)[1] + 1 - BOXES[KIND.convention(metric)]
    return found.asked({"n": counting(counts), "y": counting(f"{counts} AND f.score >= {least}")}, "share")


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:  # noqa: ARG001  every kind is judged alike
    return share_of(found)


KIND = MetricKind(
    "csat", "the share of answers in the top boxes", asked, judged, takes=frozenset({"scale"}), bases=frozenset({"instrument"}),
    parts=of_sums("y"),
    conventions={"top_two_box": "the two best answers", "top_box": "the best answer alone"},
)  # fmt: skip
