"""What it does to customers' ratings when more bonus is paid, by what the bonus is paid for."""

from pathlib import Path
from typing import Any

import duckdb
import statsmodels.formula.api as smf


def recover(data: Path) -> dict[str, tuple[float, float]]:
    """By scheme: points that a standard deviation more of bonus adds to the month's ratings, and its standard error by branch.

    Branches and months taken out.
    """
    read = duckdb.connect()
    read.execute("SET TimeZone = 'UTC'")
    cells: Any = read.sql(f"""
        WITH said AS (
            SELECT branch AS unit, strftime(window_from::TIMESTAMPTZ, '%Y-%m') AS month, avg(rating) AS rating, count(*) AS answers
            FROM '{data}/survey_visits.csv' JOIN '{data}/field_visits.csv' USING (visit_no) GROUP BY ALL
        ), paid AS (SELECT *, pool / stddev(pool) OVER (PARTITION BY scheme) AS more FROM '{data}/hr_bonus.csv')
        SELECT unit, month, rating, answers, scheme, more FROM said JOIN paid USING (unit, month) ORDER BY ALL
    """).df()
    groups = {"groups": cells.unit.astype("category").cat.codes}
    fit = smf.wls("rating ~ C(scheme):more + C(unit) + C(month)", cells, weights=cells.answers).fit(cov_type="cluster", cov_kwds=groups)
    terms = {scheme: f"C(scheme)[{scheme}]:more" for scheme in cells.scheme.unique()}
    return {scheme: (float(fit.params[term]), float(fit.bse[term])) for scheme, term in terms.items()}
