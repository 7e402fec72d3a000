"""Months by month due: late of delivered, and broken by due with the sample's weights, each on a Laney p' chart."""

from __future__ import annotations

import numpy as np

from tests.reference.olist.raw import WEIGHT, Figure, Olist, per_cent


def laney(shares_of_months: np.ndarray, errors: np.ndarray, centre: float) -> tuple[np.ndarray, float]:
    """(z, sigma_z): z of each month, and the mean moving range of z over that of two normal draws, 2 / sqrt(pi)."""
    z = (shares_of_months - centre) / errors
    return z, float(np.abs(np.diff(z)).mean() * np.sqrt(np.pi) / 2)


def months(o: Olist) -> list[Figure]:
    """6: months by month due, the published chart of late-of-delivered and the by-due weighted one."""
    rows = o.rows("""select strftime(promised_day, '%Y-%m') m,
        count(*) filter (arrived is not null and s = 'delivered') n,
        count(*) filter (state_of = 'late') late, count(*) filter (state_of = 'nothing') nothing,
        count(*) filter (state_of = 'unknown') unknown, count(*) filter (s = 'delivered') seen
        from due_orders group by 1 order by 1""")
    enough = [r for r in rows if r[1] >= 30]
    n, late = (np.array([r[i] for r in enough], dtype=float) for i in (1, 2))
    centre = float(late.sum() / n.sum())
    z, sigma = laney(late / n, np.sqrt(centre * (1 - centre) / n), centre)
    names = [r[0] for r in enough]
    march = names.index("2018-03")
    w = float(WEIGHT)
    nothing, seen = (np.array([r[i] for r in enough], dtype=float) for i in (3, 5))
    whole = w * seen + nothing
    broken = (w * late + nothing) / whole
    by_due_centre = float((w * late + nothing).sum() / whole.sum())
    own, p_delivered = late / seen, late.sum() / seen.sum()
    own_error = w * seen * np.sqrt(own * (1 - own) / seen * (1 - 1 / w)) / whole
    sampling = w * seen * np.sqrt(p_delivered * (1 - p_delivered) / seen * (1 - 1 / w)) / whole
    process = np.sqrt((w**2 * seen * p_delivered * (1 - p_delivered) + nothing) / whole**2)
    effective = whole**2 / (w**2 * seen + nothing)
    charts = {}
    for label, error in {
        "sampling": sampling,
        "both_strata": process,
        "effective_n": np.sqrt(by_due_centre * (1 - by_due_centre) / effective),
    }.items():
        z_due, sigma_due = laney(broken, error, by_due_centre)
        charts[label] = {
            "sigma_z": round(sigma_due, 2),
            "flagged": [m for m, v in zip(names, z_due / sigma_due, strict=True) if abs(v) > 3],
            "flagged_uncorrected": [m for m, v in zip(names, z_due, strict=True) if abs(v) > 3],
            "z_march_2018": round(float(z_due[march] / sigma_due), 2),
        }
    return [
        Figure(
            "months_late_of_delivered",
            {
                "centre": per_cent(centre),
                "sigma_z": round(sigma, 2),
                "march_2018": [int(late[march]), int(n[march])],
                "march_2018_per_cent": per_cent(late[march], n[march]),
                "z_march_2018": round(float(z[march] / sigma), 2),
                "flagged": [m for m, v in zip(names, z / sigma, strict=True) if abs(v) > 3],
                "flagged_uncorrected": [m for m, v in zip(names, z, strict=True) if abs(v) > 3],
                "months": [names[0], names[-1]],
            },
            "late of the delivered orders with a date, unweighted, by month due, months with 30 or more such orders; Laney p'",
            {"centre": 6.7, "sigma_z": 2.5, "z_march_2018": 3.2, "flagged": ["2018-03"], "flagged_uncorrected": 6},
        ),
        Figure(
            "months_broken_by_due",
            {"centre": per_cent(by_due_centre), "charts": charts},
            "late plus nothing recorded of all due, weighted, same months; standard error at the pooled late "
            "share: of the sampled delivered stratum with finite population, of both strata as processes (nothing "
            "recorded as a count), or binomial at the effective n; Laney p' on each",
        ),
        Figure(
            "months_series",
            [
                {
                    "month": r[0],
                    "delivered_with_date": r[1],
                    "late": r[2],
                    "nothing": r[3],
                    "unknown": r[4],
                    "seen_delivered": r[5],
                    "late_of_delivered": per_cent(r[2], r[1]) if r[1] else None,
                    "broken_by_due": per_cent(w * r[2] + r[3], w * r[5] + r[3]),
                }
                for r in rows
            ],
            "every month due; counts unweighted, the by-due share weighted",
        ),
        Figure(
            "months_by_due_errors",
            {
                m: {"broken": per_cent(b), "se_own": per_cent(e), "se_sampling": per_cent(s), "se_both": per_cent(p)}
                for m, b, e, s, p in zip(names, broken, own_error, sampling, process, strict=True)
            },
            "by-due broken share per month, per cent; se_own: stratified at the month's own late share (0 "
            "where none was late), se_sampling and se_both as in the charts",
        ),
    ]
