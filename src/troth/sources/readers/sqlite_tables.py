"""Tables of an SQLite file that is no event log. Values keep their own type, whatever their column was declared as."""

from __future__ import annotations

import re
import sqlite3
from functools import partial
from pathlib import Path

from troth.kernel.errors import SourceError, nearest
from troth.query import identifier
from troth.sources.address import Address
from troth.sources.databases.extract import path_of, read_extract, write_rows, writing
from troth.sources.databases.sqlite_files import open_sqlite
from troth.sources.readers.extracts import open_extract
from troth.sources.readers.opened import Asked, Listed, Opened
from troth.sources.scratch import scratch

TABLES = "SELECT name, type, coalesce(sql, '') FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
OF_EVENT_LOGS = {"event", "object", "event_map_type", "object_map_type"}
ROW_NUMBERS = ("rowid", "_rowid_", "oid")


def is_event_log(path: Path) -> bool:
    with open_sqlite(path) as connection:
        return {name.lower() for name, kind, _ in connection.execute(TABLES) if kind == "table"} >= OF_EVENT_LOGS


def tables(path: Path) -> list[Listed]:
    with open_sqlite(path) as connection:
        found = connection.execute(TABLES).fetchall()
        return [
            Listed(Address(path, name), () if hidden else _columns(connection, name), hidden)
            for name, kind, sql in found
            if not name.startswith("sqlite_")
            for hidden in [_hidden(kind, sql)]
        ]


def open_table(asked: Asked) -> Opened:
    path, table = asked.address.path, asked.address.part or ""
    with open_sqlite(path) as connection:
        connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
        known = {name: _hidden(kind, sql) for name, kind, sql in connection.execute(TABLES)}
        if table not in known:
            shown = [name for name, hidden in known.items() if not hidden]
            raise SourceError(f"'{path.name}' has no table '{table}'", allowed=nearest(table, shown), next_step="Name one behind '#'.")
        if known[table]:
            raise SourceError(f"'{asked.address.name}' is not read: {known[table]}", next_step="Write what it gives into a table.")
        columns = _columns(connection, table)
        count = connection.execute(f"SELECT count(*) FROM {identifier(table)}").fetchone()[0]
        copy = path_of(asked.held.enter_context(scratch()), 0, "rows")
        rows = connection.execute(f"SELECT * FROM {identifier(table)}{_in_order(connection, table, columns)}")
        with writing(copy, asked.address.name, columns, int(count)) as written:
            write_rows(written, rows.fetchmany)
    return open_extract(asked, read_extract(copy))


def _hidden(kind: str, sql: str) -> str:
    """What runs code that the file's author wrote is not read."""
    if kind == "view":
        return "it is a view, and what a file brings along is not run"
    if re.match(r"\s*CREATE\s+VIRTUAL", sql, re.IGNORECASE):
        return "it is a virtual table, and what a file brings along is not run"
    return ""


def _columns(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    return tuple(str(column[0]) for column in connection.execute(f"SELECT * FROM {identifier(table)} LIMIT 0").description)


def _in_order(connection: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> str:
    """The order in which rows were written, as their numbers have it; a table without numbers stands in the order of its key."""
    taken = {column.lower() for column in columns}
    for name in ROW_NUMBERS:
        if name not in taken:
            try:
                connection.execute(f"SELECT {name} FROM {identifier(table)} LIMIT 0")
            except sqlite3.OperationalError:
                return ""
            return f" ORDER BY {name}"
    return ""
