"""SQLite by an address: opened for reading only, all in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from troth.kernel.errors import SourceError
from troth.query import identifier
from troth.sources.databases.database import TableThere
from troth.sources.databases.extract import Writing, write_rows
from troth.stores.databases.column import Column
from troth.stores.databases.outside import Outside

if TYPE_CHECKING:
    from sqlalchemy import Connection

WAIT_S = 5.0
TABLES = (
    "SELECT name, type = 'view' FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
)


@contextmanager
def connected(outside: Outside) -> Iterator[Connection]:
    """A connection inside a transaction that reads one instant and cannot write."""
    file = outside.url.database
    if not file or not Path(file).is_file():
        raise SourceError(
            f"the database of {outside.variable} cannot be reached", got="no such file", next_step=f"Mend {outside.variable}."
        )
    engine = create_engine("sqlite://", creator=partial(_opened, file), poolclass=NullPool)
    try:
        connection = engine.connect()
    except DBAPIError as error:
        got = outside.scrubbed(error.orig).replace(file, "…")
        raise SourceError(f"the database of {outside.variable} cannot be read", got=got, next_step="Mend the file.") from None
    with connection:
        connection = connection.execution_options(no_parameters=True)
        connection.exec_driver_sql("BEGIN")
        yield connection


def tables(connection: Connection) -> tuple[dict[str, str], Sequence[TableThere]]:
    rows = [(str(name), bool(view)) for name, view in connection.exec_driver_sql(TABLES)]
    there = [TableThere(name, "it is a view" if is_view else "") for name, is_view in rows]
    if there and all(t.hidden for t in there):
        there = [replace(t, hidden="") for t in there]
    return {name: identifier(name) for name, _ in rows}, there


def columns(connection: Connection, relation: str) -> list[Column]:
    """A value of SQLite is of its own type, whatever its column was declared as: it is taken as it comes."""
    found = connection.exec_driver_sql(f"SELECT * FROM {relation} LIMIT 0")
    names = list(found.keys())
    found.close()
    return [Column(name, f"src.{identifier(name)}") for name in names]


def write(connection: Connection, relation: str, columns: Sequence[Column], keys: Sequence[Column], to: Writing) -> None:
    """All rows in a total order. The collation is named since a column may have one under which different texts are equal."""
    order = ", ".join(f"{column.text} COLLATE BINARY" for column in [*keys, *columns])
    rows = connection.exec_driver_sql(f"SELECT {', '.join(c.text for c in columns)} FROM {relation} ORDER BY {order}")
    write_rows(to, rows.fetchmany)
    rows.close()


def reason(error: DBAPIError) -> str | None:
    said = str(error.orig)
    if "readonly" in said or "query_only" in said:
        return "the query writes"
    if "locked" in said or "busy" in said:
        return "somebody is writing it"
    return None


def _opened(file: str) -> sqlite3.Connection:
    # The driver's own idea of when a transaction begins would let each statement see another instant.
    connection = sqlite3.connect(f"file:{quote(str(Path(file).resolve()))}?mode=ro", uri=True, isolation_level=None, timeout=WAIT_S)
    connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection
