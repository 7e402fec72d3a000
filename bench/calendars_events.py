"""Working time between a million events: in SQL as promises are judged, and by PM4Py in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

from bench.orders import CACHE
from bench.process import cpu_s

EVENTS, CASES = 1_000_000, 100_000
PEER_PACKAGE = "pm4py==2.7.23.11"
PEER_SCRIPT = f"""
import json, time
import numpy as np, pandas as pd, pm4py
from pm4py.util.business_hours import soj_time_business_hours_diff
n, cases = {EVENTS}, {CASES}
i = np.arange(n)
start = pd.Timestamp("2025-01-06T00:00:00Z")
seconds = (i % cases) * 300 + (i // cases) * 3 * 3600 + (i * 7919) % 3600
frame = pd.DataFrame({{"case:concept:name": (i % cases).astype(str), "concept:name": (i // cases).astype(str),
                      "time:timestamp": start + pd.to_timedelta(seconds, unit="s")}}).sort_values(["case:concept:name", "time:timestamp"])
slots = [((7 + day * 24) * 3600, (17 + day * 24) * 3600) for day in range(5)]
begun, cpu = time.perf_counter(), time.process_time()
found = pm4py.discover_performance_dfg(frame, business_hours=True, business_hour_slots=slots, perf_aggregation_key="mean")[0]
took, used = time.perf_counter() - begun, time.process_time() - cpu
one = soj_time_business_hours_diff(pd.Timestamp("2026-04-13T09:00:00Z"), pd.Timestamp("2026-04-13T19:00:00+09:00"), slots)
means = [float(found[pair]) for pair in sorted(found)]
print(json.dumps({{"took_s": took, "cpu_s": used, "hour_h": one / 3600, "means_s": means}}))
"""


def measure_here() -> dict[str, Any]:
    """The same events as the peer's, and the same question: mean working time by pair of activities that follow each other."""
    from datetime import datetime

    from sqlglot import exp

    from troth.engines.calendars import Hours, calendar_by, elapsed_time, parse_week, time_rows
    from troth.kernel.instant import to_us
    from troth.promises.clocks import load_table
    from troth.query import CalendarJoins
    from troth.query.business import TIME
    from troth.stores.lake.engine import DuckEngine

    engine = DuckEngine()
    engine.run("SET threads = 2")
    seconds = f"(i % {CASES}) * 300 + (i // {CASES}) * 3 * 3600 + (i * 7919) % 3600"
    engine.run(
        f"CREATE TABLE happened AS SELECT CAST(i % {CASES} AS VARCHAR) AS subject, CAST(i // {CASES} AS VARCHAR) AS activity,"
        f" TIMESTAMP '2025-01-06' + to_seconds({seconds}) AS moment FROM range({EVENTS}) r(i)"
    )
    begun, cpu = time.perf_counter(), cpu_s()
    rule = Hours("UTC", parse_week("Mon-Fri 07:00-17:00"))
    calendar = calendar_by(rule, to_us(datetime(2025, 1, 1)), to_us(datetime(2027, 1, 1)))
    load_table(engine, TIME, time_rows([calendar]))
    clock = CalendarJoins("0")
    span = clock.elapsed(exp.column("moment", table="h"), exp.column("before", table="h")).sql("duckdb")
    rows = engine.rows(
        f"SELECT previous, activity, avg({span})"
        " FROM (SELECT *, lag(moment) OVER w AS before, lag(activity) OVER w AS previous FROM happened"
        f" WINDOW w AS (PARTITION BY subject ORDER BY moment)) h {' '.join(clock.joins)} WHERE previous IS NOT NULL"
        " GROUP BY ALL ORDER BY previous, activity"
    )
    took, used = time.perf_counter() - begun, cpu_s() - cpu
    ends = (datetime.fromisoformat("2026-04-13T09:00:00+00:00"), datetime.fromisoformat("2026-04-13T19:00:00+09:00"))
    hour = elapsed_time(calendar, *ends).total_seconds() / 3600
    return {"took_s": took, "cpu_s": used, "hour_h": hour, "means_s": [mean / 1e6 for _, _, mean in rows]}


def peer() -> dict[str, Any] | None:
    """What the peer says, in an environment of its own; None where it cannot be installed."""
    home = CACHE / "pm4py"
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    installed = subprocess.run([str(python), "-m", "pip", "install", "--quiet", PEER_PACKAGE], capture_output=True, check=False)
    if installed.returncode != 0:
        return None
    done = subprocess.run([str(python), "-W", "ignore", "-c", PEER_SCRIPT], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2_000:])
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


if __name__ == "__main__":
    print(json.dumps(measure_here()))
