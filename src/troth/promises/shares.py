"""Where the delay of each broken promise arose: its stages' times against their budgets, handed to the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from troth.engines.allocation import FOREVER, shapley_break
from troth.kernel.instant import to_us
from troth.promises.compile import Compiled
from troth.promises.state import state_sql
from troth.query import literal_instant
from troth.record import Engine

Ints = npt.NDArray[np.int64]
MISSING = int(np.iinfo(np.int64).min)
OTHERS = ("plan", "gap", "cannot_assign")


def players(stages: tuple[str, ...]) -> tuple[str, ...]:
    """Who can bear a share, in the order of the columns: the stages, then plan, gap and cannot_assign."""
    return (*stages, *OTHERS)


def make_shares(engine: Engine, compiled: Compiled, at: datetime) -> list[str]:
    """share_<promise>: one row a promise broken at an instant; returns its columns, none where no stage is declared.

    share_<player> / share_of is the player's Shapley share; a row's numerators sum to share_of.
    """
    if not compiled.stages:
        return []
    instant = literal_instant(to_us(at)).sql("duckdb")
    columns = ["subject", *(_us_sql(c) for c in ("made", "due", "fulfilled"))]
    for stage in compiled.stages:
        columns += [
            _us_sql(f"{stage}_from"),
            _us_sql(f"{stage}_to"),
            f'coalesce("{stage}_budget_us", {MISSING}) AS "{stage}_budget"',
        ]
    found = engine.columns(
        f"SELECT {', '.join(columns)} FROM judged_{compiled.name} WHERE {state_sql(instant)} = 'broken' ORDER BY subject"
    )
    times = _times(found, compiled)
    shares = shapley_break(
        times.actual,
        times.budget,
        times.allowed,
        gap_us=times.gap,
        budget_unknown=times.unknown,
        cannot_assign=times.unassignable,
    )
    names = [f'"share_{player}"' for player in players(compiled.stages)]
    table: dict[str, npt.NDArray[np.generic]] = {"subject": found["subject"].astype(np.int32)}
    for index, player in enumerate(players(compiled.stages)):
        table[f"share_{player}"] = shares.numerators[:, index]
    table["share_of"] = np.full(times.allowed.shape, shares.denominator, dtype=np.int32)
    engine.load(f"share_{compiled.name}", table)
    return [*names, "share_of"]


@dataclass(frozen=True, slots=True, eq=False)
class _Times:
    """Arrays as engines.allocation.shapley_break takes them."""

    actual: Ints
    budget: Ints
    allowed: Ints
    gap: Ints
    unknown: npt.NDArray[np.bool_]
    unassignable: npt.NDArray[np.bool_]


def _times(found: dict[str, npt.NDArray[np.generic]], compiled: Compiled) -> _Times:
    made, due, fulfilled = (np.asarray(found[name], dtype=np.int64) for name in ("made", "due", "fulfilled"))
    begin = _stack(found, compiled.stages, "from")
    end = _stack(found, compiled.stages, "to")
    budget = _stack(found, compiled.stages, "budget")
    done = fulfilled != MISSING
    complete = (begin != MISSING) & (end != MISSING)
    actual = np.where(complete, end - begin, 0)

    standing, in_gap = _standing(begin, end, done)
    after = _after(standing | in_gap[:, None], in_gap, end)
    reached = ~standing & ~after
    unassignable = (reached & ~complete).any(axis=1)
    until = np.where(done, fulfilled, np.where(standing, begin, 0).sum(axis=1))
    gap = np.where(in_gap, FOREVER, until - made - np.where(reached, actual, 0).sum(axis=1))

    declared = np.array([bool(s.budget) for s in compiled.promise.stages.values()])
    unknown = declared & (budget == MISSING) & ~after
    absorbed = _absorbed(_Line(begin, actual, budget, made), compiled.absolute, unknown)
    budget = np.where(budget == MISSING, 0, np.maximum(budget, 0))
    allowed = due - made - absorbed
    residual = np.maximum(allowed - np.where(declared, budget, 0).sum(axis=1), 0)
    undeclared = max(int((~declared).sum()), 1)
    budget = np.where(declared, budget, (residual // undeclared)[:, None])
    unknown |= ~declared & unknown.any(axis=1, keepdims=True) & ~after
    actual = np.where(standing, FOREVER, np.where(after, budget, actual))
    gap = np.where(in_gap, FOREVER, gap - absorbed)
    return _Times(actual, budget, allowed, gap, unknown, unassignable)


def _standing(begin: Ints, end: Ints, done: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """The stage in which each unfulfilled promise stands, and those that stand in no stage."""
    rows, stages = begin.shape
    standing = np.zeros((rows, stages), dtype=np.bool_)
    found = done.copy()
    for stage in range(stages):
        unfinished = (end[:, stage] == MISSING) & ~found
        standing[:, stage] = unfinished & (begin[:, stage] != MISSING)
        found |= unfinished
    return standing, ~done & ~standing.any(axis=1)


def _after(stopped: npt.NDArray[np.bool_], in_gap: npt.NDArray[np.bool_], end: Ints) -> npt.NDArray[np.bool_]:
    """Stages that were never reached: behind the standing one; for one that stands in no stage, those without an end."""
    behind = np.cumsum(stopped, axis=1) - stopped > 0
    return np.where(in_gap[:, None], end == MISSING, behind)


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    begin: Ints
    actual: Ints
    budget: Ints
    made: Ints


def _absorbed(line: _Line, absolute: tuple[bool, ...], unknown: npt.NDArray[np.bool_]) -> Ints:
    """Gap before the last stage whose budget is an instant: the limit counts it already, up to the limit itself."""
    absorbed = np.zeros_like(line.made)
    for index, is_instant in enumerate(absolute):
        if is_instant:
            before = line.begin[:, index] - line.made - line.actual[:, :index].sum(axis=1)
            usable = (line.begin[:, index] != MISSING) & ~unknown[:, index]
            absorbed = np.where(usable, before + np.minimum(line.budget[:, index], 0), absorbed)
    return absorbed


def _stack(found: dict[str, npt.NDArray[np.generic]], stages: tuple[str, ...], what: str) -> Ints:
    return np.column_stack([np.asarray(found[f"{stage}_{what}"], dtype=np.int64) for stage in stages])


def _us_sql(column: str) -> str:
    return f'coalesce(epoch_us("{column}"), {MISSING}) AS "{column}"'
