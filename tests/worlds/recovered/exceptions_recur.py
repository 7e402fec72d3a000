"""Kinds of exception that the same customers ask for again and again."""

from pathlib import Path
from typing import Any

import duckdb


def recover(data: Path) -> list[Any]:
    """What and why, where at least half of twelve or more exceptions of a kind go to a customer that had that kind before."""
    return duckdb.execute(f"""
        SELECT what, reason FROM '{data}/exceptions.csv' GROUP BY ALL
        HAVING count(*) >= 12 AND count(DISTINCT customer_no) <= count(*) / 2 ORDER BY ALL
    """).fetchall()
