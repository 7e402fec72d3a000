"""Our SQL, said to engines other than DuckDB, over the same tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from troth.query import literal_text
from troth.query.dialects import DIALECTS, translated
from troth.record import Engine

TYPES = {"VARCHAR": "TEXT"}
Columns = Mapping[str, np.ndarray[Any, Any]]


class Elsewhere(Protocol):
    """What metrics ask of an engine."""

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None: ...

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]: ...

    def columns(self, sql: str, parameters: Sequence[object] = ()) -> dict[str, np.ndarray[Any, Any]]: ...

    def load(self, table: str, columns: Columns) -> None: ...


class PostgresEngine:
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

    def load(self, table: str, columns: Columns) -> None:
        kinds = ", ".join(f'"{name}" {"TIMESTAMP" if array.dtype.kind == "M" else "INTEGER"}' for name, array in columns.items())
        self.fill(table, kinds, zip(*(array.tolist() for array in columns.values()), strict=True))

    def fill(self, table: str, kinds: str, rows: Any) -> None:
        self.cursor.execute(f'CREATE TABLE "{table}" ({kinds})')
        with self.cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)

    @classmethod
    def over(cls, connection: Any, engine: Engine, tables: Sequence[str]) -> PostgresEngine:
        """With the views of the lake as tables."""
        made = cls(connection)
        for table in tables:
            columns = engine.rows(f"DESCRIBE {table}")
            kinds = ", ".join(f'"{name}" {TYPES.get(kind, kind)}' for name, kind, *_ in columns)
            made.fill(table, kinds, engine.rows(f"SELECT * FROM {table}"))
        return made


class SparkEngine:
    """Over the files themselves."""

    def __init__(self, session: Any, files: Path) -> None:
        self.session = session
        for path in sorted(files.iterdir()):
            session.read.parquet(str(path)).createOrReplaceTempView(path.stem)

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        self.session.sql(translated(sql, "spark"))

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        if "information_schema.tables" in sql:  # Spark has none without a metastore
            return [(one.tableName,) for one in self.session.sql("SHOW TABLES").collect() if f"'{one.tableName}'" in sql.lower()]
        return [tuple(row) for row in self.session.sql(translated(sql, "spark"), list(parameters)).collect()]

    def columns(self, sql: str, parameters: Sequence[object] = ()) -> dict[str, np.ndarray[Any, Any]]:
        found = self.session.sql(translated(sql, "spark"), list(parameters)).toArrow()
        return {name: found.column(name).to_numpy(zero_copy_only=False) for name in found.column_names}

    def load(self, table: str, columns: Columns) -> None:
        import pyarrow as pa

        self.session.createDataFrame(pa.table(dict(columns))).createOrReplaceTempView(table)


class ClickHouseEngine:
    """Over the files themselves, in this process."""

    def __init__(self, files: Path) -> None:
        from chdb.session import Session

        self.session = Session()
        for name, value in DIALECTS["clickhouse"].settings.items():
            self.session.query(f"SET {name} = {literal_text(value)}")
        for path in sorted(files.iterdir()):
            self.session.query(f"CREATE TABLE `{path.stem}` ENGINE = Memory AS SELECT * FROM file({literal_text(str(path))}, Parquet)")

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        said = translated(sql, "clickhouse")
        self.session.query(re.sub(r"^(CREATE TABLE \S+) AS", r"\1 ENGINE = Memory AS", said))

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        found = self._arrow(sql, parameters)
        columns = [[_naive(one) for one in column.to_pylist()] for column in found.columns]
        return list(zip(*columns, strict=True))

    def columns(self, sql: str, parameters: Sequence[object] = ()) -> dict[str, np.ndarray[Any, Any]]:
        found = self._arrow(sql, parameters)
        return {name: found.column(name).to_numpy(zero_copy_only=False) for name in found.column_names}

    def load(self, table: str, columns: Columns) -> None:
        kinds = ", ".join(f"`{name}` {'DateTime64(6)' if array.dtype.kind == 'M' else 'Int32'}" for name, array in columns.items())
        self.session.query(f"CREATE TABLE `{table}` ({kinds}) ENGINE = Memory")
        rows = ", ".join(
            f"({', '.join(_literal(one) for one in row)})" for row in zip(*(one.tolist() for one in columns.values()), strict=True)
        )
        if rows:
            self.session.query(f"INSERT INTO `{table}` VALUES {rows}")

    def _arrow(self, sql: str, parameters: Sequence[object]) -> Any:
        for one in parameters:
            sql = sql.replace("?", _literal(one), 1)
        return self.session.query(translated(sql, "clickhouse"), "ArrowTable")


def _literal(value: object) -> str:
    return (
        literal_text(value.isoformat(sep=" ") if isinstance(value, datetime) else value)
        if isinstance(value, datetime | str)
        else str(value)
    )


def _naive(value: object) -> object:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def files_of(engine: Engine, tables: Sequence[str], folder: Path) -> Path:
    """The views of the lake, a Parquet file each."""
    folder.mkdir(parents=True)
    for table in tables:
        engine.run(f"COPY (SELECT * FROM {table}) TO '{folder / table}.parquet' (FORMAT parquet)")
    return folder


@contextmanager
def no_warnings() -> Iterator[None]:
    """Others' packages warn of each other."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
