"""Exceptions that are in force and that nobody has used."""

from pathlib import Path

import duckdb


def recover(data: Path) -> list[str]:
    """Exceptions granted two months or longer before the record's end, in force then, of which no use is recorded."""
    rows = duckdb.execute(f"""
        WITH today AS (SELECT max(scanned_at::TIMESTAMPTZ)::DATE AS day FROM '{data}/wms_scans_*.csv')
        SELECT exception FROM '{data}/exceptions.csv', today
        WHERE granted_on <= day - 60 AND ends_on > day AND exception NOT IN (SELECT exception FROM '{data}/exception_uses.csv')
        ORDER BY exception
    """).fetchall()
    return [exception for (exception,) in rows]
