"""Metrics on other engines, over the same tables: every reading to the last digit; where a case is marked as another, it truly is."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.metrics.cases import OF_ROWS as CASES
from tests.metrics.cases import metrics_of
from tests.metrics.elsewhere import ClickHouseEngine, Elsewhere, PostgresEngine, SparkEngine, files_of, no_warnings
from tests.metrics.shop import shop
from tests.metrics.test_rollups import told
from tests.postgres import Postgres
from tests.spark import WORKERS, cluster, session
from tests.stores.databases import fresh
from troth.app.answers.metrics import metric_ground
from troth.app.reading import Reading, open_reading
from troth.metrics import METRICS, Cut, Metric, Request, answer
from troth.query.dialects import DIALECTS

pytestmark = pytest.mark.slow

READ = {"warehouse": {"order": "attr(warehouse)"}, "segment": {"order": "customer.segment"}}
MARKS = {"notimpl", "notyet", "never"}
PAIRS = """SELECT i, j, CAST(a AS DECIMAL(24, 10)) AS a, CAST(b AS DECIMAL(24, 10)) AS b FROM (
  SELECT i, j, (i - 50) * (i - 50) * 337 AS a, j * 0.7 AS b FROM range(100) x(i), range(100) y(j)) p"""
ARITHMETIC = """SELECT i, j, TRY(CAST(a / NULLIF(b, CAST(0 AS DECIMAL(24, 10))) AS DECIMAL(38, 10))) AS quotient,
  TRY(CAST(a * b AS DECIMAL(38, 10))) AS product, TRY(CAST(a + b AS DECIMAL(38, 10))) AS together,
  TRY(CAST(a * CAST(9000000000000 AS DECIMAL(24, 10)) AS DECIMAL(38, 10))) AS too_large,
  TRY(CAST(a * CAST(900000000 AS DECIMAL(24, 10)) AS DECIMAL(24, 10))) AS too_large_for_less,
  CAST(TRY_CAST(b / 1000 AS DECIMAL(18, 10)) AS DECIMAL(18, 6)) AS short
FROM pairs ORDER BY i, j"""


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    found = open_reading(shop(tmp_path_factory.mktemp("shop"), metrics_of(CASES)).workspace)
    found.context.engine.run(f"CREATE TABLE pairs AS {PAIRS}")
    return found


def needs(*modules: str, programs: tuple[str, ...] = ()) -> None:
    missing = [one for one in modules if importlib.util.find_spec(one) is None] + [one for one in programs if shutil.which(one) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; ./x engines installs and tries them")


@pytest.mark.slow
def test_postgres_gives_every_reading_to_the_last_digit(reading: Reading, postgres: Postgres) -> None:
    import psycopg

    with psycopg.connect(dbname=fresh(postgres), user="postgres", host=postgres.socket, autocommit=True) as connection:
        holds("postgres", PostgresEngine.over(connection, reading.context.engine, tables(reading)), reading)


def test_clickhouse_gives_every_reading_to_the_last_digit(reading: Reading, tmp_path: Path) -> None:
    needs("chdb")
    with no_warnings():
        holds("clickhouse", ClickHouseEngine(files_of(reading.context.engine, tables(reading), tmp_path / "files")), reading)


@pytest.mark.slow
def test_spark_gives_every_reading_to_the_last_digit(reading: Reading, tmp_path: Path) -> None:
    with spark(reading, tmp_path, "local[2]") as engine:
        holds("spark", engine, reading)


@pytest.mark.slow
def test_spark_gives_them_from_a_master_with_two_workers(reading: Reading, tmp_path: Path) -> None:
    needs("pyspark", programs=("java",))
    with cluster(tmp_path) as master, spark(reading, tmp_path, master) as engine:
        holds("spark", engine, reading)
        assert len(executors(engine)) == WORKERS


@contextmanager
def spark(reading: Reading, folder: Path, master: str) -> Iterator[SparkEngine]:
    needs("pyspark", programs=("java",))
    files = files_of(reading.context.engine, tables(reading), folder / "files")
    with no_warnings(), session(folder, master, DIALECTS["spark"].settings) as made:
        yield SparkEngine(made, files)


def executors(engine: SparkEngine) -> list[Any]:
    """Those that work beside the driver."""
    return list(engine.session.sparkContext._jsc.sc().statusTracker().getExecutorInfos())[1:]


def tables(reading: Reading) -> list[str]:
    return [*reading.snapshot.schemas, "pairs"]


def holds(dialect: str, engine: Elsewhere, reading: Reading) -> None:
    """Arithmetic and readings are those of DuckDB, but for marked cases, of which each must differ."""
    assert differing(reading.context.engine.rows(ARITHMETIC), engine.rows(ARITHMETIC)) == []
    unequal = {case["name"] for number, case in enumerate(CASES) if not same(number, engine, reading)}
    assert unequal == {case["name"] for case in CASES if dialect in case.get("differs", {}).get("engines", ())}


def differing(ours: Sequence[object], theirs: Sequence[object]) -> Sequence[object]:
    return [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]][:5]


def same(number: int, engine: Elsewhere, reading: Reading) -> bool:
    case, metric = CASES[number], reading.rules.book.definitions(METRICS.name, Metric)[f"m{number}"].value
    request, ground = Request(tuple(case.get("by", ())), Cut(case.get("grain"))), metric_ground(reading)
    ask: Callable[[Any], object] = lambda asked: told(answer(asked, {"m": metric}, request, ground, READ))  # noqa: E731
    try:
        return ask(engine) == ask(reading.context.engine)
    except Exception as error:
        raise AssertionError(f"{case['name']}: {error}") from error


def test_a_mark_says_why() -> None:
    for case in CASES:
        if "differs" in case:
            (mark,) = case["differs"].keys() - {"engines"}
            assert mark in MARKS
            assert set(case["differs"]["engines"]) <= DIALECTS.keys()
            assert len(case["differs"][mark]) > 20
