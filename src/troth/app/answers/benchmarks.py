"""Units against the best of their peers, and what of the book's Changes holds there and not here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from troth.app.answers.metrics import tell_metric
from troth.app.answers.units import SideBySide, UnitsTold, compare_units
from troth.app.reading import Reading
from troth.book.change import Change
from troth.kernel.errors import BadValue
from troth.kernel.refusal import Refusal
from troth.metrics import Request
from troth.metrics.answering import NOT_ON_RECORD
from troth.metrics.benchmarks import LIKE, Elsewhere, Gap, Mix, benchmarked

CONTROL = "control"


@dataclass(frozen=True, slots=True)
class Benchmarked:
    """gaps: of every unit, in the order of names. mix: by what cases are told apart; without it all units are peers. like: how far mixes of
    peers may lie apart, a share of cases. elsewhere: Changes about what is measured, wherever they hold.
    """

    said: UnitsTold
    mix: tuple[str, ...]
    like: float
    gaps: tuple[Gap, ...]
    elsewhere: tuple[Elsewhere, ...]
    refusal: Refusal | None = None


def benchmark(
    reading: Reading, metric: str, asked: SideBySide, *, like: float = LIKE, rng: np.random.Generator | None = None
) -> Benchmarked:  # fmt: skip
    """Each unit against the best of the peers whose mix of cases is like its own, the mix taken out, as far as doubt leaves it the best.

    asked: its `adjust` is what tells cases apart that are harder than others; without it all units are peers. like: 0 to 1.
    Raises as `compare_units` does, and BadValue for a metric that does not say which way is better and for no share.
    """
    if not 0 <= like <= 1:
        raise BadValue("mixes of peers lie apart by a share of cases", got=f"{like:g}", allowed="0 to 1")
    said = compare_units(reading, metric, asked, rng)
    better = said.told.answer.definition.better
    if better is None:
        raise BadValue(f"'{metric}' does not say which way is up", got="no better", allowed="better: higher, or better: lower")
    elsewhere = _elsewhere(reading, metric, said.told.answer.definition.promise, asked.by)
    refusal = said.refusal or next((one.refusal for one in said.groups if one.refusal is not None), None)
    if refusal is not None:
        return Benchmarked(said, asked.adjust, like, (), elsewhere, refusal)
    mixes: dict[str, Mix] = (
        _mixes(reading, metric, asked) if asked.adjust else {u.name: {(): u.n} for one in said.groups for u in one.units}
    )
    gaps = tuple(gap for one in said.groups for gap in benchmarked(one, mixes, one.better, elsewhere, like))
    return Benchmarked(said, asked.adjust, like, gaps, elsewhere)


def _mixes(reading: Reading, metric: str, asked: SideBySide) -> dict[str, Mix]:
    told = tell_metric(reading, metric, Request((asked.by, *asked.adjust), asked.cut))
    found: dict[str, dict[tuple[str, ...], int]] = {}
    for one in told.answer.readings:
        if one.slice is not None and one.slice[0] != NOT_ON_RECORD:
            found.setdefault(one.slice[0], {})[one.slice[1:]] = one.n or 0
    return dict(found)


def _elsewhere(reading: Reading, metric: str, promise: str | None, by: str) -> tuple[Elsewhere, ...]:
    """Live Changes that a metric is the outcome of, or that lay terms over its promise, with the units in which they hold.

    No grade is on record yet: what a Change did is said by a finding, and the record has none.
    """
    book, found = reading.rules.book, []
    for id, change in book.changes.items():
        if change.status != "live":
            continue
        laid = [one for one in book.all_layers() if one.change == id]
        about = (change.hypothesis or {}).get("outcome") in {metric, promise} - {None}
        if not about and not any(one.document.kind == "promises" and one.name == promise for one in laid):
            continue
        where = _piloted(change, by) | {value for one in laid for dimension, value in one.address.pairs if dimension == by}
        if where:
            found.append(Elsewhere(id, change.title, frozenset(where), None))
    return tuple(found)


def _piloted(change: Change, by: str) -> set[str]:
    if change.scope is None or change.scope.units != by:
        return set()
    return {unit for name, arm in change.arms.items() if name != CONTROL for unit in arm.units}
