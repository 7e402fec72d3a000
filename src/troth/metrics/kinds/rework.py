"""rework: of what was worked on, how much had a step done twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from troth.metrics.asking import Asked, Counted, Estimate, MetricKind, bound, counting, known_event, of_sums, share_of
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground
from troth.query import identifier, literal_text


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    found = bound(metric, ground)
    type = found.rows.subject
    event = None if metric.event is None else known_event(metric.event, "event", type, ground)
    name = f"worked_{type}_{event or ''}"
    only = f" AND type = {literal_text(event)}" if event is not None else ""
    sql = (
        "SELECT object, count(*) > count(DISTINCT type) AS again FROM event"
        f" WHERE object_type = {literal_text(type)}{only} AND occurred <= {ground.now} GROUP BY object"
    )
    worked = identifier(name)
    rows = found.rows.reaching({name: sql}, (f"LEFT JOIN {worked} ON {worked}.object = o.code",))
    counts = f"{found.belongs} AND {worked}.again IS NOT NULL"
    return replace(found, rows=rows).asked({"n": counting(counts), "y": counting(f"{counts} AND {worked}.again")}, "share")


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:  # noqa: ARG001  every kind is judged alike
    return share_of(found)


KIND = MetricKind(
    "rework", "of what was worked on, how much had a step done twice", asked, judged, takes=frozenset({"event"}), parts=of_sums("y")
)
