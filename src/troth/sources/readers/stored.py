"""Files of databases: SQLite, an event log among them, and DuckDB. The first bytes tell which, not the ending."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from troth.kernel.errors import SourceError
from troth.record import Engine
from troth.sources.logs.reader import open_ocel, tables_of_ocel
from troth.sources.readers import duckdb_files, sqlite_tables
from troth.sources.readers.opened import Asked, Listed, Opened, Reader

SQLITE = b"SQLite format 3\0"
DUCKDB = b"DUCK"  # behind a checksum of 8 bytes


def _tables(path: Path) -> Sequence[Listed]:
    return _listed(path, None)


def _listed(path: Path, engine: Callable[[], Engine] | None) -> Sequence[Listed]:
    if _is_sqlite(path):
        return tables_of_ocel(path) if sqlite_tables.is_event_log(path) else sqlite_tables.tables(path)
    if engine is None:
        raise SourceError(f"'{path.name}' cannot be looked into here", next_step="Name its tables one by one: shop.duckdb#orders.")
    return duckdb_files.tables(path, engine())


def _open(asked: Asked) -> Opened:
    path = asked.address.path
    if not _is_sqlite(path):
        return duckdb_files.open_table(asked)
    return open_ocel(asked) if sqlite_tables.is_event_log(path) else sqlite_tables.open_table(asked)


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(SQLITE):
        return True
    if head[8:12] != DUCKDB:
        got = "an empty file" if not head else "another kind of file, or one that is encrypted as a whole"
        raise SourceError(f"'{path.name}' is no SQLite and no DuckDB", got=got, next_step="Give it the ending of what it is.")
    return False


STORED = Reader(frozenset({".sqlite", ".sqlite3", ".db", ".db3", ".duckdb", ".ddb"}), _tables, _open, parts=True, listed=_listed)
