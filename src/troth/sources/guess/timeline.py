"""Every instant that files tell about one type of object, one row an object: where promised and actual can meet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from troth.query import literal_text
from troth.record import Engine
from troth.sources.guess.keys import Keyed, Reference
from troth.sources.guess.log_shape import Log
from troth.sources.guess.profile import Column, Table
from troth.sources.guess.words import TimeName, time_name

MOST_OBJECTS = 200_000
MOST_MOMENTS = 80
ONE_ROW = 1.05
Origin = Literal["own", "twin", "child", "log"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A column of the timeline. activity: the word in an event log that it is the instant of.

    many: rows of its file stand for one object, so it is the last (promised) or the first (actual) of several.
    several: objects for which that is so.
    """

    alias: str
    table: int
    column: str
    origin: Origin
    activity: str | None
    many: bool
    name: TimeName
    is_day: bool
    is_round: bool
    several: int = 0
    filled: int = 0
    mean: float = 0.0
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """created: the moment at which the object begins, where one is nearly always known. observed_to: last instant that happened."""

    type: str
    table: int
    sql: str
    objects: int
    moments: tuple[Moment, ...]
    created: Moment | None
    observed_to: datetime | None

    @property
    def creations(self) -> tuple[Moment, ...]:
        return (self.created,) if self.created else ()


def timelines(
    engine: Engine,
    keyed: Sequence[Keyed],
    found: Sequence[Reference],
    logs: Mapping[int, Log],
    feedback: Collection[int],
) -> list[Timeline]:
    """One timeline a type of object. feedback: files of answers, whose instants are not the object's."""
    built = []
    for subject in keyed:
        if subject.number in logs and not any(r.table == subject.number and r.column == logs[subject.number].case for r in found):
            built.append(_case_timeline(engine, subject.table, logs[subject.number], subject.type))
        elif subject.key and subject.twin is None and subject.number not in logs and subject.number not in feedback:
            built.append(_timeline(engine, subject, keyed, found, logs, feedback))
    return [t for t in built if t is not None]


