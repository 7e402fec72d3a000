"""Which part of the late orders would have been on time, had the carrier got them in time: those that stood for more than a working day
between packing and handover, less as many as are late anyhow among others of their warehouse, lane, month and bulk.

Where more than a quarter stand that long, a dock is too slow for what it gets, which is another finding.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.worlds.recovered import Found

SQL = """
WITH done AS (SELECT order_no, arg_max(status_at, recorded_at) AS delivered FROM 'carrier_tracking.csv' WHERE status = 'delivered'
    GROUP BY ALL),
zone(ship_country, tz) AS (VALUES ('DE', 'Europe/Berlin'), ('FR', 'Europe/Paris'), ('ES', 'Europe/Madrid'), ('GB', 'Europe/London'),
    ('SA', 'Asia/Riyadh'), ('US', 'America/New_York'), ('BR', 'America/Sao_Paulo'), ('JP', 'Asia/Tokyo'), ('IN', 'Asia/Kolkata')),
scan AS (SELECT order_no, site, scan, left(scanned_at, 19)::TIMESTAMP AS at FROM read_csv('wms_scans_*.csv', all_varchar=true)),
day AS (SELECT DISTINCT site, scan.at::DATE AS date, dense_rank() OVER (PARTITION BY site ORDER BY date) AS day FROM scan),
timed AS (SELECT order_no, scan, day + epoch(scan.at - date) / 86400 AS clock FROM scan JOIN day ON day.site = scan.site
    AND date = scan.at::DATE),
stood AS (SELECT order_no, max(clock) FILTER (scan = 'handed over') - max(clock) FILTER (scan IN ('picked', 'packed')) > 1 AS stood
    FROM timed GROUP BY ALL HAVING stood IS NOT NULL),
job AS (SELECT warehouse, ship_country, bulky, date_trunc('month', placed_at), stood, avg(stood::INT) OVER (PARTITION BY warehouse,
    bulky) AS often,
    coalesce(timezone(tz, delivered)::DATE > promised_date, true)::INT AS late
    FROM read_csv('erp_orders.csv', delim=';', decimal_separator=',') JOIN zone USING (ship_country) JOIN stood USING (order_no)
    LEFT JOIN done USING (order_no) WHERE cancelled_at IS NULL AND promised_date < DATE '2026-01-01'),
stratum AS (SELECT * EXCLUDE (stood, late, often), count(*) FILTER (stood) AS n, avg(late) FILTER (stood) AS p,
    count(*) FILTER (NOT stood) AS others, avg(late) FILTER (NOT stood) AS usual FROM job WHERE often < 0.25 GROUP BY ALL)
SELECT sum(n * (p - usual)), sqrt(sum(n * p * (1 - p) + n * n * usual * (1 - usual) / others)), (SELECT sum(late) FROM job)
FROM stratum WHERE n > 0 AND others > 0
"""


def recover(data: Path) -> Found:
    caused, error, late = duckdb.connect().execute(f"SET TimeZone = 'UTC'; SET file_search_path = '{data}'; {SQL}").fetchall()[0]
    return Found((caused or 0) / late, (error or 0) / late)
