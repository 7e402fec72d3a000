"""What an expression of a promise may name: the subject's attributes and events, and those of what it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from sqlglot import exp

from troth.engines.calendars import Transitions, transitions
from troth.query import Kind, Place, Scope, Typed, identifier, literal_text, names_in
from troth.query.tree import Node
from troth.record import Engine

ATTRIBUTE_KINDS: dict[str, Kind] = {
    "text": "text", "number": "num", "money": "money", "instant": "instant", "day": "day", "bool": "bool",
}  # fmt: skip
DUE = Place("due", ("instant",))
WITHIN = Place("within", ("duration", "working"))
VOID = Place("void_when", ("bool",))
CLAIM = Place("claimed_by", ("bool",))
BUDGET = Place("budget", ("instant", "duration", "working"))
DIMENSION = Place("read", ("party", "text"), frozenset({"attr"}))
WHERE = Place("where", ("bool",))
REACH = Place("reach", ("num",))
EARLY = Place("early", ("duration", "working"))
SHARE = Place("share", ("num",))
AMOUNT = Place("each", ("num",), frozenset({"attr"}))
PLACES = (DUE, WITHIN, VOID, CLAIM, BUDGET, DIMENSION, WHERE, REACH, EARLY, SHARE, AMOUNT)


@dataclass(frozen=True, slots=True)
class Record:
    """What expressions may name: attributes and event types of each object type, and the clock they are read by.

    relations: the types that objects of a type belong to, one object each. logged: types whose events only the data know.
    parties: types whose objects have a party that others share, by the table `identity`. turns: types of promises that come again, whose
    instants stand already. span: the first and the last instant of all, UTC microseconds. staff: what names single persons of staff, as
    `persons.staff_in` says it.
    """

    attributes: Mapping[str, Mapping[str, str]]
    events: Mapping[str, frozenset[str]]
    zone: Transitions
    currency: str
    relations: Mapping[str, frozenset[str]] = field(default_factory=dict)
    logged: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    turns: frozenset[str] = frozenset()
    span: tuple[int, int] = (0, 0)
    staff: frozenset[str] = frozenset()

    def events_of(self, type: str) -> frozenset[str]:
        return self.events.get(type, frozenset())

    def owners_of(self, type: str) -> tuple[str, ...]:
        return tuple(sorted(self.relations.get(type, frozenset()) - {type}))


def instants_of(attributes: Mapping[str, Mapping[str, str]]) -> str:
    """A query of every instant on record, as `instant`. attributes: name to type, by object type."""
    cells = [(type, name) for type, named in attributes.items() for name, kind in named.items() if kind in ("instant", "day")]
    given = (f"SELECT CAST({identifier(name)} AS TIMESTAMP) AS instant FROM object_{type}" for type, name in cells)
    return " UNION ALL ".join(("SELECT occurred AS instant FROM event", *given))


def in_zone(record: Record, zone: str) -> Record:
    """The record read by the clocks of a calendar's zone."""
    if zone == record.zone.zone:
        return record
    return replace(record, zone=transitions(zone, record.zone.first_us, record.zone.last_us))


def scope_of(subject: str, record: Record) -> Scope:
    """The subject's row is `o`, its instants `i`, the row of a type that it belongs to `of_<type>`."""
    attributes = {name: _attribute("o", name, kind, record) for name, kind in record.attributes.get(subject, {}).items()}
    names = {event: Typed(instant_column(event), "instant") for event in record.events_of(subject)}
    names |= {f"{subject}.{name}": typed for name, typed in attributes.items()}
    for owner in record.owners_of(subject):
        names[f"{subject}.{owner}"] = Typed(exp.column("id", table=f"of_{owner}"), "party")
        names |= {
            f"{owner}.{name}": _attribute(f"of_{owner}", name, kind, record) for name, kind in record.attributes.get(owner, {}).items()
        }
    return Scope(names, attributes, record.zone, DUE)


def instant_column(event: str) -> exp.Column:
    return exp.column(f"e_{event}", table="i", quoted=True)


