"""continuity: how often who served a customer last time serves it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from troth.kernel import digest
from troth.metrics.asking import Asked, Counted, Estimate, MetricKind, belonging, counting, expressed, of_sums, share_of
from troth.metrics.coming import BEGAN, coming
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground
from troth.metrics.rows import objects
from troth.query import identifier


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    found = belonging(metric, ground, coming(metric, ground, about_owner=False), BEGAN)
    who = expressed(objects(found.rows.subject), "same", str(metric.same), ground)
    name = f"same_{metric.of}_{digest.of_value(metric.same)[:8]}"  # Spark has letters, figures and _ in the names of tables
    now, before = identifier(f"{name}_now"), identifier(f"{name}_before")
    sql = f"SELECT o.code AS object, {who.sql} AS who FROM {who.rows.base} {' '.join(who.rows.joins)}"
    joined = tuple(
        f"LEFT JOIN {identifier(name)} {alias} ON {alias}.object = {code}" for alias, code in ((now, "o.code"), (before, "d.before"))
    )
    relations = {**who.rows.relations, name: sql}
    found = replace(found, rows=found.rows.reaching(relations, joined), cells=found.cells | who.cells)
    later = f"{found.belongs} AND d.turn > 1"
    counts = f"{later} AND {now}.who IS NOT NULL AND {before}.who IS NOT NULL"
    return found.asked(
        {"expected": counting(later), "n": counting(counts), "y": counting(f"{counts} AND {now}.who = {before}.who")}, "share"
    )


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:  # noqa: ARG001  every kind is judged alike
    return share_of(found)


KIND = MetricKind(
    "continuity", "how often who served a customer last time serves it again", asked, judged,
    parts=of_sums("y"), needs=frozenset({"of", "belongs_to", "event", "same"}),
    conventions={"sequential": "of each two contacts of a customer that follow one another (SECON, Steinwachs 1979)"},
)  # fmt: skip
