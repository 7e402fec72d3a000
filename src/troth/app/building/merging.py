"""Tables of the lake from those before, without the rows that were replaced, and with the rows that took their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from troth.app.workspace import Workspace
from troth.kernel.at_once import at_once
from troth.query import identifier, literal_text
from troth.record import Engine, Part, Snapshot, StoredFile

WAS = "was"
"""The schema of the snapshot before."""
MONTH = "month"


class Whole(Exception):
    """Only all rows can say."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A part with the columns that say whose a row is, and a query of those whose rows were made anew, as the table fresh_<part>.

    places: a query of the partitions in which rows were replaced, where it is known otherwise, and came: of those in which rows came,
    where the part is split by what stands beside it.
    """

    part: Part
    on: tuple[str, ...]
    whose: str
    places: str | None = None
    came: str | None = None


def refuse(reason: object) -> None:
    """Raises Whole where there is a reason."""
    if reason:
        raise Whole(reason)


def set_apart(engine: Engine, table: str, on: Sequence[str], whose: str) -> None:
    """fresh_<table>: the rows of a table that are of those made anew."""
    engine.run(f"CREATE OR REPLACE TABLE fresh_{table} AS SELECT f.* FROM {table} f SEMI JOIN ({whose}) w ON {_same('f', on)}")
    engine.run(f"DROP TABLE {table}")


def rest_of(table: str, on: Sequence[str], whose: str, where: str = "TRUE") -> str:
    """Query of the rows before that stay."""
    return f"SELECT f.* FROM (SELECT * FROM {WAS}.{table} WHERE {where}) f ANTI JOIN ({whose}) w ON {_same('f', on)}"


def together(engine: Engine, table: str, on: Sequence[str], whose: str) -> None:
    """View <table>: all rows as they are now."""
    engine.run(f"CREATE OR REPLACE VIEW {table} AS {rest_of(table, on, whose)} UNION ALL BY NAME SELECT * FROM fresh_{table}")


def refuse_other_columns(engine: Engine, table: str, before: Snapshot, made: str) -> None:
    """Raises Whole where a table has other columns now, as with a version between two releases."""
    refuse({column.name for column in before.schemas.get(table, ())} != set(engine.names(f"FROM {made}")) and f"{table} has other columns")


def merge(
    workspace: Workspace, engine: Engine, before: Snapshot, replaced: Sequence[Replaced], whole: Sequence[Part]
) -> tuple[StoredFile, ...]:
    """The files of the snapshot before, but for partitions in which rows were replaced or came, and tables that are there as a whole.

    Raises Whole where a partition has no row any more.
    """
    ready = at_once([partial(_ready, workspace, engine, before, one) for one in replaced])
    parts = [*whole, *(one.part for one, places in zip(replaced, ready, strict=True) if places)]
    expected = {
        (one.part.table, str(place)) for one, places in zip(replaced, ready, strict=True) if one.part.beside is not None for place in places
    }
    written = workspace.lake.write(engine, parts)
    beside = {part.table for part in parts if part.beside is not None}
    refuse(expected != {(file.table, file.partition) for file in written if file.table in beside} and "a part is empty now")
    anew, named = {(file.table, file.partition) for file in written}, {part.table for part in whole}
    stay = [file for file in before.files if file.table not in named and (file.table, file.partition) not in anew]
    return tuple(sorted((*stay, *written), key=lambda file: (file.table, file.partition)))


def _ready(workspace: Workspace, engine: Engine, before: Snapshot, one: Replaced) -> set[Any]:
    """<table>: all rows of the partitions in which rows were replaced or came; which these are."""
    refuse_other_columns(engine, one.part.table, before, f"fresh_{one.part.table}")
    if one.part.beside is not None:
        places = _places(engine, before, one)
        _fill_places(workspace, engine, before, one, places)
        return set(places)
    touched = _partitions(engine, one)
    if touched:
        _fill(engine, one, touched)
        refuse(_partitions_in(engine, one.part) != touched and f"a part of {one.part.table} is empty now")
    return set(touched)


def _partitions(engine: Engine, one: Replaced) -> set[tuple[object, ...]]:
    """The values of the partitions in which rows were replaced or came."""
    columns = _listed(one.part.partition) or "TRUE"
    rows = f"(SELECT f.* FROM {WAS}.{one.part.table} f SEMI JOIN ({one.whose}) w ON {_same('f', one.on)})"
    replaced = f"SELECT {columns} FROM {rows if one.places is None else f'({one.places})'}"
    return set(engine.rows(f"SELECT DISTINCT * FROM ({replaced} UNION ALL SELECT {columns} FROM fresh_{one.part.table})"))


def _partitions_in(engine: Engine, part: Part) -> set[tuple[object, ...]]:
    return set(engine.rows(f"SELECT DISTINCT {_listed(part.partition) or 'TRUE'} FROM {part.table}"))


def _places(engine: Engine, before: Snapshot, one: Replaced) -> set[str]:
    """The partitions in which rows were replaced or came, by their names."""
    there = {file.partition for file in before.files if file.table == one.part.table}
    replaced, came = ({str(place) for (place,) in engine.rows(f"SELECT DISTINCT * FROM ({some})")} for some in (one.places, one.came))
    return (replaced & there) | came


def _fill_places(workspace: Workspace, engine: Engine, before: Snapshot, one: Replaced, places: set[str]) -> None:
    """<table>: all rows of some partitions, which its files do not name."""
    table, within = one.part.table, f"{WAS}_{one.part.table}"
    files = tuple(file for file in before.files if file.table == table and file.partition in places)
    workspace.lake.attach(engine, replace(before, files=files, schemas={table: before.schemas[table]}), within=within)
    rest = f"SELECT f.* FROM {within}.{table} f ANTI JOIN ({one.whose}) w ON {_same('f', one.on)}"
    _make(engine, table, rest)
    engine.run(f"DROP SCHEMA {within} CASCADE")


def _fill(engine: Engine, one: Replaced, partitions: set[tuple[object, ...]]) -> None:
    """<table>: all rows of some partitions, with the types of a whole build."""
    within = [
        " AND ".join(f"{identifier(c)} = {_literal(value)}" for c, value in zip(one.part.partition, values, strict=True))
        for values in partitions
        if one.part.partition
    ]
    _make(engine, one.part.table, rest_of(one.part.table, one.on, one.whose, " OR ".join(f"({some})" for some in sorted(within)) or "TRUE"))


def _make(engine: Engine, table: str, rest: str) -> None:
    typed = ", ".join(f"CAST({identifier(name)} AS {type}) AS {identifier(name)}" for name, type in _types(engine, f"fresh_{table}"))
    engine.run(f"DROP VIEW IF EXISTS {table}")
    engine.run(f"CREATE OR REPLACE TABLE {table} AS SELECT {typed} FROM ({rest}) UNION ALL SELECT * FROM fresh_{table}")


def _literal(value: object) -> str:
    return literal_text(value) if isinstance(value, str) else str(value)


def _types(engine: Engine, table: str) -> list[tuple[str, str]]:
    return [(str(row[0]), str(row[1])) for row in engine.rows(f"DESCRIBE {table}")]


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f"CAST({identifier(c)} AS VARCHAR) AS {identifier(c)}" if c != MONTH else identifier(c) for c in columns)


def _same(of: str, on: Sequence[str]) -> str:
    return " AND ".join(f"{of}.{identifier(c)} = w.{identifier(c)}" for c in on)
