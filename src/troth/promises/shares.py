"""Where the delay of each broken promise arose: its stages' times against their budgets, handed to the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from troth.engines.allocation import FOREVER, shapley_break
from troth.kernel.instant import to_us
from troth.promises.compile import Query
from troth.promises.state import state_sql
from troth.query import literal_instant
from troth.record import Engine

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
MISSING = int(np.iinfo(np.int64).min)
OTHERS = ("plan", "gap", "cannot_assign")


def players(stages: tuple[str, ...]) -> tuple[str, ...]:
    """Who can bear a share, in the order of the columns: the stages, then plan, gap and cannot_assign."""
    return (*stages, *OTHERS)


def make_shares(engine: Engine, judged: str, query: Query, at: datetime) -> str | None:
    """A table with one row a promise broken by delay at an instant, of those in the table `judged`; None where no stage is declared.

    share_<player> / share_of is the player's Shapley share; a row's numerators sum to share_of.
    """
    if not query.stages:
        return None
    instant = literal_instant(to_us(at)).sql("duckdb")
    columns = ["subject", *(_us_sql(c) for c in ("made", "due", "fulfilled"))]
    for stage in query.stages:
        columns += [
            _us_sql(f"{stage}_from"),
            _us_sql(f"{stage}_to"),
            f'coalesce("{stage}_budget_us", {MISSING}) AS "{stage}_budget"',
        ]
    found = engine.columns(
        f"SELECT {', '.join(columns)} FROM {judged} WHERE {state_sql(instant)} = 'broken'"
        f" AND due <= {instant} AND (fulfilled IS NULL OR fulfilled > due) ORDER BY subject"
    )
    times = _times(found, query)
    shares = shapley_break(
        times.actual,
        times.budget,
        times.allowed,
        gap_us=times.gap,
        budget_unknown=times.unknown,
        cannot_assign=times.unassignable,
    )
    table: dict[str, npt.NDArray[np.generic]] = {"subject": found["subject"].astype(np.int32)}
    for index, player in enumerate(players(query.stages)):
        table[f"share_{player}"] = shares.numerators[:, index]
    table["share_of"] = np.full(times.allowed.shape, shares.denominator, dtype=np.int32)
    engine.load(f"share_{judged}", table)
    return f"share_{judged}"


@dataclass(frozen=True, slots=True, eq=False)
class _Times:
    """Arrays as engines.allocation.shapley_break takes them."""

    actual: Ints
    budget: Ints
    allowed: Ints
    gap: Ints
    unknown: Flags
    unassignable: Flags


def _times(found: dict[str, npt.NDArray[np.generic]], query: Query) -> _Times:
    """What each promise was allowed and what its stages took.

    gap: time from made to the end, or to the stage where it stands, in no stage; less what lies before a limit that the book
    gives as an instant, since whoever set that limit counted it in (also taken off `allowed`). Time spent in two stages at
    once is added to `allowed`. A stage that ends before it begins took no time. A stage without a budget that lies before
    such a limit was counted in with it: what it took up to the limit is its budget. The others share what is left of the due.
    """
    made, due, fulfilled = (np.asarray(found[name], dtype=np.int64) for name in ("made", "due", "fulfilled"))
    begin, end, budget = (_stack(found, query.stages, what) for what in ("from", "to", "budget"))
    stop = _stops(begin, end, fulfilled)
    complete = (begin != MISSING) & (end != MISSING)
    declared = np.array(query.budgeted)
    unknown = declared & (budget == MISSING) & ~stop.after
    unknown |= ~declared & unknown.any(axis=1, keepdims=True) & ~stop.after

    passed = stop.reached & complete
    spans = _Spans.of(made, np.where(passed, begin, made[:, None]), np.where(passed, end, made[:, None]))
    began = np.where(stop.standing, begin, 0).sum(axis=1)
    until = np.where(fulfilled != MISSING, fulfilled, np.where(stop.in_gap, spans.last, began))
    limited = np.array(query.absolute) & ~unknown & ~stop.after & (begin != MISSING)
    counted_in = np.where(limited, np.minimum(begin, begin + np.where(limited, budget, 0)), made[:, None]).max(axis=1)
    idle = spans.idle(until)
    inside_limit = spans.idle(np.minimum(counted_in, until))
    taken = np.where(passed, np.maximum(end - begin, 0), 0)
    overlap = taken.sum(axis=1) + idle - (until - made)

    own = np.where(declared & (budget != MISSING), np.maximum(budget, 0), 0)
    limit = np.where(limited, begin + np.where(limited, budget, 0), MISSING)
    later = _latest_behind(limit)
    inside = ~declared & passed & (later != MISSING)
    own = np.where(inside, np.clip(np.where(inside, later - begin, 0), 0, taken), own)
    allowed = due - made - inside_limit
    residual = np.maximum(allowed - own.sum(axis=1), 0) // np.maximum((~declared & ~inside).sum(axis=1), 1)
    own = np.where(declared | inside, own, residual[:, None])
    actual = np.where(stop.standing, FOREVER, np.where(stop.after, own, taken))
    gap = np.where(stop.in_gap, FOREVER, idle - inside_limit)
    return _Times(actual, own, allowed + overlap, gap, unknown, (stop.reached & ~complete).any(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class _Stops:
    """How far each promise came. Flags of (promise, stage): reached and behind it, standing in it, never come to it (after);
    in_gap: stands in no stage, flags of promise.
    """

    reached: Flags
    standing: Flags
    after: Flags
    in_gap: Flags


def _stops(begin: Ints, end: Ints, fulfilled: Ints) -> _Stops:
    """An unfulfilled promise came as far as the last stage that left a trace: it stands there, or behind it in no stage.

    A stage before that one which lacks a timestamp was passed unseen; that is a missing timestamp, not a place to stand.
    """
    open_ = (fulfilled == MISSING)[:, None]
    traced = (begin != MISSING) | (end != MISSING)
    come_to = np.cumsum(traced[:, ::-1], axis=1)[:, ::-1] > 0
    last = come_to & ~np.column_stack([come_to[:, 1:], np.zeros(len(come_to), dtype=np.bool_)])
    standing = open_ & last & (end == MISSING)
    return _Stops((come_to | ~open_) & ~standing, standing, open_ & ~come_to, open_[:, 0] & ~standing.any(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class _Spans:
    """Stages as spans of time in the order of their beginnings, shape (n, k); empty ones lie at made."""

    made: Ints
    begin: Ints
    covered: Ints

    @classmethod
    def of(cls, made: Ints, begin: Ints, end: Ints) -> _Spans:
        order = np.argsort(begin, axis=1, kind="stable")
        begin, end = np.take_along_axis(begin, order, axis=1), np.take_along_axis(end, order, axis=1)
        return cls(made, begin, np.maximum.accumulate(np.column_stack([made, np.maximum(begin, end)]), axis=1))

    @property
    def last(self) -> Ints:
        return self.covered[:, -1]

    def idle(self, until: Ints) -> Ints:
        """Time from made to `until` in no stage."""
        starts = np.column_stack([np.minimum(self.begin, until[:, None]), until])
        idle: Ints = np.maximum(starts - self.covered, 0).sum(axis=1)
        return idle


def _latest_behind(limit: Ints) -> Ints:
    """The latest limit of the stages behind each one, MISSING where there is none."""
    latest = np.maximum.accumulate(limit[:, ::-1], axis=1)[:, ::-1]
    return np.column_stack([latest[:, 1:], np.full(len(limit), MISSING)])


def _stack(found: dict[str, npt.NDArray[np.generic]], stages: tuple[str, ...], what: str) -> Ints:
    return np.column_stack([np.asarray(found[f"{stage}_{what}"], dtype=np.int64) for stage in stages])


def _us_sql(column: str) -> str:
    return f'coalesce(epoch_us("{column}"), {MISSING}) AS "{column}"'
