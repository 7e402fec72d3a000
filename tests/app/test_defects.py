"""What a customer calls a defect against what the house does: `troth defects` on worlds whose answers a pencil gives."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from statistics import NormalDist

import duckdb
import pytest
from typer.testing import CliRunner

import troth
from tests.app.small_book import BOOK, built, write_book
from tests.book.test_layers import change
from tests.promises.test_parts_wholesaler import DUE, EXAMPLE
from troth.app.answers.defects import judged_again
from troth.app.bootstrap import open_workspace
from troth.app.reading import open_reading
from troth.faces.cli import app
from troth.findings.defects import Defects, Row
from troth.kernel.errors import BadValue, NotFound

#  order  defects  delivered   by the house: one may pass   by acme: none may
#  A      0        in time     kept                         kept
#  B      1        in time     kept                         broken: not as promised
#  C      1        late        broken: late                 broken: late, and not as promised
#  D      2        in time     broken: not as promised      broken: not as promised
#  E      -        -           broken: nothing on record    broken: nothing on record
#  F      ?        in time     unknown                      unknown
#  G      -        not yet     open                         open
#  H      1        in time     kept, and cod has no word in it
#  I      0        in time     kept long before its due, and not due yet
ORDERS = """id,customer,placed,due,delivered,defects
A,acme,2026-01-05 10:00,2026-01-09,2026-01-08 09:00,0
B,acme,2026-01-05 10:00,2026-01-09,2026-01-08 09:00,1
C,acme,2026-01-05 10:00,2026-01-09,2026-01-12 09:00,1
D,acme,2026-01-05 10:00,2026-01-09,2026-01-08 09:00,2
E,acme,2026-01-05 10:00,2026-01-09,,
F,acme,2026-01-05 10:00,2026-01-09,2026-01-08 09:00,many
G,acme,2026-01-25 10:00,2026-12-31,,
H,cod,2026-01-05 10:00,2026-01-09,2026-01-08 09:00,1
I,acme,2026-01-25 10:00,2026-12-31,2026-01-25 10:30,0
"""
SOURCE = """orders:
  files: [orders.csv]
  key: [id]
  object:
    type: order
    id: [id]
    attributes: {due: {column: due, as: day}, defects: {column: defects, as: number}}
  relations: [{to: customer, id: [customer]}]
  events:
    - {type: placed, at: placed, anchor: true}
    - {type: delivered, at: delivered}
"""
PROMISES = """deliver:
  subject: order
  words: sound and in time
  anchor: placed
  fulfil: {event: delivered, where: attr(defects) <= 1}
  due: end_of_day(attr(due))
perfect:
  subject: order
  words: a perfect order
  anchor: placed
  fulfil: {all_of: [deliver]}
