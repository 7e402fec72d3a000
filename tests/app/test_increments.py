"""A build of what changed gives what a build of everything gives, to the byte, or everything is built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.app import contracts_asked, many_terms
from tests.app.arriving import BEFORE, BOOK, DAYS, LATER, Row, Ways, assert_same, mornings, split_when_more_than
from troth.app.bootstrap import open_workspace
from troth.app.building import increment
from troth.app.past.asking import ask
from troth.stores.lake.engine import DuckEngine

WEEKLY = (
    "weekly:\n  subject: order\n  words: told each week\n  anchor: placed\n  fulfil: {event: packed}\n  every: friday\n  until: delivered\n"
)
CONTRACT = "  owner: sales\n  steward: sales\n  contract: {columns: {score: {type: number, hold: true}}}\n"
QUICK = {
    "an order": {"orders-2": [["o99", "c1", "s1", LATER, "", "2026-04-02", "open"]]},
    "an order of a new customer": {"orders-2": [["o99", "c9", "s1", LATER, "", "2026-04-02", "open"]]},
    "a delivery that was late": {"orders-2": [["o56", "c1", "s2", DAYS[56], LATER, DAYS[61][:10], "delivered"]]},
    "an order placed in another month": {"orders-2": [["o30", "c0", "s0", DAYS[3], DAYS[34], DAYS[35][:10], "delivered"]]},
    "a scan before all others": {"scans-2": [["o59", "packed", DAYS[58]]]},
    "a scan after which dues have passed": {"scans-2": [["o59", "packed", "2026-04-05 10:00"]]},
    "a customer of another kind": {"customers-2": [["c2", "closed"]]},
    "a payment for another order": {"payments-2": [["p7", "o08", "3.00", DAYS[70]]]},
    "an amount that is none": {"payments-2": [["p7", "o07", "much", ""]]},
    "a row that says nothing new": {"orders-2": [BEFORE["orders"][7]]},
    "a row without a key": {"orders-2": [["", "c1", "s1", LATER, "", "2026-04-02", "open"]]},
    "an answer": {"reviews-2": [["r99", "o59", LATER, "4"]]},
}


@pytest.fixture(autouse=True)
def _however_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows are all near each other."""
    monkeypatch.setattr(increment, "FEWER_THAN", 2)


@pytest.mark.parametrize("split", [3, 1_000], ids=["split by months", "one file a table"])
@pytest.mark.parametrize("coming", QUICK)
def test_what_came_is_judged_as_if_all_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, coming: str, split: int) -> None:
    split_when_more_than(split, monkeypatch)
    ways = Ways(tmp_path, monkeypatch)
    ways.begun(BEFORE)

    assert_same(*ways.built(QUICK[coming]))
    assert ways.quick == [False, True]


def test_what_was_only_named_before_begins_and_is_in_the_file_of_its_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two orders that only payments name share a file of those that never began; one of them is placed."""
    split_when_more_than(3, monkeypatch)
    ways = Ways(tmp_path, monkeypatch)
    ways.built({**BEFORE, "payments": [*BEFORE["payments"], ["p98", "o98", "1.00", ""], ["p99", "o99", "1.00", ""]]})

    assert_same(*ways.built({"orders-2": [["o99", "c1", "s1", LATER, "", "2026-04-02", "open"]]}))
    assert ways.quick == [False, True]


def test_the_terms_of_a_row_are_planned_once_however_many_files_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record of a year that came day by day has hundreds of loads a source."""
    run, noted = DuckEngine.run, list[str]()

    def noting(engine: DuckEngine, sql: str, parameters: Sequence[object] = ()) -> None:
        noted.append(sql)
        run(engine, sql, parameters)

    ways = Ways(tmp_path, monkeypatch)
    ways.built({**BEFORE, "scans-2": [["o59", "packed", DAYS[58]]], "scans-3": [["o58", "packed", DAYS[57]]]})
    monkeypatch.setattr(DuckEngine, "run", noting)

    assert_same(*ways.built({"scans-4": [["o57", "packed", DAYS[59]]]}))
    assert ways.quick == [False, True]
    (thin,) = (sql for sql in noted if sql.startswith("CREATE OR REPLACE TABLE thin_scans"))
    assert thin.count("read_parquet") == 3
    assert thin.count("hash(") == 2  # its group, and the order that it names


