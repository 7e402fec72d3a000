"""What customers answer by how early or late they were served, and what was asked before the outcome was there."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb
import pytest

from tests.findings.worlds import olist, world
from tests.needs import require_data
from troth.findings.reliability import Dose, dose_of, labels
from troth.findings.survey import surveys
from troth.promises.lanes import Lanes

PROMISE = """deliver: {subject: order, words: delivered by the day given, anchor: placed, fulfil: {event: delivered}, due: attr(due),
  promisee: order.customer}
"""
#  order: days from the promised day to delivery, days from delivery to the answer, stars, carrier
ORDERS = {
    "early10": (-10, 2, 5, "A"), "early9": (-9, 2, 4, "A"), "today": (0, 1, 3, "B"), "late1": (1, 1, 3, "A"), "late3": (3, -1, 1, "A"),
    "late4": (4, 1, 2, "B"), "late8": (8, -5, 1, "B"), "late9": (9, 2, 2, "B"),
}  # fmt: skip
DUE = datetime(2026, 3, 20, 12)


def made(lanes: Lanes | None = None, orders: dict[str, tuple[int, int, int, str]] = ORDERS, **more: object) -> Dose:
    objects = {
        "order": {
            id: {"due": str(DUE), "carrier": carrier, **({"stratum": carrier} if more else {})} for id, (*_, carrier) in orders.items()
        }
    }
    events, feedback = [], []
    for id, (days, wait, stars, _) in orders.items():
        came = DUE + timedelta(days=days, hours=-1 if days <= 0 else 0)
        events += [("order", id, "placed", "2026-03-01 10:00"), ("order", id, "delivered", str(came))]
        feedback.append(("order", id, "2026-03-02 10:00", str(came + timedelta(days=wait)), float(stars)))
    context = world(objects, events, PROMISE, feedback=feedback, now="2026-04-30 00:00", **more)  # type: ignore[arg-type]
    (survey,) = surveys(context, "deliver")
    return dose_of(context, survey, ("carrier",) if lanes else (), lanes)


def test_a_day_falls_into_one_band() -> None:
    found = made()

    assert [one.what for one in found.bands] == labels()
    assert [(one.n, one.mean) for one in found.bands] == [(1, 5), (1, 4), (1, 3), (2, 2), (1, 2), (2, 1.5)]


def test_what_was_asked_before_the_outcome_is_apart() -> None:
    found = made()

    assert (found.waiting.n, found.waiting.mean) == (2, 1)  # late3 and late8
    assert found.after.n == 3
    assert found.after.mean == pytest.approx(7 / 3)
    assert (found.kept.n, found.kept.mean) == (3, 4)
    assert found.early == pytest.approx(2 / 5)


def test_units_have_their_late_and_their_kept_of_answers_after_the_outcome() -> None:
    found = made(Lanes(('o."carrier"', "''"), ""))

    assert [(name, late.n, late.mean, kept.n, kept.mean) for name, late, kept in found.units] == [("A", 1, 3, 2, 4.5), ("B", 2, 2, 1, 3)]


def test_of_a_sample_each_stands_for_as_many_as_was_declared() -> None:
    """Carrier A's orders were drawn one in three, B's all."""
    found = made(populations={"order": {"A": 12, "B": 4}})

    assert found.estimated
    assert found.kept.mean == pytest.approx((3 * 5 + 3 * 4 + 3) / 7)
    assert found.kept.n == 3


def test_a_band_without_an_answer_cannot_say() -> None:
    found = made(orders={"late1": ORDERS["late1"], "today": ORDERS["today"]})

    assert [one.n for one in found.bands] == [0, 0, 1, 1, 0, 0]
    assert found.bands[0].mean is None
    assert found.bands[0].refusal is not None


@pytest.mark.data
def test_olist_is_what_sql_over_the_files_says() -> None:
    """4.31, 4.25, 4.05, 3.30, 1.95 and 1.59 stars; late and waiting 1.58 of 246, after 3.73 of 96, kept 4.27."""
    context, folder = olist(), require_data("olist")
    (survey,) = surveys(context, "deliver")
    found = dose_of(context, survey)
    said = (
        duckdb.connect()
        .execute(f"""
        WITH latest AS (SELECT *, row_number() OVER (PARTITION BY order_id ORDER BY review_answer_timestamp DESC) AS turn
            FROM '{folder}/olist_order_reviews_dataset.csv'),
        j AS (SELECT review_score AS s, review_answer_timestamp < order_delivered_customer_date AS waiting,
                date_diff('day', order_estimated_delivery_date::DATE, order_delivered_customer_date::DATE) AS d
            FROM '{folder}/olist_orders_dataset.csv' JOIN latest USING (order_id)
            WHERE turn = 1 AND order_delivered_customer_date IS NOT NULL AND order_status <> 'canceled')
        SELECT CASE WHEN d <= -10 THEN 0 WHEN d <= -5 THEN 1 WHEN d <= 0 THEN 2 WHEN d <= 3 THEN 3 WHEN d <= 7 THEN 4 ELSE 5 END AS band,
               count(*), avg(s), count(*) FILTER (d > 0 AND waiting), sum(s) FILTER (d > 0 AND waiting) FROM j GROUP BY 1 ORDER BY 1
    """)
        .fetchall()
    )

    assert [(one.n, pytest.approx(one.mean)) for one in found.bands] == [(n, mean) for _, n, mean, *_ in said]
    assert [round(float(one.mean or 0), 2) for one in found.bands] == [4.31, 4.25, 4.05, 3.30, 1.95, 1.59]
    assert (found.waiting.n, sum(row[3] for row in said)) == (246, 246)
    told = [(one.n, round(float(one.mean or 0), 2)) for one in (found.waiting, found.after, found.kept)]
    assert told == [(246, 1.58), (96, 3.73), (4822, 4.27)]
