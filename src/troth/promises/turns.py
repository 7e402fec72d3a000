"""Promises that come again: each time that one is due is a subject of its own, with the day that it is for.

The turns of `weekly_report`, about a `contract`, are objects of a type `weekly_report` that belong to their contract and to what that
belongs to. The span of a turn is from the end of the day of the one before, for the first from the anchor, to the end of its own day:
what is due in a span is looked for in it, so that a turn that was missed stays missed, and the next is not late for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlglot import exp

from troth.book import Definition, Variant
from troth.kernel.errors import BookError
from troth.kernel.instant import to_us
from troth.promises.definition import Promise
from troth.promises.naming import Record, column
from troth.promises.terms import By, Terms
from troth.query import literal_instant, literal_text, to_local
from troth.query.zone import day_begins
from troth.record import Engine

TURN = "turn"
DAY = "day"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
END_OF_ITS_DAY = "end_of_day(attr(day))"
MONTH = 31  # days from one turn to the next, at most
LONGEST = {"day": 1, **dict.fromkeys(WEEKDAYS, 7)}
ATTR = re.compile(r"\battr\(\s*(\w+)\s*\)")
DOTTED = re.compile(r"\b(\w+)\.(\w+)\b")


def comes_again(terms: Iterable[Terms]) -> list[Terms]:
    return [one for one in terms if one.current.value.every is not None]


def with_turns(record: Record, promises: Mapping[str, Promise]) -> Record:
    """The record with a type for each promise that comes again. promises: by name, only such.

    Raises BookError where the record has a type of that name already.
    """
    for name, promise in promises.items():
        subject = promise.subject
        if name in record.attributes:
            raise BookError(
                f"promises.{name} comes again, so that its turns are of the type '{name}', which the sources have already",
                next_step="Call the promise something else.",
            )
        owners = frozenset({subject, *record.owners_of(subject)})
        events = frozenset({TURN, str(promise.fulfil.event)} if promise.fulfil.event in record.events_of(subject) else {TURN})
        record = replace(
            record,
            attributes={**record.attributes, name: {DAY: "day"}},
            events={**record.events, name: events},
            relations={**record.relations, name: owners},
            turns=record.turns | {name},
            logged=record.logged | ({name} if subject in record.logged else set()),
        )
    return record


def turned(terms: Terms, record: Record) -> Terms:
    """The terms of a promise that comes again, about its turns."""
    kept: dict[int, tuple[Definition[Promise], Definition[Promise]]] = {}

    def about(definition: Definition[Promise]) -> Definition[Promise]:
        if id(definition) not in kept:
            kept[id(definition)] = definition, about_turns(definition)
        return kept[id(definition)][1]

    def variants(keys: Mapping[str, str], made: tuple[datetime, datetime] | None = None) -> Iterable[Variant[Promise]]:
        for one in terms.variants(keys, made):
            yield replace(one, definition=about(one.definition), former=about(one.former) if one.former else None)

    by = tuple(_read(one, terms.name, terms.current.value.subject, record) for one in terms.by)
    return replace(terms, current=about(terms.current), said=tuple(map(about, terms.said)), variants=variants, by=by)


def about_turns(definition: Definition[Promise]) -> Definition[Promise]:
    """A promise that comes again as one about its turns, due at the end of their day if the book does not say when."""
    value = definition.value
    due = END_OF_ITS_DAY if value.due is None and value.within is None else value.due
    changed = value.model_copy(update={"subject": definition.name, "anchor": TURN, "due": due})
    return replace(definition, value=changed, like=definition.like or definition)


def _read(by: By, name: str, subject: str, record: Record) -> By:
    """A dimension that is read from a subject is read from that of its turn."""
    text = by.expression(subject)
    if text is None:
        return by
    owners = record.owners_of(subject)

    def named(found: re.Match[str]) -> str:
        return f"{name}.{found[2]}" if found[1] == subject and found[2] in owners else found[0]

    text = DOTTED.sub(named, ATTR.sub(lambda found: f"{subject}.{found[1]}", text))
    return replace(by, read={**by.read, name: text})


@dataclass(frozen=True, slots=True)
class Turns:
    """What a promise's turns are made from."""

    name: str
    subject: str
    anchor: str
    event: str
    every: str | int
    until: str | None
    record: Record = field(repr=False)

    @classmethod
    def of(cls, name: str, promise: Promise, record: Record) -> Turns:
        assert promise.every is not None
        return cls(name, promise.subject, promise.anchor, str(promise.fulfil.event), promise.every, promise.until, record)