def test_what_nobody_can_tell_from_a_few_rows_is_told_from_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event of a kind that is new: the files number all kinds there are."""
    ways = Ways(tmp_path, monkeypatch)
    ways.begun(BEFORE)

    assert_same(*ways.built({"scans-2": [["o59", "lost", LATER]]}))
    assert ways.quick == [False, False]
    assert_same(*ways.built({"scans-3": [["o58", "lost", LATER]]}))
    assert ways.quick == [False, False, True]


def test_an_object_that_is_named_no_more_changes_the_numbers_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = Ways(tmp_path, monkeypatch)
    ways.built({**BEFORE, "orders-2": [["o99", "c9", "s1", LATER, "", "2026-04-02", "open"]]})

    assert_same(*ways.built({"orders-2": [["o99", "c1", "s1", LATER, "", "2026-04-02", "open"]]}))
    assert ways.quick == [False, False]


def test_an_id_keeps_its_number_whatever_comes_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the row that named it first was replaced, and where all is built anew."""
    ways = Ways(tmp_path, monkeypatch)
    ways.begun(BEFORE)
    ways.built({"orders-2": [["o005", "c1", "s1", LATER, "", "2026-04-02", "open"]]})
    ways.built({"orders-3": [["o005", "c9", "s1", LATER, "", "2026-04-02", "open"], ["o000", "c1", "s1", LATER, "", "2026-04-02", "open"]]})

    for folder in ("grown", "whole"):
        rows = ask(open_workspace(tmp_path / folder / "book"), "SELECT id FROM object_order ORDER BY code").rows
        assert [id for (id,) in rows] == [*(f"o{n:02}" for n in range(60)), "o005", "o000"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("promises/deliver.yaml", BOOK["promises/deliver.yaml"] + WEEKLY),
        ("sources/reviews.yaml", BOOK["sources/reviews.yaml"] + CONTRACT),
    ],
    ids=["a promise that comes again", "a contract that holds cells"],
)
def test_what_reaches_beyond_a_row_is_judged_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, text: str) -> None:
    ways = Ways(tmp_path, monkeypatch, {**BOOK, "company.yaml": "roles: [sales]\n", file: text})
    ways.begun(BEFORE)

    assert_same(*ways.built(QUICK["an order"]))
    assert ways.quick == [False, False]


def test_a_changed_book_is_judged_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = Ways(tmp_path, monkeypatch)
    ways.begun(BEFORE)
    ways.book = {**BOOK, "promises/deliver.yaml": BOOK["promises/deliver.yaml"].replace("placed + 2d", "placed + 3d")}

    assert_same(*ways.built(QUICK["an order"]))
    assert ways.quick == [False, False]


@settings(
    max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data(), st.sampled_from(["one", "many", "asked"]), st.sampled_from([3, 1_000]))
def test_whatever_comes_the_files_are_those_of_a_whole_build(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, data: st.DataObject, terms: str, split: int
) -> None:
    """Also where clocks stand, customers have terms and hours of their own, and contracts ask something of the rows."""
    split_when_more_than(split, monkeypatch)
    rows: Mapping[str, Sequence[Row]] = many_terms.ROWS if terms == "many" else BEFORE
    book = {"one": BOOK, "many": many_terms.BOOK, "asked": contracts_asked.book()}[terms]
    ways = Ways(tmp_path_factory.mktemp("ways"), monkeypatch, book)
    ways.begun(rows)
    for files in data.draw(mornings(rows)):
        assert_same(*ways.built(files))
