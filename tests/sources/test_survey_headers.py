"""Exports of surveys have two or three lines of headings: one of names is made of them, and none is taken for an answer."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from tests.sources.loaded import load, record
from troth.sources.address import Address
from troth.sources.readers import opened, tables_in
from troth.stores.lake.engine import DuckEngine

QUALTRICS = (
    'StartDate,ResponseId,Q1\nStart Date,Response ID,"How likely are you\nto recommend us?"\n'
    '"{""ImportId"":""startDate""}","{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}"\n'
    "2026-01-05 10:00:00,R_1,9\n2026-01-05 11:00:00,R_2,7\n"
)
MONKEY = (
    "Respondent ID,Start Date,How likely?,What did you like?,,Anything else?\n"
    ",,Response,Price,Taste,Open-Ended Response\n"
    "11,01/15/2026 10:00:00 AM,9,Price,,no\n12,01/16/2026 10:00:00 AM,7,,Taste,\n"
)
MAPPING = "{key: [%s], object: {type: response, id: [%s], attributes: {said: {column: %s, as: number}}}}"


def test_three_lines_of_headings_are_one(engine: DuckEngine, tmp_path: Path) -> None:
    got = record(load(engine, tmp_path, {"q.csv": QUALTRICS}, MAPPING % ("ResponseId", "ResponseId", "Q1")))

    assert got.rows("SELECT id, CAST(said AS INTEGER) FROM object_response ORDER BY 1") == [("R_1", 9), ("R_2", 7)]
    assert (got.balances["rows"].read, got.balances["rows"].stored, got.balances["rows"].filtered) == (4, 2, 2)
    assert got.rows("SELECT source_row, reason FROM filtered ORDER BY 1") == [
        (2, "a further line of the header"),
        (4, "a further line of the header"),
    ]
    assert got.quarantine() == []


def test_an_answer_of_several_columns_is_named_by_question_and_answer(engine: DuckEngine, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(MONKEY, encoding="utf-8")

    (table,) = tables_in(tmp_path / "m.csv")

    assert table.columns == (
        "Respondent ID", "Start Date", "How likely?", "What did you like? Price", "What did you like? Taste", "Anything else?",
    )  # fmt: skip
    with opened(engine, table.address, "m") as read:
        assert engine.rows(f'SELECT "Respondent ID", "What did you like? Taste" FROM {read.relation}') == [("11", None), ("12", "Taste")]
        assert read.records == 3


def test_a_workbook_has_them_too(engine: DuckEngine, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "m.xlsx"))
    sheet = book.add_worksheet("Sheet")
    for y, line in enumerate(MONKEY.splitlines()):
        for x, cell in enumerate(line.split(",")):
            if cell:
                sheet.write_string(y, x, cell)
    book.close()

    with opened(engine, Address(tmp_path / "m.xlsx"), "m") as read:
        assert "What did you like? Taste" in read.columns
        assert engine.rows(f"SELECT count(*) FROM {read.relation}") == [(2,)]


@pytest.mark.parametrize(
    "text",
    [
        "order_id,note,amount\n,,4\n17,b,5\n18,c,6\n",
        "id,name,city\n1,Ann,Graz\n2,Bo,Linz\n",
        "a id,b,c,d\n,,x,y\n,,x,z\n,,q,y\n",
    ],
    ids=["a first row without an id", "an ordinary table", "rows that begin with blanks"],
)
def test_a_table_that_is_no_survey_keeps_its_first_row(engine: DuckEngine, tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")

    with opened(engine, Address(tmp_path / "t.csv"), "t") as read:
        assert engine.rows(f"SELECT count(*) FROM {read.relation}") == [(len(text.splitlines()) - 1,)]
