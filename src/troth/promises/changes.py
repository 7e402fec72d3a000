"""Which outcomes of a promise differ between two snapshots, and which cells they follow from: both are attached as schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from troth.kernel.instant import to_us
from troth.promises.state import state_sql
from troth.query import identifier, literal_instant, literal_text
from troth.record import Column, Engine

OLDER, NEWER = "older", "newer"
INSTANTS = ("made", "due", "fulfilled", "voided", "waived", "breached", "unknown_reason")
BOUND = ("terms", "layer", "change", "calendar")
OF_NO_CELL = frozenset({"code", "id", "month", "stratum"})
MOVED, CELLS = "moved_outcome", "moved_cell"
PARTY = "party"

Schemas = Mapping[str, Sequence[Column]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A snapshot as `changes` reads it: its tables, and the instant at which it says the states, naive UTC."""

    schemas: Schemas
    as_of: datetime

    @property
    def now(self) -> str:
        return literal_instant(to_us(self.as_of)).sql("duckdb")


@dataclass(frozen=True, slots=True)
class Cell:
    """What differs of one object that a subject's outcome follows from. before, after: every value on record, in order."""

    subject: str
    type: str
    id: str
    name: str
    is_event: bool
    before: tuple[str, ...]
    after: tuple[str, ...]


def transitions(engine: Engine, name: str, type: str, older: Judged, newer: Judged) -> list[tuple[str | None, str | None, int]]:
    """State before, state after and how many, over all subjects of both: None where a snapshot has no outcome of the subject."""
    return [
        (before, after, int(n))
        for before, after, n in engine.rows(
            f"SELECT b.state, a.state, count(*) FROM {_side(OLDER, name, type, older)} b"
            f" FULL JOIN {_side(NEWER, name, type, newer)} a USING (id) GROUP BY ALL ORDER BY ALL"
        )
    ]


def make_moved(engine: Engine, name: str, type: str, older: Judged, newer: Judged) -> int:
    """moved_outcome: the subjects whose outcome is there in one only, or has another state, due or fulfilment; how many.

    Columns `id`, `before_…` and `after_…`; `judged`: other instants; `bound`: other terms, by the word of other layers; `clock`: another
    calendar, or other hours of it; `by_clock`: the state that the older instants have at the newer snapshot's instant.
    """
    columns = (*INSTANTS, *BOUND, "state")
    told = ", ".join(f"b.{c} AS before_{c}, a.{c} AS after_{c}" for c in columns)
    engine.run(
        f"CREATE OR REPLACE TABLE {MOVED} AS SELECT coalesce(b.id, a.id) AS id, {told},"
        f" ({_differ(INSTANTS)}) AS judged, ({_differ(BOUND[:3])}) AS bound, ({_differ(BOUND[3:])}) AS clock,"
        f" CASE WHEN b.id IS NOT NULL THEN {state_sql(newer.now, 'b')} END AS by_clock"
        f" FROM {_side(OLDER, name, type, older)} b FULL JOIN {_side(NEWER, name, type, newer)} a USING (id)"
        f" WHERE {_differ(('state', 'due', 'fulfilled'))} OR b.id IS NULL OR a.id IS NULL ORDER BY id"
    )
    return int(engine.rows(f"SELECT count(*) FROM {MOVED}")[0][0])


def known_terms(engine: Engine, schema: str, name: str) -> frozenset[tuple[str, str, str | None]]:
    """What binds anybody in one snapshot: terms that bind another subject since were there, it is the subject that changed."""
    return frozenset(engine.rows(f"SELECT terms, layer, change FROM {schema}.terms WHERE promise = {literal_text(name)}"))


def read_by(engine: Engine, name: str) -> frozenset[str]:
    """Every name in the terms that bind anybody, but for those of stages: an outcome follows from cells of these names alone.

    Of a promise that others keep, the names in their terms too.
    """
    by_promise: dict[str, set[str]] = {}
    for schema in (OLDER, NEWER):
        for promise, text in engine.rows(f"SELECT DISTINCT promise, definition FROM {schema}.terms"):
            words = {word for key, value in json.loads(text).items() if key != "stages" for word in _words(value)}
            by_promise.setdefault(promise, set()).update(words)
    found: set[str] = set()
    new = {name}
    while new:
        found |= new
        new = {word for one in new for word in by_promise.get(one, ())} - found
    return frozenset(found)


def parts_differ(engine: Engine, parts: Collection[str]) -> bool:
    """Whether the terms of any of these promises are others."""
    listed = ", ".join(literal_text(part) for part in sorted(parts))
    told = [f"(SELECT promise, terms, layer FROM {schema}.terms WHERE promise IN ({listed}))" for schema in (OLDER, NEWER)]
    return bool(parts) and bool(engine.rows(f"(FROM {told[0]} EXCEPT FROM {told[1]}) UNION ALL (FROM {told[1]} EXCEPT FROM {told[0]})"))


