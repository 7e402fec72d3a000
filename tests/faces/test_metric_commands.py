"""`troth metrics` and `troth metric`: a table, CSV, JSON, files, SQL, and what each says where there is nothing to say."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from tests.metrics.shop import shop
from troth.faces.cli.commands import app
from troth.kernel.errors import BadValue, NotFound, StoreError

METRICS = """
orders: {kind: count, words: orders, of: order, at: placed, better: higher, productivity: true, pair_with: kept, owner: head}
kept: {kind: kept, words: kept in time, promise: deliver, better: higher}
solved_in: {kind: mean, words: time to solve, of: ticket, at: opened, value: solved - opened, better: lower}
paid: {kind: sum, words: paid, of: order, money: payment, at: placed, value: amount}
few: {kind: mean, words: units, of: order, at: placed, value: attr(units), minimum: 3}
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop(tmp_path_factory.mktemp("shop"), METRICS).workspace.root


def said(*words: str) -> str:
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "140"}, catch_exceptions=True)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def test_a_table_has_value_interval_and_n_by_slice(book: Path) -> None:
    found = lines(said("metric", "orders", "--by", "warehouse", "--book", str(book)))

    assert found[:4] == ["orders: orders", "count; higher is better; owner: head", "warehouse value 95 % interval n of", "DAL 3 3 3"]
    assert "all together 8 8 8" in found
    assert "Look at it beside: troth metric kept" in found
    assert found[-1].startswith("definition ")
    assert "data up to 2026-03-22 09:00 UTC" in found[-1]


def test_durations_are_shown_in_what_fits_and_money_with_its_currency(book: Path) -> None:
    # t1 a day, t2 3 hours, t3 two days, t5 an hour: 19 hours on average
    assert "19.00 h" in said("metric", "solved_in", "--book", str(book))
    assert "137.49 EUR" in said("metric", "paid", "--book", str(book))
    assert "2026-03-01 so far" in said("metric", "kept", "--grain", "month", "--book", str(book))


def test_what_is_held_back_undated_or_hidden_is_said(book: Path) -> None:
    few = said("metric", "few", "--by", "warehouse", "--book", str(book))

    assert "held back" in few
    assert "not shown" in few
    assert "Cells of fewer than 3 are not shown, nor those beside them from which they would follow." in few
    assert "1 more belong to it and have no instant by which to count them." in said("metric", "kept", "--book", str(book))


def test_the_query_is_told_for_other_engines(book: Path) -> None:
    found = said("metric", "solved_in", "--dialect", "postgres", "--book", str(book))

    assert "EXTRACT(EPOCH FROM" in found
    assert "-- the session has" not in found
    spark = said("metric", "solved_in", "--dialect", "spark", "--book", str(book))
    assert spark.startswith("-- the session has spark.sql.session.timeZone = UTC\n")
    with pytest.raises(BadValue, match="no SQL for this engine; got 'oracle'"):
        said("metric", "solved_in", "--dialect", "oracle", "--book", str(book))


def test_csv_is_a_row_a_reading(book: Path) -> None:
    rows = said("metric", "orders", "--by", "warehouse", "--grain", "month", "--csv", "--book", str(book)).splitlines()

    assert rows[0] == "period,warehouse,value,low,high,most,n,expected,held_back,so_far,hidden,cannot_say"
    assert "2026-01-01,HAM,2.0,,,,2,2,0,False,False," in rows


def test_json_has_all_that_a_reading_knows(book: Path) -> None:
    (told,) = [json.loads(said("metric", "kept", "--json", "--book", str(book)))]

    assert (told["metric"], told["unit"], told["kind"], told["undated"]) == ("kept", "share", "kept", 1)
    (reading,) = told["readings"]
    assert reading["value"] == 0.6
    assert reading["sums"] == {"expected": "5", "held": "0", "n": "5", "kept": "3", "broken": "2", "unknown": "0"}
    assert {one["metric"] for one in json.loads(said("metrics", "--json", "--book", str(book)))} == {
        "orders",
        "kept",
        "solved_in",
        "paid",
        "few",
    }


def test_the_sql_that_is_printed_gives_the_same_over_the_lakes_views(book: Path) -> None:
    query = said("metric", "kept", "--sql", "--book", str(book))
    rows = json.loads(said("sql", query, "--json", "--book", str(book)))["rows"]

    assert [row[3:] for row in rows if row[0]] == [[5, 0, 5, 3, 2, 0]]  # expected, held back, n, kept, broken, unknown
    assert [row[3] for row in rows if not row[0]] == [1]


@pytest.mark.parametrize("ending", ["xlsx", "parquet", "csv"])
def test_a_file_holds_the_table(ending: str, book: Path, tmp_path: Path) -> None:
    to = tmp_path / "made" / f"orders.{ending}"
    said("metric", "orders", "--by", "warehouse", "--to", str(to), "--book", str(book))

    if ending == "xlsx":
        head, *rows = CalamineWorkbook.from_path(to).get_sheet_by_index(0).to_python()
        assert head[:3] == ["period", "warehouse", "value"]
        assert [row[1:3] for row in rows] == [["DAL", 3.0], ["HAM", 4.0], ["not on record", 1.0], ["", 8.0]]
    else:
        found = duckdb.connect().sql(f"SELECT warehouse, value, n, hidden FROM '{to}' ORDER BY value").fetchall()
        assert found == [("not on record", 1.0, 1, False), ("DAL", 3.0, 3, False), ("HAM", 4.0, 4, False), (None, 8.0, 8, False)]


def test_a_list_of_all_has_their_values(book: Path) -> None:
    found = lines(said("metrics", "--book", str(book)))

    assert found[0] == "metric what it is value 95 % interval n"
    assert any(line.startswith("kept kept in time 60.0 % 23.1 % to 88.2 % 5") for line in found)  # Wilson of 3 of 5


def test_what_cannot_be_done_says_what_can(book: Path, tmp_path: Path) -> None:
    with pytest.raises(BadValue, match=r"no kind of table; got 'x\.pdf'; allowed: a name that ends in \.csv"):
        said("metric", "orders", "--to", str(tmp_path / "x.pdf"), "--book", str(book))
    with pytest.raises(BadValue, match="'--for' takes a dimension and its value; got 'HAM'; allowed: customer=acme"):
        said("metric", "orders", "--for", "HAM", "--book", str(book))
    with pytest.raises(NotFound, match="did you mean 'orders'"):
        said("metric", "ordrs", "--book", str(book))
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(StoreError, match="cannot be written"):
        said("metric", "orders", "--to", str(tmp_path / "file" / "x.xlsx"), "--book", str(book))
