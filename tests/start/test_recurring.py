"""Tables whose rows no column names, though they say of whom and when: purchases, swipes of a card, lines of an invoice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.needs import require_data
from troth.app.operation import open_operation
from troth.app.starting.start import Started, start

HEADER = "customer_id,date,amount\n"


def _start(tmp_path: Path, name: str, text: str) -> tuple[Started, Any]:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / name).write_text(text, encoding="utf-8")
    started = start(folder, into=tmp_path / "book")
    return started, open_operation(tmp_path / "book").sql if started.built else None


def _purchases() -> str:
    """12 customers, each buys for 10 on the 1st; the first 6 on the 11th as well, and K00 buys the same again on that day."""
    rows = [f"K{n:02d},2026-01-01,10.00" for n in range(12)] + [f"K{n:02d},2026-01-11,10.00" for n in range(6)]
    return HEADER + "\n".join([*rows, "K00,2026-01-11,10.00"]) + "\n"


def test_purchases_without_an_id_are_events_of_their_customers(tmp_path: Path) -> None:
    started, sql = _start(tmp_path, "export_2026.csv", _purchases())

    assert sql("SELECT object_type, type, count(*), count(DISTINCT object) FROM event GROUP BY ALL") == [("customer", "purchase", 19, 12)]
    assert [float(total) for (total,) in sql("SELECT sum(amount) FROM money WHERE about_type = 'customer'")] == [190.0]
    (statement,) = started.page["statements"]
    assert statement["headline"] == "50 of every 100 customers were seen again on a later day."
    assert "between one day and the next are 10 days or less" in statement["paragraph"]
    assert started.page["found"] == []
    said = {guess["what"]: guess["evidence"] for guess in started.page["guesses"]}
    assert said["one row is one event of a customer: 'purchase'; `customer_id` says whose, `date` when"].startswith("19 rows of 12 values")
    assert "equal_rows: once" in said["1 row equals an earlier one in every cell, and counts as another purchase"]


def test_equal_rows_with_a_time_of_day_are_copies_and_it_is_said_how_many(tmp_path: Path) -> None:
    lines = [f"K{n % 12:02d},2026-01-{n + 1:02d} 10:{n:02d}:07,10.00" for n in range(24)]
    started, sql = _start(tmp_path, "purchases.csv", HEADER + "\n".join([*lines, lines[3], lines[4]]) + "\n")

    assert sql("SELECT count(*) FROM event") == [(24,)]
    assert [(s["read"], s["stored"], s["duplicate"]) for s in started.page["sources"]] == [(26, 24, 2)]
    said = {guess["what"]: guess["evidence"] for guess in started.page["guesses"]}
    assert "equal_rows: keep" in said["2 rows equal an earlier one in every cell and are set aside as duplicates"]


@pytest.mark.parametrize(
    ("header", "type", "event"),
    [
        ("card_no,store_id,swiped_at", "card", "swiped"),
        ("Kundennummer,Filiale,Datum", "kunde", "visit"),
        ("email,shop,on", "person", "visit"),
        ("member_id,store_id,visit_date", "member", "visit"),
    ],
)
def test_whose_a_row_is_and_what_happened_are_told_by_names(tmp_path: Path, header: str, type: str, event: str) -> None:
    who = [f"a{n % 13}@example.org" if "mail" in header else f"C{n % 13:04d}" for n in range(60)]
    rows = "\n".join(f"{who[n]},{n % 3},2026-0{1 + n // 28}-{1 + n % 28:02d}" for n in range(60))

    _, sql = _start(tmp_path, "visits.csv", f"{header}\n{rows}\n")

    assert sql("SELECT object_type, type, count(*), count(DISTINCT object) FROM event GROUP BY ALL") == [(type, event, 60, 13)]


def test_rows_of_one_instant_are_lines_of_what_is_named(tmp_path: Path) -> None:
    #  50 invoices of 2 equal lines and one other, of 25 customers, each with one at the beginning and one 25 days later
    lines: list[str] = []
    for n in range(50):
        head = f"2026-0{1 + n // 25}-{n % 25 + 1:02d} 09:00,C{n % 25:02d},R{n % 5}"
        lines += [f"{9000 + n},S1,1,{head}", f"{9000 + n},S1,1,{head}", f"{9000 + n},S2,{n % 4 + 1},{head}"]
    _, sql = _start(tmp_path, "retail.csv", "InvoiceNo,Stock,Quantity,InvoiceDate,CustomerID,Region\n" + "\n".join(lines) + "\n")

    assert sql("SELECT object_type, count(*), count(DISTINCT object) FROM event GROUP BY ALL") == [("invoice", 50, 50)]
    assert sql("SELECT from_type, to_type, count(*), count(DISTINCT to_code) FROM relation GROUP BY ALL") == [
        ("invoice", "customer", 50, 25)
    ]
    assert sql("SELECT region, count(*) FROM object_invoice GROUP BY 1 ORDER BY 1") == [(f"R{n}", 10) for n in range(5)]


def test_a_file_whose_customers_are_known_tells_about_these(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "export.csv").write_text(_purchases(), encoding="utf-8")
    (folder / "customers.csv").write_text("customer_id,city\n" + "".join(f"K{n:02d},{'NS'[n % 2]}\n" for n in range(14)), encoding="utf-8")

    start(folder, into=tmp_path / "book")

    sql = open_operation(tmp_path / "book").sql
    assert sql("SELECT count(*), count(city) FROM object_customer") == [(14, 14)]
    assert sql("SELECT object_type, count(DISTINCT object) FROM event GROUP BY 1") == [("customer", 12)]


def test_a_table_in_which_nobody_comes_again_stays_a_table_and_the_page_says_why(tmp_path: Path) -> None:
    rows = "\n".join(f"2026-01-{n // 2 + 1:02d},{n % 7},{n % 3}" for n in range(40))
    started, sql = _start(tmp_path, "readings.csv", f"day,temperature,rain\n{rows}\n")

    assert sql is None
    assert started.page["lede"] == "No file says both when something happened and of whom or what, so nothing can be judged."
    assert [w for w in started.page["warnings"] if "'day' says when, but no column says of whom or what" in w]


def test_without_a_header_nothing_is_taken_for_an_id_and_the_page_asks_for_names(tmp_path: Path) -> None:
    rows = "\n".join(f"{n % 9:05d} 2026010{n % 9 + 1} {n % 4} {n}.50" for n in range(40))
    started, sql = _start(tmp_path, "sample.txt", rows + "\n")

    assert sql is None
    assert [w for w in started.page["warnings"] if "'c2' says when" in w and "give its columns names in a first line" in w]


def test_cdnow_is_what_sql_on_the_raw_file_says(tmp_path: Path) -> None:
    """reference: SQL on the raw lines, which shares nothing with the readers, the mapping or the finder."""
    file = require_data("cdnow") / "CDNOW_master.txt"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / file.name).write_bytes(file.read_bytes())
    raw = duckdb.connect()
    raw.execute(
        "CREATE TABLE line AS SELECT * FROM read_csv(?, columns = {'l': 'VARCHAR'}, delim = '\x01', header = false, skip = 1)", [str(file)]
    )
    raw.execute(
        "CREATE TABLE sale AS SELECT p[1] AS who, strptime(p[2], '%Y%m%d')::DATE AS day, p[4]::DECIMAL(12, 2) AS amount"
        " FROM (SELECT string_split_regex(trim(l), '\\s+') AS p FROM line)"
    )
    rows, who, amount, equal = raw.sql(
        "SELECT count(*), count(DISTINCT who), sum(amount), (SELECT count(*) - count(DISTINCT l) FROM line) FROM sale"
    ).fetchall()[0]
    again = raw.sql("SELECT count(*) FROM (SELECT who FROM sale GROUP BY who HAVING min(day) < max(day))").fetchall()[0][0]
    apart = raw.sql(
        "SELECT median(d) FROM (SELECT date_diff('day', a.day, (SELECT min(b.day) FROM sale b WHERE b.who = a.who AND b.day > a.day)) AS d"
        " FROM (SELECT DISTINCT who, day FROM sale) a)"
    ).fetchall()[0][0]
    assert (rows, who, equal) == (69_659, 23_570, 255)

    started = start(tmp_path / "in", into=tmp_path / "book")

    sql = open_operation(tmp_path / "book").sql
    assert sql("SELECT object_type, type, count(*), count(DISTINCT object) FROM event GROUP BY ALL") == [
        ("customer", "purchase", rows, who)
    ]
    assert sql("SELECT sum(amount) FROM money")[0][0] == amount
    (statement,) = started.page["statements"]
    assert statement["value"] == again / who
    assert f"the next are {apart:.0f} days or less" in statement["paragraph"]
    assert f"{equal} rows equal an earlier one in every cell, and each counts" in {guess["what"] for guess in started.page["guesses"]}
