"""Which warehouse loses capacity, since when, for how many days and how much: the days on which picks take longest for the number of them.

Picks are held against their warehouse's median of six months, by the day of release and without nights; a window of 3 to 40 days stands
out at ten standard errors.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np

from tests.worlds.recovered import Found

SQL = """
WITH scan AS (SELECT order_no, site, scan, left(scanned_at, 19)::TIMESTAMP AS at FROM read_csv('wms_scans_*.csv', all_varchar=true)),
open AS (SELECT site, min(scan.at::TIME) AS first, max(scan.at::TIME) AS last FROM scan GROUP BY ALL),
job AS (SELECT order_no, site, max(scan.at) FILTER (scan = 'released') AS released, max(scan.at) FILTER (scan = 'pick started') AS begun,
    max(scan.at) FILTER (scan = 'picked') AS done FROM scan GROUP BY ALL HAVING released + (done - begun) IS NOT NULL),
pick AS (SELECT site, released::DATE AS date, ln(epoch(done - begun - CASE WHEN begun::DATE < done::DATE
    THEN (done::DATE + first) - (begun::DATE + last) ELSE INTERVAL 0 DAY END)) AS pick FROM job JOIN open USING (site))
SELECT site, date_diff('day', DATE '2024-01-01', date) AS day, pick - median(pick) OVER near AS more FROM pick
WINDOW near AS (PARTITION BY site ORDER BY date RANGE BETWEEN INTERVAL 90 DAY PRECEDING AND INTERVAL 90 DAY FOLLOWING)
"""


def recover(data: Path) -> tuple[Found, int] | None:
    rows = duckdb.connect().execute(f"SET file_search_path = '{data}'; {SQL}").fetchnumpy()
    best, found = 10.0, None
    for site in np.unique(rows["site"].astype(str)):
        day, more = (rows[name][rows["site"] == site] for name in ("day", "more"))
        total = np.cumsum(np.bincount(day + 1, np.clip(more, -2, 2), 733))
        count = np.cumsum(np.bincount(day + 1, minlength=733))
        for days in range(3, 41):
            score = (total[days:] - total[:-days]) / np.sqrt(np.maximum(count[days:] - count[:-days], 1)) / more.std()
            if score.max() > best:
                best, start = float(score.max()), int(score.argmax())
                then = more[(day >= start) & (day < start + days)]
                kept, place = float(np.exp(-np.median(then))), f"{site} {np.datetime64('2024-01-01') + start}"
                found = Found(1 - kept, kept * 1.25 * float(more.std()) / len(then) ** 0.5, place), days
    return found
