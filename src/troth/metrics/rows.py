"""The rows that a metric counts, as SQL: an object, an outcome or an answer each, with what an expression may name of it.

Whatever the rows are, `o` is the object that they are about, so that one metric is sliced as any other. What has to be found first,
such as when an event happened, is a relation of its own, found once for all metrics of a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from sqlglot import exp

from troth.metrics.clocking import Counting, refuse_days
from troth.metrics.ground import Ground
from troth.promises.naming import DIMENSION, Record, cells_in, joins, owners_in, scope_of
from troth.query import Kind, Place, Scope, Typed, compile_expression, identifier, literal_text, names_in, parse
from troth.query.written import written

AT = Place("at", ("instant",))
BELONGS = Place("where", ("bool",))
AMOUNT = Place("value", ("num", "money", "duration", "working", "bool"))
SAME = Place("same", ("text", "party"))
PLACES = (AT, AMOUNT, SAME)
OUTCOME_INSTANTS = {"made": "made", "due": "due", "fulfilled": "fulfilled", "known": "known_from"}
ANSWER_INSTANTS = ("answered", "asked")


@dataclass(frozen=True, slots=True)
class Least:
    """The least value of each object, in columns `object` and the one named `value`. pairs: SQL of both.

    single: of an object with several values none.
    """

    pairs: str
    value: str
    single: bool = False

    @property
    def sql(self) -> str:
        only = f" HAVING min({self.value}) = max({self.value})" if self.single else ""
        return f"SELECT object, min({self.value}) AS {self.value} FROM ({self.pairs}) p GROUP BY object{only}"

    def of(self, objects: np.ndarray[Any, Any], values: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """The same in numpy: grouping a million rows in SQL takes twice as long. objects: codes from 0; values: as many, whole numbers."""
        if not len(objects) or (objects[1:] > objects[:-1]).all():
            return objects, values
        size = int(objects.max()) + 1
        first, last = np.full(size, np.iinfo(np.int64).max), np.full(size, np.iinfo(np.int64).min)
        np.minimum.at(first, objects, values)
        np.maximum.at(last, objects, values)
        found = np.flatnonzero(first == last if self.single else last >= first)
        return found.astype(objects.dtype), first[found]


Found = str | Least
"""SQL of a relation, or what can be found without it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """base: a FROM clause whose `o` is the object's row. subject: the type of `o`. names: what expressions may name of a row beside
    what the record has of its object. relations: what has to be found first, by name. joins: those of `o` with relations.
    calendar: on which working time counts.
    """

    subject: str
    base: str
    names: Mapping[str, Typed] = field(default_factory=dict)
    relations: Mapping[str, Found] = field(default_factory=dict)
    joins: tuple[str, ...] = ()
    calendar: str | None = None

    def reaching(self, relations: Mapping[str, Found], joined: Iterable[str]) -> Rows:
        """The same with more found and joined; what is there already is not joined twice."""
        return replace(self, relations={**self.relations, **relations}, joins=tuple(dict.fromkeys((*self.joins, *joined))))


@dataclass(frozen=True, slots=True)
class Made:
    """An expression over rows that have all it needs. cells: what of the record it depends on, type and name."""

    node: exp.Expression
    sql: str
    rows: Rows
    kind: Kind
    currency: str = ""
    cells: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Read:
    """An expression as it is on any rows of one base. events, owners: what must be joined to them, and then, for working time, `joins`."""

    typed: Typed
    sql: str
    events: tuple[str, ...]
    owners: tuple[str, ...]
    cells: frozenset[tuple[str, str]]
    joins: tuple[str, ...] = ()


def objects(type: str) -> Rows:
    return Rows(type, f"object_{type} o")


def outcomes(promise: str, subject: str) -> Rows:
    names = {name: Typed(exp.column(column, table="r"), "instant") for name, column in OUTCOME_INSTANTS.items()}
    return Rows(subject, f"outcome_{promise} r JOIN object_{subject} o ON o.code = r.subject", names)


def entries(about: str, kind: str, currency: str) -> Rows:
    """Amounts of a kind; one in another currency than the operation's is not known in it."""
    amount = exp.Case(
        ifs=[
            exp.If(
                this=exp.EQ(this=exp.column("currency", table="m"), expression=exp.Literal.string(currency)),
                true=exp.column("amount", table="m"),
            )
        ]
    )
    chosen = f"m.about_type = {literal_text(about)} AND m.kind = {literal_text(kind)}"
    return Rows(about, f"money m JOIN object_{about} o ON o.code = m.about AND {chosen}", {"amount": Typed(amount, "money", currency)})