def found_by_name(dimension: str, subject: str, record: Record) -> str | None:
    """The expression of a dimension that says none: the subject's attribute of its name, else that of what it belongs to."""
    if dimension in record.attributes.get(subject, {}):
        return f"attr({dimension})"
    if dimension in record.owners_of(subject):
        return f"{subject}.{dimension}"
    return next((f"{o}.{dimension}" for o in record.owners_of(subject) if dimension in record.attributes.get(o, {})), None)


def cells_in(tree: Node, subject: str, record: Record) -> set[tuple[str, str]]:
    """The cells that an expression depends on: type and name, of attributes and events."""
    owners = record.owners_of(subject)
    return {(name.path[0] if len(name.path) > 1 and name.path[0] in owners else subject, name.path[-1]) for name in names_in(tree)}


def owners_in(trees: Iterable[Node], subject: str, record: Record) -> tuple[str, ...]:
    """The types that expressions reach beyond their subject."""
    named = {part for tree in trees for name in names_in(tree) if len(name.path) > 1 for part in name.path}
    return tuple(owner for owner in record.owners_of(subject) if owner in named)


def joins(subject: str, owners: Iterable[str], *, rows: Iterable[str] | None = None) -> str:
    """SQL that joins what a subject belongs to, by the tables of make_owners; rows: owners whose own rows are needed, all if None."""
    named = tuple(owners)
    needed = named if rows is None else tuple(rows)
    found = [f"LEFT JOIN owner_{subject}_{owner} to_{owner} ON to_{owner}.object = o.code" for owner in named]
    found += [f"LEFT JOIN object_{owner} of_{owner} ON of_{owner}.code = to_{owner}.code" for owner in needed]
    return " ".join(found)


def make_owners(engine: Engine, subject: str, owners: Iterable[str]) -> None:
    """owner_<subject>_<owner>: what each subject belongs to; of several of one type none, since nobody could say which is meant.

    Made in numpy: grouping a million rows by their subject takes ten times as long.
    """
    for owner in owners:
        found = engine.columns("SELECT from_code, to_code FROM relation WHERE from_type = ? AND to_type = ?", (subject, owner))
        objects, codes = (np.asarray(found[name], dtype=np.int64) for name in ("from_code", "to_code"))
        size = int(objects.max(initial=-1)) + 1
        first, last = np.full(size, np.iinfo(np.int64).max), np.full(size, -1)
        np.minimum.at(first, objects, codes)
        np.maximum.at(last, objects, codes)
        single = np.flatnonzero(first == last)
        engine.run(f"DROP TABLE IF EXISTS owner_{subject}_{owner}")
        engine.load(f"owner_{subject}_{owner}", {"object": single.astype(np.int32), "code": first[single].astype(np.int32)})


def quarantined(subject: str, cells: Iterable[tuple[str, str]], alias: str) -> tuple[str, str]:
    """SQL of what among these cells of a subject could not be used, NULL where all could; and the joins that it needs."""
    by_type: dict[str, list[str]] = {}
    for type, name in sorted(cells):
        by_type.setdefault(type, []).append(name)
    texts, joined = [], []
    for number, (type, names) in enumerate(by_type.items()):
        code, shown = ("o.code", "name") if type == subject else (f"to_{type}.code", f"{literal_text(type + '.')} || name")
        listed = ", ".join(literal_text(name) for name in names)
        row = f"{alias}{number}"
        joined.append(
            f"LEFT JOIN (SELECT object, string_agg(DISTINCT {shown}, ', ' ORDER BY {shown}) AS names FROM bad_cell"
            f" WHERE object_type = {literal_text(type)} AND name IN ({listed}) GROUP BY object) {row} ON {row}.object = {code}"
        )
        texts.append(f"{row}.names")
    if not texts:
        return "CAST(NULL AS VARCHAR)", ""
    return texts[0] if len(texts) == 1 else f"nullif(concat_ws(', ', {', '.join(texts)}), '')", " ".join(joined)


def column(event: str) -> str:
    return identifier(f"e_{event}")


def _attribute(table: str, name: str, kind: str, record: Record) -> Typed:
    return Typed(exp.column(name, table=table, quoted=True), ATTRIBUTE_KINDS[kind], record.currency if kind == "money" else "")
