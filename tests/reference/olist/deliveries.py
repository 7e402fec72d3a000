"""Deliveries kept by due, what has no delivery on record, the Monday replay, promised against actual days."""

from __future__ import annotations

from tests.reference.olist.raw import AS_OF, WEIGHT, Figure, Olist, per_cent, wilson


def kept_by_due(o: Olist) -> list[Figure]:
    """1: the by-due range beside the usual figure."""
    seen = dict(o.rows("select state_of, count(*) from due_orders group by 1"))
    kept, late, unknown, nothing = seen["kept"], seen["late"], seen["unknown"], seen["nothing"]
    n = WEIGHT * (kept + late + unknown) + nothing
    unweighted = kept + late + unknown + nothing
    open_void = o.row(
        f"select count(*) filter (s = 'canceled'), count(*) filter (due > {AS_OF}), count(*), count(*) filter (s <> 'delivered') from x"
    )
    return [
        Figure(
            "orders",
            {
                "all": open_void[2],
                "not_delivered_status": open_void[3],
                "due_after_as_of_all_void": open_void[1],
                "void": open_void[0],
                "due": unweighted,
            },
            "orders in the file; status other than delivered; status canceled = void; the rest all fell due by as-of",
        ),
        Figure(
            "delivered_status",
            {"n": kept + late + unknown, "kept": kept, "late": late, "unknown": unknown},
            "orders of status delivered that arrived before the end of the promised local day, after it, or without a date",
            {"n": 5172, "kept": 4822, "late": 342, "unknown": 8},
        ),
        Figure("due_weighted", round(float(n), 2), "orders not canceled and due by as-of, each with its weight"),
        Figure(
            "kept_by_due",
            {
                "low": per_cent(WEIGHT * kept / n),
                "high": per_cent(WEIGHT * (kept + unknown) / n),
                "unknown_left_out": per_cent(WEIGHT * kept / (n - WEIGHT * unknown)),
            },
            "weighted kept/n and (kept + unknown)/n, n including the unknown; third: unknown left out of n",
            "91.2",
        ),
        Figure("usual_on_time", per_cent(kept, kept + late), "kept of the delivered orders with a delivery date", "93.4"),
        Figure(
            "kept_by_due_unweighted_to_be_refused",
            {"low": per_cent(kept, unweighted), "high": per_cent(kept + unknown, unweighted)},
            "the same, without weights",
        ),
        Figure(
            "broken_weighted",
            {
                "all": round(float(WEIGHT * late + nothing), 2),
                "without_never_approved": round(float(WEIGHT * late + nothing - 5), 2),
                "late": round(float(WEIGHT * late), 2),
            },
            "late delivered orders with their weight plus orders with nothing recorded; 5 of these were never approved",
            8713,
        ),
    ]


def nothing_recorded(o: Olist) -> list[Figure]:
    """2: approved, not canceled, status not delivered, no delivery on record."""
    base = "from due_orders where state_of = 'nothing' and approved is not null"
    n, amount, never, after, silent_days = o.row(f"""select count(*), sum(amount), count(*) filter (handed is null),
        count(*) filter (handed is not null), median(epoch({AS_OF} - due)) / 86400 {base}""")
    by_status = o.rows(
        f"select s, count(*), sum(amount)::double, count(lim), sum(amount) filter (lim is null)::double {base} "
        "group by 1 order by 2 desc, 1"
    )
    no_items = o.row(f"select count(*), sum(amount)::double {base} and lim is null")
    rated = o.row(
        "select count(*), count(stars), count(*) filter (stars >= 4) from due_orders left join answer using (order_id) where s = 'shipped'"
    )
    split = o.row(f"select sum(amount) filter (handed is null)::double, sum(amount) filter (handed is not null)::double {base}")
    return [
        Figure(
            "nothing_recorded",
            {"orders": n, "amount_brl": float(amount), "median_days_past_due": round(silent_days, 1)},
            "approved, not canceled, status not delivered, no delivery date; sum of payments; days from due to as-of",
            {"orders": 2333, "amount_brl": 442466.65, "median_days_past_due": 313},
        ),
        Figure(
            "nothing_recorded_where_stopped",
            {
                "never_handed": never,
                "handed_then_nothing": after,
                "never_handed_brl": split[0],
                "handed_then_nothing_brl": split[1],
            },
            "the same by whether a handover to the carrier is on record",
            {"never_handed": 1226, "handed_then_nothing": 1107},
        ),
        Figure(
            "nothing_recorded_by_status",
            {s: {"orders": k, "amount_brl": a, "with_items": i} for s, k, a, i, _ in by_status},
            "the same by status",
        ),
        Figure(
            "no_item_or_seller",
            {
                "orders": no_items[0],
                "amount_brl": no_items[1],
                "by_status": {s: {"orders": k - i, "amount_brl": a} for s, k, _, i, a in by_status if k > i},
            },
            "of the 2,333, orders without a row in the items file",
            {"orders": 606, "unavailable": [603, 124339]},
        ),
        Figure(
            "some_did_arrive",
            {"orders": rated[0], "answered": rated[1], "four_or_five_stars": rated[2]},
            "of the 1,107 handed over and then nothing (all of status shipped), latest answer per order",
            [214, 1107],
        ),
        Figure(
            "never_approved",
            o.row("select count(*) from due_orders where approved is null and state_of = 'nothing'")[0],
            "due orders with nothing recorded that were never approved (status created)",
        ),
    ]


