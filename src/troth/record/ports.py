"""What the rooms ask of an engine and of a store; `stores` implements them, tests may fake them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np

    from troth.record.loads import Load


class Streamed(Protocol):
    """Rows as the Arrow C stream."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


class Engine(Protocol):
    """An in-process SQL engine; every statement has a cursor of its own and is read to the end."""

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None: ...

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]: ...

    def batches(self, sql: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a query, `size` at a time, in its order; they are not held or written anywhere as a whole."""
        ...

    def names(self, sql: str) -> list[str]: ...

    def together(self, statements: Sequence[str]) -> list[tuple[Any, ...]]:
        """Statements in one session, where a temporary table of one is seen by the next; the rows of the last."""
        ...

    def columns(self, sql: str, parameters: Sequence[object] = ()) -> dict[str, np.ndarray[Any, Any]]: ...

    def stream(self, sql: str) -> Streamed:
        """The rows of a query for whatever reads Arrow, read as they are asked for."""
        ...

    def load(self, table: str, columns: Mapping[str, np.ndarray[Any, Any]]) -> None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """One table to store: the engine's table of this name, split by `partition` columns, rows in the order they stand in.

    order: columns under which no two rows tie, so that the file is the same whatever the threads did.
    beside: a query of the table's rows with the columns by which they are split, where the table has not got these, nor its files.
    """

    table: str
    partition: tuple[str, ...]
    order: tuple[str, ...]
    beside: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """path: relative to the lake's root, named by its content. sha256: of its bytes."""

    table: str
    partition: str
    path: str
    sha256: str
    bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one build published.

    id: digest of inputs, book, as-of and product version, so that the same inputs have the same id.
    facts: JSON of the build (as-of, zones, balance by source, files read with their digests), free of floats.
    """

    id: str
    as_of: datetime
    book_hash: str
    version: str
    schemas: Mapping[str, tuple[Column, ...]]
    files: tuple[StoredFile, ...]
    facts: Mapping[str, Any]

    @property
    def judged(self) -> int:
        """How many promises it holds, of all kinds together."""
        return sum(file.rows for file in self.files if file.table.startswith("outcome_"))


@dataclass(frozen=True, slots=True)
class Uncleared:
    """Values that left the loads and lie elsewhere yet. columns: by source, those that became personal. loads: that held them."""

    columns: Mapping[str, tuple[str, ...]]
    loads: int


class Lake(Protocol):
    """Immutable Parquet and the manifest of what is in force."""

    def current(self) -> Snapshot | None: ...

    def snapshot(self, id: str) -> Snapshot | None:
        """One that the manifest still has."""

    def holds(self, snapshot: Snapshot) -> bool:
        """Whether all its files are there."""

    def building(self, now: datetime) -> AbstractContextManager[Path]:
        """Hold the lake for one build, else raise Busy; gives a folder for the engine to spill to.

        Write and publish happen inside, so that no other process collects the files between the two.
        """

    def write(self, engine: Engine, parts: Sequence[Part]) -> tuple[StoredFile, ...]:
        """Store the engine's tables; nothing is visible until `publish`."""

    def publish(self, snapshot: Snapshot, now: datetime, loads: Sequence[Load] = ()) -> None:
        """Put a snapshot in force, and what was taken in for it on record, in one transaction; their files are on disk before."""

    def loads(self) -> tuple[Load, ...]:
        """All that was ever taken in, in the order of seq, source and place."""

    def keep(self, engine: Engine, parts: Sequence[Part]) -> tuple[StoredFile, ...]:
        """Store rows that were taken in, for good; no two rows of a part tie under its order."""

    def kept(self, files: Sequence[StoredFile]) -> str:
        """Rows that `keep` stored, to be read in SQL. Refuses files that are missing."""

    def rewrite(self, loads: Sequence[Load], now: datetime, uncleared: Uncleared | None) -> None:
        """Put loads in place of those of the same seq, source and place, in one transaction.

        uncleared: what is to be cleared since, None where nothing that was kept before held more than what takes its place.
        Refuses loads that are not known.
        """

    def uncleared(self) -> Uncleared | None:
        """What `rewrite` left to `clear`, however many processes ago."""

    def clear(self, now: datetime) -> int:
        """Forget every snapshot that was published before the last `rewrite`, and overwrite what only they named; their number.

        Killed at any point, `uncleared` is as it was, and another call ends it. Refuses while one of them is in force.
        """

    def published(self) -> tuple[tuple[str, datetime], ...]:
        """Ids of the snapshots that the manifest still has and since when each was last in force, naive UTC, oldest first."""

    def attach(self, engine: Engine, snapshot: Snapshot, within: str = "") -> None:
        """One view a table over the snapshot's files. within: the schema that holds them, so that several may be attached."""

    def views(self, snapshot: Snapshot) -> str:
        """The SQL of those views with paths relative to the lake, to be run outside Troth in the lake's folder."""
