"""A day's rows of sources that have contracts: what is said of all rows is that of a whole build, or everything is built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.app.arriving import BEFORE, BOOK, DAYS, LATER, Row, Ways, assert_same
from tests.app.contracts_asked import PAYMENTS, book
from troth.app.building import increment
from troth.app.building.build import Built
from troth.kernel.errors import SourceError
from troth.sources.contracts.again import asks_of_all
from troth.sources.mapping import Source


def order(id: str, *, placed: str = LATER, delivered: str = "", status: str = "open") -> Row:
    return [id, "c1", "s1", placed, delivered, "2026-04-02", status]


FAILING = [order(f"o{n}", status="lost") for n in range(60, 64)]
QUICK: dict[str, dict[str, list[Row]]] = {
    "nothing fails": {"orders-2": [order("o99")], "customers-2": [["c2", "closed"]]},
    "one fails of each": {
        "orders-2": [order("o99", status="lost"), order("o08", placed=DAYS[8], delivered=DAYS[50])],
        "payments-2": [["p70", "o59", "7000.125", "2026-03-27"]],
        "reviews-2": [["r99", "o59", LATER, "nine"]],
    },
    "more fail than are shown, of more rows than may be": {
        "orders-2": [*FAILING, order("o98", status="gone"), order("o99", status="nowhere"), order("o56", placed=DAYS[56], delivered="soon")]
    },
    "a key that is there twice, and an answer later than all that happened": {
        "orders-2": [order("o99"), order("o99", status="delivered")],
        "reviews-2": [["r99", "o59", "2026-04-20 10:00", "4"]],
    },
}


@pytest.fixture(autouse=True)
def _however_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows are all near each other."""
    monkeypatch.setattr(increment, "FEWER_THAN", 2)


def began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: Mapping[str, Sequence[Row]] = BEFORE, **contracts: str) -> Ways:
    ways = Ways(tmp_path, monkeypatch, book(**contracts))
    ways.begun(files)
    return ways


def verdicts(built: Built, source: str) -> dict[str, tuple[int, list[int]]]:
    """By check that failed, how many rows did, and where the first of them stand."""
    said = built.snapshot.facts["contracts"][source]["verdicts"]
    return {f"{v['column']} {v['check']}": (v["failed"], [at["row"] for at in v["first"]]) for v in said if v["failed"]}


@pytest.mark.parametrize("coming", QUICK)
def test_what_came_is_checked_as_if_all_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, coming: str) -> None:
    ways = began(tmp_path, monkeypatch)

    assert_same(*ways.built(QUICK[coming]))
    assert ways.quick == [False, True]


def test_what_failed_is_counted_on_and_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four fail, then a fifth and a sixth: the first five are shown. Of the sixth nobody knows whether it was the last."""
    status = "status one of open, delivered, canceled"
    ways = began(tmp_path, monkeypatch, {**BEFORE, "orders-2": FAILING})

    grown, whole = ways.built({"orders-3": [order("o61", status="open")]})
    assert_same(grown, whole)
    assert verdicts(grown, "orders")[status] == (3, [1, 3, 4])

    grown, whole = ways.built({"orders-4": [order(f"o{n}", status="gone") for n in (70, 71, 72)]})
    assert_same(grown, whole)
    assert verdicts(grown, "orders")[status] == (6, [1, 3, 4, 1, 2])

    grown, whole = ways.built({"orders-5": [order("o72", status="open")]})  # not among those that are shown
    assert_same(grown, whole)
    assert verdicts(grown, "orders")[status] == (5, [1, 3, 4, 1, 2])
    assert ways.quick == [False, True, True, True]


def test_a_row_that_fails_and_is_said_again_fails_where_it_stands_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one of which something else came: its row is looked at again, and says what it said."""
    ways = began(tmp_path, monkeypatch, {**BEFORE, "orders-2": FAILING})

    grown, whole = ways.built({"orders-3": [order("o60", status="gone"), order("o80")], "scans-2": [["o62", "packed", LATER]]})
    assert_same(grown, whole)
    assert verdicts(grown, "orders")["status one of open, delivered, canceled"] == (4, [2, 3, 4, 1])
    assert ways.quick == [False, True]


