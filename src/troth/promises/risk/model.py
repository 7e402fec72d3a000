"""From counts of the past to chances: by place, time left and time stood, each lane drawn towards the one above it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.shrinkage import STRONGEST, prior_strength, share_interval, shrink
from troth.kernel import digest
from troth.kernel.errors import CannotEstimate
from troth.promises.risk.tracks import AGES, EARLIEST, LANDMARKS, WHOLE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Columns = Mapping[str, np.ndarray[Any, Any]]
Lane = tuple[str, ...]

LEAST = 20
"""Fewer promises broken, or kept, than this say nothing."""
ENOUGH = 10
"""A lane in which fewer stood so is told by the lane above it."""
MOST_LANES = 2_000
BANDS = len(AGES) + 1
LIGHTEST = 0.5


@dataclass(frozen=True, slots=True)
class Counts:
    """What `tracks.spells_sql` counted. rows: its columns. digest: of every cell, so that the same counts have the same name."""

    rows: Columns
    keys: tuple[str, ...]
    digest: str

    @property
    def step_us(self) -> int:
        return int(self.rows["step_us"][0])


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Lanes of one fineness. lanes: the number of each. strength: how many cases the lane above would be worth to one of them.

    seen, broken: promises of the record; cases, events: the same weighed, as an effective number. towards: what the lane above says,
    worth: how many cases that is worth here, never more than it stands on besides these; share: what this one says. All of shape (lanes,
    places, landmarks, bands). due: shape (lanes, 2), promises that fell due and that were broken.
    """

    lanes: Mapping[Lane, int]
    seen: Ints
    broken: Ints
    cases: Floats
    events: Floats
    towards: Floats
    worth: Floats
    share: Floats
    strength: float
    due: Ints


@dataclass(frozen=True, slots=True)
class Model:
    """levels: from all lanes of alike terms to the finest. step_us: from one landmark to the next. fell_due, broken: what was counted."""

    step_us: int
    levels: tuple[Level, ...]
    fell_due: int
    broken: int
    digest: str
    sampled: bool

    def base(self, standing: Columns, keys: Sequence[str]) -> Floats:
        """The plain share that was broken of all that fell due in each promise's lane; shape (n,)."""
        one = self.levels[-1]
        lanes = list(zip(*(standing[key].tolist() for key in keys), strict=True))
        n, k = one.due[:, 0], one.due[:, 1]
        share = np.where(n > 0, k / np.maximum(n, 1), self.broken / self.fell_due)
        return np.array([share[one.lanes[lane]] if lane in one.lanes else self.broken / self.fell_due for lane in lanes])


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """Of each standing promise: share broken of those like it, its interval, and whom that counts: level, n and how many were broken.

    landmark, band: where in the counts it stands. All of shape (n,).
    """

    share: Floats
    low: Floats
    high: Floats
    level: Ints
    n: Ints
    broken: Ints
    landmark: Ints = field(repr=False)
    band: Ints = field(repr=False)


def counts_of(rows: Columns, keys: tuple[str, ...]) -> Counts:
    content = io.BytesIO()
    for name in (*keys, "place", "stratum", "entered", "left", "promises", "broken", "step_us"):
        values = rows[name]
        if values.dtype == object:
            content.write("\x1f".join(_texts(values)).encode())
        else:
            content.write(np.ascontiguousarray(values, dtype="<i8").tobytes())
        content.write(f"\x1e{name}".encode())
    content.seek(0)
    return Counts(rows, keys, digest.of_file(content))


