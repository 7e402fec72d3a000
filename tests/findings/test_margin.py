"""Margins and the back-test, on few orders and on Olist, by what the raw files say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from math import ceil

import duckdb
import numpy as np
import pytest

from tests.findings.worlds import olist, world
from tests.needs import require_data
from troth.findings.backtest import back_test
from troth.findings.context import Context
from troth.findings.margin import margins_of
from troth.kernel.instant import DAY_US
from troth.promises.lanes import Lanes

P95 = Fraction(95, 100)
DELIVER = """
deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered, claimed_by: "order.status = 'delivered'"}
  due: attr(due_at)
  void_when: order.status = 'cancelled'
"""
ROUTES = Lanes(("o.route", "''"), "")
WHOLE = Lanes(("''",), "")
OLIST = Lanes(
    ("s.state", "''"),
    "LEFT JOIN relation l ON l.from_type = 'order' AND l.to_type = 'account' AND l.from_code = o.code"
    " LEFT JOIN object_account s ON s.code = l.to_code",
)
FRESH = datetime(2026, 1, 1)


def _world(routes: Mapping[str, Sequence[float | None]], *, until: str = "2026-06-30") -> Context:
    """Order n of a route is made at the n-th hour of the year and due in 10 days; it takes so many days, or never comes."""
    orders, events = {}, []
    for route, took in routes.items():
        for n, days in enumerate(took):
            id, made = f"{route}{n:04}", np.datetime64(FRESH) + np.timedelta64(n, "h")
            orders[id] = {"route": route, "due_at": str(made + np.timedelta64(10, "D")).replace("T", " ")[:19], "status": "sent"}
            events.append(("order", id, "placed", str(made).replace("T", " ")[:19]))
            if days is not None:
                came = made + np.timedelta64(round(days * DAY_US), "us")
                events.append(("order", id, "delivered", str(came).replace("T", " ")))
    return world({"order": orders}, events, DELIVER, now=until)


def test_where_all_are_promised_alike_it_is_the_promise_less_the_95th_of_the_actual_time() -> None:
    # 100 take 1 to 100 tenths of a day: 95 of them no more than 9.5 days, half a day before the tenth.
    context = _world({"a": [n / 10 for n in range(1, 101)]})

    found = margins_of(context, "deliver", ROUTES, ("route",), (), share=P95, window_days=365)

    assert found.all.margin == pytest.approx(10 - 9.5, abs=1e-9)
    assert found.all.best == found.all.margin
    assert (found.all.n, found.all.broken, found.all.never) == (100, 0, 0)
    # Ranks 90 and 100: 99 or more of 100 lie below with a chance of 4 in a hundred, which is too much for one side.
    assert [found.all.low, found.all.high] == pytest.approx([10 - 10.0, 10 - 9.0], abs=1e-9)
    assert [lane.lane for lane in found.lanes] == ["a"]


def test_what_never_came_is_longer_than_any_so_that_it_may_not_be_reached() -> None:
    for never, margin in ((5, pytest.approx(8)), (6, None)):
        found = margins_of(_world({"a": [2.0] * (100 - never) + [None] * never}), "deliver", WHOLE, (), (), share=P95, window_days=365)
        assert found.all.margin == margin
        assert found.all.why is None
        assert (found.all.broken, found.all.never) == (never, never)


def test_what_is_recent_stands_apart_from_what_was_before() -> None:
    """Of two hundred hours the first hundred take two days and the others five: of the 104 before, the 99th took two."""
    context = _world({"b": [2.0] * 100 + [5.0] * 100, "a": [1.0] * 200}, until="2026-01-19 07:00")

    found = margins_of(context, "deliver", ROUTES, ("route",), (), share=P95, window_days=4)

    lanes = {one.lane: one for one in found.lanes}
    assert [(one.n, one.margin) for one in (lanes["b"].recent, lanes["b"].earlier)] == [(96, 5.0), (104, 8.0)]
    assert lanes["b"].recent.low == lanes["b"].recent.high == 5.0
    assert (lanes["b"].earlier.low, lanes["b"].earlier.high) == (5.0, 8.0)
    assert [(one.n, one.margin) for one in (lanes["a"].recent, lanes["a"].earlier)] == [(96, 9.0), (104, 9.0)]


def test_a_lane_of_too_few_is_refused_and_named_by_nobody() -> None:
    found = margins_of(_world({"a": [2.0] * 100, "b": [20.0] * 71}), "deliver", ROUTES, ("route",), (), share=P95, window_days=365)

    few = next(lane for lane in found.lanes if lane.lane == "b")
    assert few.recent.why is not None
    assert (few.recent.why.got, few.recent.margin, few.out) == ("71 due", None, False)
    assert "at least 72" in few.recent.why.need


def test_only_lanes_that_miss_more_than_chance_are_out_of_margin() -> None:
    # Of 200 each: 30 late, 12 late (three in ten such lanes would have as many by chance), and none.
    late = {"a": 30, "b": 12, "c": 0}
    routes = {route: [11.0 if n % 200 < k else 2.0 for n in range(200)] for route, k in late.items()}

    found = margins_of(_world(routes), "deliver", ROUTES, ("route",), (), share=P95, window_days=365)

    assert [(lane.lane, lane.out) for lane in found.lanes] == [("a", True), ("b", False), ("c", False)]
    assert found.lanes[1].recent.margin == -1


def test_the_next_are_promised_by_what_was_known_and_a_slow_spell_moves_them_later() -> None:
    # 300 hours of 4 days each, then of 12: promised 10, so late from then on. Those of the last days are promised 12.
    context = _world({"a": [4.0] * 300 + [12.0] * 900})

    found = back_test(context, "deliver", ROUTES, share=P95, window_days=90)

    # Known are those due, from the 240th hour on: 72 by hour 311. What is made before stays as it is.
    assert found.all.thin == 311
    assert found.fewest == 72
    assert found.all.late == 900
    # From hour 311 on they are promised 4 days, until 5 of 100 that fell due had taken longer, or had not come; then "not reached"
    # until 95 of 100 of those due had come.
    assert found.all.replaced + found.all.not_reached + found.all.thin == found.all.judged == 1200
    assert found.all.not_reached > 0
    assert 0 < found.all.late_then < 900
    assert found.all.more_days is not None


def test_later_data_change_nothing_of_what_was_promised_before() -> None:
    took = [float(3 + n % 7) for n in range(600)]
    calm = back_test(_world({"a": took}), "deliver", ROUTES, share=P95, window_days=90)
    wild = back_test(_world({"a": [*took, *[60.0] * 400]}), "deliver", ROUTES, share=P95, window_days=90)

    # The last of the first 600 was made before any of the others fell due.
    assert wild.all.judged > calm.all.judged == 600
    assert calm.all.replaced == 600 - 311
    first = _dues(_world({"a": took}))
    assert first == _dues(_world({"a": [*took, *[60.0] * 400]}))[:600]


def _dues(context: Context) -> list[int]:
    from troth.findings.backtest import _dues as dues
    from troth.findings.lanes import promised

    everything = promised(context, "deliver", ROUTES)
    return [int(due) for due in dues(everything, everything, P95, 90)[0]]


ORDERS = """
    SELECT order_id, c.customer_state AS state, order_status AS status,
           epoch_us(CAST(order_purchase_timestamp AS TIMESTAMP) AT TIME ZONE 'America/Sao_Paulo') AS made,
           epoch_us((CAST(CAST(order_estimated_delivery_date AS TIMESTAMP) AS DATE) + INTERVAL 1 DAY)::TIMESTAMP
                    AT TIME ZONE 'America/Sao_Paulo') - 1 AS due,
           epoch_us(CAST(order_delivered_customer_date AS TIMESTAMP) AT TIME ZONE 'America/Sao_Paulo') AS came
    FROM read_csv('{0}/olist_orders_dataset.csv', all_varchar = true) JOIN
         read_csv('{0}/olist_customers_dataset.csv', all_varchar = true) c USING (customer_id)
    WHERE order_status <> 'canceled' AND order_purchase_timestamp IS NOT NULL
