"""Judging a million orders by one definition, and by the terms of their own of 5,000 customers: one join against none."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time

from bench.book import write
from bench.orders import CACHE
from bench.process import cpu_s, fresh, peak_mib
from bench.table import Line, shown

ORDERS, CUSTOMERS, VARIANTS, REPETITIONS = 1_000_000, 20_000, 5_000, 3
MOST_TIMES = 1.5


def measure(count: int = ORDERS) -> list[Line]:
    plain, amounts, shapes = [], [], []
    for _ in range(REPETITIONS):
        plain.append(fresh("variants", "0", str(count), "d"))
        amounts.append(fresh("variants", str(VARIANTS), str(count), "d"))
        shapes.append(fresh("variants", str(VARIANTS), str(count), "h"))
    base, own, other = (statistics.median(run["judging_s"] for run in runs) for runs in (plain, amounts, shapes))
    base_cpu, own_cpu, other_cpu = (statistics.median(run["cpu_s"] for run in runs) for runs in (plain, amounts, shapes))
    said = f"{amounts[0]['variants']:,} variants, one join; peak {amounts[0]['peak_mib']:,.0f} MiB, without {plain[0]['peak_mib']:,.0f}"
    return [
        Line(f"judging {count:,} orders by one definition", shown(base), "", f"{REPETITIONS} × in turn; two stages, delay shares"),
        Line(
            f"… of which {VARIANTS:,} customers have amounts of their own", shown(own), f"≤ {MOST_TIMES:g} × without",
            f"ratio {own / base:.2f}; {said}", met=own <= MOST_TIMES * base,
        ),
        Line(
            "… in processor time", shown(own_cpu), f"≤ {MOST_TIMES:g} × {shown(base_cpu)}", f"ratio {own_cpu / base_cpu:.2f}",
            met=own_cpu <= MOST_TIMES * base_cpu,
        ),
        Line(
            "… half of them with a budget in hours where the standard has days: a shape of its own, one query more", shown(other), "",
            f"ratio {other / base:.2f}, in processor time {other_cpu / base_cpu:.2f}",
        ),
    ]  # fmt: skip


def measure_here(overlays: int, count: int, unit: str) -> dict[str, float]:
    """Seconds of judging, from a book that is open and a record that is in memory."""
    from datetime import datetime

    from troth.app.rulebook.rules import CHECKS
    from troth.book import open_book
    from troth.engines.calendars import transitions
    from troth.kernel.instant import to_us
    from troth.promises import Record, make_outcomes, terms_of
    from troth.stores.lake.engine import DuckEngine

    root = write(CACHE / "book" / f"variants-{overlays}", definitions=1, overlays=overlays, unit=unit)
    book, problems = open_book(root, CHECKS)
    shutil.rmtree(root)
    if any(problem.level == "error" for problem in problems):
        raise RuntimeError(str(problems[0]))
    engine = DuckEngine()
    engine.run(
        f"CREATE TABLE object_order AS SELECT CAST(i AS INTEGER) AS code, 'o' || i AS id, 202501 AS month,"
        " CAST(NULL AS VARCHAR) AS stratum,"
        f" CASE WHEN i % 50 = 0 THEN 'canceled' ELSE 'delivered' END AS status FROM range({count}) r(i)"
    )
    engine.run(
        "CREATE TABLE object_customer AS SELECT CAST(i AS INTEGER) AS code, 'c' || i AS id, 202501 AS month,"
        " CAST(NULL AS VARCHAR) AS stratum,"
        f" 'north' AS region FROM range({CUSTOMERS}) r(i)"
    )
    engine.run(
        "CREATE TABLE relation AS SELECT 'order' AS from_type, code AS from_code, 'customer' AS to_type,"
        f" CAST(hash(code) % {CUSTOMERS} AS INTEGER) AS to_code, CAST(NULL AS VARCHAR) AS qualifier FROM object_order"
    )
    placed = "TIMESTAMP '2025-01-01' + to_seconds(o.code % 30000000)"
    engine.run(
        f"CREATE TABLE event AS SELECT 'order' AS object_type, o.code AS object, {placed} + to_hours(CAST(h AS BIGINT)) AS occurred, type"
        " FROM object_order o, (VALUES ('placed', 0), ('shipped', 1), ('delivered', 2)) e(type, n),"
        " LATERAL (SELECT n * (1 + hash(o.code) % 96) AS h)"
    )
    engine.run("CREATE TABLE bad_cell (object_type VARCHAR, object INTEGER, name VARCHAR)")
    years = (to_us(datetime(2024, 1, 1)), to_us(datetime(2030, 1, 1)))
    attributes = {"order": {"status": "text"}, "customer": {"region": "text"}}
    events = {"order": frozenset({"placed", "shipped", "delivered"})}
    record = Record(attributes, events, transitions("UTC", *years), "EUR", {"order": frozenset({"customer"})})
    terms = terms_of(book)
    begun, cpu = time.perf_counter(), cpu_s()
    (made,) = make_outcomes(engine, terms, record, datetime(2026, 6, 1))
    took = time.perf_counter() - begun
    found = engine.rows("SELECT count(*), count(DISTINCT layer) FROM outcome_p0")[0]
    if found[0] != count:
        raise RuntimeError(f"{found[0]} of {count} judged")
    return {
        "judging_s": took,
        "cpu_s": cpu_s() - cpu,
        "peak_mib": peak_mib(),
        "variants": len(made.variants),
        "layers": found[1],
    }


if __name__ == "__main__":
    print(json.dumps(measure_here(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])))