"""
OVERLAY = '"overlays/customer=acme"'
ACME = {
    "troth.yaml": BOOK["troth.yaml"],
    "company.yaml": "dimensions:\n  - {id: customer, read: order.customer}\nroles: [head_of_ops]\n",
    "sources/orders.yaml": SOURCE,
    "promises/order.yaml": PROMISES,
    "changes/CHG-1.yaml": change(OVERLAY),
    "overlays/customer=acme/promises/order.yaml": "change: CHG-1\ndeliver: {fulfil: {where: attr(defects) = 0}}\n",
}


def _written(under: Path, book: Mapping[str, str] = ACME, orders: str = ORDERS) -> Path:
    root = write_book(under, files={"orders.csv": orders}, book=book)
    built(root)
    return root


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _written(tmp_path_factory.mktemp("acme"))


@pytest.fixture(scope="module")
def wholesaler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wholesaler") / "parts-wholesaler"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".troth", "pages"))
    troth.open(folder / "book").build()
    return folder


def _only(found: Defects) -> Row:
    (row,) = found.rows
    return row


def test_a_unit_that_is_late_and_not_as_promised_has_two_defects(acme: Path) -> None:
    deliver, _ = troth.open(acme).defects()
    row = _only(deliver)

    assert (row.whose, row.bound, row.units, row.opportunities, deliver.alike) == ("customer=acme", 8, 6, 12, 1)
    assert (row.house.defective, row.house.defects, row.house.unknown) == (3, 3, 1)
    assert (row.customer.defective, row.customer.defects, row.customer.unknown) == (4, 5, 1)
    assert (row.passed, row.refused) == (1, 0)
    assert [(one.field, one.house, one.customer) for one in row.says] == [("fulfil.where", "attr(defects) <= 1", "attr(defects) = 0")]
    # Of the ten opportunities that can be told; sigma by the normal distribution of the standard library.
    assert row.house.rate is not None
    assert row.customer.rate is not None
    assert (row.house.rate.value, row.customer.rate.value) == (300_000, 500_000)
    assert row.house.rate.sigma == pytest.approx(1.5 + NormalDist().inv_cdf(0.7))
    assert row.customer.rate.sigma == pytest.approx(1.5)
    # The one that cannot be told is sound in both ways or defective in both.
    assert row.house.between == pytest.approx((3 / 12 * 1e6, 5 / 12 * 1e6))
    assert row.customer.between == pytest.approx((5 / 12 * 1e6, 7 / 12 * 1e6))


def test_the_gap_is_listed_with_what_is_wrong_with_each(acme: Path) -> None:
    deliver, _ = troth.open(acme).defects()

    assert [(one.id, one.house, one.customer, one.why) for one in deliver.disputed] == [("B", "kept", "broken", "not as promised")]
    assert {(house, customer): n for house, customer, n in deliver.states} == {
        ("kept", "kept"): 2, ("kept", "broken"): 1, ("broken", "broken"): 3, ("unknown", "unknown"): 1, ("open", "open"): 1,
    }  # fmt: skip


def test_a_whole_differs_where_a_part_of_it_does_and_is_one_opportunity(acme: Path) -> None:
    _, perfect = troth.open(acme).defects()
    row = _only(perfect)

    assert (perfect.parts, row.whose, row.says) == (("deliver",), "customer=acme", ())
    assert (row.units, row.opportunities, row.house.defects, row.customer.defects, row.passed) == (6, 6, 3, 4, 1)
    assert [(one.id, one.why) for one in perfect.disputed] == [("B", "a part of it was broken")]


STANDARD = "CASE WHEN placed >= '2026-03-01' THEN placed + INTERVAL 4 DAY ELSE placed + INTERVAL 5 DAY END"
# Without the customers' own words, those of their segment and region bind: README.md of the example has them.
OF_NO_CUSTOMER = re.sub("customer = '(acme|borealis|cobalt)'", "FALSE", DUE)


@pytest.mark.parametrize(("by", "house"), [((), STANDARD), (("customer",), OF_NO_CUSTOMER)], ids=["all layers", "of customers"])
def test_both_definitions_are_what_sql_over_the_files_says(wholesaler: Path, by: tuple[str, ...], house: str) -> None:
    data = wholesaler / "data"
    expected = duckdb.connect().execute(
        f'SELECT "order", delivered <= house, delivered <= theirs FROM (SELECT *, {house} AS house, {DUE} AS theirs'
        f" FROM read_csv('{data / 'orders.csv'}') o JOIN read_csv('{data / 'customers.csv'}') c USING (customer))"
    ).fetchall()  # fmt: skip
    (found,) = troth.open(wholesaler / "book").defects(by=by)

    assert {(one.id, one.house, one.customer) for one in found.disputed} == {
        (id, "kept" if passes else "broken", "broken" if passes else "kept") for id, passes, theirs in expected if passes != theirs
    }
    assert found.all is not None
    assert found.all.house.defective - found.all.customer.defective == sum(theirs - passes for _, passes, theirs in expected)
    assert found.all.units + found.alike == len(expected)


def test_by_a_dimension_the_layers_of_the_others_stay_the_houses(wholesaler: Path) -> None:
    (found,) = troth.open(wholesaler / "book").defects("deliver", by="customer")

    #            fell due  house  customer  passed  refused: the table of README.md, and three days for key customers
    assert {(r.whose, r.units, r.house.defects, r.customer.defects, r.passed, r.refused) for r in found.rows} == {
        ("customer=acme", 8, 0, 8, 8, 0), ("customer=borealis", 16, 0, 16, 16, 0), ("customer=cobalt", 16, 16, 0, 0, 16),
    }  # fmt: skip
    assert found.disputed[0].house_due == datetime(2026, 2, 4, 9, 0)
    assert found.disputed[0].customer_due == datetime(2026, 2, 3, 9, 0)
    rate = next(row.customer.rate for row in found.rows if row.whose == "customer=cobalt")
    assert rate is not None
    assert (rate.value, rate.sigma, rate.sigma_high) == (0, None, None), "of no defect in 16 there is no sigma level, only its least"


def test_the_command_says_it_in_words_as_json_and_as_csv(acme: Path) -> None:
    def run(*more: str) -> str:
        return CliRunner().invoke(app, ["defects", "deliver", "--book", str(acme), *more]).output

    words = run()
    assert "customer=acme: 6 fell due, 12 opportunities" in words
    assert "fulfil.where: attr(defects) <= 1 → attr(defects) = 0" in words
    assert "by their terms  4 defective with 5 defects, DPMO 500,000 (236,593 to 763,407), sigma 1.5 (0.8 to 2.2)" in words
    assert "B (customer=acme): not as promised; due 2026-01-09 23:59; came 2026-01-08 09:00" in words
    assert "2 did not fall due by both" in words
    (data,) = json.loads(run("--json"))
    assert data["rows"][0]["passed"] == 1
    assert data["disputed"][0]["fulfilled"] == "2026-01-08T08:00:00Z"
    assert run("--csv").splitlines()[1].startswith("deliver,B,customer=acme,kept,broken,not as promised,")


def test_where_no_layer_says_anything_nothing_is_invented(tmp_path: Path, wholesaler: Path) -> None:
    root = write_book(tmp_path)
    built(root)

    with pytest.raises(NotFound, match="no layer says anything of a promise"):
        troth.open(root).defects()
    with pytest.raises(NotFound, match="no layer says anything of 'deliver' for a contract"):
        troth.open(wholesaler / "book").defects("deliver", by="contract")
    with pytest.raises(NotFound, match=r"no dimension 'custmer'.*customer"):
        troth.open(wholesaler / "book").defects(by="custmer")


def test_few_units_have_no_rate_and_a_layer_to_come_no_unit(tmp_path: Path) -> None:
    few = _written(tmp_path / "few", orders="\n".join(ORDERS.splitlines()[:4]) + "\n")
    to_come = _written(tmp_path / "to_come", {**ACME, "changes/CHG-1.yaml": change(OVERLAY, since="2026-06-01")})

    row = _only(troth.open(few).defects("deliver")[0])
    assert (row.units, row.customer.defects, row.customer.rate) == (3, 3, None)
    assert row.refusal is not None
    assert row.refusal.got == "3 that fell due by both definitions"
    (later,) = troth.open(to_come).defects("deliver")
    assert (later.rows, later.all, later.alike) == ((), None, 9)
    assert later.refusal is not None
    assert "0 units on record" in CliRunner().invoke(app, ["defects", "--book", str(to_come)]).output


def test_a_book_that_was_edited_since_is_built_first(tmp_path: Path) -> None:
    root = _written(tmp_path)
    (root / "overlays/customer=acme/promises/order.yaml").write_text("change: CHG-1\ndeliver: {fulfil: {where: attr(defects) <= 3}}\n")

    with pytest.raises(BadValue, match="troth build"):
        troth.open(root).defects()


def test_a_sample_gives_no_rate(tmp_path: Path) -> None:
    sampled = SOURCE + "  sample: {stratum: customer, population: {acme: 700, cod: 100}}\n"
    (found,) = troth.open(_written(tmp_path, {**ACME, "sources/orders.yaml": sampled})).defects("deliver")

    assert (found.rows, found.all) == ((), None)
    assert found.refusal is not None
    assert found.refusal.got == "a sample"


WEEKLY = """  void_when: attr(defects) = 7
weekly:
  subject: order
  words: told every Friday
  anchor: placed
  every: friday
  fulfil: {event: delivered}
