"""DuckDB in this process, in memory: no shared database file, no downloads, UTC, rows in the order they stand in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import duckdb
import numpy as np

from troth.kernel.errors import BadValue, StoreError

Array = np.ndarray[Any, Any]
Answer = TypeVar("Answer")

_INTEGER, _BOOL, _FLOAT, _INSTANT, _TEXT = "iu", "b", "f", "M", "OU"
_SETTINGS = {
    "TimeZone": "'UTC'",
    "preserve_insertion_order": "true",
    "default_null_order": "'NULLS_LAST'",
    "python_enable_replacements": "false",  # a Python variable must not be taken for a table
    "pandas_analyze_sample": "0",  # object arrays are text; 1.5 asks pandas methods of them otherwise
}


# A reader's buffers are spilled as they were read. The key lives in this process only; DuckDB calls its own generator of it unsafe,
# and has no other without an extension: it keeps a spill from being read or searched as it lies, not from a cryptographer.
_ENCIPHERED: dict[str, str] = {"temp_file_encryption": "true", "force_mbedtls_unsafe": "true"}


MEMORY, ROOM = "TROTH_MEMORY", "3GB"
_AMOUNT = re.compile(r"([0-9]{1,6})(MB|GB)")


def room(environment: Mapping[str, str]) -> str:
    """How much memory one engine may fill before it writes aside, as DuckDB writes it: what TROTH_MEMORY says, else 3GB.

    Raises BadValue for anything but whole MB or GB, and for less than 1GB.
    """
    said = environment.get(MEMORY, "").strip().upper() or ROOM
    amount = _AMOUNT.fullmatch(said)
    if amount is None or int(amount[1]) * (1 if amount[2] == "GB" else 0.001) < 1:
        raise BadValue(f"this is no room to work in: {MEMORY}", got=f"'{environment[MEMORY]}'", allowed="1GB or more, as 8GB or 2500MB",
                       next_step="Set it to what a build may fill, well under what the machine has; without it that is 3GB.")  # fmt: skip
    return said


class DuckEngine:
    """Implements `record.ports.Engine`. Each statement has a cursor of its own, so temporary tables do not outlive it.

    threads: None takes all cores. memory_limit: as DuckDB writes it ('3GB').
    spill: folder for what does not fit, made when needed and removed at close; without one such a statement fails.
    A statement that the engine refuses raises StoreError, with DuckDB's error as its cause. One at which DuckDB breaks down, as at some
    damaged Parquet files, raises it too; the engine then begins anew, without the tables it had.
    """

    def __init__(self, *, threads: int | None = None, memory_limit: str = ROOM, spill: Path | None = None) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": memory_limit,
            "temp_directory": "" if spill is None else spill.as_posix(),
            **_ENCIPHERED,
        }
        if threads is not None:
            config["threads"] = str(threads)
        self._config = config
        self._connection = self._connected()
        self._loads = count(1)

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        self._ask(sql, parameters, lambda answer: answer.fetchall())

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._ask(sql, parameters, lambda answer: answer.fetchall())

    def batches(self, sql: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
        with self._refusals():
            cursor = self._connection.cursor()
            try:
                answer = cursor.execute(sql)
                while rows := answer.fetchmany(size):
                    yield rows
            finally:
                cursor.close()

    def names(self, sql: str) -> list[str]:
        """The columns that a query would give; it is not run."""
        return [str(row[0]) for row in self.rows(f"DESCRIBE {sql}")]

    def together(self, statements: Sequence[str]) -> list[tuple[Any, ...]]:
        """Statements on one cursor, where a temporary table of one is seen by the next; the rows of the last."""
        with self._refusals():
            cursor = self._connection.cursor()
            try:
                answers = [cursor.execute(sql).fetchall() for sql in statements]
                return answers[-1]
            finally:
                cursor.close()

    def columns(self, sql: str, parameters: Sequence[object] = ()) -> dict[str, Array]:
        """Column -> array; one that holds a NULL is masked. DECIMAL comes as float: cast it to keep it exact."""
        return self._ask(sql, parameters, lambda answer: dict(answer.fetchnumpy()))

    def stream(self, sql: str) -> duckdb.DuckDBPyRelation:
        """The rows of a query as an Arrow C stream, read as they are asked for."""
        with self._refusals():
            return self._connection.cursor().sql(sql)

    def load(self, table: str, columns: Mapping[str, Array]) -> None:
        """Create `table` with rows in the arrays' order.

        Integers and booleans keep their width, datetime64[D] becomes DATE, any other datetime64 TIMESTAMP, object and
        str arrays VARCHAR, floats DOUBLE. NaT, None and masked items become NULL, NaN too.
        """
        if len({len(array) for array in columns.values()}) != 1:
            lengths = {name: len(array) for name, array in columns.items()}
            raise StoreError(f"cannot load table '{table}'", got=lengths, allowed="one or more columns of one length")
        view = f"loading_{next(self._loads)}"
        arrays: dict[str, Array] = {}
        chosen = []
        for number, (name, array) in enumerate(columns.items()):
            value, expression = _prepared(array, f"c{number}")
            arrays[f"c{number}"] = value
            mask = np.ma.getmaskarray(array) if np.ma.isMaskedArray(array) else None
            if mask is not None and mask.any():  # DuckDB 1.5 does not see the mask
                arrays[f"m{number}"] = np.ascontiguousarray(mask)
                expression = f"CASE WHEN NOT m{number} THEN {expression} END"
            chosen.append(f"{expression} AS {quoted(name)}")
        with self._refusals():
            cursor = self._connection.cursor()
            try:
                cursor.register(view, arrays)
                cursor.execute(f"CREATE TABLE {quoted(table)} AS SELECT {', '.join(chosen)} FROM {view}").fetchall()
                cursor.unregister(view)
            finally:
                cursor.close()

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _connected(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(":memory:", config=self._config)
        for name, value in _SETTINGS.items():
            connection.execute(f"SET GLOBAL {name} = {value}").fetchall()
        return connection

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except duckdb.InterruptException as error:
            raise KeyboardInterrupt from error
        except duckdb.OutOfMemoryException as error:
            raise StoreError(
                "the engine ran out of memory",
                got=str(error).splitlines()[0],
                next_step="Give the build a higher memory limit.",
            ) from error
        except (duckdb.InternalException, duckdb.FatalException) as error:
            # DuckDB takes no further statement after one of these.
            self._connection.close()
            self._connection = self._connected()
            raise StoreError("the engine broke down on a statement", got=str(error).strip().splitlines()[0]) from error
        except duckdb.Error as error:
            raise StoreError("the engine refused a statement", got=str(error).strip()) from error

    def _ask(self, sql: str, parameters: Sequence[object], read: Callable[[duckdb.DuckDBPyConnection], Answer]) -> Answer:
        with self._refusals():
            cursor = self._connection.cursor()
            try:
                return read(cursor.execute(sql, list(parameters)) if parameters else cursor.execute(sql))
            finally:
                cursor.close()


def quoted(name: str) -> str:
    """An SQL identifier; DuckDB 2.0 reserves short words of ours such as `at`."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """An SQL literal of a partition's value or of a path.

    >>> literal("it's"), literal(201801)
    ("'it''s'", '201801')
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise StoreError("no literal for this value", got=repr(value), allowed="an integer or text")
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def _prepared(array: Array, column: str) -> tuple[Array, str]:
    plain = np.ma.getdata(array) if np.ma.isMaskedArray(array) else array
    kind = plain.dtype.kind
    if kind == _INSTANT:
        days = plain.dtype == np.dtype("datetime64[D]")
        value, expression = plain.astype("datetime64[us]"), f"CAST({column} AS {'DATE' if days else 'TIMESTAMP'})"
    elif kind in _TEXT:
        value, expression = plain.astype(object), f"CAST({column} AS VARCHAR)"
    elif kind in _INTEGER + _BOOL + _FLOAT:
        value, expression = plain, column
    else:
        raise StoreError("cannot load an array of this type", got=plain.dtype, allowed="integer, bool, float, datetime64, text")
    return np.ascontiguousarray(value), expression
