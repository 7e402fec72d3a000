"""What a new welcome page did to ratings: it came everywhere on one day, so there is only before and after."""

from pathlib import Path

import duckdb


def recover(data: Path) -> tuple[float, float]:
    """Points of rating: five weeks after less five weeks before, branch by branch, and the standard error by branch.

    Five weeks, since a longer time holds other changes: ratings have no trend that would matter in it.
    """
    read = duckdb.connect()
    read.execute("SET TimeZone = 'UTC'")
    rows = read.sql(f"""
        WITH went AS (
            SELECT began_on FROM '{data}/project_rollouts.csv' JOIN '{data}/projects.csv' USING (project) WHERE title = 'new welcome page'
        ), said AS (
            SELECT branch, rating, date_diff('day', began_on, window_from::TIMESTAMPTZ::DATE) AS day
            FROM '{data}/field_visits.csv' JOIN '{data}/survey_visits.csv' USING (visit_no), went
        ), means AS (
            SELECT avg(rating) FILTER (day BETWEEN 0 AND 34) - avg(rating) FILTER (day BETWEEN -35 AND -1) AS moved
            FROM said GROUP BY branch
        )
        SELECT avg(moved), stddev(moved) / sqrt(count(*)) FROM means
    """).fetchall()
    return rows[0][0], rows[0][1]
