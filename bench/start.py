"""`troth start` on the public Olist sample from a warm install, and what importing the command line costs."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.process import ROOT, warm
from bench.table import Line, shown

RUNS = 5
MOST_START_S, MOST_IMPORT_S = 10.0, 0.3
COMMAND = "from troth.faces.cli import main; main()"


def measure() -> list[Line]:
    imported = _line("`import troth.faces.cli`", MOST_IMPORT_S, lambda: _run("import troth.faces.cli"), less=lambda: _run(""))
    folder = _data() / "olist"
    if not folder.is_dir():
        skipped = "no public data here: set TROTH_DATA to the folder above olist/"
        return [Line("`troth start` on the Olist sample", "skipped", "", skipped), imported]
    return [_line("`troth start` on the Olist sample", MOST_START_S, lambda: _start(folder)), imported]


def _data() -> Path:
    given = os.environ.get("TROTH_DATA")
    return Path(given) if given else ROOT.parent / "shared" / "data"


def _line(what: str, most: float, act: Callable[[], None], *, less: Callable[[], None] | None = None) -> Line:
    """Median of runs in fresh processes after one that does not count. less: what an empty process takes, to be taken off."""
    runs = [_timed(act) for _ in range(RUNS + 1)][1:]
    off = [_timed(less) for _ in range(RUNS)] if less else [(0.0, 0.0)]
    wall, cpu = (statistics.median(run[i] for run in runs) - statistics.median(run[i] for run in off) for i in (0, 1))
    low, high = min(run[0] for run in runs), max(run[0] for run in runs)
    notes = f"{RUNS} fresh processes, {shown(low)} to {shown(high)}" + (", an empty Python taken off the median" if less else "")
    return Line(f"{what}, median", f"{shown(wall)} ({shown(cpu)} cpu)", f"< {shown(most)}", notes, wall < most)


def _timed(act: Callable[[], None]) -> tuple[float, float]:
    """Wall and processor seconds of the child processes that `act` waits for."""
    wall, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    act()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _start(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        _run(COMMAND, "start", str(folder), "--into", f"{place}/book", "--quiet")


def _run(code: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, env=warm(), capture_output=True, check=True)
