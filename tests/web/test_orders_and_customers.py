"""An order clock by clock, and a customer whole: what became of each promise, and whose it was."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest

from tests.web.conftest import Client, text_of
from troth.access import EVERYTHING, Scope
from troth.app.answers.values import values
from troth.app.pages.customer_page import customer_page, customers_page
from troth.app.pages.order_page import order_page
from troth.app.pages.served import Served
from troth.app.reading import Reading
from troth.kernel.errors import NotFound


@pytest.fixture(scope="module")
def reading(served: Served) -> Reading:
    return served.reading(EVERYTHING)


def some(reading: Reading, where: str) -> str:
    """The id of an order whose delivery is so, the newest."""
    rows = reading.context.engine.rows(
        f"SELECT s.id FROM outcome_deliver o JOIN object_order s ON s.code = o.subject WHERE {where} ORDER BY o.due DESC, s.id LIMIT 1"
    )
    return str(rows[0][0])


def test_a_late_order_is_told_late_by_the_time_between_its_due_and_its_delivery(reading: Reading, as_viewer: Client) -> None:
    id = some(reading, "o.fulfilled > o.due + INTERVAL 3 DAY AND share_carrier = share_of")
    ((due, came),) = reading.context.engine.rows(
        f"SELECT o.due, o.fulfilled FROM outcome_deliver o JOIN object_order s ON s.code = o.subject WHERE s.id = '{id}'"
    )
    days = (came - due) / timedelta(days=1)

    page = text_of(as_viewer().get(f"/orders/{id}").text)
    assert f"Order {id} came {days:.1f} days late. All of the delay arose with the carrier." in page
    assert f"Delivered by the day given: missed by {days:.1f} days" in page


def test_the_drawn_stages_are_the_events_and_bear_the_whole_delay_together(reading: Reading) -> None:
    id = some(reading, "o.fulfilled > o.due")
    told = next(one for one in order_page(reading, id).promises if one.judged.promise == "deliver")
    events = {
        str(type): at
        for type, at in reading.context.engine.rows(
            f"SELECT e.type, min(e.occurred) FROM event e JOIN object_order s ON s.code = e.object AND e.object_type = 'order'"
            f" WHERE s.id = '{id}' GROUP BY 1"
        )
    }

    def local(type: str) -> datetime:
        return reading.context.local_time(events[type])

    assert told.lane is not None
    assert [(bar.begins, bar.ends) for bar in told.lane.bars] == [
        (local("placed"), local("handed over")), (local("handed over"), local("delivered")),
    ]  # fmt: skip
    others = sum((Fraction(share) for _, share in told.judged.others), Fraction(0))
    assert sum((bar.bears or Fraction(0) for bar in told.lane.bars), others) == 1


def test_what_is_shaded_is_what_the_calendar_does_not_count(reading: Reading) -> None:
    id = some(reading, "o.fulfilled > o.due")
    told = next(one for one in order_page(reading, id).promises if one.judged.promise == "hand_over")
    assert told.lane is not None
    assert told.judged.worked is not None
    drawn = told.lane.now - told.lane.made
    shut = sum(((min(last, told.lane.now) - first) for first, last in told.lane.shut if first < told.lane.now), timedelta())

    minutes = round((drawn - shut) / timedelta(minutes=1))
    hours, rest = map(int, re.findall(r"\d+", told.judged.worked.replace(",", "")))
    assert abs(minutes - (60 * hours + rest)) <= 1


def test_an_open_order_is_drawn_up_to_where_the_record_ends(reading: Reading) -> None:
    id = some(reading, f"{reading.context.state()} = 'open'")
    told = order_page(reading, id).promises[0]

    assert told.lane is not None
    assert told.lane.done is None
    assert told.lane.now == reading.context.local_time(reading.snapshot.as_of)


def test_an_order_that_there_is_not_says_which_there_are(as_viewer: Client) -> None:
    answer = as_viewer().get("/orders/SO-0000001x")

    assert answer.status_code == 404
    assert "SO-0000001" in answer.text
    assert as_viewer().get("/orders/visit/SO-00000010").status_code == 404


def test_a_customer_is_told_with_what_sql_over_the_files_counts(meridian: Path, reading: Reading) -> None:
    """One who has a parcel that came and is due only later: how many orders fell due, and what all of them are worth."""
    orders = f"read_csv('{meridian}/data/erp_orders.csv', all_varchar = true, delim = ';')"
    now = f"TIMESTAMP '{reading.snapshot.as_of}'"
    early = reading.context.engine.rows(
        f"SELECT f.customer_no FROM {orders} f JOIN object_order s ON s.id = f.order_no JOIN outcome_deliver o ON o.subject = s.code"
        f" WHERE o.fulfilled <= {now} AND o.due > {now} ORDER BY 1 LIMIT 1"
    )
    number = str(early[0][0])
    ((worth,),) = duckdb.execute(
        f"SELECT sum(replace(amount, ',', '.')::DECIMAL(18, 2)) FROM {orders} WHERE customer_no = '{number}'"
    ).fetchall()
    ((fell, came_early),) = reading.context.engine.rows(
        f"SELECT count(*) FILTER (o.due <= {now}), count(*) FILTER (o.due > {now} AND o.fulfilled <= {now}) FROM {orders} f"
        f" JOIN object_order s ON s.id = f.order_no JOIN outcome_deliver o ON o.subject = s.code"
        f" WHERE customer_no = '{number}' AND cancelled_at IS NULL"
    )

    page = customer_page(reading, f"customer:{number}")
    deliver = next(one for one in page.promises if one.promise == "deliver")
    assert deliver.due == deliver.kept + deliver.broken == fell
    assert came_early > 0
    assert next(one.amount for one in page.amounts if one.kind == "order_value") == worth


def test_customers_are_listed_by_what_was_missed_in_the_last_four_weeks(reading: Reading) -> None:
    page = customers_page(reading)
    counted = dict(
        reading.context.engine.rows(
            "SELECT c.id, count(*) FROM outcome_deliver o JOIN relation r ON r.from_type = 'order' AND r.from_code = o.subject"
            f" AND r.to_type = 'customer' JOIN object_customer c ON c.code = r.to_code WHERE {reading.context.state()} = 'broken'"
            f" AND o.due > TIMESTAMP '{reading.snapshot.as_of - timedelta(days=28)}' GROUP BY 1"
        )
    )

    assert {one.id: one.missed for one in page.missed if one.type == "customer"} == {
        id: count for id, count in counted.items() if id in {one.id for one in page.missed}
    }
    assert [one.missed for one in page.missed] == sorted((one.missed for one in page.missed), reverse=True)


def test_the_newest_stands_first_and_the_rest_is_one_step_away(reading: Reading, as_viewer: Client) -> None:
    id = customers_page(reading).missed[0].id
    page = as_viewer().get(f"/customers/{id}").text

    days = re.findall(r'<div class="told-day">\s*<h3>([\d-]+)</h3>', page)
    assert days == sorted(days, reverse=True)
    if "earlier lines" in page:
        assert page.count("<li>") < as_viewer().get(f"/customers/{id}?lines=every").text.count("<li>")


def test_an_order_of_another_country_is_not_there_for_somebody_of_one(reading: Reading, as_viewer: Client) -> None:
    id = some(reading, "s.ship_country <> 'FR'")
    french = some(reading, "s.ship_country = 'FR'")
    client = as_viewer(scope=Scope({"country": frozenset({"FR"})}))

    assert client.get(f"/orders/{french}").status_code == 200
    assert client.get(f"/orders/{id}").status_code == 404


def test_a_number_that_names_nobody_is_refused(reading: Reading) -> None:
    with pytest.raises(NotFound):
        customer_page(reading, "K9999999")


def test_what_customers_are_worth_goes_from_the_headline_to_each_event(as_viewer: Client, served: Served) -> None:
    """The figures are those of SQL over the files: tests/worlds/test_book.py."""
    client = as_viewer()
    page, text = client.get("/values").text, text_of(client.get("/values").text)
    found = {one.name: one for one in values(served.reading(EVERYTHING))}
    head = found["customers"].headline

    assert 'href="/values"' in client.get("/customers").text
    assert f"{head.customers} customers brought {head.spent:,.0f} EUR" in text
    assert f"all {head.customers} {head.purchases:,} {head.spent:,.0f}" in text
    assert "for the doubt of the model's numbers alone; no finding grades it" in text
    assert "How often and how much go together" in text
    most = max(found["customers"].customers, key=lambda one: one.sums.brought)
    assert f"/values/customers/{quote(most.name, safe='')}" in page
    drilled = text_of(client.get(f"/values/customers/{quote(most.name, safe='')}").text)
    assert f"{most.sums.purchases} {most.sums.spent:,.0f}" in drilled
    assert drilled.count(" purchase ") == most.sums.purchases
