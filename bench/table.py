"""What was measured, as lines of a table: on the terminal and between the markers of bench/README.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

README = Path(__file__).resolve().parent / "README.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True, slots=True)
class Line:
    """against: the goal, or the limit measured in the same run. met: None where there is no goal."""

    what: str
    measured: str
    against: str = ""
    notes: str = ""
    met: bool | None = None


def shown(seconds: float) -> str:
    """
    >>> shown(12.345), shown(0.0123)
    ('12.3 s', '12 ms')
    """
    if seconds >= 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def markdown(lines: Sequence[Line]) -> str:
    said = {True: "yes", False: "**no**", None: ""}
    rows = [f"| {line.what} | {line.measured} | {line.against} | {said[line.met]} | {line.notes.replace('|', '·')} |" for line in lines]
    return "\n".join(["| what | measured | goal or limit | met | notes |", "|---|---|---|---|---|", *rows])


def shape() -> str:
    """The machine in the terms that matter: no name, no address."""
    import duckdb
    import numpy

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0.0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    held = f", {memory:.0f} GiB" if memory else ""
    load = f", {os.getloadavg()[0]:.1f} processes waiting or running at the end" if hasattr(os, "getloadavg") else ""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cores} cores{held}, {platform.system()} {platform.machine()},"
        f" Python {platform.python_version()}, DuckDB {duckdb.__version__}, numpy {numpy.__version__}{load}."
    )


def keep(name: str, lines: Sequence[Line]) -> None:
    """Put a bench's lines into the README in place of its last ones; those of other benches stay."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN.replace("measured", name), 1)
    after = rest.split(END.replace("measured", name), 1)[1]
    section = f"{BEGIN.replace('measured', name)}\n{shape()}\n\n{markdown(lines)}\n{END.replace('measured', name)}"
    README.write_text(before + section + after, encoding="utf-8")
