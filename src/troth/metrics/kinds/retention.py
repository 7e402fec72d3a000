"""retention: of who was active in a period, how many are active in the next one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from troth.metrics.asking import Asked, Counted, Estimate, MetricKind, belonging, counting, of_sums, share_of
from troth.metrics.coming import BEGAN, coming
from troth.metrics.definition import Metric
from troth.metrics.ground import STEP, Cut, Ground
from troth.metrics.rows import Rows
from troth.query import identifier


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:
    came = coming(metric, ground, about_owner=True)
    (each,) = [name for name in came.relations if name.startswith("coming_")]
    grain = cut.grain or "year"
    began, name = ground.local(BEGAN), f"active_{grain}_{each}"
    periods = f"SELECT DISTINCT owner AS object, date_trunc('{grain}', {began}) AS period FROM {identifier(each)} d"
    sql = f"SELECT *, lead(period) OVER (PARTITION BY object ORDER BY period) AS next FROM ({periods}) each"
    now = ground.local(exp.cast(exp.Literal.string(str(ground.as_of)), "TIMESTAMP"))
    rows = Rows(
        came.subject, f"{identifier(name)} d JOIN object_{came.subject} o ON o.code = d.object", relations={**came.relations, name: sql}
    )
    found = belonging(metric, ground, rows, exp.column("period", table="d"))
    step = f"INTERVAL {STEP[grain]}"
    counts = f"{found.belongs} AND d.period + {step} + {step} <= {now}"
    stayed = f"{counts} AND coalesce(d.next = d.period + {step}, FALSE)"
    return found.asked({"n": counting(counts), "y": counting(stayed)}, "share", local="d.period")


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:  # noqa: ARG001  every kind is judged alike
    return share_of(found)


KIND = MetricKind(
    "retention", "of who was active in a period, how many are active in the next", asked, judged,
    parts=of_sums("y"), needs=frozenset({"of", "belongs_to", "event"}), recut=True,
    conventions={"next_period": "active in the period directly after, once that is over; without a grain, years"},
)  # fmt: skip
