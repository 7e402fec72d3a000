"""A command line that takes a second to say "no such folder" feels broken; these two keep it quick."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

HEAVY = ("alembic", "duckdb", "dulwich", "jinja2", "numpy", "pydantic", "sqlalchemy", "sqlglot")
SECONDS = 0.3
RUNS = 5


@cache
def _import_times() -> dict[str, int]:
    """Module -> cumulative microseconds of `import troth.faces.cli`, in a fresh interpreter."""
    done = subprocess.run([sys.executable, "-X", "importtime", "-c", "import troth.faces.cli"], capture_output=True, text=True, check=True)
    times = {}
    for line in done.stderr.splitlines():
        fields = line.removeprefix("import time:").split("|")
        if len(fields) == 3 and fields[1].strip().isdigit():
            times[fields[2].strip()] = int(fields[1])
    return times


@pytest.mark.parametrize("package", HEAVY)
def test_the_command_line_starts_without(package: str) -> None:
    assert package not in _import_times()


def test_the_command_line_starts_quickly(tmp_path: Path) -> None:
    """Processor time, which a busy machine does not stretch, with bytecode cached as an installed package has it."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    clock = "import time; start = time.process_time(); import troth.faces.cli; print(time.process_time() - start)"
    seconds = [
        float(subprocess.run([sys.executable, "-c", clock], capture_output=True, text=True, check=True, env=environment).stdout)
        for _ in range(RUNS)
    ]

    assert min(seconds) < SECONDS