"""
Row = tuple[str, str, str, int, int, int | None]


def _raw() -> tuple[list[Row], dict[bool, int], int]:
    """The orders by the files' clock, how many each stands for in units of one in so many, and the end of the record."""
    rows = duckdb.connect().execute(ORDERS.format(require_data("olist"))).fetchall()
    seen = sum(row[2] == "delivered" for row in rows)
    end = duckdb.connect().execute("SELECT epoch_us(TIMESTAMP '2018-10-17 20:30:18')").fetchall()[0][0]
    return rows, {True: 96478, False: seen}, int(end)


@pytest.mark.data
def test_olist_s_margins_are_those_of_the_raw_files() -> None:
    rows, weight, end = _raw()
    found = margins_of(olist(), "deliver", OLIST, ("account.state",), (), share=P95, window_days=90)

    def margin(rows: list[Row], *, best: bool) -> float | None:
        worth = [weight[row[2] == "delivered"] for row in rows]
        unknown = -(10**18) if best else 10**18
        late = [row[5] - row[4] if row[5] is not None else unknown if row[2] == "delivered" else 10**18 for row in rows]
        so_far, wanted = 0, P95 * sum(worth)
        for value, one in sorted(zip(late, worth, strict=True)):
            so_far += one
            if so_far >= wanted:
                return None if value == 10**18 else -value / DAY_US
        return None

    fell = [row for row in rows if row[4] <= end]
    assert found.estimated
    assert found.all.n == len(fell)
    assert (found.all.margin, found.all.best) == (margin(fell, best=False), margin(fell, best=True))
    by_state = {lane.lane: lane for lane in found.lanes}
    assert set(by_state) == {row[1] for row in fell}
    for state in ("SP", "RJ", "MG"):
        recent = [row for row in fell if row[1] == state and row[4] > end - 90 * DAY_US]
        assert by_state[state].recent.n == len(recent)
        assert by_state[state].recent.margin == margin(recent, best=False)
    assert by_state["AC"].recent.why is not None
    assert not any(lane.out or lane.worn for lane in found.lanes)
    assert found.why_no_names is not None


