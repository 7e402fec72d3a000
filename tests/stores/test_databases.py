"""What every kind of database gives alike: the fake, SQLite, and a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgres import Postgres
from tests.stores.databases import COLUMNS, ROWS, extract, in_memory, in_postgres, in_sqlite, rows
from troth.kernel.errors import SourceError
from troth.sources.databases.database import Database, Databases, Wanted
from troth.sources.databases.extract import read_extract


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Databases:
    if request.param == "postgres":
        postgres: Postgres = request.getfixturevalue("postgres")
        return in_postgres(postgres)
    return in_memory(tmp_path) if request.param == "memory" else in_sqlite(tmp_path)


def test_every_kind_gives_the_same_bytes(databases: Databases, tmp_path: Path) -> None:
    path = extract(databases, tmp_path, key=["id"], table="orders")

    assert path.read_bytes().split(b"\n", 1)[1] == b',"1","c1",,"10.50"\n,"2","c2","","20.00"\n,"3","c1","a ""b"",\nc",\n'


def test_rows_stand_in_the_order_of_the_key_and_null_differs_from_an_empty_text(databases: Databases, tmp_path: Path) -> None:
    path = extract(databases, tmp_path, key=["id"], table="orders")

    assert rows(path) == sorted(ROWS, key=lambda row: row[0] or "")
    assert (read_extract(path).columns, read_extract(path).records) == (COLUMNS, 3)


def test_without_a_key_the_order_is_that_of_all_columns(databases: Databases, tmp_path: Path) -> None:
    first = extract(databases, tmp_path, table="orders").read_bytes()

    assert extract(databases, tmp_path, table="orders").read_bytes() == first
    assert [row[0] for row in rows(extract(databases, tmp_path, key=["customer"], table="orders"))] == ["1", "3", "2"]


def test_one_table_may_be_read_in_two_orders(databases: Databases, tmp_path: Path) -> None:
    place = Database(url="env:SHOP", table="orders")
    paths = databases.extract([Wanted(place, ("id",)), Wanted(place, ("customer",))], tmp_path)

    assert [[row[0] for row in rows(path)] for path in paths] == [["1", "2", "3"], ["1", "3", "2"]]


def test_a_table_is_called_by_the_variable_and_its_name(databases: Databases, tmp_path: Path) -> None:
    assert extract(databases, tmp_path, table="orders").name == "SHOP#orders.extract"
    assert [(t.name, t.hidden) for t in databases.tables("env:SHOP")] == [("orders", "")]


def test_an_unknown_table_is_refused_with_the_nearest(databases: Databases, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="SHOP has no table 'order'; allowed: did you mean 'orders'"):
        extract(databases, tmp_path, table="order")


def test_a_variable_that_is_not_set_is_named(databases: Databases) -> None:
    with pytest.raises(SourceError, match="CRM is not set in the environment"):
        databases.tables("env:CRM")
