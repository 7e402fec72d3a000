"""Open promises that may yet be broken: how often those were that stood so before, and which these were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from troth.app.answers.counted import Basis, Fitted, count, fitted, tracks_in, weights_in
from troth.app.reading import Reading, open_reading
from troth.app.workspace import Workspace
from troth.engines.statistics.calibration import Calibration, calibration
from troth.findings.words import spoken
from troth.kernel.errors import CannotEstimate, NotFound, nearest
from troth.kernel.instant import from_us, to_us
from troth.kernel.refusal import Refusal, refuse
from troth.promises import Promise
from troth.promises.risk.definition import length_us
from troth.promises.risk.model import chances, fit
from troth.promises.risk.tracks import Tracks, alike_sql, standing_sql
from troth.query import literal_instant, literal_text

FITS, LOOKS = 26, 104
"""A hold-out is told from at most so many counts, one after another, and looked at about so often in all."""


@dataclass(frozen=True, slots=True)
class Open:
    """One open promise. due: local time, as text. left_us: to the due; working time where it has a calendar.

    share: of those that stood like it, how many were broken, drawn towards the lane above, with its interval; n, broken: whom it counts
    in the lane `of` ("" is all). like: the share in words. at_risk: above what the rules say.
    """

    id: str
    stage: str
    due: str
    due_at: datetime
    left_us: int
    working: bool
    lane: str
    share: float
    low: float
    high: float
    n: int
    broken: int
    of: str
    like: str
    at_risk: bool


@dataclass(frozen=True, slots=True)
class AtRiskNow:
    """basis: None where it is refused; then nothing is told of any promise, but they are counted in `count`, and so
    are those of whose terms none has fallen due yet.
    """

    promise: str
    words: str
    as_of: datetime
    above: float
    by: tuple[str, ...]
    basis: Basis | None
    open: tuple[Open, ...]
    count: int
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A promise of before that stood like an open one. due, fulfilled: local time, as text."""

    id: str
    due: str
    fulfilled: str | None
    late: bool