def answers(about: str, instrument: str) -> Rows:
    names: dict[str, Typed] = {name: Typed(exp.column(name, table="f"), "instant") for name in ANSWER_INSTANTS}
    names["score"] = Typed(exp.column("score", table="f"), "num")
    chosen = f"f.about_type = {literal_text(about)} AND f.instrument = {literal_text(instrument)}"
    return Rows(about, f"feedback f JOIN object_{about} o ON o.code = f.about AND {chosen}", names)


def made(rows: Rows, text: str, ground: Ground, place: Place) -> Made:
    """An expression over rows. Raises ExpressionError for what they do not have, and for what is not of the place's type."""
    key = (Read, rows.subject, rows.base, tuple(rows.names), text, place.name, rows.calendar)
    found = ground.once(key, lambda: _read(rows, text, ground, place))
    for event in found.events:
        rows = with_event(rows, event)
    for owner in found.owners:
        rows = with_owner(rows, owner)
    if found.joins:
        clock = ground.clock(str(rows.calendar))
        rows = rows.reaching({clock.relation: clock.stretches}, found.joins)
    return Made(found.typed.node, found.sql, rows, found.typed.kind, found.typed.currency, found.cells)


def _read(rows: Rows, text: str, ground: Ground, place: Place) -> Read:
    tree, subject, record = parse(text), rows.subject, ground.record
    scope, known = ground.once((scope_of, subject), lambda: _scope(subject, record))
    more: set[str] = set()
    if subject in record.logged:
        more = {name.dotted for name in names_in(tree) if len(name.path) == 1} - known  # only the data know which there are
    names = {**scope.names, **{event: Typed(_instant(subject, event), "instant") for event in more}, **rows.names}
    counting = None
    if rows.calendar is not None:
        refuse_days(tree)
        counting = Counting(ground.clock(rows.calendar))
    typed = compile_expression(tree, replace(scope, names=names, place=place, calendar=counting))
    needed = tuple(name.dotted for name in names_in(tree) if name.dotted in known | more and name.dotted not in rows.names)
    cells = frozenset(cell for cell in cells_in(tree, subject, record) if cell[1] not in rows.names)
    clocks = tuple(counting.joins) if counting else ()
    return Read(typed, written(typed.node), needed, owners_in([tree], subject, record), cells, clocks)


def _scope(subject: str, record: Record) -> tuple[Scope, frozenset[str]]:
    """What expressions over objects of a type may name, and which of it are events."""
    scope, events = scope_of(subject, record), record.events_of(subject)
    return replace(scope, names={**scope.names, **{one: Typed(_instant(subject, one), "instant") for one in events}}), frozenset(events)


def happened(rows: Rows, event: str, ground: Ground) -> Made:
    """The first instant of an event of the object of each row, whatever the event is called; an expression names only some."""
    named = rows.names.get(event)
    node = ground.once((happened, rows.subject, rows.base, event), lambda: _instant(rows.subject, event)) if named is None else named.node
    sql = ground.written(node)
    if named is not None:
        return Made(node, sql, rows, "instant")
    return Made(node, sql, with_event(rows, event), "instant", "", frozenset({(rows.subject, event)}))


def sliced(rows: Rows, text: str, ground: Ground) -> Made:
    """What tells rows apart: text or party, as a dimension of the company is read."""
    return made(rows, text, ground, DIMENSION)


def with_event(rows: Rows, event: str) -> Rows:
    """Rows that have the first instant of an event of their object."""
    name = first_name(rows.subject, event)
    joined = f"LEFT JOIN {identifier(name)} ON {identifier(name)}.object = o.code"
    return rows.reaching({name: first_of(rows.subject, event)}, (joined,))


def with_owner(rows: Rows, owner: str) -> Rows:
    """Rows that have what their object belongs to; of several of one type none, since nobody could say which is meant."""
    return rows.reaching({owner_name(rows.subject, owner): owner_of(rows.subject, owner)}, (joins(rows.subject, (owner,)),))


def _instant(subject: str, event: str) -> exp.Expression:
    return exp.column("occurred", table=first_name(subject, event), quoted=True)


def first_name(subject: str, event: str) -> str:
    return f"first_{subject}_{event}"


def first_of(subject: str, event: str) -> Least:
    chosen = f"object_type = {literal_text(subject)} AND type = {literal_text(event)}"
    return Least(f"SELECT object, occurred FROM event WHERE {chosen}", "occurred")


def owner_name(subject: str, owner: str) -> str:
    return f"owner_{subject}_{owner}"


def owner_of(subject: str, owner: str) -> Least:
    chosen = f"from_type = {literal_text(subject)} AND to_type = {literal_text(owner)}"
    return Least(f"SELECT from_code AS object, to_code AS code FROM relation WHERE {chosen}", "code", single=True)
