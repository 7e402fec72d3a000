"""Which branch needs less time a visit than all others, and what its ratings did meanwhile."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np


def recover(data: Path) -> dict[str, Any]:
    """The quickest branch, its time a visit against the median branch's (next: of the next quickest), and by how much its ratings fell.

    Times are those before visits were made shorter anywhere. A fall is the slope over the record, less the median slope of branches to
    which the same projects came; error: as far as others' are from it, by the median, since a region may have its own reason to fall.
    """
    read = duckdb.connect()
    read.execute("SET TimeZone = 'UTC'")
    rows = read.sql(f"""
        WITH went AS (SELECT place, title, began_on FROM '{data}/project_rollouts.csv' JOIN '{data}/projects.csv' USING (project)),
        seen AS (
            SELECT *, epoch(window_from::TIMESTAMPTZ) AS begins, epoch(done_at::TIMESTAMPTZ) - epoch(arrived_at::TIMESTAMPTZ) AS took
            FROM '{data}/field_visits.csv' LEFT JOIN '{data}/survey_visits.csv' USING (visit_no)
        ), branches AS (
            SELECT branch, regr_slope(rating, begins) * (SELECT max(begins) - min(begins) FROM seen) AS slope,
                median(took) FILTER (begins < (SELECT min(epoch(began_on)) FROM went WHERE title = 'shorter visits')) AS took,
                (SELECT list(title ORDER BY title) FROM went WHERE place = branch AND title IN ('shorter visits', 'training in listening'))
                AS projects FROM seen GROUP BY branch
        )
        SELECT branch, took / median(took) OVER (), median(slope) OVER (PARTITION BY projects) - slope FROM branches ORDER BY took
    """).fetchall()
    (branch, time, fall), others = rows[0], np.array([row[2] for row in rows[1:]])
    return {"branch": branch, "time": time, "next": rows[1][1], "fall": fall, "error": 1.4826 * float(np.median(np.abs(others)))}
