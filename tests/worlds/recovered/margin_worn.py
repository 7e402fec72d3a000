"""On which lane the way grows, by how many delivery days over the record, and how much the promise grows with it.

Each lane has a slope against the others that its carriers serve; what befalls a carrier in a month is taken out. A lane stands out at
five standard errors. Those of the promise are as wide as the other lanes' slopes ask for, since parcels of a day share their promise.
"""

from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from tests.worlds.recovered import Found

SQL = """
WITH stage AS (SELECT order_no, status, arg_max(status_at, recorded_at) AS at FROM 'carrier_tracking.csv' GROUP BY ALL)
SELECT warehouse || '-' || ship_country AS lane, lane || carrier AS usual, carrier || date_trunc('month', c.at)::DATE AS month,
    count(*) AS orders, avg(date_diff('day', DATE '2024-01-01', c.at::DATE)) / 731 AS since,
    avg(date_diff('day', c.at, d.at) - date_diff('day', date_trunc('week', c.at), date_trunc('week', d.at)) / 7) AS way,
    avg(date_diff('day', placed_at, promised_date) * 6 / 7) AS promise
FROM read_csv('erp_orders.csv', delim=';', decimal_separator=',') JOIN stage c USING (order_no) JOIN stage d USING (order_no)
WHERE c.status = 'collected' AND d.status = 'delivered' GROUP BY ALL
"""


def recover(data: Path) -> tuple[Found, Found]:
    rows = duckdb.connect().execute(f"SET TimeZone = 'UTC'; SET file_search_path = '{data}'; {SQL}").fetchnumpy()
    blocks = [np.unique(rows[block].astype(str), return_inverse=True)[1] for block in ("usual", "month")] * 5

    def within(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        for block in blocks:
            values = values - (np.bincount(block, rows["orders"] * values) / np.bincount(block, rows["orders"]))[block]
        return np.asarray(values * np.sqrt(rows["orders"]))

    def slope(outcome: str, lane: str) -> Found:
        grows, since = within(rows[outcome]), within(np.where(rows["lane"] == lane, rows["since"], 0.0))
        size = float(grows @ since / (since @ since))
        return Found(size, float(np.sqrt(((grows - size * since) ** 2).mean() / (since @ since))), lane)

    lanes = np.unique(rows["lane"].astype(str))
    ways, promises = ([slope(outcome, lane) for lane in lanes] for outcome in ("way", "promise"))
    way, promise = max(zip(ways, promises, strict=True), key=lambda both: both[0].size / both[0].error)
    wider = max(1.0, float(np.std([one.size / one.error for one in promises if one != promise])))
    return way if way.size > 5 * way.error else Found(way.size, way.error), promise._replace(error=promise.error * wider)
