"""Which carrier slows down, since when and by how many delivery days: a ramp of eight weeks for one carrier, against others on its lanes.

What befalls a lane in a month, and what a carrier always needs on a lane, is taken out first. It stands out at six standard errors.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from tests.worlds.recovered import Found

SQL = """
WITH stage AS (SELECT order_no, status, arg_max(status_at, recorded_at) AS at FROM 'carrier_tracking.csv' GROUP BY ALL)
SELECT carrier, warehouse || ship_country || carrier AS usual, date_diff('day', DATE '2024-01-01', c.at::DATE) // 7 AS week,
    warehouse || ship_country || week // 4 AS month, count(*) AS orders,
    avg(date_diff('day', c.at, d.at) - date_diff('day', date_trunc('week', c.at), date_trunc('week', d.at)) / 7) AS days
FROM read_csv('erp_orders.csv', delim=';', decimal_separator=',') JOIN stage c USING (order_no) JOIN stage d USING (order_no)
WHERE c.status = 'collected' AND d.status = 'delivered' GROUP BY ALL
"""


def recover(data: Path) -> Found:
    rows = duckdb.connect().execute(f"SET TimeZone = 'UTC'; SET file_search_path = '{data}'; {SQL}").fetchnumpy()
    blocks = [np.unique(rows[block].astype(str), return_inverse=True)[1] for block in ("usual", "month")] * 5

    def within(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        for block in blocks:
            values = values - (np.bincount(block, rows["orders"] * values) / np.bincount(block, rows["orders"]))[block]
        return np.asarray(values * np.sqrt(rows["orders"]))

    found, days = Found(0.0, 1.0), within(rows["days"])
    for carrier in np.unique(rows["carrier"].astype(str)):
        for week in range(4, int(rows["week"].max()) - 8):
            ramp = within(np.where(rows["carrier"] == carrier, np.clip((rows["week"] - week) / 8, 0, 1), 0.0))
            size, weight = float(ramp @ days / (ramp @ ramp)), float(ramp @ ramp)
            error = float(np.sqrt(((days - size * ramp) ** 2).mean() / weight))
            if size / error > max(6, found.size / found.error):
                found = Found(size, error, f"{carrier} {np.datetime64('2024-01-01') + week * 7}")
    return found
