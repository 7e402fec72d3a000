"""One subject's promises, clock by clock: why each was kept or broken, does not count, or cannot be told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from troth.app.past.arrived import recorded_late
from troth.app.reading import Reading
from troth.app.workspace import Workspace
from troth.findings import Context
from troth.kernel.errors import NotFound, nearest
from troth.promises import Outcome, Promise, state
from troth.promises.keeping import parts_of
from troth.query import identifier, literal_text

INSTANTS = ("made", "due", "fulfilled", "voided", "waived", "unknown_reason", "breached")
MICROSECOND = timedelta(microseconds=1)
Late = Mapping[tuple[str, datetime], datetime]


@dataclass(frozen=True, slots=True)
class Line:
    """at: local time, as text. recorded: of an event that came late, since when it is on record; later: so long after it happened."""

    at: str
    what: str
    recorded: str | None = None
    later: str | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stage of one promise. begins, ends: local time; took, budget: in words; borne: its share of the delay, exact: "1/2"."""

    stage: str
    begins: str | None
    ends: str | None
    took: str | None
    budget: str | None
    borne: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """layer, change, terms: whose word bound it. worked: working time it took or is under way, without pauses. made_of: what keeps it.

    others: what plan, gap and cannot_assign bear.
    """

    promise: str
    words: str
    state: str
    says: str
    clock: tuple[Line, ...]
    layer: str | None = None
    change: str | None = None
    terms: str | None = None
    calendar: str | None = None
    due_by: str = ""
    known_from: str | None = None
    worked: str | None = None
    stages: tuple[Stretch, ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    made_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    subject_type: str
    id: str
    promises: tuple[Judged, ...]
    quarantined: tuple[str, ...]


def why_not(reading: Reading, id: str, workspace: Workspace | None = None) -> tuple[Timeline, ...]:
    """What became of every promise about an id, in whichever object types it names something.

    workspace: where to look up which events came late; without it none is told to have.
    Raises NotFound with near ids where nothing of that name is on record.
    """
    context = reading.context
    types = sorted({promise.subject for promise in context.promises.values()})

    def late(type: str) -> Late:
        return recorded_late(workspace, reading.rules, type, id) if workspace is not None else {}

    found = [t for type in types if (t := _timeline(context, type, id, late)) is not None]
    if not found:
        what = f"no {' or '.join(types) or 'subject'} '{id}' on record"
        raise NotFound(what, allowed=_near(context, types, id), next_step="Give an id as the source has it.")
    return tuple(found)


def _near(context: Context, types: list[str], id: str) -> str | None:
    similar = [
        str(row[0])
        for type in types
        for row in context.engine.rows(
            f"SELECT id FROM object_{type} WHERE starts_with(lower(id), lower(?)) OR levenshtein(id, ?) <= 2 ORDER BY id LIMIT 3",
            (id[:4], id),
        )
    ]
    return nearest(id, similar) if similar else None


def _timeline(context: Context, type: str, id: str, late_of: Callable[[str], Late]) -> Timeline | None:
    rows = context.engine.rows(f"SELECT code, month FROM object_{type} WHERE id = ?", (id,))
    if not rows:
        return None
    code, month = int(rows[0][0]), int(rows[0][1])
    events = context.engine.rows(
        "SELECT occurred, type FROM event WHERE object_type = ? AND month = ? AND object = ? ORDER BY occurred, type", (type, month, code)
    )
    late = late_of(type)
    judged = [
        _judged(context, name, promise, code, month, events, late) for name, promise in context.promises.items() if promise.subject == type
    ]
    return Timeline(type, id, tuple(judged), _quarantined(context, type, code))


def _quarantined(context: Context, type: str, code: int) -> tuple[str, ...]:
    """The object's cells that could not be used, each with its place and reason."""
    rows = context.engine.rows(
        "SELECT DISTINCT q.file, q.source_row, q.source_column, q.reason, q.value FROM bad_cell b"
        " JOIN quarantine q ON q.source = b.source AND q.file = b.file AND q.source_row = b.source_row AND q.load = b.load"
        " AND NOT q.whole_row"
        " WHERE b.object_type = ? AND b.object = ? ORDER BY ALL",
        (type, code),
    )
    return tuple(f"{file}, row {row}, {column}: {reason}" + (f" ({value!r})" if value else "") for file, row, column, reason, value in rows)


def _judged(context: Context, name: str, promise: Promise, code: int, month: int, events: list[tuple[Any, ...]], late: Late) -> Judged:
    rows = _row(context, name, promise, code, month, events)
    if not rows:
        return Judged(name, promise.words, "not made", f"never made: no '{promise.anchor}' on record", ())
    row = rows[0]
    outcome = Outcome(*(row[column] for column in INSTANTS))
    now = state(outcome, context.as_of) or "not made"
    happened = events or _of_turn(promise, row)
    lines = [(at, str(what).replace("_", " ")) for at, what in happened]
    since = {(at, str(what).replace("_", " ")): late[str(what), at] for at, what in happened if (str(what), at) in late}
    if outcome.due is not None:
        lines.append((outcome.due, "due"))
    if outcome.breached is not None and outcome.breached <= context.as_of:
        lines.append((outcome.breached, "from here on it could not be kept"))
    lines.append((context.as_of, "the record ends here"))
    lines += _pauses(context, name, code)
    clock = tuple(_line(context, at, what, since.get((at, what))) for at, what in sorted(lines, key=lambda line: line[0]))
    said = _says(outcome, now, context.as_of, promise)
    bound = _bound(context, name, row, promise)
    stages, others = _stages(context, promise, row, bound)
    return Judged(
        name, promise.words, now, said, clock, row["layer"], row["change"], row["terms"], row["calendar"],
        due_by=str(bound.get("due") or bound.get("within") or ""), known_from=_local(context, row["known_from"]),
        worked=_worked(context, name, code, row), stages=stages, others=others, made_of=_made_of(context, promise, code),
    )  # fmt: skip


def _line(context: Context, at: datetime, what: str, since: datetime | None) -> Line:
    return Line(_local(context, at), what) if since is None else Line(_local(context, at), what, _local(context, since), _span(at, since))


def _row(context: Context, name: str, promise: Promise, code: int, month: int, events: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """The outcome by the names of its columns; its month is that of the anchor, so that few files are read. month: of a turn."""
    if promise.every is None:
        made = min((at for at, what in events if what == promise.anchor), default=None)
        if made is None:
            return []
        month = made.year * 100 + made.month
    columns = context.tables[f"outcome_{name}"]
    listed = ", ".join([*(identifier(column) for column in columns if column != "breached"), "breached"])
    found = context.engine.rows(f"SELECT {listed} FROM outcome_{name} WHERE month = ? AND subject = ?", (month, code))
    return [dict(zip([*(column for column in columns if column != "breached"), "breached"], row, strict=True)) for row in found]


def _of_turn(promise: Promise, row: Mapping[str, Any]) -> list[tuple[datetime, str]]:
    """What happened in the span of a turn, which has no events of its own on record."""
    found = [(row["made"], "its turn begins")]
    return found + ([(row["fulfilled"], promise.fulfil.what)] if row["fulfilled"] is not None else [])


def _bound(context: Context, name: str, row: Mapping[str, Any], promise: Promise) -> Mapping[str, Any]:
    """The terms by which it was judged, as the book had them."""
    rows = context.engine.rows(
        "SELECT definition FROM terms WHERE promise = ? AND terms = ? ORDER BY definition LIMIT 1", (name, row["terms"])
    )
    found: Mapping[str, Any] = json.loads(rows[0][0]) if rows else promise.model_dump(by_alias=True)
    return found


def _stages(
    context: Context, promise: Promise, row: Mapping[str, Any], bound: Mapping[str, Any]
) -> tuple[tuple[Stretch, ...], tuple[tuple[str, str], ...]]:
    """The stages that its terms have, and who else bears its delay."""
    of = row.get("share_of")
    found = []
    for key, stage in promise.stages.items():
        if key not in (bound.get("stages") or {}):
            continue
        begins, ends, budget = (row[f"{key}_{part}"] for part in ("from", "to", "budget_us"))
        took = None if begins is None or ends is None else _length(int((ends - begins) / MICROSECOND))
        found.append(
            Stretch(
                stage.words or key.replace("_", " "), begins and _local(context, begins), ends and _local(context, ends), took,
                None if budget is None else _length(int(budget)), str(Fraction(row[f"share_{key}"], of)) if of else None,
            )
        )  # fmt: skip
    others = [(key, str(Fraction(row[f"share_{key}"], of))) for key in ("plan", "gap", "cannot_assign") if of and row[f"share_{key}"]]
    return tuple(found), tuple(others)


def _worked(context: Context, name: str, code: int, row: Mapping[str, Any]) -> str | None:
    """Working time from the anchor to fulfilment, or to where the record ends, as the calendar counts it; less what was paused."""
    if row["calendar"] is None or "working_time" not in context.tables:
        return None
    until = min(row["fulfilled"] or context.as_of, context.as_of)
    ((us,),) = context.engine.rows(
        "SELECT coalesce(sum(epoch_us(least(closes, ?)) - epoch_us(greatest(opens, ?))), 0) FROM working_time"
        " WHERE calendar = ? AND opens < ? AND closes > ?",
        (until, row["made"], row["calendar"], until, row["made"]),
    )
    if "pause" in context.tables:
        ((paused,),) = context.engine.rows(
            "SELECT coalesce(sum(counted_us), 0) FROM pause WHERE promise = ? AND subject = ? AND since < ?", (name, code, until)
        )
        us -= paused
    return _length(max(int(us), 0))


def _made_of(context: Context, promise: Promise, code: int) -> tuple[str, ...]:
    """What keeps a promise beyond events of its own: each part with what became of it."""
    fulfil, subject = promise.fulfil, promise.subject
    found: list[str] = []
    for type in (fulfil.of or fulfil.all,):
        if type is not None:
            rows = context.engine.rows(
                f"SELECT o.id, min(e.occurred) FROM ({parts_of(subject, type)}) p JOIN object_{type} o ON o.code = p.part"
                f" LEFT JOIN event e ON e.object_type = {literal_text(type)} AND e.object = o.code AND e.type = ? WHERE p.subject = ?"
                " GROUP BY o.id ORDER BY 2 NULLS LAST, 1",
                (str(fulfil.event), code),
            )
            found += [
                f"{type} {id}: {str(fulfil.event).replace('_', ' ')} {_local(context, at) if at else 'not on record'}" for id, at in rows
            ]
    for one in fulfil.all_of:
        about = one.of or subject
        whose = f"({parts_of(subject, about)})" if about != subject else f"(SELECT {code} AS subject, {code} AS part)"
        rows = context.engine.rows(
            f"SELECT s.id, {context.state('o')} FROM {whose} p JOIN outcome_{one.promise} o ON o.subject = p.part"
            f" JOIN object_{about} s ON s.code = p.part WHERE p.subject = ? ORDER BY 1",
            (code,),
        )
        words = context.promises[one.promise].words if one.promise in context.promises else one.promise
        found += [f"{words}{f', {about} {id}' if about != subject else ''}: {now or 'not made'}" for id, now in rows]
    return tuple(found)


def _local(context: Context, at: datetime) -> str:
    return f"{context.local_time(at):%Y-%m-%d %H:%M:%S}"


def _pauses(context: Context, promise: str, code: int) -> list[tuple[datetime, str]]:
    """When the clock stopped and went on again, and how much that took from it."""
    if "pause" not in context.tables:
        return []
    rows = context.engine.rows(
        "SELECT since, until, lasts, counted_us FROM pause WHERE promise = ? AND subject = ? ORDER BY since", (promise, code)
    )
    lines = []
    for since, until, lasts, counted in rows:
        lines.append((since, "the clock stops"))
        if not lasts:
            lines.append((until, f"the clock goes on; {_length(counted)} did not count"))
    return lines


def _length(us: int) -> str:
    hours, minutes = divmod(us // 60_000_000, 60)
    return f"{hours:,} h {minutes} min" if hours else f"{minutes} min"


def _says(outcome: Outcome, now: str, at: datetime, promise: Promise) -> str:
    match now:
        case "kept":
            return "kept"
        case "broken" if (
            outcome.breached is not None and outcome.breached <= at and (outcome.due is None or outcome.breached <= outcome.due)
        ):
            return f"broken; {_breach(promise)}"
        case "broken" if outcome.fulfilled is not None and outcome.due is not None:
            return f"broken; it came {_span(outcome.due, outcome.fulfilled)} late"
        case "broken" if outcome.due is not None:
            return f"broken; nothing recorded {_span(outcome.due, at)} after the due"
        case "void":
            return "does not count: it was void" + (
                " (no time on record for that, so from the beginning)" if outcome.voided == outcome.made else ""
            )
        case "unknown":
            return f"cannot tell: {outcome.unknown_reason or 'the due cannot be computed'}"
        case "waived":
            return "let off by the customer"
        case _:
            return f"open; due in {_span(at, outcome.due)}" if outcome.due else now


def _breach(promise: Promise) -> str:
    if promise.fulfil.absent:
        return f"'{str(promise.fulfil.event).replace('_', ' ')}' happened all the same"
    if promise.fulfil.all_of:
        return "a part of it was"
    return "more came than may" if promise.fulfil.amount is not None else "it came, and not as promised"


def _span(first: datetime, last: datetime) -> str:
    seconds = int((last - first).total_seconds())
    if seconds >= 172_800:
        return f"{seconds // 86_400} days"
    if seconds >= 7_200:
        return f"{seconds // 3_600} hours"
    return f"{max(seconds // 60, 1)} minutes"
