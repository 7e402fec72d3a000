"""What readings promise: they add up, say what was not seen, and never say more than the data know."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import troth
from tests.app.small_book import write_book
from tests.metrics.shop import BOOK, FILES, shop
from troth.app.operation import Operation
from troth.kernel.errors import BadValue, BookError, NotFound

METRICS = """
orders: {kind: count, words: orders, of: order, at: placed}
units: {kind: mean, words: units of an order, of: order, at: placed, value: attr(units)}
slow: {kind: quantile, words: slow, of: order, at: placed, value: delivered - placed, quantile: 0.9}
kept: {kind: kept, words: kept, promise: deliver}
small: {kind: count, words: few, of: order, at: placed, minimum: 3}
late_day: {kind: count, words: by the day given, of: order, at: attr(due)}
"""


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    return shop(tmp_path_factory.mktemp("shop"), METRICS)


def test_slices_add_up_to_the_whole_and_ratios_are_never_averaged(operation: Operation) -> None:
    *slices, whole = operation.metric("units", by=["warehouse"]).answer.readings

    for name in ("n", "y", "yy", "expected", "held"):
        assert whole.sums is not None
        assert sum(Fraction(one.sums[name]) for one in slices if one.sums) == whole.sums[name]
    assert whole.value == pytest.approx(92 / 7)
    assert whole.value != pytest.approx((22.5 + 9.5 + 9) / 3)


def test_what_is_in_quarantine_is_told_and_not_counted(operation: Operation) -> None:
    (units,) = operation.metric("units").answer.readings
    (slow,) = operation.metric("slow").answer.readings

    assert (units.n, units.expected, units.held) == (7, 8, 1)
    assert (slow.n, slow.expected, slow.held) == (5, 8, 0)  # C, F and G never came: of 8, 5 are seen


def test_what_has_no_instant_is_counted_apart(operation: Operation) -> None:
    answer = operation.metric("late_day").answer

    assert (answer.undated, answer.readings[0].n) == (1, 6)  # G's day lies beyond the record


def test_the_unknown_are_between_broken_and_kept(operation: Operation) -> None:
    (kept,) = operation.metric("kept").answer.readings

    assert (kept.value, kept.most, kept.n) == (0.6, None, 5)


def test_a_period_that_is_not_over_says_so(operation: Operation) -> None:
    readings = operation.metric("orders", grain="month").answer.readings

    assert [one.so_far for one in readings] == [False, False, True]
    assert [one.so_far for one in operation.metric("orders", grain="year").answer.readings] == [True]


def test_a_window_holds_its_last_day(operation: Operation) -> None:
    told = operation.metric("orders", since="2026-02-01", until="2026-03-02")

    assert [one.n for one in told.answer.readings] == [3]  # C, D, E
    assert [one.n for one in operation.metric("orders", until="2026-03-01").answer.readings] == [4]


def test_weeks_begin_on_monday_and_an_empty_one_counts_nought(operation: Operation) -> None:
    readings = operation.metric("orders", grain="week", until="2026-02-01").answer.readings

    assert [(str(one.period), one.value) for one in readings] == [
        ("2026-01-05", 1), ("2026-01-12", 0), ("2026-01-19", 1), ("2026-01-26", 1)
    ]  # fmt: skip


def test_one_slice_alone_is_that_slice(operation: Operation) -> None:
    (ham,) = operation.metric("orders", only={"warehouse": "HAM"}).answer.readings
    business = operation.metric("orders", only={"segment": "business"}, by=["warehouse"]).answer.readings

    assert ham.n == 4
    assert [(one.slice, one.n) for one in business] == [(("DAL",), 1), (("HAM",), 3), (("not on record",), 1), (None, 5)]


def test_a_small_cell_is_hidden_with_the_one_that_would_tell_it(operation: Operation) -> None:
    readings = operation.metric("small", by=["warehouse"]).answer.readings

    assert [(one.slice, one.n, one.hidden) for one in readings] == [
        (("DAL",), None, True), (("HAM",), 4, False), (("not on record",), None, True), (None, 8, False)
    ]  # fmt: skip
    (dal,) = operation.metric("small", only={"warehouse": "DAL"}).answer.readings
    assert (dal.n, dal.value, dal.hidden) == (None, None, True)  # asked alone it would tell the other


def test_what_is_shown_follows_from_a_hash_and_a_snapshot(operation: Operation) -> None:
    told = operation.metric("units", by=["warehouse"])
    rows = operation.sql(told.answer.sql)

    assert (len(told.hash), told.snapshot) == (64, operation.build().snapshot.id)
    assert sum(row[4] for row in rows) == 8  # the SQL gives the sums outside of Troth too


@pytest.mark.slow
def test_late_facts_change_no_reading_of_what_was_known_before(tmp_path: Path) -> None:
    root = write_book(tmp_path, files=FILES, book={**BOOK, "metrics/all.yaml": METRICS})
    operation = troth.open(root)
    first = operation.build().snapshot
    path = root.parent / "data" / "orders.csv"
    path.write_text(
        path.read_text("utf-8").replace(
            "B,c2,HAM,2026-01-20 11:00,2026-02-04,2026-02-06", "B,c2,HAM,2026-01-20 11:00,2026-02-04,2026-02-03"
        )
    )
    operation.build()

    (now,) = operation.metric("kept").answer.readings
    assert now.value == 0.8
    assert operation.metric("kept").snapshot != first.id


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"grain": "fortnight"}, "no grain; got 'fortnight'; allowed: day, week, month, quarter, year"),
        ({"since": "yesterday"}, "'since' is no day; got 'yesterday'; allowed: 2026-03-31"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "the window ends before it begins"),
        ({"by": ["warehous"]}, "'order' cannot be sliced by 'warehous'"),
        ({"only": {"warehouse": "HAMM"}}, "no 'warehouse' of that name; got 'HAMM'; allowed: did you mean 'HAM'?"),
        ({"by": list("abcdefg")}, "too many ways to slice at once; got 7; allowed: at most 6"),
    ],
)
def test_what_cannot_be_asked_is_said(operation: Operation, asked: dict[str, object], message: str) -> None:
    with pytest.raises(BadValue) as caught:
        operation.metric("orders", **asked)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_a_metric_that_there_is_not_has_a_near_name(operation: Operation) -> None:
    with pytest.raises(NotFound, match="no metric 'order' in the book; allowed: did you mean 'orders'"):
        operation.metric("order")


WRONG = {
    "no kind": ("{kind: rati, words: x, of: order, at: placed}", "no kind 'rati'; did you mean 'ratio'?"),
    "needs": ("{kind: mean, words: x, of: order, at: placed}", "a metric of kind 'mean' needs 'value'"),
    "base": ("{kind: kept, words: x}", "a metric of kind 'kept' needs one of 'promise'"),
    "two bases": ("{kind: count, words: x, of: order, promise: deliver, at: placed}", "needs one of 'of', 'promise', 'instrument'"),
    "not taken": ("{kind: count, words: x, of: order, at: placed, quantile: 0.5}", "a metric of kind 'count' has no 'quantile'"),
    "at": ("{kind: count, words: x, of: order}", "'at' is missing"),
    "type": ("{kind: count, words: x, of: orders, at: placed}", "no object type 'orders' in sources/; did you mean 'order'?"),
    "event": ("{kind: count, words: x, of: order, at: placd}", "did you mean 'placed'?"),
    "place": ("{kind: ratio, words: x, of: order, at: placed, numerator: attr(warehouse)}", "num, money, duration, working or bool"),
    "where": ("{kind: count, words: x, of: order, at: placed, where: attr(units)}", "where must be of type bool"),
    "promise": ("{kind: kept, words: x, promise: delivr}", "no promise 'delivr' in promises/; did you mean 'deliver'?"),
    "instrument": ("{kind: nps, words: x, instrument: recomend}", "no answers to 'recomend' in sources/; did you mean 'recommend'?"),
    "convention": ("{kind: ces, words: x, instrument: effort, definition: median}", "'ces' does not know 'median'"),
    "owner type": (
        "{kind: repeat, words: x, of: order, belongs_to: ticket, event: placed, within: 30d}", "no 'order' belongs to a 'ticket'"
    ),
    "units": ("{kind: otif, words: x, promise: deliver, definition: units}", "'deliver' is kept by no amounts"),
    "revenue": (
        "{kind: referral, words: x, of: customer, at: attr(since), same: attr(sent_by), definition: revenue}", "no such attribute"
    ),
    "productivity": ("{kind: count, words: x, of: order, at: placed, productivity: true}", "name as 'pair_with'"),
    "pair": ("{kind: count, words: x, of: order, at: placed, productivity: true, pair_with: starz}", "no other metric 'starz' in metrics/"),
    "pair of itself": ("{kind: count, words: x, of: order, at: placed, pair_with: m}", "no other metric 'm' in metrics/"),
    "role": ("{kind: count, words: x, of: order, at: placed, owner: nobody}", "nobody"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_told_where_it_stands(name: str, tmp_path: Path) -> None:
    text, message = WRONG[name]
    root = write_book(tmp_path, files=FILES, book={**BOOK, "metrics/all.yaml": f"m: {text}\n"})

    with pytest.raises(BookError) as caught:
        troth.open(root).build()
    assert "metrics/all.yaml:1:" in str(caught.value)
    assert message in str(caught.value)


def test_a_productivity_metric_beside_another_is_refused(tmp_path: Path) -> None:
    pair = "a: {kind: count, words: x, of: order, at: placed, productivity: true, pair_with: b}\n"
    both = pair + "b: {kind: count, words: x, of: order, at: placed, productivity: true, pair_with: a}\n"
    root = write_book(tmp_path, files=FILES, book={**BOOK, "metrics/all.yaml": both})

    with pytest.raises(BookError, match="'b' is about productivity too"):
        troth.open(root).build()


def test_a_referrer_that_nobody_has_is_not_captured_and_no_nought(tmp_path: Path) -> None:
    files = {**FILES, "customers.csv": "id,segment,sent_by\nc1,business,\nc2,business,\nc3,consumer,\nc4,consumer,\n"}
    metric = "referred: {kind: referral, words: sent, of: order, belongs_to: customer, event: placed, same: attr(sent_by)}\n"
    operation = troth.open(write_book(tmp_path, files=files, book={**BOOK, "metrics/all.yaml": metric}))
    operation.build()

    (reading,) = operation.metric("referred").answer.readings
    assert reading.value is None
    assert reading.refusal is not None
    assert reading.refusal.reason == "referral not captured"
    assert "attr(sent_by)" in reading.refusal.need


def test_a_sample_is_scaled_up_and_a_quantile_of_it_refused(tmp_path: Path) -> None:
    """Of HAM's four orders in the file there are 8 in truth, of DAL's three 9; by units 38 of 4 stand for 76, 45 of 2 for 135."""
    sources = BOOK["sources/all.yaml"].replace(
        "  relations: [{to: customer, id: [customer]}]\n  events: [{type: placed",
        "  sample: {stratum: warehouse, population: {HAM: 8, DAL: 9}}\n"
        "  relations: [{to: customer, id: [customer]}]\n  events: [{type: placed",
        1,
    )
    book = {**BOOK, "sources/all.yaml": sources, "metrics/all.yaml": METRICS}
    operation = troth.open(write_book(tmp_path, files=FILES, book=book))
    operation.build()

    orders = operation.metric("orders").answer
    (units,), (slow,) = (operation.metric(name).answer.readings for name in ("units", "slow"))
    assert orders.estimated
    assert (orders.readings[0].value, orders.readings[0].n) == (18, 8)
    assert units.value == pytest.approx((2 * 38 + 3 * 45 + 9) / (8 + 6 + 1))
    assert slow.value is None
    assert slow.refusal is not None
