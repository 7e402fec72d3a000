"""Which customers of high value see five orders or more late by five days or more within sixty days.

Orders of a warehouse and a week in which that befalls a tenth of its other customers are left out: they are its trouble, not the
customer's. Customers are counted and not their orders, since two who are let down may order much at one warehouse.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

SQL = """
WITH done AS (SELECT order_no, arg_max(status_at, recorded_at) AS delivered FROM 'carrier_tracking.csv' WHERE status = 'delivered'
    GROUP BY ALL),
zone(ship_country, tz) AS (VALUES ('DE', 'Europe/Berlin'), ('FR', 'Europe/Paris'), ('ES', 'Europe/Madrid'), ('GB', 'Europe/London'),
    ('SA', 'Asia/Riyadh'), ('US', 'America/New_York'), ('BR', 'America/Sao_Paulo'), ('JP', 'Asia/Tokyo'), ('IN', 'Asia/Kolkata')),
job AS (SELECT customer_no, customer_group, placed_at, warehouse, date_trunc('week', placed_at) AS week,
    date_diff('day', promised_date, coalesce(timezone(tz, delivered)::DATE, '2026-01-01')) >= 5 AS late
    FROM read_csv('erp_orders.csv', delim=';', decimal_separator=',') JOIN read_csv('erp_customers.csv', delim=';') AS k USING (customer_no)
    JOIN zone USING (ship_country) LEFT JOIN done USING (order_no) WHERE cancelled_at IS NULL AND promised_date < '2025-12-27'),
mine AS (SELECT warehouse, week, customer_no, max(late::INT) AS late FROM job GROUP BY ALL),
here AS (SELECT warehouse, week, sum(late) AS let_down, count(*) AS customers FROM mine GROUP BY ALL),
runs AS (SELECT customer_no, count(*) OVER (PARTITION BY customer_no ORDER BY placed_at RANGE BETWEEN INTERVAL 60 DAY PRECEDING
    AND CURRENT ROW) AS n
    FROM job JOIN here USING (warehouse, week) WHERE late AND let_down - 1 <= 0.1 * (customers - 1)
    AND customer_group IN ('strategic', 'key'))
SELECT DISTINCT customer_no FROM runs WHERE n >= 5 ORDER BY ALL
"""


def recover(data: Path) -> list[str]:
    return [
        customer for (customer,) in duckdb.connect().execute(f"SET TimeZone = 'UTC'; SET file_search_path = '{data}'; {SQL}").fetchall()
    ]
