"""How much less time a pick needs where there is a new way of picking: its change of the median, against the mean of what changed
elsewhere.

Picks that end on another day are left out, since the night is no work.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np

from tests.worlds.recovered import Found

SQL = """
WITH change AS (SELECT place, began_on FROM 'project_rollouts.csv' JOIN 'projects.csv' USING (project) WHERE title = 'new way of picking'),
scan AS (SELECT order_no, site, scan, left(scanned_at, 19)::TIMESTAMP AS at FROM read_csv('wms_scans_*.csv', all_varchar=true)),
pick AS (SELECT a.site, ln(epoch(b.at - a.at)) AS pick, a.at >= began_on AS after FROM change, scan a JOIN scan b USING (order_no)
    WHERE a.scan = 'pick started' AND b.scan = 'picked' AND a.at::DATE = b.at::DATE),
level AS (SELECT site, after, median(pick) AS pick, (mad(pick) * 1.86) ** 2 / count(*) AS variance FROM pick GROUP BY ALL)
SELECT site = place, b.pick - a.pick, a.variance + b.variance, place FROM change, level a JOIN level b USING (site) WHERE b.after
    AND NOT a.after
"""


def recover(data: Path) -> Found:
    rows = duckdb.connect().execute(f"SET file_search_path = '{data}'; {SQL}").fetchall()
    (_, here, variance, place), *_ = [row for row in rows if row[0]]
    others = [row for row in rows if not row[0]]
    kept = float(np.exp(here - np.mean([row[1] for row in others])))
    return Found(1 - kept, kept * float(np.sqrt(variance + sum(row[2] for row in others) / len(others) ** 2)), place)
