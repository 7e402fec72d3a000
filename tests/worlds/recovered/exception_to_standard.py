"""The exception that so many customers have that it should be the standard."""

from math import exp, factorial
from pathlib import Path

import duckdb


def recover(data: Path) -> dict[tuple[str, str], int]:
    """Kinds that more customers have than chance would give to any of the kinds, were the usual number Poisson; how many customers."""
    rows = duckdb.execute(f"""
        SELECT what, reason, count(DISTINCT customer_no) FROM '{data}/exceptions.csv' GROUP BY ALL
    """).fetchall()
    kinds = len({what for what, _, _ in rows}) * len({reason for _, reason, _ in rows})
    usual = max(sorted([0] * (kinds - len(rows)) + [count for _, _, count in rows])[kinds // 2], 1)
    few = next(n for n in range(100) if 1 - sum(exp(-usual) * usual**k / factorial(k) for k in range(n)) < 1e-6 / kinds)
    return {(what, reason): count for what, reason, count in rows if count >= few}
