"""stock: how many stand between two events at the end of each period, of the last one now; no sum of periods means anything."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from troth.engines.statistics.ratio import total_of_sums
from troth.metrics.asking import (
    Asked,
    Counted,
    Estimate,
    MetricKind,
    belonging,
    counting,
    estimated,
    known_event,
    known_type,
    ones,
)
from troth.metrics.definition import Metric
from troth.metrics.ground import STEP, Cut, Ground
from troth.metrics.rows import happened, objects
from troth.query import to_utc


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:
    rows = objects(known_type(metric.of, "of", ground))
    begins = happened(rows, known_event(metric.from_, "from", rows.subject, ground), ground)
    ends = happened(rows, known_event(metric.to, "to", rows.subject, ground), ground)
    name = f"ends_{cut.grain or 'all'}"
    rows = begins.rows.reaching({**ends.rows.relations, name: _ends(ground, cut)}, (*ends.rows.joins, f"CROSS JOIN {name} v"))
    found = belonging(metric, ground, rows, exp.column("now", table="v"), begins.cells | ends.cells)
    stands = f"{found.belongs} AND {begins.sql} < v.until AND coalesce({ends.sql} >= v.until, TRUE)"
    return found.asked({"expected": counting(stands), "n": counting(stands)}, local="v.period")


def _ends(ground: Ground, cut: Cut) -> str:
    """Periods by the wall clock, with the instant before which all of each lies: its end, or just after now."""
    first, last = (ground.local(exp.cast(exp.Literal.string(str(at)), "TIMESTAMP")) for at in (ground.since, ground.as_of))
    after = f"({ground.now} + INTERVAL 1 MICROSECOND)"
    if cut.grain is None:
        return f"SELECT {first} AS period, {after} AS until, {ground.now} AS now"
    step = f"INTERVAL {STEP[cut.grain]}"
    end = to_utc(exp.column("ended"), ground.record.zone).sql("duckdb")
    periods = f"SELECT unnest(generate_series(date_trunc('{cut.grain}', {first}), date_trunc('{cut.grain}', {last}), {step})) AS period"
    ended = f"SELECT period, period + {step} AS ended FROM ({periods}) each"
    return f"SELECT period, least({end}, {after}) AS until, {ground.now} AS now FROM ({ended}) each"


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:  # noqa: ARG001  every kind is judged alike
    return estimated(total_of_sums(ones(found)))


KIND = MetricKind(
    "stock",
    "how many stand between two events at the end of each period",
    asked,
    judged,
    needs=frozenset({"of", "from", "to"}),
    zero=True,
    recut=True,
)
