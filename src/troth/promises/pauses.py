"""Pauses: time that counts for nobody, since the promisee is waited for or its own system is down, cut out of every clock.

Each working microsecond that is paused before a promise is due moves the due by one; without a calendar, each microsecond.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from troth.kernel.instant import to_us
from troth.promises.compile import Query, stage_columns
from troth.promises.definition import Pause
from troth.promises.naming import make_owners
from troth.query import CalendarJoins, literal_instant, literal_text
from troth.record import Engine

PAUSE = "pause"
COLUMNS = {
    "promise": "VARCHAR", "subject_type": "VARCHAR", "subject": "INTEGER", "since": "TIMESTAMP", "until": "TIMESTAMP",
    "lasts": "BOOLEAN", "counted_us": "BIGINT",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paused:
    """What pauses the promises of one query. subject: the object type that they are about."""

    promise: str
    subject: str
    pauses: tuple[Pause, ...]


def make_pauses(engine: Engine) -> None:
    """pause: what was cut out of whose clocks, by promise; the evidence of every due that was moved."""
    engine.run(f"DROP TABLE IF EXISTS {PAUSE}")
    engine.run(f"CREATE TABLE {PAUSE} ({', '.join(f'{name} {type}' for name, type in COLUMNS.items())})")


def cut_out(engine: Engine, judged: str, query: Query, paused: Paused, at: datetime, *, evidence: bool) -> None:
    """The dues and budgets of judged rows with pauses cut out; a pause that has not ended lasts at least until `at`.

    A pause after fulfilment counts for nothing; nor does one after the due. Pauses that overlap are one. A budget grows by what was
    paused in its stage.
    """
    make_owners(engine, paused.subject, sorted({one.of for one in paused.pauses if one.of}))
    now = literal_instant(to_us(at)).sql("duckdb")
    stretches, moved = f"stretch_{judged}", f"moved_{judged}"
    engine.run(f"CREATE OR REPLACE TABLE {stretches} AS {_stretches(judged, paused, now)}")
    engine.run(f"CREATE OR REPLACE TABLE {moved} AS {_moved(judged, stretches, query)}")
    if evidence:
        named = f"{literal_text(paused.promise)}, {literal_text(paused.subject)}"
        engine.run(f"INSERT INTO {PAUSE} SELECT {named}, subject, since, until, lasts, length FROM {moved} WHERE counts")
    engine.run(f"CREATE OR REPLACE TABLE {judged} AS {_with_dues(judged, moved, query, now)}")
    for table in (stretches, moved):
        engine.run(f"DROP TABLE {table}")


def _stretches(judged: str, paused: Paused, now: str) -> str:
    """Query of the pauses of each subject after its promise was made, merged where they overlap."""
    found = " UNION ALL ".join(_pairs(one, paused.subject) for one in paused.pauses)
    return f"""
        WITH found AS ({found}),
        clipped AS (
            SELECT j.subject, greatest(f.since, j.made) AS since, coalesce(f.until, greatest({now}, f.since)) AS until,
                   f.until IS NULL AS lasts
            FROM found f JOIN {judged} j ON j.subject = f.subject
            WHERE coalesce(f.until, {now}) > j.made AND (j.fulfilled IS NULL OR f.since < j.fulfilled)
        ),
        reached AS (
            SELECT *, max(until) OVER (PARTITION BY subject ORDER BY since, until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach
            FROM clipped
        ),
        numbered AS (
            SELECT *, count(*) FILTER (reach IS NULL OR since > reach)
                OVER (PARTITION BY subject ORDER BY since, until ROWS UNBOUNDED PRECEDING) AS island
            FROM reached
        )
        SELECT subject, min(since) AS since, max(until) AS until, bool_or(lasts) AS lasts FROM numbered GROUP BY subject, island
    """


def _pairs(pause: Pause, subject: str) -> str:
    """Query of the pauses of one kind: from each beginning to the first end that is not before it, NULL where there is none yet."""
    owner = pause.of or subject
    begins, ends = literal_text(pause.from_), literal_text(pause.to)
    pairs = f"""
        SELECT object, type, occurred AS since, min(occurred) FILTER (type = {ends}) OVER (
            PARTITION BY object ORDER BY occurred, type = {ends} ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS until
        FROM event WHERE object_type = {literal_text(owner)} AND type IN ({begins}, {ends})
    """
    if owner == subject:
        return f"SELECT object AS subject, since, until FROM ({pairs}) WHERE type = {begins}"
    joined = f"JOIN owner_{subject}_{owner} o ON o.code = x.object"
    return f"SELECT o.object AS subject, x.since, x.until FROM ({pairs}) x {joined} WHERE x.type = {begins}"


def _moved(judged: str, stretches: str, query: Query) -> str:
    """Query of each stretch: what it took from the clock, and whether that was before the due as the stretches before it had moved it."""
    clock = _clock(query, "pc")
    since, until, due = (_worked(clock, at) for at in ("s.since", "s.until", "j.due"))
    return f"""
        WITH measured AS (
            SELECT s.*, {since} AS begins, {until} - {since} AS length, {due} AS due
            FROM {stretches} s JOIN {judged} j ON j.subject = s.subject {_joined(query, clock)}
        ),
        summed AS (
            SELECT *, coalesce(sum(length) OVER (
                PARTITION BY subject ORDER BY since ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), 0) AS before
            FROM measured
        )
        SELECT subject, since, until, lasts, CAST(length AS BIGINT) AS length, begins - before < due AS counts FROM summed
    """


def _with_dues(judged: str, moved: str, query: Query, now: str) -> str:
    """Query of the judged rows as they are with what was paused; a due that the clock does not reach is not known."""
    clock = _clock(query, "pd")
    due = "j.due + to_microseconds(m.length)"
    if clock is not None:
        target = f"({clock.time('j.due')} + m.length)"
        found = clock.reached(target)
        due = f"make_timestamp({found}.opens + {target} - {found}.worked)"
    budgets = [_budget(stage, moved, now) for stage, has in zip(query.stages, query.budgeted, strict=True) if has]
    replaced = ", ".join([f"CASE WHEN m.length > 0 THEN {due} ELSE j.due END AS due", *budgets])
    return f"""
        SELECT j.* REPLACE ({replaced}) FROM {judged} j
        LEFT JOIN (SELECT subject, CAST(sum(length) AS BIGINT) AS length FROM {moved} WHERE counts GROUP BY subject) m
            ON m.subject = j.subject
        {_joined(query, clock)}
    """


def _budget(stage: str, moved: str, now: str) -> str:
    begins, ends, budget = stage_columns(stage)
    inside = f"greatest(0, epoch_us(least(s.until, coalesce(j.{ends}, {now}))) - epoch_us(greatest(s.since, j.{begins})))"
    grown = f"SELECT sum({inside}) FROM {moved} s WHERE s.subject = j.subject AND s.counts"
    return f"CAST(j.{budget} + coalesce(({grown}), 0) AS BIGINT) AS {budget}"


def _clock(query: Query, prefix: str) -> CalendarJoins | None:
    return CalendarJoins(query.calendar, prefix) if query.calendar is not None else None


def _worked(clock: CalendarJoins | None, at: str) -> str:
    """W of an instant; where every hour counts, the instant itself."""
    return clock.time(at) if clock else f"epoch_us({at})"


def _joined(query: Query, clock: CalendarJoins | None) -> str:
    if clock is None:
        return ""
    amounts = f"JOIN {query.amounts} p ON p.variant = j.variant " if query.amounts else ""
    return amounts + " ".join(clock.joins)
