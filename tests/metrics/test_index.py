"""Indices: several metrics weighed against their bases, by arithmetic that anybody can follow."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import troth
from tests.app.small_book import write_book
from tests.metrics.shop import BOOK, FILES, shop
from troth.app.answers.metrics import sql_for
from troth.app.operation import Operation
from troth.engines.statistics.composite import Relative, composite
from troth.kernel.errors import BadValue, BookError, CannotEstimate
from troth.metrics.composing import BETWEEN

METRICS = """
units: {kind: mean, words: units of an order, of: order, at: placed, value: attr(units), better: higher}
late: {kind: ratio, words: late, of: order, at: placed, where: delivered is known, numerator: delivered > end_of_day(attr(due)),
  better: lower}
few: {kind: mean, words: units, of: order, at: placed, value: attr(units), better: higher, minimum: 3}
orders: {kind: count, words: orders, of: order, at: placed, better: higher}
paid: {kind: sum, words: paid, of: order, money: payment, at: placed, value: amount, better: higher}
service: {kind: index, words: service, better: higher, parts: [
  {metric: units, weight: 0.75, base: 20, why: a}, {metric: late, weight: 0.25, base: 0.5, why: b}]}
growth: {kind: index, words: growth, base: 2026-01, parts: [
  {metric: stars, weight: 0.5, why: a}, {metric: units, weight: 0.5, why: b}]}