def monday_replay(o: Olist) -> list[Figure]:
    """3: what was on the screen each Monday, and what had fallen due."""
    o.db.execute("""create table mondays as select m, count(*) n, sum(w) due_w, count(*) filter (s = 'delivered') seen,
            count(*) filter (arrived < m) arrived_n, count(*) filter (arrived < m and arrived < due) kept_n,
            sum(w) filter (arrived < m and arrived < due) kept_w
        from (select unnest(generate_series(timestamp '2016-09-05', timestamp '2018-11-05', interval 7 day)) m)
             join due_orders on due > m - interval 7 day and due <= m group by 1""")
    level = o.row("select median(arrived_n) from mondays where arrived_n > 0")[0]
    first = o.row(f"select min(m) from mondays where arrived_n >= {level}")[0]
    inside = f"from mondays where m >= timestamp '{first}' and m <= (select max(arrived) from x) - interval 30 day"
    weeks, start, end, kept, arrived, seen, n = o.row(f"""select count(*), min(m), max(m), sum(kept_n), sum(arrived_n),
        sum(seen), sum(n) {inside}""")
    kept, arrived, seen, n = int(kept), int(arrived), int(seen), int(n)
    whole = WEIGHT * seen + (n - seen)
    share, q = float(WEIGHT * kept / whole), kept / seen
    half = 1.959964 * (q * (1 - q) / seen) ** 0.5 * float(WEIGHT * seen / whole)
    one = o.row("select n, arrived_n, kept_n, kept_w, due_w from mondays where m = timestamp '2018-04-09'")
    series = [
        {
            "monday": m.date().isoformat(),
            "due_in_file": n_,
            "arrived": a,
            "kept": k,
            "delivered_so_far": per_cent(k, a),
            "of_all_due": per_cent(kw, dw),
        }
        for m, n_, a, k, kw, dw in o.rows(f"select m, n, arrived_n, kept_n, kept_w, due_w {inside} order by m")
    ]
    return [
        Figure(
            "replay_mondays",
            {
                "mondays": weeks,
                "first": str(start.date()),
                "last": str(end.date()),
                "level": level,
                "due_in_file": n,
                "arrived": arrived,
                "kept": kept,
            },
            "from the first Monday whose week has at least the median number delivered so far, to the last "
            "one 30 days or "
            "more before the last delivery; a week is the 7 days of due instants ending that Monday 00:00",
            {"mondays": 62, "first": "2017-06-05", "last": "2018-08-06"},
        ),
        Figure(
            "replay_delivered_so_far",
            {"value": per_cent(kept, arrived), "interval": wilson(kept, arrived)},
            "pooled: on time of those delivered before that Monday; Wilson",
            {"value": 98.0, "interval": [97.6, 98.4]},
        ),
        Figure(
            "replay_of_all_due",
            {"value": per_cent(share), "interval": [per_cent(share - half), per_cent(share + half)]},
            "pooled and weighted: delivered on time before that Monday of all that fell due; normal, delivered stratum sampled",
            {"value": 90.6, "interval": [89.9, 91.4]},
        ),
        Figure(
            "replay_2018_04_09",
            {
                "due_in_file": one[0],
                "delivered_so_far": per_cent(one[2], one[1]),
                "of_all_due": per_cent(one[3], one[4]),
            },
            "the Monday of 9 April 2018",
            {"delivered_so_far": 91.6, "of_all_due": 74.2},
        ),
        Figure("replay_series", series, "every Monday of the replay"),
    ]


