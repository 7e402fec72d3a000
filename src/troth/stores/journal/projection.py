"""`source_state`: what each source last gave. Written with the entry it follows from; rebuilt from entries alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from troth.stores.journal.chain import Entry, canonical
from troth.stores.journal.tables import SOURCE_STATE

Row = dict[str, Any]


def apply(connection: Connection, entry: Entry) -> None:
    """A publication replaces the whole state: a source that the book no longer names has none."""
    connection.execute(delete(SOURCE_STATE))
    rows = rows_after(entry)
    if rows:
        connection.execute(insert(SOURCE_STATE), rows)


def rows_after(entry: Entry) -> list[Row]:
    payload = json.loads(entry.payload)
    sources: Mapping[str, Mapping[str, Any]] = payload["facts"].get("sources", {})
    return [
        {
            "source": source,
            "seq": entry.seq,
            "snapshot": entry.object,
            "balance": canonical(said.get("balance", {})),
            "files": canonical(said.get("files", [])),
        }
        for source, said in sorted(sources.items())
    ]


def read(connection: Connection) -> list[Row]:
    return [dict(row) for row in connection.execute(select(SOURCE_STATE).order_by(SOURCE_STATE.c.source)).mappings()]


def rebuilt(publications: Sequence[Entry]) -> list[Row]:
    """What `source_state` must hold after these entries, oldest first."""
    return rows_after(publications[-1]) if publications else []
