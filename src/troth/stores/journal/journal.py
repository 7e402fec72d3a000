"""The journal: append to the chain, publish a snapshot in one transaction, verify what was written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select
from sqlalchemy.exc import DBAPIError

from troth.kernel.errors import Busy, NotFound, StoreError
from troth.record.loads import Load, loads_data
from troth.record.ports import Snapshot, Uncleared
from troth.stores import failpoints
from troth.stores.journal import chain, database, loads, manifest, projection
from troth.stores.journal.chain import Act, Entry
from troth.stores.journal.tables import ENTRY, SNAPSHOT, SNAPSHOT_FILE, SOURCE_STATE
from troth.stores.journal.watch import Watch

PUBLISHED, COLLECTED = "snapshot.published", "snapshot.collected"
CLEARED = "intake.cleared"
BUILDER = "troth"
LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@dataclass(frozen=True, slots=True)
class Publication:
    """A snapshot in the manifest. seq: of the entry that last put it in force, at `at` (naive UTC)."""

    id: str
    seq: int
    at: datetime


class Journal:
    """One SQLite file. Every method is one transaction; the clock comes in as `now`."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        with _refusals():
            self._engine: Engine = database.connect(self.path)
        self._watch: Watch[Snapshot | None] = Watch(self.path)
        self._acts: Watch[int] = Watch(self.path)

    def close(self) -> None:
        self._watch.close()
        self._acts.close()
        self._engine.dispose()

    def current(self) -> Snapshot | None:
        """The snapshot in force: the one published last. A server asks for it with every page."""
        with _refusals():
            return self._watch.look(self._newest)

    def _newest(self) -> Snapshot | None:
        with self._reading() as connection:
            id = connection.execute(select(SNAPSHOT.c.id).order_by(SNAPSHOT.c.seq.desc()).limit(1)).scalar()
            return None if id is None else manifest.read_rows(connection, id)

    def snapshot(self, id: str) -> Snapshot:
        found = self.find(id)
        if found is None:
            raise NotFound("no such snapshot in the journal", got=id)
        return found

    def find(self, id: str) -> Snapshot | None:
        with self._reading() as connection:
            return manifest.read_rows(connection, id)

    def publications(self) -> tuple[Publication, ...]:
        """The snapshots that the manifest still has, oldest first; the last one is in force."""
        with self._reading() as connection:
            rows = connection.execute(select(SNAPSHOT.c.id, SNAPSHOT.c.seq, ENTRY.c.at).join(ENTRY).order_by(SNAPSHOT.c.seq))
            return tuple(Publication(id, seq, chain.instant(at)) for id, seq, at in rows)

    def paths(self) -> frozenset[str]:
        """Every file that a snapshot in the manifest names."""
        with self._reading() as connection:
            return frozenset(connection.execute(select(SNAPSHOT_FILE.c.path).distinct()).scalars())

    def entries(self, *actions: str) -> tuple[Entry, ...]:
        """Those of some kinds of act, without any named all of them; in the order of the chain."""
        with self._reading() as connection:
            return _entries(connection, *actions)

    def append(self, act: Act, now: datetime) -> Entry:
        (entry,) = self.append_all((act,), now)
        return entry

    def append_all(self, acts: Sequence[Act], now: datetime) -> tuple[Entry, ...]:
        """All of them one after another, or none."""
        with self._writing() as connection:
            entries = tuple(_append(connection, act, now) for act in acts)
            failpoints.hit("commit.before")
        failpoints.hit("commit.after")
        return entries

    def record(self, actor: str, action: str, about: str, payload: Mapping[str, str], now: datetime) -> None:
        """Implements `app.workspace.Journal`."""
        self.append(Act(actor, action, about, payload), now)

    def recorded(self, action: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
        return tuple((about, payload) for about, payload, _ in self.dated(action))

    def dated(self, action: str) -> tuple[tuple[str, Mapping[str, str], datetime], ...]:
        return tuple((entry.object, json.loads(entry.payload), chain.instant(entry.at)) for entry in self.entries(action))

    def mark(self) -> int:
        """Implements `app.workspace.Journal`. A server asks for it with every page, as for what is in force."""
        with _refusals():
            return self._acts.look(self._last)

    def _last(self) -> int:
        with self._reading() as connection:
            return int(connection.execute(select(func.max(ENTRY.c.seq))).scalar() or 0)

    def loads(self) -> tuple[Load, ...]:
        """All that was ever taken in."""
        with self._reading() as connection:
            return loads.read(connection)

    def publish(self, snapshot: Snapshot, now: datetime, taken: Sequence[Load] = (), *, actor: str = BUILDER) -> None:
        """Put the snapshot in force and what was taken in for it on record: entry, manifest and projections, or nothing.

        One that is in force already is left alone. The same id with other files is refused: the same inputs must
        give the same bytes.
        """
        said = manifest.digest_of(snapshot)
        with self._writing() as connection:
            known = manifest.read_rows(connection, snapshot.id)
            if known is not None and manifest.digest_of(known) != said:
                raise StoreError(
                    f"snapshot {snapshot.id} was published with other contents",
                    got=_difference(known, snapshot),
                    next_step="The same inputs must give the same files: report this with both manifests.",
                )
            newest = connection.execute(select(SNAPSHOT.c.id).order_by(SNAPSHOT.c.seq.desc()).limit(1)).scalar()
            if newest == snapshot.id and not taken:
                return
            loads.refuse_out_of_turn(connection, taken)
            payload = {
                "as_of": chain.instant_text(snapshot.as_of),
                "book_hash": snapshot.book_hash,
                "facts": manifest.without_cells(snapshot.facts),
                "manifest": said,
                "version": snapshot.version,
                **loads.payload_of(taken),
            }
            with failpoints.around("entry"):
                entry = _append(connection, Act(actor, PUBLISHED, snapshot.id, payload), now)
            manifest.delete_rows(connection, snapshot.id)
            manifest.insert_rows(connection, snapshot, entry.seq)
            loads.apply(connection, entry)
            with failpoints.around("projection"):
                projection.apply(connection, entry)
            failpoints.hit("commit.before")
        failpoints.hit("commit.after")

    def forget(self, ids: Sequence[str], now: datetime, *, actor: str = BUILDER) -> None:
        """Take snapshots out of the manifest; the entries of their publication stay."""
        with self._writing() as connection, failpoints.around("gc.manifest"):
            _append(connection, Act(actor, COLLECTED, "lake", {"ids": list(ids)}), now)
            for id in ids:
                manifest.delete_rows(connection, id)

    def rewrite(self, taken: Sequence[Load], uncleared: Uncleared | None, now: datetime, *, actor: str = BUILDER) -> None:
        """Put loads in place of those of the same seq, source and place; the entries of before still say which files those had."""
        payload: dict[str, Any] = {"rewritten": loads_data(taken)}
        if uncleared is not None:
            payload["uncleared"] = {"columns": {s: list(c) for s, c in uncleared.columns.items()}, "loads": uncleared.loads}
        with self._writing() as connection:
            with failpoints.around("entry"):
                entry = _append(connection, Act(actor, loads.REWRITTEN, "intake", payload), now)
            loads.apply_rewritten(connection, entry)
            failpoints.hit("commit.before")
        failpoints.hit("commit.after")

    def uncleared(self) -> tuple[int, Uncleared] | None:
        """What `rewrite` left elsewhere since the last `cleared`, and the seq of the last entry that did; None where nothing."""
        with self._reading() as connection:
            query = select(ENTRY).where(ENTRY.c.action.in_((loads.REWRITTEN, CLEARED))).order_by(ENTRY.c.seq)
            entries = [Entry(*row) for row in connection.execute(query)]
        last = max((place for place, entry in enumerate(entries, 1) if entry.action == CLEARED), default=0)
        left = [(entry.seq, said) for entry in entries[last:] if (said := json.loads(entry.payload).get("uncleared"))]
        if not left:
            return None
        columns: dict[str, set[str]] = {}
        for source, some in ((source, some) for _, said in left for source, some in said["columns"].items()):
            columns.setdefault(source, set()).update(some)
        loads_left = sum(said["loads"] for _, said in left)
        return left[-1][0], Uncleared({source: tuple(sorted(some)) for source, some in sorted(columns.items())}, loads_left)

    def cleared(self, snapshots: int, files: int, now: datetime, *, actor: str = BUILDER) -> None:
        """Overwrite what was deleted, then say that nothing is left of it. Raises Busy while another process reads former pages."""
        with _refusals():
            database.overwrite_deleted(self._engine)
        with failpoints.around("entry"):
            self.append(Act(actor, CLEARED, "intake", {"snapshots": snapshots, "files": files}), now)

    def verify(self) -> int | None:
        """The first seq that does not fit the chain, or whose manifest was changed since; None when all fit."""
        with self._reading() as connection:
            entries = _entries(connection)
            misfit = chain.first_misfit(entries)
            for id, seq in connection.execute(select(SNAPSHOT.c.id, SNAPSHOT.c.seq).order_by(SNAPSHOT.c.seq)):
                if misfit is not None and misfit <= seq:
                    break
                kept = manifest.read_rows(connection, id)
                said = json.loads(entries[seq - 1].payload).get("manifest")
                if kept is None or manifest.digest_of(kept) != said:
                    return int(seq)
            return misfit or _first_false_load(loads.rows(connection), loads.rebuilt(entries))

    def source_state(self) -> list[projection.Row]:
        with self._reading() as connection:
            return projection.read(connection)

    def source_state_from_entries(self) -> list[projection.Row]:
        """What the projection must be: recomputed from the chain, without looking at it."""
        return projection.rebuilt(self.entries(PUBLISHED))

    def rebuild(self) -> None:
        """Write the projections anew from the chain."""
        rows = self.source_state_from_entries()
        with self._writing() as connection:
            connection.execute(delete(SOURCE_STATE))
            if rows:
                connection.execute(insert(SOURCE_STATE), rows)
            loads.write_anew(connection, _entries(connection))

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _refusals(), database.reading(self._engine) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _refusals(), self._engine.begin() as connection:
            yield connection


def _entries(connection: Connection, *actions: str) -> tuple[Entry, ...]:
    query = select(ENTRY).order_by(ENTRY.c.seq)
    if actions:
        query = query.where(ENTRY.c.action.in_(actions))
    return tuple(Entry(*row) for row in connection.execute(query))


def _append(connection: Connection, act: Act, now: datetime) -> Entry:
    newest = select(func.max(ENTRY.c.seq)).scalar_subquery()
    last = connection.execute(select(ENTRY).where(ENTRY.c.seq == newest)).one_or_none()
    entry = chain.follow(None if last is None else Entry(*last), act, now)
    values = {column.name: getattr(entry, column.name) for column in ENTRY.columns}
    connection.execute(insert(ENTRY).values(**values))
    return entry


def _first_false_load(kept: Sequence[loads.Row], said: Sequence[loads.Row]) -> int | None:
    """The first entry of whose loads the table says something else."""
    told = {row["entry"]: [other for other in said if other["entry"] == row["entry"]] for row in said}
    there = {row["entry"]: [other for other in kept if other["entry"] == row["entry"]] for row in kept}
    return min((seq for seq in told.keys() | there.keys() if told.get(seq) != there.get(seq)), default=None)


def _difference(known: Snapshot, new: Snapshot) -> str:
    changed = {(f.table, f.partition, f.sha256) for f in known.files} ^ {(f.table, f.partition, f.sha256) for f in new.files}
    if changed:
        return "other files in " + ", ".join(sorted({f"{table} {partition}".strip() for table, partition, _ in changed}))
    return "the same files with other facts or types"


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode & 0xFF in LOCKED:
            raise Busy("the journal is being written", got=cause, next_step="Try again.") from error
        raise StoreError("the journal cannot be read or written", got=cause, next_step="What was committed before is untouched.") from error
