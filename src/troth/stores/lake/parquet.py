"""Tables to files named by their content: the same rows give the same bytes, whatever the threads did.

What makes that so: one COPY a partition, sorted under a total order (without the sort, row groups begin where the
threads' chunks happened to end); codec, level and row group size fixed here, not left to the engine's defaults. A partition of a
table with empty cells is a table of its own first: else a column that is filled throughout is written otherwise where rows of
other partitions, in which it is empty, stood beside it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from urllib.parse import quote

from troth.kernel import digest
from troth.kernel.at_once import at_once
from troth.kernel.errors import StoreError
from troth.record.ports import Column, Engine, Part, StoredFile
from troth.stores import failpoints
from troth.stores.lake.engine import literal, quoted

FORMAT = "FORMAT parquet, PARQUET_VERSION v1, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE 122880"
TEXTS = "FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880"
NAME_LENGTH = 24
PARTITION, WITH_BESIDE = "stored_partition", "stored_table"


def schema_of(engine: Engine, table: str) -> tuple[Column, ...]:
    """The table's columns as the lake will give them back: an ENUM is a way to compute, VARCHAR is what is kept."""
    described = engine.rows(f"DESCRIBE {quoted(table)}")
    return tuple(Column(row[0], "VARCHAR" if row[1].startswith("ENUM") else row[1]) for row in described)


def write(engine: Engine, parts: Sequence[Part], *, root: Path, staging: Path) -> tuple[StoredFile, ...]:
    """Store each part under `root`, by way of `staging` on the same disk; ordered by table, then partition.

    When it returns, files and folders are on the disk; nothing refers to them yet.
    """
    # Two at once: an ordered file is written by one thread, which leaves the other core idle.
    ordered = sorted(parts, key=lambda part: part.table)
    stored = list(chain.from_iterable(at_once([partial(_write_part, engine, part, root=root, staging=staging) for part in ordered])))
    for folder in sorted({(root / file.path).parent for file in stored}):
        fsync_folder(folder)
    return tuple(stored)


def _write_part(engine: Engine, part: Part, *, root: Path, staging: Path) -> list[StoredFile]:
    columns, table = schema_of(engine, part.table), part.table
    partition, beside = f"{PARTITION}_{part.table}", f"{WITH_BESIDE}_{part.table}"
    if part.beside is not None:
        engine.run(f"CREATE OR REPLACE TABLE {beside} AS {part.beside}")
        table = beside
    listed = ", ".join(quoted(column.name) for column in columns)
    apart = bool(part.partition) and _has_gaps(engine, table, columns)
    stored = []
    for name, condition in _partitions(engine, table, part):
        rows = f"SELECT {listed} FROM {quoted(table)} WHERE {condition}"
        if apart:
            engine.run(f"CREATE OR REPLACE TABLE {partition} AS {rows}")
            rows = f"SELECT * FROM {partition}"
        rows = f"{rows} ORDER BY {_total_order(part, columns)}"
        stored.append(_store(engine, part.table, name, rows, root=root, staging=staging))
    for made in (partition, beside):
        engine.run(f"DROP TABLE IF EXISTS {made}")
    return stored


def write_taken(engine: Engine, parts: Sequence[Part], *, root: Path, staging: Path) -> tuple[StoredFile, ...]:
    """Store rows as they were read, each part in one file: no two tie under its order, and texts are many, so squeezed lightly."""
    stored = []
    for part in parts:
        if engine.rows(f"SELECT 1 FROM {quoted(part.table)} LIMIT 1"):
            order = ", ".join(f"{quoted(name)} ASC NULLS LAST" for name in part.order)
            rows = f"SELECT * FROM {quoted(part.table)} ORDER BY {order}"
            stored.append(_store(engine, part.table, "", rows, root=root, staging=staging, written=TEXTS))
    for folder in sorted({(root / file.path).parent for file in stored}):
        fsync_folder(folder)
    return tuple(stored)


def _has_gaps(engine: Engine, table: str, columns: Sequence[Column]) -> bool:
    """Whether some column is filled in some rows and empty in others."""
    filled = ", ".join(f"count({quoted(column.name)})" for column in columns)
    count, *counts = engine.rows(f"SELECT count(*), {filled} FROM {quoted(table)}")[0]
    return any(0 < number < count for number in counts)


def _total_order(part: Part, columns: Sequence[Column]) -> str:
    """Every column, the part's own order first: rows that tie after that are equal, and may stand as they like."""
    rest = [column.name for column in columns if column.name not in part.order]
    return ", ".join(f"{quoted(name)} ASC NULLS LAST" for name in (*part.order, *rest))


def _partitions(engine: Engine, table: str, part: Part) -> list[tuple[str, str]]:
    """Name and SQL condition of each partition that has rows; a table without partition columns is one partition."""
    if not part.partition:
        return [("", "true")] if engine.rows(f"SELECT 1 FROM {quoted(table)} LIMIT 1") else []
    columns = [quoted(name) for name in part.partition]
    kinds = {column.name: column.type for column in schema_of(engine, table)}
    wanted = [f"CAST({quoted(name)} AS VARCHAR)" if kinds[name] == "VARCHAR" else quoted(name) for name in part.partition]
    found = []
    for values in engine.rows(f"SELECT DISTINCT {', '.join(wanted)} FROM {quoted(table)}"):
        if None in values:
            raise StoreError(f"table '{part.table}' cannot be stored", got=f"a row without {', '.join(part.partition)}")
        condition = " AND ".join(f"{c} = {literal(v)}" for c, v in zip(columns, values, strict=True))
        found.append(("/".join(folder_name(value) for value in values), condition))
    return sorted(found)


def folder_name(value: object) -> str:
    """
    >>> folder_name("a/b..")
    'a%2Fb%2E%2E'
    """
    return quote(str(value), safe="").replace(".", "%2E")


def _store(engine: Engine, table: str, partition: str, rows: str, *, root: Path, staging: Path, written: str = FORMAT) -> StoredFile:
    draft = staging / f"{folder_name(table)}.parquet"
    with failpoints.around("file.write"):
        count = engine.rows(f"COPY ({rows}) TO {literal(draft.as_posix())} ({written})")[0][0]
    content = content_of(draft)
    folder = root / folder_name(table) / partition
    target = folder / f"{content[:NAME_LENGTH]}.parquet"
    size = draft.stat().st_size
    if _holds(target, content, size):
        draft.unlink()
    else:
        with failpoints.around("file.fsync"):
            fsync_file(draft)
        make_folder(folder)
        with failpoints.around("file.rename"):
            draft.replace(target)
    return StoredFile(table, partition, target.relative_to(root).as_posix(), content, size, count)


def _holds(target: Path, content: str, size: int) -> bool:
    return target.is_file() and target.stat().st_size == size and content_of(target) == content


def content_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return digest.of_file(file)


def damaged(root: Path, files: Iterable[StoredFile]) -> tuple[StoredFile, ...]:
    """The files that are absent or hold other bytes than the manifest says."""
    return tuple(file for file in files if not _holds(root / file.path, file.sha256, file.bytes))


def fsync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def fsync_folder(path: Path) -> None:
    with failpoints.around("folder.fsync"):
        if os.name == "nt":  # Windows has no handle of a folder to flush; it journals names by itself
            return
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def make_folder(path: Path) -> None:
    """Make the folder and those above it, each name on the disk before the next."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    fsync_folder(path.parent)
