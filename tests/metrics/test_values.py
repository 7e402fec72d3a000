"""Value scorecards: every figure is the sum of its customers, and each customer's of its events."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pytest
from typer.testing import CliRunner

import troth
from tests.app.small_book import write_book
from tests.needs import require_data
from troth.app.bootstrap import open_workspace
from troth.app.operation import Operation
from troth.app.rulebook.rulebook import lint
from troth.faces.cli.commands import app
from troth.kernel.errors import BadValue, NotFound
from troth.metrics.valuing import Bought, Foreseen, foreseen

#  order  customer  placed  amounts        promised  delivered
#  A1     ann       5 Jan   10.10 + 2.20   9 Jan     8 Jan      kept
#  A2     ann       5 Jan   5              9 Jan     11 Jan     broken
#  A3     ann       7 Feb   20             9 Feb     9 Feb      kept
#  B1     bob       6 Jan   40             9 Jan     -          broken
#  B2     bob       6 Jan   99             9 Jan     cancelled
#  N1     nobody    8 Jan   7              9 Jan     9 Jan      of no customer
FILES = {
    "orders.csv": """id,customer,placed,due,delivered,cancelled
A1,ann,2026-01-05 10:00,2026-01-09,2026-01-08 09:00,
A2,ann,2026-01-05 18:00,2026-01-09,2026-01-11 09:00,
A3,ann,2026-02-07 10:00,2026-02-09,2026-02-09 09:00,
B1,bob,2026-01-06 10:00,2026-01-09,,
B2,bob,2026-01-06 11:00,2026-01-09,,2026-01-07 10:00
N1,,2026-01-08 11:00,2026-01-09,2026-01-09 10:00,
""",
    "payments.csv": "payment,order,amount\n1,A1,10.10\n2,A1,2.20\n3,A2,5\n4,A3,20\n5,B1,40\n6,B2,99\n7,N1,7\n",
    "tickets.csv": "id,order,opened\nT1,A2,2026-01-12 10:00\nT2,A2,2026-01-13 10:00\nT3,B1,2026-02-20 10:00\n",
}
VALUE = """customers:
  words: what customers bring
  of: order
  belongs_to: customer
  event: placed
  money: paid
  where: cancelled is not known
  margin: 0.3
  effort: [ticket]
  promises: [deliver]
  horizon: 52w
  discount: 0.1
  owner: head
"""
BOOK = {
    "troth.yaml": "name: Small\nfolder: ../data\nzone: UTC\ncurrency: EUR\n",
    "company.yaml": "roles: [head]\n",
    "sources/all.yaml": """orders:
  files: [orders.csv]
  key: [id]
  object: {type: order, id: [id], attributes: {due: {column: due, as: day}}}
  relations: [{to: customer, id: [customer]}]
  events: [{type: placed, at: placed, anchor: true}, {type: delivered, at: delivered}, {type: cancelled, at: cancelled}]
payments:
  files: [payments.csv]
  key: [payment]
  money: [{about: order, id: [order], kind: paid, amount: amount}]
tickets:
  files: [tickets.csv]
  key: [id]
  object: {type: ticket, id: [id]}
  relations: [{to: order, id: [order]}]
  events: [{type: opened, at: opened}]
""",
    "promises/deliver.yaml": """deliver:
  {subject: order, words: delivered by the day given, anchor: placed, fulfil: {event: delivered}, due: end_of_day(attr(due)),
   void_when: cancelled is known}
