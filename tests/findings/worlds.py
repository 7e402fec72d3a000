"""Small worlds for finders: facts as Python rows, promises as YAML, outcomes by Troth itself; and Olist, where it is.

made = world(
    {"order": {"o1": {"due_on": "2026-03-05"}}},
    [("order", "o1", "placed", "2026-03-01 10:00"), ("order", "o1", "delivered", "2026-03-04 09:00")],
    "deliver: {subject: order, words: delivered by the day given, anchor: placed, fulfil: {event: delivered}, ...}",
)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.book.books import opened
from tests.book.books import promises as promises_of
from tests.needs import require_data
from troth.engines.calendars import Transitions, transitions
from troth.findings.context import Context
from troth.findings.statement import Statement
from troth.kernel.instant import DAY_US, to_us
from troth.promises import Record, make_outcomes, terms_of
from troth.query import literal_text
from troth.record import Engine, as_of, make_steps, make_strata
from troth.stores.lake.engine import DuckEngine

REFERENCE = Path(__file__).resolve().parents[1] / "reference" / "olist" / "figures.json"
YEARS = (to_us(datetime(2015, 1, 1)), to_us(datetime(2030, 1, 1)))
EMPTY = {
    "relation": "from_type VARCHAR, from_code INTEGER, to_type VARCHAR, to_code INTEGER, qualifier VARCHAR",
    "feedback": "about_type VARCHAR, about INTEGER, asked TIMESTAMP, answered TIMESTAMP, score DECIMAL(18,4),"
    " low DECIMAL(18,4), high DECIMAL(18,4), instrument VARCHAR, source VARCHAR, source_row BIGINT",
    "money": "about_type VARCHAR, about INTEGER, kind VARCHAR, amount DECIMAL(18,4), currency VARCHAR, source VARCHAR, source_row BIGINT",
    "quarantine": "source VARCHAR, file VARCHAR, source_row BIGINT, source_column VARCHAR, reason VARCHAR,"
    " whole_row BOOLEAN, value VARCHAR",
    "bad_cell": "object_type VARCHAR, object INTEGER, name VARCHAR",
}

Objects = Mapping[str, Mapping[str, Mapping[str, str | None]]]
Events = Iterable[tuple[str, str, str, str]]


def world(
    objects: Objects,
    events: Events,
    promises: str = "{}",
    *,
    zone: str = "UTC",
    populations: Mapping[str, Mapping[str, int]] | None = None,
    relations: Sequence[tuple[str, str, str, str]] = (),
    feedback: Sequence[tuple[str, str, str, str, float]] = (),
    money: Sequence[tuple[str, str, str, float]] = (),
    currency: str = "EUR",
    now: str | None = None,
) -> Context:
    """A record with its outcomes, judged at the last event or at `now`.

    objects: type -> id -> attributes; `stratum` is the sampling stratum, text that reads as a date and time is an
    instant (UTC), the rest is text. events: (object type, id, event type, UTC). populations: type -> stratum -> total.
    relations: (from type, from id, to type, to id). feedback: (type, id, asked, answered, score of 1 to 5).
    money: (type, id, kind, amount).
    """
    engine = DuckEngine(threads=1)
    for table, columns in EMPTY.items():
        engine.run(f"CREATE TABLE {table} ({columns})")
    codes = {type: {id: code for code, id in enumerate(sorted(found))} for type, found in objects.items()}
    attributes = {type: _make_object(engine, type, found) for type, found in objects.items()}
    _make_events(engine, events, codes)
    for from_type, from_id, to_type, to_id in relations:
        row = (from_type, codes[from_type][from_id], to_type, codes[to_type][to_id])
        engine.run("INSERT INTO relation VALUES (?, ?, ?, ?, NULL)", row)
    for number, (type, id, asked, answered, score) in enumerate(feedback, 1):
        answer = (type, codes[type][id], asked, answered, score, number)
        engine.run("INSERT INTO feedback VALUES (?, ?, ?, ?, ?, 1, 5, 'survey', 'answers', ?)", answer)
    for number, (type, id, kind, amount) in enumerate(money, 1):
        payment = (type, codes[type][id], kind, amount, currency, number)
        engine.run("INSERT INTO money VALUES (?, ?, ?, ?, ?, 'payments', ?)", payment)
    make_steps(engine)
    make_strata(engine, populations or {})
    at = datetime.fromisoformat(now) if now else as_of(engine)
    assert at is not None
    return _context(engine, promises, attributes, transitions(zone, *YEARS), currency, at)


@cache
def olist() -> Context:
    """The public Olist sample as `troth start` builds it. Skips where the data set is absent."""
    from troth.sources import make_facts, make_shared, settle, stage
    from troth.sources.guess import groups_of
    from troth.sources.mapping import Source
    from troth.sources.templates import match

    folder = require_data("olist")
    engine = DuckEngine()
    (found,) = match(engine, groups_of(folder)[0])
    assert found.zone is not None
    assert found.currency is not None
    make_shared(engine)
    staged = []
    for name, mapping in sorted(found.sources.items()):
        staged.append(stage(engine, name, Source.model_validate(mapping), folder, found.zone))
        settle(engine, staged[-1])
    attributes = make_facts(engine, staged, currency=found.currency)
    make_steps(engine)
    samples = [s.source for s in staged if s.source.sample and s.source.object]
    make_strata(engine, {s.object.type: s.sample.population for s in samples if s.object and s.sample})
    last = as_of(engine)
    assert last is not None
    zone = transitions(found.zone, YEARS[0] - 400 * DAY_US, YEARS[1])
    return _context(engine, json.dumps(found.promises), attributes, zone, found.currency, last)


def figure(name: str) -> Any:
    """A value of the independent oracle on Olist, tests/reference/olist/figures.json."""
    return next(f["value"] for f in json.loads(REFERENCE.read_text(encoding="utf-8")) if f["name"] == name)


def value_of(context: Context, statement: Statement) -> float:
    """What the statement's SQL gives in column `value` of its first row."""
    return float(context.engine.columns(statement.sql)["value"][0])


