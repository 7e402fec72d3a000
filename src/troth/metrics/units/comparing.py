"""Units side by side: each against what its cases would give elsewhere, with the doubt of value and rank. Never a league table."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import refuse
from troth.metrics.units.averages import of_averages
from troth.metrics.units.judging import enough, other_way
from troth.metrics.units.shares import of_mixed_shares, of_shares
from troth.metrics.units.unit import FEWEST_TO_SPREAD, Better, Cell, Compared, Measure, Own, Spread, Unit, Units
from troth.metrics.units.waits import of_waits

# A stratum that one unit alone has would be compared with itself.
MOST_ALONE = 0.5


def compared(
    units: Units,
    *,
    better: Better,
    rng: np.random.Generator,
    peers: str | None = None,
    own: Mapping[str, Own] | None = None,
    beyond: float | None = None,
    typical: Collection[str] | None = None,
) -> Compared:
    """Units by their cells, one each, or one for each stratum of the case mix that is taken out. better: which way the metric is.

    Shares by exact binomial funnels, with a mix by observed over expected; averages by normal ones; how soon cases end by log-rank events
    over those expected, of which more are sooner. The false discovery rate over the units is held at 5 %. With 10 units or more a variance
    between units is allowed for; with fewer what is far off has no part in what is usual. Ranks need `better`, and with it 4 units.
    own: what the metric says of each, where cells are of another measure. beyond: shares are of cases above it. typical: units of
    which alone what is usual is made; without it that is found here.
    Refuses fewer than 3 units, a share of 0 or 1 in all of them, a mix of which more than half of the cases lie in strata that one unit
    alone has, and what else the methods refuse.
    Source: Spiegelhalter 2005; Morris 1983; Breslow and Day 1987; Goldstein and Spiegelhalter 1996; Peto and Peto 1972.
    """
    names = sorted(units)
    cells = [cell for each in units.values() for cell in each.values()]
    shares, waits = all(cell.events is not None for cell in cells), bool(cells) and all(cell.waits is not None for cell in cells)
    large = sum(enough(each, shares=shares or waits) for each in units.values())
    spread: Spread = "added" if large >= FEWEST_TO_SPREAD else "counting"
    measure: Measure = "ended_of_expected" if waits else "value" if beyond is None else "share_above"
    better = other_way(better) if waits else better
    try:
        _refuse_alone(units)
        if beyond is not None and not any(cell.events for cell in cells):
            raise CannotEstimate(
                "units compared by a quantile", got="no case above it: too many equal it", need="some that lie above",
                settle="Declare the share that exceeds what was meant.",
            )  # fmt: skip
        if waits:
            found = of_waits(names, units, spread, better, rng, typical)
        elif not shares:
            found = of_averages(names, units, spread, better, rng, typical)
        elif any(len(cells) > 1 or () not in cells for cells in units.values()):
            found = of_mixed_shares(names, units, spread, better, rng, typical)
        else:
            found = of_shares(names, units, spread, better, rng, typical)
    except CannotEstimate as error:
        bare = tuple(Unit(name, sum(cell.n for cell in units[name].values()), "too small to judge", None, None, None) for name in names)
        bare = tuple(replace(unit, own=own.get(unit.name)) for unit in bare) if own else bare
        return Compared(peers, bare, "", None, spread, 0.0, None, refuse(error), measure, better, beyond)
    told, centre, tau, fewest = found
    if own:
        told = tuple(replace(unit, own=own.get(unit.name)) for unit in told)
    if measure == "share_above":
        told = tuple(_above(unit, units[unit.name].values(), centre) for unit in told)
    return Compared(peers, told, said(told), centre, spread, tau, fewest, None, measure, better, beyond)


def said(units: Sequence[Unit]) -> str:
    """What may be said of all of them together.

    >>> said([Unit("a", 9, "as usual", None, None, 1.0), Unit("b", 9, "unusual", "above", True, 2.0)])
    '1 as usual, 1 unusual'
    """
    counts = {verdict: sum(unit.verdict == verdict for unit in units) for verdict in ("as usual", "unusual", "too small to judge")}
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count or verdict != "too small to judge")


def _refuse_alone(units: Units) -> None:
    """What a unit alone has is its own doing as well as its cases'; taken out, every unit would be as expected."""
    owners: dict[tuple[str, ...], list[int]] = {}
    for cells in units.values():
        for key, cell in cells.items():
            if key and cell.n:
                owners.setdefault(key, []).append(cell.n)
    alone, cases = sum(own[0] for own in owners.values() if len(own) == 1), sum(map(sum, owners.values()))
    if alone > MOST_ALONE * cases:
        got = f"{alone:,} of {cases:,} cases in strata that one unit alone has"
        raise CannotEstimate("case mix taken out", got=got, need="strata that several units have", settle="Adjust by what units share.")


def _above(unit: Unit, cells: Collection[Cell], centre: float) -> Unit:
    return replace(
        unit, events=sum(cell.events or 0 for cell in cells), awaited=unit.n * (centre if unit.expected is None else unit.expected)
    )