def days(o: Olist) -> list[Figure]:
    """7: promised and actual days."""
    promised, took, early = o.row("""select median(promised_day - placed::date), median(arrived::date - placed::date),
        avg((promised_day - arrived::date >= 7)::int) from arrivals""")
    exact = o.row("select median(epoch(due - placed)) / 86400, median(epoch(arrived - placed)) / 86400 from arrivals")
    by_month = o.rows("""select strftime(placed, '%Y-%m'), count(*), count(*) filter (arrived >= due),
        median(promised_day - placed::date), median(arrived::date - placed::date), median(epoch(due - placed)) / 86400
        from arrivals group by 1 order by 1""")
    return [
        Figure(
            "promised_and_took_days",
            {
                "promised": promised,
                "took": took,
                "week_or_more_early": per_cent(early),
                "promised_exact": round(exact[0], 2),
                "took_exact": round(exact[1], 2),
            },
            "medians of calendar days from the day of purchase, delivered orders with a date; exact: to the due instant",
            {"promised": 24, "took": 10, "week_or_more_early": 79},
        ),
        Figure(
            "promised_by_month_of_purchase",
            [
                {"month": m, "n": n, "late": late, "promised": p, "took": t, "promised_exact": round(e, 2)}
                for m, n, late, p, t, e in by_month
            ],
            "the same by month of purchase; June 2018 29 days and 4 of 314 late, August 13 days and 21 of 328",
            [29, 13, 4, 314, 21, 328],
        ),
    ]


def returning_and_stopped(o: Olist) -> list[Figure]:
    """8: who came back; 9: what stopped; and one region."""
    back = {}
    for name, after in {
        "next_order_any_status": "(z.placed, z.order_id) > (y.placed, y.order_id)",
        "strictly_later": "z.placed > y.placed",
        "after_arrival": "z.placed > y.arrived",
    }.items():
        back[name] = {
            ("late" if late else "kept"): [came, n]
            for late, came, n in o.rows(f"""select y.arrived >= y.due,
            count(*) filter (exists (select 1 from x z where z.shopper = y.shopper and {after})), count(*)
            from arrivals y group by 1""")
        }
    last = {
        name: str(o.row(f"select max({column}) from x")[0])
        for name, column in (
            ("placed", "placed"),
            ("approved", "approved"),
            ("handed", "handed"),
            ("arrived", "arrived"),
        )
    }
    last["answered"] = str(o.row("select max(review_answer_timestamp::timestamp) from order_reviews")[0])
    after_last = o.row("select count(*) from x where placed > (select max(arrived) from x)")[0]
    rio = o.rows("""select state = 'RJ', count(*), count(*) filter (arrived >= due) from arrivals
        where promised_day >= date '2018-01-01' and promised_day < date '2018-07-01' group by 1 order by 1""")
    return [
        Figure(
            "came_back",
            back,
            "late or kept orders followed by another order of the same customer_unique_id: in the order of "
            "(purchase, order_id), any status; strictly later; after arrival",
            {"late": [1, 342], "kept": [82, 4822]},
        ),
        Figure(
            "last_observed",
            last | {"orders_placed_after_last_arrival": after_last},
            "last instant of each event type",
            {"arrived": "2018-09-05"},
        ),
        Figure(
            "rio_state",
            {
                "state_rj": [rio[1][2], rio[1][1]],
                "elsewhere": [rio[0][2], rio[0][1]],
                "interval_rj": wilson(rio[1][2], rio[1][1]),
                "interval_elsewhere": wilson(rio[0][2], rio[0][1]),
            },
            "late of delivered by customer state, due January to June 2018",
            [21.7, 267, 8.2, 1887],
        ),
    ]
