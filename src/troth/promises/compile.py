"""A promise's definition to one query over the record: instants, due, what voids it, what cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from troth.book import Definition
from troth.engines.calendars import Transitions
from troth.kernel.errors import BookError, ExpressionError, nearest
from troth.promises.definition import Promise, Stage
from troth.query import Kind, Place, Scope, Typed, compile_expression, literal_text, moved, names_in, parse
from troth.record import Engine

ATTRIBUTE_KINDS: dict[str, Kind] = {
    "text": "text", "number": "num", "money": "money", "instant": "instant", "day": "day", "bool": "bool",
}  # fmt: skip

DUE = Place("due", ("instant",))
VOID = Place("void_when", ("bool",))
CLAIM = Place("claimed_by", ("bool",))
BUDGET = Place("budget", ("instant", "duration", "working"))


@dataclass(frozen=True, slots=True)
class Record:
    """What expressions may name: attributes and event types of each object type, and the clock they are read by."""

    attributes: Mapping[str, Mapping[str, str]]
    events: Mapping[str, frozenset[str]]
    zone: Transitions
    currency: str

    def events_of(self, type: str) -> frozenset[str]:
        return self.events.get(type, frozenset())


@dataclass(frozen=True, slots=True)
class Compiled:
    """select: the query of the outcome table without delay shares. absolute: stages whose budget is an instant."""

    name: str
    promise: Promise
    select: str
    stages: tuple[str, ...]
    absolute: tuple[bool, ...]


def compile_promise(definition: Definition[Promise], record: Record) -> Compiled:
    """The outcome query of a promise. Raises BookError with file, line and column for a name that is not in the record."""
    name, promise = definition.name, definition.value
    scope = _scope(promise, record)
    at = _Places(definition, record)
    made, fulfilled = at.event(promise.anchor, "anchor"), at.event(promise.fulfil.event, "fulfil", "event")
    due = _sql(at.expression(promise.due, scope.at(DUE), "due"))
    void = _sql(at.expression(promise.void_when, scope.at(VOID), "void_when")) if promise.void_when else "FALSE"
    claim = promise.fulfil.claimed_by
    claimed = _sql(at.expression(claim, scope.at(CLAIM), "fulfil", "claimed_by")) if claim else "FALSE"
    stages = [_stage(key, stage, scope, at) for key, stage in promise.stages.items()]
    subject = literal_text(promise.subject)
    needed = {promise.fulfil.event} | _attributes_in(promise.due) | _attributes_in(promise.void_when)
    claims = _attributes_in(promise.fulfil.claimed_by) - needed
    select = f"""
        WITH judged AS (
            SELECT o.code AS subject, o.stratum, {made} AS made, {due} AS due, {fulfilled} AS fulfilled,
                   coalesce({void}, FALSE) AS is_void, coalesce({claimed}, FALSE) AS is_claimed,
                   q.needed AS quarantined, q.claims AS claim_quarantined
                   {"".join(", " + line for stage in stages for line in stage.lines)}
            FROM object_{promise.subject} o JOIN instants_{promise.subject} i ON i.object = o.code
            LEFT JOIN (SELECT object, {_names(needed)} AS needed, {_names(claims)} AS claims
                       FROM bad_cell WHERE object_type = {subject} GROUP BY object) q ON q.object = o.code
            WHERE {made} IS NOT NULL
        )
        SELECT {literal_text(name)} AS promise, CAST(year(made) * 100 + month(made) AS INTEGER) AS month,
               {subject} AS subject_type, subject, stratum, made, due, fulfilled,
               CASE WHEN is_void THEN made END AS voided, CAST(NULL AS TIMESTAMP) AS waived,
               CASE WHEN is_void THEN 'undated' END AS void_flag,
               CASE WHEN quarantined IS NOT NULL THEN 'quarantined: ' || quarantined
                    WHEN due IS NULL THEN 'due cannot be computed'
                    WHEN is_claimed AND fulfilled IS NULL THEN 'claimed, but no instant on record'
                    WHEN claim_quarantined IS NOT NULL AND fulfilled IS NULL THEN 'quarantined: ' || claim_quarantined
               END AS unknown_reason,
               greatest(made, fulfilled) AS known_from, {literal_text(definition.hash)} AS terms
               {"".join(f', "{key}_from", "{key}_to", "{key}_budget_us"' for key in promise.stages)}
        FROM judged ORDER BY month, subject"""
    return Compiled(name, promise, select, tuple(promise.stages), tuple(stage.absolute for stage in stages))


def make_instants(engine: Engine, type: str, events: Iterable[str]) -> None:
    """instants_<type>: the first instant of each event type, one row an object."""
    firsts = "".join(f", min(occurred) FILTER (type = {literal_text(e)}) AS {_column(e)}" for e in sorted(events))
    engine.run(
        f"CREATE OR REPLACE TABLE instants_{type} AS SELECT object{firsts} FROM event"
        f" WHERE object_type = {literal_text(type)} GROUP BY object"
    )


class _Places:
    """Where in the book an expression stands, so that its errors point there."""

    def __init__(self, definition: Definition[Promise], record: Record) -> None:
        self.definition = definition
        self.record = record

    def expression(self, text: str, scope: Scope, *path: str) -> Typed:
        try:
            return compile_expression(text, scope)
        except ExpressionError as error:
            raise self.error(str(error), *path) from error

    def event(self, type: str, *path: str) -> str:
        known = self.record.events_of(self.definition.value.subject)
        if type not in known:
            raise self.error(f"no event '{type}' of '{self.definition.value.subject}'; {nearest(type, known)}", *path)
        return f"i.{_column(type)}"

    def error(self, message: str, *path: str) -> BookError:
        return BookError(str(self.definition.problem(path, message)))


def _scope(promise: Promise, record: Record) -> Scope:
    attributes = {
        name: Typed(exp.column(name, table="o", quoted=True), ATTRIBUTE_KINDS[kind], record.currency if kind == "money" else "")
        for name, kind in record.attributes.get(promise.subject, {}).items()
    }
    names = {event: Typed(_instant(event), "instant") for event in record.events_of(promise.subject)}
    names |= {f"{promise.subject}.{name}": typed for name, typed in attributes.items()}
    return Scope(names, attributes, record.zone, DUE)


@dataclass(frozen=True, slots=True)
class _StageSql:
    lines: tuple[str, ...]
    absolute: bool


def _stage(key: str, stage: Stage, scope: Scope, at: _Places) -> _StageSql:
    begins, ends = at.event(stage.from_, "stages", key, "from"), at.event(stage.to, "stages", key, "to")
    budget, absolute = _budget(stage, scope, at, key)
    return _StageSql((f'{begins} AS "{key}_from"', f'{ends} AS "{key}_to"', f'{budget} AS "{key}_budget_us"'), absolute)


def _budget(stage: Stage, scope: Scope, at: _Places, key: str) -> tuple[str, bool]:
    """SQL of a stage's budget in microseconds, and whether the book gives it as an instant.

    A stage that has not begun still has its duration, counted from the anchor; an instant gives it none before it begins.
    """
    if stage.budget is None:
        return "CAST(NULL AS BIGINT)", False
    begins = _instant(stage.from_)
    typed = at.expression(stage.budget, scope.at(BUDGET), "stages", key, "budget")
    if typed.kind == "instant":
        return f"(epoch_us({_sql(typed)}) - epoch_us({begins.sql('duckdb')}))", True
    start = exp.Coalesce(this=begins, expressions=[_instant(at.definition.value.anchor)])
    end = moved(Typed(start, "instant"), typed, "+", scope)
    return f"(epoch_us({_sql(end)}) - epoch_us({start.sql('duckdb')}))", False


def _sql(typed: Typed) -> str:
    return typed.node.sql("duckdb")


def _instant(event: str) -> exp.Column:
    return exp.column(f"e_{event}", table="i", quoted=True)


def _names(wanted: set[str]) -> str:
    """SQL that lists those of the wanted names that are among a group's bad cells."""
    if not wanted:
        return "CAST(NULL AS VARCHAR)"
    listed = ", ".join(literal_text(name) for name in sorted(wanted))
    return f"string_agg(DISTINCT name, ', ' ORDER BY name) FILTER (name IN ({listed}))"


def _attributes_in(text: str | None) -> set[str]:
    """Names an expression depends on: attributes by attr(x) or subject.x."""
    return {name.path[-1] for name in names_in(parse(text))} if text else set()


def _column(event: str) -> str:
    return '"e_' + event.replace('"', '""') + '"'
