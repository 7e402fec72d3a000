"""Answers of all metrics, those that are made of others' readings among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from troth.engines.statistics.composite import Relative, composite
from troth.kernel.errors import BadValue, CannotEstimate
from troth.kernel.refusal import refuse
from troth.metrics.answering import Answer, Reading, Slice, answer
from troth.metrics.definition import IndexPart, Metric
from troth.metrics.ground import Ground
from troth.metrics.kinds import KINDS
from troth.metrics.periods import period_of
from troth.metrics.ports import Rollups
from troth.metrics.request import Request
from troth.record import Engine

Bases = Mapping[str, float]
BETWEEN = ";\n\n"


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of an index. sign: 1 where higher is better, else -1. base: what is 100, None where it is not known."""

    part: IndexPart
    sign: int
    base: float | None


def answer_any(
    engine: Engine,
    names: Sequence[str],
    metrics: Mapping[str, Metric],
    request: Request,
    ground: Ground,
    dimensions: Mapping[str, Mapping[str, str]],
    rollups: Rollups | None = None,
) -> dict[str, Answer]:
    """Readings of the metrics of these names. metrics: all there are.

    An index is asked as its parts are, each sliced alike; its base is what all together had, so that slices compare. Raises as `answer`
    does.
    """
    composed = {name: metrics[name] for name in names if KINDS[metrics[name].kind].composed}
    plain = {name: metrics[name] for name in names if name not in composed}
    plain |= {one.metric: metrics[one.metric] for index in composed.values() for one in index.parts}
    found = answer(engine, plain, request, ground, dimensions, rollups)
    for name, index in composed.items():
        before = _bases(engine, index, metrics, ground, dimensions, rollups)
        found[name] = _composed(name, index, {one.metric: found[one.metric] for one in index.parts}, before)
    return {name: found[name] for name in names}


def _bases(
    engine: Engine, index: Metric, metrics: Mapping[str, Metric], ground: Ground, dimensions: Mapping[str, Mapping[str, str]],
    rollups: Rollups | None,
) -> Bases:  # fmt: skip
    """What of each part is 100, in its unit; a part of which the base period has no value has none."""
    given = {one.metric: one.stands for one in index.parts}
    measured = [name for name, base in given.items() if base is None]
    found = {name: base for name, base in given.items() if base is not None}
    if measured and index.base is not None:
        request = Request(cut=period_of(index.base))
        for name, told in answer(engine, {name: metrics[name] for name in measured}, request, ground, dimensions, rollups).items():
            value = told.readings[-1].value if told.readings else None
            found |= {} if value is None else {name: value}
    return found


def _composed(name: str, index: Metric, parts: Mapping[str, Answer], bases: Bases) -> Answer:
    units = {part: answer.unit for part, answer in parts.items()}
    for one in index.parts:
        if isinstance(one.base, str) != (units[one.metric] == "seconds") and one.base is not None:
            raise BadValue(
                f"the base of '{one.metric}' in '{name}' is in no unit of it", got=f"{one.base}",
                allowed="3d, 12h" if units[one.metric] == "seconds" else "a number",
            )  # fmt: skip
    first = next(iter(parts.values()))
    sql = BETWEEN.join(dict.fromkeys(answer.sql for answer in parts.values()))
    readings = tuple(_readings(index, parts, bases))
    undated = sum(answer.undated for answer in parts.values())
    return Answer(name, index, "", "", first.by, readings, undated, any(answer.estimated for answer in parts.values()), sql)


def _readings(index: Metric, parts: Mapping[str, Answer], bases: Bases) -> Iterator[Reading]:
    """By period, each slice in the order of its names, and all together last."""
    found = {part: {(one.period, one.slice): one for one in answer.readings} for part, answer in parts.items()}
    keys = {key for some in found.values() for key in some}
    signs = {part: 1 if answer.definition.better == "higher" else -1 for part, answer in parts.items()}
    legs = [Leg(one, signs[one.metric], bases.get(one.metric)) for one in index.parts]
    for key in sorted(keys, key=_order):
        yield _reading(key, legs, [found[leg.part.metric].get(key) for leg in legs])


def _order(key: tuple[date | None, Slice | None]) -> tuple[date, bool, Slice]:
    return key[0] or date.min, key[1] is None, key[1] or ()


def _reading(key: tuple[date | None, Slice | None], legs: Sequence[Leg], found: Sequence[Reading | None]) -> Reading:
    """n, expected: of the part that has the fewest; held: of all."""
    known = [one for one in found if one is not None]
    so_far = any(one.so_far for one in known)
    if any(one.hidden for one in known):
        return Reading(*key, None, None, None, None, None, None, so_far=so_far, hidden=True)
    fewest, held = min(known, key=lambda one: one.n or 0), sum(one.held or 0 for one in known)
    counts = (fewest.n, fewest.expected, held) if len(known) == len(found) else (0, 0, held)
    try:
        told = composite([_relative(leg, one) for leg, one in zip(legs, found, strict=True)])
    except CannotEstimate as error:
        return Reading(*key, None, None, None, *counts, so_far=so_far, refusal=refuse(error))
    return Reading(*key, told.value, told.low, told.high, *counts, so_far=so_far)


def _relative(leg: Leg, reading: Reading | None) -> Relative:
    """Raises CannotEstimate for a part without a value, now or in the base period."""
    name, need = leg.part.metric, "a value of every part"
    if leg.base is None:
        raise CannotEstimate("an index", got=f"no value of '{name}' in the base period", need=need, settle="Give it a `base`.")
    if reading is None or reading.value is None:
        why = "nothing to count" if reading is None or reading.refusal is None else reading.refusal.got
        raise CannotEstimate("an index", got=f"no value of '{name}': {why}", need=need)
    return Relative(reading.value, reading.low, reading.high, leg.base, leg.part.weight, leg.sign)
