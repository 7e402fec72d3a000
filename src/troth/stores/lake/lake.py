"""The lake: Parquet files under one folder, of which the journal's manifest names those in force."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from troth.kernel.errors import Busy, StoreError
from troth.record.loads import Load
from troth.record.ports import Engine, Part, Snapshot, StoredFile, Uncleared
from troth.stores import failpoints
from troth.stores.journal.journal import Journal
from troth.stores.lake import parquet, views
from troth.stores.lake.lease import lease
from troth.stores.lake.removing import present, remove

STAGING = ".staging"
INTAKE = "intake"


class ParquetLake:
    """Implements `record.ports.Lake`. Read at any time; write and publish inside `building`.

    root: absolute, so that a change of the working directory does not move the lake. intake: the folder beside it of what was taken
    in: a lake can be built again, that cannot.
    """

    def __init__(self, root: Path, journal: Journal) -> None:
        self.root = root.absolute()
        self.intake = self.root.parent / INTAKE
        self.journal = journal
        self._staging: Path | None = None

    def current(self) -> Snapshot | None:
        return self.journal.current()

    def snapshot(self, id: str) -> Snapshot | None:
        return self.journal.find(id)

    def holds(self, snapshot: Snapshot) -> bool:
        return all(_size(self.root / file.path) == file.bytes for file in snapshot.files)

    @contextmanager
    def building(self, now: datetime) -> Iterator[Path]:
        """Hold the lake for one build; gives a folder for the engine to spill to. Raises Busy when another build runs.

        What a killed build left in staging goes at the beginning, what this one leaves at the end.
        """
        with ExitStack() as held:
            with _as_store_errors("the lake cannot be prepared for a build"):
                held.enter_context(lease(self.root, now))
                self.sweep()
                staging = self.root / STAGING / secrets.token_hex(8)
                held.callback(shutil.rmtree, staging, ignore_errors=True)
                with failpoints.around("staging"):
                    staging.mkdir(parents=True)
            self._staging = staging
            try:
                yield staging / "spill"
            finally:
                self._staging = None

    def write(self, engine: Engine, parts: Sequence[Part]) -> tuple[StoredFile, ...]:
        with _as_store_errors("the build's tables cannot be written"):
            return parquet.write(engine, parts, root=self.root, staging=self._held())

    def publish(self, snapshot: Snapshot, now: datetime, loads: Sequence[Load] = ()) -> None:
        self._held()
        with _as_store_errors("the snapshot cannot be published"):
            failpoints.hit("publish.before")
            self._refuse_if_missing(snapshot)
            self._refuse_if_lost([file for load in loads for file in load.files])
            self.journal.publish(snapshot, now, loads)

    def loads(self) -> tuple[Load, ...]:
        return self.journal.loads()

    def keep(self, engine: Engine, parts: Sequence[Part]) -> tuple[StoredFile, ...]:
        with _as_store_errors("what was taken in cannot be written"):
            return parquet.write_taken(engine, parts, root=self.intake, staging=self._held())

    def kept(self, files: Sequence[StoredFile]) -> str:
        self._refuse_if_lost(files)
        source = views.parquet_source([(self.intake / file.path).as_posix() for file in files])
        if source is None:
            raise StoreError("nothing to read", got="no files")
        return source

    def rewrite(self, loads: Sequence[Load], now: datetime, uncleared: Uncleared | None) -> None:
        self._held()
        with _as_store_errors("what was taken in cannot be rewritten"):
            self._refuse_if_lost([file for load in loads for file in load.files])
            self.journal.rewrite(loads, uncleared, now)

    def uncleared(self) -> Uncleared | None:
        left = self.journal.uncleared()
        return None if left is None else left[1]

    def clear(self, now: datetime) -> int:
        """Their files too, and all others that nothing names; the manifest forgets first, and last is said that it is done."""
        self._held()
        left = self.journal.uncleared()
        if left is None:
            return 0
        published = self.journal.publications()
        gone = [one.id for one in published if one.seq < left[0]]
        if published and published[-1].id in gone:
            raise StoreError("a snapshot that is in force cannot be cleared", got=published[-1].id, next_step="Build again.")
        if gone:
            self.journal.forget(gone, now)
        files = self._nameless()
        for root, name in files:
            remove(root, name)
        for root in (self.root, self.intake):
            parquet.fsync_folder(root)
        self.journal.cleared(len(gone), len(files), now)
        return len(gone)

    def _nameless(self) -> list[tuple[Path, str]]:
        named, taken = self.journal.paths(), {file.path for load in self.loads() for file in load.files}
        found = [(self.root, name) for name in present(self.root) if name not in named and not name.startswith(STAGING)]
        found += [(self.intake, name) for name in present(self.intake) if name not in taken]
        return sorted(found)

    def published(self) -> tuple[tuple[str, datetime], ...]:
        return tuple((one.id, one.at) for one in self.journal.publications())

    def attach(self, engine: Engine, snapshot: Snapshot, within: str = "") -> None:
        self._refuse_if_missing(snapshot)
        for statement in self._statements(snapshot, f"{self.root.as_posix()}/", within):
            engine.run(statement)

    def views(self, snapshot: Snapshot) -> str:
        return "".join(f"{statement};\n" for statement in self._statements(snapshot, ""))

    def damaged(self, snapshot: Snapshot) -> tuple[StoredFile, ...]:
        """The snapshot's files whose bytes are not what was published; reads all of them."""
        return parquet.damaged(self.root, snapshot.files)

    def sweep(self) -> int:
        """Remove what dead builds left in staging; gives the bytes freed. Only under the lease."""
        staging = self.root / STAGING
        with failpoints.around("sweep"):
            freed = sum(path.stat().st_size for path in staging.rglob("*") if path.is_file())
            shutil.rmtree(staging, ignore_errors=True)
        return freed

    def _statements(self, snapshot: Snapshot, prefix: str, within: str = "") -> list[str]:
        def source(table: str) -> str | None:
            return views.parquet_source([prefix + file.path for file in snapshot.files if file.table == table])

        return views.statements(snapshot, source, within)

    def _held(self) -> Path:
        if self._staging is None:
            raise StoreError("the lake is written to outside of a build", next_step="Use `with lake.building(now):`.")
        return self._staging

    def _refuse_if_missing(self, snapshot: Snapshot) -> None:
        for file in snapshot.files:
            _refuse_other_sizes(self.root, file, "Build again: what was taken in and the book give the same file.")

    def _refuse_if_lost(self, files: Sequence[StoredFile]) -> None:
        for file in files:
            _refuse_other_sizes(self.intake, file, "Put it back from a backup: it holds rows that no file may have any more.")


def _refuse_other_sizes(root: Path, file: StoredFile, next_step: str) -> None:
    size = _size(root / file.path)
    if size != file.bytes:
        raise StoreError(
            f"the lake's file {root.name}/{file.path} is damaged" if root.name == INTAKE else f"the lake's file {file.path} is damaged",
            got="no file" if size is None else f"{size} bytes",
            allowed=f"{file.bytes} bytes",
            next_step=next_step,
        )


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


@contextmanager
def _as_store_errors(what: str) -> Iterator[None]:
    try:
        yield
    except (StoreError, Busy):
        raise
    except OSError as error:
        raise StoreError(
            what,
            got=error,
            next_step="The previous snapshot is still in force. Free space or mend the disk, then build again.",
        ) from error
