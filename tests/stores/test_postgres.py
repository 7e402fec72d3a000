"""PostgreSQL: exact values, one instant, no writing, and refusals that never show the address."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from tests.postgres import Postgres
from tests.stores.databases import cells, extract, fresh, rows
from troth.kernel.errors import SourceError
from troth.sources.databases.database import Database, Wanted
from troth.stores.databases import postgres as dialect
from troth.stores.databases.outside import outside
from troth.stores.databases.reading import SqlDatabases

CANARY = "canary-4711"
VALUES = {
    "12345678901234567890.123456789::numeric": "12345678901234567890.123456789",
    "0.1::float8": "0.1",
    "'NaN'::float8": "NaN",
    "9223372036854775807": "9223372036854775807",
    "'19.99'::money": "19.99",
    "true": "true",
    "date '2026-03-01'": "2026-03-01",
    "date 'infinity'": "infinity",
    "timestamp '2026-03-01 14:00:00.5'": "2026-03-01 14:00:00.5",
    "timestamptz '2026-03-01 14:00:00+05:30'": "2026-03-01 08:30:00+00",
    "timestamp '4713-01-01 00:00 BC'": "4713-01-01 00:00:00 BC",
    "interval '1 day 2 hours'": "P1DT2H",
    "''::text": "",
    "NULL::text": None,
    "'Ärger 😀'": "Ärger 😀",
    "'\\x00ff'::bytea": "\\x00ff",
    "ARRAY[1.10, NULL]": "[1.10,null]",
    "ARRAY['a', 'b \"c\"']": '["a","b \\"c\\""]',
    "'{\"a\": 1.10}'::json": '{"a": 1.10}',
    "'{\"a\": 1.10}'::jsonb": '{"a": 1.10}',
    "'6f2c8d0e-0000-4000-8000-000000000001'::uuid": "6f2c8d0e-0000-4000-8000-000000000001",
    "point '(1,2)'": "(1,2)",
}


def shop(postgres: Postgres, *statements: str) -> SqlDatabases:
    return SqlDatabases({"SHOP": postgres.url(database=fresh(postgres, *statements))})


def name_of(databases: SqlDatabases) -> str:
    return str(databases._environment["SHOP"]).partition("?")[0].rpartition("/")[2]


def test_values_are_exact(postgres: Postgres, tmp_path: Path) -> None:
    query = "SELECT " + ", ".join(f"{sql} AS c{n}" for n, sql in enumerate(VALUES))

    assert list(cells(extract(shop(postgres), tmp_path, query=query)).values()) == list(VALUES.values())


def test_a_server_in_another_zone_and_style_gives_the_same_texts(postgres: Postgres, tmp_path: Path) -> None:
    databases = shop(postgres, "SELECT")
    name = name_of(databases)
    postgres.run(f"ALTER DATABASE {name} SET timezone = 'Asia/Kolkata'", f"ALTER DATABASE {name} SET datestyle = 'SQL, DMY'")

    got = cells(extract(databases, tmp_path, query="SELECT timestamptz '2026-03-01 14:00+00' AS at, date '2026-03-02' AS day"))

    assert got == {"at": "2026-03-01 14:00:00+00", "day": "2026-03-02"}


def test_equal_rows_without_a_key_have_one_order_whatever_the_table_did(postgres: Postgres, tmp_path: Path) -> None:
    databases = shop(postgres, "CREATE TABLE t (k int, v text)", "INSERT INTO t VALUES (1, 'b'), (1, 'a'), (1, NULL), (0, 'z')")
    before = extract(databases, tmp_path, key=["k"], table="t").read_bytes()
    name = name_of(databases)
    postgres.run("UPDATE t SET v = v WHERE v = 'b'", "VACUUM FULL t", database=name)

    assert extract(databases, tmp_path, key=["k"], table="t").read_bytes() == before
    assert rows(extract(databases, tmp_path, key=["k"], table="t")) == [("0", "z"), ("1", "a"), ("1", "b"), ("1", None)]


def test_a_primary_key_alone_gives_the_order(postgres: Postgres) -> None:
    databases = shop(postgres, "CREATE TABLE t (a int, b int, v text, PRIMARY KEY (a, b) INCLUDE (v))", "CREATE UNIQUE INDEX ON t (v)")
    with dialect.connected(outside(databases._environment, "env:SHOP")) as connection:
        columns = {column.name: column for column in dialect.columns(connection, "public.t AS src")}
        there = list(columns.values())
        asked = {
            names: dialect._unique_key(connection, "public.t AS src", there, [columns[n] for n in names])
            for names in ("ab", "a", "v", "bav", "")
        }

    # v may be NULL more than once
    assert {names: [c.name for c in key] for names, key in asked.items()} == {
        "ab": ["a", "b"],
        "a": [],
        "v": [],
        "bav": ["b", "a", "v"],
        "": ["a", "b"],
    }


def test_all_tables_are_read_as_at_one_instant(postgres: Postgres, tmp_path: Path) -> None:
    # Both counts are of one sequence of commits: an order and its item come together.
    databases = shop(postgres, "CREATE TABLE orders (id int)", "CREATE TABLE items (id int)")
    name = name_of(databases)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            postgres.run("INSERT INTO orders SELECT 1; INSERT INTO items SELECT 1", database=name)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = []
        for _ in range(5):
            wanted = [Wanted(Database(url="env:SHOP", table=t), ()) for t in ("orders", "items")]
            counts.append([len(rows(path)) for path in databases.extract(wanted, tmp_path)])
    finally:
        stop.set()
        writer.join()

    assert all(orders == items for orders, items in counts)
    assert counts[-1][0] > counts[0][0]


@pytest.mark.parametrize(
    ("query", "got"),
    [
        ("DELETE FROM t", "got DELETE"),
        ("WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone", "got DELETE"),
        ("SELECT * INTO copy FROM t", "got INTO"),
        ("SELECT 1; SELECT 2", "got 2 statements"),
        ("SELECT 1) AS q; COMMIT; DROP TABLE t; SELECT (1", "not understood|2|4 statements"),
        ("SELECT nextval('s')", "got the query writes"),
        ("SELECT * FROM t FOR UPDATE", "got LOCK"),
    ],
)
def test_a_query_that_writes_is_refused(postgres: Postgres, tmp_path: Path, query: str, got: str) -> None:
    database = fresh(postgres, "CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)", "CREATE SEQUENCE s")
    with pytest.raises(SourceError, match=got):
        extract(SqlDatabases({"SHOP": postgres.url(database=database)}), tmp_path, query=query)

    assert postgres.run("SELECT count(*) FROM t", database=database) == [(1,)]
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_query_may_be_long_and_end_in_a_comment(postgres: Postgres, tmp_path: Path) -> None:
    databases = shop(postgres, "CREATE TABLE t (id int, at timestamp)", "INSERT INTO t VALUES (1, '2026-01-01'), (2, NULL)")
    query = (
        "WITH known AS (SELECT * FROM t WHERE at IS NOT NULL)\nSELECT id, at::date AS day, '100%' AS share FROM known -- those with a time"
    )

    assert rows(extract(databases, tmp_path, query=query)) == [("1", "2026-01-01", "100%")]


def test_a_view_that_gives_other_rows_each_time_is_refused(postgres: Postgres, tmp_path: Path) -> None:
    databases = shop(postgres, "CREATE VIEW v AS SELECT i FROM generate_series(1, 2000) i WHERE random() < 0.5")

    with pytest.raises(SourceError, match=r"'SHOP#v' changed while it was read; got .* rows counted, .* read"):
        extract(databases, tmp_path, table="v")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_tables_of_other_schemas_bear_its_name_and_views_are_hidden(postgres: Postgres, tmp_path: Path) -> None:
    databases = shop(
        postgres, "CREATE TABLE orders (id int)", "CREATE SCHEMA sales", "CREATE TABLE sales.orders AS SELECT 7 AS id",
        "CREATE VIEW latest AS SELECT * FROM orders", "CREATE TABLE parted (id int) PARTITION BY RANGE (id)",
        "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (9)",
    )  # fmt: skip

    listed = {table.name: table.hidden for table in databases.tables("env:SHOP")}

    assert listed == {"latest": "it is a view", "orders": "", "parted": "", "sales.orders": ""}
    assert rows(extract(databases, tmp_path, table="sales.orders")) == [("7",)]
    assert rows(extract(databases, tmp_path, table="public.orders")) == []


def test_what_a_user_may_not_read_is_said(postgres: Postgres, tmp_path: Path) -> None:
    database = fresh(postgres, "CREATE TABLE t (id int)", "DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN")
    databases = SqlDatabases({"SHOP": postgres.url(user="guest", database=database)})

    with pytest.raises(SourceError, match="got this user may not read it"):
        extract(databases, tmp_path, table="t")
    assert [table.hidden for table in databases.tables("env:SHOP")] == ["it may not be read by this user"]


def test_what_the_server_says_of_a_query_is_told(postgres: Postgres, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match='got column "strange" does not exist'):
        extract(shop(postgres), tmp_path, query="SELECT strange FROM pg_class")
    with pytest.raises(SourceError, match="got division by zero"):
        extract(shop(postgres), tmp_path, query="SELECT 1 / (i - 5000) AS x FROM generate_series(1, 9000) i")


def test_a_connection_that_ends_in_the_middle_is_said(postgres: Postgres, tmp_path: Path) -> None:
    query = "SELECT i, CASE WHEN i = 4000 THEN pg_terminate_backend(pg_backend_pid()) END AS gone FROM generate_series(1, 9000) i"
    with pytest.raises(SourceError, match=r"'SHOP#query-[0-9a-f]{8}' cannot be read; got the (database|connection) .*Try again"):
        extract(shop(postgres), tmp_path, query=query, key=["i"])
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_table_without_columns_is_refused(postgres: Postgres, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="'SHOP#t' has no columns"):
        extract(shop(postgres, "CREATE TABLE t ()"), tmp_path, table="t")


def test_columns_that_cannot_be_told_apart_are_refused(postgres: Postgres, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has two columns 'id' and 'ID', which differ in case only"):
        extract(shop(postgres, 'CREATE TABLE t (id int, "ID" int)'), tmp_path, table="t")


def test_a_row_of_more_than_8_mb_is_refused_with_its_number(postgres: Postgres, tmp_path: Path) -> None:
    query = "SELECT i, CASE WHEN i = 2 THEN repeat('x', 9000000) END AS doc FROM generate_series(1, 3) i"
    with pytest.raises(SourceError, match=r"'SHOP#query-[0-9a-f]{8}': row 2 is longer than 8 MB"):
        extract(shop(postgres), tmp_path, query=query, key=["i"])


def test_a_wrong_password_is_refused_and_not_shown(postgres: Postgres) -> None:
    rules = postgres.data / "pg_hba.conf"
    before = rules.read_text(encoding="utf-8")
    try:
        rules.write_text("local all locked scram-sha-256\n" + before, encoding="utf-8")
        postgres.run(
            "DROP ROLE IF EXISTS locked", "CREATE ROLE locked LOGIN PASSWORD 'right'", "SELECT pg_reload_conf()", "SELECT pg_sleep(0.3)"
        )
        SqlDatabases({"SHOP": postgres.url(user="locked", password="right")}).tables("env:SHOP")
        with pytest.raises(SourceError) as refused:
            SqlDatabases({"SHOP": postgres.url(user="locked", password=CANARY)}).tables("env:SHOP")
    finally:
        rules.write_text(before, encoding="utf-8")
        postgres.run("SELECT pg_reload_conf()")

    assert "it does not know this user with this password" in str(refused.value)
    assert not any(said in str(refused.value) for said in (CANARY, "locked", postgres.socket))


@pytest.mark.parametrize(
    ("url", "got"),
    [
        (f"postgresql://me:{CANARY}@127.0.0.1:1/shop", "nobody listens"),
        (f"postgresql://me:{CANARY}@host.invalid/shop", "its host has no such name"),
        (f"me:{CANARY}@host", "is no address of a database"),
        (f"mysql://me:{CANARY}@host/shop", "got mysql; allowed: postgresql, sqlite"),
        (f"postgresql://me:{CANARY}@127.0.0.1:1/shop?strange={CANARY}", "is no address|cannot be reached"),
        (f"postgresql://me:{CANARY}@127.0.0.1:port/shop", "is no address of a database"),
    ],
)
def test_an_address_is_never_part_of_a_refusal(url: str, got: str) -> None:
    with pytest.raises(SourceError, match=got) as refused:
        SqlDatabases({"SHOP": url}).tables("env:SHOP")

    assert CANARY not in str(refused.value)
    assert CANARY not in repr(refused.value.__cause__)


def test_a_database_or_user_that_is_not_there_is_said(postgres: Postgres) -> None:
    with pytest.raises(SourceError, match="it has no database of this name"):
        SqlDatabases({"SHOP": postgres.url(database="nowhere")}).tables("env:SHOP")
    with pytest.raises(SourceError, match="it does not know this user"):
        SqlDatabases({"SHOP": postgres.url(user="nobody_here")}).tables("env:SHOP")


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SourceError, match=r"no driver for PostgreSQL.*pip install 'troth\[postgres\]'"):
        SqlDatabases({"SHOP": "postgresql://me@127.0.0.1:1/shop"}).tables("env:SHOP")