"""


def test_what_comes_again_is_judged_turn_by_turn_and_the_same_terms_give_the_same_outcomes(tmp_path: Path) -> None:
    """The record ends on Sunday 25 January: by acme's terms the Friday before has until Monday, so that it did not fall due by both."""
    overlay = "change: CHG-1\nweekly: {due: end_of_day(attr(day)) + 3d}\n"
    book = {**ACME, "promises/order.yaml": PROMISES + WEEKLY, "overlays/customer=acme/promises/order.yaml": overlay}
    root = _written(tmp_path, book)
    (weekly,) = troth.open(root).defects()

    #     9 Jan  16 Jan  23 Jan; acme has A to F since 5 January, and G and I since the 25th, whose first Friday is to come
    assert (weekly.promise, _only(weekly).bound, _only(weekly).units, weekly.alike) == ("weekly", 6 * 4 + 2, 6 * 2, 4)
    assert (_only(weekly).house.defects, _only(weekly).passed, _only(weekly).refused) == (7, 0, 0)
    assert ("broken", "open", 6) in weekly.states

    workspace = open_workspace(root)
    reading = open_reading(workspace)
    engine = judged_again(workspace, reading, reading.rules.terms)
    for name in ("deliver", "perfect", "weekly"):
        differ = [f"(FROM {a}.outcome_{name} EXCEPT FROM {b}.outcome_{name})" for a, b in (("main", "judged"), ("judged", "main"))]
        assert engine.rows(" UNION ALL ".join(differ)) == []