@dataclass(frozen=True, slots=True)
class Alike:
    """The promises behind one open promise's share, the newest first."""

    promise: str
    open: Open
    basis: Basis
    earlier: tuple[Earlier, ...]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What was told of promises that were open at `looks` instants from `since` on, by counts of before, against what became of them.

    promises: how many different ones. base: the plain share of each one's lane is what skill compares with.
    """

    promise: str
    words: str
    since: datetime
    until: datetime
    fits: int
    looks: int
    promises: int
    calibration: Calibration | None
    refusal: Refusal | None = None


def at_risk(workspace: Workspace, name: str | None = None, *, refresh: bool = False) -> tuple[AtRiskNow, ...]:
    """Every open promise of one name, or of all, the likeliest to be broken first.

    refresh: count anew, whatever the age of the counts. Raises NotFound for a promise that there is not.
    """
    reading = open_reading(workspace)
    return tuple(_now(workspace, reading, one, refresh=refresh) for one in _names(reading, name))


def at_risk_in(workspace: Workspace, reading: Reading, name: str) -> AtRiskNow:
    """The same of one promise, of a reading that is open. Raises NotFound for a promise that there is not."""
    (one,) = _names(reading, name)
    return _now(workspace, reading, one, refresh=False)


def alike(workspace: Workspace, name: str | None, id: str) -> Alike:
    """The earlier promises that stood as an open one stands. Raises NotFound where no promise of that id is open or can be told of."""
    reading = open_reading(workspace)
    for one in _names(reading, name):
        try:
            told = fitted(workspace, reading, one)
        except CannotEstimate:
            continue
        tracks = tracks_in(reading, one)
        found, cells = _scored(reading, tracks, told)
        place = next((place for place, open_ in enumerate(found) if open_.id == id), None)
        if place is not None:
            return Alike(one, found[place], told.basis, _earlier(told, one, cells[place]))
    raise NotFound(f"no open promise of '{id}' that can be told of", next_step="Which there are: troth at-risk")


def came_true(workspace: Workspace, name: str) -> HeldOut:
    """What the counts would have told in the last third of the record, taken anew as the book says, and whether it came so.

    At each instant only what had happened by then is looked at. Raises NotFound for a promise that there is not.
    """
    reading = open_reading(workspace)
    (one,) = _names(reading, name)
    context, tracks = reading.context, tracks_in(reading, one)
    promise, until = context.promises[one], context.as_of
    first = context.engine.rows(f"SELECT min(due) FROM outcome_{one}")[0][0] or until
    length = min((until - first) / 3, timedelta(microseconds=length_us(promise.at_risk.over)))
    since = until - length
    fits = min(max(length // timedelta(microseconds=1) // length_us(promise.at_risk.refresh), 1), FITS)
    each = LOOKS // fits
    looks = [since + length * (n + 0.5) / (fits * each) for n in range(fits * each)]
    told: list[dict[str, Any]] = []
    try:
        if weights_in(context, promise.subject) is not None:
            raise CannotEstimate("calibration", got="a sample", need="all promises", settle="Load all of them.")
        for number in range(fits):
            some = looks[number * each : (number + 1) * each]
            model = fit(count(reading, tracks, since + length * number / fits), 2 * len(promise.stages) + 1)
            standing = _standing(reading, tracks, some)
            known = standing["due"] <= np.datetime64(until, "us")
            standing = {column: values[known] for column, values in standing.items()}
            share = chances(model, standing, tracks.keys, intervals=False).share
            can = ~np.isnan(share)
            said = {"told": share, "base": model.base(standing, tracks.keys), "came": standing["broken"], "of": standing["subject"]}
            told.append({column: np.asarray(values)[can] for column, values in said.items()})
        all_ = {column: np.concatenate([np.asarray(part[column]) for part in told]) for column in told[0]}
        result = calibration(all_["told"], all_["came"].astype(np.bool_), all_["base"], all_["of"].astype(np.int64))
    except CannotEstimate as error:
        return HeldOut(one, promise.words, since, until, fits, len(looks), 0, None, refuse(error))
    return HeldOut(one, promise.words, since, until, fits, len(looks), int(np.unique(all_["of"]).size), result)


def in_ten(share: float) -> str:
    """A share as people count.

    >>> [in_ten(share) for share in (0.62, 0.01, 0.99)]
    ['6 in 10 like this were late', 'fewer than 1 in 20 like this were late', 'more than 19 in 20 like this were late']
    """
    if share < 0.05:
        return "fewer than 1 in 20 like this were late"
    if share > 0.95:
        return "more than 19 in 20 like this were late"
    return f"{min(max(round(share * 10), 1), 9)} in 10 like this were late"


def _names(reading: Reading, name: str | None) -> Iterable[str]:
    known = reading.context.promises
    if name is None:
        return tuple(known)
    if name not in known:
        raise NotFound(f"no promise '{name}' was judged", allowed=nearest(name, known), next_step="Which there are: troth book lint")
    return (name,)


def _now(workspace: Workspace, reading: Reading, name: str, *, refresh: bool) -> AtRiskNow:
    context = reading.context
    promise, risk = context.promises[name], context.promises[name].at_risk
    count_ = int(context.engine.rows(f"SELECT count(*) FROM outcome_{name} o WHERE {context.state()} = 'open'")[0][0])
    try:
        told = fitted(workspace, reading, name, refresh=refresh)
    except CannotEstimate as error:
        return AtRiskNow(name, promise.words, context.as_of, risk.above, risk.by, None, (), count_, refuse(error))
    found, _ = _scored(reading, tracks_in(reading, name), told)
    ranked = sorted(found, key=lambda one: (-one.share, one.due_at, one.id))
    return AtRiskNow(name, promise.words, context.as_of, risk.above, risk.by, told.basis, tuple(ranked), count_)


def _standing(reading: Reading, tracks: Tracks, looks: Iterable[datetime]) -> dict[str, np.ndarray[Any, Any]]:
    instants = " UNION ALL ".join(f"SELECT {literal_instant(to_us(at)).sql('duckdb')} AS looked" for at in looks)
    return reading.context.engine.columns(standing_sql(tracks, instants))


def _scored(reading: Reading, tracks: Tracks, told: Fitted) -> tuple[list[Open], list[dict[str, Any]]]:
    """Open promises by subject, and where each stands in the counts."""
    context = reading.context
    promise = context.promises[tracks.promise]
    standing = _standing(reading, tracks, [context.as_of])
    found = chances(told.model, standing, tracks.keys)
    ids = dict(context.engine.rows(f"SELECT code, id FROM object_{promise.subject}")) if len(standing["subject"]) else {}
    opens, cells = [], []
    for n, subject in enumerate(standing["subject"].tolist()):
        keys = [str(standing[key][n]) for key in tracks.keys]
        level = int(found.level[n]) + 1
        if not level:
            continue
        due = from_us(int(standing["due"][n].astype("datetime64[us]").astype(np.int64)))
        share = float(found.share[n])
        opens.append(
            Open(
                str(ids[subject]), _place(promise, int(standing["place"][n])), f"{context.local_time(due):%Y-%m-%d %H:%M}", due,
                int(standing["left_us"][n]), tracks.calendars, _lane(keys[1:]), share, float(found.low[n]), float(found.high[n]),
                int(found.n[n]), int(found.broken[n]), _lane(keys[1:level]), in_ten(share), share > promise.at_risk.above,
            )
        )  # fmt: skip
        named = [*zip(tracks.keys[:level], keys[:level], strict=True)]
        cells.append(
            {"keys": named, "place": int(standing["place"][n]), "landmark": int(found.landmark[n]), "band": int(found.band[n])}
        )  # fmt: skip
    return opens, cells


def _earlier(told: Fitted, name: str, cell: dict[str, Any]) -> tuple[Earlier, ...]:
    context = told.reading.context
    promise = context.promises[name]
    keys = [(key, literal_text(value)) for key, value in cell["keys"]]
    at, over = literal_instant(to_us(told.basis.as_of)).sql("duckdb"), length_us(promise.at_risk.over)
    those = alike_sql(told.tracks, at, over, keys, cell["place"], cell["landmark"], cell["band"])
    rows = context.engine.rows(
        f"SELECT b.id, a.due, a.fulfilled, a.late FROM ({those}) a JOIN object_{promise.subject} b ON b.code = a.subject"
        " ORDER BY a.due DESC, b.id"
    )

    def local(at: datetime | None) -> str | None:
        return None if at is None else f"{context.local_time(at):%Y-%m-%d %H:%M}"

    return tuple(Earlier(str(id), local(due) or "", local(fulfilled), bool(late)) for id, due, fulfilled, late in rows)


def _place(promise: Promise, place: int) -> str:
    """Where a promise stands, in words; of a stage without words, what has not happened yet."""
    stages = list(promise.stages.values())
    if not stages:
        return "open"
    if place == 0:
        return f"not yet {spoken(stages[0].from_)}"
    stage = stages[(place - 1) // 2]
    if place % 2:
        return stage.words or f"not yet {spoken(stage.to)}"
    return f"{spoken(stage.to)}, nothing since"


def _lane(values: list[str]) -> str:
    return " / ".join(value or "not known" for value in values)
