"""Measured in a process of its own: wall time, peak memory, and what the process says of itself, as one line of JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
COMPILED = ROOT / "bench" / ".cache" / "compiled"


def warm() -> dict[str, str]:
    """The environment of a warm install: modules are compiled once, also where this environment forbids to keep that."""
    given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return given | {"PYTHONPYCACHEPREFIX": str(COMPILED)}


def fresh(module: str, *arguments: str) -> dict[str, Any]:
    """What `python -m bench.<module> <arguments>` printed on its last line; `process_s` is the whole process, start to end."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", f"bench.{module}", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=warm(), capture_output=True, text=True, check=False)
    took = time.perf_counter() - begun
    if done.returncode != 0:
        raise RuntimeError(f"bench.{module} {' '.join(arguments)} failed:\n{done.stderr}")
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said | {"process_s": took}


def best_of(act: Callable[[], Any], times: int = 3) -> float:
    """Seconds of the quickest of so many runs."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        found.append(time.perf_counter() - begun)
    return min(found)


def peak_mib() -> float:
    """The most memory this process held. Linux counts it from the start of the program, others for the process and its past."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def cpu_s() -> float:
    """Seconds of processor time of all threads so far."""
    return time.process_time()


class Stopwatch:
    """Seconds a phase: from one `__call__` to the next."""

    def __init__(self) -> None:
        self.phases: dict[str, float] = {}
        self._name: str | None = None
        self._since = time.perf_counter()

    def __call__(self, name: str) -> None:
        now = time.perf_counter()
        if self._name is not None:
            self.phases[self._name] = self.phases.get(self._name, 0.0) + now - self._since
        self._name, self._since = name, now

    def stop(self) -> dict[str, float]:
        self("")
        return self.phases
