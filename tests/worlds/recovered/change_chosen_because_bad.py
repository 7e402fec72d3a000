"""What coaching does for the branches that were worst in a quarter: before and after, and against what they were like before that."""

from pathlib import Path
from typing import Any

import duckdb


def recover(data: Path) -> dict[str, tuple[float, float]]:
    """Points of rating, with standard errors by branch. naive: the quarter after, less the quarter in which they were chosen.

    honest: the quarter after, less all before that quarter, of the median branch, against that of those not chosen.
    """
    read = duckdb.connect()
    read.execute("SET TimeZone = 'UTC'")
    rows: Any = read.sql(f"""
        WITH went AS (SELECT * FROM '{data}/project_rollouts.csv' JOIN '{data}/projects.csv' USING (project)),
        coached AS (SELECT place AS branch, began_on FROM went WHERE title = 'coaching of weak branches'),
        said AS (
            SELECT branch, rating, date_diff('month', (SELECT any_value(began_on) FROM coached), window_from::TIMESTAMPTZ::DATE) AS month
            FROM '{data}/field_visits.csv' JOIN '{data}/survey_visits.csv' USING (visit_no)
        ), means AS (
            SELECT branch IN (SELECT branch FROM coached) AS chosen, avg(rating) FILTER (month BETWEEN 0 AND 2) AS after,
                avg(rating) FILTER (month BETWEEN -3 AND -1) AS bad, avg(rating) FILTER (month < -3) AS before
            FROM said GROUP BY branch
        )
        SELECT chosen, avg(after - bad), stddev(after - bad) / sqrt(count(*)), median(after - before),
            1.2533 * stddev(after - before) / sqrt(count(*))
        FROM means GROUP BY chosen ORDER BY chosen
    """).fetchall()
    (_, _, _, usual, usual_error), (_, naive, naive_error, change, error) = rows
    return {"naive": (naive, naive_error), "honest": (change - usual, float((error**2 + usual_error**2) ** 0.5))}
