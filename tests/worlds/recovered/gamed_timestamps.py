"""At which branch technicians stand in the record before they stand at the door, by visits that somebody else timed too."""

from pathlib import Path
from typing import Any

import duckdb


def recover(data: Path) -> dict[str, Any]:
    """Branches whose records run ahead by more than chance allows, in minutes with a standard error: the median of each branch."""
    rows = duckdb.execute(f"""
        WITH apart AS (
            SELECT m.branch, (epoch(m.seen_arrival::TIMESTAMPTZ) - epoch(v.arrived_at::TIMESTAMPTZ)) / 60 AS minutes
            FROM '{data}/mystery_visits.json' m JOIN '{data}/field_visits.csv' v USING (visit_no)
        )
        SELECT branch, median(minutes), 1.2533 * 1.4826 * mad(minutes) / sqrt(count(*)) FROM apart GROUP BY branch ORDER BY 2 DESC
    """).fetchall()
    found = {branch: (ahead, error) for branch, ahead, error in rows if ahead > 6 * max(error, 0.2)}
    return {"found": found, "others": max(abs(ahead) for branch, ahead, _ in rows if branch not in found)}
