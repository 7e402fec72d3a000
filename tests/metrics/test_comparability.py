"""Slices of which another part counts are told apart; chance and the small are not."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import troth
from tests.app.small_book import write_book
from tests.metrics.shop import BOOK, FILES
from troth.faces.cli.commands import app
from troth.metrics.answering import Reading
from troth.metrics.comparability import Apart, apart

METRICS = "size: {kind: mean, words: units of an order, of: order, at: placed, value: attr(units)}\n"
MARCH = date(2026, 3, 1)


def reading(part: str | None, n: int, expected: int, held: int = 0, period: date | None = None, *, so_far: bool = False) -> Reading:
    return Reading(period, None if part is None else (part,), 0.5, 0.4, 0.6, n, expected, held, so_far=so_far)


def test_the_division_that_loses_its_cells_does_not_compare() -> None:
    #  division  counts  belongs  share
    #  HAM       950     1,000    0.95   half of all 2,100 lies at or below this
    #  DAL       940     1,000    0.94
    #  BER       40      100      0.40   apart
    found = apart([reading("HAM", 950, 1000), reading("DAL", 940, 1000), reading("BER", 40, 100, held=55), reading(None, 1930, 2100)])

    assert found == (Apart(None, ("BER",), 40, 100, 55, 0.94),)


def test_one_of_which_more_counts_is_apart_as_well() -> None:
    found = apart([reading("HAM", 500, 1000), reading("DAL", 510, 1000), reading("BER", 100, 100)])

    assert [one.slice for one in found] == [("BER",)]


def test_of_two_the_smaller_is_apart() -> None:
    assert [one.slice for one in apart([reading("HAM", 950, 1000), reading("DAL", 100, 500)])] == [("DAL",)]


@pytest.mark.parametrize(("n", "expected"), [(3, 5), (91, 100), (0, 2)], ids=["few", "within five points", "two"])
def test_what_may_be_chance_or_is_little_compares(n: int, expected: int) -> None:
    assert apart([reading("HAM", 950, 1000), reading("DAL", 945, 1000), reading("BER", n, expected)]) == ()


def test_each_period_has_its_own_usual_share_and_one_that_is_not_over_none() -> None:
    april = date(2026, 4, 1)
    found = apart(
        [
            reading("HAM", 950, 1000, period=MARCH), reading("BER", 10, 100, period=MARCH),
            reading("HAM", 100, 1000, period=april), reading("BER", 10, 100, period=april),
            reading("HAM", 950, 1000, period=date(2026, 5, 1), so_far=True), reading("BER", 10, 100, period=date(2026, 5, 1), so_far=True),
        ]
    )  # fmt: skip

    assert [(one.period, one.slice) for one in found] == [(MARCH, ("BER",))]


def test_a_hidden_cell_says_nothing() -> None:
    hidden = Reading(None, ("BER",), None, None, None, None, None, None, hidden=True)

    assert apart([reading("HAM", 950, 1000), reading("DAL", 950, 1000), hidden]) == ()


@pytest.mark.slow
def test_divisions_alike_are_seldom_apart() -> None:
    #  2,000 answers of 8 divisions of which 0.9 count: at most 5 in 100 may be flagged; the five points make it fewer
    rng = np.random.Generator(np.random.PCG64(1))
    flagged = 0
    for _ in range(600):
        n = rng.binomial(60, 0.9, 8)
        flagged += bool(apart([reading(f"d{place}", int(one), 60) for place, one in enumerate(n)]))

    assert flagged <= 0.05 * 600


def test_a_warehouse_whose_cells_cannot_be_read_is_named_where_the_metric_is_told(tmp_path: Path) -> None:
    #  warehouse  orders  units that can be read
    #  HAM        40      40
    #  DAL        30      10; 20 say "many" and are held back
    head = FILES["orders.csv"].splitlines()[0]
    orders = [f"H{n},c1,HAM,2026-03-02 12:00,2026-03-06,2026-03-05 08:00,,{n}" for n in range(40)]
    orders += [f"D{n},c3,DAL,2026-03-02 12:00,2026-03-06,2026-03-05 08:00,,{n if n < 10 else 'many'}" for n in range(30)]
    files = {**FILES, "orders.csv": "\n".join((head, *orders)) + "\n"}
    book = write_book(tmp_path, files=files, book={**BOOK, "metrics/all.yaml": METRICS})
    operation = troth.open(book)
    operation.build()
    asked = ["metric", "size", "--by", "warehouse", "--book", str(operation.workspace.root)]

    said = CliRunner().invoke(app, asked, env={"COLUMNS": "140"}, catch_exceptions=False).stdout
    assert "DAL does not compare with the others: 10 of its 30 count, 20 are held back; usual are 100 of 100." in said
    assert "HAM does not compare" not in said
    told = json.loads(CliRunner().invoke(app, [*asked, "--json"], catch_exceptions=False).stdout)
    assert [(one["slice"], one["n"], one["expected"], one["held"], one["usual"]) for one in told["apart"]] == [(["DAL"], 10, 30, 20, 1.0)]
