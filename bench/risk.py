"""A million promises in four stages and a thousand lanes: counting them in SQL, the model, and a plain GROUP BY of the same rows."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from bench.process import best_of, fresh, peak_mib
from bench.table import Line, shown

PROMISES, LANES, STAGES = 1_000_000, 1_000, 4


def measure() -> list[Line]:
    said = fresh("risk")
    ratio = said["count"] / said["plain"]
    return [
        Line(
            f"counting {PROMISES:,} promises, {STAGES} stages, {LANES:,} lanes, in SQL",
            shown(said["count"]),
            f"plain GROUP BY of lane and outcome {shown(said['plain'])}",
            f"{said['rows']:,} rows of counts; {ratio:.1f} times the plain one",
        ),
        Line("… the model of these counts", shown(said["fit"]), "", f"{said['levels']} levels"),
        Line("… chances of 10,000 open promises, with intervals", shown(said["score"])),
        Line("… peak memory", f"{said['peak']:,.0f} MiB"),
    ]


def measure_here() -> dict[str, Any]:
    import numpy as np

    from troth.promises.risk.model import chances, counts_of, fit
    from troth.promises.risk.tracks import Mark, Tracks, spells_sql, standing_sql
    from troth.stores.lake.engine import DuckEngine

    engine = DuckEngine()
    hour = 3_600_000_000
    events = ", ".join(
        f"made + to_microseconds(CAST({begins * hour} + hash(i * {n}) % {8 * hour} AS BIGINT)) AS s{n}_from"
        for n, begins in enumerate((0, 10, 20, 30), 1)
    )
    engine.run(f"""
        CREATE TABLE outcome_bench AS SELECT *, NULL::TIMESTAMP AS voided, NULL::TIMESTAMP AS waived, NULL::TIMESTAMP AS breached,
               NULL::VARCHAR AS unknown_reason, NULL::VARCHAR AS stratum, 't' AS terms, NULL::VARCHAR AS calendar,
               s4_from + to_microseconds(CAST(hash(i * 5) % 72000000000 AS BIGINT)) AS fulfilled, made + INTERVAL 2 DAY AS due
        FROM (SELECT *, {events} FROM (SELECT i::INTEGER AS subject, i, TIMESTAMP '2026-01-01' + to_seconds(i * 10) AS made
              FROM range({PROMISES}) AS r(i)))""")
    engine.run(f"CREATE TABLE lane AS SELECT subject, 'L' || hash(subject) % {LANES} AS lane_1 FROM outcome_bench")
    engine.run("CREATE TABLE shape_bench AS SELECT 't' AS terms, 's' AS shape")
    marks = (Mark("made", 0), *(Mark(f"s{n}_from", 2 * n - 1) for n in range(1, STAGES + 1)))
    tracks = Tracks("bench", marks, False, "SELECT subject, lane_1 FROM lane", 1, "shape_bench")
    at, over = "TIMESTAMP '2026-05-01'", 400 * 86_400_000_000
    grouped = "SELECT lane_1, fulfilled <= due, count(*) FROM outcome_bench JOIN lane USING (subject) GROUP BY ALL"
    plain = best_of(lambda: engine.rows(grouped))
    sql = spells_sql(tracks, at, over)
    count = best_of(lambda: engine.columns(sql))
    counts = counts_of(engine.columns(sql), tracks.keys)
    begun = time.perf_counter()
    model = fit(counts, 2 * STAGES + 1)
    fitted = time.perf_counter() - begun
    standing = engine.columns(standing_sql(tracks, "SELECT TIMESTAMP '2026-04-20' AS looked"))
    some = {name: np.resize(values, 10_000) for name, values in standing.items()}
    begun = time.perf_counter()
    chances(model, some, tracks.keys)
    scored = time.perf_counter() - begun
    return {
        "plain": plain, "count": count, "fit": fitted, "score": scored, "rows": len(counts.rows["place"]),
        "levels": len(model.levels), "peak": peak_mib(),
    }  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure_here()))
