"""ratio: how much of one thing there is for each of another; never a mean of ratios."""

from __future__ import annotations

from collections.abc import Sequence

from troth.engines.statistics.ratio import ratio_of_sums
from troth.metrics.asking import ANY_BASE, Asked, Counted, Estimate, MetricKind, Parts, bound, estimated, pairs, share_of
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    found = bound(metric, ground)
    if metric.denominator is None:
        found, y = found.amount("numerator", str(metric.numerator))
        return found.of_pairs(y)
    found, x = found.amount("denominator", metric.denominator)
    found, y = found.amount("numerator", str(metric.numerator))
    return found.of_pairs(y, x)


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:  # noqa: ARG001  every kind is judged alike
    if "x" in found[0].sums:
        return estimated(ratio_of_sums(pairs(found, by_one=False)))
    if all(one.sums["yy"] == one.sums["y"] <= one.sums["n"] for one in found):
        return share_of(found)
    return estimated(ratio_of_sums(pairs(found, by_one=True)))


def parts(metric: Metric) -> Parts:
    return Parts({"y": 1}, "n" if metric.denominator is None else "x")


KIND = MetricKind(
    "ratio", "how much of one thing there is for each of another", asked, judged,
    needs=frozenset({"numerator"}), takes=frozenset({"denominator", "money"}), bases=ANY_BASE, parts=parts,
)  # fmt: skip
