"""Somebody's number beside ours: planted causes are named, alone and together, parts sum to the difference, and a rest is called a rest.

    order  due (Berlin)      delivered         what is odd                                            ours, in February
    A      2026-02-05 12:00  2026-02-04 09:00  paid three times                                       kept
    B      2026-02-06 12:00  2026-02-07 09:00  paid twice                                             broken
    C      2026-02-10 12:00  -                 never came                                             broken
    D      2026-02-28 12:00  2026-03-01 10:00  came in March                                          broken
    E      2026-01-31 12:00  2026-02-02 09:00  due in January; paid twice                             -
    F      2026-02-20 12:00  2026-02-19 09:00  cancelled before it came                               void
    G      2026-02-12 12:00  2026-02-11 09:00  that it came was told an hour after the first build    kept
    H      2026-02-01 00:30  2026-02-01 00:10  still January by UTC                                   kept
    I      2026-03-01 00:30  2026-03-01 00:40  still February by UTC                                  -
    J      2026-04-01 12:00  -                 not due yet
    K      oops              2026-02-03 09:00  placed at no time: in quarantine                       -

Ours is 3 of 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import troth
from tests.app.small_book import write_book
from tests.app.test_revisions import at, built_at
from tests.book.test_layers import change
from tests.metrics.shop import BOOK as SHOP
from tests.metrics.shop import FILES
from troth.app.answers.reconcile import Reconciled
from troth.app.operation import Operation
from troth.kernel.errors import BadValue, NotFound

pytestmark = pytest.mark.slow

ORDERS = """id,placed,due,delivered,cancelled,channel
A,2026-01-05 10:00,2026-02-05 12:00,2026-02-04 09:00,,web
B,2026-01-05 10:00,2026-02-06 12:00,2026-02-07 09:00,,web
C,2026-01-05 10:00,2026-02-10 12:00,,,web
D,2026-01-05 10:00,2026-02-28 12:00,2026-03-01 10:00,,web
E,2026-01-05 10:00,2026-01-31 12:00,2026-02-02 09:00,,web
F,2026-01-05 10:00,2026-02-20 12:00,2026-02-19 09:00,2026-02-15 09:00,web
G,2026-01-05 10:00,2026-02-12 12:00,2026-02-11 09:00,,shop
H,2026-01-05 10:00,2026-02-01 00:30,2026-02-01 00:10,,web
I,2026-01-05 10:00,2026-03-01 00:30,2026-03-01 00:40,,web
J,2026-03-20 10:00,2026-04-01 12:00,,,web
K,oops,2026-02-03 12:00,2026-02-03 09:00,,web
"""
BEFORE = ORDERS.replace("2026-02-11 09:00", "")
PAYMENTS = """payment,order,paid,amount
1,A,2026-01-06 10:00,10.00
2,A,2026-01-07 10:00,10.00
3,A,2026-01-08 10:00,5.50
4,B,2026-01-06 10:00,20.00
5,B,2026-01-07 10:00,1.00
6,C,2026-01-06 10:00,3.00
7,D,2026-01-06 10:00,4.00
8,E,2026-01-06 10:00,5.00
9,E,2026-01-07 10:00,5.00
10,F,2026-01-06 10:00,6.00
11,G,2026-01-06 10:00,7.00
12,H,2026-01-06 10:00,8.00
13,I,2026-01-06 10:00,9.00
"""
BOOK = {
    "troth.yaml": "name: Shop\nfolder: ../data\nzone: Europe/Berlin\ncurrency: EUR\n",
    "company.yaml": "dimensions:\n  - {id: channel, read: {order: attr(channel)}}\n",
    "sources/all.yaml": """orders:
  files: [orders.csv]
  key: [id]
  object:
    type: order
    id: [id]
    attributes: {due: {column: due, as: instant}, channel: {column: channel, as: text}}
  events: [{type: placed, at: placed, anchor: true}, {type: delivered, at: delivered}, {type: cancelled, at: cancelled}]
payments:
  files: [payments.csv]
  key: [payment]
  object: {type: payment, id: [payment]}
  events: [{type: paid, at: paid}]
  money: [{about: order, id: [order], kind: payment, amount: amount}]
""",
    "promises/deliver.yaml": """deliver:
  subject: order
  words: delivered by the hour given
  anchor: placed
  fulfil: {event: delivered}
  due: attr(due)
  void_when: cancelled is known
