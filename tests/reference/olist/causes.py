"""What customers said and when, where the delay arose, and the handover before it."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction

from tests.reference.olist.raw import AS_OF, WEIGHT, Figure, Olist, per_cent
from tests.reference.olist.shares import Broken, shares


def survey(o: Olist) -> list[Figure]:
    """4: when the answer came, and the regression on answers after arrival."""
    import statsmodels.formula.api as smf  # here, because it takes seconds to import

    cell = {
        (late, after): (n, mean)
        for late, after, n, mean in o.rows("""select arrived >= due, answered >= arrived,
        count(*), avg(stars) from arrivals join answer using (order_id) group by all""")
    }
    kept_n = cell[False, True][0] + cell[False, False][0]
    kept_mean = sum(n * mean for n, mean in (cell[False, True], cell[False, False])) / kept_n
    late_n = cell[True, True][0] + cell[True, False][0]
    frame = o.db.sql("""select stars, (arrived >= due)::int late, epoch(arrived - placed) / 604800 as weeks
        from arrivals join answer using (order_id) where answered >= arrived""").df()
    fit = smf.ols("stars ~ late + weeks", frame).fit(cov_type="HC3")
    interval = fit.conf_int()
    raw = smf.ols(
        "stars ~ late",
        o.db.sql("select stars, (arrived >= due)::int late from arrivals join answer using (order_id)").df(),
    ).fit(cov_type="HC3")
    raw_interval = raw.conf_int().loc["late"]
    bands = o.rows("""select case when k >= 10 then '10 or more days early' when k >= 5 then '5-9 days early'
        when k >= 0 then '0-4 days early' when k >= -3 then '1-3 days late' when k >= -7 then '4-7 days late'
        else '8 or more days late' end, round(avg(stars), 2), count(*), min(k)
        from (select promised_day - arrived::date k, stars from arrivals join answer using (order_id))
        group by 1 order by 4 desc""")
    return [
        Figure(
            "answered_while_waiting",
            {
                "late_answered": late_n,
                "while_waiting": cell[True, False][0],
                "per_cent": per_cent(cell[True, False][0], late_n),
            },
            "late delivered orders whose latest answer came before the parcel",
            {"per_cent": 72},
        ),
        Figure(
            "stars",
            {
                "late_while_waiting": round(cell[True, False][1], 2),
                "late_after_arrival": round(cell[True, True][1], 2),
                "late_after_arrival_n": cell[True, True][0],
                "kept": round(kept_mean, 2),
                "kept_n": kept_n,
                "kept_after_arrival": round(cell[False, True][1], 2),
                "kept_before_arrival_n": cell[False, False][0],
            },
            "mean stars, latest answer per order",
            [1.58, 3.73, 4.27],
        ),
        Figure(
            "stars_on_late_and_wait",
            {
                "late": round(float(fit.params["late"]), 3),
                "late_interval": [round(float(v), 3) for v in interval.loc["late"]],
                "week": round(float(fit.params["weeks"]), 3),
                "week_interval": [round(float(v), 3) for v in interval.loc["weeks"]],
                "n": int(fit.nobs),
                "n_late": int(frame["late"].sum()),
            },
            "OLS with HC3: stars on late (0/1) and weeks from purchase to arrival, latest answers that came after arrival",
            {"late": -0.26, "late_interval": [-0.56, 0.03], "week": -0.18, "week_interval": [-0.22, -0.14], "n": 4905},
        ),
        Figure(
            "stars_raw_difference",
            {"late": round(float(raw.params["late"]), 3), "interval": [round(float(v), 3) for v in raw_interval]},
            "OLS with HC3: stars on late alone, all latest answers of delivered orders",
            [-2.09, -2.26, -1.93],
        ),
        Figure(
            "stars_by_days_early",
            {b: {"stars": v, "n": n} for b, v, n, _ in bands},
            "mean stars by promised day less day of arrival",
            [4.31, 4.25, 4.05, 3.30, 1.95, 1.59],
        ),
    ]


def delay_shares(o: Olist) -> list[Figure]:
    """5: where the delay arose, exact."""
    total: dict[str, Fraction] = defaultdict(Fraction)
    parts: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    kinds: Counter[str] = Counter()
    patterns: dict[str, Counter[str]] = defaultdict(Counter)
    for state, approved, handed, arrived, limit, due in o.rows("""select state_of, approved, handed, arrived, lim, due
            from due_orders where state_of in ('late', 'nothing')"""):
        order = Broken(approved, handed, arrived, limit, due)
        kind = (
            "late"
            if state == "late"
            else "never_approved"
            if approved is None
            else "never_handed"
            if handed is None
            else "handed_no_limit"
            if limit is None
            else "handed_in_time"
            if handed <= limit
            else "handed_late"
        )
        weight = WEIGHT if state == "late" else Fraction(1)
        kinds[kind] += 1
        borne = shares(order)
        patterns[kind]["+".join(f"{p} {s}" for p, s in sorted(borne.items()))] += 1
        for player, share in borne.items():
            total[player] += weight * share
            parts[kind][player] += weight * share
    whole = sum(total.values())
    of = {kind: {p: per_cent(v, float(whole)) for p, v in sorted(part.items())} for kind, part in sorted(parts.items())}
    return [
        Figure(
            "delay_shares",
            {p: per_cent(v, float(whole)) for p, v in sorted(total.items())},
            "per cent of all broken promises, weighted, late and never delivered, the 5 never approved included",
        ),
        Figure(
            "delay_shares_weighted_orders",
            {p: round(float(v), 3) for p, v in sorted(total.items())} | {"all": round(float(whole), 3)},
            "the same in orders",
        ),
        Figure(
            "delay_shares_by_kind",
            of,
            "the same split by what happened to the order; per cent of all broken",
            {
                "carrier of late": 52,
                "seller handed late": 23,
                "never handed over": 14,
                "handed on time, nothing recorded": 11,
            },
        ),
        Figure(
            "delay_share_patterns",
            {k: dict(sorted(v.items())) for k, v in sorted(patterns.items())},
            "unweighted orders by exact shares",
        ),
        Figure("broken_kinds", dict(sorted(kinds.items())), "unweighted broken orders by kind"),
    ]


def handover(o: Olist) -> list[Figure]:
    """The seller's handover by the latest shipping limit of the order's items."""
    n, late, broke_late, broke_time = o.row("""select count(*), count(*) filter (handed > lim),
        count(*) filter (handed > lim and arrived >= due), count(*) filter (handed <= lim and arrived >= due)
        from arrivals""")
    with_hand = o.row("select count(*) from arrivals where handed is not null")[0]
    late_w, never_w, due_w, unknown_w, no_limit = o.row(f"""select sum(w) filter (handed > lim),
        sum(w) filter (handed is null and s <> 'delivered' and lim is not null), sum(w) filter (lim is not null),
        sum(w) filter (handed is null and s = 'delivered'), count(*) filter (lim is null)
        from x where s <> 'canceled' and approved is not null and (lim is null or lim <= {AS_OF})""")
    broken = late_w + never_w
    return [
        Figure(
            "handover_late_of_delivered",
            {"late": late, "of": n, "of_with_handover": with_hand, "per_cent": per_cent(late, n)},
            "delivered orders with a delivery date handed over after the latest shipping limit of their items",
            [467, 5164],
        ),
        Figure(
            "late_after_late_handover",
            {
                "handed_late": per_cent(broke_late, late),
                "handed_in_time": per_cent(broke_time, with_hand - late),
                "n_late": late,
                "n_in_time": with_hand - late,
            },
            "late delivery among those",
            [21.2, 5.2],
        ),
        Figure(
            "handover_broken_by_due",
            {
                "unknown_in_n": {
                    "low": per_cent(broken, due_w + no_limit),
                    "high": per_cent(broken + unknown_w + no_limit, due_w + no_limit),
                },
                "unknown_out_of_n": per_cent(broken, due_w - unknown_w),
                "unknown_no_limit": no_limit,
                "unknown_delivered_without_handover": round(unknown_w, 2),
                "n_weighted": round(due_w + no_limit, 2),
            },
            "approved, not canceled, weighted: handed late or never; unknown = no limit on record, or delivered without a handover",
            9.6,
        ),
    ]
