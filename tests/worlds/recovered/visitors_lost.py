"""From which delivery time on visitors order less, and how much less: of all ways to part what they were shown, the one that tells most.

A parting tells something at four standard errors.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.worlds.recovered import Found

SQL = """
WITH shown AS (SELECT delivery_days_shown AS days, (ordered = 'yes')::INT AS bought FROM read_csv('web_sessions.csv',
    types={'ordered': 'VARCHAR'})),
cut AS (SELECT parting, avg(bought) FILTER (days <= parting) AS short, avg(bought) FILTER (days > parting) AS long, avg(bought) AS p,
    count(*) FILTER (days <= parting) AS n, count(*) FILTER (days > parting) AS m FROM shown, range(1, 8) AS r(parting) GROUP BY ALL)
SELECT 1 - long / short AS less, long / short * sqrt((1 - short) / short / n + (1 - long) / long / m) AS error, parting
FROM cut ORDER BY (short - long) / sqrt(p * (1 - p) * (1 / n + 1 / m)) DESC LIMIT 1
"""


def recover(data: Path) -> Found:
    less, error, parting = duckdb.connect().execute(f"SET file_search_path = '{data}'; {SQL}").fetchall()[0]
    return Found(less, error, f"more than {parting} days" if less > 4 * error else "")
