"""One subject's promises, clock by clock: why each was kept or broken, does not count, or cannot be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from troth.app.reading import Reading
from troth.findings import Context
from troth.kernel.errors import NotFound, nearest
from troth.promises import Outcome, Promise, state


@dataclass(frozen=True, slots=True)
class Line:
    """at: local time, as text."""

    at: str
    what: str


@dataclass(frozen=True, slots=True)
class Judged:
    promise: str
    words: str
    state: str
    says: str
    clock: tuple[Line, ...]
    layer: str | None = None
    change: str | None = None
    terms: str | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    subject_type: str
    id: str
    promises: tuple[Judged, ...]
    quarantined: tuple[str, ...]


def why_not(reading: Reading, id: str) -> tuple[Timeline, ...]:
    """What became of every promise about an id, in whichever object types it names something.

    Raises NotFound with near ids where nothing of that name is on record.
    """
    context = reading.context
    types = sorted({promise.subject for promise in context.promises.values()})
    found = [t for type in types if (t := _timeline(context, type, id)) is not None]
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


def _timeline(context: Context, type: str, id: str) -> Timeline | None:
    rows = context.engine.rows(f"SELECT code, month FROM object_{type} WHERE id = ?", (id,))
    if not rows:
        return None
    code, month = int(rows[0][0]), int(rows[0][1])
    events = context.engine.rows(
        "SELECT occurred, type FROM event WHERE object_type = ? AND month = ? AND object = ? ORDER BY occurred, type", (type, month, code)
    )
    judged = [_judged(context, name, promise, code, events) for name, promise in context.promises.items() if promise.subject == type]
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


def _judged(context: Context, name: str, promise: Promise, code: int, events: list[tuple[Any, ...]]) -> Judged:
    made = min((at for at, what in events if what == promise.anchor), default=None)
    month = made.year * 100 + made.month if made else 0
    rows = context.engine.rows(
        "SELECT made, due, fulfilled, voided, waived, unknown_reason, layer, change, terms, calendar"
        f" FROM outcome_{name} WHERE month = ? AND subject = ?",
        (month, code),
    )
    if not rows:
        return Judged(name, promise.words, "not made", f"never made: no '{promise.anchor}' on record", ())
    *instants, layer, change, terms, calendar = rows[0]
    outcome = Outcome(*instants)
    now = state(outcome, context.as_of) or "not made"
    lines = [(at, str(what).replace("_", " ")) for at, what in events]
    if outcome.due is not None:
        lines.append((outcome.due, "due"))
    lines.append((context.as_of, "the record ends here"))
    lines += _pauses(context, name, code)
    clock = tuple(Line(f"{context.local_time(at):%Y-%m-%d %H:%M:%S}", what) for at, what in sorted(lines, key=lambda line: line[0]))
    return Judged(name, promise.words, now, _says(outcome, now, context.as_of), clock, layer, change, terms, calendar)


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
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _says(outcome: Outcome, now: str, at: datetime) -> str:
    match now:
        case "kept":
            return "kept"
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


def _span(first: datetime, last: datetime) -> str:
    seconds = int((last - first).total_seconds())
    if seconds >= 172_800:
        return f"{seconds // 86_400} days"
    if seconds >= 7_200:
        return f"{seconds // 3_600} hours"
    return f"{max(seconds // 60, 1)} minutes"
