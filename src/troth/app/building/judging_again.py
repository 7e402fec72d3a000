"""The record and the outcomes of what changed, put into the tables of the snapshot before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from troth.app.building.judging import Made, Taken, declared, record_with, told
from troth.app.building.merging import WAS, Replaced, merge, refuse, refuse_other_columns, rest_of, set_apart, together
from troth.app.building.parts import ABOUT, MANY, PAUSES, parts_of, place_sql
from troth.app.building.standing import counts_before, refuse_other_terms, standing_of
from troth.app.rulebook.rules import Rules
from troth.app.workspace import Progress, Workspace
from troth.kernel.instant import from_us, to_us
from troth.promises import Outcomes, Record, make_outcomes
from troth.promises.again import make_again, parted, pausing, reached, why_whole
from troth.promises.keeping import parts_of as linked_with
from troth.query import literal_text
from troth.record import Engine, Part, Snapshot, StoredFile, make_steps
from troth.sources import Staged, make_facts
from troth.sources.objects import make_more_ids

CHANGED = "FROM changed"
OF = {**ABOUT, **dict.fromkeys(("event", "step", "bad_cell"), ("object_type", "object"))}
TOLD = ("object_type", "type", "source")
SMALL = ("quarantine", "filtered")
FOLLOWS = ("terms", "stratum", "working_time")
"""Tables that stay: the same terms bind subjects as before, by the same calendars, and nothing is a sample."""


def judged_again(
    workspace: Workspace, engine: Engine, rules: Rules, before: Snapshot, taken: Taken, seq: int, progress: Progress
) -> tuple[Made, tuple[StoredFile, ...]]:
    """What `snapshot_of` makes of all rows, from those near what is new. Raises Whole where only all rows can say."""
    named = _named(engine, taken.staged)
    attributes = _make_record(engine, before, taken.staged, rules.settings.currency, named, seq)
    first_us, last = _last(engine, before)
    held = (int(before.facts["first_us"]), to_us(before.as_of))
    record = record_with(engine, rules, attributes, named.events, frozenset(), held)
    refuse(why_whole(rules.terms))
    _refuse_other_span(engine, record)
    paused = PAUSES.table in before.schemas
    make_again(engine, rules.terms, record, was=WAS, since=before.as_of, until=last, paused=paused)
    counts = counts_before(engine, rules)
    standing = standing_of(rules, before, counts, record, last)
    _keep_events(engine, rules)
    alone = _keep_objects(engine, rules, record)
    made = make_outcomes(engine, rules.terms, record, last, standing)
    refuse_other_terms(engine, made, counts)
    parts = parts_of(attributes, taken.staged, made, lambda table: _count(engine, before, table))
    if paused and PAUSES not in parts:
        parts.append(PAUSES)
    promises = told(engine, [replace(one, bound=one.bound | standing.bound[one.name]) for one in made], last, _all_outcomes)
    for name, one in promises.items():
        one["variants"] = before.facts["promises"][name]["variants"]
    for table in ("event", *alone):
        engine.run(f"DROP TABLE {table}")
    progress("writing the lake")
    whole = [part for part in parts if part.table in SMALL]
    about = _about(taken.staged)
    replaced = [_replaced(engine, part, made, about) for part in parts if part.table not in (*SMALL, *FOLLOWS)]
    return Made(parts, first_us, last, promises, {}, standing.covered), merge(workspace, engine, before, replaced, whole)


def _all_outcomes(made: Outcomes) -> str:
    """Query of the instants of all outcomes of a promise, by calendar."""
    instants = "calendar, made, due, fulfilled, voided"
    again = f"SELECT object AS subject FROM again WHERE object_type = {literal_text(made.promise.subject)}"
    rest = rest_of(f"outcome_{made.name}", ("subject",), again)
    return f"SELECT {instants} FROM ({rest}) UNION ALL SELECT {instants} FROM outcome_{made.name}"


@dataclass(frozen=True, slots=True)
class _Named:
    """What events were called before: by type of object, what texts there are by column, and what the book declares by column."""

    events: Mapping[str, set[str]]
    texts: Mapping[str, set[str]]
    declared: Mapping[str, set[str]]


def _named(engine: Engine, staged: Sequence[Staged]) -> _Named:
    known = engine.rows(f"SELECT DISTINCT {', '.join(TOLD)} FROM {WAS}.event")
    said = declared(staged)
    events = {type: set(some) for type, some in said.items()}
    for type, event, _ in known:
        events.setdefault(str(type), set()).add(str(event))
    texts = {column: {str(row[place]) for row in known} for place, column in enumerate(TOLD)}
    return _Named(events, texts, {"type": {event for some in said.values() for event in some}})


def _make_record(
    engine: Engine, before: Snapshot, staged: Sequence[Staged], currency: str | None, named: _Named, seq: int
) -> Mapping[str, Mapping[str, str]]:
    """fresh_<table> of what changed, and the tables of all objects, with what they belong to, as they are now.

    changed: the objects of which anything may have changed, by type and code.
    """
    early: list[str] = []

    def ids(engine: Engine, type: str, sources: Sequence[Staged]) -> None:
        touched = f"SELECT id FROM touched WHERE object_type = {literal_text(type)}"
        if not make_more_ids(engine, type, sources, before=f"{WAS}.object_{type}", also=touched, seq=seq):
            early.append(type)

    attributes = make_facts(engine, staged, currency=currency, ids=ids, texts=named.texts)
    refuse(early and f"an earlier intake named a new {early[0]}")
    types = sorted({type for one in staged for type, _ in one.source.references()} | set(attributes))
    for table in ("event", "relation", "feedback", "money", "bad_cell", *(f"object_{type}" for type in types)):
        refuse_other_columns(engine, table, before, table)
    _make_changed(engine, types)
    _set_events_apart(engine, named)
    for table in ("relation", "feedback", "money", "bad_cell"):
        set_apart(engine, table, OF[table], changed(OF[table]))
    for type in types:
        set_apart(engine, f"object_{type}", ("code",), _codes(type))
        together(engine, f"object_{type}", ("code",), _codes(type))
    _make_months(engine, types, _about(staged))
    for table in ("relation", "bad_cell"):
        together(engine, table, OF[table], changed(OF[table]))
    return attributes


def _count(engine: Engine, before: Snapshot, table: str) -> int:
    """The rows of a table as they are now, or how many at most or at least where that is on the same side of what is many.

    Raises Whole where the table was split by months and is no more, or the other way round.
    """
    files = [file for file in before.files if file.table == table]
    split, had = any(file.partition for file in files), sum(file.rows for file in files)
    came = int(engine.rows(f"SELECT count(*) FROM fresh_{table}")[0][0])
    places = {str(place) for row in engine.rows("SELECT DISTINCT month, place FROM changed_month") for place in row}
    least = sum(file.rows for file in files if file.partition not in places)
    if not split and had + came <= MANY:
        return had + came
    if split and least > MANY:
        return least
    on, whose = (OF[table], changed(OF[table])) if table in OF else (("code",), _codes(table.removeprefix("object_")))
    count = came + int(engine.rows(f"SELECT count(*) FROM ({rest_of(table, on, whose)})")[0][0])
    refuse((count > MANY) != split and f"{table} is split otherwise now")
    return count


def _about(staged: Sequence[Staged]) -> dict[str, set[str]]:
    """The types of objects that the rows of a table are about."""
    found: dict[str, set[str]] = {table: set() for table in ABOUT}
    for source in (one.source for one in staged):
        found["relation"] |= {source.object.type} if source.object is not None and source.relations else set()
        found["feedback"] |= {entry.about for entry in source.feedback}
        found["money"] |= {entry.about for entry in source.money}
    return found


def _make_months(engine: Engine, types: Sequence[str], about: Mapping[str, set[str]]) -> None:
    """first_month: when each object began, of those that changed or share a file of some table with one that did; none that never did."""
    selects = []
    for type in types:
        named = literal_text(type)
        beside = sorted({type}.union(*(some for some in about.values() if type in some)))
        months = f"SELECT month FROM changed_month WHERE object_type IN ({', '.join(map(literal_text, beside))})"
        months += "".join(f" UNION SELECT month FROM fresh_object_{one}" for one in beside)
        rest = rest_of(f"object_{type}", ("code",), _codes(type), f"month <> 0 AND month IN ({months})")
        selects += [f"SELECT {named} AS object_type, code AS object, month FROM ({rest})"]
        selects += [f"SELECT {named}, code, month FROM fresh_object_{type} WHERE month <> 0"]
    engine.run(f"CREATE OR REPLACE TABLE first_month AS {' UNION ALL '.join(selects)}")


def _make_changed(engine: Engine, types: Sequence[str]) -> None:
    """Raises Whole where an object is gone, or came without being touched: then others have other codes than before."""
    engine.run("CREATE OR REPLACE TABLE changed (object_type VARCHAR, object INTEGER)")
    for type in types:
        mine = f"SELECT id FROM touched WHERE object_type = {literal_text(type)}"
        engine.run(f"INSERT INTO changed SELECT {literal_text(type)}, code FROM id_{type} i SEMI JOIN ({mine}) t ON t.id = hash(i.id)")
        gone = f"SELECT 1 FROM known_{type} i SEMI JOIN ({mine}) t ON t.id = hash(i.id) ANTI JOIN id_{type} k ON k.id = i.id LIMIT 1"
        came = f"SELECT 1 FROM id_{type} i ANTI JOIN known_{type} k ON k.id = i.id ANTI JOIN ({mine}) t ON t.id = hash(i.id) LIMIT 1"
        refuse(engine.rows(gone) and f"a {type} is named no more")
        refuse(engine.rows(came) and f"a {type} came that nothing new names")
    places = f"month, {place_sql()} AS place"
    before = [
        f"SELECT {literal_text(type)} AS object_type, {places} FROM known_{type} SEMI JOIN ({_codes(type)}) USING (code)" for type in types
    ]
    engine.run(f"CREATE OR REPLACE TABLE changed_month AS SELECT DISTINCT * FROM ({' UNION ALL '.join(before)})")
    lost = "SELECT 1 FROM named_before n ANTI JOIN named_now USING (object_type, id)"
    lost += " ANTI JOIN touched t ON t.object_type = n.object_type AND t.id = hash(n.id) LIMIT 1"
    refuse(engine.rows(lost) and "what is named no more was not looked at")


def _set_events_apart(engine: Engine, named: _Named) -> None:
    """fresh_event and fresh_step, and `event`, which holds no others.

    Raises Whole where a text of events is new, or one may be gone: the files number all there are.
    """
    engine.run(f"CREATE OR REPLACE TABLE event AS SELECT e.* FROM event e SEMI JOIN ({CHANGED}) c ON {_same_object('c')}")
    make_steps(engine)
    for table in ("event", "step"):
        engine.run(f"ALTER TABLE {table} RENAME TO fresh_{table}")
    engine.run(f"CREATE OR REPLACE TABLE gone_event AS {_events_before(engine, CHANGED, 'FROM changed_month')}")
    for column in TOLD:
        fresh, gone = (
            {str(text) for (text,) in engine.rows(f"SELECT DISTINCT {column} FROM {table}")} for table in ("fresh_event", "gone_event")
        )
        known, sure = named.texts[column], named.declared.get(column, set())
        refuse(fresh - known - sure and f"a {column} of events is new")
        refuse(gone - fresh - sure and f"the last event of a {column} may be gone")
    engine.run("CREATE OR REPLACE VIEW event AS SELECT * FROM fresh_event")


def _last(engine: Engine, before: Snapshot) -> tuple[int, datetime]:
    """The first instant of an event, and the last. Raises Whole where the event that had it is gone."""
    sql = "SELECT min(epoch_us(occurred)), max(epoch_us(occurred)) FROM {}"
    (low, high), (gone_low, gone_high) = (engine.rows(sql.format(table))[0] for table in ("fresh_event", "gone_event"))
    first, last = int(before.facts["first_us"]), to_us(before.as_of)
    refuse(gone_low is not None and gone_low <= first and (low is None or low > first) and "the first event is gone")
    refuse(gone_high is not None and gone_high >= last and (high is None or high < last) and "the last event is gone")
    return min(first, first if low is None else int(low)), from_us(max(last, last if high is None else int(high)))


def _refuse_other_span(engine: Engine, record: Record) -> None:
    """The clock of the operation is compiled around all instants: those of rows that are gone must not be the outermost."""
    low, high = engine.rows("SELECT min(epoch_us(occurred)), max(epoch_us(occurred)) FROM gone_event")[0]
    fresh = engine.rows("SELECT min(epoch_us(occurred)), max(epoch_us(occurred)) FROM fresh_event")[0]
    outer = low is not None and (low <= record.span[0] < fresh[0] or high >= record.span[1] > fresh[1])
    refuse(outer and "the outermost instant is gone")


def _keep_events(engine: Engine, rules: Rules) -> None:
    """event: of the subjects that are judged again, of what stops their clocks and what keeps their promises, and of no others."""
    linked = [
        f" UNION SELECT {literal_text(part)}, p.part FROM ({linked_with(subject, part)}) p"
        f" JOIN again a ON a.object_type = {literal_text(subject)} AND a.object = p.subject"
        for subject, part in sorted(pausing(rules.terms) | parted(rules.terms))
    ]
    engine.run(f"CREATE OR REPLACE TABLE read_again AS SELECT object_type, object FROM again{''.join(linked)}")
    others = "FROM read_again ANTI JOIN changed USING (object_type, object)"
    types = [str(type) for (type,) in engine.rows(f"SELECT DISTINCT object_type FROM ({others})")]
    months = [
        f"SELECT {literal_text(type)} AS object_type, month FROM {WAS}.object_{type}"
        f" SEMI JOIN (SELECT object AS code FROM ({others}) WHERE object_type = {literal_text(type)}) USING (code)"
        for type in types
    ]
    there = _events_before(engine, others, " UNION ALL ".join(months) or "FROM changed_month WHERE FALSE")
    engine.run(f"CREATE OR REPLACE TABLE judged_event AS SELECT * FROM fresh_event UNION ALL BY NAME {there}")
    engine.run("DROP VIEW event")
    engine.run("ALTER TABLE judged_event RENAME TO event")


def _keep_objects(engine: Engine, rules: Rules, record: Record) -> list[str]:
    """object_<type> with the subjects that are judged again and no others, of types that no promise reads beyond its subject."""
    owners = reached(rules.terms, record)
    alone = [f"object_{type}" for type in sorted(owners) if all(type not in some for some in owners.values())]
    for table in alone:
        type = literal_text(table.removeprefix("object_"))
        others = f"SELECT object AS code FROM (FROM again ANTI JOIN changed USING (object_type, object)) WHERE object_type = {type}"
        rest = f"SELECT * FROM {WAS}.{table} SEMI JOIN ({others}) USING (code)"
        engine.run(f"CREATE TABLE judged_object AS SELECT * FROM fresh_{table} UNION ALL BY NAME {rest}")
        engine.run(f"DROP VIEW {table}")
        engine.run(f"ALTER TABLE judged_object RENAME TO {table}")
    return alone


def _events_before(engine: Engine, whose: str, months: str) -> str:
    """Query of the events that objects had. months: a query of the months in which they began, so that no others are read."""
    found: dict[str, list[int]] = {}
    for type, month in engine.rows(f"SELECT DISTINCT object_type, month FROM ({months}) ORDER BY ALL"):
        found.setdefault(str(type), []).append(int(month))
    within = [f"(object_type = {literal_text(type)} AND month IN ({', '.join(map(str, some))}))" for type, some in found.items()]
    rows = f"(SELECT * FROM {WAS}.event WHERE {' OR '.join(within) or 'FALSE'})"
    return f"SELECT e.* FROM {rows} e SEMI JOIN ({whose}) c ON {_same_object('c')}"


def _replaced(engine: Engine, part: Part, made: Sequence[Outcomes], about: Mapping[str, set[str]]) -> Replaced:
    table = part.table
    if table in ("event", "step"):
        return Replaced(part, OF[table], changed(OF[table]), "SELECT object_type, month FROM gone_event")
    if table in OF:
        on = f"m.object_type = f.{OF[table][0]} AND m.object = f.{OF[table][1]}"
        came = f"SELECT coalesce(m.month, 0) FROM fresh_{table} f LEFT JOIN first_month m ON {on}"
        types = ", ".join(map(literal_text, sorted(about.get(table, ())))) or "''"
        months = f"SELECT month FROM changed_month WHERE object_type IN ({types})"
        return Replaced(part, OF[table], changed(OF[table]), *((months, came) if part.beside else ()))
    if table == PAUSES.table:
        engine.run(f"ALTER TABLE {table} RENAME TO fresh_{table}")
        return Replaced(part, ("subject_type", "subject"), "SELECT object_type AS subject_type, object AS subject FROM again")
    if table.startswith("object_"):
        type = table.removeprefix("object_")
        places = f"SELECT place FROM changed_month WHERE object_type = {literal_text(type)}"
        came = f"SELECT {place_sql()} FROM fresh_{table}"
        return Replaced(part, ("code",), _codes(type), *((places, came) if part.beside else ()))
    subject = next(one.promise.subject for one in made if table == f"outcome_{one.name}")
    engine.run(f"ALTER TABLE {table} RENAME TO fresh_{table}")
    return Replaced(part, ("subject",), f"SELECT object AS subject FROM again WHERE object_type = {literal_text(subject)}")


def changed(on: tuple[str, str]) -> str:
    return f"SELECT object_type AS {on[0]}, object AS {on[1]} FROM changed"


def _codes(type: str) -> str:
    return f"SELECT object AS code FROM changed WHERE object_type = {literal_text(type)}"


def _same_object(of: str) -> str:
    return f"{of}.object_type = e.object_type AND {of}.object = e.object"
