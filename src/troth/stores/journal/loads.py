"""`load`: what was taken in, a row a table of a source. Written with the entry that it follows from; rebuilt from entries alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from troth.kernel.errors import StoreError
from troth.record.loads import Load, load_of, loads_data
from troth.stores import failpoints
from troth.stores.journal.chain import Entry, canonical, instant, instant_text
from troth.stores.journal.tables import LOAD

Row = dict[str, Any]
Key = tuple[int, str, str]
REWRITTEN = "intake.rewritten"


def payload_of(loads: Sequence[Load]) -> dict[str, Any]:
    """What an entry says of an intake. Raises StoreError where its loads are not of one intake."""
    (known,) = {load.known_from for load in loads} if loads else (None,)
    return {"loads": {"known_from": instant_text(known), "each": loads_data(loads)}} if known is not None else {}


def apply(connection: Connection, entry: Entry) -> None:
    rows = rows_of(entry)
    with failpoints.around("manifest.load"):
        if rows:
            connection.execute(insert(LOAD), rows)


def apply_rewritten(connection: Connection, entry: Entry) -> None:
    """Raises StoreError for a load that is not known."""
    kept = rows(connection)
    changed = _rewritten({_key(row): row for row in kept}, entry)
    with failpoints.around("manifest.load"):
        for (seq, source, place), row in changed.items():
            which = (LOAD.c.seq == seq) & (LOAD.c.source == source) & (LOAD.c.place == place)
            connection.execute(update(LOAD).where(which).values(entry=row["entry"], said=row["said"]))


def rows_of(entry: Entry) -> list[Row]:
    said = json.loads(entry.payload).get("loads")
    if said is None:
        return []
    return [
        {"seq": one["seq"], "source": one["source"], "place": one["place"], "entry": entry.seq, "known_from": said["known_from"],
         "said": canonical(one)}
        for one in said["each"]
    ]  # fmt: skip


def refuse_out_of_turn(connection: Connection, loads: Sequence[Load]) -> None:
    """An intake comes after those before it, in number and in time."""
    if not loads:
        return
    seq, known = connection.execute(select(func.max(LOAD.c.seq), func.max(LOAD.c.known_from))).one()
    wanted = (seq or 0) + 1
    got = {(load.seq, load.known_from) for load in loads}
    if {one for one, _ in got} != {wanted} or len(got) != 1 or (known and instant_text(loads[0].known_from) < known):
        raise StoreError(
            "the loads are not the next ones", got=sorted({one for one, _ in got}), allowed=f"{wanted}, known no earlier than {known}"
        )


def read(connection: Connection) -> tuple[Load, ...]:
    rows = connection.execute(select(LOAD.c.said, LOAD.c.known_from).order_by(LOAD.c.seq, LOAD.c.source, LOAD.c.place))
    known: dict[str, datetime] = {}
    return tuple(load_of(json.loads(said), known.setdefault(at, instant(at))) for said, at in rows)


def rows(connection: Connection) -> list[Row]:
    return [dict(row) for row in connection.execute(select(LOAD).order_by(LOAD.c.seq, LOAD.c.source, LOAD.c.place)).mappings()]


def rebuilt(entries: Iterable[Entry]) -> list[Row]:
    """What `load` must hold after these entries, oldest first."""
    found: dict[Key, Row] = {}
    for entry in entries:
        found |= {_key(row): row for row in rows_of(entry)}
        if entry.action == REWRITTEN:
            found |= _rewritten(found, entry)
    return [found[key] for key in sorted(found)]


def _rewritten(kept: Mapping[Key, Row], entry: Entry) -> dict[Key, Row]:
    changed = {}
    for one in json.loads(entry.payload)["rewritten"]:
        key = (one["seq"], one["source"], one["place"])
        if key not in kept:
            raise StoreError("a load that was never taken in cannot be rewritten", got=f"{one['place']} of intake {one['seq']}")
        changed[key] = {**kept[key], "entry": entry.seq, "said": canonical(one)}
    return changed


def _key(row: Row) -> Key:
    return row["seq"], row["source"], row["place"]


def write_anew(connection: Connection, entries: Iterable[Entry]) -> None:
    connection.execute(delete(LOAD))
    rows = rebuilt(entries)
    if rows:
        connection.execute(insert(LOAD), rows)
