"""What would have been, had each been promised by what its lane had done before: fewer late, for how many more promised days."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from troth.engines.statistics.quantile import fewest_for
from troth.engines.statistics.trailing import BEYOND, THIN, Past, trailing_quantile
from troth.findings.context import Context
from troth.findings.lanes import NEVER, Flags, Ints, Promised, now_of, promised
from troth.kernel.instant import DAY_US
from troth.promises.lanes import Lanes


@dataclass(frozen=True, slots=True)
class Tried:
    """Promises judged both ways, counts in the file. replaced: promised anew. thin: too few had fallen due in its lane by then,
    not_reached: too many of them had not come; both stay as they were, and are counted.

    n, late, late_then, unknown: estimated totals where a sample is scaled up. late: broken as promised; late_then: had it been by the
    trailing quantile. The unknown are in neither, what came but not as promised in both. more_days: promised days more a promise, over
    all n. later, earlier: shares of n.
    """

    judged: int
    replaced: int
    thin: int
    not_reached: int
    n: float
    late: float
    late_then: float
    unknown: float
    more_days: float | None
    later: float | None
    earlier: float | None


@dataclass(frozen=True, slots=True)
class BackTest:
    """fewest: how many must have fallen due in a lane by then. open: not yet due one way or the other, so in neither count."""

    share: float
    window_days: int
    fewest: int
    open: int
    all: Tried
    lanes: tuple[tuple[str, Tried], ...]


def back_test(context: Context, name: str, lanes: Lanes, *, share: Fraction, window_days: int) -> BackTest:
    """Each due moved to `made` plus the quantile of how long took what fell due in its lane in the window before that instant.

    Only of what was known by then: what had not come counts as longer than any. Clock time; the facts are those known now.
    """
    everything, now = promised(context, name, lanes), now_of(context)
    counted = everything.where(everything.state.among("kept", "broken", "unknown", "open"))
    then, thin, beyond = _dues(everything, counted, share, window_days)
    both = (counted.due <= now) & (then <= now)
    judged = counted.where(both)
    named = judged.lane.each()
    parts = [_tried(judged.where(here), then[both][here], thin[both][here], beyond[both][here]) for _, here in named]
    return BackTest(
        float(share),
        window_days,
        fewest_for(share),
        int((~both).sum()),
        _tried(judged, then[both], thin[both], beyond[both]),
        tuple((lane, one) for (lane, _), one in zip(named, parts, strict=True)),
    )


def _dues(everything: Promised, counted: Promised, share: Fraction, window_days: int) -> tuple[Ints, Flags, Flags]:
    """The dues by the trailing quantile, and which stay since too few were known, or too few had come."""
    lasted = np.full(len(counted.due), THIN, dtype=np.int64)
    known = everything.where(~everything.unknown)
    past_of = {lane: known.where(here) for lane, here in known.lane.each()}
    for lane, here in counted.lane.each():
        if lane in past_of:
            lasted[here] = trailing_quantile(counted.made[here], _past(past_of[lane]), window_days * DAY_US, share, fewest_for(share))
    thin, beyond = lasted == THIN, lasted == BEYOND
    return np.where(thin | beyond, counted.due, counted.made + lasted), thin, beyond


def _past(known: Promised) -> Past:
    took = np.where(known.fulfilled != NEVER, np.maximum(known.fulfilled - known.made, 0), 0)
    return Past(known.due, known.fulfilled, known.gone, took, None if known.weights is None else known.weights.tolist())


def _tried(judged: Promised, then: Ints, thin: Flags, beyond: Flags) -> Tried:
    told, breached, every = ~judged.unknown, judged.breached, np.ones(len(then), dtype=np.bool_)
    n, moved = judged.total(every), then - judged.due
    return Tried(
        judged=len(then),
        replaced=int((~thin & ~beyond).sum()),
        thin=int(thin.sum()),
        not_reached=int(beyond.sum()),
        n=float(n),
        late=float(judged.total(told & (breached | (judged.fulfilled > judged.due)))),
        late_then=float(judged.total(told & (breached | (judged.fulfilled > then)))),
        unknown=float(judged.total(~told)),
        more_days=float(judged.total(every, moved) / n / DAY_US) if n else None,
        later=float(judged.total(moved > 0) / n) if n else None,
        earlier=float(judged.total(moved < 0) / n) if n else None,
    )
