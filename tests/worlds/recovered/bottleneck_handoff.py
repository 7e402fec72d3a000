"""Between which two scans, in which warehouse, bulky goods wait longer than others, and by how many working hours in the median.

A warehouse's working hours are those of the week in which it scans, on days on which it scans anything. A wait stands out at five
standard errors.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np

from tests.worlds.recovered import Found

SQL = """
WITH scan AS (SELECT order_no, site, scan, left(scanned_at, 19)::TIMESTAMP AS at FROM read_csv('wms_scans_*.csv', all_varchar=true)),
usual AS (SELECT site, dayofweek(scan.at) AS day, hour(scan.at) AS hour, count(*) AS scans FROM scan GROUP BY ALL),
dates AS (SELECT DISTINCT site, scan.at::DATE AS date FROM scan),
open AS (SELECT site, date + to_hours(hour) AS begun, row_number() OVER (PARTITION BY site ORDER BY date, hour) AS worked
    FROM (SELECT * FROM usual QUALIFY scans > sum(scans) OVER (PARTITION BY site) / 500) JOIN dates USING (site)
    WHERE day = dayofweek(date)),
timed AS (SELECT order_no, scan.site, scan, worked + epoch(scan.at - begun) / 3600 AS clock
    FROM scan JOIN open ON scan.site = open.site AND date_trunc('hour', scan.at) = begun)
SELECT a.site || ': ' || a.scan || ' to ' || b.scan AS step, median(b.clock - a.clock), mad(b.clock - a.clock) * 1.86 / sqrt(count(*))
FROM timed a JOIN timed b USING (order_no) JOIN read_csv('erp_orders.csv', delim=';', decimal_separator=',') USING (order_no)
WHERE a.scan || b.scan IN ('releasedpick started', 'pick startedpicked', 'pickedpacked', 'packedhanded over')
GROUP BY step, bulky ORDER BY step, bulky
"""


def recover(data: Path) -> Found:
    db = duckdb.connect()
    rows = db.execute(f"SET file_search_path = '{data}'; {SQL}").fetchall()
    pairs = zip(rows[::2], rows[1::2], strict=True)
    found = max(
        (Found(bulky[1] - small[1], float(np.hypot(small[2], bulky[2])), bulky[0]) for small, bulky in pairs),
        key=lambda one: one.size / one.error,
    )
    return found if found.size > 5 * found.error else Found(found.size, found.error)