""",
    "metrics/all.yaml": """in_time: {kind: kept, words: in time, promise: deliver, better: higher}
orders: {kind: count, words: orders, of: order, at: placed}
from_web: {kind: kept, words: in time, promise: deliver, where: attr(channel) = 'web'}
paid: {kind: sum, words: paid, of: order, money: payment, at: placed, value: amount}
lead: {kind: mean, words: from order to door, of: order, at: placed, value: delivered - placed}
slow: {kind: quantile, words: slow, of: order, at: placed, value: delivered - placed}
few: {kind: count, words: few, of: order, at: placed, minimum: 5}
""",
}
FEBRUARY: dict[str, Any] = {"since": "2026-02-01", "until": "2026-02-28"}
ONE = "SELECT o.id, delivered IS NOT NULL AND delivered <= due AS numerator FROM 'orders.csv' o"
BY_DUE = "due >= '2026-02-01' AND due < '2026-03-01'"
BY_DONE = "delivered >= '2026-02-01' AND delivered < '2026-03-01'"
BY_UTC = "due >= '2026-02-01 01:00' AND due < '2026-03-01 01:00'"
DONE_BY_UTC = "delivered >= '2026-02-01 01:00' AND delivered < '2026-03-01 01:00'"
LIVE = "cancelled IS NULL AND placed != 'oops'"
DONE, UTC, VOID, LATE, AGAIN = "by 'fulfilled'", "midnight of UTC", "void ones count", "as known at", "rows that repeat an id"


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    root = write_book(tmp_path_factory.mktemp("shop"), files={"orders.csv": BEFORE, "payments.csv": PAYMENTS}, book=BOOK)
    built_at(root, 0)
    (root.parent / "data" / "before.csv").write_text(BEFORE, encoding="utf-8")
    built_at(root, 1, {"orders.csv": ORDERS})
    return replace(troth.open(root), workspace=at(root, 2))


def causes(found: Reconciled) -> dict[str, tuple[int, Fraction | None]]:
    assert found.compared is not None
    said = {}
    for cause in found.compared.causes:
        words = " + ".join(found.words[change] for change in cause.changes) or cause.found
        said[words] = (cause.units, cause.gives)
    return said


def sums(found: Reconciled) -> Fraction:
    assert found.compared is not None
    return sum((cause.gives or Fraction(0) for cause in found.compared.causes), Fraction(0))


@pytest.mark.parametrize(
    ("sql", "theirs", "cause", "units", "said"),
    [
        (f"{ONE} WHERE {BY_DONE} AND {LIVE}", Fraction(3, 5), DONE, 3, "what never came is left out"),  # C and D go, E comes
        (f"{ONE} WHERE {BY_UTC} AND {LIVE}", Fraction(2, 6), UTC, 2, "not of Europe/Berlin"),  # H goes, I comes
        (f"{ONE.replace('orders.csv', 'before.csv')} WHERE {BY_DUE} AND {LIVE}", Fraction(2, 6), LATE, 1, "2026-03-01 06:00 UTC"),  # G
        (f"{ONE} JOIN 'payments.csv' p ON p.order = o.id WHERE {BY_DUE} AND {LIVE}", Fraction(5, 9), AGAIN, 2, "a join"),  # A, B
        (f"{ONE} WHERE {BY_DUE} AND placed != 'oops'", Fraction(4, 7), VOID, 1, ""),  # F
    ],
    ids=["definition", "window", "late rows", "duplicates", "void"],
)
def test_a_planted_cause_is_named_alone(operation: Operation, sql: str, theirs: Fraction, cause: str, units: int, said: str) -> None:
    found = operation.reconcile("in_time", sql=sql, **FEBRUARY)

    assert (found.ours, found.theirs) == (Fraction(1, 2), theirs)
    ((words, (many, gives)),) = causes(found).items()
    assert cause in words
    assert said in words
    assert (many, gives) == (units, theirs - Fraction(1, 2))


def test_all_five_together_are_named_each_and_sum_to_the_difference(operation: Operation) -> None:
    sql = f"""SELECT o.id, delivered <= due AS numerator FROM 'before.csv' o JOIN 'payments.csv' p ON p.order = o.id
              WHERE {DONE_BY_UTC} AND placed != 'oops'"""
    found = operation.reconcile("in_time", sql=sql, **FEBRUARY)

    assert (found.ours, found.theirs) == (Fraction(1, 2), Fraction(4, 9))  # A three times and F; B and E twice each, and I
    units = {words: many for words, (many, _) in causes(found).items()}
    assert len(units) == 6
    named = {tuple(one for one in (LATE, DONE, UTC, VOID, AGAIN) if one in words): many for words, many in units.items()}
    one_each: dict[tuple[str, ...], int] = {(DONE,): 2, (UTC,): 2, (VOID,): 1, (AGAIN,): 2}  # C D; H I; F; A B
    assert named == {**one_each, (DONE, AGAIN): 1, (LATE, DONE): 1}  # E; G
    assert sums(found) == Fraction(4, 9) - Fraction(1, 2)


def test_the_parts_of_units_are_what_one_counts_by_hand(operation: Operation) -> None:
    found = operation.reconcile("in_time", sql=f"{ONE} WHERE {BY_DONE} AND {LIVE}", **FEBRUARY)

    assert found.compared is not None
    # the mean of 1/2 and 3/5 is 11/20, of 6 and 5 orders 11/2: each broken order that goes gives (0 + 11/20) / (11/2) = 1/10
    assert {one.id: one.gives for one in found.compared.differing} == {"C": Fraction(1, 10), "D": Fraction(1, 10), "E": Fraction(-1, 10)}


def test_no_difference_is_said_so(operation: Operation) -> None:
    found = operation.reconcile("in_time", sql=f"{ONE} WHERE {BY_DUE} AND {LIVE}", **FEBRUARY)

    assert found.compared is not None
    assert found.compared.difference == 0
    assert (found.compared.causes, found.compared.alike) == ((), 6)


def test_a_rest_is_called_a_rest(operation: Operation) -> None:
    rows = [{"id": id, "counted": id in "AGH"} for id in "BCDGH"] + [{"id": "Z", "counted": True}, {"id": "K", "counted": True}]
    found = operation.reconcile("in_time", rows=rows, **FEBRUARY)

    assert found.compared is not None
    told = {cause.found: (cause.units, cause.explained) for cause in found.compared.causes}
    assert told["only the house counts it"] == (1, False)  # A
    assert told["in no file that was taken in"] == (1, True)  # Z
    ((quarantined, said),) = ((key, value) for key, value in told.items() if key.startswith("in quarantine"))
    assert said == (1, True)  # K
    assert quarantined != "in quarantine: "
    assert sums(found) == found.compared.difference == Fraction(4, 7) - Fraction(1, 2)
    assert found.shared == 5


def test_what_theirs_has_beyond_ours_is_said_from_the_record_where_no_way_of_counting_gives_it(operation: Operation) -> None:
    rows = [{"id": id, "numerator": int(id in "AGH")} for id in "ABCDGHJE"]
    found = operation.reconcile("in_time", rows=rows, **FEBRUARY)
    assert found.compared is not None
    told = {cause.found: cause.units for cause in found.compared.causes}

    assert told == {"not due yet": 1, "outside the window": 1}  # J, E


def test_a_filter_that_theirs_lacks_is_named(operation: Operation) -> None:
    found = operation.reconcile("from_web", sql=f"{ONE} WHERE {BY_DUE} AND {LIVE}", **FEBRUARY)
    sliced = operation.reconcile("in_time", sql=f"{ONE} WHERE {BY_DUE} AND {LIVE}", only={"channel": "web"}, **FEBRUARY)

    assert causes(found) == {"without `where: attr(channel) = 'web'`": (1, Fraction(1, 10))}  # 2 of 5 to 3 of 6
    assert causes(sliced) == {"without channel=web": (1, Fraction(1, 10))}


def test_a_last_day_that_ends_at_its_midnight_is_named(operation: Operation) -> None:
    sql = f"{ONE} WHERE due BETWEEN '2026-02-01' AND '2026-02-28' AND {LIVE}"
    found = operation.reconcile("in_time", sql=sql, **FEBRUARY)

    assert causes(found) == {"the last day ends as it begins, at its midnight": (1, Fraction(1, 10))}  # D: 3 of 6 to 3 of 5


def test_sums_and_means_are_taken_apart_too(operation: Operation) -> None:
    paid = operation.reconcile("paid", sql="SELECT \"order\" AS id, 2 * amount::DECIMAL(18, 2) AS value FROM 'payments.csv'")
    joined = operation.reconcile("paid", sql="SELECT p.order AS id, amount::DECIMAL(18, 2) AS value FROM 'payments.csv' p, range(2)")
    lead = operation.reconcile(
        "lead", sql="SELECT id, delivered - placed::TIMESTAMP AS value FROM 'orders.csv' WHERE placed != 'oops' AND cancelled IS NULL"
    )

    assert paid.compared is not None
    assert paid.theirs == 187 == 2 * (paid.ours or 0)
    assert {cause.found for cause in paid.compared.causes} == {"both count it, with other amounts"}
    assert causes(joined) == {"rows that repeat an id, as a join makes them": (9, Fraction("93.5"))}
    assert lead.compared is not None
    assert [one.id for one in lead.compared.differing] == ["F"]
    assert sums(lead) == lead.compared.difference != 0


def test_floats_of_theirs_are_alike_where_they_are_near(operation: Operation) -> None:
    found = operation.reconcile(
        "paid", sql="SELECT \"order\" AS id, sum(amount::DOUBLE * 1.1 / 1.1) AS value FROM 'payments.csv' GROUP BY 1"
    )

    assert found.compared is not None
    assert not found.compared.differing
    assert sums(found) == found.compared.difference


@pytest.mark.parametrize(
    ("value", "ways"),
    [
        ("0.6", [[DONE]]),
        ("57.1%", [[VOID]]),
        ("0.3333", [[UTC], [LATE]]),
    ],
)
def test_one_number_is_tried_in_many_ways(operation: Operation, value: str, ways: list[list[str]]) -> None:
    found = operation.reconcile("in_time", value=value, **FEBRUARY)

    fewest = [one for one in found.ways if len(one.changes) == len(ways[0])]
    for way in ways:
        assert any(all(any(part in found.words[change] for change in one.changes) for part in way) for one in fewest), way


def test_a_number_that_no_way_gives_is_said_so(operation: Operation) -> None:
    found = operation.reconcile("in_time", value="0.123456", **FEBRUARY)

    assert found.ways == ()
    assert len(found.tried) > 50


def test_a_join_is_tried_where_there_is_one_number(operation: Operation) -> None:
    found = operation.reconcile("orders", sql="SELECT count(*) AS n FROM 'orders.csv' o JOIN 'payments.csv' p ON p.order = o.id")

    assert found.ours == 10
    assert found.theirs == 13
    assert [found.words[change] for change in found.ways[0].changes] == ["each once for every amount payment joined to it"]


def test_what_was_known_when_theirs_was_made_may_be_given(operation: Operation) -> None:
    found = operation.reconcile(
        "in_time", sql=f"{ONE.replace('orders.csv', 'before.csv')} WHERE {BY_DUE} AND {LIVE}", known="2026-03-01T07:30", **FEBRUARY
    )

    ((words, (units, _)),) = causes(found).items()
    assert (words[:33], units) == ("as known at 2026-03-01 06:30 UTC:", 1)


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        (
            {"sql": "SELECT 1 AS id); COPY (SELECT 1) TO 'stolen.csv'; SELECT * FROM (SELECT 1 AS id"},
            BadValue,
            "the query cannot be answered",
        ),
        ({"sql": "SELECT nothing FROM order_object"}, BadValue, "order_object"),
        ({"sql": "SELECT due, delivered FROM 'orders.csv'"}, BadValue, "no column 'id'; got 'due', 'delivered'"),
        ({"sql": "SELECT due FROM 'orders.csv'"}, BadValue, "no column 'id'; got column 'due' with 11 rows"),
        ({"sql": "SELECT id FROM 'orders.csv'"}, BadValue, "do not say what each id counts"),
        ({"sql": "SELECT id, id AS value FROM 'orders.csv'"}, BadValue, "no number in column 'value' of theirs; got 'A'"),
        ({"value": "many"}, BadValue, "'--value' is no number; got 'many'"),
        ({"value": "1", "sql": "SELECT 1"}, BadValue, "say once what theirs is"),
        ({}, BadValue, "say once what theirs is"),
        ({"csv": Path("nowhere.csv")}, NotFound, "no file 'nowhere.csv'"),
    ],
)
def test_what_is_no_number_of_theirs_is_refused(operation: Operation, asked: Mapping[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match="(?s)" + said.replace("'", ".").replace("(", r"\(")):
        operation.reconcile("in_time", **asked)
    assert not Path("stolen.csv").exists()


def test_metrics_that_do_not_add_up_or_hide_cells_are_refused(operation: Operation) -> None:
    with pytest.raises(BadValue, match="'slow' is no sum of what its units bring; got a metric of kind 'quantile'"):
        operation.reconcile("slow", value="1")
    with pytest.raises(BadValue, match="'few' hides cells of fewer than 5"):
        operation.reconcile("few", value="1")
    with pytest.raises(NotFound, match=r"no metric 'in_tim'.*did you mean 'in_time'"):
        operation.reconcile("in_tim", value="1")


def test_terms_that_were_corrected_since_are_named(tmp_path: Path) -> None:
    corrected = (
        "  versions: [{since: 2026-02-20, due: attr(due) + 1d, restates: true}]\n"  # B has a day more, and D, and E is due in February
    )
    book = {**BOOK, "promises/deliver.yaml": BOOK["promises/deliver.yaml"] + corrected}
    operation = troth.open(write_book(tmp_path, files={"orders.csv": ORDERS, "payments.csv": PAYMENTS}, book=book))
    operation.build()

    found = operation.reconcile("in_time", sql=f"{ONE} WHERE {BY_DUE} AND {LIVE}", **FEBRUARY)
    ((words, (units, _)),) = causes(found).items()
    assert words == "by the terms before they were corrected"
    assert units == 3  # B is kept, D is due in March, E is due on 1 February
    assert sums(found) == Fraction(1, 2) - (found.ours or 0)


def test_terms_of_their_own_are_named_where_theirs_goes_by_those_of_all(tmp_path: Path) -> None:
    book = {
        **BOOK,
        "changes/CHG-1.yaml": change('"overlays/channel=shop"'),
        "overlays/channel=shop/promises/deliver.yaml": "change: CHG-1\ndeliver: {due: attr(due) - 2d}\n",  # G came a day after that
    }
    operation = troth.open(write_book(tmp_path, files={"orders.csv": ORDERS, "payments.csv": PAYMENTS}, book=book))
    operation.build()

    found = operation.reconcile("in_time", sql=f"{ONE} WHERE {BY_DUE} AND {LIVE}", **FEBRUARY)
    assert causes(found) == {"by the terms that hold for everybody, not by terms of their own": (1, Fraction(1, 6))}  # 2 of 6 to 3 of 6


def test_a_sample_and_a_convention_are_named(tmp_path: Path) -> None:
    metrics = """stars: {kind: csat, words: stars, instrument: stars}
