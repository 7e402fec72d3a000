"""How many months after the customers' impression the growth of revenue follows, and by how much a point."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np

LAGS = 5


def recover(data: Path) -> dict[int, tuple[float, float]]:
    """By lag in months: % of growth a point and the standard error by branch, all lags at once, branches and months taken out.

    A panel of thirty is noisy, which would weaken the effect: so one half of it stands for the other (instruments).
    """
    rows = duckdb.execute(f"""
        SELECT branch, i.month, avg(impression) FILTER (right(response, 1) IN ('0', '2', '4', '6', '8')),
            avg(impression) FILTER (right(response, 1) IN ('1', '3', '5', '7', '9')), any_value(l.booked)
        FROM '{data}/survey_impression.csv' i
        JOIN read_csv('{data}/cost_ledger.csv', decimal_separator = ',', delim = ';', types = {{'booked': 'DOUBLE'}}) l
        ON branch = unit AND i.month = l.month AND ledger_account = 'revenue' GROUP BY ALL ORDER BY ALL
    """).fetchall()
    units = len({row[0] for row in rows})
    one, other, booked = (np.array([row[place] for row in rows]).reshape(units, -1) for place in (2, 3, 4))
    x, z = (np.stack([_within(half, lag) for lag in range(LAGS)], axis=-1) for half in (one, other))
    y = _within(100 * np.diff(booked, axis=1, prepend=np.nan) / np.roll(booked, 1, axis=1), 0)
    inverse = np.linalg.inv(np.einsum("bti,btj->ij", z, x))
    slopes = inverse @ np.einsum("bti,bt->i", z, y)
    scores = np.einsum("bti,bt->bi", z, y - x @ slopes)
    errors = np.sqrt(np.diag(inverse @ (scores.T @ scores) @ inverse.T))
    return {lag: (float(slopes[lag]), float(errors[lag])) for lag in range(LAGS)}


def _within(grid: Any, lag: int) -> Any:
    cut = grid[:, LAGS - 1 - lag : grid.shape[1] - lag]
    return cut - cut.mean(axis=0) - cut.mean(axis=1)[:, None] + cut.mean()