def _timeline(
    engine: Engine, subject: Keyed, keyed: Sequence[Keyed], found: Sequence[Reference], logs: Mapping[int, Log], feedback: Collection[int]
) -> Timeline | None:  # fmt: skip
    table = subject.table
    moments: list[Moment] = []
    selects = [_moment(moments, table, c, "own", f"max(i{c.position})") for c in table.instants]
    id_ = " || '/' || ".join(f"t{table.column(k).position}" for k in subject.key)
    base = f"SELECT {', '.join([f'{id_} AS id', *selects])} FROM {table.sql} GROUP BY 1"
    if subject.distinct == table.rows and len(subject.key) == 1 and table.column(subject.key[0]).filled == table.looked:
        base = base.replace("max(", "(").removesuffix(" GROUP BY 1")
    joins = []
    for reference in (r for r in found if r.to == subject.number and r.table not in feedback):
        child = next(k for k in keyed if k.number == reference.table)
        inner = _child(engine, moments, child, reference, logs.get(child.number))
        if inner:
            alias = f"j{child.number}_{child.table.column(reference.column).position}"
            joins.append(f"LEFT JOIN ({inner}) {alias} ON {alias}.{alias}_id = b.id")
    if not moments:
        return None
    every = max(table.rows // MOST_OBJECTS + 1, 1)
    sampled = f" WHERE b.id IS NOT NULL AND hash(b.id) % {every} = 0"
    columns = ", ".join(["b.id", *(m.alias for m in moments)])
    name = f"timeline_{subject.number}"
    engine.run(f"CREATE OR REPLACE TABLE {name} AS SELECT {columns} FROM ({base}) b {' '.join(joins)}{sampled}")
    return _measured(engine, subject.type, subject.number, name, moments)


def _child(engine: Engine, moments: list[Moment], child: Keyed, reference: Reference, log: Log | None) -> str:
    """What rows of another file tell about the object: all if there is one row an object, else the last of promised ones."""
    table = child.table
    id_ = f"t{table.column(reference.column).position}"
    if log and log.case == reference.column:
        selects = _activities(moments, table, log)
    else:
        many = table.rows > ONE_ROW * reference.distinct
        several = _several(engine, table, id_) if many else 0
        origin: Origin = "twin" if child.twin == reference.to and child.key == (reference.column,) else "child"
        wanted = [c for c in table.instants if not many or time_name(c.name).promise or time_name(c.name).actual]
        take = {c.name: "min" if many and not time_name(c.name).promise else "max" for c in wanted}
        selects = [_moment(moments, table, c, origin, f"{take[c.name]}(i{c.position})", several=several) for c in wanted]
    if not selects:
        return ""
    key = f"j{table.number}_{table.column(reference.column).position}_id"
    return f"SELECT {', '.join([f'{id_} AS {key}', *selects])} FROM {table.sql} GROUP BY 1"


def _several(engine: Engine, table: Table, id_: str) -> int:
    found = engine.rows(f"SELECT count(*) FROM (SELECT {id_} FROM {table.sql} WHERE {id_} IS NOT NULL GROUP BY 1 HAVING count(*) > 1)")
    return int(found[0][0])


def _case_timeline(engine: Engine, table: Table, log: Log, type: str) -> Timeline | None:
    moments: list[Moment] = []
    selects = [_moment(moments, table, c, "own", f"max(i{c.position})") for c in table.instants if c.name in log.constant]
    selects += _activities(moments, table, log)
    selects.append(_moment(moments, table, table.column(log.at), "log", f"min(i{table.column(log.at).position})"))
    name = f"timeline_{table.number}"
    id_ = f"t{table.column(log.case).position}"
    every = max(log.cases // MOST_OBJECTS + 1, 1)
    engine.run(
        f"CREATE OR REPLACE TABLE {name} AS SELECT {', '.join([f'{id_} AS id', *selects])} FROM {table.sql}"
        f" WHERE {id_} IS NOT NULL AND hash({id_}) % {every} = 0 GROUP BY 1"
    )
    return _measured(engine, type, table.number, name, moments)


def _activities(moments: list[Moment], table: Table, log: Log) -> list[str]:
    at, word = table.column(log.at), table.column(log.activity)
    return [
        _moment(
            moments,
            table,
            at,
            "log",
            f"min(i{at.position}) FILTER (t{word.position} = {literal_text(activity)})",
            activity=activity,
        )
        for activity in log.activities[:MOST_MOMENTS]
    ]


def _moment(
    moments: list[Moment], table: Table, column: Column, origin: Origin, sql: str, *, several: int = 0, activity: str | None = None
) -> str:  # fmt: skip
    alias = f"m{len(moments)}"
    name = time_name(activity if activity is not None else column.name)
    moments.append(Moment(alias, table.number, column.name, origin, activity, several > 0, name, column.is_day, column.is_round, several))
    return f"{sql} AS {alias}"


def _measured(engine: Engine, type: str, table: int, name: str, moments: Sequence[Moment]) -> Timeline:
    wanted = ", ".join(f"count({m.alias}), avg(epoch({m.alias})), min({m.alias}), max({m.alias})" for m in moments)
    objects, *found = engine.rows(f"SELECT count(*), {wanted} FROM {name}")[0]
    measured = []
    for number, m in enumerate(moments):
        filled, mean, first, last = found[4 * number : 4 * number + 4]
        measured.append(replace(m, filled=filled, mean=mean or 0.0, first=first, last=last))
    happened = [m for m in measured if not (m.name.promise or m.name.never or m.name.housekeeping) and m.filled]
    named = any(m.name.promise for m in measured)
    lasts = [m.last for m in happened if m.last]
    return Timeline(
        type,
        table,
        name,
        objects,
        tuple(measured),
        _created(happened, objects),
        max(lasts) if lasts and named else None,
    )


def _created(happened: Sequence[Moment], objects: int) -> Moment | None:
    """The earliest instant that is nearly always present; an instant named as the beginning comes first."""
    full = [m for m in happened if m.filled >= 0.95 * objects and not m.many and m.origin in ("own", "twin")]
    full = full or [m for m in happened if m.filled >= 0.95 * objects and m.origin == "log"]
    if not full:
        full = [m for m in happened if m.filled >= 0.8 * objects and m.origin in ("own", "twin") and m.name.created]
    if not full:
        return None
    named = [m for m in full if m.name.created and not m.name.concepts]
    begun = [m for m in full if m.name.created and m.name.concepts == {"start"}]
    return min(named or begun or full, key=lambda m: m.mean)
