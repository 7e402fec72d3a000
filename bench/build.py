"""A build against plain SQL for the same reads, sorts and files: seconds, processor seconds, memory, and their ratios."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.orders import orders
from bench.process import Stopwatch, cpu_s, fresh, peak_mib
from bench.table import Line, shown

if TYPE_CHECKING:
    from troth.app.workspace import Workspace

SMALL, LARGE = 100_000, 1_000_000
REPETITIONS = {SMALL: 3, LARGE: 1}
MOST_TIMES, MOST_MIB = 3.0, 4096.0
EVENTS = 8


def measure(sizes: Sequence[int]) -> list[Line]:
    """Both in turn, each in a process of its own; the last build is left in place for the timeline."""
    lines: list[Line] = []
    for count in sizes:
        folder = orders(count)
        ours, limit = [], []
        for _ in range(REPETITIONS.get(count, 1)):
            limit.append(_raw(folder))
            ours.append(_troth(folder))
        lines += _lines(count, ours, limit)
    return lines


def _troth(folder: Path) -> dict[str, Any]:
    shutil.rmtree(folder / "book" / ".troth", ignore_errors=True)
    return fresh("build", str(folder / "book"))


def _raw(folder: Path) -> dict[str, Any]:
    target = folder / "raw"
    shutil.rmtree(target, ignore_errors=True)
    try:
        return fresh("raw", str(folder / "data"), str(target))
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _lines(count: int, ours: Sequence[Mapping[str, Any]], limit: Sequence[Mapping[str, Any]]) -> list[Line]:
    size = f"{count:,} orders, about {count * EVENTS:,} events"
    ratio = _median(ours, "wall_s") / _median(limit, "wall_s")
    peak = max(one["peak_mib"] for one in ours)
    runs = f"{len(ours)} × in turn" if len(ours) > 1 else "1 run"
    return [
        Line(f"`troth build`, {size}", _both(ours), f"plain DuckDB {_both(limit)}", f"{runs}; {_phases(ours)} | plain: {_phases(limit)}"),
        Line("… against plain DuckDB, time", f"{ratio:.2f}", f"≤ {MOST_TIMES:g}", met=ratio <= MOST_TIMES),
        Line(
            "… against plain DuckDB, processor time",
            f"{_median(ours, 'cpu_s') / _median(limit, 'cpu_s'):.2f}",
            "",
            "the steadier one when other work runs on the machine",
        ),
        Line(
            "… peak memory",
            f"{peak:,.0f} MiB",
            f"≤ {MOST_MIB:,.0f} MiB",
            f"plain {_median(limit, 'peak_mib'):,.0f} MiB",
            met=peak <= MOST_MIB,
        ),
        *_found(ours),
    ]


def _found(ours: Sequence[Mapping[str, Any]]) -> list[Line]:
    took = _median(ours, "found_s")
    what = "… after it is published, what it says found and kept"
    return [Line(what, shown(took), "", "in none of the lines above: plain DuckDB says nothing")] if took else []


def _both(runs: Sequence[Mapping[str, Any]]) -> str:
    return f"{shown(_median(runs, 'wall_s'))} ({shown(_median(runs, 'cpu_s'))} cpu)"


def _phases(runs: Sequence[Mapping[str, Any]]) -> str:
    names = list(runs[0]["phases"])
    return ", ".join(f"{name} {shown(statistics.median(run['phases'][name] for run in runs))}" for name in names)


def _median(runs: Sequence[Mapping[str, Any]], key: str) -> float:
    return statistics.median(float(run[key]) for run in runs)


def build_once(book: Path) -> dict[str, Any]:
    """What this process, which must be a fresh one, says of a build of `book`. Phases as the build names them."""
    watch = Stopwatch()
    watch("start-up")
    from troth.app.bootstrap import open_workspace
    from troth.app.building.build import build

    build(workspace := open_workspace(book), progress=watch)
    phases = watch.stop()
    took = {"wall_s": sum(phases.values()), "cpu_s": cpu_s(), "peak_mib": peak_mib()}
    together: dict[str, float] = {}
    for name, seconds in phases.items():
        whole = "reading" if name.startswith("reading") else name
        together[whole] = together.get(whole, 0.0) + seconds
    return {**took, "phases": together, "found_s": _found_s(workspace)}


def _found_s(workspace: Workspace) -> float:
    """What the command does after it has published: no part of what plain SQL is compared with."""
    from troth.app.building.ready import make_ready

    begun = time.perf_counter()
    ready = make_ready(workspace)
    return time.perf_counter() - begun if ready else 0.0


if __name__ == "__main__":
    print(json.dumps(build_once(Path(sys.argv[1]))))
