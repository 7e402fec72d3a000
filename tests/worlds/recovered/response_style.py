"""From which week which region answers lower although the service is what it was."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np


def recover(data: Path) -> dict[str, tuple[str, str, float, float]]:
    """Region, week, points lower and a standard error, of all answers and of those with nothing to complain of: in time, not called back.

    The step down that explains most, of a region's branches against the median branch to which the same projects came.
    """
    read = duckdb.connect()
    read.execute("SET TimeZone = 'UTC'")
    said: Any = read.sql(f"""
        WITH went AS (SELECT place, title FROM '{data}/project_rollouts.csv' JOIN '{data}/projects.csv' USING (project)),
        regions AS (SELECT DISTINCT country, region FROM '{data}/crm_accounts.csv')
        SELECT branch, region, date_trunc('week', window_from::TIMESTAMPTZ)::DATE::VARCHAR AS week, rating,
            arrived_at::TIMESTAMPTZ <= window_to::TIMESTAMPTZ AND called_back_at IS NULL AS content,
            concat((branch, 'shorter visits') IN (FROM went), (branch, 'training in listening') IN (FROM went)) AS projects
        FROM '{data}/field_visits.csv' JOIN '{data}/survey_visits.csv' USING (visit_no) JOIN regions ON left(branch, 2) = country
    """).df()
    return {"all": _step(said), "content": _step(said[said.content])}


def _step(said: Any) -> tuple[str, str, float, float]:
    sums, counts = (said.pivot_table("rating", ["region", "projects", "branch"], "week", how, 0).cumsum(axis=1) for how in ("sum", "count"))
    steps = sums / counts - (sums.rsub(sums.iloc[:, -1], axis=0) / counts.rsub(counts.iloc[:, -1], axis=0))
    steps = (steps - steps.groupby("projects").transform("median")).shift(1, axis=1).iloc[:, 8:-8]
    told = steps.groupby("region").mean() * np.sqrt(np.arange(8, 8 + steps.shape[1]) * np.arange(7 + steps.shape[1], 7, -1))
    told = told.mul(np.sqrt(steps.groupby("region").size()), axis=0).stack()
    region, week = told.idxmax()
    here = steps.index.get_level_values("region") == region
    error = 1.4826 * float(steps.loc[~here, week].abs().median()) * np.sqrt(1 / here.sum() + 1 / (~here).sum())
    return str(region), str(week), float(steps.loc[here, week].mean()), float(error)
