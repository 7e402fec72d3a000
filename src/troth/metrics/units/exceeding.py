"""Units by a quantile: of the cases of each, how many lie above the quantile of all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from troth.engines.statistics.discoveries import adjusted
from troth.metrics.answering import NOT_ON_RECORD, Slice
from troth.metrics.compiling import compiled
from troth.metrics.definition import Metric
from troth.metrics.finding import find
from troth.metrics.ground import Ground
from troth.metrics.kinds.quantile import share_of
from troth.metrics.request import Request
from troth.metrics.units.comparing import compared
from troth.metrics.units.unit import FALSE, Better, Cell, Compared, Own, Unit
from troth.query import literal_text
from troth.record import Engine


@dataclass(frozen=True, slots=True)
class Above:
    """n: cases of a slice. above: of them, those above `limit`, the quantile of all of its group, in the metric's unit."""

    n: int
    above: int
    limit: float


def above(
    engine: Engine, name: str, metric: Metric, request: Request, ground: Ground, dimensions: Mapping[str, Mapping[str, str]], width: int,
    without: Collection[Slice] = (),
) -> dict[Slice, Above]:  # fmt: skip
    """By slice, of a metric of kind quantile. The first `width` slices say of which group a unit is, the next one names the unit.

    Cases of no unit count nowhere. without: groups and units of whose cases the quantile is not. It is an amount that occurs; what equals
    it does not lie above, so that where many are equal fewer than 1 - quantile do. Raises as `compiled` does.
    """
    (query,) = compiled({name: metric}, request, ground, dimensions)
    find(engine, query.relations)
    asked, share = query.asked[name], share_of(metric)
    named = ", ".join(f"{key} AS k{place}" for place, key in enumerate(query.keys))
    slices = [f"k{place + 2}" for place in range(len(request.by))]
    groups, listed = "".join(f"{key}, " for key in slices[:width]), ", ".join(slices)
    left_out = (
        " AND ".join(
            f"coalesce({key}, {literal_text(NOT_ON_RECORD)}) = {literal_text(part)}" for key, part in zip(slices, one, strict=False)
        )
        for one in sorted(without)
    )
    pooled = " AND ".join(f"NOT ({one})" for one in left_out) or "TRUE"
    rank = f"({share.numerator} * n + {share.denominator - 1}) // {share.denominator}"
    rows = engine.rows(
        f"WITH each AS (SELECT {named}, {asked.ordered} AS x {query.rest}),\n"
        f"pooled AS (SELECT *, {pooled} AS pool FROM each WHERE k0 AND x IS NOT NULL AND {slices[width]} IS NOT NULL),\n"
        f"placed AS (SELECT *, row_number() OVER (PARTITION BY {groups}pool ORDER BY x) AS rank, count(*) OVER (PARTITION BY {groups}pool)"
        " AS n FROM pooled),\n"
        f"limited AS (SELECT *, max(CASE WHEN pool AND rank = {rank} THEN x END) OVER (PARTITION BY {groups}TRUE) AS most FROM placed)\n"
        f"SELECT {listed}, most, count(*), count(CASE WHEN x > most THEN 1 END) FROM limited GROUP BY {listed}, most ORDER BY {listed}"
    )
    scale = asked.scale.get("ranked", Fraction(1))
    return {
        tuple(NOT_ON_RECORD if one is None else str(one) for one in row): Above(n, over, float(Fraction(most) * scale))
        for *row, most, n, over in rows
    }


def compared_above(
    counted: Callable[[Collection[Slice]], Mapping[Slice, Above]],
    width: int,
    *,
    better: Better,
    rng: np.random.Generator,
    own: Mapping[str, Mapping[str, Own]],
) -> list[Compared]:
    """Units by the share of their cases above the quantile of all: a group, in the order of names, for each value of the first slice.

    counted: what `above` says without the cases of some units. One unit far off would have all of what lies above, and every other
    none: the quantile is of those alone that are not unusual against the rest. Of few units the most unusual is left out first, up to a
    third, as for shares; of ten and more, where a spread between units is allowed for, all that are unusual at once.
    Refuses as `compared` does, and a quantile above which no case lies.
    Source: Mood 1950 and Westenberg 1948 (the median test), its counts compared as shares are.
    """
    without: dict[str, set[str]] = {}
    settled: set[str] = set()
    while True:
        cells = counted([(*((group,) * width), unit) for group, units in without.items() for unit in units])
        groups: dict[str, dict[str, dict[Slice, Cell]]] = {}
        limits: dict[str, float] = {}
        for key, one in cells.items():
            group = key[0] if width else ""
            groups.setdefault(group, {}).setdefault(key[width], {})[key[width + 1 :]] = Cell(one.n, one.above)
            limits[group] = one.limit
        found = {
            group: compared(
                units, better=better, rng=rng, peers=group or None, own=own.get(group), beyond=limits[group],
                typical=units.keys() - without.get(group, set()),
            )
            for group, units in sorted(groups.items())
        }  # fmt: skip
        changed = False
        for group in found.keys() - settled:
            before = without.get(group, set())
            after = _left_out(found[group], before)
            without[group], changed = after, changed or after != before
            if found[group].spread == "added" or not after > before:
                settled.add(group)
        if not changed:
            return [replace(one, left_out=tuple(sorted(without.get(group, ())))) for group, one in found.items()]


def _left_out(found: Compared, before: set[str]) -> set[str]:
    """Units that shall have no part in the quantile; none where more than a third would have to go, since there is no rest alike."""
    if found.refusal is not None:
        return set()
    inside = [unit for unit in found.units if unit.name not in before and unit.p is not None]
    odd = [unit for unit, q in zip(inside, adjusted([float(unit.p or 0.0) for unit in inside]), strict=True) if q <= FALSE]
    if found.spread == "counting":
        odd = sorted(odd, key=lambda unit: (unit.p, -_off(unit, found.centre), unit.name))[:1]
    return before | {unit.name for unit in odd} if 3 * (len(before) + len(odd)) <= len(found.units) else set()


def _off(unit: Unit, centre: float | None) -> float:
    return abs(float(unit.value or 0.0) - float((centre if unit.expected is None else unit.expected) or 0.0))
