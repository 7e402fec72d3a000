"""Files of databases in a folder: SQLite that is no event log, and DuckDB. Each table is listed and read by its name behind '#'."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.needs import ROOT
from tests.sources.loaded import load_all, source_of
from tests.stores.databases import sqlite_file
from troth.kernel.errors import SourceError, StoreError
from troth.sources import files_of
from troth.sources.address import Address
from troth.sources.guess import guess
from troth.sources.readers import opened, tables_in
from troth.stores.lake.engine import DuckEngine

MAPPING = "{key: [id], object: {type: order, id: [id]}, events: [{type: placed, at: placed}]}"
#  id  placed            amount
#  2   5 January 10:00   10.50
#  1   6 January         -
SQLITE = (
    "CREATE TABLE orders (id INTEGER, placed TEXT, amount)",
    "INSERT INTO orders VALUES (2, '2026-01-05 10:00', 10.5), (1, '2026-01-06', NULL)",
    "CREATE TABLE Customers (id TEXT PRIMARY KEY, name) WITHOUT ROWID",
    "INSERT INTO Customers VALUES ('b', ''), ('a', x'00ff')",
    "CREATE VIEW latest AS SELECT * FROM orders",
)


def duckdb_file(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def texts(engine: DuckEngine, path: Path, part: str | None) -> tuple[tuple[str, ...], int, list[tuple[object, ...]]]:
    with opened(engine, Address(path, part), "x") as table:
        return table.columns, table.records, engine.rows(f"SELECT * FROM {table.relation}")


def test_tables_of_sqlite_are_listed_and_views_are_hidden(engine: DuckEngine, tmp_path: Path) -> None:
    listed = [(t.address.name, t.columns, t.hidden) for t in tables_in(sqlite_file(tmp_path / "shop.db", *SQLITE), lambda: engine)]

    assert listed == [
        ("shop.db#Customers", ("id", "name"), ""),
        ("shop.db#latest", (), "it is a view, and what a file brings along is not run"),
        ("shop.db#orders", ("id", "placed", "amount"), ""),
    ]


def test_rows_of_sqlite_stand_as_they_were_written_with_exact_values(engine: DuckEngine, tmp_path: Path) -> None:
    path = sqlite_file(tmp_path / "shop.db", *SQLITE)

    assert texts(engine, path, "orders") == (
        ("id", "placed", "amount"), 2, [("2", "2026-01-05 10:00", "10.5"), ("1", "2026-01-06", None)],
    )  # fmt: skip
    assert texts(engine, path, "Customers")[2] == [("a", "\\x00ff"), ("b", "")]


def test_every_value_of_sqlite_keeps_what_it_says(engine: DuckEngine, tmp_path: Path) -> None:
    values = "9223372036854775807, 0.1, 1e300, 'a' || char(0) || 'b', CAST(x'ff' AS TEXT), 'Ärger 😀', char(13, 10), '\"', NULL"
    path = sqlite_file(tmp_path / "shop.db", "CREATE TABLE t (a, b, c, d, e, f, g, h, i)", f"INSERT INTO t VALUES ({values})")

    got = texts(engine, path, "t")[2]

    assert got == [("9223372036854775807", "0.1", "1e+300", "\\x610062", "\\xff", "Ärger 😀", "\r\n", '"', None)]


def test_tables_of_duckdb_are_listed_and_views_are_not(engine: DuckEngine, tmp_path: Path) -> None:
    path = duckdb_file(
        tmp_path / "shop.duckdb", "CREATE TABLE orders (id INT)", "CREATE SCHEMA s", "CREATE TABLE s.items (id INT)",
        "CREATE VIEW secrets AS SELECT * FROM read_text('/etc/hostname')",
    )  # fmt: skip

    assert [(t.address.name, t.columns) for t in tables_in(path, lambda: engine)] == [
        ("shop.duckdb#orders", ("id",)),
        ("shop.duckdb#s.items", ("id",)),
    ]
    with pytest.raises(SourceError, match="has no table 'secrets'"):
        texts(engine, path, "secrets")


def test_every_value_of_duckdb_keeps_what_it_says(engine: DuckEngine, tmp_path: Path) -> None:
    values = {
        "1.10::DECIMAL(9,2)": "1.10",
        "170141183460469231731687303715884105727::HUGEINT": "170141183460469231731687303715884105727",
        "0.1::DOUBLE": "0.1",
        "TRUE": "true",
        "DATE '2026-03-01'": "2026-03-01",
        "TIMESTAMP '2026-03-01 14:00:00.5'": "2026-03-01 14:00:00.5",
        "TIMESTAMPTZ '2026-03-01 14:00:00+05:30'": "2026-03-01 08:30:00+00",
        "''": "",
        "NULL::VARCHAR": None,
        "'ab\\xFF'::BLOB": "\\x6162ff",
        "[1.10::DECIMAL(20,2), NULL]": "[1.10,null]",
        "{'a': 'x\"y'}": '{"a":"x\\"y"}',
        "MAP {'k': 1}": '{"k":1}',
    }
    chosen = ", ".join(f"{sql} AS c{n}" for n, sql in enumerate(values))
    path = duckdb_file(tmp_path / "shop.duckdb", f"CREATE TABLE t AS SELECT {chosen}")

    assert texts(engine, path, "t")[2] == [tuple(values.values())]


@pytest.mark.parametrize("ending", ["db", "sqlite", "duckdb"])
def test_the_content_tells_what_a_file_is(engine: DuckEngine, tmp_path: Path, ending: str) -> None:
    stored = sqlite_file(tmp_path / f"a.{ending}", "CREATE TABLE t (id)", "INSERT INTO t VALUES (1)")
    other = duckdb_file(tmp_path / f"b.{ending}", "CREATE TABLE t AS SELECT 1 AS id")

    assert texts(engine, stored, "t") == texts(engine, other, "t") == (("id",), 1, [("1",)])


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_table_is_staged_and_balances(engine: DuckEngine, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "shop.db"
    values = "(1, '2026-01-05'), (1, '2026-01-06'), (NULL, 'x'), (2, 'y')"
    rows = ("CREATE TABLE orders (id INT, placed VARCHAR)", f"INSERT INTO orders VALUES {values}")
    sqlite_file(path, *rows) if kind == "sqlite" else duckdb_file(path, *rows)
    for files in (["shop.db#orders"], ["shop.db"], ["*.db#ord*"]):
        loaded = load_all(engine, tmp_path, {"rows": source_of(MAPPING, files=files)})

        assert loaded.fates() == (4, 2, 1, 0, 1)
        assert loaded.quarantine() == [(3, None, "key id is empty", None), (4, "placed", "not a value of type instant", "y")]
    engine.run("DROP TABLE IF EXISTS nothing")
    assert engine.rows("SELECT count(*) FROM duckdb_databases() WHERE database_name LIKE 'file_%'") == [(0,)]


def test_without_an_engine_a_duckdb_table_is_found_by_its_name_only(tmp_path: Path) -> None:
    duckdb_file(tmp_path / "shop.duckdb", "CREATE TABLE t (id INT)")
    with pytest.raises(SourceError, match="cannot be looked into here"):
        files_of(source_of(MAPPING, files=["shop.duckdb#*"]), tmp_path)


def test_a_folder_with_databases_is_guessed_as_one_with_workbooks_is(engine: DuckEngine, tmp_path: Path) -> None:
    shop = ROOT / "examples" / "corner-shop"
    customers = [line.split(",") for line in (shop / "customers.csv").read_text(encoding="utf-8").splitlines()]
    values = ", ".join(f"('{id}', '{city}')" for id, _, _, city, _ in customers[1:])
    sqlite_file(
        tmp_path / "crm.db",
        "CREATE TABLE customers (customer_id, city)",
        f"INSERT INTO customers VALUES {values}",
        "CREATE VIEW v AS SELECT 1",
    )
    duckdb_file(tmp_path / "erp.duckdb", f"CREATE TABLE orders AS SELECT * FROM read_csv('{shop / 'orders.csv'}', all_varchar = true)")

    found = guess(engine, tmp_path)

    assert found.sources["customers"]["files"] == ["crm.db#customers"]
    assert found.sources["orders"]["files"] == ["erp.duckdb#orders"]
    assert found.sources["orders"]["relations"] == [{"to": "customer", "id": ["customer_id"]}]
    assert ("promised_for", "delivered_at") in [(p.promised, p.actual) for p in found.pairs if p.asserted]
    assert found.warnings[0].startswith("crm.db#v: it is a view, and what a file brings along is not run; it is left out.")


def broken(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_files_that_are_no_databases_or_damaged_are_refused(engine: DuckEngine, tmp_path: Path) -> None:
    whole = duckdb_file(tmp_path / "whole.duckdb", "CREATE TABLE t AS SELECT i FROM range(100000) t(i)").read_bytes()
    rows = sqlite_file(tmp_path / "whole.db", "CREATE TABLE t (id)", *["INSERT INTO t VALUES (randomblob(900))"] * 20).read_bytes()
    flipped = bytearray(whole)
    flipped[5000] ^= 255
    contents = {
        b"": "got an empty file",
        b"hello": "got another kind of file",
        whole[: len(whole) // 2]: "got it is damaged or cut off",
        bytes(flipped): "got it is damaged or cut off",
        rows[:5000]: "got a file that is cut off",
        rows[:200] + b"\xff" * (len(rows) - 200): "damaged",
    }
    for content, said in contents.items():
        with pytest.raises(SourceError, match=said):
            tables_in(broken(tmp_path / "x.db", content), lambda: engine)


def test_what_only_calls_itself_an_extract_is_refused(engine: DuckEngine, tmp_path: Path) -> None:
    (tmp_path / "x.extract").write_bytes(b"id,placed\n1,2026-01-05\n")
    with pytest.raises(SourceError, match=r"'x\.extract' is no extract of a database"):
        load_all(engine, tmp_path, {"rows": source_of(MAPPING, files=["x.extract"])})


def test_an_encrypted_file_is_refused(engine: DuckEngine, tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET force_mbedtls_unsafe = 'true'")
        connection.execute(f"ATTACH '{tmp_path / 'x.duckdb'}' AS x (ENCRYPTION_KEY 'abc')")
        connection.execute("CREATE TABLE x.t (id INT)")
        connection.execute("DETACH x")

    with pytest.raises(SourceError, match=r"'x.duckdb' cannot be read as DuckDB; got it is encrypted"):
        tables_in(tmp_path / "x.duckdb", lambda: engine)


def test_a_file_that_another_program_has_open_is_refused(engine: DuckEngine, tmp_path: Path) -> None:
    path = duckdb_file(tmp_path / "x.duckdb", "CREATE TABLE t (id INT)")
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(SourceError, match=r"got another program has it open. Close that program"):
            tables_in(path, lambda: engine)
        other.communicate(b"")


def test_a_file_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    class Older(DuckEngine):
        """What DuckDB says of a file that a later version of it wrote; none is at hand here to write one."""

        def run(self, sql: str, parameters: object = ()) -> None:
            raise StoreError(
                "the engine refused a statement",
                got="IO Error: Trying to read a database file with version number 99, but we can only read version 64.",
            )

    path = duckdb_file(tmp_path / "x.duckdb", "CREATE TABLE t (id INT)")
    with (
        Older() as engine,
        pytest.raises(SourceError, match="got it was written by another version of DuckDB"),
    ):
        tables_in(path, lambda: engine)


def test_an_sqlite_file_in_use_is_refused_and_its_folder_left_alone(engine: DuckEngine, tmp_path: Path) -> None:
    path = sqlite_file(tmp_path / "x.db", *SQLITE)
    texts(engine, path, "orders")
    assert [p.name for p in tmp_path.iterdir()] == ["x.db"]
    (tmp_path / "x.db-wal").write_bytes(b"changes")
    with pytest.raises(SourceError, match=r"'x\.db' is in use"):
        tables_in(path, lambda: engine)
