"""Databases of three kinds with the same tables, and extracts of them read back by the engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.postgres import Postgres
from troth.sources.databases.database import Database, Databases, Wanted
from troth.sources.databases.extract import read_extract
from troth.stores.databases.reading import SqlDatabases
from troth.stores.lake.engine import DuckEngine
from troth.stores.memory import MemoryDatabases

#  id  customer  note     amount
#  1   c1        -        10.50
#  2   c2        (empty)  20.00
#  3   c1        a "b",c  -
COLUMNS = ("id", "customer", "note", "amount")
ROWS: tuple[tuple[str | None, ...], ...] = (("2", "c2", "", "20.00"), ("3", "c1", 'a "b",\nc', None), ("1", "c1", None, "10.50"))
Made = Callable[[Path], Databases]


def in_memory(_: Path) -> Databases:
    return MemoryDatabases({"SHOP": {"orders": (COLUMNS, ROWS)}})


def in_sqlite(folder: Path) -> Databases:
    file = sqlite_file(folder / "shop.db", "CREATE TABLE orders (id, customer, note, amount)")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", ROWS)
    return SqlDatabases({"SHOP": f"sqlite:///{file}"})


def in_postgres(postgres: Postgres) -> Databases:
    values = ", ".join("(" + ", ".join("NULL" if c is None else f"'{c}'" for c in row) + ")" for row in ROWS)
    database = fresh(
        postgres, "CREATE TABLE orders (id int, customer text, note text, amount numeric(12, 2))", f"INSERT INTO orders VALUES {values}"
    )
    return SqlDatabases({"SHOP": postgres.url(database=database)})


def sqlite_file(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return path


def fresh(postgres: Postgres, *statements: str) -> str:
    """A new database; gives its name. Without statements that which is always there, and empty."""
    if not statements:
        return "postgres"
    name = f"test_{postgres.run('SELECT count(*) FROM pg_database')[0][0]}"
    postgres.run(f"CREATE DATABASE {name}")
    postgres.run(*statements, database=name)
    return name


def extract(databases: Databases, folder: Path, *, key: Sequence[str] = (), **place: str) -> Path:
    """place: table or query."""
    return databases.extract([Wanted(Database.model_validate({"url": "env:SHOP", **place}), tuple(key))], folder)[0]


def rows(path: Path) -> list[tuple[Any, ...]]:
    with DuckEngine(threads=1) as engine:
        return engine.rows(f"SELECT * FROM {read_extract(path).relation}")


def cells(path: Path) -> Mapping[str, Any]:
    """The only row, by column."""
    (row,) = rows(path)
    return dict(zip(read_extract(path).columns, row, strict=True))
