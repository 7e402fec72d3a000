"""What checklists add to first-visit fix: branches took them up in waves, in an order of chance."""

from pathlib import Path
from typing import Any

import duckdb
import statsmodels.formula.api as smf


def recover(data: Path) -> tuple[float, float]:
    """The share of visits after which nobody calls back, that the checklists add, and its standard error by branch.

    Branches and months taken out. The last week is left out: who will call back has not done so yet.
    """
    read = duckdb.connect()
    read.execute("SET TimeZone = 'UTC'")
    cells: Any = read.sql(f"""
        WITH went AS (
            SELECT place AS branch, began_on FROM '{data}/project_rollouts.csv' JOIN '{data}/projects.csv' USING (project)
            WHERE title = 'checklist for the first visit'
        ), visits AS (
            SELECT *, window_from::TIMESTAMPTZ AS begins, max(arrived_at::TIMESTAMPTZ) OVER () - INTERVAL 7 DAY AS until
            FROM '{data}/field_visits.csv' WHERE outcome = 'done'
        )
        SELECT branch, strftime(begins, '%Y-%m') AS month, (begins >= began_on)::INT AS listed, avg((called_back_at IS NULL)::INT) AS fixed,
            count(*) AS visits
        FROM visits JOIN went USING (branch) WHERE begins < until GROUP BY ALL ORDER BY ALL
    """).df()
    groups = {"groups": cells.branch.astype("category").cat.codes}
    fit = smf.wls("fixed ~ listed + C(branch) + C(month)", cells, weights=cells.visits).fit(cov_type="cluster", cov_kwds=groups)
    return float(fit.params.listed), float(fit.bse.listed)
