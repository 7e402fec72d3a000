"""The same metrics on other engines: PostgreSQL must give every reading to the last digit, the others must be able to read the SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.metrics.shop import shop
from tests.metrics.test_rollups import told
from tests.postgres import Postgres
from tests.stores.databases import fresh
from troth.app.metrics import metric_ground
from troth.app.operation import Operation
from troth.app.reading import Reading, open_reading
from troth.metrics import METRICS, Cut, Ground, Metric, Request, answer
from troth.metrics.compiling import compiled
from troth.query.dialects import DIALECTS, translated
from troth.query.dialects.translating import parsed

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))
READ = {"warehouse": {"order": "attr(warehouse)"}, "segment": {"order": "customer.segment"}}
TYPES = {"VARCHAR": "TEXT"}


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    metrics = {f"m{number}": {"words": case["name"], **case["metric"]} for number, case in enumerate(CASES)}
    return shop(tmp_path_factory.mktemp("shop"), yaml.safe_dump(metrics, sort_keys=False))


@pytest.fixture(scope="module")
def reading(operation: Operation) -> Reading:
    return open_reading(operation.workspace)


@pytest.fixture(scope="module")
def ground(reading: Reading) -> Ground:
    return metric_ground(reading)


class PostgresEngine:
    """Our SQL, said to PostgreSQL."""

    def __init__(self, connection: Any) -> None:
        self.cursor = connection.cursor()

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        self.cursor.execute(translated(sql, "postgres"))

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        self.cursor.execute(translated(sql, "postgres").replace("?", "%s"), parameters or None)
        return list(self.cursor.fetchall())

    def columns(self, sql: str, parameters: Sequence[object] = ()) -> dict[str, np.ndarray[Any, Any]]:
        rows = self.rows(sql, parameters)
        kinds = ("datetime64[us]" if one.type_code == 1114 else np.int64 for one in self.cursor.description)
        return {
            one.name: np.array([row[place] for row in rows], dtype=kind)
            for place, (one, kind) in enumerate(zip(self.cursor.description, kinds, strict=True))
        }

    def load(self, table: str, columns: Mapping[str, np.ndarray[Any, Any]]) -> None:
        kinds = ", ".join(f'"{name}" {"TIMESTAMP" if array.dtype.kind == "M" else "INTEGER"}' for name, array in columns.items())
        self.fill(table, kinds, zip(*(array.tolist() for array in columns.values()), strict=True))

    def fill(self, table: str, kinds: str, rows: Any) -> None:
        self.cursor.execute(f'CREATE TABLE "{table}" ({kinds})')
        with self.cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)


@pytest.fixture(scope="module")
def postgres_engine(postgres: Postgres, reading: Reading) -> Iterator[PostgresEngine]:
    """The views of the lake as tables."""
    import psycopg

    with psycopg.connect(dbname=fresh(postgres), user="postgres", host=postgres.socket, autocommit=True) as connection:
        engine = PostgresEngine(connection)
        for table in reading.snapshot.schemas:
            columns = reading.context.engine.rows(f"DESCRIBE {table}")
            kinds = ", ".join(f'"{name}" {TYPES.get(kind, kind)}' for name, kind, *_ in columns)
            engine.fill(table, kinds, reading.context.engine.rows(f"SELECT * FROM {table}"))
        yield engine


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["name"] for case in CASES])
def test_postgres_gives_every_reading_to_the_last_digit(
    number: int, reading: Reading, ground: Ground, postgres_engine: PostgresEngine
) -> None:
    case, metric = CASES[number], reading.rules.book.definitions(METRICS.name, Metric)[f"m{number}"].value
    request = Request(tuple(case.get("by", ())), Cut(case.get("grain")))
    ours = answer(reading.context.engine, {"m": metric}, request, ground, READ)

    assert told(answer(postgres_engine, {"m": metric}, request, ground, READ)) == told(ours)  # type: ignore[arg-type]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_case_is_sql_of_every_engine(dialect: str, reading: Reading, ground: Ground) -> None:
    for number, case in enumerate(CASES):
        metric = reading.rules.book.definitions(METRICS.name, Metric)[f"m{number}"].value
        for query in compiled({"m": metric}, Request(tuple(case.get("by", ())), Cut(case.get("grain"))), ground, READ):
            sql = translated(query.sql, dialect)

            parsed(sql, dialect)
            for function in ("epoch_us(", "to_microseconds(", "list_transform(", "list_extract(", "try("):
                assert function not in sql.lower(), (case["name"], sql)