def make_turns(engine: Engine, turns: Turns, at: datetime) -> None:
    """object_<promise> and instants_<promise>: the turns of every subject up to the one in whose span `at` lies; and their relations."""
    name, subject, zone = turns.name, turns.subject, turns.record.zone
    now = literal_instant(to_us(at)).sql("duckdb")
    of = f"object_type = {literal_text(subject)}"
    ends = f"min(occurred) FILTER (type = {literal_text(turns.until)})" if turns.until else "CAST(NULL AS TIMESTAMP)"
    first, last = (f"CAST({to_local(exp.column(one), zone).sql('duckdb')} AS DATE)" for one in ("begins", "until"))
    after = day_begins(exp.column("midnight"), zone).sql("duckdb")
    ahead = LONGEST[turns.every] if isinstance(turns.every, str) else MONTH
    engine.run(f"""
        CREATE OR REPLACE TABLE spans_{name} AS
        WITH life AS (
            SELECT object, min(occurred) FILTER (type = {literal_text(turns.anchor)}) AS begins, {ends} AS ends
            FROM event WHERE {of} GROUP BY object
        ),
        lives AS (
            SELECT object, begins, ends, coalesce(ends, {now}) AS until FROM life WHERE coalesce(ends, {now}) >= begins
        ),
        days AS (
            SELECT object, begins, CAST(unnest(
                range({first}, {last} + CASE WHEN ends IS NULL THEN {ahead} + 1 ELSE 0 END, INTERVAL 1 DAY)
            ) AS DATE) AS day FROM lives
        ),
        due AS (
            SELECT object, begins, day, lag(day) OVER (PARTITION BY object ORDER BY day) AS before FROM days WHERE {_falls(turns.every)}
        ),
        spans AS (
            SELECT object, day, (SELECT {after} FROM (SELECT CAST(day + 1 AS TIMESTAMP) AS midnight)) AS till,
                   coalesce((SELECT {after} FROM (SELECT CAST(before + 1 AS TIMESTAMP) AS midnight)), begins) AS since
            FROM due
        )
        SELECT CAST(row_number() OVER (ORDER BY o.id || ' ' || s.day) - 1 AS INTEGER) AS code, o.id || ' ' || s.day AS id, s.*
        FROM spans s JOIN object_{subject} o ON o.code = s.object WHERE s.since <= {now}
    """)
    engine.run(
        f"CREATE OR REPLACE TABLE object_{name} AS SELECT code, id, CAST(year(since) * 100 + month(since) AS INTEGER) AS month,"
        f" CAST(NULL AS VARCHAR) AS stratum, day FROM spans_{name} ORDER BY code"
    )
    engine.run(
        f"CREATE OR REPLACE TABLE instants_{name} AS SELECT s.code AS object, s.since AS {column(TURN)},"
        f" min(e.occurred) AS {column(turns.event)} FROM spans_{name} s LEFT JOIN event e ON e.{of} AND e.object = s.object"
        f" AND e.type = {literal_text(turns.event)} AND e.occurred >= s.since AND e.occurred < s.till GROUP BY s.code, s.since"
    )
    _relate(engine, turns)
    engine.run(
        f"INSERT INTO bad_cell BY NAME SELECT b.* REPLACE ({literal_text(name)} AS object_type, s.code AS object) FROM bad_cell b"
        f" JOIN spans_{name} s ON s.object = b.object WHERE b.{of} AND b.name = {literal_text(turns.event)}"
    )
    engine.run(f"DROP TABLE spans_{name}")


def _falls(every: str | int) -> str:
    """SQL of whether a day is one on which a turn falls due; the 31st is the last day of a shorter month."""
    if isinstance(every, int):
        return f"day(day) = least({every}, day(last_day(day)))"
    return "TRUE" if every == "day" else f"isodow(day) = {WEEKDAYS.index(every) + 1}"


def _relate(engine: Engine, turns: Turns) -> None:
    """Each turn belongs to its subject, and to whatever that belongs to."""
    named = literal_text(turns.name)
    engine.run(
        f"INSERT INTO relation BY NAME SELECT {named} AS from_type, code AS from_code, {literal_text(turns.subject)} AS to_type,"
        f" object AS to_code FROM spans_{turns.name}"
        f" UNION ALL SELECT {named}, s.code, r.to_type, r.to_code FROM spans_{turns.name} s"
        f" JOIN relation r ON r.from_type = {literal_text(turns.subject)} AND r.from_code = s.object ORDER BY ALL"
    )
