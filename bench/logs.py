"""Reading a public event log in XES against the fastest reader that was measured beside it."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

from bench.process import ROOT, warm
from bench.table import Line, shown

RUNS = 5
# PERFORMANCE notes of the project: r4pm 0.6.2 to Polars, BPIC 2012, 0.92 s on a machine of the same kind.
R4PM_S = 0.92
MOST_TIMES = 1.5
READ = """
import resource, sys, time
from pathlib import Path
from troth.sources.logs import read
before, wall = time.process_time(), time.perf_counter()
found = read(Path(sys.argv[1]))
print(time.perf_counter() - wall, time.process_time() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, len(found.log.events))
"""


def measure() -> list[Line]:
    what = "BPIC 2012, 262,200 events, `.xes.gz` to columns"
    file = _data() / "logs" / "bpic2012.xes.gz"
    if not file.is_file():
        return [Line(what, "skipped", "", "no public data here: set TROTH_DATA to the folder above logs/")]
    runs = [_read(file) for _ in range(RUNS + 1)][1:]
    wall, cpu = (statistics.median(run[i] for run in runs) for i in (0, 1))
    low, high = min(run[1] for run in runs), max(run[1] for run in runs)
    most = R4PM_S * MOST_TIMES
    notes = f"{RUNS} fresh processes, {shown(low)} to {shown(high)} cpu; r4pm took {shown(R4PM_S)} where it was measured"
    return [
        Line(f"{what}, median", f"{shown(wall)} ({shown(cpu)} cpu)", f"≤ {shown(most)}", notes, cpu <= most),
        Line("… peak memory", f"{max(run[2] for run in runs) / 1024:,.0f} MiB", "≤ 512 MiB", "", max(run[2] for run in runs) <= 512 * 1024),
    ]


def _read(file: Path) -> tuple[float, float, float]:
    done = subprocess.run([sys.executable, "-c", READ, str(file)], cwd=ROOT, env=warm(), capture_output=True, text=True, check=True)
    wall, cpu, peak, events = map(float, done.stdout.split())
    assert events == 262_200
    return wall, cpu, peak


def _data() -> Path:
    given = os.environ.get("TROTH_DATA")
    return Path(given) if given else ROOT.parent / "shared" / "data"