""",
    "values/values.yaml": VALUE,
}


def built(under: Path, files: Mapping[str, str] = FILES, book: Mapping[str, str] = BOOK) -> Operation:
    operation = troth.open(write_book(under, files=files, book=book))
    operation.build()
    return operation


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    return built(tmp_path_factory.mktemp("values"))


def test_what_customers_brought_and_what_it_cost_them_is_mental_arithmetic(small: Operation) -> None:
    (found,) = small.values()
    ann, bob = found.customers

    assert (ann.name, ann.first, ann.last) == ("ann", date(2026, 1, 5), date(2026, 2, 7))
    assert (ann.sums.purchases, ann.sums.spent, ann.sums.margin) == (3, Decimal("37.30"), Decimal("11.190"))
    assert (ann.sums.effort, ann.sums.kept, ann.sums.broken) == (2, 2, 1)
    assert (bob.sums.purchases, bob.sums.spent, bob.sums.effort, bob.sums.kept, bob.sums.broken) == (1, Decimal(40), 1, 0, 1)
    assert (found.unplaced.purchases, found.unplaced.spent, found.unplaced.effort, found.unplaced.promises) == (1, Decimal(7), 0, 1)


def test_two_customers_are_too_few_to_say_what_they_are_worth(small: Operation) -> None:
    (found,) = small.values("customers")

    assert found.refusal is not None
    assert (found.refusal.got, found.refusal.need) == ("1 customers who bought again", "at least 50")
    assert found.headline.worth is None
    assert [one.sums.worth for one in found.customers] == [None, None]


def test_from_the_headline_down_to_events_all_is_the_sum_of_what_is_below_it(small: Operation) -> None:
    (found,) = small.values()
    rows = [one.sums for one in found.customers]
    for name in ("customers", "purchases", "spent", "margin", "effort", "kept", "broken", "unknown"):
        assert getattr(found.headline, name) == sum(getattr(one, name) for one in rows), name
        assert getattr(found.headline, name) == sum(getattr(one.sums, name) for one in found.bands), name
    for one in found.customers:
        events = small.value_of("customers", one.name).events
        assert sum((each.amount or Decimal(0) for each in events), Decimal(0)) == one.sums.spent
        assert len({each.id for each in events if each.what == "purchase"}) == one.sums.purchases
        assert sum(each.what == "effort" for each in events) == one.sums.effort
        assert sum(each.state == "broken" for each in events) == one.sums.broken
    # and with what is of nobody it is all that is on record, without what was cancelled
    file = small.workspace.root.parent / "data"
    (paid,) = duckdb.execute(f"""SELECT sum(amount::DECIMAL(18, 2)) FROM read_csv('{file}/payments.csv', all_varchar = true) p
        JOIN read_csv('{file}/orders.csv', all_varchar = true) o ON o.id = p."order" WHERE cancelled IS NULL""").fetchall()[0]
    assert found.headline.spent + found.unplaced.spent == paid


def test_a_drilled_customer_has_each_event_with_its_day(small: Operation) -> None:
    events = [one for one in small.value_of("customers", "ann").events if one.id == "A2" or one.what == "effort"]

    assert [(one.what, one.id, f"{one.at:%d %b %H:%M}", one.name, one.amount, one.state) for one in events] == [
        ("effort", "T1", "12 Jan 10:00", None, None, None), ("effort", "T2", "13 Jan 10:00", None, None, None),
        ("promise", "A2", "09 Jan 23:59", "deliver", None, "broken"), ("purchase", "A2", "05 Jan 18:00", None, Decimal(5), None),
    ]  # fmt: skip


def test_customers_of_cdnow_are_worth_what_the_published_model_says(tmp_path: Path) -> None:
    """paper: r .243, alpha 4.414, a .793, b 2.426 of 2,357 customers in 39 weeks; 6.25, 3.74, 15.44 of what they spend."""
    lines = (require_data("cdnow") / "CDNOW_sample.txt").read_text().splitlines()
    rows = [
        f"{at},{customer},{day[:4]}-{day[4:6]}-{day[6:]} 12:00,{amount}"
        for at, (_, customer, day, _, amount) in enumerate(map(str.split, lines))
    ]
    known = [row for row in rows if row.split(",")[2] <= "1997-09-31"]
    # The record ends with the last of September, whether anybody bought then or not.
    files = {"orders.csv": "\n".join(["id,customer,placed,amount", *known, "end,,1997-09-30 13:00,"]) + "\n"}
    book = {
        "troth.yaml": "name: CDNOW\nfolder: ../data\nzone: UTC\ncurrency: USD\n",
        "sources/all.yaml": """orders:
  files: [orders.csv]
  key: [id]
  object: {type: order, id: [id]}
  relations: [{to: customer, id: [customer]}]
  events: [{type: placed, at: placed, anchor: true}]
  money: [{about: order, id: [id], kind: paid, amount: amount}]
""",
        "values/values.yaml": """cdnow:
  {words: what they bring, of: order, belongs_to: customer, event: placed, money: paid, horizon: 273d, discount: 0}