orders: {kind: count, words: orders, of: order, at: placed}
"""
    orders_of = "  relations: [{to: customer, id: [customer]}]\n  events: [{type: placed"
    sample = "  sample: {stratum: warehouse, population: {HAM: 8, DAL: 9}}\n"
    sources = SHOP["sources/all.yaml"].replace(orders_of, sample + orders_of, 1)
    book = {**SHOP, "sources/all.yaml": sources, "metrics/all.yaml": metrics}
    operation = troth.open(write_book(tmp_path, files=FILES, book=book))
    operation.build()

    orders = operation.reconcile("orders", sql="SELECT id FROM 'orders.csv'")
    stars = operation.reconcile("stars", sql="SELECT \"order\" AS id, stars = 5 AS numerator FROM 'stars.csv'")
    assert causes(orders) == {"not scaled up from the sample": (7, Fraction(-10))}  # 18 of which 8 are in the file; G is of no stratum
    assert {"by the convention 'top_box'", "not scaled up from the sample"} <= {
        part for words in causes(stars) for part in words.split(" + ")
    }
    assert stars.compared is not None
    assert sums(stars) == stars.compared.difference
    assert all(cause.explained for cause in stars.compared.causes)


def test_of_ids_that_are_not_on_record_no_way_of_counting_tells_anything(operation: Operation) -> None:
    found = operation.reconcile("in_time", rows=[{"id": "x", "numerator": 1}], **FEBRUARY)

    assert found.compared is not None
    assert [(cause.found, cause.units) for cause in found.compared.causes] == [
        ("in no file that was taken in", 1), ("only the house counts it", 6)
    ]  # fmt: skip