def listed(context: Context, statement: Statement) -> list[str]:
    """The ids that the statement's list of subjects gives."""
    assert statement.orders_sql is not None
    return [str(id) for (id,) in context.engine.rows(statement.orders_sql)]


def _make_object(engine: Engine, type: str, found: Mapping[str, Mapping[str, str | None]]) -> dict[str, str]:
    named = {name: value for row in found.values() for name, value in row.items() if name != "stratum" and value}
    kinds = {name: "instant" if _is_instant(value) else "text" for name, value in sorted(named.items())}
    columns = "".join(f', "{n}" {"TIMESTAMP" if k == "instant" else "VARCHAR"}' for n, k in kinds.items())
    engine.run(f"CREATE TABLE object_{type} (code INTEGER, id VARCHAR, month INTEGER, stratum VARCHAR{columns})")
    rows = []
    for code, id in enumerate(sorted(found)):
        texts = (id, found[id].get("stratum"), *(found[id].get(name) for name in kinds))
        first, *rest = ("NULL" if text is None else literal_text(text) for text in texts)
        rows.append(f"({', '.join([str(code), first, '0', *rest])})")
    if rows:
        engine.run(f"INSERT INTO object_{type} VALUES {', '.join(rows)}")
    return kinds


def _is_instant(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _make_events(engine: Engine, events: Events, codes: Mapping[str, Mapping[str, int]]) -> None:
    engine.run(
        "CREATE TABLE event (month INTEGER, object_type VARCHAR, object INTEGER, occurred TIMESTAMP, type VARCHAR,"
        " source VARCHAR, source_row BIGINT)"
    )
    rows = [
        f"(0, {literal_text(type)}, {codes[type][id]}, TIMESTAMP '{at}', {literal_text(event)}, 'log', {number})"
        for number, (type, id, event, at) in enumerate(events, 1)
    ]
    if rows:
        engine.run(f"INSERT INTO event VALUES {', '.join(rows)}")


def _context(
    engine: Engine,
    promises: str,
    attributes: Mapping[str, Mapping[str, str]],
    zone: Transitions,
    currency: str,
    at: datetime,
) -> Context:
    found = promises_of(promises)
    events: dict[str, set[str]] = {}
    for type, event in engine.rows("SELECT DISTINCT object_type, type FROM event"):
        events.setdefault(str(type), set()).add(str(event))
    record = Record(attributes, {type: frozenset(known) for type, known in events.items()}, zone, currency)
    make_outcomes(engine, terms_of(opened({"promises/world.yaml": promises})[0]), record, at)
    named = engine.rows("SELECT table_name, column_name FROM information_schema.columns ORDER BY table_name, ordinal_position")
    tables: dict[str, tuple[str, ...]] = {}
    for table, column in named:
        tables[str(table)] = (*tables.get(str(table), ()), str(column))
    terms = {name: definition.value for name, definition in found.items()}
    return Context(engine, terms, tables, at, zone, currency)
