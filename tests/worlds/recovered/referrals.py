"""How many of the customers who are new in the record were sent by others; entries with one telephone number are one customer."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.worlds.recovered import Found

SQL = """
WITH new AS (SELECT right(regexp_replace(phone, '[^0-9]', '', 'g'), 8) AS number, max((referred_by IS NOT NULL)::INT) AS sent
    FROM read_csv('crm_accounts.csv', types={'phone': 'VARCHAR'}) WHERE created_on >= '2024-01-01' GROUP BY ALL)
SELECT avg(sent), sqrt(avg(sent) * (1 - avg(sent)) / count(*)) FROM new
"""


def recover(data: Path) -> Found:
    return Found(*duckdb.connect().execute(f"SET file_search_path = '{data}'; {SQL}").fetchall()[0])
