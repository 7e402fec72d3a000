"""The margin of a promise: how much earlier than promised all but the slowest come, by month and by lane; and which lanes have none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.binomial import binomial_tail
from troth.engines.statistics.discoveries import adjusted
from troth.engines.statistics.drift import Drift, drifts
from troth.engines.statistics.quantile import fewest_for, quantile_interval, weighted_quantile
from troth.findings.context import Context
from troth.findings.lanes import Flags, Ints, Promised, now_of, promised, promised_sql
from troth.kernel.errors import CannotEstimate
from troth.kernel.instant import DAY_US
from troth.kernel.refusal import Refusal, refuse
from troth.promises.lanes import Lanes

# Of the lanes that are named, so many may be named by chance.
FALSE_DISCOVERIES = 0.05
SAMPLE = Refusal("naming lanes", "a sample", "all that fell due", "Load all of them.")


@dataclass(frozen=True, slots=True)
class Margin:
    """In days of clock time, below 0 where fewer than the share come by the due; None: not reached, too many never came.

    margin: the unknown counted as never come; best: as early as any. low, high: interval of 95 %, of both. n: fell due, in the file.
    broken: late, or never on record as promised, which `never` are. why: why there is no margin, or no interval of it.
    """

    n: int
    broken: int
    unknown: int
    never: int
    margin: float | None = None
    best: float | None = None
    low: float | None = None
    high: float | None = None
    why: Refusal | None = None

    @property
    def thin(self) -> bool:
        return self.margin is None and self.why is not None


@dataclass(frozen=True, slots=True)
class Lane:
    """recent: what fell due in the last days; earlier: all before.

    out: named as out of margin, fewer than the share come by the due. worn: named as coming later and later against the due than
    others in the same month and alike; drift: by how many days over the record. q_*: the false discovery rate at which they are named.
    """

    lane: str
    recent: Margin
    earlier: Margin
    drift: Drift | None = None
    q_out: float | None = None
    q_worn: float | None = None
    out: bool = False
    worn: bool = False


@dataclass(frozen=True, slots=True)
class Margins:
    """all: over the record. by_month: by local month of the due. lanes: the least recent margin first. estimated: a sample is scaled up.

    why_no_names, why_no_drifts: why no lane is named as out of margin, and as worn.
    """

    promise: str
    words: str
    by: tuple[str, ...]
    within: tuple[str, ...]
    share: float
    window_days: int
    estimated: bool
    all: Margin
    by_month: tuple[tuple[str, Margin], ...]
    lanes: tuple[Lane, ...]
    why_no_names: Refusal | None
    why_no_drifts: Refusal | None
    sql: str


@dataclass(frozen=True, slots=True)
class Fell:
    """What fell due, one place each: by how much it came late, in microseconds, of what came; what else it is; how many it stands for."""

    late: Ints
    came: Flags
    unknown: Flags
    weights: Ints | None

    @classmethod
    def of(cls, promised: Promised) -> Self:
        return cls(promised.fulfilled - promised.due, promised.came, promised.unknown, promised.weights)

    def at(self, places: Ints) -> Fell:
        weights = None if self.weights is None else self.weights[places]
        return Fell(self.late[places], self.came[places], self.unknown[places], weights)


def margins_of(
    context: Context, name: str, lanes: Lanes, by: tuple[str, ...], within: tuple[str, ...], *, share: Fraction, window_days: int
) -> Margins:
    """Promised minus actual, of what fell due: a quantile of fulfilled less due, which is that of the actual time where all were
    promised alike. Clock time, whole microseconds, type 1 of Hyndman and Fan. What never came exceeds all.

    share: of the quantile. window_days: how much of the record is recent. A sample is scaled up, and no lane of it is named.
    """
    everything, now = promised(context, name, lanes, ordered=False), now_of(context)
    due = everything.where(everything.fell_due(now))
    fell, recent = Fell.of(due), due.due > now - window_days * DAY_US
    found = [
        Lane(lane, margin_of(fell.at(here[recent[here]]), share), margin_of(fell.at(here[~recent[here]]), share))
        for lane, here in due.lane.parts()
    ]  # fmt: skip
    sample, why = everything.weights is not None, None
    if not sample:
        found, why = _with_drifts(_named(found, share), due)
    return Margins(
        name, context.promises[name].words, by, within, float(share), window_days, sample,
        all=margin_of(fell, share),
        by_month=tuple((month, margin_of(fell.at(here), share)) for month, here in due.month.parts()),
        lanes=tuple(sorted(found, key=lambda one: (_order(one.recent), one.lane))) if by else (),
        why_no_names=SAMPLE if sample else None,
        why_no_drifts=SAMPLE if sample else why,
        sql=promised_sql(context, name, lanes),
    )  # fmt: skip


def margin_of(fell: Fell, share: Fraction) -> Margin:
    """Of some that fell due. Refuses too few for an interval, and any interval of a sample."""
    late, unknown = fell.late[fell.came], fell.unknown
    never = ~fell.came & ~unknown
    bare = Margin(len(fell.late), int((late > 0).sum() + never.sum()), int(unknown.sum()), int(never.sum()))
    fewest = fewest_for(share)
    if bare.n < fewest or not late.size:
        return replace(bare, why=Refusal("margin", f"{bare.n} due", f"at least {fewest} due, and some fulfilled"))
    # What is unknown came by the due at best; as early as any says no more than that.
    early = np.full(bare.unknown, late.min(), dtype=np.int64)
    if fell.weights is not None:
        came, lost, untold = (fell.weights[which].tolist() for which in (fell.came, never, unknown))
        worst = weighted_quantile(late, came, share, beyond=sum(lost) + sum(untold))
        best = weighted_quantile(np.concatenate([early, late]), untold + came, share, beyond=sum(lost))
        return replace(bare, margin=_days(worst), best=_days(best), why=replace(SAMPLE, reason="interval of a margin"))
    least = quantile_interval(late, share, beyond=bare.never + bare.unknown)
    most = quantile_interval(np.concatenate([early, late]), share, beyond=bare.never) if bare.unknown else least
    return replace(bare, margin=_days(least.value), best=_days(most.value), low=_days(least.high), high=_days(most.low))


def _named(lanes: list[Lane], share: Fraction) -> list[Lane]:
    """Which lanes are out of margin: so many broken would be rare if the share were kept."""
    tested = [one for one in lanes if one.recent.why is None]
    found = adjusted([min(1.0, binomial_tail(one.recent.n, float(1 - share), one.recent.broken)) for one in tested])
    q = dict(zip((one.lane for one in tested), found, strict=True))
    return [replace(one, q_out=q.get(one.lane), out=q.get(one.lane, 1.0) <= FALSE_DISCOVERIES) for one in lanes]


def _with_drifts(lanes: list[Lane], due: Promised) -> tuple[list[Lane], Refusal | None]:
    """Which lanes have worn. What never came has no part in it; lanes that are alike depend on each other, so at any dependence."""
    came = due.where(due.came)
    (names, lane), (_, shared), (_, month) = (labels.dense() for labels in (came.lane, came.within, came.month))
    _, block = _dense(shared * (month.max(initial=0) + 1) + month)
    cells, cell = _dense(lane * (block.max(initial=0) + 1) + block)
    try:
        if not cells.size:
            raise CannotEstimate("drift of lanes", got="nothing fulfilled", need="some fulfilled")
        count = np.bincount(cell)
        since = (came.due - came.due.min()) // 1_000_000
        late = _totals(cell, came.fulfilled - came.due) / count / DAY_US
        when = _totals(cell, since) / count / max(int(since.max()), 1)
        found = drifts(*np.divmod(cells, block.max() + 1), count, late, when)
    except CannotEstimate as error:
        return lanes, refuse(error)
    told = {name: one for name, one in zip(names, found, strict=True) if one is not None}
    q = dict(zip(told, adjusted([one.p for one in told.values()], dependent=True), strict=True))
    return [
        replace(one, drift=told.get(one.lane), q_worn=q.get(one.lane), worn=q.get(one.lane, 1.0) <= FALSE_DISCOVERIES) for one in lanes
    ], None


def _dense(codes: Ints) -> tuple[Ints, Ints]:
    """As np.unique with its inverse, without putting codes in order that are about as few as there are places."""
    if not codes.size or int(codes.max()) > 4 * codes.size:
        found, inverse = np.unique(codes, return_inverse=True)
        return found, inverse
    have = np.bincount(codes) > 0
    return np.flatnonzero(have), (np.cumsum(have) - 1)[codes]


def _totals(cell: Ints, values: Ints) -> npt.NDArray[np.float64]:
    """Exact sums by cell."""
    totals = np.zeros(int(cell.max()) + 1, dtype=np.int64)
    np.add.at(totals, cell, values)
    return totals.astype(np.float64)


def _order(margin: Margin) -> tuple[bool, float]:
    """The least first; before all what was not reached; last what is too little."""
    return margin.thin, -np.inf if margin.margin is None else margin.margin


def _days(late: int | None) -> float | None:
    return None if late is None else -late / DAY_US
