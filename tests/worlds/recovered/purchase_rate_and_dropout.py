"""How often shoppers of the web shop buy in a week, and with what chance they are gone after a purchase: the BG/NBD model by maximum
likelihood.

Source: Fader, Hardie and Lee (2005), Counting your customers the easy way, equations 6 and 10. alive: of each shopper, the chance of
being there.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln
from statsmodels.tools.numdiff import approx_hess

from tests.worlds.recovered import Found

Reals = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
SQL = """
SELECT shopper, count(*) - 1 AS again, epoch(max(ordered_at) - min(ordered_at)) / 604800 AS last,
    epoch(TIMESTAMPTZ '2026-01-01 00:00Z' - min(ordered_at)) / 604800 AS seen FROM 'web_orders.csv' GROUP BY ALL ORDER BY ALL
"""


def recover(data: Path) -> tuple[Found, Found, dict[str, float]]:
    rows = duckdb.connect().execute(f"SET TimeZone = 'UTC'; SET file_search_path = '{data}'; {SQL}").fetchnumpy()
    x, last, seen = rows["again"], rows["last"], rows["seen"]

    def parts(at: Reals) -> tuple[Reals, Reals]:
        r, alpha, a, b = np.exp(at)
        bought = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
        gone = bought + betaln(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + last)
        return bought + betaln(a, b + x) - (r + x) * np.log(alpha + seen), np.where(x > 0, gone, -np.inf)

    def surprise(at: Reals) -> float:
        return float(-np.logaddexp(*parts(at)).sum())

    best = minimize(surprise, np.log([1.0, 10.0, 1.0, 3.0]), method="L-BFGS-B", bounds=[(-9, 9)] * 4).x
    spread, (r, alpha, a, b), (there, gone) = np.linalg.pinv(approx_hess(best, surprise)), np.exp(best), parts(best)
    slopes = r / alpha * np.array([1, -1, 0, 0]), a * b / (a + b) ** 2 * np.array([0, 0, 1, -1])
    rate, dropout = (
        Found(float(size), float(max(by @ spread @ by, 0.0) ** 0.5)) for size, by in zip((r / alpha, a / (a + b)), slopes, strict=True)
    )
    return rate, dropout, dict(zip(rows["shopper"].tolist(), np.exp(there - np.logaddexp(there, gone)).tolist(), strict=True))
