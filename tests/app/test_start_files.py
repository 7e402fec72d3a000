"""`troth start` on what people really have in a folder: a workbook, an API's answer, an old system's text."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path

import xlsxwriter

from troth.app.building.build import build
from troth.app.operation import open_operation
from troth.app.starting.guesses import read_guesses
from troth.app.starting.start import start

ORDERS = 60
START = dt.datetime(2026, 1, 1, 9)


def _folder(folder: Path) -> Path:
    """60 orders in a workbook below a title and above a total, every third delivered a day late; 30 tickets with a reply each in
    JSON, about every other order; 20 customers in windows-1252 with decimal commas."""
    folder.mkdir()
    book = xlsxwriter.Workbook(str(folder / "shop.xlsx"))
    day, moment = book.add_format({"num_format": "dd.mm.yyyy"}), book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    sheet = book.add_worksheet("Orders")
    sheet.write(0, 0, "Orders of the shop")
    sheet.write_row(2, 0, ["order_id", "customer_id", "ordered_at", "promised_date", "delivered_at", "price"])
    for n in range(ORDERS):
        ordered = START + dt.timedelta(hours=20 * n)
        promised = dt.datetime(ordered.year, ordered.month, ordered.day) + dt.timedelta(days=5)
        sheet.write_row(3 + n, 0, [f"O{n:03d}", f"K{n % 20:02d}"])
        sheet.write_datetime(3 + n, 2, ordered, moment)
        sheet.write_datetime(3 + n, 3, promised, day)
        if n < ORDERS - 5:
            sheet.write_datetime(3 + n, 4, promised + dt.timedelta(hours=-20 if n % 3 else 30), moment)
        sheet.write(3 + n, 5, n + 0.5)
    sheet.write(3 + ORDERS, 0, "Gesamt")
    sheet.write(3 + ORDERS, 5, sum(n + 0.5 for n in range(ORDERS)))
    book.add_worksheet("Notes").write(0, 0, "do not touch")
    book.close()
    tickets = [
        {
            "ticket_id": f"T{n}", "order_id": f"O{2 * n:03d}", "opened_at": (START + dt.timedelta(days=n)).isoformat(),
            "replies": [{"reply_id": f"R{n}", "replied_at": (START + dt.timedelta(days=n, hours=5)).isoformat()}],
        }
        for n in range(30)
    ]  # fmt: skip
    (folder / "tickets.json").write_text(json.dumps({"data": tickets, "next": None}))
    stream = io.StringIO(newline="")
    rows = [[f"K{n:02d}", f"Müller {n}", ("Süd", "Nord")[n % 2], f"{n * 100 + 1000.5:.2f}".replace(".", ",")] for n in range(20)]
    csv.writer(stream, delimiter=";").writerows([["customer_id", "name", "region", "limit"], *rows])
    (folder / "customers.csv").write_bytes(stream.getvalue().encode("cp1252"))
    return folder


def test_a_folder_of_many_kinds_is_joined_without_an_edit(tmp_path: Path) -> None:
    started = start(_folder(tmp_path / "shop"), into=tmp_path / "book")

    balances = {s["source"]: (s["read"], s["stored"], s["filtered"]) for s in started.page["sources"]}
    assert balances == {"customers": (20, 20, 0), "replies": (30, 30, 0), "shop": (61, 60, 1), "tickets": (30, 30, 0)}
    # 55 delivered, of them the 19 with n % 3 = 0 late
    assert "65 of every 100" in started.page["headline"]
    assert [(p.file, p.promised, p.actual) for p in started.pairs if p.asserted] == [("shop.xlsx", "promised_date", "delivered_at")]
    assert any("Notes: the sheet holds one column only" in warning for warning in started.warnings)
    sql = open_operation(tmp_path / "book").sql
    assert sql("SELECT DISTINCT from_type, to_type FROM relation ORDER BY 1, 2") == [
        ("order", "customer"), ("reply", "order"), ("reply", "ticket"), ("ticket", "order"),
    ]  # fmt: skip
    assert sql("SELECT source, file, source_row, reason FROM filtered") == [
        ("shop", "shop.xlsx", 64, "a total: it says 'Gesamt', and 1 of 1 numbers are the sum of the rows above")
    ]
    assert sql("SELECT DISTINCT region FROM object_customer ORDER BY 1") == [("Nord",), ("Süd",)]


def test_what_was_assumed_of_the_files_stands_among_the_guesses(tmp_path: Path) -> None:
    start(_folder(tmp_path / "shop"), into=tmp_path / "book")

    said = {(g["file"], g["what"]) for g in read_guesses(tmp_path / "book")}

    assert ("shop.xlsx", "the header of sheet 'Orders' is row 3") in said
    assert ("shop.xlsx", "1 row of sheet 'Orders' left out as total") in said
    assert ("tickets.json", "records are those of 'data'") in said
    assert ("tickets.json#replies", "each element of `replies` is a row") in said
    assert ("customers.csv", "the file is written in windows-1252") in said


def test_the_same_files_give_the_same_snapshot_again(tmp_path: Path) -> None:
    start(_folder(tmp_path / "shop"), into=tmp_path / "book")
    workspace = open_operation(tmp_path / "book").workspace

    assert not build(workspace).fresh