def test_where_one_of_those_shown_is_mended_and_others_fail_all_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    six = [*FAILING, order("o64", status="lost"), order("o65", status="lost")]
    ways = began(tmp_path, monkeypatch, {**BEFORE, "orders-2": six})

    grown, whole = ways.built({"orders-3": [order("o61", status="open")]})
    assert_same(grown, whole)
    assert verdicts(grown, "orders")["status one of open, delivered, canceled"] == (5, [1, 3, 4, 5, 6])
    assert ways.quick == [False, False]


def test_a_file_taken_in_again_has_two_rows_of_one_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place names a file and a row: here that of either load, and only one of the two is mended."""
    ways = began(tmp_path, monkeypatch, {**BEFORE, "orders-2": [order("o60", status="lost")]})
    assert_same(*ways.built({"orders-2": [order("o90", status="gone"), order("o60", status="lost")]}))

    grown, whole = ways.built({"orders-3": [order("o90")]})
    assert_same(grown, whole)
    assert verdicts(grown, "orders")["status one of open, delivered, canceled"] == (1, [1])
    assert ways.quick == [False, True, False]


def test_a_row_that_stands_again_may_fail_before_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was superseded by one that its file has no more; another that stands behind it failed all the time."""
    rows = [*BEFORE["payments"][:50], ["p50", "o50", "9000.00", LATER], *BEFORE["payments"][51:]]
    first = {**BEFORE, "payments-2": [["p5", "o05", "5000.00", LATER]], "payments": rows}  # a file comes before another by its name
    ways = began(tmp_path, monkeypatch, first, payments="    full_extract: true\n" + PAYMENTS)

    grown, whole = ways.built({"payments": [row for row in rows if row[0] != "p5"]})
    assert_same(grown, whole)
    assert verdicts(grown, "payments")["amount between 0 and 1000"] == (2, [1, 51])
    assert ways.quick == [False, False]


def test_what_holds_cells_is_judged_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = began(tmp_path, monkeypatch, reviews="    columns: {score: {type: number, hold: true}}\n")

    assert_same(*ways.built(QUICK["nothing fails"]))
    assert ways.quick == [False, False]


@pytest.mark.parametrize(
    ("contract", "said"),
    [
        ({"columns": {"amount": {"type": "money", "hold": True}}}, "holds cells"),
        ({"schema": "quarantine"}, "compares its columns (quarantine)"),
        ({"schema": "freeze"}, "compares its columns (freeze)"),
        ({"columns": {"order": {"unique": True}}}, "asks whether order is unique"),
        ({"columns": {"payment": {"unique": True}, "amount": {"type": "money", "required": True}}, "rows": {"at_least": 1}}, None),
        ({"full_extract": True}, None),
    ],
)
def test_what_only_all_rows_can_say_is_named(contract: dict[str, Any], said: str | None) -> None:
    mapped = yaml.safe_load(BOOK["sources/payments.yaml"])["payments"]

    assert asks_of_all(Source.model_validate({**mapped, "owner": "sales", "steward": "sales", "contract": contract})) == said


def test_a_contract_that_is_not_kept_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = began(tmp_path, monkeypatch)

    with pytest.raises(SourceError, match=r"customers\.tier: not one of usual, closed in 1 of 5 rows"):
        ways.built({"customers-2": [["c2", "gone"]]})
    assert ways.quick == [False, False]


def test_few_filled_cells_say_nothing_of_decimals_until_there_are_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nineteen amounts, then the twentieth, and of those nobody remembers how they were written."""
    few = {**BEFORE, "payments": BEFORE["payments"][:18]}
    ways = began(tmp_path, monkeypatch, few)

    assert_same(*ways.built({"payments-2": [["p70", "o59", "7.125", LATER]]}))
    assert_same(*ways.built({"payments-3": [["p71", "o59", "7.5", LATER]]}))
    assert_same(*ways.built({"payments-4": [["p72", "o58", "7.1250", LATER]]}))
    assert ways.quick == [False, True, False, True]


def test_the_one_with_most_decimals_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = began(tmp_path, monkeypatch, {**BEFORE, "payments-2": [["p70", "o59", "7.125", LATER]]})

    assert_same(*ways.built({"payments-2": [["p70", "o59", "7.12", LATER]]}))
    assert ways.quick == [False, False]
