"""A lake in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from troth.kernel import digest
from troth.kernel.errors import Busy, StoreError
from troth.record.loads import Load
from troth.record.ports import Engine, Part, Snapshot, StoredFile, Uncleared
from troth.stores.lake import views
from troth.stores.lake.engine import literal, quoted
from troth.stores.lake.parquet import folder_name

Row = tuple[str | None, ...]


class MemoryLake:
    """Implements `record.ports.Lake`; every cell is kept as text and cast back by the views."""

    def __init__(self) -> None:
        self._tables: dict[str, tuple[tuple[str, ...], list[Row]]] = {}
        self._published: list[tuple[datetime, Snapshot]] = []
        self._loads: list[Load] = []
        self._since: datetime | None = None
        self._uncleared: list[Uncleared] = []
        self._before = 0

    def current(self) -> Snapshot | None:
        return self._published[-1][1] if self._published else None

    def snapshot(self, id: str) -> Snapshot | None:
        return next((one for _, one in self._published if one.id == id), None)

    def holds(self, snapshot: Snapshot) -> bool:
        return all(file.path in self._tables for file in snapshot.files)

    @contextmanager
    def building(self, now: datetime) -> Iterator[Path]:
        if self._since is not None:
            raise Busy("the lake is being written", got=f"since {self._since.isoformat()} UTC")
        self._since = now
        try:
            yield Path()
        finally:
            self._since = None

    def write(self, engine: Engine, parts: Sequence[Part]) -> tuple[StoredFile, ...]:
        self._refuse_outside_of_a_build()
        stored = []
        for part in sorted(parts, key=lambda part: part.table):
            columns = tuple(engine.names(f"SELECT * FROM {quoted(part.table)}"))
            by_partition: dict[str, list[Row]] = {}
            for row in engine.rows(_texts(part, columns)):
                cells = dict(zip(columns, row, strict=True))
                if None in (values := [cells[name] for name in part.partition]):
                    raise StoreError(f"table '{part.table}' cannot be stored", got="a row without its partition")
                by_partition.setdefault("/".join(map(folder_name, values)), []).append(row)
            for partition, rows in sorted(by_partition.items()):
                text = json.dumps([columns, rows])
                path = f"{part.table}/{partition}/{digest.of_text(text)}"
                self._tables[path] = (columns, rows)
                stored.append(StoredFile(part.table, partition, path, digest.of_text(text), len(text.encode()), len(rows)))
        return tuple(stored)

    def publish(self, snapshot: Snapshot, now: datetime, loads: Sequence[Load] = ()) -> None:
        self._refuse_outside_of_a_build()
        self._refuse_if_missing(snapshot)
        last = self._loads[-1] if self._loads else None
        for load in loads:
            if load.seq != (last.seq if last else 0) + 1 or (last is not None and load.known_from < last.known_from):
                raise StoreError("the loads are not the next ones", got=load.seq)
        for _, known in self._published:
            if known.id == snapshot.id and known != snapshot:
                raise StoreError(f"snapshot {snapshot.id} was published with other contents")
        if self.current() != snapshot:
            self._published.append((now, snapshot))
        self._loads += sorted(loads, key=lambda load: (load.source, load.place))

    def loads(self) -> tuple[Load, ...]:
        return tuple(self._loads)

    def keep(self, engine: Engine, parts: Sequence[Part]) -> tuple[StoredFile, ...]:
        return self.write(engine, parts)

    def kept(self, files: Sequence[StoredFile]) -> str:
        for file in files:
            if file.path not in self._tables:
                raise StoreError(f"the lake has no {file.path}")
        tables = [self._tables[file.path] for file in files]
        return f"({' UNION ALL '.join(f'SELECT * FROM {_values(*table)}' for table in tables)})"

    def rewrite(self, loads: Sequence[Load], now: datetime, uncleared: Uncleared | None) -> None:  # noqa: ARG002  there is no journal
        self._refuse_outside_of_a_build()
        places = {(load.seq, load.source, load.place): number for number, load in enumerate(self._loads)}
        for load in loads:
            if (load.seq, load.source, load.place) not in places:
                raise StoreError("a load that was never taken in cannot be rewritten", got=f"{load.place} of intake {load.seq}")
        for load in loads:
            self._loads[places[load.seq, load.source, load.place]] = load
        if uncleared is not None:
            self._uncleared.append(uncleared)
            self._before = len(self._published)

    def uncleared(self) -> Uncleared | None:
        if not self._uncleared:
            return None
        columns: dict[str, set[str]] = {}
        for source, some in (item for one in self._uncleared for item in one.columns.items()):
            columns.setdefault(source, set()).update(some)
        told = {source: tuple(sorted(some)) for source, some in sorted(columns.items())}
        return Uncleared(told, sum(one.loads for one in self._uncleared))

    def clear(self, now: datetime) -> int:  # noqa: ARG002  there is no journal
        self._refuse_outside_of_a_build()
        gone = self._before if self._uncleared else 0
        if gone and gone == len(self._published):
            raise StoreError("a snapshot that is in force cannot be cleared", got=self._published[-1][1].id, next_step="Build again.")
        self._published = self._published[gone:]
        if self._uncleared:
            named = {file.path for _, one in self._published for file in one.files} | {f.path for load in self._loads for f in load.files}
            self._tables = {path: table for path, table in self._tables.items() if path in named}
        self._uncleared, self._before = [], 0
        return gone

    def published(self) -> tuple[tuple[str, datetime], ...]:
        last = {snapshot.id: (place, now) for place, (now, snapshot) in enumerate(self._published)}
        return tuple((id, now) for id, (_, now) in sorted(last.items(), key=lambda one: one[1][0]))

    def attach(self, engine: Engine, snapshot: Snapshot, within: str = "") -> None:
        self._refuse_if_missing(snapshot)
        for statement in self._statements(snapshot, within):
            engine.run(statement)

    def views(self, snapshot: Snapshot) -> str:
        return "".join(f"{statement};\n" for statement in self._statements(snapshot))

    def _statements(self, snapshot: Snapshot, within: str = "") -> list[str]:
        def source(table: str) -> str | None:
            kept = [self._tables[file.path] for file in snapshot.files if file.table == table]
            if not kept:
                return None
            return _values(kept[0][0], [row for _, rows in kept for row in rows])

        return views.statements(snapshot, source, within)

    def _refuse_outside_of_a_build(self) -> None:
        if self._since is None:
            raise StoreError("the lake is written to outside of a build", next_step="Use `with lake.building(now):`.")

    def _refuse_if_missing(self, snapshot: Snapshot) -> None:
        for file in snapshot.files:
            if file.path not in self._tables:
                raise StoreError(f"the lake has no {file.path}", next_step="Write the tables before publishing them.")


def _texts(part: Part, columns: Sequence[str]) -> str:
    cells = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in columns)
    order = ", ".join(f"{quoted(name)} NULLS LAST" for name in part.order)
    return f"SELECT {cells} FROM {quoted(part.table)} ORDER BY {order}"


def _values(columns: Sequence[str], rows: Sequence[Row]) -> str:
    listed = ", ".join(f"({', '.join(map(_cell, row))})" for row in rows)
    return f"(VALUES {listed}) AS kept({', '.join(map(quoted, columns))})"


def _cell(text: str | None) -> str:
    return "NULL" if text is None else literal(text)
