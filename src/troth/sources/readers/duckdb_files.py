"""Tables of a DuckDB file, which the engine attaches for reading; typed columns as the text that says exactly the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from troth.kernel.errors import SourceError, StoreError, nearest
from troth.query import identifier, literal_text
from troth.record import Engine
from troth.sources.address import Address
from troth.sources.readers.opened import Asked, Listed, Opened

NESTED = ("STRUCT", "MAP", "UNION")
AGAIN, PARQUET = "Close that program, and try again.", "Export its tables as Parquet."
REASONS = (
    (r"conflicting lock|lock on file|already (attached|open)|used by another process", "another program has it open", AGAIN),
    (r"version number|newer version|storage version", "it was written by another version of DuckDB", PARQUET),
    (r"encrypt", "it is encrypted", PARQUET),
    (r"not a valid DuckDB|corrupt|checksum|serializ|could not read|truncat", "it is damaged or cut off", "Get the file again."),
)


def tables(path: Path, engine: Engine) -> Sequence[Listed]:
    with _attached(path, engine) as name:
        found = _known(engine, name)
        return [
            Listed(Address(path, shown), tuple(column for column, _ in _columns(engine, name, place)), hidden)
            for shown, (place, hidden) in found.items()
        ]


def open_table(asked: Asked) -> Opened:
    path, table, engine = asked.address.path, asked.address.part, asked.engine
    name = asked.held.enter_context(_attached(path, engine))
    known = _known(engine, name)
    if table not in known:
        raise SourceError(f"'{path.name}' has no table '{table}'", allowed=nearest(str(table), known), next_step="Name one behind '#'.")
    place, _ = known[table]
    columns = _columns(engine, name, place)
    relation = f"{name}.{place}"
    texts = ", ".join(f"{_text(identifier(column), type)} AS {identifier(column)}" for column, type in columns)
    with _refusing(path):
        count = int(engine.rows(f"SELECT count(*) FROM {relation}")[0][0])
    return Opened(asked.address, tuple(column for column, _ in columns), f"(SELECT {texts} FROM {relation})", count)


@contextmanager
def _attached(path: Path, engine: Engine) -> Iterator[str]:
    """The name under which the engine has the file; several tables of it may be open at once."""
    name = f"file_{sha256(str(path.resolve()).encode()).hexdigest()[:16]}"
    with _refusing(path):
        held = engine.rows("SELECT 1 FROM duckdb_databases() WHERE database_name = ?", [name])
        if not held:
            engine.run(f"ATTACH {literal_text(str(path.resolve()))} AS {name} (READ_ONLY)")
    try:
        yield name
    finally:
        if not held:
            engine.run(f"DETACH {name}")


def _known(engine: Engine, name: str) -> dict[str, tuple[str, str]]:
    """By the name that is shown: the place inside the file, and why it is hidden."""
    found: dict[str, tuple[str, str]] = {}
    rows = engine.rows(
        f"SELECT schema_name, table_name, FALSE FROM duckdb_tables() WHERE database_name = {literal_text(name)} AND NOT internal"
        f" UNION ALL SELECT schema_name, view_name, TRUE FROM duckdb_views() WHERE database_name = {literal_text(name)} AND NOT internal"
        " ORDER BY ALL"
    )
    for schema, table, is_view in rows:
        shown = table if schema == "main" else f"{schema}.{table}"
        if not is_view:  # a view may read any file of this machine
            found[shown] = (f"{identifier(schema)}.{identifier(table)}", "")
    return found


def _columns(engine: Engine, name: str, place: str) -> list[tuple[str, str]]:
    return [(str(row[0]), str(row[1])) for row in engine.rows(f"DESCRIBE {name}.{place}")]


def _text(sql: str, type: str) -> str:
    if type.endswith("]") or type.startswith(NESTED):
        return f"CAST(to_json({sql}) AS VARCHAR)"
    if type == "BLOB":
        return f"'\\x' || lower(hex({sql}))"
    return f"CAST({sql} AS VARCHAR)"


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        said = str(error.got)
        got, next_step = next(
            ((why, step) for looks, why, step in REASONS if re.search(looks, said, re.IGNORECASE)),
            (said.splitlines()[0][:200], PARQUET),
        )
        raise SourceError(f"'{path.name}' cannot be read as DuckDB", got=got, next_step=next_step) from error
