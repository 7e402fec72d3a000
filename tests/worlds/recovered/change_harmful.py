"""What shorter visits do to time and to ratings: branches were drawn by lot."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd


def recover(data: Path) -> dict[str, tuple[float, float]]:
    """Points of rating, and logarithm of a visit's time, that shorter visits change; each with its standard error by branch.

    Differences in differences: branches, and the months of each region, taken out.
    """
    read = duckdb.connect()
    read.execute("SET TimeZone = 'UTC'")
    cells: Any = read.sql(f"""
        WITH went AS (
            SELECT place AS branch, began_on FROM '{data}/project_rollouts.csv' JOIN '{data}/projects.csv' USING (project)
            WHERE title = 'shorter visits'
        ), regions AS (SELECT DISTINCT country, region FROM '{data}/crm_accounts.csv')
        SELECT v.branch, region || strftime(window_from::TIMESTAMPTZ, '%Y-%m') AS month,
            coalesce(window_from::TIMESTAMPTZ >= began_on, false)::INT AS short, avg(rating) AS rating, count(rating) AS answers,
            avg(ln(epoch(done_at::TIMESTAMPTZ) - epoch(arrived_at::TIMESTAMPTZ))) AS time
        FROM '{data}/field_visits.csv' v LEFT JOIN '{data}/survey_visits.csv' USING (visit_no) LEFT JOIN went ON v.branch = went.branch
        JOIN regions ON left(v.branch, 2) = country WHERE outcome = 'done' GROUP BY ALL HAVING count(rating) > 0 ORDER BY ALL
    """).df()
    weight = np.sqrt(cells.answers.to_numpy(float))
    columns = cells[["short", "rating", "time"]].to_numpy(float) * weight[:, None]
    means = pd.get_dummies(cells[["branch", "month"]]).to_numpy(float) * weight[:, None]
    x, *outcomes = (columns - means @ np.linalg.lstsq(means, columns, rcond=None)[0]).T
    slopes = [float(x @ y / (x @ x)) for y in outcomes]
    scores = [pd.Series(x * (y - x * slope)).groupby(cells.branch).sum() for y, slope in zip(outcomes, slopes, strict=True)]
    return {name: (slopes[n], float(np.sqrt((scores[n] ** 2).sum()) / (x @ x))) for n, name in enumerate(("rating", "time"))}