@pytest.mark.data
def test_olist_s_back_test_is_what_looking_at_each_order_s_past_gives() -> None:
    # Brute force, on one state: all its orders for each of its orders.
    rows, weight, end = _raw()
    mine = [row for row in rows if row[1] == "MG"]
    known = [row for row in mine if row[2] != "delivered" or row[5] is not None]
    late = then = more = whole = thin = beyond = judged = 0
    for _, _, status, made, due, came in mine:
        seen = [row for row in known if made - 90 * DAY_US < row[4] <= made]
        worth = [weight[row[2] == "delivered"] for row in seen]
        promised = due
        if not seen or sum(worth) ** 2 < 72 * sum(one * one for one in worth):
            which = "thin"
        else:
            took = [row[5] - row[3] if row[5] is not None and row[5] <= made else 10**18 for row in seen]
            so_far, quantile = 0, 10**18
            for value, one in sorted(zip(took, worth, strict=True)):
                so_far += one
                if so_far >= ceil(P95 * sum(worth)):
                    quantile = value
                    break
            which = "beyond" if quantile == 10**18 else "replaced"
            promised = due if which == "beyond" else made + quantile
        if due > end or promised > end:
            continue
        one = weight[status == "delivered"]
        judged, whole = judged + 1, whole + one
        thin, beyond, more = thin + (which == "thin"), beyond + (which == "beyond"), more + one * (promised - due)
        if status != "delivered" or came is not None:
            late += one * (came is None or came > due)
            then += one * (came is None or came > promised)

    found = dict(back_test(olist(), "deliver", OLIST, share=P95, window_days=90).lanes)["MG"]

    assert (found.judged, found.thin, found.not_reached) == (judged, thin, beyond)
    assert found.replaced > 100
    assert (found.late, found.late_then) == pytest.approx((late / weight[False], then / weight[False]), rel=1e-12)
    assert found.more_days == pytest.approx(more / whole / DAY_US, rel=1e-12)
