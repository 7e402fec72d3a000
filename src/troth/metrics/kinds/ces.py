"""ces: how easy it was, by one of the conventions that give other numbers for the same answers."""

from __future__ import annotations

from collections.abc import Sequence

from troth.engines.statistics.ratio import ratio_of_sums
from troth.metrics.asking import (
    Amount,
    Asked,
    Counted,
    Estimate,
    MetricKind,
    Parts,
    counting,
    differences,
    estimated,
    in_points,
    pairs,
    share_of,
)
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground
from troth.metrics.kinds.answered import answered

USUAL = (1, 7)


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    found, counts = answered(metric, ground, USUAL)
    low, high = metric.scale or USUAL
    convention = KIND.convention(metric)
    if convention == "mean":
        return found.of_pairs(Amount("f.score", "f.score", "points", counts))
    if convention == "index":
        easy, hard = counting(f"{counts} AND f.score >= {high - 1}"), counting(f"{counts} AND f.score <= {low + 2}")
        return found.asked({"n": counting(counts), "easy": easy, "hard": hard}, "points")
    least = high - {"top_three": 2, "top_two": 1}[convention]
    return found.asked({"n": counting(counts), "y": counting(f"{counts} AND f.score >= {least}")}, "share")


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:
    convention = KIND.convention(metric)
    if convention == "mean":
        return estimated(ratio_of_sums(pairs(found, by_one=True)))
    if convention != "index":
        return share_of(found)
    return in_points(estimated(ratio_of_sums(differences(found, "easy", "hard"))))


def parts(metric: Metric) -> Parts:
    return Parts({"easy": 1, "hard": -1}, factor=100) if KIND.convention(metric) == "index" else Parts({"y": 1})


KIND = MetricKind(
    "ces", "how easy it was for the customer", asked, judged, takes=frozenset({"scale"}), bases=frozenset({"instrument"}), parts=parts,
    conventions={
        "mean": "the mean answer, high for easy",
        "top_three": "the share of the three easiest answers",
        "top_two": "the share of the two easiest answers",
        "index": "the share of the two easiest answers less that of the three hardest",
    },
)  # fmt: skip
