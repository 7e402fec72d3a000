"""Small worlds drawn as tables, judged by Troth itself.

    world = judge(DELIVER, '''
        order  promised    placed            delivered
        A      2026-03-05  2026-03-01 10:00  2026-03-04 09:00
    ''', promised="day")

Two spaces or more part the columns. `-` is an empty cell, `?` one that was quarantined, `x / y` two scans. Columns named as
keywords are attributes of that type, the others events; times are UTC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.book.books import opened, promises
from troth.book import Definition
from troth.book.past import Past
from troth.engines.calendars import transitions
from troth.kernel.instant import to_us
from troth.promises import Outcome, Promise, Record, State, instants_of, make_outcomes, state, state_sql, terms_of
from troth.query import identifier, literal_text
from troth.stores.lake.engine import DuckEngine

YEARS = (to_us(datetime(2015, 1, 1)), to_us(datetime(2035, 1, 1)))
NOW = "2026-12-31"
TYPES = {"text": "VARCHAR", "instant": "TIMESTAMP", "day": "DATE", "number": "DECIMAL(18,4)", "bool": "BOOLEAN"}


@dataclass(frozen=True, slots=True)
class World:
    """The outcome table of the one promise, and when it was judged."""

    engine: DuckEngine
    table: str
    now: datetime

    def rows(self, columns: str) -> dict[str, tuple[Any, ...]]:
        """Columns of the outcomes by the subject's id."""
        found = self.engine.rows(f"SELECT o.id, {columns} FROM {self.table} p JOIN object_order o ON o.code = p.subject ORDER BY o.id")
        return {str(id): tuple(values) for id, *values in found}

    def column(self, name: str) -> dict[str, Any]:
        return {id: value for id, (value,) in self.rows(name).items()}

    def outcomes(self) -> dict[str, Outcome]:
        return {id: Outcome(*row) for id, row in self.rows("made, due, fulfilled, voided, waived, unknown_reason, breached").items()}

    def states(self, at: str | None = None) -> dict[str, State | None]:
        moment = datetime.fromisoformat(at) if at else self.now
        return {id: state(outcome, moment) for id, outcome in self.outcomes().items()}

    def shares(self) -> dict[str, dict[str, Fraction]]:
        """Who bears each broken promise; who bears nothing is left out."""
        borne: dict[str, dict[str, Fraction]] = {}
        names = [c for c in self.engine.names(f"SELECT * FROM {self.table}") if c.startswith("share_") and c != "share_of"]
        for id, (whole, *parts) in self.rows(", ".join(["share_of", *names])).items():
            if whole is not None:
                assert sum(parts) == whole
                borne[id] = {n.removeprefix("share_"): Fraction(p, whole) for n, p in zip(names, parts, strict=True) if p}
        return borne


@dataclass(frozen=True, slots=True)
class Company:
    """Outcomes of several promises about several types."""

    engine: DuckEngine
    subjects: Mapping[str, str]
    now: datetime

    def rows(self, promise: str, columns: str) -> dict[str, tuple[Any, ...]]:
        """Columns of a promise's outcomes by the subject's id."""
        named = f"outcome_{promise} p JOIN object_{self.subjects[promise]} o ON o.code = p.subject"
        return {str(id): tuple(values) for id, *values in self.engine.rows(f"SELECT o.id, {columns} FROM {named} ORDER BY o.id")}

    def states(self, promise: str, at: str | None = None) -> dict[str, State | None]:
        moment = datetime.fromisoformat(at) if at else self.now
        columns = "made, due, fulfilled, voided, waived, unknown_reason, breached"
        found = {id: Outcome(*row) for id, row in self.rows(promise, columns).items()}
        said = dict(self.rows(promise, state_sql(f"TIMESTAMP '{moment}'")).items())
        states = {id: state(outcome, moment) for id, outcome in found.items()}
        assert states == {id: one for id, (one,) in said.items()}
        return states


