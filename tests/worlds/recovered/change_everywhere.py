"""How many working hours sooner the help desk answers in the half year since it is new, against the half year before, in the median.

A country's desk is at work in those half hours of the week in which it answers or is asked anything, holidays apart.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.worlds.recovered import Found

SQL = """
WITH zone(country, tz) AS (VALUES ('DE', 'Europe/Berlin'), ('FR', 'Europe/Paris'), ('ES', 'Europe/Madrid'), ('GB', 'Europe/London'),
    ('SA', 'Asia/Riyadh'), ('US', 'America/New_York'), ('BR', 'America/Sao_Paulo'), ('JP', 'Asia/Tokyo'), ('IN', 'Asia/Kolkata')),
change AS (SELECT began_on FROM 'project_rollouts.csv' JOIN 'projects.csv' USING (project) WHERE title = 'new help desk'),
ticket AS (SELECT country, timezone(tz, created_at) AS asked, timezone(tz, first_reply_at) AS told,
    time_bucket(INTERVAL 30 MINUTE, asked) AS asked_half, time_bucket(INTERVAL 30 MINUTE, told) AS told_half FROM 'helpdesk_tickets.csv'
    JOIN read_csv('crm_accounts.csv', all_varchar=true) USING (account) JOIN zone USING (country) WHERE told IS NOT NULL),
work AS (SELECT DISTINCT country, unnest([asked_half, told_half]) AS half FROM ticket),
week AS (SELECT DISTINCT country, dayofweek(half) AS day, half - half::DATE AS begins FROM work),
open AS (SELECT country, date + begins AS half, row_number() OVER (PARTITION BY country ORDER BY half) / 2 AS worked
    FROM (SELECT unnest(range(TIMESTAMP '2024-01-01', TIMESTAMP '2026-02-01', INTERVAL 1 DAY)) AS date) JOIN week ON day = dayofweek(date)),
took AS (SELECT asked >= began_on AS after, b.worked - a.worked + epoch((told - b.half) - (asked - a.half)) / 3600 AS hours FROM change,
    ticket t
    JOIN open a ON a.country = t.country AND a.half = asked_half
    JOIN open b ON b.country = t.country AND b.half = told_half
    WHERE asked BETWEEN began_on - INTERVAL 182 DAY AND began_on + INTERVAL 182 DAY)
SELECT median(hours) FILTER (NOT after) - median(hours) FILTER (after),
    1.86 * sqrt(mad(hours) FILTER (after) ** 2 / count(*) FILTER (after)
        + mad(hours) FILTER (NOT after) ** 2 / count(*) FILTER (NOT after)) FROM took
"""


def recover(data: Path) -> Found:
    return Found(*duckdb.connect().execute(f"SET TimeZone = 'UTC'; SET file_search_path = '{data}'; {SQL}").fetchall()[0])
