"""One customer's story across systems: what happened to everything of theirs, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from troth.app.reading import Reading
from troth.findings import Context
from troth.kernel.errors import NotFound, nearest
from troth.promises import Outcome, state
from troth.query import literal_text

FEWEST_LIKE = 4


@dataclass(frozen=True, slots=True)
class Known:
    """An object of the party as a source knows it."""

    source: str | None
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Moment:
    """at: local time, as text. system: the source that says it; 'promise' for what was promised."""

    at: str
    system: str
    type: str
    id: str
    what: str


@dataclass(frozen=True, slots=True)
class Story:
    party: str
    members: tuple[Known, ...]
    lines: tuple[Moment, ...]


@dataclass(frozen=True, slots=True, order=True)
class _Object:
    type: str
    code: int
    id: str
    month: int


def story(reading: Reading, id: str) -> Story:
    """Events, answers and dues of all that belongs to the party of an object, given by its id or type:id, whatever system it is in.

    Without an identity in the book the party is the object alone. Raises NotFound where no such object is on record.
    """
    context = reading.context
    party, members = _members(context, id)
    own = _objects(context, [(one.type, one.id) for one in members])
    reached = _reached(context, own)
    lines = [*_events(context, reached), *_answers(context, reached), *_dues(context, reached)]
    told = [Moment(f"{context.local_time(at):%Y-%m-%d %H:%M:%S}", *rest) for at, *rest in sorted(lines)]
    return Story(party, tuple(members), tuple(told))


def objects_of(context: Context, members: Sequence[Known]) -> tuple[tuple[str, int], ...]:
    """Type and code of the objects themselves, of what belongs to them, and of what belongs to that."""
    return tuple((one.type, one.code) for one in _reached(context, _objects(context, [(one.type, one.id) for one in members])))


def _members(context: Context, written: str) -> tuple[str, list[Known]]:
    type, sign, rest = written.partition(":")
    if context.has("identity"):
        rows = context.engine.rows(
            "SELECT DISTINCT identity, party FROM identity WHERE id = ? OR (? AND object_type = ? AND id = ?) ORDER BY ALL",
            (written, bool(sign), type, rest),
        )
        if len(rows) > 1:
            listed = context.engine.rows("SELECT DISTINCT object_type FROM identity WHERE id = ? ORDER BY 1", (written,))
            raise NotFound(f"'{written}' names {len(rows)} parties", allowed=", ".join(f"{t}:{written}" for (t,) in listed),
                           next_step="Write its type before it.")  # fmt: skip
        if rows:
            found = context.engine.rows(
                "SELECT source, object_type, id FROM identity WHERE identity = ? AND party = ? ORDER BY ALL", rows[0]
            )
            return str(rows[0][1]), [Known(source, str(kind), str(id)) for source, kind, id in found]
    types = sorted(table.removeprefix("object_") for table in context.tables if table.startswith("object_"))
    asked = [(kind, written) for kind in types] + ([(type, rest)] if sign and type in types else [])
    objects = _objects(context, asked)
    if len({one.type for one in objects}) > 1:
        raise NotFound(f"'{written}' names {len(objects)} objects", allowed=", ".join(f"{one.type}:{one.id}" for one in objects),
                       next_step="Write its type before it.")  # fmt: skip
    if not objects:
        raise NotFound(
            f"no object '{written}' on record", allowed=_near(context, types, written), next_step="Give an id as the source has it."
        )
    return objects[0].id, [Known(None, one.type, one.id) for one in objects]


def _near(context: Context, types: Sequence[str], id: str) -> str | None:
    similar = [
        str(row[0])
        for type in types
        for row in context.engine.rows(
            f"SELECT id FROM object_{type} WHERE starts_with(lower(id), lower(?)) OR levenshtein(id, ?) <= 2 ORDER BY id LIMIT 3",
            (id[:FEWEST_LIKE], id),
        )
    ]
    return nearest(id, similar) if similar else None


def _objects(context: Context, named: Sequence[tuple[str, str]]) -> list[_Object]:
    by_type: dict[str, list[str]] = {}
    for type, id in named:
        by_type.setdefault(type, []).append(id)
    found = []
    for type, ids in sorted(by_type.items()):
        listed = ", ".join(literal_text(id) for id in sorted(set(ids)))
        rows = context.engine.rows(f"SELECT code, id, month FROM object_{type} WHERE id IN ({listed}) ORDER BY code")
        found += [_Object(type, int(code), str(id), int(month)) for code, id, month in rows]
    return found


def _reached(context: Context, own: Sequence[_Object]) -> list[_Object]:
    """The objects themselves, what belongs to them, and what belongs to that: a customer's orders and their items."""
    found = {(one.type, one.code): one for one in own}
    edge = list(own)
    for _ in range(2):
        near: dict[str, set[int]] = {}
        for type in sorted({one.type for one in edge}):
            codes = ", ".join(str(one.code) for one in edge if one.type == type)
            for from_type, code in context.engine.rows(
                f"SELECT DISTINCT from_type, from_code FROM relation WHERE to_type = {literal_text(type)} AND to_code IN ({codes})"
            ):
                if (str(from_type), int(code)) not in found:
                    near.setdefault(str(from_type), set()).add(int(code))
        edge = []
        for type, reached in sorted(near.items()):
            listed = ", ".join(map(str, sorted(reached)))
            rows = context.engine.rows(f"SELECT code, id, month FROM object_{type} WHERE code IN ({listed}) ORDER BY code")
            edge += [_Object(type, int(code), str(id), int(month)) for code, id, month in rows]
        found |= {(one.type, one.code): one for one in edge}
    return sorted(found.values())