def judge_company(promise: Book, drawings: Mapping[str, str], *, now: str = NOW, **attributes: str) -> Company:
    """Judge drawings by their types. A column named as another type says whose an object is; attributes: column -> type, of all."""
    engine = DuckEngine(threads=1)
    engine.run("CREATE TABLE event (object_type VARCHAR, object INTEGER, occurred TIMESTAMP, type VARCHAR)")
    engine.run("CREATE TABLE bad_cell (object_type VARCHAR, object INTEGER, name VARCHAR)")
    engine.run("CREATE TABLE relation (from_type VARCHAR, from_code INTEGER, to_type VARCHAR, to_code INTEGER, qualifier VARCHAR)")
    drawn = {type: _cells(drawing) for type, drawing in drawings.items()}
    codes = {type: {id: code for code, id in enumerate(sorted(cells))} for type, (_, cells) in drawn.items()}
    named: dict[str, dict[str, str]] = {}
    events: dict[str, frozenset[str]] = {}
    relations: dict[str, frozenset[str]] = {}
    for type, (header, cells) in drawn.items():
        named[type] = {name: attributes[name] for name in header if name in attributes}
        relations[type] = frozenset(name for name in header if name in drawn)
        events[type] = frozenset(header) - named[type].keys() - relations[type]
        columns = "".join(f", {identifier(name)} {TYPES[kind]}" for name, kind in named[type].items())
        engine.run(f"CREATE TABLE object_{type} (code INTEGER, id VARCHAR, month INTEGER, stratum VARCHAR{columns})")
        for id, code in codes[type].items():
            given = [literal_text(cells[id][name]) if cells[id][name] not in "-?" else "NULL" for name in named[type]]
            engine.run(f"INSERT INTO object_{type} VALUES ({', '.join([str(code), literal_text(id), '0', 'NULL', *given])})")
            for name, cell in cells[id].items():
                if cell == "?":
                    engine.run("INSERT INTO bad_cell VALUES (?, ?, ?)", (type, code, name))
                elif name in drawn and cell != "-":
                    engine.run("INSERT INTO relation VALUES (?, ?, ?, ?, NULL)", (type, code, name, codes[name][cell]))
                elif name in events[type]:
                    for time in (one.strip() for one in cell.split("/") if one.strip() not in "-?"):
                        engine.run("INSERT INTO event VALUES (?, ?, CAST(? AS TIMESTAMP), ?)", (type, code, time, name))
    moment = datetime.fromisoformat(now)
    ((low, high),) = engine.rows(f"SELECT min(epoch_us(instant)), max(epoch_us(instant)) FROM ({instants_of(named)})")
    span = (int(low or 0), int(high or 0))
    record = Record(named, events, transitions("UTC", *YEARS), "EUR", relations, span=span)
    book, problems = opened({"promises/world.yaml": promise} if isinstance(promise, str) else promise)
    assert not problems, problems
    made = make_outcomes(engine, terms_of(book), record, moment)
    return Company(engine, {one.name: one.promise.subject for one in made}, moment)


def _cells(drawing: str) -> tuple[list[str], dict[str, dict[str, str]]]:
    header, *lines = (re.split(r"\s{2,}", line.strip()) for line in drawing.strip().splitlines())
    return header[1:], {line[0]: dict(zip(header[1:], line[1:], strict=True)) for line in lines}


def defined(text: str) -> Definition[Promise]:
    """The one promise of a YAML text."""
    (definition,) = promises(text).values()
    return definition


Book = str | Mapping[str, str]
"""The YAML of one promise, or the files of a book with one."""


def judge(promise: Book, drawing: str, *, zone: str = "UTC", now: str = NOW, past: Sequence[Past] = (), **attributes: str) -> World:
    """attributes: column -> type of the columns that are no events. past: revisions of the book."""
    header, drawn = _cells(drawing)
    events = {name for name in header if name not in attributes}
    return judge_cells(promise, drawn, attributes, events, zone=zone, now=now, past=past)


def judge_cells(
    promise: Book,
    drawn: Mapping[str, Mapping[str, str]],
    attributes: Mapping[str, str],
    events: set[str],
    *,
    zone: str = "UTC",
    now: str = NOW,
    past: Sequence[Past] = (),
) -> World:
    """The same from cells: id -> column -> cell."""
    engine = DuckEngine(threads=1)
    columns = "".join(f", {identifier(name)} {TYPES[kind]}" for name, kind in attributes.items())
    engine.run(f"CREATE TABLE object_order (code INTEGER, id VARCHAR, month INTEGER, stratum VARCHAR{columns})")
    engine.run("CREATE TABLE event (object_type VARCHAR, object INTEGER, occurred TIMESTAMP, type VARCHAR)")
    engine.run("CREATE TABLE bad_cell (object_type VARCHAR, object INTEGER, name VARCHAR)")
    objects, scans, bad = [], [], []
    for code, id in enumerate(sorted(drawn)):
        cells = drawn[id]
        given = [literal_text(cells[name]) if cells[name] not in "-?" else "NULL" for name in attributes]
        objects.append(f"({', '.join([str(code), literal_text(id), '0', 'NULL', *given])})")
        bad += [f"('order', {code}, {literal_text(name)})" for name, cell in cells.items() if cell == "?"]
        for name in sorted(events):
            times = [time.strip() for time in cells[name].split("/") if time.strip() not in "-?"]
            scans += [f"('order', {code}, {literal_text(time)}, {literal_text(name)})" for time in times]
    for table, rows in (("object_order", objects), ("event", scans), ("bad_cell", bad)):
        if rows:
            engine.run(f"INSERT INTO {table} VALUES {', '.join(rows)}")
    moment = datetime.fromisoformat(now)
    ((low, high),) = engine.rows(f"SELECT min(epoch_us(instant)), max(epoch_us(instant)) FROM ({instants_of({'order': attributes})})")
    span = (int(low or 0), int(high or 0))
    record = Record({"order": attributes}, {"order": frozenset(events)}, transitions(zone, *YEARS), "EUR", span=span)
    book, problems = opened({"promises/world.yaml": promise} if isinstance(promise, str) else promise, past=past)
    assert not problems, problems
    (made,) = make_outcomes(engine, terms_of(book), record, moment)
    return World(engine, f"outcome_{made.name}", moment)
