"""otif: on time and in full, at the level that its definition names: whole orders or lines, or units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from troth.engines.statistics.ratio import ratio_of_sums
from troth.metrics.asking import Amount, Asked, Counted, Estimate, MetricKind, Parts, Wrong, bound, estimated, pairs
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground
from troth.metrics.kinds import kept
from troth.promises import state_sql

UNITS = "units"


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:
    if metric.definition != UNITS:
        return kept.asked(metric, ground, cut)
    found = bound(metric, ground)
    promise = ground.promises[str(metric.promise)]
    if promise.fulfil.amount is None:
        raise Wrong(("promise",), f"'{metric.promise}' is kept by no amounts, so that no units of it can be counted")
    fell = f"{found.belongs} AND r.due <= {ground.now} AND {state_sql(ground.now, 'r')} IN ('kept', 'broken', 'unknown')"
    good, wanted = (Amount(sql, sql, "", fell) for sql in ("least(r.good, r.wanted)", "r.wanted"))
    return replace(found.of_pairs(good, wanted), unit="share")


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:
    return estimated(ratio_of_sums(pairs(found, by_one=False))) if metric.definition == UNITS else kept.judged(found, metric)


def parts(metric: Metric) -> Parts:
    return Parts({"y": 1}, "x") if metric.definition == UNITS else Parts({"kept": 1})


KIND = MetricKind(
    "otif", "on time and in full", asked, judged, bases=frozenset({"promise"}),
    parts=parts, by_state=True,
    conventions={
        "wholes": "whole orders, or lines: what the promise is about counts once",
        UNITS: "units that came in time of units that were wanted",
    },
)  # fmt: skip
