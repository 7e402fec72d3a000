"""Under which leader staff lost heart, from when, over how long, by how much, and how much later customers saw it."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np


def recover(data: Path) -> dict[str, Any]:
    """The fall that explains most of any branch's deviations. apart: in standard deviations of the others' at that time.

    customers_follow: months by which impressions follow most closely, at all branches, since one branch is too few to tell.
    """
    felt, units = _grid(f"SELECT unit, month, avg(attitude) FROM '{data}/staff_pulse.csv' GROUP BY ALL ORDER BY ALL")
    seen, _ = _grid(f"SELECT branch, month, avg(impression) FROM '{data}/survey_impression.csv' GROUP BY ALL ORDER BY ALL")
    months = felt.shape[1]
    shapes = [(start, length) for start in range(3, months - 3) for length in range(4, 13) if start + length < months + 3]
    fits = {shape: _falls(felt, *shape) for shape in shapes}
    start, length = max(shapes, key=lambda shape: float(fits[shape][1].max()))
    falls, told = fits[start, length]
    unit = int(told.argmax())
    spread = float(np.std(np.delete(falls, unit)))
    moves, follows = (grid - grid.mean(axis=1)[:, None] for grid in (felt, seen))
    later = max(range(5), key=lambda lag: float(np.corrcoef(moves[:, 4 - lag : months - lag].ravel(), follows[:, 4:].ravel())[0, 1]))
    found = {"branch": units[unit], "from_month": start, "months": length, "size": float(falls[unit]), "error": spread}
    return {**found, "apart": float(falls[unit]) / spread, "customers_follow": later}


def _grid(query: str) -> tuple[Any, list[str]]:
    rows = duckdb.execute(query).fetchall()
    units = sorted({row[0] for row in rows})
    grid = np.array([row[2] for row in rows]).reshape(len(units), -1)
    return grid - np.median(grid, axis=0), units


def _falls(grid: Any, start: int, length: int) -> tuple[Any, Any]:
    ramp = -np.clip((np.arange(grid.shape[1]) - start) / length, 0, 1)
    falls = grid @ (ramp - ramp.mean()) / ((ramp - ramp.mean()) ** 2).sum()
    return falls, np.where(falls > 0, falls**2 * ((ramp - ramp.mean()) ** 2).sum(), 0)
