"""quantile: the least amount that so large a share of all do not exceed, with order statistics around it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from troth.engines.statistics.quantile import ranks_of
from troth.kernel.errors import CannotEstimate
from troth.metrics.asking import ANY_BASE, Asked, Counted, Estimate, MetricKind, bound
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground

MEDIAN = 0.5


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    found = bound(metric, ground)
    found, value = found.amount("value", str(metric.value))
    return found.ranked(value)


def ranks(n: int, metric: Metric) -> tuple[int, ...]:
    """Which of n amounts in their order are needed: the quantile's own, and the limits of its interval where n is enough."""
    share = share_of(metric)
    try:
        low, high, _ = ranks_of(n, share)
    except CannotEstimate:
        return (ceil(share * n),)
    return ceil(share * n), low, high


def share_of(metric: Metric) -> Fraction:
    return Fraction(str(metric.quantile or MEDIAN))


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:
    if len(found) > 1 or any(one.stratum.population != one.stratum.seen for one in found):
        raise CannotEstimate("a quantile of a sample", got="strata with weights", need="all of them", settle="Load all of them.")
    (one,) = found
    n = int(one.sums["n"])
    if not n:
        raise CannotEstimate("quantile", got="nothing to rank", need="at least one")
    value, *limits = (float(one.sums[f"rank_{rank}"]) for rank in ranks(n, metric))
    low, high = limits or (None, None)
    return Estimate(value, low, high, n)


KIND = MetricKind(
    "quantile", "the amount that so large a share do not exceed", asked, judged,
    needs=frozenset({"value"}), takes=frozenset({"quantile", "money"}),
    bases=ANY_BASE, conventions={"inverted_cdf": "type 1 of Hyndman and Fan: an amount that occurs"},
)  # fmt: skip
