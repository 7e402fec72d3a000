"""Workbooks as people keep them: every row has one fate, numbered as its program shows it, and what was assumed is said."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources import sheets
from tests.sources.loaded import Loaded, load_all, record, source_of, trimmed
from troth.kernel.errors import SourceError
from troth.sources.address import Address
from troth.sources.places import find_tables
from troth.sources.readers import opened, tables_in
from troth.stores.lake.engine import DuckEngine

KEYED = "{key: [id], object: {type: order, id: [id], attributes: {due: {column: due, as: day}, price: {column: price, as: number}}}}"
HEADER = ["id", "due", "price"]
DAY = dt.date(2026, 1, 5)


def _load(engine: DuckEngine, folder: Path, pattern: str, mapping: str = KEYED) -> Loaded:
    return load_all(engine, folder, {"rows": source_of(mapping, files=[pattern])})


def _said(engine: DuckEngine, path: Path, part: str | None = None) -> list[str]:
    with opened(engine, Address(path, part), "said") as table:
        return [f"{told.what}: {told.evidence}" for told in table.told]


def _facts(loaded: Loaded) -> list[tuple[object, ...]]:
    return record(loaded).rows("SELECT id, due, price FROM object_order ORDER BY id")


def _balanced(loaded: Loaded) -> tuple[int, int, int, int]:
    """read, stored, quarantined, filtered"""
    b = loaded.balances["rows"]
    assert b.read == b.accounted
    return b.read, b.stored, b.quarantined, b.filtered


class _Book:
    """A workbook by xlsxwriter, row by row: None leaves a cell blank, a date is written as a serial number."""

    def __init__(self, path: Path, **options: object) -> None:
        self.path = path
        self.book = xlsxwriter.Workbook(str(path), options)
        self.date = self.book.add_format({"num_format": "dd.mm.yyyy"})
        self.moment = self.book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss"})

    def sheet(self, name: str, rows: Sequence[Sequence[object]], *, top: int = 0, left: int = 0) -> xlsxwriter.worksheet.Worksheet:
        sheet = self.book.add_worksheet(name)
        for r, row in enumerate(rows, start=top):
            for c, value in enumerate(row, start=left):
                if isinstance(value, dt.datetime):
                    sheet.write_datetime(r, c, value, self.moment)
                elif isinstance(value, dt.date):
                    sheet.write_datetime(r, c, value, self.date)
                elif isinstance(value, str):
                    sheet.write_string(r, c, value)
                elif value is not None:
                    sheet.write(r, c, value)
        return sheet

    def save(self) -> Path:
        self.book.close()
        return self.path


def test_titles_above_notes_below_and_a_total_are_no_records(engine: DuckEngine, tmp_path: Path) -> None:
    #  row  1 title · 2 blank · 3 note · 4 header · 5-7 records · 8 total · 9 blank · 10 note
    book = _Book(tmp_path / "orders.xlsx")
    rows: list[list[object]] = [
        ["Orders of January"], [], ["as of", "31.01."], list(HEADER),
        ["A", DAY, 1.5], ["B", DAY, 2.25], ["C", DAY, 3], ["Summe", None, 6.75], [], ["printed by the shop"],
    ]  # fmt: skip
    book.sheet("January", rows)
    path = book.save()

    got = _load(engine, tmp_path, "orders.xlsx")

    assert _balanced(got) == (5, 3, 0, 2)
    assert got.rows("SELECT source_row, reason FROM filtered ORDER BY 1") == [
        (8, "a total: it says 'Summe', and 1 of 1 numbers are the sum of the rows above"),
        (10, "a note below the table"),
    ]
    assert got.rows("SELECT _row FROM kept_rows ORDER BY 1") == [(5,), (6,), (7,)]
    assert [float(str(price)) for _, _, price in _facts(got)] == [1.5, 2.25, 3]
    assert _said(engine, path)[0].startswith("the header of sheet 'January' is row 4: above it 2 rows of titles or notes; text above")


@pytest.mark.parametrize(
    "word", ["Total", "TOTAL:", "Summe", "Gesamtsumme", "Total geral", "Grand Total", "Subtotal", "合計", "Итого", "Total North"]
)
def test_totals_are_known_by_their_word_in_any_language(engine: DuckEngine, tmp_path: Path, word: str) -> None:
    book = _Book(tmp_path / "t.xlsx")
    book.sheet("S", [HEADER, ["A", DAY, 1], ["B", DAY, 2], [word, None, 3]])
    book.save()

    assert _balanced(_load(engine, tmp_path, "t.xlsx")) == (3, 2, 0, 1)


def test_a_total_without_a_word_is_known_by_its_sum(engine: DuckEngine, tmp_path: Path) -> None:
    book = _Book(tmp_path / "t.xlsx")
    book.sheet("S", [HEADER, ["A", DAY, 1.1], ["B", DAY, 2.2], ["C", DAY, 3.3], [None, None, 6.6]])
    book.save()

    got = _load(engine, tmp_path, "t.xlsx")

    assert _balanced(got) == (4, 3, 0, 1)
    assert got.rows("SELECT reason FROM filtered") == [("a total: its number is the sum of the rows above, and it has no text",)]


def test_totals_of_groups_and_of_all(engine: DuckEngine, tmp_path: Path) -> None:
    book = _Book(tmp_path / "t.xlsx")
    rows: list[Sequence[object]] = [
        HEADER,
        ["A", DAY, 1],
        ["B", DAY, 2],
        [None, None, 3],
        ["C", DAY, 4],
        ["D", DAY, 5],
        [None, None, 9],
        [None, None, 12],
    ]
    book.sheet("S", rows)
    book.save()

    assert _balanced(_load(engine, tmp_path, "t.xlsx")) == (7, 4, 0, 3)


def test_a_record_that_happens_to_be_a_sum_stays(engine: DuckEngine, tmp_path: Path) -> None:
    #  C costs what A and B cost together; the customer of D is called Total
    book = _Book(tmp_path / "t.xlsx")
    book.sheet(
        "S", [["id", "customer", "due", "price"], ["A", "x", DAY, 1], ["B", "y", DAY, 2], ["C", "z", DAY, 3], ["D", "Total", DAY, 9]]
    )
    book.save()

    assert _balanced(_load(engine, tmp_path, "t.xlsx")) == (4, 4, 0, 0)


def test_a_book_may_say_that_totals_are_records(engine: DuckEngine, tmp_path: Path) -> None:
    book = _Book(tmp_path / "t.xlsx")
    book.sheet("S", [HEADER, ["A", DAY, 1], ["B", DAY, 2], ["Total", None, 3]])
    book.save()

    got = _load(engine, tmp_path, "t.xlsx", KEYED.replace("{key", "{written: {totals: keep}, key"))

    assert _balanced(got) == (3, 3, 0, 0)


def test_a_header_of_two_rows_is_joined_where_cells_are_merged(engine: DuckEngine, tmp_path: Path) -> None:
    #      | Delivery        |
    #  id  | promised | made | price
    book = _Book(tmp_path / "t.xlsx")
    sheet = book.sheet("S", [[], ["id", "promised", "made", "price"], ["A", DAY, DAY, 1], ["B", DAY, DAY, 2]])
    sheet.merge_range("B1:C1", "Delivery")
    path = book.save()

    (table,) = tables_in(path)

    assert table.columns == ("id", "Delivery promised", "Delivery made", "price")
    assert "the header of sheet 'S' is rows 1 and 2" in _said(engine, path)[0]


def test_a_header_merged_downwards_is_one(engine: DuckEngine, tmp_path: Path) -> None:
    #  id | Delivery        | price       id and price are merged over both rows
    #     | promised | made |
    book = _Book(tmp_path / "t.xlsx")
    sheet = book.sheet("S", [[], [None, "promised", "made", None], ["A", DAY, DAY, 1], ["B", DAY, DAY, 2]])
    sheet.merge_range("A1:A2", "id")
    sheet.merge_range("B1:C1", "Delivery")
    sheet.merge_range("D1:D2", "price")
    path = book.save()

    (table,) = tables_in(path)

    assert table.columns == ("id", "Delivery promised", "Delivery made", "price")


def test_only_merged_labels_are_filled_down(engine: DuckEngine, tmp_path: Path) -> None:
    book = _Book(tmp_path / "t.xlsx")
    sheet = book.sheet("S", [["region", *HEADER], [None, "A", DAY, 1], [None, "B", DAY, 2], ["South", "C", DAY, 3], [None, "D", DAY, 4]])
    sheet.merge_range("A2:A3", "North")
    path = book.save()

    got = _load(engine, tmp_path, "t.xlsx", "{key: [id], object: {type: order, id: [id], attributes: {region: {column: region}}}}")

    assert record(got).rows("SELECT id, region FROM object_order ORDER BY id") == [
        ("A", "North"),
        ("B", "North"),
        ("C", "South"),
        ("D", None),
    ]
    assert "merged cells of `region` hold for each of their rows: 1 row filled from above" in _said(engine, path)


def test_a_merge_ends_where_it_ends_though_its_last_row_is_missing(engine: DuckEngine, tmp_path: Path) -> None:
    #  A2 and A3 are merged; the file has no row 3
    rows = sheets.cells(1, "region", "id", "n") + sheets.cells(2, "North", "A", "1") + sheets.cells(4, "", "B", "2")
    merges = '<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": rows}, tail=merges)

    with opened(engine, Address(tmp_path / "t.xlsx"), "x") as table:
        assert engine.rows(f"SELECT region, id FROM {table.relation}") == [("North", "A"), (None, "B")]


def test_rows_that_are_only_painted_are_none(engine: DuckEngine, tmp_path: Path) -> None:
    painted = '<row r="3"><c r="A3" s="0"/><c r="B3" s="0"/></row><row r="4"/><row r="5"><c r="A5"><v></v></c></row>'
    rows = sheets.cells(1, "id", "n") + sheets.cells(2, "A", "<c><v>1</v></c>") + painted
    sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": rows})

    with opened(engine, Address(tmp_path / "t.xlsx"), "x") as table:
        assert (table.records, table.fates) == (1, None)


def test_each_sheet_with_a_table_is_a_table(engine: DuckEngine, tmp_path: Path) -> None:
    book = _Book(tmp_path / "b.xlsx")
    book.sheet("Orders", [HEADER, ["A", DAY, 1]])
    book.sheet("Old orders", [HEADER, ["B", DAY, 1]]).hide()
    book.sheet("Read me", [["Please do not touch"], ["the orders"]])
    book.sheet("March #2", [HEADER, ["C", DAY, 1]])
    book.sheet("Empty", [])
    book.save()

    listed = {t.address.name: t.hidden for t in tables_in(tmp_path / "b.xlsx")}

    assert listed == {
        "b.xlsx#Orders": "",
        "b.xlsx#Old orders": "the sheet is hidden",
        "b.xlsx#Read me": "the sheet holds one column only, as notes do",
        "b.xlsx#March #2": "",
    }
    assert [a.name for a in find_tables(tmp_path, "*.xlsx#*")] == ["b.xlsx#Orders", "b.xlsx#March #2"]
    assert [a.name for a in find_tables(tmp_path, "b.xlsx#Old orders")] == ["b.xlsx#Old orders"]
    assert [a.name for a in find_tables(tmp_path, "b.xlsx#March #2")] == ["b.xlsx#March #2"]
    with pytest.raises(SourceError, match=r"'b\.xlsx' holds 2 tables; allowed: 'b\.xlsx#Orders', 'b\.xlsx#March #2'"):
        find_tables(tmp_path, "b.xlsx")
    with pytest.raises(SourceError, match=r"no table 'b\.xlsx#Ordrs'; allowed: did you mean 'b\.xlsx#Orders'"):
        find_tables(tmp_path, "b.xlsx#Ordrs")
    got = _load(engine, tmp_path, "b.xlsx#*")
    assert _balanced(got) == (2, 2, 0, 0)
    assert got.balances["rows"].files == ("b.xlsx#March #2", "b.xlsx#Orders")


def test_texts_stay_as_they_are(engine: DuckEngine, tmp_path: Path) -> None:
    book = _Book(tmp_path / "t.xlsx")
    texts = ["007", "1e5", "1,5", " 12 ", "2026-01-05", "=1+1", "true", "a\nb", "größe", "+49 30", "x" * 32_000]
    book.sheet("S", [["id", "note"], *([str(n), t] for n, t in enumerate(texts))])
    book.save()

    got = _load(engine, tmp_path, "t.xlsx", "{key: [id], object: {type: order, id: [id], attributes: {note: {column: note}}}}")

    assert [note for (note,) in record(got).rows("SELECT note FROM object_order ORDER BY CAST(id AS INT)")] == [t.strip() for t in texts]


def test_numbers_written_as_text_are_numbers(engine: DuckEngine, tmp_path: Path) -> None:
    book = _Book(tmp_path / "t.xlsx")
    book.sheet("S", [HEADER, ["1", "2026-01-05", "12.5"], [2, DAY, 12.5]])
    book.save()

    assert [(i, d, float(str(p))) for i, d, p in _facts(_load(engine, tmp_path, "t.xlsx"))] == [("1", DAY, 12.5), ("2", DAY, 12.5)]


@pytest.mark.parametrize("year", [1900, 1904])
def test_serial_numbers_are_dates_where_their_format_says_so(engine: DuckEngine, tmp_path: Path, year: int) -> None:
    #  ECMA-376 Part 1, 18.17.4.1: 46027 days since 1900, 44565 since 1904 are 2026-01-05
    serial = 46027 if year == 1900 else 44565
    rows = sheets.cells(1, "id", "at", "due", "number", "long", "clock") + sheets.cells(
        2, "A", f'<c s="1"><v>{serial}.5</v></c>', f'<c s="2"><v>{serial}</v></c>', f"<c><v>{serial}</v></c>",
        '<c s="3"><v>1.0625</v></c>', '<c s="4"><v>0.4375</v></c>',
    )  # fmt: skip
    sheets.raw_xlsx(
        tmp_path / "t.xlsx", {"S": rows}, formats=['d" day "m/yy h:mm', "[$-407]d. mmm yyyy", "[h]:mm", "h:mm AM/PM"], year=year
    )

    with opened(engine, Address(tmp_path / "t.xlsx"), "x") as table:
        (got,) = engine.rows(f"SELECT * FROM {table.relation}")

    assert got[:6] == ("A", "2026-01-05 12:00:00", "2026-01-05", str(serial), "25:30:00", "10:30:00")


def test_the_day_that_never_was_and_days_before_time_are_quarantined(engine: DuckEngine, tmp_path: Path) -> None:
    days = [59, 60, 61, 0, -3, 3_000_000]
    rows = sheets.cells(1, *HEADER) + "".join(
        sheets.cells(n, f"<c><v>{n}</v></c>", f'<c s="1"><v>{day}</v></c>', "<c><v>1</v></c>") for n, day in enumerate(days, start=2)
    )
    sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": rows}, formats=["yyyy-mm-dd"])

    got = _load(engine, tmp_path, "t.xlsx")

    assert _balanced(got) == (6, 6, 0, 0)
    assert [d for _, d, _ in _facts(got)] == [dt.date(1900, 2, 28), None, dt.date(1900, 3, 1), None, None, None]
    assert [(r, v) for r, c, _, v in got.quarantine() if c == "due"] == [(3, "60"), (5, "0"), (6, "-3"), (7, "3000000")]


def test_bare_numbers_amid_dates_are_days_and_it_is_said(engine: DuckEngine, tmp_path: Path) -> None:
    book = _Book(tmp_path / "t.xlsx")
    book.sheet("S", [HEADER, ["A", DAY, 1], ["B", DAY, 2], ["C", 46027, 3]])
    path = book.save()

    assert [d for _, d, _ in _facts(_load(engine, tmp_path, "t.xlsx"))] == [DAY] * 3
    assert "bare numbers of `due` are days since 1900: 1 row with numbers as dates have them" in _said(engine, path)
    kept = _load(engine, tmp_path, "t.xlsx", KEYED.replace("{key", "{written: {serial_dates: []}, key"))
    assert [(c, v) for _, c, _, v in kept.quarantine()] == [("due", "46027")]


def test_cells_without_a_value_are_quarantined_in_every_type(engine: DuckEngine, tmp_path: Path) -> None:
    #  row 3: a text that is an error; row 4: a formula nobody worked out; row 5: an id that is an error
    rows = (
        sheets.cells(1, "id", "note", "price", "customer")
        + sheets.cells(2, "A", "fine", "<c><v>1</v></c>", "c1")
        + sheets.cells(3, "B", '<c t="e"><v>#N/A</v></c>', "<c><v>2</v></c>", "c1")
        + sheets.cells(4, "C", "fine", "<c><f>SUM(C2:C3)</f></c>", '<c t="e"><v>#REF!</v></c>')
        + sheets.cells(5, '<c t="e"><v>#NAME?</v></c>', "fine", "<c><v>4</v></c>", "c1")
        + sheets.cells(6, "E", '<c t="str"><f>""</f><v></v></c>', "<c><f>1+1</f><v>2</v></c>", "c1")
        + sheets.cells(7, "F", '<c t="b"><f>TRUE()</f></c>', "<c><v>1_000</v></c>", "c1")
    )
    sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": rows})
    mapping = """{key: [id], relations: [{to: customer, id: [customer]}],
      object: {type: order, id: [id], attributes: {note: {column: note}, price: {column: price, as: number}}}}"""

    got = _load(engine, tmp_path, "t.xlsx", mapping)

    assert _balanced(got) == (6, 5, 1, 0)
    assert got.quarantine() == [
        (3, "note", "the cell has no usable value", "#N/A"),
        (4, "customer", "the cell has no usable value", "#REF!"),
        (4, "price", "the cell has no usable value", "a formula without a value"),
        (5, None, "key id is empty", None),
        (7, "note", "the cell has no usable value", "a formula without a value"),
        (7, "price", "the cell has no usable value", "1_000"),
    ]
    named = record(got).rows("SELECT source_row, name FROM bad_cell ORDER BY ALL")
    assert named == [(3, "note"), (4, "price"), (7, "note"), (7, "price")]


def test_line_ends_of_every_kind_inside_of_texts(engine: DuckEngine, tmp_path: Path) -> None:
    rows = sheets.cells(1, "id", "note") + "".join(
        sheets.cells(n, f"k{n}", f'<c t="str"><v>{text}</v></c>')
        for n, text in enumerate(["a_x000D_b", "c_x000D_&#10;d", "e&#10;f"], start=2)
    )
    sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": rows})

    got = _load(engine, tmp_path, "t.xlsx", "{key: [id], object: {type: order, id: [id], attributes: {note: {column: note}}}}")

    assert [n for (n,) in record(got).rows("SELECT note FROM object_order ORDER BY id")] == ["a\rb", "c\r\nd", "e\nf"]


def test_rich_texts_and_readings_of_signs(engine: DuckEngine, tmp_path: Path) -> None:
    shared = [
        "<t>id</t>", "<t>note</t>", "<r><rPr><b/></rPr><t>bold</t></r><r><t xml:space='preserve'> rest</t></r>",
        "<t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh>", "<t>a_x000D_b_x005F_x</t>", "<t>nul_x0000_</t>",
    ]  # fmt: skip
    rows = sheets.cells(1, '<c t="s"><v>0</v></c>', '<c t="s"><v>1</v></c>') + "".join(
        sheets.cells(n, f"<c><v>{n}</v></c>", f'<c t="s"><v>{n}</v></c>') for n in (2, 3, 4, 5)
    )
    sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": rows}, shared=shared)

    got = _load(engine, tmp_path, "t.xlsx", "{key: [id], object: {type: order, id: [id], attributes: {note: {column: note}}}}")

    assert [n for (n,) in record(got).rows("SELECT note FROM object_order ORDER BY id")] == ["bold rest", "東京", "a\rb_x", None]
    assert [(r, reason) for r, _, reason, _ in got.quarantine()] == [(5, "the cell has no usable value")]


def test_blank_rows_and_columns_rows_of_blanks_and_a_header_said_again(engine: DuckEngine, tmp_path: Path) -> None:
    book = _Book(tmp_path / "t.xlsx")
    rows: list[Sequence[object]] = [
        ["id", None, "due", "price"],
        ["A", None, DAY, 1],
        [],
        [" ", " "],
        ["id", None, "due", "price"],
        ["B", None, DAY, 2],
        [None] * 4,
    ]
    book.sheet("S", rows, top=3, left=2)
    path = book.save()

    got = _load(engine, tmp_path, "t.xlsx")

    assert tables_in(path)[0].columns == ("id", "due", "price")
    assert _balanced(got) == (4, 2, 0, 2)
    assert got.rows("SELECT source_row, reason FROM filtered ORDER BY 1") == [(7, "a row of blanks"), (8, "the header said again")]
    assert got.rows("SELECT _row, t0 FROM kept_rows ORDER BY 1") == [(5, str(DAY)), (9, str(DAY))]


def test_headings_inside_a_table_are_quarantined(engine: DuckEngine, tmp_path: Path) -> None:
    book = _Book(tmp_path / "t.xlsx")
    book.sheet("S", [HEADER, ["North"], ["A", DAY, 1], ["South"], ["B", DAY, 2]])
    book.save()

    got = _load(engine, tmp_path, "t.xlsx")

    assert _balanced(got) == (4, 2, 2, 0)
    assert got.quarantine() == [
        (2, None, "only one cell is filled, as in a heading", None),
        (4, None, "only one cell is filled, as in a heading", None),
    ]


def test_columns_without_a_name_have_their_place_for_one(engine: DuckEngine, tmp_path: Path) -> None:
    book = _Book(tmp_path / "t.xlsx")
    book.sheet("S", [["id", None, "due", "due"], ["A", "x", DAY, DAY], ["B", "y", DAY, DAY]])
    path = book.save()

    with opened(engine, Address(path), "x") as table:
        assert table.columns == ("id", "column_2", "due", "due_2")


def test_a_sheet_without_a_header_has_numbered_columns(engine: DuckEngine, tmp_path: Path) -> None:
    book = _Book(tmp_path / "t.xlsx")
    book.sheet("S", [["A", DAY, 1], ["B", DAY, 2], ["C", DAY, 3]])
    path = book.save()

    got = _load(engine, tmp_path, "t.xlsx", "{key: [c1], object: {type: order, id: [c1], attributes: {due: {column: c2, as: day}}}}")

    assert _balanced(got) == (3, 3, 0, 0)
    assert _said(engine, path) == [
        "sheet 'S' has no header: row 1 holds numbers or dates as those below do: its columns are called c1, c2, …"
    ]


def test_a_book_may_say_which_row_is_the_header(engine: DuckEngine, tmp_path: Path) -> None:
    book = _Book(tmp_path / "t.xlsx")
    book.sheet("S", [["a", "b", "c"], ["id", "due", "price"], ["A", DAY, 1]])
    book.save()

    got = _load(engine, tmp_path, "t.xlsx", KEYED.replace("{key", "{written: {header: 2}, key"))

    assert _balanced(got) == (1, 1, 0, 0)


def test_headers_that_are_years_are_names(engine: DuckEngine, tmp_path: Path) -> None:
    book = _Book(tmp_path / "t.xlsx")
    book.sheet("S", [["region", 2024, 2025], ["North", 10, 20], ["South", 30, 41]])

    assert tables_in(book.save())[0].columns == ("region", "2024", "2025")


def test_a_sheet_that_says_it_is_narrower_than_it_is(engine: DuckEngine, tmp_path: Path) -> None:
    rows = sheets.cells(1, "id", "note") + sheets.cells(2, "A", "x", "more") + sheets.cells(3, "B", "y")
    made = sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": rows})
    with zipfile.ZipFile(made) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"<sheetData>", b'<dimension ref="A1"/><sheetData>')
    sheets.zipped(made, {**parts, "xl/worksheets/sheet1.xml": sheet})

    with opened(engine, Address(made), "x") as table:
        assert table.columns == ("id", "note", "column_3")
        assert table.fates is None


def test_zeros_that_a_format_shows_are_kept(engine: DuckEngine, tmp_path: Path) -> None:
    rows = sheets.cells(1, "zip", "n") + sheets.cells(2, '<c s="1"><v>1067</v></c>', "<c><v>1.1000000000000001</v></c>")
    sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": rows}, formats=["00000"])

    with opened(engine, Address(tmp_path / "t.xlsx"), "x") as table:
        assert engine.rows(f"SELECT zip, n FROM {table.relation}") == [("01067", "1.1")]


def test_rows_and_cells_without_references_and_with_prefixes(engine: DuckEngine, tmp_path: Path) -> None:
    made = sheets.raw_xlsx(
        tmp_path / "a.xlsx", {"S": "<row><c t='str'><v>id</v></c><c t='str'><v>n</v></c></row><row><c><v>1</v></c><c><v>2</v></c></row>"}
    )

    with zipfile.ZipFile(made) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    prefixed = sheet.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x=")
    sheets.zipped(tmp_path / "b.xlsx", {**parts, "xl/worksheets/sheet1.xml": prefixed})

    for name in ("a.xlsx", "b.xlsx"):
        with opened(engine, Address(tmp_path / name), "x") as table:
            assert (table.records, engine.rows(f"SELECT id, n FROM {table.relation}")) == (1, [("1", "2")])


# --- OpenDocument and the old kinds ---


def test_an_opendocument_sheet_is_read_like_any_other(engine: DuckEngine, tmp_path: Path) -> None:
    #  row 1 title · 2-3 blank · 4 header · 5-6 one row repeated · 7 merged label goes on · 8 error · 9 total · blank to the end
    body = (
        sheets.row(sheets.text("Orders"))
        + sheets.row(sheets.blank(1024), times=2)
        + sheets.row(*map(sheets.text, ["region", "id", "due", "price"]))
        + sheets.row(sheets.text("North", rows_spanned="3"), sheets.text("A"), sheets.day("2026-01-05"), sheets.number(1.5))
        + sheets.row(sheets.covered(), sheets.text("B"), sheets.day("2026-01-05T10:30:00"), sheets.number(2))
        + sheets.row(sheets.covered(), sheets.text("C"), sheets.day("2026-01-06"), sheets.error("#DIV/0!"))
        + sheets.row(sheets.text("South"), sheets.text("D"), sheets.day("2026-01-06"), sheets.number(0.5), times=2)
        + sheets.row(sheets.text("Total geral"), sheets.blank(2), sheets.number(4.5))
        + sheets.row(sheets.blank(1024), times=1_048_560)
    )
    sheets.ods(tmp_path / "t.ods", {"Orders": body, "Away": sheets.row(sheets.text("a"), sheets.text("b"))}, hidden=["Away"])
    mapping = KEYED.replace("attributes: {", "attributes: {region: {column: region}, ")

    got = _load(engine, tmp_path, "t.ods", mapping)

    assert _balanced(got) == (6, 4, 0, 1)
    assert got.fates()[3] == 1
    assert got.rows("SELECT source_row FROM filtered") == [(10,)]
    assert got.quarantine() == [(7, "price", "the cell has no usable value", "#DIV/0!")]
    assert record(got).rows("SELECT id, region, due FROM object_order ORDER BY id") == [
        ("A", "North", DAY), ("B", "North", DAY), ("C", "North", dt.date(2026, 1, 6)), ("D", "South", dt.date(2026, 1, 6)),
    ]  # fmt: skip
    assert [t.hidden for t in tables_in(tmp_path / "t.ods")] == ["", "the sheet is hidden"]


def test_notes_at_cells_are_no_values(engine: DuckEngine, tmp_path: Path) -> None:
    note = "<table:table-cell><office:annotation><text:p>ask Anna</text:p></office:annotation></table:table-cell>"
    body = (
        sheets.row(*map(sheets.text, HEADER)) + sheets.row(sheets.text("A"), sheets.day("2026-01-05"), sheets.number(1)) + sheets.row(note)
    )
    sheets.ods(tmp_path / "t.ods", {"Orders": body})

    assert _balanced(_load(engine, tmp_path, "t.ods")) == (2, 1, 0, 1)


def test_what_a_link_to_another_program_last_gave_is_no_sheet(engine: DuckEngine, tmp_path: Path) -> None:
    #  OpenDocument 1.3, part 3: <table:dde-link> holds a table without a name, behind the sheets
    link = f"<table:dde-links><table:dde-link><table:table>{sheets.row(sheets.number(3))}</table:table></table:dde-link></table:dde-links>"
    body = sheets.row(*map(sheets.text, HEADER)) + sheets.row(sheets.text("A"), sheets.day("2026-01-05"), sheets.number(1))
    sheets.ods(tmp_path / "t.ods", {"Orders": body}, behind=link)

    assert len(tables_in(tmp_path / "t.ods")) == 1
    assert _balanced(_load(engine, tmp_path, "t.ods")) == (1, 1, 0, 0)


def test_a_sheet_without_a_name_is_refused(tmp_path: Path) -> None:
    sheets.ods(tmp_path / "t.ods", {}, behind=f"<table:table>{sheets.row(sheets.text('id'), sheets.text('due'))}</table:table>")

    with pytest.raises(SourceError, match="has a sheet without a name"):
        tables_in(tmp_path / "t.ods")


def test_an_old_workbook_is_read(engine: DuckEngine) -> None:
    #  statsmodels ships FRED's own file: 251 quarters from 1947-01-01, 911 months; the README sheet is one column of notes
    from importlib import resources

    path = Path(str(resources.files("statsmodels") / "datasets" / "macrodata" / "src" / "macrodata.xls"))
    path = path / "macrodata.xls" if path.is_dir() else path
    if not path.is_file():
        pytest.skip("this statsmodels ships no macrodata.xls")

    assert [(t.address.part, bool(t.hidden)) for t in tables_in(path)] == [("README", True), ("Monthly", False), ("Quarterly", False)]
    with opened(engine, Address(path, "Quarterly"), "x") as table:
        rows = engine.rows(f"SELECT * FROM {table.relation}")
        assert table.columns == ("DATE", "DPIC96", "FGCEC96", "GDPC96", "GPDIC96", "PCECC96")
        assert (table.records, len(rows)) == (251, 251)
        assert rows[0][:4] == ("1947-01-01", "1218.6", "223.682", "1772.204")


# --- round trips ---

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12).map(
    lambda t: "".join(c for c in t if c >= " " and c not in "\ufffe\uffff")
)
NUMBERS = st.integers(-(10**9), 10**9).map(lambda n: n / 10_000) | st.integers(-(10**13), 10**13)
MOMENTS = st.datetimes(dt.datetime(1900, 3, 2), dt.datetime(2199, 1, 1)).map(lambda m: m.replace(microsecond=m.microsecond // 1000 * 1000))
Row = tuple[str, float | None, dt.datetime | None]
ROWS = st.lists(st.tuples(TEXTS, st.none() | NUMBERS, st.none() | MOMENTS), min_size=1, max_size=12)


@pytest.mark.slow
@given(ROWS)
@settings(max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_table_written_as_a_workbook_comes_back(engine: DuckEngine, tmp_path: Path, rows: list[Row]) -> None:
    book = _Book(tmp_path / "t.xlsx")
    book.sheet("S", [["id", "kind", "note", "n", "at"], *([f"k{i}", "order", *r] for i, r in enumerate(rows))])
    book.save()
    mapping = """{key: [id], object: {type: order, id: [id], attributes:
      {note: {column: note}, n: {column: n, as: number}, moment: {column: at, as: instant}}}, written: {totals: keep, header: 1}}"""

    got = record(_load(engine, tmp_path, "t.xlsx", mapping))

    facts = got.rows("SELECT note, n, moment FROM object_order ORDER BY CAST(id[2:] AS INT)")
    expected = [(trimmed(text) if text.strip() else None, number, moment) for text, number, moment in rows]
    assert [(note, None if n is None else float(n), moment) for note, n, moment in facts] == expected
