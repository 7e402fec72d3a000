"""Units by a share, with the mix of cases taken out where there is one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from troth.engines.comparing import (
    Standardised,
    drawn_rates,
    drawn_shares,
    rate_funnel,
    share_funnel,
    shrunk_rates,
    shrunk_shares,
    standardised,
    verdicts,
)
from troth.kernel.errors import CannotEstimate
from troth.metrics.units.judging import (
    AS_USUAL,
    DRAWS,
    LIMITS,
    NOT_DRAWN,
    all_of,
    drawn_near,
    good,
    placed_verdicts,
    ranked,
    typical_of,
    with_rank,
)
from troth.metrics.units.unit import Better, Bools, Cell, Floats, Found, Side, Spread, Unit, Units


def of_shares(
    names: Sequence[str], units: Units, spread: Spread, better: Better, rng: np.random.Generator,
    given: Collection[str] | None,
) -> Found:  # fmt: skip
    some = [name for name in names if units[name][()].n]
    events, n = (
        np.array(column, dtype=np.int64) for column in zip(*((units[one][()].events, units[one][()].n) for one in some), strict=True)
    )

    def scores(kept: Bools) -> tuple[Floats, Floats]:
        found = share_funnel(events, n, target=float(events[kept].sum() / n[kept].sum()))
        return found.p, found.z

    typical = typical_of(scores, some, spread, given)
    funnel = share_funnel(events, n, target=float(events[typical].sum() / n[typical].sum()), spread=spread, level=LIMITS)
    judged = verdicts(funnel)
    drawn = ranking = None
    if len(some) >= 4:
        drawn = shrunk_shares(events, n)
        if better is not None:
            ranking = ranked(drawn_shares(events, n, drawn.centre, drawn.strength, DRAWS, rng), better)
    told, found = {}, placed_verdicts(judged.high, judged.low, judged.small)
    for at, name in enumerate(some):
        verdict, side = found.get(at, AS_USUAL)
        value, low, high = drawn_near(drawn, at, int(events.sum()), int(n.sum())) or NOT_DRAWN
        unit = Unit(
            name, int(n[at]), verdict, side, good(side, better), float(funnel.value[at]), shrunk=value, low=low, high=high,
            least=float(funnel.low[at]), most=float(funnel.high[at]), p=float(funnel.p[at]),
        )  # fmt: skip
        told[name] = with_rank(unit, at, some, ranking)
    return all_of(names, told, units), funnel.target, funnel.tau, judged.fewest


def of_mixed_shares(
    names: Sequence[str], units: Units, spread: Spread, better: Better, rng: np.random.Generator,
    given: Collection[str] | None,
) -> Found:  # fmt: skip
    """By what is rarer of the two outcomes, for which counts are nearer to Poisson's."""
    strata = sorted({stratum for cells in units.values() for stratum in cells})
    none = Cell(0, 0)
    pairs = {name: [units[name].get(stratum, none) for stratum in strata] for name in names}
    n = np.array([[cell.n for cell in pairs[name]] for name in names], dtype=np.int64)
    k = np.array([[cell.events or 0 for cell in pairs[name]] for name in names], dtype=np.int64)
    flipped = 2 * int(k.sum()) > int(n.sum())
    events = n - k if flipped else k
    if not events.sum():
        raise CannotEstimate("units compared", got=f"a share of {1.0 if flipped else 0.0:g} in all of them", need="a share that differs")
    reference = events.sum(axis=0) / np.maximum(n.sum(axis=0), 1)
    kept = np.flatnonzero((n * reference).sum(axis=1) > 0)
    some = [names[at] for at in kept.tolist()]

    def against(chosen: Bools) -> Standardised:
        return standardised(events[kept], n[kept], reference=(events[kept][chosen].sum(axis=0), n[kept][chosen].sum(axis=0)))

    def scores(chosen: Bools) -> tuple[Floats, Floats]:
        found = against(chosen)
        funnel = rate_funnel(found.observed, found.expected, target=1.0)
        return funnel.p, funnel.z

    typical = typical_of(scores, some, spread, given)
    mixed = against(typical)
    funnel = rate_funnel(mixed.observed, mixed.expected, target=1.0, spread=spread, level=LIMITS)
    judged = verdicts(funnel)
    common, cases = float(events[kept][typical].sum() / n[kept][typical].sum()), n[kept].sum(axis=1)
    drawn = ranking = None
    if len(some) >= 4:
        drawn = shrunk_rates(mixed.observed, mixed.expected)
        if better is not None:
            draws = drawn_rates(mixed.observed, mixed.expected, drawn.centre, drawn.strength, DRAWS, rng)
            ranking = ranked(-draws if flipped else draws, better)
    told, found = {}, placed_verdicts(judged.high, judged.low, judged.small)
    for at, name in enumerate(some):
        verdict, side = found.get(at, AS_USUAL)
        near = drawn_near(drawn, at, int(events.sum()), int(n.sum()), common)
        elsewhere = float(mixed.expected[at] / cases[at])
        towards = _other(side) if flipped else side
        value, low, high = NOT_DRAWN if near is None else _three(*near, flipped=flipped)
        _, least, most = _three(1.0, funnel.low[at] * elsewhere, funnel.high[at] * elsewhere, flipped=flipped)
        unit = Unit(
            name, int(cases[at]), verdict, towards, good(towards, better), _turned(float(mixed.observed[at] / cases[at]), flipped=flipped),
            _turned(elsewhere, flipped=flipped), shrunk=value, low=low, high=high, least=least, most=most, p=float(funnel.p[at]),
        )  # fmt: skip
        told[name] = with_rank(unit, at, some, ranking)
    return all_of(names, told, units), _turned(common, flipped=flipped), funnel.tau * common, judged.fewest


def _other(side: Side | None) -> Side | None:
    return None if side is None else "below" if side == "above" else "above"


def _turned(share: float, *, flipped: bool) -> float:
    return 1 - share if flipped else share


def _three(value: float, low: float, high: float, *, flipped: bool) -> tuple[float, float, float]:
    """A share with its limits, as the share of the other outcome where that was counted; none leaves 0 to 1."""
    value, low, high = (min(1.0, max(0.0, float(one))) for one in (value, low, high))
    return (1 - value, 1 - high, 1 - low) if flipped else (value, low, high)
