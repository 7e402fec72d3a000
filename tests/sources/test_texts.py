"""Text files in the dialects and encodings of the systems that write them: the same facts, whatever the writing."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.needs import require_data
from tests.sources.loaded import Loaded, load, record, trimmed
from troth.kernel.errors import SourceError
from troth.sources import encodings, splitter
from troth.sources.address import Address
from troth.sources.encodings import Encoding, copy_as_utf8, encoding_of
from troth.sources.readers import opened
from troth.sources.splitter import records_below
from troth.stores.lake.engine import DuckEngine

ORDERS = """{key: [id], object: {type: order, id: [id], attributes: {who: {column: who}, due: {column: due, as: day}}},
             money: [{about: order, id: [id], kind: price, amount: price}], """
GERMAN = ORDERS + "decimal: ',', formats: {due: '%d.%m.%Y'}}"


def _facts(loaded: Loaded) -> list[tuple[object, ...]]:
    return record(loaded).rows("SELECT id, who, due, amount FROM object_order o LEFT JOIN money m ON m.about = o.code ORDER BY id")


def _balance(loaded: Loaded) -> tuple[int, int, int, int]:
    """read, stored, quarantined, filtered"""
    b = loaded.balances["rows"]
    assert b.read == b.accounted
    return b.read, b.stored, b.quarantined, b.filtered


def _told(engine: DuckEngine, path: Path) -> list[tuple[str, str]]:
    with opened(engine, Address(path), "told") as table:
        return [(t.what, t.evidence) for t in table.told]


ONE, TWO = dt.date(2026, 1, 31), dt.date(2026, 2, 1)
WHO = "Grünewald – Söhne, €"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_an_encoding_is_known_by_the_bytes(engine: DuckEngine, tmp_path: Path, encoding: str) -> None:
    text = f'id;who;due;price\r\nA;"{WHO}";31.01.2026;1.234,56\r\nB;plain;01.02.2026;2,00\r\n'

    got = load(engine, tmp_path, {"t.csv": text.encode(encoding)}, GERMAN)

    assert _facts(got) == [("A", WHO, ONE, Decimal("1234.5600")), ("B", "plain", TWO, Decimal("2.0000"))]


@pytest.mark.parametrize(
    ("encoding", "who", "name"),
    [
        ("cp1252", "Müller", "windows-1252"),
        ("iso-8859-1", "Müller", "windows-1252"),  # where they differ Latin-1 has no signs
        ("iso-8859-15", "Müller 5 €", "iso-8859-15"),
        ("shift_jis", "サンプル商店", "shift_jis"),
        ("gb18030", "北京大学出版社", "gb18030"),
        ("utf-16-le", "Müller", "utf-16-le"),
    ],
)
def test_an_encoding_is_told_with_its_evidence(engine: DuckEngine, tmp_path: Path, encoding: str, who: str, name: str) -> None:
    (tmp_path / "t.csv").write_bytes(f"id,who\n1,{who}\n2,{who}\n3,plain\n".encode(encoding))

    ((what, evidence),) = _told(engine, tmp_path / "t.csv")

    assert what == f"the file is written in {name}"
    assert evidence
    with opened(engine, Address(tmp_path / "t.csv"), "x") as table:
        assert engine.rows(f"SELECT who FROM {table.relation}") == [(who,), (who,), ("plain",)]


@pytest.mark.parametrize(
    "rows",
    [
        "1,größe\n2,\xff\n".encode() + b"3,\xff\n",
        b"1,\xe4\n2,\xff\xfe\n",
        b"1,\x81\x8d\n2,ab\x90c\n",
        "1,год\n2,цена\n".encode("cp1251"),
    ],
    ids=["utf-8-with-broken-bytes", "bytes-that-stand-alone", "bytes-of-no-sign", "cyrillic"],
)
def test_what_fits_no_encoding_costs_its_rows_only(engine: DuckEngine, tmp_path: Path, rows: bytes) -> None:
    got = load(engine, tmp_path, {"t.csv": b"id,v\n0,fine\n" + rows}, "{key: [id]}")

    assert got.quarantine()
    assert {reason for _, _, reason, _ in got.quarantine()} == {"invalid encoding"}
    assert "0" in [i for (i,) in got.rows("SELECT t0 FROM kept_rows")]


def test_the_first_odd_byte_may_be_far_down(engine: DuckEngine, tmp_path: Path) -> None:
    content = b"id,v\n" + b"".join(b"%d,plain text\n" % n for n in range(400_000)) + "x,Jürgen\n".encode("cp1252")

    (tmp_path / "t.csv").write_bytes(content)

    assert encoding_of(tmp_path / "t.csv").name == "windows-1252"


def test_an_encoding_may_be_said(engine: DuckEngine, tmp_path: Path) -> None:
    content = "id,v\n1,год\n".encode("cp1251")

    got = load(engine, tmp_path, {"t.csv": content}, "{key: [id], written: {encoding: windows-1251}}")

    assert got.fates() == (1, 1, 0, 0, 0)
    with pytest.raises(SourceError, match="encoding 'windos-1251' is not known"):
        load(engine, tmp_path, {"t.csv": content}, "{key: [id], written: {encoding: windos-1251}}")


def test_broken_pairs_of_utf_16_are_quarantined(engine: DuckEngine, tmp_path: Path) -> None:
    content = "id,v\n1,a\n2,".encode("utf-16") + b"\x00\xd8" + "x\n3,c\n".encode("utf-16-le") + b"\x00"

    got = load(engine, tmp_path, {"t.csv": content}, "{key: [id]}")

    assert next(reason for _, _, reason, _ in got.quarantine()) == "invalid encoding"
    assert ("1",) in got.rows("SELECT t0 FROM kept_rows")


@given(st.text(alphabet='aé€\\"\n', max_size=30), st.sampled_from([1, 2, 3, 7]))
@settings(max_examples=150, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_copy_is_the_same_whatever_the_pieces(tmp_path: Path, text: str, chunk: int) -> None:
    path, whole, pieces = tmp_path / "t.csv", tmp_path / "whole", tmp_path / "pieces"
    path.write_bytes(text.encode("utf-16-le"))

    copy_as_utf8(path, whole, Encoding("utf-16-le"), backslashes=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encodings, "CHUNK", chunk)
        copy_as_utf8(path, pieces, Encoding("utf-16-le"), backslashes=True)

    assert pieces.read_bytes() == whole.read_bytes()
    if "\\" not in text:
        assert whole.read_bytes().decode() == text


# --- layouts ---

ALV = """31.01.2026              Auftragsliste                Seite 1
-----------------------------------------------
|id   |who  |due       |     price|
-----------------------------------------------
|4711 |ACME |31.01.2026| 1.234,56-|
|4712 |5" x |00.00.0000|     2,00 |
-----------------------------------------------
31.01.2026              Auftragsliste                Seite 2
-----------------------------------------------
|id   |who  |due       |     price|
-----------------------------------------------
|4713 |C    |01.02.2026|     7,50 |
-----------------------------------------------
|*    |     |          | 1.225,06-|
-----------------------------------------------
"""


def test_a_list_as_sap_prints_it(engine: DuckEngine, tmp_path: Path) -> None:
    got = load(engine, tmp_path, {"alv.txt": ALV.encode("cp1252")}, GERMAN)

    #  12 lines below the first header: 3 records, 6 of dashes, 1 of the page, 1 header, 1 total
    assert _balance(got) == (12, 3, 0, 9)
    assert got.quarantine() == []
    assert _facts(got) == [
        ("4711", "ACME", ONE, Decimal("-1234.5600")),
        ("4712", '5" x', None, Decimal("2.0000")),
        ("4713", "C", TWO, Decimal("7.5000")),
    ]
    assert got.rows("SELECT source_row, reason FROM filtered WHERE reason NOT LIKE '%dashes' ORDER BY 1") == [
        (8, "a line outside of the list"),
        (10, "the header said again"),
        (14, "a total: it says '*', and its other texts are blank"),
    ]
    assert got.rows("SELECT _row FROM kept_rows ORDER BY 1") == [(5,), (6,), (12,)]


def test_days_as_sap_stores_them(engine: DuckEngine, tmp_path: Path) -> None:
    mapping = ORDERS + "decimal: ',', formats: {due: '%Y%m%d'}}"

    got = load(engine, tmp_path, {"t.csv": "id;who;due;price\nA;x;20260131;1,5-\nB;x;00000000;1.000\nC;x;20261301;\n"}, mapping)

    assert _facts(got) == [("A", "x", ONE, Decimal("-1.5")), ("B", "x", None, Decimal("1000")), ("C", "x", None, None)]
    assert [(row, value) for row, _, _, value in got.quarantine()] == [(3, "20261301")]


@pytest.mark.parametrize(
    ("above", "below", "filtered"),
    [
        ("sep=;\n", "", 0),
        ("Orders of January\n\nprinted;31.01.\n", "", 0),
        ("# made by hand\n# for Anna\n", "", 0),
        ("", "Summe;;;1236,56\n", 1),
        ("", "\nSumme;;;1236,56\n\nall amounts in EUR\n", 2),
        ("Orders\n", "Total;;;1236,56\n", 1),
    ],
    ids=["sep", "titles", "comments", "footer", "note-below", "both"],
)
def test_lines_above_and_below_a_table_are_no_records(engine: DuckEngine, tmp_path: Path, above: str, below: str, filtered: int) -> None:
    text = f"{above}id;who;due;price\nA;x;31.01.2026;1.234,56\nB;y;01.02.2026;2,00\n{below}"

    got = load(engine, tmp_path, {"t.csv": text}, GERMAN)

    assert _balance(got) == (2 + filtered, 2, 0, filtered)
    assert _facts(got) == [("A", "x", ONE, Decimal("1234.56")), ("B", "y", TWO, Decimal("2"))]


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_that_end_in_a_delimiter(engine: DuckEngine, tmp_path: Path, decimal: str, end: str) -> None:
    for name, text in {"both": "id;v;\n1;a;\n2;b;\n", "header": "id;v;\n1;a\n2;b\n", "rows": "id;v\n1;a;\n2;b;\n"}.items():
        got = load(engine, tmp_path, {f"{name}.csv": text.replace("\n", end)}, "{key: [id], lends: [], decimal: '" + decimal + "'}")
        assert got.fates() == (2, 2, 0, 0, 0), name
        (tmp_path / f"{name}.csv").unlink()


def test_quotes_behind_a_backslash(engine: DuckEngine, tmp_path: Path) -> None:
    text = 'id,who\n1,"she said \\"no\\", twice"\n2,"C:\\\\tmp"\n3,"plain"\n'

    got = load(engine, tmp_path, {"t.csv": text}, "{key: [id], object: {type: order, id: [id], attributes: {who: {column: who}}}}")

    assert [w for (w,) in record(got).rows("SELECT who FROM object_order ORDER BY id")] == ['she said "no", twice', "C:\\tmp", "plain"]


def test_a_file_without_a_header(engine: DuckEngine, tmp_path: Path) -> None:
    text = "A,placed,2026-01-05\nB,placed,2026-01-06\nC,packed,2026-01-07\nD,packed,2026-01-08\n"

    got = load(engine, tmp_path, {"t.csv": text}, "{key: [c1], object: {type: o, id: [c1]}, events: [{type_from: c2, at: c3}]}")

    assert got.fates() == (4, 4, 0, 0, 0)
    assert got.rows("SELECT _row FROM kept_rows ORDER BY 1") == [(1,), (2,), (3,), (4,)]
    assert _told(engine, tmp_path / "t.csv")[0][0] == "the file has no header: its columns are called c1, c2, …"


@pytest.mark.parametrize(
    "header",
    ["id,2024,2025", "id,n,m", "1st,n,m", "id,,m"],
)
def test_a_header_with_numbers_or_blanks_is_one(engine: DuckEngine, tmp_path: Path, header: str) -> None:
    (tmp_path / "t.csv").write_text(f"{header}\na,1,2\nb,3,4\nc,5,6\nd,7,8\n")

    with opened(engine, Address(tmp_path / "t.csv"), "x") as table:
        assert (table.columns[0], table.records) == (header.split(",", maxsplit=1)[0], 4)


def test_columns_parted_by_blanks(engine: DuckEngine) -> None:
    folder = require_data("cdnow")

    with opened(engine, Address(folder / "CDNOW_master.txt"), "x") as table:
        assert table.columns == ("customer_id", "date", "number_of_cds", "dollar_value")
        # Fader and Hardie's note on the data: 69,659 transactions of 23,570 customers
        counts = engine.rows(f"SELECT count(*), count(DISTINCT customer_id) FROM {table.relation}")
        assert (table.records, counts) == (69_659, [(69_659, 23_570)])
    with opened(engine, Address(folder / "CDNOW_sample.txt"), "x") as table:
        assert table.columns == ("c1", "c2", "c3", "c4", "c5")
        assert (table.records, engine.rows(f"SELECT count(DISTINCT c1) FROM {table.relation}")) == (6919, [(2357,)])


@pytest.mark.parametrize("text", ["name\nAnna Meier\nBo Li\nCy Du\n", "a note about orders\nthat nobody reads\n", "id\n1\n2\n3\n"])
def test_texts_with_blanks_are_one_column(engine: DuckEngine, tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text)

    with opened(engine, Address(tmp_path / "t.csv"), "x") as table:
        assert len(table.columns) == 1


def test_a_page_of_text_with_broken_rows_balances(engine: DuckEngine, tmp_path: Path) -> None:
    text = b'Orders\n\nid;v;w\n1;a;x\n2;b;y;z;0\n3;"c"d;x\n4;\xff\xfe;x\n5;e;x\n;;\n6;"two\nlines";x\n'

    got = load(engine, tmp_path, {"t.csv": text}, "{key: [id]}")

    assert _balance(got) == (7, 3, 3, 1)
    assert [(row, reason) for row, _, reason, _ in got.quarantine()] == [
        (5, "a value outside of the table, in column E"),
        (6, "';' expected after '\"'"),
        (7, "invalid encoding"),
    ]


@given(
    st.lists(st.sampled_from(["a,b", "", " ", '"x\ny",z', "1", ",,"]), max_size=8), st.sampled_from(["\n", "\r\n", "\r"]), st.integers(1, 5)
)
@settings(max_examples=150, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_records_below_a_line_are_counted_whatever_the_pieces(tmp_path: Path, rows: list[str], end: str, chunk: int) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(("title" + end + end + "id,v" + end + end.join(rows)).encode())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitter, "CHUNK", chunk)
        counted = records_below(path, 3, delimiter=",")
        lines = records_below(path, 3, delimiter=None)

    assert counted == sum(row != "" for row in rows)
    assert lines == sum(bool(line.strip()) for row in rows for line in row.split("\n"))


# --- round trips ---

WORDS = st.text(st.sampled_from("abcXYZ äöüßéàñ€–„“0189 .,;|\t'\"-+\n"), max_size=10)
ROW = st.tuples(
    WORDS,
    st.none() | st.integers(-(10**9), 10**9).map(lambda n: Decimal(n) / 10_000),
    st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)),
)


@pytest.mark.slow
@given(
    st.lists(ROW, min_size=1, max_size=8),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([(".", ""), (",", ""), (",", "."), (".", ","), (",", " "), (".", "'"), (",", "\u00a0")]),
)
@settings(max_examples=120, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_table_in_any_dialect_and_encoding_comes_back(
    engine: DuckEngine, tmp_path: Path, rows: list[tuple[str, Decimal | None, dt.date | None]], delimiter: str, encoding: str,
    quoting: int, end: str, marks: tuple[str, str],
) -> None:  # fmt: skip
    decimal, thousands = marks
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow(["id", "who", "price", "due"])
    for n, (who, price, due) in enumerate(rows):
        number = "" if price is None else f"{price:,.4f}".translate({ord(","): thousands, ord("."): decimal})
        writer.writerow([f"k{n}", who, number, "" if due is None else f"{due:%d.%m.}{due.year}"])
    said = {"": "", "\u00a0": ", thousands: ' '"}.get(thousands, f', thousands: "{thousands}"')
    given_encoding = ", written: {encoding: " + encoding + "}" if encoding == "cp1252" else ""
    mapping = ORDERS + f"decimal: '{decimal}'{said if thousands != '.' else ''}, formats: {{due: '%d.%m.%Y'}}{given_encoding}}}"

    got = load(engine, tmp_path, {"t.csv": stream.getvalue().encode(encoding)}, mapping)

    expected = [(f"k{n}", trimmed(who), due, price) for n, (who, price, due) in enumerate(rows)]
    assert sorted(_facts(got), key=str) == sorted(expected, key=str)
    assert got.quarantine() == []
