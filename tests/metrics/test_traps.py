"""The mistakes that dashboards make, each with the figure that it would show and the one that is so. Named after the mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

import troth
from tests.app.small_book import write_book
from tests.metrics.shop import BOOK, FILES
from troth.app.operation import Operation

METRICS = """
orders: {kind: count, words: orders, of: order, at: placed}
units: {kind: mean, words: units, of: order, at: placed, value: attr(units)}
paid: {kind: mean, words: paid by payment, of: order, money: payment, at: placed, value: amount}
late: {kind: ratio, words: came late, of: order, at: placed, numerator: delivered > end_of_day(attr(due)), where: attr(due) is known}
lead: {kind: mean, words: how long it took, of: order, at: placed, value: delivered - placed}
lead_of_all: {kind: time_to, words: how long it takes, of: order, from: placed, to: delivered}
kept: {kind: kept, words: kept, promise: deliver}
"""


def made(under: Path, **files: str) -> Operation:
    texts = {**FILES, **{f"{name}.csv": text for name, text in files.items()}}
    operation = troth.open(write_book(under, files=texts, book={**BOOK, "metrics/all.yaml": METRICS}))
    operation.build()
    return operation


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    return made(tmp_path_factory.mktemp("shop"))


def test_fan_out(shop: Operation) -> None:
    """A has two payments: joined to them its units count twice, and the mean of A, B, C and E is 9.2; it is 9."""
    ham = shop.metric("units", only={"warehouse": "HAM"}).answer.readings[0]
    paid = shop.metric("paid", only={"warehouse": "HAM"}).answer.readings[0]

    assert (ham.n, ham.value) == (4, 9.5)  # A 10, B 20, E 1, F 7
    assert paid.n == 4
    assert paid.value == pytest.approx((10.5 + 5 + 20 + 100) / 4)


def test_double_count(tmp_path: Path) -> None:
    """An order that the files give to two customers belongs to none of them that anybody could name, and counts once."""
    twice = FILES["orders.csv"] + "A,c2,HAM,2026-01-05 10:00,2026-01-09,2026-01-08 09:00,,10\n"
    sources = BOOK["sources/all.yaml"].replace("files: [orders.csv]\n  key: [id]", "files: [orders.csv]\n  key: [id, customer]")
    root = write_book(
        tmp_path, files={**FILES, "orders.csv": twice}, book={**BOOK, "sources/all.yaml": sources, "metrics/all.yaml": METRICS}
    )
    operation = troth.open(root)
    operation.build()
    readings = operation.metric("orders", by=["segment"]).answer.readings

    assert [(one.slice, one.n) for one in readings] == [(("business",), 4), (("consumer",), 3), (("not on record",), 1), (None, 8)]


def test_survivorship(shop: Operation) -> None:
    """Of the orders placed in February one took 2.8 days and one never came: those that came are no picture of those that were placed."""
    february = shop.metric("lead", grain="month").answer.readings[1]
    (whole,) = shop.metric("lead_of_all").answer.readings

    assert (february.n, february.expected) == (1, 2)
    assert whole.n == 8  # those that never came are in it, as long as they have waited
    came = sorted(one.value for one in shop.metric("lead", grain="month").answer.readings if one.value is not None)
    assert whole.value is not None
    assert whole.value > came[0]


def test_by_done(shop: Operation) -> None:
    """Of what came, four of five were in time; of what fell due three of five."""
    (kept,) = shop.metric("kept").answer.readings

    assert kept.value == 0.6


def test_averages_of_averages(shop: Operation) -> None:
    *slices, whole = shop.metric("units", by=["warehouse"]).answer.readings

    assert sum(one.value or 0 for one in slices) / len(slices) == pytest.approx(13.67, abs=0.01)
    assert whole.value == pytest.approx(92 / 7)


def some(month: int, warehouse: str, count: int, late: int) -> str:
    """Orders of a month, due on its 12th and delivered a day before, or after for the late ones."""
    first, due = f"2026-0{month}-0", f"2026-0{month}-12"
    came = [f"2026-0{month}-{13 if n < late else 11} 10:00" for n in range(count)]
    return "".join(f"{warehouse}{month}{n},c1,{warehouse},{first}{1 + n % 9} 10:00,{due},{at},,1\n" for n, at in enumerate(came))


SIMPSON = (
    "id,customer,warehouse,placed,due,delivered,cancelled,units\n"
    + some(1, "DAL", 2, 1) + some(1, "HAM", 18, 2) + some(2, "DAL", 18, 8) + some(2, "HAM", 2, 0)
)  # fmt: skip


def test_simpson(tmp_path: Path) -> None:
    """Each warehouse was late less often in February than in January, and the whole more often: more went through the worse one."""
    operation = made(tmp_path, orders=SIMPSON)
    found = operation.metric("late", by=["warehouse"], grain="month").answer.readings
    readings = {(str(one.period)[5:7], one.slice): one.value for one in found}

    assert readings["02", ("DAL",)] == pytest.approx(8 / 18)
    assert readings["01", ("DAL",)] == 0.5
    assert readings["02", ("HAM",)] == 0
    assert readings["01", ("HAM",)] == pytest.approx(2 / 18)
    assert readings["01", None] == pytest.approx(3 / 20)
    assert readings["02", None] == pytest.approx(8 / 20)


def test_few_of_few(shop: Operation) -> None:
    """Two of two is no 100 %: the interval says what two can tell."""
    one = next(one for one in shop.metric("kept", by=["segment"]).answer.readings if one.slice == ("consumer",))

    assert (one.n, one.value) == (1, 1.0)
    assert one.low is not None
    assert one.low < 0.25


def test_midnight_of_another_zone(shop: Operation) -> None:
    """C was placed on 1 February at half past midnight in Berlin, where it was still January in UTC."""
    assert [(str(one.period), one.n) for one in shop.metric("orders", grain="month").answer.readings][:2] == [
        ("2026-01-01", 2),
        ("2026-02-01", 2),
    ]


def test_the_month_that_is_not_over(shop: Operation) -> None:
    assert [one.so_far for one in shop.metric("orders", grain="month").answer.readings] == [False, False, True]
