"""Where the delay of broken promises arose: each stage's share, the plan's, and that of the time in no stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.engines.allocation.shapley import MOST_PLAYERS, marginal_weights
from troth.kernel.errors import CannotEstimate

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FOREVER = int(np.iinfo(np.int64).max)
# Sums of twelve durations, one of them endless, must stay inside 64 bits: known ones lie below 2**55 us (1,141 years),
# the endless one counts as 2**59, more than any sum of known ones can take back.
LONGEST = 2**55
ENDLESS = 2**59
ROWS_AT_ONCE = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class DelayShares:
    """Shares of n broken promises.

    numerators: shape (n, k + 3), int32; columns are the k stages in their order, plan, gap, cannot_assign.
    denominator: of all; every row sums to it exactly.
    """

    numerators: npt.NDArray[np.int32]
    denominator: int


@dataclass(frozen=True, slots=True, eq=False)
class OverrunShares:
    """Shares of the overruns of n promises.

    numerators: shape (n, k + 3), int64; microseconds times the denominator; columns as in DelayShares.
    denominator: of all; every row sums to its overrun times it exactly.
    """

    numerators: Ints
    denominator: int


def shapley_break(
    actual_us: Ints,
    budget_us: Ints,
    allowed_us: Ints,
    *,
    gap_us: Ints | None = None,
    budget_unknown: Flags | None = None,
    cannot_assign: Flags | None = None,
) -> DelayShares:
    """Who broke each promise: the Shapley value of "it breaks when these take their actual time".

    actual_us, budget_us: shape (n, k), microseconds of each stage; FOREVER where an unfulfilled one stands.
    allowed_us: shape (n,), from made to due. gap_us: shape (n,), time in no stage; negative where stages overlap.
    v(S) = 1 if allowed < sum of actual over S + sum of min(actual, budget) over the rest (+ gap if gap is in S).
    The plan bears a promise that breaks with every stage on budget. A negative gap always counts and bears nothing.
    budget_unknown: shape (n, k). The one stage that stands without a budget bears all; otherwise a promise with an
    unknown budget goes to cannot_assign, as do those flagged so, shape (n,). Put 0 where a duration is not known.
    Refuses more than 10 stages, durations of 1,141 years, and a promise that its own times do not break.
    Source: Shapley and Shubik 1954 (the index of a simple game).

    >>> hour = 3_600_000_000
    >>> late = shapley_break(np.array([[9, 3]]) * hour, np.array([[4, 3]]) * hour, np.array([8]) * hour)
    >>> late.numerators, late.denominator  # columns: first stage, second stage, plan, gap, cannot_assign
    (array([[6, 0, 0, 0, 0]], dtype=int32), 6)
    """
    delays = _delays(actual_us, budget_us, allowed_us, gap_us, budget_unknown, cannot_assign)
    assigned = ~delays.stands_unbudgeted.any(axis=1) & ~delays.cannot_assign
    _refuse_unbroken(delays, assigned)
    shares, whole = _divide(delays, lambda slack: (slack < 0).astype(np.int64))
    shares[~assigned] = 0
    shares[:, : delays.stages][delays.stands_unbudgeted] = whole
    shares[delays.cannot_assign, -1] = whole
    return DelayShares(shares.astype(np.int32), whole)


def shapley_overrun(
    actual_us: Ints,
    budget_us: Ints,
    allowed_us: Ints,
    *,
    gap_us: Ints | None = None,
    budget_unknown: Flags | None = None,
    cannot_assign: Flags | None = None,
) -> OverrunShares:
    """How much of each overrun each player bears: as shapley_break, for v(S) = time beyond what was allowed.

    Arguments as in shapley_break. The plan bears what overruns with every stage on budget. Promises with an unknown
    budget and those flagged go to cannot_assign with their whole overrun: actual + gap - allowed.
    Refuses FOREVER (an unfulfilled promise has no overrun yet), and overruns too long for 64 bits once divided.

    >>> late = shapley_overrun(np.array([[9, 6]]), np.array([[4, 3]]), np.array([8]))
    >>> late.numerators / late.denominator  # 7 too long; either stage alone: 4 and 2
    array([[4.5, 2.5, 0. , 0. , 0. ]])
    """
    delays = _delays(actual_us, budget_us, allowed_us, gap_us, budget_unknown, cannot_assign)
    unassigned = delays.cannot_assign | delays.stands_unbudgeted.any(axis=1)
    given = (actual_us, allowed_us) if gap_us is None else (actual_us, allowed_us, gap_us)
    if any((duration == FOREVER).any() for duration in given):
        raise CannotEstimate("overrun", got="a promise that is not fulfilled", need="fulfilled promises")
    overrun = np.maximum(0, delays.extra.sum(axis=1) - delays.slack)
    whole = marginal_weights(delays.stages + 1)[1]
    if overrun.size and int(overrun.max()) * whole > FOREVER:
        raise CannotEstimate("overrun", got=f"{int(overrun.max())} us", need=f"at most {FOREVER // whole} us")
    shares, _ = _divide(delays, lambda slack: np.maximum(0, -slack))
    shares[unassigned] = 0
    shares[unassigned, -1] = overrun[unassigned] * whole
    return OverrunShares(shares, whole)


@dataclass(frozen=True, slots=True, eq=False)
class _Delays:
    """slack: allowed minus everything on budget; extra: beyond budget, stages then gap; microseconds, never FOREVER."""

    slack: Ints
    extra: Ints
    stands_unbudgeted: Flags
    cannot_assign: Flags

    @property
    def stages(self) -> int:
        return int(self.extra.shape[1]) - 1


def _delays(
    actual_us: Ints,
    budget_us: Ints,
    allowed_us: Ints,
    gap_us: Ints | None,
    budget_unknown: Flags | None,
    cannot_assign: Flags | None,
) -> _Delays:
    promises, stages = actual_us.shape
    if stages + 1 > MOST_PLAYERS:
        raise CannotEstimate("delay shares", got=f"{stages} stages", need=f"at most {MOST_PLAYERS - 1}")
    unknown = np.zeros((promises, stages), dtype=np.bool_) if budget_unknown is None else budget_unknown
    flagged = np.zeros(promises, dtype=np.bool_) if cannot_assign is None else cannot_assign
    gap_given = np.zeros(promises, dtype=np.int64) if gap_us is None else gap_us
    shapes = [budget_us.shape, unknown.shape, allowed_us.shape, gap_given.shape, flagged.shape]
    if shapes != [(promises, stages)] * 2 + [(promises,)] * 3:
        raise CannotEstimate("delay shares", got=f"shapes {shapes}", need=f"{promises} promises of {stages} stages")

    stands = actual_us == FOREVER
    stands_unbudgeted = stands & unknown & (stands.sum(axis=1) == 1)[:, None] & ~flagged[:, None]
    flagged = flagged | (unknown.any(axis=1) & ~stands_unbudgeted.any(axis=1))
    actual, gap, allowed = _bounded(actual_us), _bounded(gap_given), _bounded(allowed_us)
    within = np.minimum(actual, _bounded(np.where(unknown, 0, budget_us)))
    extra = np.column_stack([actual - within, np.maximum(gap, 0)])
    slack = allowed - within.sum(axis=1) - np.minimum(gap, 0)
    return _Delays(slack, extra, stands_unbudgeted, flagged)


def _bounded(duration: Ints) -> Ints:
    known = duration[duration != FOREVER]
    if known.size and (known.max() >= LONGEST or known.min() <= -LONGEST):
        raise CannotEstimate("delay shares", got=f"{int(known.min())} to {int(known.max())} us", need="less than 1,141 years")
    return np.where(duration == FOREVER, ENDLESS, duration)


def _refuse_unbroken(delays: _Delays, assigned: Flags) -> None:
    unbroken = np.flatnonzero(assigned & (delays.extra.sum(axis=1) <= delays.slack))
    if unbroken.size:
        raise CannotEstimate(
            "delay shares",
            got=f"{unbroken.size} promises within what was allowed, row {unbroken[0]} the first",
            need="broken promises only",
        )


def _divide(delays: _Delays, worth: Callable[[Ints], Ints]) -> tuple[Ints, int]:
    """Numerators, shape (n, k + 3), and their denominator; worth: of the slack that a coalition leaves."""
    promises, players = delays.extra.shape
    weights, whole = marginal_weights(players)
    shares = np.zeros((promises, players + 2), dtype=np.int64)
    for start in range(0, promises, ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        extra = np.ascontiguousarray(delays.extra[rows].T)
        slack = delays.slack[rows].copy()
        alone = worth(slack)
        values = np.zeros((players, slack.size), dtype=np.int64)
        coalition = 0
        for count in range(1, 2**players):
            # Gray code: one player joins or leaves at a time, so each coalition costs one addition.
            player = (count & -count).bit_length() - 1
            coalition ^= 1 << player
            slack += -extra[player] if coalition >> player & 1 else extra[player]
            gained, size = worth(slack) - alone, coalition.bit_count()
            for other in range(players):
                if coalition >> other & 1:
                    values[other] += weights[size - 1] * gained
                else:
                    values[other] -= weights[size] * gained
        shares[rows, : players - 1] = values[:-1].T
        shares[rows, players - 1] = whole * alone
        shares[rows, players] = values[-1]
    return shares, whole
