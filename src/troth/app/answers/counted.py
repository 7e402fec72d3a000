"""The counts by which open promises are told to be at risk: of one snapshot, pinned in the journal, taken anew when they are old."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from troth.app.past.known import Known
from troth.app.reading import Reading, open_reading
from troth.app.workspace import Workspace
from troth.findings import Context
from troth.findings.weighing import strata
from troth.findings.words import number
from troth.kernel import digest
from troth.kernel.errors import StoreError
from troth.kernel.instant import to_us
from troth.promises.clocks import WORKING_TIME
from troth.promises.risk.definition import length_us
from troth.promises.risk.lanes import record_of
from troth.promises.risk.model import Counts, Model, counts_of, fit
from troth.promises.risk.preparing import prepare
from troth.promises.risk.tracks import Tracks, spells_sql
from troth.query import literal_instant

COUNTED = "at_risk.counted"
BY = "troth"
FORMULA = 1
"""Raised whenever the same outcomes would be counted otherwise, or the same counts give other shares."""


@dataclass(frozen=True, slots=True)
class Basis:
    """On which snapshot the counts stand, and since when. anew: they were taken now, and why; counted: digest of the counts.

    fell_due, broken: the promises that were counted. strengths: by level, of how many cases the word of the lane above is worth.
    """

    snapshot: str
    as_of: datetime
    anew: bool
    why: str
    fell_due: int
    broken: int
    counted: str
    strengths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """reading, tracks: of the snapshot that was counted."""

    model: Model
    basis: Basis
    reading: Reading
    tracks: Tracks


def tracks_in(reading: Reading, name: str) -> Tracks:
    """The questions to a promise's outcomes in a snapshot."""
    context = reading.context
    record = record_of(reading.rules.book)
    return prepare(context.engine, name, context.promises[name], record, working_time=context.has(WORKING_TIME))


def weights_in(context: Context, subject: str) -> dict[str | None, Fraction] | None:
    """The weight of each stratum where the subjects are a sample."""
    known = strata(context, subject)
    return {name: one.weight for name, one in known.items()} if any(one.weight != 1 for one in known.values()) else None


def count(reading: Reading, tracks: Tracks, at: datetime) -> Counts:
    """What is known of a promise at an instant, as whole numbers."""
    over = length_us(reading.context.promises[tracks.promise].at_risk.over)
    sql = spells_sql(tracks, literal_instant(to_us(at)).sql("duckdb"), over)
    return counts_of(reading.context.engine.columns(sql), tracks.keys)


def fitted(workspace: Workspace, reading: Reading, name: str, *, refresh: bool = False) -> Fitted:
    """The model of a promise by the pinned counts, or by new ones, which are pinned.

    A reading that is cut to a scope is counted anew each time, and pins nothing: what is pinned counts what is outside of it.
    Raises CannotEstimate where too little fell due, StoreError where the pinned snapshot gives other counts than it gave.
    """
    tracks = tracks_in(reading, name)
    if reading.cut:
        return _of(reading, name, tracks, None, why="of what may be seen")
    said = dict(workspace.journal.recorded(COUNTED)).get(name)
    why = "asked for" if refresh else _outdated(reading, name, said, _spec(reading, tracks))
    if said is not None and not why:
        pinned = _pinned(workspace, reading, said["snapshot"])
        if pinned is not None:
            return _of(pinned, name, tracks if pinned is reading else tracks_in(pinned, name), said)
        why = "the snapshot that was counted is gone"
    return _of(reading, name, tracks, None, why=why, workspace=workspace)


def _outdated(reading: Reading, name: str, said: Mapping[str, str] | None, spec: str) -> str:
    """Why pinned counts cannot be used; empty where they can."""
    if said is None:
        return "nothing was counted before"
    age = to_us(reading.snapshot.as_of) - to_us(datetime.fromisoformat(said["as_of"]))
    refresh = reading.context.promises[name].at_risk.refresh
    if said["spec"] != spec:
        return "the rules changed since"
    if age < 0:
        return "the record goes less far than when it was counted"
    if age >= length_us(refresh):
        days = timedelta(microseconds=age).days
        return f"the counts before were {number(days)} days old, and the rules say {refresh}"
    return ""


def _pinned(workspace: Workspace, reading: Reading, id: str) -> Reading | None:
    if id == reading.snapshot.id:
        return reading
    snapshot = workspace.lake.snapshot(id)
    if snapshot is None or not workspace.lake.holds(snapshot):
        return None
    return open_reading(workspace, Known(snapshot.as_of, snapshot, reading.rules, 0, None))


def _spec(reading: Reading, tracks: Tracks) -> str:
    risk = reading.context.promises[tracks.promise].at_risk
    marks = [[mark.column, mark.place] for mark in tracks.marks]
    return digest.of_value([FORMULA, list(risk.by), risk.over, marks])[:16]


def _of(
    reading: Reading, name: str, tracks: Tracks, said: Mapping[str, str] | None, *, why: str = "", workspace: Workspace | None = None
) -> Fitted:  # fmt: skip
    snapshot, context = reading.snapshot, reading.context
    counts = count(reading, tracks, snapshot.as_of)
    promise = context.promises[name]
    if said is not None and said["counts"] != counts.digest:
        raise StoreError(
            f"the counts of '{name}' are not those that were pinned", got=counts.digest[:12], allowed=said["counts"][:12],
            next_step="Files of that snapshot were changed: run troth build --full, then troth at-risk --refresh.",
        )  # fmt: skip
    model = fit(counts, 2 * len(promise.stages) + 1, weights_in(context, promise.subject))
    if workspace is not None:
        pin = {"snapshot": snapshot.id, "as_of": snapshot.as_of.isoformat(), "spec": _spec(reading, tracks), "counts": counts.digest}
        workspace.journal.record(BY, COUNTED, name, pin, workspace.now())
    strengths = tuple(round(level.strength, 1) for level in model.levels)
    basis = Basis(snapshot.id, snapshot.as_of, said is None, why, model.fell_due, model.broken, counts.digest, strengths)
    return Fitted(model, basis, reading, tracks)
