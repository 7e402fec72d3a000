"""Which part of those who would leave over a late order stays if it is solved within a day, and within three: their losses against the
losses among cases of the same segment that took longer or were never opened.

Late is at least two days. Errors are those of 200 draws with replacement.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np

from tests.worlds.recovered import Found

SQL = """
WITH done AS (SELECT order_no, arg_max(status_at, recorded_at) AS delivered FROM 'carrier_tracking.csv' WHERE status = 'delivered'
    GROUP BY ALL),
zone(ship_country, tz) AS (VALUES ('DE', 'Europe/Berlin'), ('FR', 'Europe/Paris'), ('ES', 'Europe/Madrid'), ('GB', 'Europe/London'),
    ('SA', 'Asia/Riyadh'), ('US', 'America/New_York'), ('BR', 'America/Sao_Paulo'), ('JP', 'Asia/Tokyo'), ('IN', 'Asia/Kolkata')),
cases AS (SELECT order_no, min(solved_at) AS solved, epoch(min(solved_at) - min(created_at)) / 3600 AS hours
    FROM 'helpdesk_tickets.csv' WHERE theme = 'where is it' GROUP BY ALL),
job AS (SELECT customer_group AS segment, promised_date, coalesce(timezone(tz, delivered)::DATE, '2026-01-01') - promised_date AS late,
    hours, (max(placed_at) OVER (PARTITION BY customer_no) > coalesce(solved, promised_date) + to_days(9))::INT AS stays
    FROM read_csv('erp_orders.csv', delim=';', decimal_separator=',') JOIN read_csv('erp_customers.csv', delim=';') AS k USING (customer_no)
    JOIN zone USING (ship_country) LEFT JOIN done USING (order_no) LEFT JOIN cases USING (order_no) WHERE cancelled_at IS NULL),
old AS (SELECT *, avg(stays) FILTER (late <= 0) OVER (PARTITION BY segment) AS usual FROM job WHERE promised_date < '2025-07-01')
SELECT segment, coalesce((hours > 24)::INT + (hours > 72)::INT, 2) AS took, 1 - stays / usual AS lost FROM old WHERE late > 1
"""


def recover(data: Path) -> dict[str, Found]:
    rows = duckdb.connect().execute(f"SET TimeZone = 'UTC'; SET file_search_path = '{data}'; {SQL}").fetchnumpy()
    took, lost, segment = rows["took"], rows["lost"], np.unique(rows["segment"].astype(str), return_inverse=True)[1]
    chance, draws, these = np.random.default_rng(0), [], np.arange(len(lost))
    for _ in range(201):
        t, gone, s = took[these], lost[these], segment[these]
        expected = (np.bincount(s[t == 2], gone[t == 2]) / np.bincount(s[t == 2]))[s]
        draws.append([1 - gone[t == soon].sum() / expected[t == soon].sum() for soon in (0, 1)])
        these = chance.integers(0, len(lost), len(lost))
    sizes, errors = draws[0], np.std(draws[1:], axis=0)
    return {name: Found(float(sizes[at]), float(errors[at])) for at, name in enumerate(("within 24 h", "within 72 h"))}
