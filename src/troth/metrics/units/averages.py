"""Units by an average with its error, the mix of cases taken out where there is one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from troth.engines.comparing import drawn_means, shrunk_means
from troth.engines.comparing.averages import judged_averages
from troth.engines.statistics.normal import two_sided_z
from troth.kernel.errors import CannotEstimate
from troth.metrics.units.judging import (
    AS_USUAL,
    DRAWS,
    LIMITS,
    NOT_DRAWN,
    all_of,
    enough,
    good,
    placed_verdicts,
    ranked,
    typical_of,
    with_rank,
)
from troth.metrics.units.unit import FEWEST_OF_A_MEAN, Better, Bools, Cell, Floats, Found, Spread, Unit, Units


def of_averages(
    names: Sequence[str], units: Units, spread: Spread, better: Better, rng: np.random.Generator,
    given: Collection[str] | None,
) -> Found:  # fmt: skip
    """With a mix, a unit's value less what its strata would give elsewhere; the whole unit's error is that of the difference."""
    whole = {name: units[name][()] for name in names}
    some = [name for name in names if enough(units[name], shares=False)]
    if len(some) < 3:
        need = f"at least 3 of {FEWEST_OF_A_MEAN} cases or more, that differ among themselves"
        raise CannotEstimate("units compared", got=f"{len(some)} units", need=need)
    values, errors = (np.array([getattr(whole[name], field) for name in some], dtype=np.float64) for field in ("value", "error"))
    mean, expected = _expected(some, units)
    fair = values if expected is None else values - expected + mean

    def scores(kept: Bools) -> tuple[Floats, Floats]:
        found = judged_averages(fair, errors, typical=kept)
        return found.p, found.z

    judged = judged_averages(fair, errors, added=spread == "added", limits=LIMITS, typical=typical_of(scores, some, spread, given))
    drawn = ranking = None
    if len(some) >= 4:
        drawn = shrunk_means(fair, errors)
        if better is not None:
            spreads = (drawn.high - drawn.low) / (2 * two_sided_z(0.95))
            ranking = ranked(drawn_means(drawn.value, spreads, DRAWS, rng), better)
    told, found = {}, placed_verdicts(judged.high_units, judged.low_units, np.zeros(0, dtype=np.int64))
    for at, name in enumerate(some):
        verdict, side = found.get(at, AS_USUAL)
        moved = 0.0 if expected is None else float(expected[at]) - mean
        value, low, high = NOT_DRAWN if drawn is None else (float(drawn.value[at]), float(drawn.low[at]), float(drawn.high[at]))
        unit = Unit(
            name, whole[name].n, verdict, side, good(side, better), float(values[at]), None if expected is None else float(expected[at]),
            shrunk=value, low=low, high=high, least=float(judged.low[at]) + moved, most=float(judged.high[at]) + moved,
            p=float(judged.p[at]),
        )  # fmt: skip
        told[name] = with_rank(unit, at, some, ranking)
    return all_of(names, told, units), judged.centre, judged.tau, float(FEWEST_OF_A_MEAN)


def _expected(some: Sequence[str], units: Units) -> tuple[float, Floats | None]:
    """What all units together are, and what each would be if every stratum of its cases went as in all of them."""
    weights: dict[tuple[str, ...], float] = {}
    sums: dict[tuple[str, ...], float] = {}
    strata = {name: {key: cell for key, cell in units[name].items() if key and cell.n and cell.value is not None} for name in some}
    for cells in strata.values():
        for key, cell in cells.items():
            assert cell.value is not None
            weights[key] = weights.get(key, 0.0) + _weight(cell)
            sums[key] = sums.get(key, 0.0) + _weight(cell) * cell.value
    if not weights:
        return 0.0, None
    means = {key: sums[key] / weights[key] for key in weights}
    each = [
        sum(_weight(cell) * means[key] for key, cell in cells.items()) / sum(_weight(cell) for cell in cells.values())
        for cells in strata.values()
    ]
    return sum(sums.values()) / sum(weights.values()), np.array(each)


def _weight(cell: Cell) -> float:
    return float(cell.n) if cell.weight is None else cell.weight