def cells(engine: Engine, type: str, older: Judged, newer: Judged) -> list[Cell]:
    """What differs of the subjects in `moved_outcome`, of what they belong to, and of what belongs to them."""
    for schema, side in ((OLDER, older), (NEWER, newer)):
        _make_near(engine, schema, side, type)
        _make_cells(engine, schema, side)
    listed = "list(value ORDER BY value)"
    sides = [f"(SELECT subject, type, id, name, event, {listed} AS told FROM {CELLS}_{schema} GROUP BY ALL)" for schema in (OLDER, NEWER)]
    found = engine.rows(
        f"SELECT subject, type, id, name, event, b.told, a.told FROM {sides[0]} b FULL JOIN {sides[1]} a"
        " USING (subject, type, id, name, event) WHERE b.told IS DISTINCT FROM a.told ORDER BY ALL"
    )
    for schema in (OLDER, NEWER):
        engine.run(f"DROP TABLE {CELLS}_{schema}")
    return [
        Cell(subject, kind, id, name, event, tuple(before or ()), tuple(after or ()))
        for subject, kind, id, name, event, before, after in found
    ]


def _side(schema: str, name: str, type: str, side: Judged) -> str:
    if f"outcome_{name}" not in side.schemas:
        nothing = ", ".join(f"CAST(NULL AS {'TIMESTAMP' if c in INSTANTS[:-1] else 'VARCHAR'}) AS {c}" for c in (*INSTANTS, *BOUND))
        return f"(SELECT CAST(NULL AS VARCHAR) AS id, {nothing}, CAST(NULL AS VARCHAR) AS state WHERE FALSE)"
    listed = ", ".join(f"o.{c}" for c in (*INSTANTS, *BOUND))
    return (
        f"(SELECT s.id, {listed}, {state_sql(side.now, 'o')} AS state FROM {schema}.outcome_{name} o"
        f" JOIN {schema}.object_{type} s ON s.code = o.subject)"
    )


def _differ(columns: Sequence[str]) -> str:
    return " OR ".join(f"b.{c} IS DISTINCT FROM a.{c}" for c in columns)


def _words(value: object) -> set[str]:
    if isinstance(value, Mapping):
        return {word for one in value.values() for word in _words(one)}
    if isinstance(value, list):
        return {word for one in value for word in _words(one)}
    return set(re.findall(r"[^\W\d]\w*", value)) if isinstance(value, str) else set()


def _types(side: Judged) -> list[str]:
    return sorted(table.removeprefix("object_") for table in side.schemas if table.startswith("object_"))


def _make_near(engine: Engine, schema: str, side: Judged, subject: str) -> None:
    """near_<schema>: subject's id, type and code: of itself, and of what is related to it either way."""
    own = f"SELECT m.id AS subject, {literal_text(subject)} AS type, s.code FROM {MOVED} m JOIN {schema}.object_{subject} s USING (id)"
    related = "".join(
        f" UNION SELECT own.subject, r.{there}_type, r.{there}_code FROM own JOIN {schema}.relation r"
        f" ON r.{here}_type = own.type AND r.{here}_code = own.code"
        for here, there in (("from", "to"), ("to", "from"))
    )
    nothing = "SELECT CAST(NULL AS VARCHAR) AS subject, CAST(NULL AS VARCHAR) AS type, CAST(NULL AS INTEGER) AS code WHERE FALSE"
    present = f"object_{subject}" in side.schemas
    query = f"WITH own AS ({own}) SELECT * FROM own{related}" if present else nothing
    engine.run(f"CREATE OR REPLACE TABLE near_{schema} AS {query}")


def _make_cells(engine: Engine, schema: str, side: Judged) -> None:
    """moved_cell_<schema>: a row a value: events, attributes, what an object belongs to, and what of it stands in quarantine."""
    parts = []
    for type in _types(side):
        here = f"near_{schema} n JOIN {schema}.object_{type} o ON n.type = {literal_text(type)} AND n.code = o.code"
        key = f"n.subject, {literal_text(type)} AS type, o.id"
        parts.append(
            f"SELECT {key}, e.type AS name, TRUE AS event, strftime(e.occurred, '%Y-%m-%dT%H:%M:%S.%f') AS value FROM {here}"
            f" JOIN {schema}.event e ON e.object_type = {literal_text(type)} AND e.month = o.month AND e.object = o.code"
        )
        parts += [
            f"SELECT {key}, {literal_text(c.name)} AS name, FALSE AS event, CAST(o.{identifier(c.name)} AS VARCHAR) AS value"
            f" FROM {here} WHERE o.{identifier(c.name)} IS NOT NULL"
            for c in side.schemas[f"object_{type}"]
            if c.name not in OF_NO_CELL
        ]
        parts.append(
            f"SELECT {key}, b.name, FALSE AS event, 'in quarantine' AS value FROM {here}"
            f" JOIN {schema}.bad_cell b ON b.object_type = {literal_text(type)} AND b.object = o.code"
        )
        parts += [
            f"SELECT {key}, {literal_text(other)} AS name, FALSE AS event, t.id AS value FROM {here}"
            f" JOIN {schema}.relation r ON r.from_type = {literal_text(type)} AND r.from_code = o.code"
            f" AND r.to_type = {literal_text(other)} JOIN {schema}.object_{other} t ON t.code = r.to_code"
            for other in _types(side)
        ]
    engine.run(f"CREATE OR REPLACE TABLE {CELLS}_{schema} AS {' UNION ALL '.join(parts)}")
    engine.run(f"DROP TABLE near_{schema}")
