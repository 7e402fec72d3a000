"""By how much a week more customers leave whose deliveries vary, though they are not later on average.

Customers are told apart by the ways of their first eight deliveries, in delivery days against their lane's usual: those whose second
longest is more than a day and a quarter above the second shortest, against the others. From then on somebody is gone whose silence at
the record's end is three times the usual gap, unless the last order came two days late or more, which is a reason of its own.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.worlds.recovered import Found

SQL = """
CREATE MACRO clock(t) AS date_diff('day', DATE '1970-01-05', t::DATE) - date_diff('day', DATE '1970-01-05', date_trunc('week', t)) / 7
    + greatest(least(hour(t) + minute(t) / 60, 20) - 8, 0) / 12;
WITH zone(ship_country, tz) AS (VALUES ('DE', 'Europe/Berlin'), ('FR', 'Europe/Paris'), ('ES', 'Europe/Madrid'), ('GB', 'Europe/London'),
    ('SA', 'Asia/Riyadh'), ('US', 'America/New_York'), ('BR', 'America/Sao_Paulo'), ('JP', 'Asia/Tokyo'), ('IN', 'Asia/Kolkata')),
stage AS (SELECT order_no, status, arg_max(status_at, recorded_at) AS at FROM 'carrier_tracking.csv' GROUP BY ALL),
way AS (SELECT customer_no, placed_at, warehouse, ship_country, carrier, to_days(2 * (ship_country = 'SA')::INT) AS free,  -- Fridays
    clock(timezone(tz, d.at) + free) - clock(timezone(tz, c.at) + free) AS days,
    timezone(tz, d.at)::DATE - promised_date AS late, row_number() OVER (PARTITION BY customer_no ORDER BY placed_at) AS number
    FROM read_csv('erp_orders.csv', delim=';', decimal_separator=',') JOIN zone USING (ship_country)
    JOIN stage c USING (order_no) JOIN stage d USING (order_no) WHERE c.status = 'collected' AND d.status = 'delivered'),
own AS (SELECT *, days - avg(days) OVER (PARTITION BY warehouse, ship_country, carrier, date_trunc('quarter', placed_at)) AS more FROM way),
who AS (SELECT customer_no, (max(more, 2) FILTER (number <= 8))[2] - (min(more, 2) FILTER (number <= 8))[2] > 1.25 AS varies,
    avg((late > 0)::INT) FILTER (number <= 8) AS late, arg_max(late, number) < 2 AS pleased,
    max(placed_at) FILTER (number = 8) AS since, max(placed_at) AS last,
    DATE '2026-01-01' - 3 * (max(placed_at) - min(placed_at)) / greatest(count(*) - 1, 1) AS sure
    FROM own JOIN read_csv('erp_customers.csv', delim=';') AS k USING (customer_no)
    WHERE customer_group IN ('key', 'business') GROUP BY ALL HAVING count(*) > 7),
rate AS (SELECT varies, sum((last < sure AND pleased)::INT) AS gone, sum(epoch(least(last, sure) - since)) / 604800 AS weeks,
    avg(late) AS late FROM who WHERE sure > since GROUP BY ALL)
SELECT v.gone / v.weeks - s.gone / s.weeks, sqrt(v.gone / v.weeks ** 2 + s.gone / s.weeks ** 2), v.late - s.late
FROM rate AS v JOIN rate AS s ON v.varies AND NOT s.varies
"""


def recover(data: Path) -> tuple[Found, float]:
    size, error, later = duckdb.connect().execute(f"SET TimeZone = 'UTC'; SET file_search_path = '{data}'; {SQL}").fetchall()[0]
    return Found(size, error), later