def fit(counts: Counts, places: int, weights: Mapping[str | None, Fraction] | None = None) -> Model:
    """weights: of sampled strata, by name; None where nothing is a sample.

    Refuses fewer than 20 promises that were broken, or 20 that were kept, and more than 2,000 lanes.
    """
    rows = counts.rows
    whole = np.asarray(rows["place"]) == WHOLE
    fell_due, broken = (int(np.asarray(rows[name])[whole].sum()) for name in ("promises", "broken"))
    if min(broken, fell_due - broken) < LEAST:
        raise CannotEstimate(
            "how many like this were late",
            got=f"{broken} broken and {fell_due - broken} kept", need=f"{LEAST} of each that fell due",
            settle="Count over a longer time, or wait until more have fallen due.",
        )  # fmt: skip
    levels = [_root(_tallied(rows, counts.keys[:1], places, weights))]
    for depth in range(2, len(counts.keys) + 1):
        tallied = _tallied(rows, counts.keys[:depth], places, weights)
        if len(tallied.lanes) > MOST_LANES:
            raise CannotEstimate(
                "how many like this were late",
                got=f"{len(tallied.lanes):,} lanes", need=f"at most {MOST_LANES:,}", settle="Name what groups promises, not an id.",
            )  # fmt: skip
        levels.append(_below(tallied, levels[-1]))
    return Model(counts.step_us, tuple(levels), fell_due, broken, counts.digest, weights is not None)


