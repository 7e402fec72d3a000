"""SQLite by an address: one instant, no writing, and values whose type is their own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.stores.databases import cells, extract, rows, sqlite_file
from troth.kernel.errors import SourceError
from troth.sources.databases.database import Database, Wanted
from troth.stores.databases import sqlite
from troth.stores.databases.reading import SqlDatabases


def shop(folder: Path, *statements: str) -> SqlDatabases:
    return SqlDatabases({"SHOP": f"sqlite:///{sqlite_file(folder / 'shop.db', *statements)}"})


def test_values_keep_their_own_type(tmp_path: Path) -> None:
    databases = shop(
        tmp_path, "CREATE TABLE t (a INTEGER, b, c, d, e TEXT)", "INSERT INTO t VALUES ('x', 0.1, x'00ff', CAST(x'ff' AS TEXT), 1)"
    )

    assert cells(extract(databases, tmp_path, table="t")) == {"a": "x", "b": "0.1", "c": "\\x00ff", "d": "\\xff", "e": "1"}


def test_texts_that_a_collation_calls_equal_have_one_order(tmp_path: Path) -> None:
    databases = shop(tmp_path, "CREATE TABLE t (k TEXT COLLATE NOCASE, v)", "INSERT INTO t VALUES ('b', 1), ('B', 2), ('a', 3), ('A', 4)")

    assert rows(extract(databases, tmp_path, key=["k"], table="t")) == [("A", "4"), ("B", "2"), ("a", "3"), ("b", "1")]


def test_many_rows_come_in_pieces_and_all(tmp_path: Path) -> None:
    series = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) INSERT INTO t SELECT i, printf('%050d', i) FROM n"
    )
    databases = shop(tmp_path, "CREATE TABLE t (i INTEGER PRIMARY KEY, v)", series)

    got = rows(extract(databases, tmp_path, key=["i"], table="t"))

    assert got == [(str(i), f"{i:050d}") for i in range(1, 30001)]


def test_what_is_written_later_is_read_by_the_next(tmp_path: Path) -> None:
    databases = shop(tmp_path, "PRAGMA journal_mode = WAL", "CREATE TABLE a (i)", "CREATE TABLE b (i)")
    file = tmp_path / "shop.db"
    with closing(sqlite3.connect(file)) as writer:
        writer.execute("INSERT INTO a VALUES (1)")
        writer.execute("INSERT INTO b VALUES (1)")
        writer.commit()
        seen: list[int] = []
        for _ in range(3):
            wanted = [Wanted(Database(url="env:SHOP", table=name), ()) for name in "ab"]
            seen += [len(rows(path)) for path in databases.extract(wanted, tmp_path)]
            writer.execute("INSERT INTO a VALUES (1)")
            writer.execute("INSERT INTO b VALUES (1)")
            writer.commit()
    assert seen == [1, 1, 2, 2, 3, 3]


def test_all_tables_are_read_as_at_one_instant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    databases = shop(tmp_path, "PRAGMA journal_mode = WAL", "CREATE TABLE a (i)", "CREATE TABLE b (i)")
    write = sqlite.write

    def interrupted(*arguments: Any) -> None:
        """Somebody writes to both tables as soon as one was read."""
        write(*arguments)
        with closing(sqlite3.connect(tmp_path / "shop.db")) as connection, connection:
            connection.execute("INSERT INTO a VALUES (1)")
            connection.execute("INSERT INTO b VALUES (1)")

    monkeypatch.setattr(sqlite, "write", interrupted)
    wanted = [Wanted(Database(url="env:SHOP", table=name), ()) for name in "ab"]

    assert [len(rows(path)) for path in databases.extract(wanted, tmp_path)] == [0, 0]
    assert [len(rows(path)) for path in databases.extract(wanted, tmp_path)] == [2, 2]


@pytest.mark.parametrize("query", ["DELETE FROM t", "SELECT 1; DELETE FROM t", "PRAGMA user_version = 5", "ATTACH 'x' AS x"])
def test_a_query_that_writes_is_refused(tmp_path: Path, query: str) -> None:
    databases = shop(tmp_path, "CREATE TABLE t (i)", "INSERT INTO t VALUES (1)")
    with pytest.raises(SourceError, match=r"may only read|not understood"):
        extract(databases, tmp_path, query=query)
    assert rows(extract(databases, tmp_path, table="t")) == [("1",)]


def test_a_query_joins_and_may_end_in_a_semicolon(tmp_path: Path) -> None:
    databases = shop(tmp_path, "CREATE TABLE t (i, v)", "INSERT INTO t VALUES (2, 'b'), (1, '50%:x')")

    assert rows(extract(databases, tmp_path, key=["i"], query="SELECT i, v FROM t -- all\n;")) == [("1", "50%:x"), ("2", "b")]


def test_a_view_that_gives_other_rows_each_time_is_refused(tmp_path: Path) -> None:
    fills = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) INSERT INTO t SELECT i FROM n"
    # Of two draws one in a hundred thousand is of as many rows; of rows drawn one by one every eightieth would be.
    databases = shop(tmp_path, "CREATE TABLE t (i)", fills, "CREATE VIEW v AS SELECT * FROM t WHERE i <= (SELECT abs(random() % 100000))")

    with pytest.raises(SourceError, match="'SHOP#v' changed while it was read"):
        extract(databases, tmp_path, table="v")
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["shop.db"]


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be reached; got no such file") as refused:
        SqlDatabases({"SHOP": f"sqlite:///{tmp_path}/gone.db"}).tables("env:SHOP")
    assert "gone" not in str(refused.value)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_is_no_database_is_refused_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_text("hello, this is no database at all", encoding="utf-8")
    with pytest.raises(SourceError, match="file is not a database") as refused:
        SqlDatabases({"SHOP": f"sqlite:///{tmp_path}/shop.db"}).tables("env:SHOP")
    assert str(tmp_path) not in str(refused.value)


def test_a_database_that_somebody_writes_is_waited_for_and_then_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("troth.stores.databases.sqlite.WAIT_S", 0.05)
    databases = shop(tmp_path, "CREATE TABLE t (i)")
    with closing(sqlite3.connect(tmp_path / "shop.db", isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SourceError, match="got somebody is writing it"):
            extract(databases, tmp_path, table="t")
