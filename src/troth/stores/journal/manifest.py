"""A snapshot as rows: what it is, which files it names, and the type of every column in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from troth.kernel import digest
from troth.record.ports import Column, Snapshot, StoredFile
from troth.stores import failpoints
from troth.stores.journal.chain import canonical, instant, instant_text
from troth.stores.journal.tables import SNAPSHOT, SNAPSHOT_FILE, SNAPSHOT_SCHEMA


def digest_of(snapshot: Snapshot) -> str:
    """Of all that the manifest says, so that the chain binds it too."""
    schemas = {table: [[c.name, c.type] for c in columns] for table, columns in snapshot.schemas.items()}
    files = [asdict(file) for file in snapshot.files]
    return digest.of_value({**_head(snapshot), "files": files, "schemas": schemas})


def without_cells(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry says of the facts: no cell of a row and no id, since an entry is never changed, and a column may become personal.

    The manifest has them all, and the entry its digest.
    """
    contracts = {
        name: {**said, "verdicts": [{**verdict, "first": []} for verdict in said["verdicts"]]}
        for name, said in facts.get("contracts", {}).items()
    }
    identities = {name: {**said, "warnings": []} for name, said in facts.get("identity", {}).items()}
    bare = {"contracts": contracts, "identity": identities}
    return {name: bare.get(name, said) for name, said in facts.items()}


def insert_rows(connection: Connection, snapshot: Snapshot, seq: int) -> None:
    with failpoints.around("manifest.snapshot"):
        connection.execute(insert(SNAPSHOT).values(seq=seq, **_head(snapshot)))
    columns = [
        {"snapshot": snapshot.id, "table_name": table, "ordinal": number, "name": column.name, "type": column.type}
        for table, columns in snapshot.schemas.items()
        for number, column in enumerate(columns)
    ]
    with failpoints.around("manifest.schema"):
        if columns:
            connection.execute(insert(SNAPSHOT_SCHEMA), columns)
    files = []
    for number, file in enumerate(snapshot.files):
        row = {"snapshot": snapshot.id, "ordinal": number, "table_name": file.table} | asdict(file)
        files.append({name: value for name, value in row.items() if name != "table"})
    with failpoints.around("manifest.file"):
        if files:
            connection.execute(insert(SNAPSHOT_FILE), files)


def delete_rows(connection: Connection, id: str) -> None:
    connection.execute(delete(SNAPSHOT).where(SNAPSHOT.c.id == id))


def read_rows(connection: Connection, id: str) -> Snapshot | None:
    head = connection.execute(select(SNAPSHOT).where(SNAPSHOT.c.id == id)).mappings().one_or_none()
    if head is None:
        return None
    file = SNAPSHOT_FILE.c
    files = connection.execute(
        select(file.table_name, file.partition, file.path, file.sha256, file.bytes, file.rows)
        .where(file.snapshot == id)
        .order_by(file.ordinal)
    )
    column = SNAPSHOT_SCHEMA.c
    schemas: dict[str, tuple[Column, ...]] = {}
    for table, name, type_ in connection.execute(
        select(column.table_name, column.name, column.type).where(column.snapshot == id).order_by(column.table_name, column.ordinal)
    ):
        schemas[table] = (*schemas.get(table, ()), Column(name, type_))
    return Snapshot(
        id=head["id"],
        as_of=instant(head["as_of"]),
        book_hash=head["book_hash"],
        version=head["version"],
        schemas=schemas,
        files=tuple(StoredFile(*row) for row in files),
        facts=json.loads(head["facts"]),
    )


def _head(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "id": snapshot.id,
        "as_of": instant_text(snapshot.as_of),
        "book_hash": snapshot.book_hash,
        "version": snapshot.version,
        "facts": canonical(snapshot.facts),
    }