Row = tuple[datetime, str, str, str, str]


def _events(context: Context, objects: Sequence[_Object]) -> list[Row]:
    return [
        (at, str(source), type, ids[int(code)], str(what).replace("_", " "))
        for type, ids, months, codes in _by_type(objects)
        for at, source, code, what in context.engine.rows(
            f"SELECT occurred, source, object, type FROM event WHERE object_type = {literal_text(type)} AND month IN ({months})"
            f" AND object IN ({codes})"
        )
    ]


def _answers(context: Context, objects: Sequence[_Object]) -> list[Row]:
    return [
        (at, str(source), type, ids[int(code)], f"answered {str(instrument).replace('_', ' ')}: {_short(score)} of {_short(high)}")
        for type, ids, _, codes in _by_type(objects)
        for at, source, code, instrument, score, high in context.engine.rows(
            "SELECT coalesce(answered, asked), source, about, instrument, score, high FROM feedback"
            f" WHERE about_type = {literal_text(type)} AND about IN ({codes}) AND coalesce(answered, asked) IS NOT NULL"
        )
    ]


def _dues(context: Context, objects: Sequence[_Object]) -> list[Row]:
    found: list[Row] = []
    for name, promise in context.promises.items():
        for type, ids, _, codes in _by_type([one for one in objects if one.type == promise.subject]):
            for code, *instants in context.engine.rows(
                f"SELECT subject, made, due, fulfilled, voided, waived, unknown_reason, breached FROM outcome_{name}"
                f" WHERE due IS NOT NULL AND subject IN ({codes})"
            ):
                outcome = Outcome(*instants)
                now = state(outcome, context.as_of) or "not made"
                found.append((instants[1], "promise", type, ids[int(code)], f"due: {promise.words} ({now})"))
    return found


def _by_type(objects: Sequence[_Object]) -> list[tuple[str, dict[int, str], str, str]]:
    """Type, ids by code, and lists for SQL of months and codes."""
    found: list[tuple[str, dict[int, str], str, str]] = []
    for type in sorted({one.type for one in objects}):
        own = [one for one in objects if one.type == type]
        months = ", ".join(str(month) for month in sorted({one.month for one in own}))
        found.append((type, {one.code: one.id for one in own}, months, ", ".join(str(one.code) for one in own)))
    return found


def _short(score: Decimal) -> str:
    """
    >>> _short(Decimal("10.0000")), _short(Decimal("4.5000"))
    ('10', '4.5')
    """
    return f"{score.normalize():f}"
