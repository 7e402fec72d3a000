"""read = stored + quarantined + duplicate + superseded + filtered, and nothing is lost in silence."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.loaded import Loaded, load, record, source_of, write
from troth.kernel.errors import ConservationError, SourceError
from troth.sources import splitter
from troth.sources.fate import make_shared, settle
from troth.sources.readers import delimited
from troth.sources.reading import files_of, stage
from troth.stores.lake.engine import DuckEngine

ORDERS = """
key: [id]
object: {type: order, id: [id], attributes: {due: {column: due, as: day}}}
events: [{type: placed, at: placed, anchor: true}, {type: delivered, at: delivered}]
money: [{about: order, id: [id], kind: price, amount: price}]
"""
WORLD = """id,placed,due,delivered,price
A,2026-01-05 10:00,2026-01-09,2026-01-08 09:00,10.50
B,2026-01-05 11:00,2026-01-09,2026-01-10 09:00,1.00
B,2026-01-05 11:00,2026-01-10,2026-01-10 09:00,2.00
A,2026-01-05 10:00,2026-01-09,2026-01-08 09:00,10.50
,2026-01-06 10:00,2026-01-09,,5.00
C,yesterday,2026-01-09,,5.00
D,2026-01-07 10:00,soon,2026-13-01,many
E,2026-01-07 10:00
F,2026-01-07 10:00,2026-01-09,,5.00,extra
G,2026-01-07 10:00,2026-01-09,,"5"00
H,,2026-01-09,,5.00
"""


def test_every_row_of_a_bad_file_has_one_fate(engine: DuckEngine, tmp_path: Path) -> None:
    #  row  id  fate
    #  1    A   duplicate of row 4
    #  2    B   superseded by row 3
    #  3    B   stored
    #  4    A   stored
    #  5    -   quarantined: key
    #  6    C   quarantined: anchor
    #  7    D   stored; due, delivered and price emptied and quarantined
    #  8    E   quarantined: ragged
    #  9    F   quarantined: ragged
    #  10   G   quarantined: text behind a quote
    #  11   H   quarantined: anchor
    got = load(engine, tmp_path, {"orders.csv": WORLD}, ORDERS)

    assert got.fates() == (11, 3, 6, 1, 1)
    assert got.balances["rows"].cells == 3
    assert got.quarantine() == [
        (5, None, "key id is empty", None),
        (6, None, "placed is not a time", None),
        (7, "delivered", "not a value of type instant", "2026-13-01"),
        (7, "due", "not a value of type day", "soon"),
        (7, "price", "not a value of type money", "many"),
        (8, None, "missing columns", None),
        (9, None, "too many columns", None),
        (10, None, "unquoted value", None),
        (11, None, "placed is empty", None),
    ]


def test_stored_rows_are_numbered_as_they_stand_in_the_file(engine: DuckEngine, tmp_path: Path) -> None:
    got = load(engine, tmp_path, {"orders.csv": "id\r\n1\r\n2,\r\n3,x\r\n4,y\r\n5\r\n6,z\r\n7\r\n"}, "key: [id]")

    assert got.rows("SELECT _row, t0 FROM kept_rows ORDER BY _row") == [(1, "1"), (2, "2"), (5, "5"), (7, "7")]
    assert [row[0] for row in got.quarantine()] == [3, 4, 6]


@given(
    st.lists(
        st.tuples(st.sampled_from(["A", "B", "C", "", " "]), st.sampled_from(["2026-01-05", "", "x"]), st.sampled_from(["1", "2", "x"])),
        max_size=12,
    ),
    st.lists(st.sampled_from(["A", "A,2026-01-05,1,9", 'A,"x"y,1']), max_size=3),
    st.integers(1, 3),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_balance_holds_for_any_rows_over_any_number_of_files(
    engine: DuckEngine, tmp_path: Path, rows: list[tuple[str, str, str]], ragged: list[str], files: int
) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    text = "id,at,price\n" + stream.getvalue() + "".join(f"{line}\n" for line in ragged)
    mapping = """{key: [id], object: {type: o, id: [id]}, events: [{type: e, at: at, anchor: true}],
                  money: [{about: o, id: [id], kind: p, amount: price}]}"""

    got = load(engine, tmp_path, {f"{n}.csv": text for n in range(files)}, mapping)

    read, stored, quarantined, duplicate, superseded = got.fates()
    usable = [row for row in rows if row[0].strip() and row[1] == "2026-01-05"]
    kept = {row[0]: row for row in usable}
    assert read == files * (len(rows) + len(ragged)) == stored + quarantined + duplicate + superseded
    assert quarantined == files * (len(rows) - len(usable) + len(ragged))
    assert stored == len(kept)
    assert duplicate == sum(row == kept[row[0]] for row in usable) * files - stored
    assert got.balances["rows"].cells == sum(row[2] == "x" for row in kept.values())


TABLES = ("object_order", "event", "step", "relation", "feedback", "money")


def _tables(loaded: Loaded) -> dict[str, list[tuple[object, ...]]]:
    return {table: loaded.rows(f"SELECT * FROM {table}") for table in TABLES}


LOG = """
key: []
object: {type: order, id: [id], attributes: {due: {column: due, as: day}}}
events: [{type_from: activity, at: at}]
"""


@pytest.mark.parametrize(
    ("mapping", "text"),
    [(ORDERS, WORLD), (LOG, "id,activity,at,due\nA,placed,2026-01-05,2026-01-09\nA,packed,2026-01-06,2026-01-09\n")],
    ids=["keyed", "event-log"],
)
def test_the_same_file_under_a_second_name_changes_nothing(engine: DuckEngine, tmp_path: Path, mapping: str, text: str) -> None:
    once = record(load(engine, tmp_path / "once", {"orders.csv": text}, mapping))
    tables = _tables(once)
    again = record(load(engine, tmp_path / "twice", {"orders.csv": text, "orders copy.csv": text}, mapping))

    assert _tables(again) == tables
    assert again.fates()[0] == 2 * once.fates()[0]
    assert again.fates()[1] == once.fates()[1]
    assert again.fates()[4] == 2 * once.fates()[4]


def test_columns_in_another_order_are_still_the_same_row(engine: DuckEngine, tmp_path: Path) -> None:
    files = {"a.csv": "id,at,activity,due\nA,2026-01-05,placed,\n", "b.csv": "activity,due,at,id\nplaced,,2026-01-05,A\n"}

    assert load(engine, tmp_path, files, LOG).fates() == (2, 1, 0, 1, 0)


def test_other_quotes_are_still_the_same_row(engine: DuckEngine, tmp_path: Path) -> None:
    files = {"a.csv": "id,v\nA,\nB,1\n", "b.csv": '"id","v"\r\n"A",""\r\n"B","1"\r\n'}

    assert load(engine, tmp_path, files, "{key: []}").fates() == (4, 2, 0, 2, 0)


def test_the_later_file_supersedes_the_earlier(engine: DuckEngine, tmp_path: Path) -> None:
    files = {"2026-02.csv": "id,v\nA,new\n", "2026-01.csv": "id,v\nA,old\nB,old\n"}

    got = load(engine, tmp_path, files, "{key: [id], object: {type: o, id: [id], attributes: {v: {column: v}}}}")

    assert got.fates() == (3, 2, 0, 0, 1)
    assert record(got).rows("SELECT id, v FROM object_o") == [("A", "new"), ("B", "old")]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("id,v\r\n1,a\r\n2,b\r\n", ["1", "2"]),
        ("id,v\r1,a\r2,b\r", ["1", "2"]),
        ("id,v\n1,a\r\n2,b\r3,c\n", ["1", "2", "3"]),
        ("\n\nid,v\n1,a\n", ["1"]),
        ("id,v\n\n1,a\n\n\n2,b\n\n", ["1", "2"]),
        ("id\n1\n\n2\n\n", ["1", "2"]),
        ("id\r\n1\r\n\r\n2\r\n", ["1", "2"]),
        ("id,v\n", []),
        ("id,v", []),
        ('id,"v\nw"\n1,"a\r\nb"\n', ["1"]),
        ("_row,id,_content,t0,v\n7,1,x,y,z\n", ["1"]),
        ('id,"""; drop table rows; --"\n1,2\n', ["1"]),
        (",".join(["id", *(f"c{n}" for n in range(199))]) + "\n" + "1," * 199 + "1\n", ["1"]),
    ],
    ids=["crlf", "cr", "mixed", "empty-lines-above", "empty-lines", "one-column", "one-column-crlf", "header", "header-unended",
         "line-end-in-header", "names-of-ours", "name-like-sql", "200-columns"],
)  # fmt: skip
def test_no_row_is_lost_to_the_way_a_file_is_written(engine: DuckEngine, tmp_path: Path, text: str, kept: list[str]) -> None:
    got = load(engine, tmp_path, {"t.csv": text}, "key: [id]")

    assert [row[0] for row in got.rows("SELECT t0 FROM kept_rows ORDER BY _row")] == kept
    assert got.fates() == (len(kept), len(kept), 0, 0, 0)


