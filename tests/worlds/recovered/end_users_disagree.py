"""On what the people who use Meridian and those who buy from it disagree, account by account."""

from pathlib import Path
from typing import Any

import duckdb


def recover(data: Path) -> dict[str, Any]:
    """By topic: how much lower end users score than the procurement of their own account in the same quarter, and its standard error."""
    rows = duckdb.execute(f"""
        WITH both_ AS (
            SELECT s.topic, s.account, s.answered_on,
                avg(score) FILTER (c.role = 'procurement') - avg(score) FILTER (c.role = 'end user') AS lower
            FROM '{data}/survey_accounts.csv' s JOIN '{data}/crm_contacts.csv' c USING (contact) GROUP BY ALL
        ), accounts AS (SELECT topic, account, avg(lower) AS lower FROM both_ WHERE lower IS NOT NULL GROUP BY ALL)
        SELECT topic, avg(lower), stddev(lower) / sqrt(count(*)) FROM accounts GROUP BY topic ORDER BY abs(avg(lower)) DESC
    """).fetchall()
    return {topic: (lower, error) for topic, lower, error in rows}
