"""An OCEL 2.0 log to an SQLite file."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from troth.kernel.errors import SourceError
from troth.record.log import INITIAL_US, Log, LogType, Rows, Value, ValueType
from troth.sources.logs.instants import written
from troth.sources.logs.ocel_sqlite import KINDS, quoted
from troth.sources.logs.output import replacing
from troth.sources.logs.rows_out import Attribute, as_text, event_rows, object_rows

SQL_TYPES: dict[ValueType, str] = {"string": "TEXT", "time": "TIMESTAMP", "integer": "INTEGER", "float": "REAL", "boolean": "BOOLEAN"}
OWN_COLUMNS = {"events": ("ocel_id", "ocel_time"), "objects": ("ocel_id", "ocel_time", "ocel_changed_field")}
_RELATIONS = (("event_object", "ocel_event_id", "ocel_object_id", "event"), ("object_object", "ocel_source_id", "ocel_target_id", "object"))


def write(log: Log, path: Path) -> None:
    """Values in columns of their types, times as text in UTC with microseconds.

    Refuses two attributes of one type whose names differ in case only, or that are called as a column of the format's own,
    and names with a NUL.
    """
    with replacing(path) as beside:
        try:
            with closing(sqlite3.connect(beside, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = OFF")
                connection.execute("PRAGMA synchronous = OFF")
                connection.execute("BEGIN")
                _write(log, connection)
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise SourceError(f"'{path.name}' cannot be written", got=str(error), next_step="Make room, or write JSON instead.") from error


def table_names(types: tuple[LogType, ...], taken: tuple[str, ...]) -> list[str]:
    """A name for the table of each type: letters and digits of its words, made unique as SQLite compares names.

    >>> table_names((LogType("Create Order", {}), LogType("create order", {}), LogType("!", {})), ())
    ['CreateOrder', 'createorder_2', 'Type']
    """
    names: list[str] = []
    used = {name.lower() for name in taken}
    for type in types:
        words = re.findall(r"[A-Za-z0-9]+", type.name)
        base = (
            "".join(word[:1].upper() + word[1:] if len(words) > 1 and type.name != type.name.lower() else word for word in words) or "Type"
        )
        name, again = base, 2
        while name.lower() in used:
            name, again = f"{base}_{again}", again + 1
        used.add(name.lower())
        names.append(name)
    return names


def _write(log: Log, connection: sqlite3.Connection) -> None:
    tables = {}
    for one, rows in (("event", log.events), ("object", log.objects)):
        # The tables object_object and event_object, object_map_type and event_map_type bear names of the format's own.
        tables[one] = table_names(rows.types, ("object", "map_type"))
        _create(connection, one, rows, tables[one])
    for table, source, target, one in _RELATIONS:
        connection.execute(
            f"CREATE TABLE {table} ({source} TEXT REFERENCES {one}(ocel_id), {target} TEXT REFERENCES object(ocel_id),"
            f" ocel_qualifier TEXT, PRIMARY KEY ({source}, {target}, ocel_qualifier))"
        )
    _insert_events(log, connection, tables["event"])
    _insert_objects(log, connection, tables["object"])


def _create(connection: sqlite3.Connection, one: str, rows: Rows, tables: list[str]) -> None:
    kind = KINDS[one]
    connection.execute(f"CREATE TABLE {one}_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT)")
    connection.execute(f"CREATE TABLE {one} (ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES {one}_map_type(ocel_type))")
    for type, table in zip(rows.types, tables, strict=True):
        _refuse_names(type, kind)
        connection.execute(f"INSERT INTO {one}_map_type VALUES (?, ?)", (type.name, table))
        attributes = "".join(f", {quoted(name)} {SQL_TYPES[as_]}" for name, as_ in type.attributes.items())
        changed = ", ocel_changed_field TEXT" if kind == "objects" else ", PRIMARY KEY (ocel_id)"
        columns = f"ocel_id TEXT REFERENCES {one}(ocel_id), ocel_time TIMESTAMP"
        order = f"{columns}{attributes}{changed}" if kind == "events" else f"{columns}{changed}{attributes}"
        connection.execute(f"CREATE TABLE {quoted(f'{one}_{table}')} ({order})")


def _refuse_names(type: LogType, kind: str) -> None:
    lowered = set(OWN_COLUMNS[kind])
    for name in type.attributes:
        # SQLite folds A to Z only.
        folded = "".join(c.lower() if c.isascii() else c for c in name)
        if folded in lowered or "\0" in name:
            raise SourceError(
                f"SQLite has no room for the attribute '{name}' of '{type.name}'", got="another column of that name, or a NUL in it",
                next_step="Write JSON or XML instead.",
            )  # fmt: skip
        lowered.add(folded)


def _insert_events(log: Log, connection: sqlite3.Connection, tables: list[str]) -> None:
    table_of = {type.name: table for type, table in zip(log.events.types, tables, strict=True)}
    for row in event_rows(log):
        connection.execute("INSERT INTO event VALUES (?, ?)", (row.id, row.type))
        _insert(connection, f"event_{table_of[row.type]}", {"ocel_id": row.id, "ocel_time": row.time}, row.values)
        connection.executemany("INSERT INTO event_object VALUES (?, ?, ?)", [(row.id, *related) for related in row.related])


def _insert_objects(log: Log, connection: sqlite3.Connection, tables: list[str]) -> None:
    table_of = {type.name: table for type, table in zip(log.objects.types, tables, strict=True)}
    initial = written(INITIAL_US)
    for row in object_rows(log):
        table = f"object_{table_of[row.type]}"
        connection.execute("INSERT INTO object VALUES (?, ?)", (row.id, row.type))
        began = [value for value in row.values if value.at == initial]
        _insert(connection, table, {"ocel_id": row.id, "ocel_time": initial}, began)
        for value in row.values:
            if value.at != initial:
                _insert(connection, table, {"ocel_id": row.id, "ocel_time": value.at, "ocel_changed_field": value.name}, [value])
        connection.executemany("INSERT INTO object_object VALUES (?, ?, ?)", [(row.id, *related) for related in row.related])


def _insert(connection: sqlite3.Connection, table: str, own: dict[str, str], values: list[Attribute]) -> None:
    cells: dict[str, Value] = {**own, **{value.name: _cell(value) for value in values}}
    listed = ", ".join(map(quoted, cells))
    marks = ", ".join("?" * len(cells))
    connection.execute(f"INSERT INTO {quoted(table)} ({listed}) VALUES ({marks})", tuple(cells.values()))


def _cell(value: Attribute) -> Value:
    return value.value if isinstance(value.value, str | int | float) else as_text(value.value)
