"""What a text before the visit does to no-shows: customers were drawn by lot."""

from math import sqrt
from pathlib import Path

import duckdb


def recover(data: Path) -> tuple[float, float]:
    """The share of no-shows that it avoids, and its standard error. The visits name accounts, the lots customers: phones join them."""
    digits = "right(regexp_replace({}, '[^0-9]', '', 'g'), 8)"
    rows = duckdb.execute(f"""
        WITH who AS (
            SELECT a.account, e.customer_no FROM read_csv('{data}/crm_accounts.csv', all_varchar = true) a
            JOIN read_csv('{data}/erp_customers.csv', all_varchar = true) e ON {digits.format("a.phone")} = {digits.format("e.telephone")}
        )
        SELECT arm, count(*) FILTER (outcome = 'nobody home'), count(*)
        FROM '{data}/field_visits.csv' JOIN who USING (account) JOIN '{data}/project_arms.csv' p USING (customer_no)
        WHERE outcome IS NOT NULL AND window_from::TIMESTAMPTZ >= (
            SELECT began_on FROM '{data}/project_rollouts.csv' r JOIN '{data}/projects.csv' USING (project)
            WHERE title = 'text before the visit' AND r.project = p.project)
        GROUP BY arm ORDER BY arm
    """).fetchall()
    (_, usual, control), (_, still, treated) = rows
    ratio = (still / treated) / (usual / control)
    return 1 - ratio, ratio * sqrt(1 / usual - 1 / control + 1 / still - 1 / treated)
