"""How many months after the staff's attitude the customers' impression follows, and by how much a point."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np

LAGS = 5


def recover(data: Path) -> dict[int, tuple[float, float]]:
    """By lag in months: points a point and the standard error by branch, all lags at once, branches and months taken out.

    A mean of few answers is noisy, which would weaken the effect: so one half of the answers stands for the other (instruments).
    """
    rows = duckdb.execute(f"""
        SELECT unit, s.month, avg(attitude) FILTER (right(answer, 1) IN ('0', '2', '4', '6', '8')),
            avg(attitude) FILTER (right(answer, 1) IN ('1', '3', '5', '7', '9')), any_value(i.impression)
        FROM '{data}/staff_pulse.csv' s JOIN (
            SELECT branch AS unit, month, avg(impression) AS impression FROM '{data}/survey_impression.csv' GROUP BY ALL
        ) i USING (unit, month) GROUP BY ALL ORDER BY ALL
    """).fetchall()
    units = len({row[0] for row in rows})
    one, other, seen = (np.array([row[place] for row in rows]).reshape(units, -1) for place in (2, 3, 4))
    x, z = (np.stack([_within(half, lag) for lag in range(LAGS)], axis=-1) for half in (one, other))
    y = _within(seen, 0)
    inverse = np.linalg.inv(np.einsum("bti,btj->ij", z, x))
    slopes = inverse @ np.einsum("bti,bt->i", z, y)
    scores = np.einsum("bti,bt->bi", z, y - x @ slopes)
    errors = np.sqrt(np.diag(inverse @ (scores.T @ scores) @ inverse.T))
    return {lag: (float(slopes[lag]), float(errors[lag])) for lag in range(LAGS)}


def _within(grid: Any, lag: int) -> Any:
    cut = grid[:, LAGS - 1 - lag : grid.shape[1] - lag]
    return cut - cut.mean(axis=0) - cut.mean(axis=1)[:, None] + cut.mean()
