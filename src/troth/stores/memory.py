"""A lake, a history, a vault and decisions in memory, held to the conformance suites of those on disk. Nothing outlives the process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath

from troth.book.history import (
    KEPT,
    UNKNOWN,
    Author,
    Check,
    Edits,
    Revision,
    Texts,
    Walk,
    in_book,
    refuse_foreign,
    refuse_nothing,
    revised,
    unchecked,
    undo_message,
    whole_second,
)
from troth.book.threeway import plan_save
from troth.kernel import digest
from troth.kernel.errors import Busy, NotFound, SourceError, StoreError, nearest
from troth.record.loads import Load
from troth.record.ports import Engine, Part, Snapshot, StoredFile
from troth.sources.databases.database import TableThere, Wanted
from troth.sources.databases.extract import path_of, write_rows, writing
from troth.sources.identity import Decision, Draft
from troth.sources.personal.normalising import normalised
from troth.sources.personal.vault import ERASED, TOKEN_KINDS, Erasure, Hold, Status, TokenKind, Word, held, not_held, random_signs, unknown
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

    def attach(self, engine: Engine, snapshot: Snapshot) -> None:
        self._refuse_if_missing(snapshot)
        for statement in self._statements(snapshot):
            engine.run(statement)

    def views(self, snapshot: Snapshot) -> str:
        return "".join(f"{statement};\n" for statement in self._statements(snapshot))

    def _statements(self, snapshot: Snapshot) -> list[str]:
        def source(table: str) -> str | None:
            kept = [self._tables[file.path] for file in snapshot.files if file.table == table]
            if not kept:
                return None
            return _values(kept[0][0], [row for _, rows in kept for row in rows])

        return views.statements(snapshot, source)

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


class MemoryHistory:
    """Implements `book.history.History`. folder: the working files, for the test to edit."""

    def __init__(self, author: Author | None = None) -> None:
        self.folder: dict[PurePosixPath, bytes] = {}
        self._author = author or Author(UNKNOWN, "")
        self._made: list[tuple[Revision, Texts]] = []

    def author(self) -> Author:
        return self._author

    def head(self) -> str | None:
        return self._made[-1][0].id if self._made else None

    def revisions(self) -> tuple[Revision, ...]:
        return tuple(revision for revision, _ in self._made)

    def walk(self, after: str | None = None) -> Walk:
        steps = tuple((revision, {path: texts.get(path) for path in revision.changed}) for revision, texts in self._made)
        known = next((place for place, (revision, _) in enumerate(self._made, 1) if revision.id == after), 0)
        return Walk(self.head(), steps[known:], known > 0)

    def texts(self, id: str) -> Texts:
        for revision, texts in self._made:
            if revision.id == id:
                return texts
        raise NotFound(f"no revision '{id}'")

    def unsaved(self) -> Mapping[PurePosixPath, tuple[bytes | None, bytes | None]]:
        saved, folder = self._saved(), self._book()
        return {p: (saved.get(p), folder.get(p)) for p in sorted({**saved, **folder}) if saved.get(p) != folder.get(p)}

    def save(
        self,
        message: str,
        author: Author,
        at: datetime,
        *,
        based_on: str | None = None,
        edits: Edits | None = None,
        check: Check = unchecked,
    ) -> Revision:
        message, at = refuse_nothing(message), whole_second(at)
        refuse_foreign(edits or {})
        base = self._saved() if based_on is None else self.texts(based_on)
        plan = plan_save(base=base, head=self._saved(), folder=self._book(), edits=edits, whose=self._whose)
        if not plan.saved:
            raise NotFound("there is nothing to save", got="contents that are saved already")
        check(revised(self._saved(), plan.saved))
        self.folder = revised(self.folder, plan.folder)
        return self._revise(plan.saved, author, at, message)

    def undo(self, author: Author, at: datetime) -> Revision:
        at = whole_second(at)
        if unsaved := self.unsaved():
            if not self._saved():
                raise NotFound("there is nothing to undo", got="a book of which nothing was saved before")
            self._revise({path: text for path, (_, text) in unsaved.items()}, author, at, KEPT)
        if len(self._made) < 2 or not (before := self._made[-2][1]):
            raise NotFound("there is nothing to undo", got="no revision before")
        last = self._made[-1][0]
        changes = {path: before.get(path) for path in last.changed}
        self.folder = revised(self.folder, changes)
        return self._revise(changes, author, at, undo_message(last.message))

    def _saved(self) -> Texts:
        return self._made[-1][1] if self._made else {}

    def _book(self) -> dict[PurePosixPath, bytes]:
        return {path: text for path, text in self.folder.items() if in_book(path)}

    def _whose(self, path: PurePosixPath) -> tuple[str, datetime | None]:
        return next(((r.author, r.at) for r, _ in reversed(self._made) if path in r.changed), (UNKNOWN, None))

    def _revise(self, changes: Edits, author: Author, at: datetime, message: str) -> Revision:
        texts = revised(self._saved(), changes)
        contents = [[str(path), text.hex()] for path, text in sorted(texts.items())]
        id = digest.of_value([self.head(), at.isoformat(), author.name, author.mail, message, contents])
        revision = Revision(id, at, author.name, message, tuple(sorted(changes)))
        self._made.append((revision, texts))
        return revision


class MemoryDecisions:
    """Implements `sources.identity.Decisions`."""

    def __init__(self) -> None:
        self._made: list[Decision] = []

    def all(self) -> tuple[Decision, ...]:
        return tuple(self._made)

    def append(self, draft: Draft, actor: str, now: datetime) -> Decision:
        self._made.append(Decision(len(self._made) + 1, now, actor, draft))
        return self._made[-1]


class MemoryDatabases:
    """Implements `sources.database.Databases`: by the variable of each, its tables with their columns and rows."""

    def __init__(self, databases: Mapping[str, Mapping[str, tuple[Sequence[str], Sequence[Row]]]]) -> None:
        self._databases = databases

    def tables(self, url: str) -> Sequence[TableThere]:
        return [TableThere(name) for name in sorted(self._named(url))]

    def extract(self, wanted: Sequence[Wanted], folder: Path) -> list[Path]:
        tables = self._named(wanted[0].database.url)
        paths = []
        for number, one in enumerate(wanted):
            name = one.database.table or ""
            if name not in tables:
                raise SourceError(f"{one.database.variable} has no table '{name}'", allowed=nearest(name, tables))
            columns, rows = tables[name]
            places = [*(list(columns).index(key) for key in one.key if key in columns), *range(len(columns))]
            left = sorted(rows, key=lambda row, places=places: [(row[p] is None, row[p] or "") for p in places])  # type: ignore[misc]
            paths.append(path_of(folder, number, one.name))
            with writing(paths[-1], one.name, columns, len(rows)) as written:
                write_rows(written, lambda size, left=left: [left.pop(0) for _ in range(min(size, len(left)))])  # type: ignore[misc]
        return paths

    def _named(self, url: str) -> Mapping[str, tuple[Sequence[str], Sequence[Row]]]:
        variable = url.removeprefix("env:")
        if variable not in self._databases:
            raise SourceError(f"{variable} is not set in the environment")
        return self._databases[variable]


class MemoryVault:
    """Implements `sources.vault.Vault`, without any cipher. chance: gives the random part of a token."""

    def __init__(self, chance: Callable[[], str] = random_signs) -> None:
        self._chance = chance
        self._tokens: dict[tuple[TokenKind, str], str] = {}
        self._values: dict[str, str] = {}
        self._erasures: list[Erasure] = []
        self._untold: list[Erasure] = []
        self._holds: dict[str, Hold] = {}
        self._key = (chance(), datetime(1970, 1, 1))

    def tokens(self, kind: TokenKind, values: Sequence[str]) -> list[str]:
        given = []
        for value in values:
            known = (kind, normalised(kind, value))
            if known not in self._tokens:
                self._tokens[known] = f"{kind}-{self._chance()}"
                self._values[self._tokens[known]] = value
            given.append(self._tokens[known])
        return given

    def values(self, tokens: Sequence[str]) -> dict[str, str]:
        return {token: self._values[token] for token in tokens if token in self._values}

    def find(self, kind: TokenKind, value: str) -> str | None:
        return self._tokens.get((kind, normalised(kind, value)))

    def erase(self, token: str, word: Word) -> Erasure:
        if token in self._holds:
            raise held(self._holds[token])
        self._refuse_unknown(token)
        del self._values[token]
        known = next(known for known, given in self._tokens.items() if given == token)
        self._tokens[known] = f"{ERASED}-{self._chance()}"
        erasure = Erasure(token, digest.of_text(f"{self._chance()}{known}"), word)
        self._erasures.append(erasure)
        self._untold.append(erasure)
        return erasure

    def untold(self) -> tuple[Erasure, ...]:
        return tuple(self._untold)

    def told(self, erasure: Erasure) -> None:
        self._untold.remove(erasure)

    def hold(self, token: str, word: Word) -> Hold:
        self._refuse_unknown(token)
        self._holds[token] = Hold(token, word)
        return self._holds[token]

    def release(self, token: str) -> None:
        if self._holds.pop(token, None) is None:
            raise not_held(token)

    def state(self) -> str:
        return f"memory {len(self._erasures)}"

    def status(self) -> Status:
        kept = {kind: sum(token.startswith(f"{kind}-") for token in self._values) for kind in TOKEN_KINDS}
        return Status(kept, len(self._erasures), tuple(self._holds.values()), *self._key)

    def rotate(self, at: datetime) -> Status:
        self._key = (self._chance(), at)
        return self.status()

    def _refuse_unknown(self, token: str) -> None:
        if token not in self._values:
            raise unknown(token)
