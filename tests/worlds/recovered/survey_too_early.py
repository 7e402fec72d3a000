"""How many stars less somebody gives who is asked while the parcel is on its way, beside what lateness costs.

Stars are a feeling, normal around its mean, rounded to 1 to 5: whoever is more than content can give no more than five, so plain means
of stars would say too little.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm
from statsmodels.tools.numdiff import approx_hess

from tests.worlds.recovered import Found

SQL = """
WITH done AS (SELECT order_no, arg_max(status_at, recorded_at) AS delivered FROM 'carrier_tracking.csv' WHERE status = 'delivered'
    GROUP BY ALL),
zone(ship_country, tz) AS (VALUES ('DE', 'Europe/Berlin'), ('FR', 'Europe/Paris'), ('ES', 'Europe/Madrid'), ('GB', 'Europe/London'),
    ('SA', 'Asia/Riyadh'), ('US', 'America/New_York'), ('BR', 'America/Sao_Paulo'), ('JP', 'Asia/Tokyo'), ('IN', 'Asia/Kolkata'))
SELECT stars, coalesce(delivered > answered_at, true) AS waits, coalesce(timezone(tz, delivered)::DATE > promised_date, true) AS late,
    count(*) AS answers
FROM 'survey_parcels.csv' JOIN read_csv('erp_orders.csv', delim=';', decimal_separator=',') USING (order_no)
    JOIN zone USING (ship_country) LEFT JOIN done USING (order_no) GROUP BY ALL
"""


def recover(data: Path) -> Found:
    rows = duckdb.connect().execute(f"SET TimeZone = 'UTC'; SET file_search_path = '{data}'; {SQL}").fetchnumpy()
    above, below = np.where(rows["stars"] == 5, np.inf, rows["stars"] + 0.5), np.where(rows["stars"] == 1, -np.inf, rows["stars"] - 0.5)

    def surprise(at: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        mean, spread = at[0] - at[1] * rows["waits"] - at[2] * rows["late"], np.exp(at[3])
        chance = norm.cdf((above - mean) / spread) - norm.cdf((below - mean) / spread)
        return float(-(rows["answers"] * np.log(np.maximum(chance, 1e-300))).sum())

    best = minimize(
        surprise, np.array([4.0, 0.0, 0.0, 0.0]), method="Nelder-Mead", options={"maxiter": 4_000, "xatol": 1e-6, "fatol": 1e-6}
    ).x
    return Found(float(best[1]), float(np.sqrt(np.linalg.inv(approx_hess(best, surprise))[1, 1])))
