"""Which statements of a build take the time: the engine with a clock in front of it."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.process import cpu_s, peak_mib
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.workspace import Workspace
from troth.record import Engine

SHOWN = 110


@dataclass
class Timed:
    """Implements `record.ports.Engine` over another. said: (statement, wall seconds, processor seconds) in their order."""

    engine: Engine
    said: list[tuple[str, float, float]] = field(default_factory=list)

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        with self._timed(sql):
            self.engine.run(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._timed(sql):
            return self.engine.rows(sql, parameters)

    def names(self, sql: str) -> list[str]:
        return self.engine.names(sql)

    def together(self, statements: Sequence[str]) -> list[tuple[Any, ...]]:
        with self._timed(statements[0]):
            return self.engine.together(statements)

    def columns(self, sql: str, parameters: Sequence[object] = ()) -> dict[str, np.ndarray[Any, Any]]:
        with self._timed(sql):
            return self.engine.columns(sql, parameters)

    def load(self, table: str, columns: Mapping[str, np.ndarray[Any, Any]]) -> None:
        with self._timed(f"load {table}"):
            self.engine.load(table, columns)

    @contextmanager
    def _timed(self, sql: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), cpu_s()
        try:
            yield
        finally:
            self.said.append((sql, time.perf_counter() - wall, cpu_s() - cpu))


def timed(workspace: Workspace) -> tuple[Workspace, list[tuple[str, float, float]]]:
    """The workspace with a clock in front of its building engine, and what the clock will say."""
    said: list[tuple[str, float, float]] = []

    @contextmanager
    def building() -> Iterator[Engine]:
        with workspace.building() as engine:
            yield Timed(engine, said)

    return replace(workspace, building=building), said


def table(said: Sequence[tuple[str, float, float]], most: int) -> str:
    """The statements that took longest, those of one shape together."""
    shapes: dict[str, list[float]] = {}
    for sql, wall, cpu in said:
        line = shapes.setdefault(_shape(sql), [0, 0.0, 0.0])
        line[0] += 1
        line[1] += wall
        line[2] += cpu
    slowest = sorted(shapes.items(), key=lambda item: -item[1][1])[:most]
    lines = [f"{wall:8.2f} s {cpu:8.2f} cpu {int(times):5}x  {shape}" for shape, (times, wall, cpu) in slowest]
    total = sum(wall for _, wall, _ in said)
    return "\n".join([*lines, f"{total:8.2f} s in {len(said)} statements"])


def _shape(sql: str) -> str:
    """Literals go, so that one statement for each partition is one line."""
    plain = re.sub(r"'[^']*'|\b\d+\b", "_", " ".join(sql.split()))
    return plain[:SHOWN]


def main(book: Path, most: int) -> None:
    workspace, said = timed(open_workspace(book))
    begun, cpu = time.perf_counter(), cpu_s()
    build(workspace)
    took = time.perf_counter() - begun
    print(table(said, most))
    print(json.dumps({"wall_s": took, "cpu_s": cpu_s() - cpu, "peak_mib": peak_mib()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 25)
