"""OCEL 2.0 as an SQLite file: a table for each type, named by a map.

Source: OCEL 2.0 specification (Berti and others, 2023), relational format.
"""

from __future__ import annotations

import re
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from troth.kernel.errors import SourceError, nearest
from troth.record.log import ValueType
from troth.sources.databases.sqlite_files import open_sqlite
from troth.sources.logs.assembly import Assembly
from troth.sources.logs.cells import shown
from troth.sources.logs.imported import Imported

KINDS = {"event": "events", "object": "objects"}
_COLUMNS = {
    "event": ("ocel_id", "ocel_type"),
    "object": ("ocel_id", "ocel_type"),
    "event_object": ("ocel_event_id", "ocel_object_id", "ocel_qualifier"),
    "object_object": ("ocel_source_id", "ocel_target_id", "ocel_qualifier"),
    "event_map_type": ("ocel_type", "ocel_type_map"),
    "object_map_type": ("ocel_type", "ocel_type_map"),
}
_OWN = ("ocel_id", "ocel_time", "ocel_changed_field")
_DECLARED: tuple[tuple[str, ValueType], ...] = (
    ("BOOL", "boolean"), ("TIME", "time"), ("DATE", "time"), ("INT", "integer"),
    ("REAL", "float"), ("FLOA", "float"), ("DOUB", "float"), ("NUM", "float"), ("DEC", "float"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _TypeTable:
    """attributes: column and type, `ocel_` columns apart."""

    table: str
    type: str
    kind: str
    columns: tuple[str, ...]
    attributes: dict[str, ValueType]


class _Reader:
    def __init__(self, path: Path, connection: sqlite3.Connection, zone: str | None) -> None:
        self.path = path
        self.connection = connection
        self.assembly = Assembly(path.name, self._where, zone)
        self.rowids = {"events": array("q"), "objects": array("q")}
        self.reading = ("", 0)
        self.tables: dict[str, str] = {}

    def read(self) -> Imported:
        for name, columns in _COLUMNS.items():
            self._require(name, columns)
        tables = [self._type_table(name, type, mapped) for name in KINDS for type, mapped in self._map(name)]
        for table in tables:
            self.assembly.type(table.kind, table.type, table.attributes, f"table {table.table}")
        self.tables = {table.type: table.table for table in tables if table.kind == "events"}
        self._rows_of("object")
        self._events([t for t in tables if t.kind == "events"])
        for one in tables:
            if one.kind == "objects":
                self._object_values(one)
        for kind, name in (("events", "event_object"), ("objects", "object_object")):
            self._relations(name, kind)
        return self.assembly.finished()

    def _map(self, name: str) -> list[tuple[str, str]]:
        found = []
        for rowid, (type, mapped) in self._rows(f"{name}_map_type", ("ocel_type", "ocel_type_map")):
            if not isinstance(type, str) or not isinstance(mapped, str):
                self._refuse(f"{name}_map_type", rowid, "a type and the name of its table are expected", shown((type, mapped)))
            found.append((type, mapped))
        return found

    def _type_table(self, name: str, type: str, mapped: str) -> _TypeTable:
        table = f"{name}_{mapped}"
        own = ("ocel_id", "ocel_time")
        declared = self._require(table, own)
        attributes = {column: _value_type(kind) for column, kind in declared.items() if column not in _OWN}
        return _TypeTable(table, type, KINDS[name], tuple(declared), attributes)

    def _rows_of(self, name: str) -> dict[str, str]:
        """Rows of `event` or `object`: the type of each id; objects go to the assembly."""
        types: dict[str, str] = {}
        for rowid, (id, type) in self._rows(name, ("ocel_id", "ocel_type")):
            if not isinstance(id, str) or not isinstance(type, str):
                self._refuse(name, rowid, "an id and a type are expected", shown((id, type)))
            if name == "object":
                self.rowids["objects"].append(rowid)
                self.assembly.row_of_object(id, type)
            elif id in types:
                self._refuse(name, rowid, f"event id '{id}' stands twice", None)
            types[id] = type
        return types

    def _events(self, tables: Sequence[_TypeTable]) -> None:
        """Events in the order of the table `event`, each with its time and values from the table of its type."""
        types = self._rows_of("event")
        known = {table.type for table in tables}
        for id, type in types.items():
            if type not in known:
                self._refuse("event", self._row_of(id), f"event type '{type}' is not declared", None, nearest(type, known))
        details: dict[str, tuple[_TypeTable, int, tuple[object, ...]]] = {}
        for table in tables:
            place = table.columns.index("ocel_id")
            for rowid, row in self._rows(table.table, table.columns):
                named = row[place]
                if not isinstance(named, str) or types.get(named) != table.type:
                    self._refuse(table.table, rowid, f"no event {shown(named)} of type '{table.type}'", None)
                if named in details:
                    self._refuse(table.table, rowid, f"event id '{named}' stands twice", None)
                details[named] = (table, rowid, row)
        for id, type in types.items():
            if id not in details:
                self._refuse("event", self._row_of(id), f"event '{id}' has no row in the table of '{type}', hence no time", None)
            self._event(id, *details.pop(id))

    def _row_of(self, event: str) -> int:
        return next(rowid for rowid, row in self._rows("event", ("ocel_id",)) if row == (event,))

    def _event(self, id: str, table: _TypeTable, rowid: int, row: tuple[object, ...]) -> None:
        self.reading = (table.table, rowid)
        self.rowids["events"].append(rowid)
        cells = dict(zip(table.columns, row, strict=True))
        number = self.assembly.row_of_event(id, table.type, _time(cells["ocel_time"]))
        for name in table.attributes:
            self._value("events", number, name, cells[name], None, table, rowid)

    def _object_values(self, table: _TypeTable) -> None:
        """A row without `ocel_changed_field` holds what the object began with, another one the field that changed."""
        ids = self.assembly.ids["objects"]
        types = self.assembly.type_names["objects"]
        for rowid, row in self._rows(table.table, table.columns):
            self.reading = (table.table, rowid)
            cells = dict(zip(table.columns, row, strict=True))
            number = ids.get(str(cells["ocel_id"]), -1)
            if number < 0 or self.assembly.type_codes["objects"][number] != types.get(table.type):
                self._refuse(table.table, rowid, f"no object {shown(cells['ocel_id'])} of type '{table.type}'", None)
            changed = cells.get("ocel_changed_field")
            if changed is not None and changed not in table.attributes:
                self._refuse(
                    table.table, rowid, "ocel_changed_field names no attribute", shown(changed), nearest(str(changed), table.attributes)
                )
            for name in table.attributes if changed is None else (str(changed),):
                self._value("objects", number, name, cells[name], _time(cells["ocel_time"]), table, rowid)

    def _value(self, kind: str, number: int, name: str, value: object, at: str | None, table: _TypeTable, rowid: int) -> None:
        if value is None:
            return
        if not isinstance(value, str | int | float):
            self._refuse(table.table, rowid, f"'{name}' holds bytes", shown(value))
        if table.attributes[name] == "string" and not isinstance(value, str):
            self._refuse(table.table, rowid, f"'{name}' is no string", shown(value))
        self.assembly.value(kind, number, name, value, at)

    def _relations(self, table: str, kind: str) -> None:
        ids = self.assembly.ids[kind]
        objects = self.assembly.ids["objects"]
        for rowid, (source, target, qualifier) in self._rows(table, _COLUMNS[table]):
            for id, known, what in ((source, ids, kind[:-1]), (target, objects, "object")):
                if not isinstance(id, str) or id not in known:
                    self._refuse(table, rowid, f"related to an {what} that is not there, {shown(id)}", self._strays(table, kind))
            if not isinstance(qualifier, str | None):
                self._refuse(table, rowid, "a qualifier is a text", shown(qualifier))
            self.assembly.relate(kind, ids[str(source)], str(target), qualifier or "")

    def _strays(self, table: str, kind: str) -> str:
        source, target, _ = _COLUMNS[table]
        strays = f"{source} NOT IN (SELECT ocel_id FROM {kind[:-1]}) OR {target} NOT IN (SELECT ocel_id FROM object)"
        count = self.connection.execute(f"SELECT count(*) FROM {table} WHERE {strays}").fetchone()[0]
        return f"{count:,} such relations"

    def _rows(self, table: str, columns: Sequence[str]) -> Iterator[tuple[int, tuple[object, ...]]]:
        """Rows in their order, each with its number."""
        listed = ", ".join(quoted(column) for column in columns)
        rows = self.connection.execute(f"SELECT {listed} FROM {quoted(table)}")
        yield from enumerate(rows, start=1)

    def _require(self, table: str, columns: Sequence[str]) -> dict[str, str]:
        """Columns of a table with their declared types. Views and virtual tables run what the file's author wrote: refused."""
        known = dict(self.connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall())
        found = next((name for name in known if name.lower() == table.lower()), None)
        if found is None:
            raise SourceError(
                f"'{self.path.name}' has no table '{table}'", allowed=nearest(table, known), next_step="Export it again as OCEL 2.0."
            )
        if re.match(r"\s*CREATE\s+VIRTUAL", str(known[found]), re.IGNORECASE):
            raise SourceError(f"'{self.path.name}': '{table}' is a virtual table", next_step="Export it again with plain tables.")
        listed = self.connection.execute(f"PRAGMA table_xinfo({quoted(found)})").fetchall()
        if any(hidden for *_, hidden in listed):
            raise SourceError(f"'{self.path.name}': '{table}' has computed columns", next_step="Export it again with plain tables.")
        declared = {str(name): str(type) for _, name, type, *_ in listed}
        for column in columns:
            if column not in declared:
                raise SourceError(
                    f"'{self.path.name}', table {table}: no column '{column}'", allowed=nearest(column, declared),
                    next_step="Export it again as OCEL 2.0.",
                )  # fmt: skip
        return declared

    def _where(self, kind: str, row: int) -> str:
        rowids, types = self.rowids[kind], self.assembly.type_codes[kind]
        if row >= len(rowids):
            return f"table {self.reading[0] or kind[:-1]}, row {self.reading[1]:,}"
        if kind == "objects":
            return f"table object, row {rowids[row]:,}"
        name = list(self.assembly.type_names[kind])[types[row]] if row < len(types) else ""
        return f"table {self.tables.get(name, self.reading[0])}, row {rowids[row]:,}"

    def _refuse(self, table: str, row: int, what: str, got: object, allowed: object = None) -> NoReturn:
        raise SourceError(
            f"'{self.path.name}', table {table}, row {row:,}: {what}",
            got=got,
            allowed=allowed,
            next_step="Mend the file, or export it again.",
        )


def read(path: Path, zone: str | None) -> Imported:
    """Refuses a damaged or open database, tables that are none, and what `Assembly` refuses."""
    with open_sqlite(path) as connection:
        return _Reader(path, connection, zone).read()


def _time(value: object) -> str:
    return value if isinstance(value, str) else shown(value)


def _value_type(declared: str) -> ValueType:
    """
    >>> _value_type("TIMESTAMP"), _value_type("varchar(20)"), _value_type("BIGINT")
    ('time', 'string', 'integer')
    """
    upper = declared.upper()
    return next((type for part, type in _DECLARED if part in upper), "string")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
