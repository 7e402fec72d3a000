"""Units by how soon their cases end, with those that have not ended yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from troth.engines.comparing import drawn_rates, shrunk_rates, verdicts
from troth.engines.comparing.funnel import event_funnel
from troth.engines.comparing.waiting import Awaited, Waits, awaited
from troth.engines.statistics.gamma import count_interval
from troth.metrics.units.judging import AS_USUAL, DRAWS, LIMITS, NOT_DRAWN, all_of, good, placed_verdicts, ranked, typical_of, with_rank
from troth.metrics.units.unit import Better, Bools, Floats, Found, Spread, Unit, Units

# Of what is expected so little variance is left by rounding alone.
SURE = 1e-9


def of_waits(
    names: Sequence[str], units: Units, spread: Spread, better: Better, rng: np.random.Generator,
    given: Collection[str] | None,
) -> Found:  # fmt: skip
    """A unit of which no event is expected, or whose cases alone are there whenever something ends, is compared with nobody."""
    strata = {stratum: at for at, stratum in enumerate(sorted({stratum for cells in units.values() for stratum in cells}))}
    parts = [
        (at, strata[stratum], cell.waits)
        for at, name in enumerate(names)
        for stratum, cell in sorted(units[name].items())
        if cell.waits is not None
    ]
    sizes = [waits.count.size for _, _, waits in parts]
    unit, stratum = (np.repeat([one[at] for one in parts], sizes) for at in range(2))
    rows = Waits(*(np.concatenate([getattr(waits, name) for _, _, waits in parts]) for name in ("lasted", "ended", "count")))
    whole = awaited(unit, stratum, rows, len(names))
    kept = np.flatnonzero(whole.variance > SURE * whole.expected)
    some = [names[at] for at in kept.tolist()]

    def against(chosen: Bools) -> Awaited:
        reference = np.ones(len(names), dtype=bool)
        reference[kept[~chosen]] = False
        found = awaited(unit, stratum, rows, len(names), reference=reference)
        return Awaited(found.observed[kept], found.expected[kept], found.variance[kept])

    def scores(chosen: Bools) -> tuple[Floats, Floats]:
        found = against(chosen)
        funnel = event_funnel(found.observed, found.expected, found.variance)
        return funnel.p, funnel.z

    found = against(typical_of(scores, some, spread, given))
    funnel = event_funnel(found.observed, found.expected, found.variance, spread=spread, level=LIMITS)
    judged = verdicts(funnel)
    drawn = ranking = None
    if len(some) >= 4:
        drawn = shrunk_rates(found.observed, found.expected)
        if better is not None:
            ranking = ranked(drawn_rates(found.observed, found.expected, drawn.centre, drawn.strength, DRAWS, rng), better)
    together = float(found.observed.sum())
    alike = (drawn.centre, *(float(limit[0]) / together for limit in count_interval(np.array([together])))) if drawn else NOT_DRAWN
    told, odd = {}, placed_verdicts(judged.high, judged.low, judged.small)
    for at, name in enumerate(some):
        verdict, side = odd.get(at, AS_USUAL)
        value, low, high = alike
        if drawn is not None and drawn.fitted != "alike":
            value, low, high = (float(one[at]) for one in (drawn.value, drawn.low, drawn.high))
        one = Unit(
            name, sum(cell.n for cell in units[name].values()), verdict, side, good(side, better), float(funnel.value[at]), shrunk=value,
            low=low, high=high, least=float(funnel.low[at]), most=float(funnel.high[at]), p=float(funnel.p[at]),
            events=int(found.observed[at]), awaited=float(found.expected[at]),
        )  # fmt: skip
        told[name] = with_rank(one, at, some, ranking)
    return all_of(names, told, units), 1.0, funnel.tau, judged.fewest
