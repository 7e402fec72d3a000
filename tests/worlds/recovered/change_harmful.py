"""What shorter visits do to time and to ratings: branches were drawn by lot.

Differences in differences: branches, the months of each region, the months since training, and how many visits began late are taken out,
since a day of shorter visits runs late less often; the branch whose ratings fall most is left out, which is another finding.
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
seen AS (SELECT *, window_from::TIMESTAMPTZ AS begins, ln(epoch(done_at::TIMESTAMPTZ) - epoch(arrived_at::TIMESTAMPTZ)) AS took
    FROM 'field_visits.csv' LEFT JOIN 'survey_visits.csv' USING (visit_no) WHERE outcome = 'done'),
regions AS (SELECT DISTINCT country, region FROM 'crm_accounts.csv')
SELECT branch, region || strftime(begins, '%Y-%m') AS month, coalesce(begins >= short, false)::INT AS short,
    coalesce(greatest(date_diff('month', told, begins::DATE), -1), -1) AS told, avg(rating) AS rating, avg(took) AS time,
    avg((arrived_at > window_to)::INT) AS late, sqrt(count(rating)) AS weight
FROM seen JOIN regions ON left(branch, 2) = country LEFT JOIN went USING (branch)
WHERE branch <> (SELECT branch FROM seen GROUP BY branch ORDER BY regr_slope(rating, epoch(begins)) LIMIT 1)
GROUP BY branch, month, coalesce(begins >= short, false)::INT, coalesce(greatest(date_diff('month', told, begins::DATE), -1), -1)
HAVING count(rating) > 0 ORDER BY ALL
"""


def recover(data: Path) -> dict[str, tuple[float, float]]:
    """Points of rating, and logarithm of a visit's time, that shorter visits change; each with the jackknife's standard error by branch."""
    cells: Any = duckdb.connect().execute(f"SET TimeZone = 'UTC'; SET file_search_path = '{data}'; {SQL}").df()
    whole, *parts = (_fit(cells[cells.branch != out]) for out in ("", *cells.branch.unique()))
    errors = np.std(parts, axis=0) * np.sqrt(len(parts) - 1)
    return {"rating": (float(whole[0]), float(errors[0])), "time": (float(whole[1]), float(errors[1]))}


def _fit(cells: Any) -> Any:
    taken = pd.get_dummies(cells[["branch", "month", "told"]], columns=["branch", "month", "told"]).to_numpy(float)
    weight, x = cells.weight.to_numpy()[:, None] ** 2, np.column_stack([cells.short, cells.late, taken])
    return (np.linalg.pinv(x.T @ (weight * x), 1e-9, hermitian=True) @ (x.T @ (weight * cells[["rating", "time"]].to_numpy())))[0]
