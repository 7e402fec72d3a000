"""How many days an order may be late without a customer leaving for it; None where none leaves for any lateness up to four days.

Each day of lateness is held against orders in time of the same segment. Whoever was helped within three days is left out, and orders
after July of the last year, since too little of the record follows them.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

SQL = """
WITH done AS (SELECT order_no, arg_max(status_at, recorded_at) AS delivered FROM 'carrier_tracking.csv' WHERE status = 'delivered'
    GROUP BY ALL),
zone(ship_country, tz) AS (VALUES ('DE', 'Europe/Berlin'), ('FR', 'Europe/Paris'), ('ES', 'Europe/Madrid'), ('GB', 'Europe/London'),
    ('SA', 'Asia/Riyadh'), ('US', 'America/New_York'), ('BR', 'America/Sao_Paulo'), ('JP', 'Asia/Tokyo'), ('IN', 'Asia/Kolkata')),
cases AS (SELECT order_no, min(solved_at) AS solved, epoch(min(solved_at) - min(created_at)) / 3600 AS hours
    FROM 'helpdesk_tickets.csv' WHERE theme = 'where is it' GROUP BY ALL),
job AS (SELECT customer_group AS segment, promised_date, coalesce(timezone(tz, delivered)::DATE, '2026-01-01') - promised_date AS late,
    coalesce(hours, 1e9) AS hours, (max(placed_at) OVER own > coalesce(solved, promised_date) + INTERVAL 9 DAY)::INT AS stays
    FROM read_csv('erp_orders.csv', delim=';', decimal_separator=',') JOIN read_csv('erp_customers.csv', delim=';') AS k USING (customer_no)
    JOIN zone USING (ship_country) LEFT JOIN done USING (order_no) LEFT JOIN cases USING (order_no) WHERE cancelled_at IS NULL
    WINDOW own AS (PARTITION BY customer_no)),
old AS (SELECT *, avg(stays) FILTER (late <= 0) OVER (PARTITION BY segment) AS usual FROM job WHERE promised_date < '2025-07-01')
SELECT late, 1 - avg(stays / usual), stddev(stays / usual) / sqrt(count(*))
FROM old WHERE late BETWEEN 1 AND 4 AND hours > 72 GROUP BY ALL HAVING count(*) > 20 ORDER BY late
"""


def recover(data: Path) -> int | None:
    rows = duckdb.connect().execute(f"SET TimeZone = 'UTC'; SET file_search_path = '{data}'; {SQL}").fetchall()
    costly = [late for late, leaves, error in rows if leaves > 4 * error]
    return costly[0] - 1 if costly else None