def chances(model: Model, standing: Columns, keys: Sequence[str], level: float = 0.95, *, intervals: bool = True) -> Chances:
    """standing: the columns of `tracks.standing_sql`. A promise of a lane that nobody has seen is told by the lane above; one
    whose terms nobody has seen has the share NaN and the level -1.

    intervals: without them low and high are the share itself.
    """
    left, step = np.asarray(standing["left_us"], dtype=np.int64), model.step_us
    landmark = np.where(left <= 0, 0, np.clip((2 * left + step) // (2 * step), 1, LANDMARKS))
    # While its hours are over it stands as when they ended: what moves at night has not moved yet.
    ended = np.clip(-(-left // step), 0, LANDMARKS)
    landmark = np.where(np.asarray(standing["closed"], dtype=np.bool_) & (left > 0), ended, landmark)
    entered = np.minimum((left + np.asarray(standing["stood_us"], dtype=np.int64)) // step, EARLIEST)
    band, place = band_of(entered - landmark), np.asarray(standing["place"], dtype=np.int64)
    names = [standing[key].tolist() for key in keys]
    size = left.size
    share, towards, cases, events, worth, seen, broken, told = (np.zeros(size) for _ in range(8))
    share[:], told[:] = np.nan, -1
    for depth, one in enumerate(model.levels):
        lanes = zip(*names[: depth + 1], strict=True)
        lane = np.array([one.lanes.get(lane, -1) for lane in lanes], dtype=np.int64)
        here = lane >= 0
        cell = (lane[here], place[here], landmark[here], band[here])
        for into, values in ((share, one.share), (towards, one.towards), (cases, one.cases), (events, one.events), (worth, one.worth)):
            into[here] = values[cell]
        few = here.copy()
        few[here] = one.seen[cell] >= (ENOUGH if depth else 0)
        enough = (lane[few], place[few], landmark[few], band[few])
        seen[few], broken[few], told[few] = one.seen[enough], one.broken[enough], depth
    low, high = share, share
    if size and intervals:
        alike, of = np.unique(np.column_stack([events, cases, towards, worth]), axis=0, return_inverse=True)
        limits = share_interval(alike[:, 0], alike[:, 1], alike[:, 2], alike[:, 3], level)
        low, high = (limit[of.ravel()] for limit in limits)
    whole = (told, seen, broken, landmark, band)
    return Chances(share, low, high, *(np.asarray(values, dtype=np.int64) for values in whole))


def band_of(steps: Ints) -> Ints:
    """The band that so many steps in a place fall into."""
    return np.searchsorted(np.array(AGES), steps, side="right")


@dataclass(frozen=True, slots=True, eq=False)
class _Tally:
    """lanes: as of `Level`. all arrays of (lanes, places, landmarks, bands) but due: (lanes, 2), that fell due and that were broken."""

    lanes: dict[Lane, int]
    seen: Ints
    broken: Ints
    cases: Floats
    events: Floats
    due: Ints


def _tallied(rows: Columns, keys: Sequence[str], places: int, weights: Mapping[str | None, Fraction] | None) -> _Tally:
    lanes: dict[Lane, int] = {}
    size = len(rows["place"])
    named = zip(*(rows[key].tolist() for key in keys), strict=True) if keys else iter([()] * size)
    lane = np.fromiter((lanes.setdefault(one, len(lanes)) for one in named), dtype=np.int64, count=size)
    place, entered, left, n, k = (np.asarray(rows[name], dtype=np.int64) for name in ("place", "entered", "left", "promises", "broken"))
    whole = place == WHOLE
    due = np.column_stack([np.bincount(lane[whole], weights=one[whole], minlength=len(lanes)) for one in (n, k)]).astype(np.int64)
    shape = (len(lanes), places, LANDMARKS + 1, BANDS)
    weight = None if weights is None else np.array([float(weights.get(name or None, 1)) for name in _texts(rows["stratum"])])
    sums = [np.zeros(shape) for _ in range(2 if weight is None else 5)]
    for landmark in range(LANDMARKS + 1):
        here = ~whole & (left < landmark) & (entered >= landmark)
        cell = (lane[here] * places + place[here]) * BANDS + band_of(entered[here] - landmark)
        kinds = [n[here], k[here]]
        if weight is not None:
            w = weight[here]
            kinds += [w * n[here], w * k[here], w * w * n[here]]
        for total, values in zip(sums, kinds, strict=True):
            flat = np.bincount(cell, weights=values, minlength=len(lanes) * places * BANDS)
            total[:, :, landmark, :] = flat.reshape(len(lanes), places, BANDS)
    seen, broken = (one.astype(np.int64) for one in sums[:2])
    if weight is None:
        return _Tally(lanes, seen, broken, sums[0], sums[1], due)
    total, late, squares = sums[2:]
    cases = np.where(squares > 0, total**2 / np.where(squares > 0, squares, 1), 0)
    return _Tally(lanes, seen, broken, cases, np.where(total > 0, cases * late / np.where(total > 0, total, 1), 0), due)


def _root(all_: _Tally) -> Level:
    """All lanes together: by place and time left, drawn towards what all are; then by time stood, drawn towards that."""
    by_left, late = all_.cases.sum(axis=-1), all_.events.sum(axis=-1)
    overall = late.sum() / by_left.sum()
    first = np.minimum(_strength(late.ravel(), by_left.ravel(), np.zeros(late.size, dtype=np.int64)), by_left.sum() - by_left)
    towards = shrink(late, by_left, np.full(late.shape, overall), np.maximum(first, 1))
    of = np.repeat(np.arange(late.size), BANDS)
    return _level(all_, np.repeat(towards[..., None], BANDS, axis=-1), (by_left + first)[..., None], of)


def _below(some: _Tally, above: Level) -> Level:
    parent = np.array([above.lanes[lane[:-1]] for lane in some.lanes], dtype=np.int64)
    cells = int(np.prod(some.cases.shape[1:]))
    of = (parent[:, None] * cells + np.arange(cells)[None, :]).ravel()
    return _level(some, above.share[parent], (above.cases + above.worth)[parent], of)


def _level(tally: _Tally, towards: Floats, stands_on: Floats, of: Ints) -> Level:
    """stands_on: how many cases `towards` follows from, those of this level among them."""
    strength = _strength(tally.events.ravel(), tally.cases.ravel(), of)
    worth = np.maximum(np.minimum(strength, stands_on - tally.cases), LIGHTEST)
    share = shrink(tally.events, tally.cases, towards, worth)
    return Level(
        tally.lanes, tally.seen, tally.broken, tally.cases, tally.events, towards, worth, share, strength, tally.due
    )  # fmt: skip


def _strength(successes: Floats, cases: Floats, parent: Ints) -> float:
    try:
        return prior_strength(successes, cases, parent)
    except CannotEstimate:
        return STRONGEST  # one group alone is its parent


def _texts(values: np.ndarray[Any, Any]) -> list[str]:
    return ["" if text is None or text is np.ma.masked else str(text) for text in values.tolist()]
