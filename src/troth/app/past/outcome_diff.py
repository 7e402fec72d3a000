"""Which outcomes changed between two snapshots, and why: from the rows, terms, hours and decisions that differ, never from a guess."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from troth.app.past.arrived import Row, giving, rows_since
from troth.app.past.sides import End, end_of
from troth.app.workspace import Progress, Workspace, silent
from troth.kernel.errors import BadValue, NotFound, nearest
from troth.promises.changes import MOVED, PARTY, Cell, Judged, cells, known_terms, make_moved, parts_differ, read_by, transitions
from troth.promises.changes import NEWER as NEWER_VIEWS
from troth.promises.changes import OLDER as OLDER_VIEWS
from troth.record import Engine

Reason = Literal["data", "identity", "terms", "calendar", "time", "book", "version"]
REASONS: tuple[Reason, ...] = ("data", "identity", "terms", "calendar", "time", "book", "version")


@dataclass(frozen=True, slots=True)
class Change:
    """An outcome that differs. before, after: states; None where that snapshot has no outcome of the subject.

    reasons: in the order of REASONS, at least one. cells: what was recorded otherwise, "order A delivered: - -> 2026-03-01T…".
    rows: of files, that say so since. known_from: since when the newer outcome could be known, naive UTC, None where only the clock
    moved on; happened: the last of the events that were recorded since; late: it lies before what the older snapshot spoke of.
    """

    promise: str
    subject_type: str
    id: str
    before: str | None
    after: str | None
    due: tuple[datetime | None, datetime | None]
    fulfilled: tuple[datetime | None, datetime | None]
    layer: tuple[str | None, str | None]
    change: tuple[str | None, str | None]
    calendar: tuple[str | None, str | None]
    reasons: tuple[Reason, ...]
    cells: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    known_from: datetime | None = None
    happened: datetime | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """One promise in both. made: in the older and in the newer; made after = made before + new - gone.

    transitions: state before, after, and how many, of all that were made. why: the same with reasons, of those that changed.
    """

    promise: str
    words: str
    made: tuple[int, int]
    new: int
    gone: int
    transitions: tuple[tuple[str | None, str | None, int], ...]
    why: tuple[tuple[str | None, str | None, tuple[Reason, ...], int], ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """older, newer: snapshot ids. known_at: of both, naive UTC. as_of: up to when each speaks.

    one_sided: promises that only one of them has, with which: they are not compared.
    """

    older: str
    newer: str
    known_at: tuple[datetime, datetime]
    as_of: tuple[datetime, datetime]
    promises: tuple[Compared, ...]
    changes: tuple[Change, ...]
    one_sided: tuple[tuple[str, Literal["older", "newer"]], ...]


def outcome_diff(
    workspace: Workspace, older: datetime | str, newer: datetime | str, *, promise: str | None = None, progress: Progress = silent
) -> Diff:
    """What `end_of` finds for each, compared. promise: only that one.

    Raises what `end_of` does, BadValue where the first knows of intakes that the second does not, NotFound for a promise that not
    both have.
    """
    first, second = end_of(workspace, older, progress=progress), end_of(workspace, newer, progress=progress)
    if first.seqs - second.seqs:
        raise BadValue(
            "the first is later than the second", got=f"{older} knows of intakes that {newer} does not",
            allowed="the older one first", next_step=f"Run: troth diff {newer} {older}",
        )  # fmt: skip
    before, after = (set(end.snapshot.facts["promises"]) for end in (first, second))
    if promise is not None and promise not in before & after:
        raise NotFound(
            f"'{promise}' is not in both snapshots" if promise in before | after else f"no promise '{promise}'",
            allowed=nearest(promise, before & after), next_step="Leave out --promise to see all.",
        )  # fmt: skip
    progress("comparing outcomes")
    engine = workspace.engine()
    workspace.lake.attach(engine, first.snapshot, OLDER_VIEWS)
    workspace.lake.attach(engine, second.snapshot, NEWER_VIEWS)
    names = sorted(before & after) if promise is None else [promise]
    found = [_compared(workspace, engine, name, first, second) for name in names]
    one_sided = [(name, side) for side, some in (("older", before - after), ("newer", after - before)) for name in sorted(some)]
    return Diff(
        first.snapshot.id, second.snapshot.id, (first.at, second.at), (first.snapshot.as_of, second.snapshot.as_of),
        tuple(one for one, _ in found), tuple(change for _, changes in found for change in changes),
        tuple(one_sided) if promise is None else (),  # type: ignore[arg-type]  # the two literals above
    )  # fmt: skip


def _compared(workspace: Workspace, engine: Engine, name: str, first: End, second: End) -> tuple[Compared, list[Change]]:
    type = str(second.snapshot.facts["promises"][name]["subject"])
    older, newer = (Judged(end.snapshot.schemas, end.snapshot.as_of) for end in (first, second))
    counted = transitions(engine, name, type, older, newer)
    changes: list[Change] = []
    if make_moved(engine, name, type, older, newer):
        changes = _explained(workspace, engine, name, type, first, second, cells(engine, type, older, newer))
    engine.run(f"DROP TABLE {MOVED}")
    why = Counter((one.before, one.after, one.reasons) for one in changes)
    made = tuple(sum(n for *states, n in counted if states[place] is not None) for place in (0, 1))
    definition = second.rules.promises.get(name) or first.rules.promises.get(name)
    return Compared(
        name, definition.value.words if definition else name, (made[0], made[1]),
        sum(n for before, _, n in counted if before is None), sum(n for _, after, n in counted if after is None),
        tuple(counted), tuple((*key, n) for key, n in sorted(why.items(), key=lambda one: (-one[1], str(one[0])))),
    ), changes  # fmt: skip


def _explained(workspace: Workspace, engine: Engine, name: str, type: str, first: End, second: End, differ: Sequence[Cell]) -> list[Change]:
    named = read_by(engine, name)
    of_parts = parts_differ(engine, named & second.rules.promises.keys() - {name})
    in_older, in_newer = (known_terms(engine, schema, name) for schema in (OLDER_VIEWS, NEWER_VIEWS))
    moved = engine.rows(f"SELECT * FROM {MOVED} ORDER BY id")
    columns = engine.names(f"SELECT * FROM {MOVED}")
    rows = rows_since(workspace, engine, first, second, {(cell.type, cell.id) for cell in differ})
    by_subject: dict[str, list[Cell]] = {}
    for cell in differ:
        by_subject.setdefault(cell.subject, []).append(cell)
    gives: dict[tuple[str, str], frozenset[str]] = {}
    restated = dict(engine.rows(f"SELECT terms, max(corrected) FROM {NEWER_VIEWS}.terms WHERE promise = ? GROUP BY 1", (name,)))
    found = []
    for values in moved:
        told = dict(zip(columns, values, strict=True))
        mine = by_subject.get(told["id"], [])
        bound, binds = (tuple(told[f"{when}_{c}"] for c in ("terms", "layer", "change")) for when in ("before", "after"))
        keys_moved = bool(told["bound"]) and (binds in in_older or bound in in_newer)
        counts = [cell for cell in mine if cell.name != PARTY and (cell.name in named or (keys_moved and not cell.is_event))]
        evidence: dict[Row, None] = {}
        for cell in counts:
            key = (cell.type, cell.name)
            if key not in gives:
                gives[key] = giving(second.rules.sources, *key)
            evidence |= {row: None for row in rows.get((cell.type, cell.id), ()) if row.source in gives[key]}
        parties = [cell for cell in mine if cell.name == PARTY]
        reasons = _reasons(told, counts, tuple(evidence), parties, first, second, keys_moved=keys_moved, of_parts=of_parts)
        found.append(_change(name, type, told, reasons, counts if "data" in reasons or "book" in reasons else [], tuple(evidence), first,
                             restated.get(told["after_terms"]), _joined(engine, parties) if "identity" in reasons else None))  # fmt: skip
    return found


def _reasons(
    told: Mapping[str, Any], counts: Sequence[Cell], rows: Sequence[Row], parties: Sequence[Cell], first: End, second: End, *,
    keys_moved: bool,
    of_parts: bool,
) -> tuple[Reason, ...]:  # fmt: skip
    """What differs of all that an outcome follows from.

    Where its instants are the same, only the clock moved on; where they are not, it did too if the former ones have the state by now.
    """
    if not told["judged"]:
        return ("time",)
    found: set[Reason] = set()
    new_or_gone = told["before_made"] is None or told["after_made"] is None
    other_book = first.snapshot.book_hash != second.snapshot.book_hash
    if counts:
        found.add("data" if rows else "book" if other_book else "version")
    elif new_or_gone and other_book:
        found.add("terms")
    if told["bound"] and not new_or_gone:
        if parties:
            found.add("identity")
        elif not (keys_moved and counts):
            found.add("terms")
    if told["clock"] and not new_or_gone and not told["bound"]:
        found.add("identity" if parties else "calendar")
    if not found:
        found.add("terms" if of_parts else "book" if other_book else "version")
    if told["before_state"] != told["after_state"] == told["by_clock"]:
        found.add("time")
    return tuple(one for one in REASONS if one in found)


def _change(
    name: str, type: str, told: Mapping[str, Any], reasons: tuple[Reason, ...], counts: Sequence[Cell], rows: tuple[Row, ...],
    first: End, restated: datetime | None, joined: datetime | None,
) -> Change:  # fmt: skip
    def both(column: str) -> tuple[Any, Any]:
        return told[f"before_{column}"], told[f"after_{column}"]

    rows = rows if "data" in reasons else ()
    came = [datetime.fromisoformat(value) for cell in counts if cell.is_event for value in cell.after if value not in cell.before]
    happened = max(came, default=None) if rows else None
    known = [row.known_from for row in rows]
    known += [restated] if restated is not None and "terms" in reasons else []
    known += [joined] if joined is not None else []
    return Change(
        name, type, told["id"], told["before_state"], told["after_state"], both("due"), both("fulfilled"), both("layer"), both("change"),
        both("calendar"), reasons, tuple(_said(cell) for cell in counts), rows, max(known, default=None), happened,
        happened is not None and happened <= first.snapshot.as_of,
    )  # fmt: skip


def _joined(engine: Engine, parties: Sequence[Cell]) -> datetime | None:
    """Since when the parties of the newer snapshot are what they are."""
    listed = [value for cell in parties for value in cell.after]
    known = [engine.rows(f"SELECT max(known_from) FROM {NEWER_VIEWS}.identity WHERE party = ?", (party,))[0][0] for party in listed]
    return max((at for at in known if isinstance(at, datetime)), default=None)


def _said(cell: Cell) -> str:
    return f"{cell.type} {cell.id} {cell.name}: {', '.join(cell.before) or '-'} -> {', '.join(cell.after) or '-'}"