def test_bytes_that_are_no_text_cost_their_row_only(engine: DuckEngine, tmp_path: Path) -> None:
    got = load(engine, tmp_path, {"t.csv": b"id,v\n1,a\n2,\xff\xfe\n3,\xe4\n4,d\n"}, "key: [id]")

    assert got.fates() == (4, 2, 2, 0, 0)
    assert got.quarantine() == [(2, None, "invalid encoding", None), (3, None, "invalid encoding", None)]


def test_an_unclosed_quote_stops_the_build_with_its_line(engine: DuckEngine, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="opened in line 3 is never closed"):
        load(engine, tmp_path, {"t.csv": 'id,v\n1,a\n2,"b\n3,c\n4,d\n'}, "key: [id]")


def test_rows_that_the_reader_loses_stop_the_build(engine: DuckEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "split", lambda *_, **__: splitter.Split(3, mixed=False))

    with pytest.raises(ConservationError, match="3 rows counted, 2 accounted for"):
        load(engine, tmp_path, {"t.csv": "id\n1\n2\n"}, "key: [id]")


def test_an_amount_about_nothing_is_quarantined(engine: DuckEngine, tmp_path: Path) -> None:
    #  row  id  order  shop
    #  1    1   A      S       stored
    #  2    2   -      S       stored; the amount is about nothing
    #  3    3   -      -       quarantined
    mapping = """{key: [id], money: [{about: order, id: [order], kind: payment, amount: v}],
                  lends: [{to: shop, id: [shop], attribute: last_id, column: id}]}"""
    got = load(engine, tmp_path, {"t.csv": "id,order,shop,v\n1,A,S,10\n2,,S,20\n3,,,30\n"}, mapping)

    assert got.fates() == (3, 2, 1, 0, 0)
    assert got.quarantine() == [
        (2, "order", "id order is empty: money 'payment' is about nothing", None),
        (3, None, "id order is empty", None),
    ]
    assert got.balances["rows"].cells == 1


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("anna@example.com", "aaaa@aaaaaaa.aaa"),
        ("Zoë Ångström", "aaa aaaaaaaa"),
        ("+49 30 1234567", "+99 99 9999999"),
        ("52998224725", "99999999999"),
        ("2026-02-31", "2026-02-31"),
        ("31.02.2026 25:10", "31.02.2026 25:10"),
        ("n/a", "n/a"),
        ("12,5", "12,5"),
    ],
)
def test_a_bad_cell_beside_personal_columns_shows_its_shape_only(engine: DuckEngine, tmp_path: Path, cell: str, shown: str) -> None:
    mapping = "{key: [id], object: {type: o, id: [id], attributes: {sent: {column: sent, as: day}}}, personal: {mail: email}}"

    got = load(engine, tmp_path, {"t.csv": f'id,sent,mail\n1,"{cell}",x\n'}, mapping)

    assert got.quarantine() == [(1, "sent", "not a value of type day", shown)]


