"""A million rows out of a PostgreSQL of the bench's own, to a table in the engine, against fetching them with psycopg alone."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.process import cpu_s, peak_mib
from bench.table import Line, shown
from tests.postgres import Postgres, started
from troth.sources.databases.database import Database, Wanted
from troth.sources.databases.extract import read_extract
from troth.stores.databases.reading import SqlDatabases
from troth.stores.lake.engine import DuckEngine

ROWS = 1_000_000
RUNS = 3
MOST_TIMES = 1.5
TABLE = f"""CREATE TABLE orders AS SELECT i AS id, 'customer ' || (i % 5000) AS customer,
 timestamptz '2026-01-01' + i * interval '1 minute' AS placed, timestamp '2026-01-05' + i * interval '1 minute' AS delivered,
 (i * 7 % 100000)::numeric(12, 2) / 100 AS amount, i % 3 = 0 AS express, CASE WHEN i % 4 > 0 THEN 'note ' || i END AS note,
 date '2026-01-09' + i / 1440 AS due FROM generate_series(1, {ROWS}) i"""


def measure() -> list[Line]:
    with TemporaryDirectory(prefix="troth-pg-") as folder, started(Path(folder)) as postgres:
        postgres.run(TABLE, "ALTER TABLE orders ADD PRIMARY KEY (id)", "VACUUM ANALYZE orders")
        runs = [(_timed(lambda: _fetched(postgres)), _timed(lambda: _extracted(postgres, Path(folder)))) for _ in range(RUNS)]
    (fetched, fetched_cpu), (read, read_cpu) = (_medians([run[which] for run in runs]) for which in (0, 1))
    ratio = statistics.median(ours[1] / plain[1] for plain, ours in runs)
    plainly, ours = f"{shown(fetched)} ({shown(fetched_cpu)} cpu)", f"{shown(read)} ({shown(read_cpu)} cpu)"
    notes = f"ratio of processor time {ratio:.2f}, the server's own apart; peak {peak_mib():,.0f} MiB"
    return [
        Line(f"{ROWS:,} rows of 8 columns, psycopg's server-side cursor", plainly, "", f"{RUNS} × in turn"),
        Line("… to exact texts in the engine, counted, in order of the key", ours, f"≤ {MOST_TIMES} × psycopg", notes, ratio <= MOST_TIMES),
    ]


def _medians(runs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(wall for wall, _ in runs), statistics.median(cpu for _, cpu in runs)


def _timed(work: Callable[[], int]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), cpu_s()
    assert work() == ROWS
    return time.perf_counter() - wall, cpu_s() - cpu


def _fetched(postgres: Postgres) -> int:
    import psycopg

    with psycopg.connect(dbname="postgres", user="postgres", host=postgres.socket) as connection, connection.cursor("rows") as cursor:
        cursor.itersize = 10_000
        return sum(1 for _ in cursor.execute("SELECT * FROM orders ORDER BY id"))


def _extracted(postgres: Postgres, folder: Path) -> int:
    wanted = Wanted(Database(url="env:SHOP_URL", table="orders"), ("id",))
    with TemporaryDirectory(dir=folder) as scratch, DuckEngine() as engine:
        (path,) = SqlDatabases({"SHOP_URL": postgres.url()}).extract([wanted], Path(scratch))
        engine.run(f"CREATE TABLE orders AS SELECT * FROM {read_extract(path).relation}")
        return int(engine.rows("SELECT count(*) FROM orders")[0][0])