stars: {kind: mean, words: stars, instrument: stars, value: score, better: higher}
mixed: {kind: index, words: mixed, parts: [{metric: units, weight: 0.5, base: 9, why: a}, {metric: stars, weight: 0.5, base: 4, why: b}]}
thin: {kind: index, words: thin, parts: [{metric: few, weight: 0.5, base: 2, why: a}, {metric: units, weight: 0.5, base: 20, why: b}]}
"""


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    return shop(tmp_path_factory.mktemp("shop"), METRICS)


def test_better_is_up_whichever_way_a_part_points(operation: Operation) -> None:
    #  warehouse  units         late    index
    #  HAM        38 / 4 = 9.5  1 of 3  100 (1 + 0.75 (9.5 / 20 - 1) - 0.25 (1 / 3 / 0.5 - 1)) = 68.958
    #  DAL        45 / 2 = 22.5 0 of 1  100 (1 + 0.75 * 0.125 + 0.25) = 134.375      H's due cannot be read
    by = {one.slice: one for one in operation.metric("service", by=["warehouse"]).answer.readings}

    assert by["HAM",].value == pytest.approx(100 * (1 - 0.75 * 0.525 + 0.25 / 3))
    assert by["DAL",].value == pytest.approx(134.375)
    assert (by["HAM",].n, by["DAL",].n) == (3, 1)


def test_in_its_base_period_it_is_a_hundred_and_later_what_arithmetic_says(operation: Operation) -> None:
    #  month  stars  units of an order
    #  Jan    5      15
    #  Feb    2.5    22.5                100 (1 + 0.5 (2.5 / 5 - 1) + 0.5 (22.5 / 15 - 1)) = 100
    #  Mar    3.5    17 / 3              100 (1 + 0.5 (3.5 / 5 - 1) + 0.5 (17 / 45 - 1)) = 53.889
    found = {one.period: one.value for one in operation.metric("growth", grain="month").answer.readings}

    assert found == {date(2026, 1, 1): 100, date(2026, 2, 1): pytest.approx(100), date(2026, 3, 1): pytest.approx(53.8888889)}


def test_its_interval_adds_up_those_of_its_parts_at_their_worse_and_better_ends(operation: Operation) -> None:
    (service,), (units,), (late,) = (operation.metric(name).answer.readings for name in ("service", "units", "late"))
    assert units.low is not None
    assert units.high is not None
    assert late.low is not None
    assert late.high is not None

    assert service.low == pytest.approx(100 * (1 + 0.75 * (units.low / 20 - 1) - 0.25 * (late.high / 0.5 - 1)))
    assert service.high == pytest.approx(100 * (1 + 0.75 * (units.high / 20 - 1) - 0.25 * (late.low / 0.5 - 1)))


def test_where_a_part_says_nothing_the_index_does_not_either(operation: Operation) -> None:
    found = {one.slice: one for one in operation.metric("service", by=["warehouse"]).answer.readings}
    nothing = found["not on record",]
    thin = {one.slice: one for one in operation.metric("thin", by=["warehouse"]).answer.readings}

    assert (nothing.value, nothing.refusal is not None and "no value of 'late'" in nothing.refusal.got) == (None, True)
    assert (thin["not on record",].hidden, thin["not on record",].value, thin["not on record",].n) == (True, None, None)


def test_a_base_period_without_anything_is_said(tmp_path: Path) -> None:
    told = shop(tmp_path, METRICS.replace("base: 2026-01,", "base: 2025-01,")).metric("growth")

    (one,) = told.answer.readings
    assert one.value is None
    assert one.refusal is not None
    assert "base" in one.refusal.got


@pytest.mark.parametrize(
    ("other", "more", "said"),
    [
        ("{metric: late, weight: 0.4, base: 1, why: b}", "", "sum to 0.9, not to 1"),
        ("", "", "two metrics at least"),
        ("{metric: lat, weight: 0.5, base: 1, why: b}", "", "no metric 'lat' .* 'late'"),
        ("{metric: service, weight: 0.5, base: 1, why: b}", "", "'service' is an index itself"),
        ("{metric: units, weight: 0.5, base: 1, why: b}", "", "'units' is a part already"),
        ("{metric: wide, weight: 0.5, base: 1, why: b}", "", "'wide' does not say which way"),
        ("{metric: orders, weight: 0.5, base: 8, why: b}", "", "'orders' grows with the time that is asked about"),
        ("{metric: sent, weight: 0.5, base: 8, why: b}", "", "'sent' grows with the time that is asked about"),
        ("{metric: late, weight: 0.5, why: b}", "", "nothing says what of it is 100"),
        ("{metric: late, weight: 0.5, base: 3d, why: b}", "", "'late' is measured by a number"),
        ("{metric: lead, weight: 0.5, base: 1, why: b}", "", "measured by a duration, 3d"),
        ("{metric: late, weight: 0.5, why: b}", ", base: soon", "no period"),
        ("{metric: late, weight: 0.5, base: 1, why: b}", ", better: lower", "more of an index"),
        ("{metric: late, weight: 0.5, base: 1, why: b}", ", minimum: 5", "has no 'minimum'"),
        ("{metric: late, weight: 0.5, base: 1, why: b}", ", of: order", "has no 'of'"),
    ],
)
def test_what_makes_no_index_is_told_before_anything_is_counted(tmp_path: Path, other: str, more: str, said: str) -> None:
    others = (
        "wide: {kind: mean, words: w, of: order, at: placed, value: attr(units)}\n"
        "sent: {kind: referral, words: sent, of: order, belongs_to: customer, event: placed, same: attr(sent_by), definition: count,"
        " better: higher}\n"
        "lead: {kind: mean, words: lead, of: order, at: placed, value: delivered - placed, better: lower}\n"
    )
    parts = f"{{metric: units, weight: 0.5, base: 1, why: a}}, {other}"
    metrics = f"{METRICS}{others}wrong: {{kind: index, words: w, parts: [{parts}]{more}}}\n"

    with pytest.raises(BookError, match=f"wrong.*{said}"):
        troth.open(write_book(tmp_path, files=FILES, book={**BOOK, "metrics/all.yaml": metrics})).build()


def test_what_an_index_is_not_is_refused_with_what_to_do(operation: Operation) -> None:
    with pytest.raises(BadValue, match="by each metric that it is made of"):
        operation.units("service", "warehouse")
    with pytest.raises(BadValue, match="cannot be sliced by"):
        operation.metric("service", by=["attr(carrier)"])
    for ask in (
        lambda: operation.why_moved("service", "2026-01", "2026-02", by=["warehouse"]),
        lambda: operation.reconcile("service", value="1"),
    ):
        with pytest.raises(BadValue, match="kind 'index'"):
            ask()


def test_its_sql_is_that_of_its_parts_each_statement_once_for_any_engine(operation: Operation) -> None:
    together, apart = operation.metric("service"), operation.metric("mixed")

    assert together.answer.sql.count("SELECT dated") == 1  # of the same rows by the same instant
    assert apart.answer.sql.split(BETWEEN) == [operation.metric(name).answer.sql for name in ("units", "stars")]
    assert sql_for(apart, "postgres").count("SELECT dated") == 2


def test_the_arithmetic_is_that_of_the_handbook() -> None:
    """reference: OECD (2008), distance to a reference x / b, weighed; 0.6 * 110 / 100 + 0.4 * 45 / 50, and the worse ends of both."""
    parts = [Relative(110, 105, 115, 100, 0.6, 1), Relative(45, 40, 50, 50, 0.4, 1)]

    assert astuple(composite(parts)) == pytest.approx((102, 95, 109))
    assert astuple(composite([parts[0], Relative(45, None, None, 50, 0.4, 1)])) == (pytest.approx(102), None, None)
    with pytest.raises(CannotEstimate, match="base"):
        composite([Relative(1, 1, 1, 0, 1, 1)])


@pytest.mark.parametrize("rho", [-0.9, 0.0, 0.9])
def test_the_interval_holds_the_truth_however_its_parts_go_together(rho: float) -> None:
    """planted: two means of 40 pairs that go together by rho, 2,000 draws; a part points up, one down."""
    rng, held, draws, n = np.random.default_rng(7), 0, 2_000, 40
    truth = 100 * (1 + 0.6 * (10 / 8 - 1) - 0.4 * (5 / 4 - 1))
    for _ in range(draws):
        x = rng.multivariate_normal([10, 5], [[4, 2 * rho], [2 * rho, 1]], n)
        mean, half = x.mean(axis=0), 2.0227 * x.std(axis=0, ddof=1) / n**0.5
        (a, b), (low_a, low_b), (high_a, high_b) = mean, mean - half, mean + half
        told = composite([Relative(a, low_a, high_a, 8, 0.6, 1), Relative(b, low_b, high_b, 4, 0.4, -1)])
        held += told.low is not None and told.high is not None and told.low <= truth <= told.high
    assert held / draws > 0.94