def test_a_missing_column_is_named_with_the_nearest(engine: DuckEngine, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"'t.csv' has no column 'delivered_at'; allowed: did you mean 'delivered_on'\?"):
        load(engine, tmp_path, {"t.csv": "id,delivered_on\n"}, "{key: [id], formats: {delivered_at: '%d.%m.%Y'}}")


@pytest.mark.parametrize(
    ("pattern", "said"),
    [("ordrs.csv", "did you mean 'orders.csv'"), ("/etc/*.csv", "names no file"), ("", "names no file"), ("*.parquet", "no file")],
)
def test_a_pattern_without_files_is_refused(tmp_path: Path, pattern: str, said: str) -> None:
    write(tmp_path, {"orders.csv": "id\n"})

    with pytest.raises(SourceError, match=said):
        files_of(source_of("key: []", files=[pattern]), tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no folder"):
        files_of(source_of("key: []"), tmp_path / "away")


def test_a_name_with_signs_of_a_pattern_is_a_name(engine: DuckEngine, tmp_path: Path) -> None:
    got = load(engine, tmp_path / "data [2026]", {"orders[1].csv": "id\n1\n", "orders1.csv": "id\n2\n3\n"}, "key: [id]")

    assert got.fates() == (3, 3, 0, 0, 0)


def test_files_of_one_name_in_two_folders_are_both_read(engine: DuckEngine, tmp_path: Path) -> None:
    write(tmp_path / "a", {"orders.csv": "id\n1\n"})
    write(tmp_path / "b", {"orders.csv": "id\n2\n"})
    make_shared(engine)

    balance = settle(engine, stage(engine, "rows", source_of("key: [id]", files=["*/orders.csv"]), tmp_path, "UTC"))

    assert (balance.read, balance.stored) == (2, 2)


def test_a_file_that_is_no_parquet_is_refused(engine: DuckEngine, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"'t\.parquet' cannot be read"):
        load(engine, tmp_path, {"t.parquet": b"not a table at all"}, "key: [id]")
