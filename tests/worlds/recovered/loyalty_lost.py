"""How many more customers of a segment order no more after the first of their orders that came at least two days late, than others do
after one in time.

Only a customer's first counts, and orders in time before it: who is let down once is let down again, which would count twice. Both are of
one month, since there was more lateness in some, and more of the record follows others. Whoever was helped within three days is left
out, and orders after July of the last year, since too little of the record follows them. An order counts as one to follow from nine days
after the promise or the help, since who is leaving may order once more in that week. Errors are those of shares, with one more who
stays and one more who goes, since a few who all stay are not sure to.
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
cases AS (SELECT order_no, min(solved_at) AS solved, epoch(min(solved_at) - min(created_at)) / 3600 AS hours
    FROM 'helpdesk_tickets.csv' WHERE theme = 'where is it' GROUP BY ALL),
job AS (SELECT customer_no, customer_group AS segment, promised_date, coalesce(timezone(tz, delivered)::DATE, '2026-01-01') - promised_date
    AS late, coalesce(hours, 1e9) AS hours, (max(placed_at) OVER (PARTITION BY customer_no) > coalesce(solved, promised_date)
    + INTERVAL 9 DAY)::INT AS stays
    FROM read_csv('erp_orders.csv', delim=';', decimal_separator=',') JOIN read_csv('erp_customers.csv', delim=';') AS k USING (customer_no)
    JOIN zone USING (ship_country) LEFT JOIN done USING (order_no) LEFT JOIN cases USING (order_no) WHERE cancelled_at IS NULL),
first AS (FROM job WHERE promised_date < '2025-07-01' QUALIFY count(*) FILTER (late > 1) OVER (PARTITION BY customer_no
    ORDER BY promised_date RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING) = 0),
old AS (SELECT *, avg(stays) FILTER (late <= 0) OVER (PARTITION BY segment, date_trunc('month', promised_date)) AS usual FROM first)
SELECT segment, 1 - sum(stays) / sum(usual), (sum(stays) + 1) / (count(*) + 2) AS p, sqrt(count(*) * p * (1 - p)) / sum(usual)
    FROM old WHERE late > 1 AND hours > 72 GROUP BY ALL
"""


def recover(data: Path) -> dict[str, Found]:
    rows = duckdb.connect().execute(f"SET TimeZone = 'UTC'; SET file_search_path = '{data}'; {SQL}").fetchall()
    return {segment: Found(size, error, segment) for segment, size, _, error in rows}