""",
    }
    (found,) = built(tmp_path, files, book).values()
    model = found.model

    assert model is not None
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx((0.2426, 4.4135, 0.7929, 2.4258), rel=1e-3)
    assert (model.p, model.q, model.v) == pytest.approx((6.2488, 3.7446, 15.4477), rel=1e-3)
    assert (found.headline.customers, model.again, round(model.together, 4)) == (2357, 946, 0.1139)
    assert found.headline.expected == pytest.approx(1653.4, abs=1)
    assert found.headline.worth == pytest.approx(sum(one.sums.worth or 0 for one in found.customers))
    assert found.headline.worth is not None
    assert model.low < found.headline.worth < model.high
    assert model.checked is not None
    # The half of the record that was hidden from the model, by hand: purchases on later days of those known in the middle.
    days = duckdb.execute(f"""WITH d AS (SELECT DISTINCT customer, placed[:10]::DATE AS day FROM read_csv('{tmp_path}/data/orders.csv',
        all_varchar = true) WHERE customer IS NOT NULL) SELECT count(*) FROM d WHERE day > '{model.checked.until}'
        AND customer IN (SELECT customer FROM d WHERE day <= '{model.checked.until}')""").fetchall()[0][0]
    assert model.checked.came == days


def test_more_time_is_worth_more_and_a_discount_makes_it_less() -> None:
    names = tuple(f"c{at}" for at in range(200))
    first = np.array([date(2025, 1, 1 + at % 20).toordinal() for at in range(200)])
    last = np.array([date(2025, 2 + at % 9, 3).toordinal() for at in range(200)])
    bought = Bought(names, first, last, np.full(200, 2), np.array([20.0 + at % 5 for at in range(200)]))

    def total(weeks: float, discount: float) -> float:
        found = foreseen(bought, date(2025, 12, 31), weeks=weeks, discount=discount)
        assert isinstance(found, Foreseen)
        return found.worth.total

    assert total(52, 0.0) > total(26, 0.0) > 0
    assert total(52, 0.1) < total(52, 0.0)


def said(operation: Operation, *words: str) -> str:
    done = CliRunner().invoke(app, ["value", *words, "--book", str(operation.workspace.root)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def test_it_is_said_in_text_json_and_csv(small: Operation) -> None:
    text = said(small)
    (data,) = json.loads(said(small, "--json"))
    rows = {row["customer"]: row for row in csv.DictReader(io.StringIO(said(small, "--csv")))}
    drilled = said(small, "customers", "--customer", "ann")

    assert "Cannot say what they are worth: how often customers buy; got 1 customers who bought again, needs at least 50." in text
    assert "Of no customer on record, or of several, and in no row: 1 purchases of 7.00, 0 of effort and 1 promises." in text
    assert Decimal(data["headline"]["spent"]) == Decimal("77.3")
    assert (Decimal(rows["ann"]["spent"]), rows["ann"]["effort"], rows["bob"]["kept"]) == (Decimal("37.3"), "2", "0")
    assert "A2" in drilled
    assert "broken" in drilled


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("of: order", "of: odrer"), "no object type 'odrer' in sources/; did you mean 'order'?"),
        (("belongs_to: customer", "belongs_to: custmer"), "no 'order' belongs to a 'custmer'; did you mean 'customer'?"),
        (("[ticket]", "[tickets]"), "no object type 'tickets' in sources/; did you mean 'ticket'?"),
        (("[deliver]", "[delivr]"), "no promise 'delivr' in promises/; did you mean 'deliver'?"),
        (("margin: 0.3", "margin: 30"), "less than or equal to 1"),
        (("  horizon: 52w\n", ""), "horizon"),
    ],
)
def test_a_scorecard_that_names_what_there_is_not_is_refused(change: tuple[str, str], words: str, tmp_path: Path) -> None:
    book = write_book(tmp_path, files={}, book={**BOOK, "values/values.yaml": VALUE.replace(*change)})
    assert any(words in str(one) for one in lint(open_workspace(book)))


def test_whom_there_is_not_is_refused(small: Operation) -> None:
    with pytest.raises(NotFound, match="no value scorecard 'customer' in the book; allowed: did you mean 'customers'"):
        small.values("customer")
    with pytest.raises(NotFound, match="'customers' has no customer 'anne'; allowed: did you mean 'ann'"):
        small.value_of("customers", "anne")
    with pytest.raises(BadValue, match="a customer is one of a scorecard"):
        said(small, "--customer", "ann")
