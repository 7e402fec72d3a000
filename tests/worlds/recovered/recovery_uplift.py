"""Which part of those who would leave over a late order stays if it is solved within a day, and within three: their losses against the
losses among cases of the same segment that took longer or were never opened.

Late is at least two days, and only the first such order of a customer counts. Losses are what is lost beyond orders in time of the same
segment and month: without the month they would hold what is lost anyhow, which no help brings back, and help would seem weaker. Errors
are those of shares, with one more who stays and one more who goes, since a few who all stay are not sure to.
"""

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
job AS (SELECT customer_no, customer_group AS segment, promised_date, hours,
    coalesce(timezone(tz, delivered)::DATE, '2026-01-01') - promised_date AS late,
    (max(placed_at) OVER (PARTITION BY customer_no) > coalesce(solved, promised_date) + to_days(9))::INT AS stays
    FROM read_csv('erp_orders.csv', delim=';', decimal_separator=',') JOIN read_csv('erp_customers.csv', delim=';') AS k USING (customer_no)
    JOIN zone USING (ship_country) LEFT JOIN done USING (order_no) LEFT JOIN cases USING (order_no) WHERE cancelled_at IS NULL),
first AS (FROM job WHERE promised_date < '2025-07-01' QUALIFY count(*) FILTER (late > 1) OVER (PARTITION BY customer_no
    ORDER BY promised_date RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING) = 0),
old AS (SELECT *, avg(stays) FILTER (late <= 0) OVER (PARTITION BY segment, date_trunc('month', promised_date)) AS usual FROM first),
cell AS (SELECT segment, coalesce((hours > 24)::INT + (hours > 72)::INT, 2) AS took, sum(usual) AS usual, sum(usual - stays) AS gone,
    (sum(stays) + 1) / (count(*) + 2) AS p, count(*) * p * (1 - p) AS variance FROM old WHERE late > 1 GROUP BY ALL),
ratio AS (SELECT soon.took, sum(soon.gone) AS gone, sum(soon.usual * never.gone / never.usual) AS expected, sum(soon.variance) AS variance,
    sum((soon.usual / never.usual) ** 2 * never.variance) AS expected_variance
    FROM cell AS soon JOIN cell AS never USING (segment) WHERE soon.took < 2 AND never.took = 2 GROUP BY ALL)
SELECT 1 - gone / expected, sqrt(variance + (gone / expected) ** 2 * expected_variance) / expected FROM ratio ORDER BY took
"""


def recover(data: Path) -> dict[str, Found]:
    rows = duckdb.connect().execute(f"SET TimeZone = 'UTC'; SET file_search_path = '{data}'; {SQL}").fetchall()
    return {name: Found(*row) for name, row in zip(("within 24 h", "within 72 h"), rows, strict=True)}
