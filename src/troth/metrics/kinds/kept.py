"""kept: of what fell due, how much was kept; the unknown count as broken in the value, as kept in the most that it can be."""

from __future__ import annotations

from collections.abc import Sequence

from troth.metrics.asking import Asked, Counted, Estimate, MetricKind, bound, counting, of_sums, share_of
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground
from troth.promises import state_sql

FELL = "('kept', 'broken', 'unknown')"


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    found = bound(metric, ground)
    state = state_sql(ground.now, "r")
    counts = f"{found.belongs} AND r.due <= {ground.now}"
    expected = f"{found.belongs} AND coalesce(r.due <= {ground.now}, TRUE) AND {state} IN {FELL}"
    sums = {name: counting(f"{counts} AND {state} = '{name}'") for name in ("kept", "broken", "unknown")}
    return found.asked({"expected": counting(expected), "n": counting(f"{counts} AND {state} IN {FELL}"), **sums}, "share")


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:  # noqa: ARG001  every kind is judged alike
    share = share_of(found, "kept")
    unknown = sum(one.stratum.weight * int(one.sums["unknown"]) for one in found)
    of = sum(one.stratum.weight * int(one.sums["n"]) for one in found)
    assert share.value is not None
    most = share.value + float(unknown / of) if unknown else None
    return Estimate(share.value, share.low, share.high, share.n, most)


KIND = MetricKind(
    "kept", "of what fell due, how much was kept", asked, judged, bases=frozenset({"promise"}), parts=of_sums("kept"), by_state=True
)
