"""What training adds to ratings and how fast that fades: branches were drawn by lot.

Branches, regions' months and shorter visits are taken out; the branch whose ratings fall most is left out, which is another finding.
"""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

SQL = """
WITH went AS (SELECT place AS branch, any_value(began_on) FILTER (title = 'shorter visits') AS short,
    any_value(began_on) FILTER (title = 'training in listening') AS told FROM 'project_rollouts.csv' JOIN 'projects.csv' USING (project)
    GROUP BY ALL),
said AS (SELECT branch, rating, window_from::TIMESTAMPTZ AS begins FROM 'field_visits.csv' JOIN 'survey_visits.csv' USING (visit_no)),
regions AS (SELECT DISTINCT country, region FROM 'crm_accounts.csv')
SELECT branch, region || strftime(begins, '%Y-%m') AS month, avg(rating) AS rating, sqrt(count(*)) AS weight,
    coalesce(begins >= short, false) AS short, coalesce(avg(date_diff('day', told, begins::DATE)) FILTER (begins >= told), 9999) AS age
FROM said JOIN regions ON left(branch, 2) = country LEFT JOIN went USING (branch)
WHERE branch <> (SELECT branch FROM said GROUP BY branch ORDER BY regr_slope(rating, epoch(begins)) LIMIT 1)
GROUP BY branch, month, coalesce(begins >= short, false), begins >= told ORDER BY ALL
"""


def recover(data: Path) -> dict[str, tuple[float, float]]:
    """Points at the start, and days until half is gone, each with a standard error by branch: the jackknife's, since branches are few."""
    cells: Any = duckdb.connect().execute(f"SET TimeZone = 'UTC'; SET file_search_path = '{data}'; {SQL}").df()
    whole, *parts = (_fit(cells[cells.branch != out]) for out in ("", *cells.branch.unique()))
    errors = np.std(parts, axis=0) * np.sqrt(len(parts) - 1)
    return {"size": (whole[0], float(errors[0])), "half_life": (whole[1], float(errors[1]))}


def _fit(cells: Any) -> tuple[float, float]:
    halves, weight = np.geomspace(20, 400, 150), cells.weight.to_numpy()[:, None]
    values = weight * np.column_stack([cells.rating, 0.5 ** (cells.age.to_numpy()[:, None] / halves)])
    taken = weight * pd.get_dummies(cells[["branch", "month", "short"]], columns=["branch", "month", "short"]).to_numpy(float)
    y, *curves = (values - taken @ (np.linalg.pinv(taken.T @ taken, 1e-9, hermitian=True) @ (taken.T @ values))).T
    best = int(np.argmax([(x @ y) ** 2 / (x @ x) for x in curves]))
    return float(curves[best] @ y / (curves[best] @ curves[best])), float(halves[best])
