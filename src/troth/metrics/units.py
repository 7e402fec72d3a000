"""Units side by side: each against what its cases would give elsewhere, with the doubt of value and rank. Never a league table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from troth.engines.comparing import (
    Shrunk,
    Standardised,
    drawn_means,
    drawn_rates,
    drawn_shares,
    ranks,
    rate_funnel,
    share_funnel,
    shrunk_means,
    shrunk_rates,
    shrunk_shares,
    standardised,
    verdicts,
)
from troth.engines.comparing.averages import judged_averages
from troth.engines.comparing.funnel import event_funnel
from troth.engines.comparing.ranking import NO_DIFFERENCE, Ranks
from troth.engines.comparing.waiting import Awaited, Waits, awaited
from troth.engines.statistics import wilson
from troth.engines.statistics.discoveries import adjusted
from troth.engines.statistics.gamma import count_interval
from troth.engines.statistics.normal import two_sided_z
from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import Refusal, refuse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Verdict = Literal["as usual", "unusual", "too small to judge"]
Spread = Literal["counting", "added"]
Side = Literal["above", "below"]
Better = Literal["higher", "lower"] | None
Measure = Literal["value", "share_above", "ended_of_expected"]
AS_USUAL: tuple[Verdict, Side | None] = ("as usual", None)

DRAWS = 4_000
# The spread between fewer units is not told from the unusual among them: winsorising a tenth of nine takes off none.
FEWEST_TO_SPREAD = 10
# Limits of means are normal ones.
FEWEST_OF_A_MEAN = 10
# A stratum that one unit alone has would be compared with itself.
MOST_ALONE = 0.5
LIMITS = 0.998
# Of what is expected so little variance is left by rounding alone.
SURE = 1e-9
FALSE = 0.05


@dataclass(frozen=True, slots=True)
class Cell:
    """A unit, or its part of one stratum. n: cases. events: of them, of a share. value, error: of an average, its standard error;
    weight: what it is an average over, where that is not cases. waits: how long they last, of how soon they end.
    """

    n: int
    events: int | None = None
    value: float | None = None
    error: float | None = None
    weight: float | None = None
    waits: Waits | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """What a metric says of a unit alone, with its interval, in the metric's unit; None where it cannot be said."""

    value: float | None
    low: float | None
    high: float | None


NOT_DRAWN = (None, None, None)  # no value drawn towards the others, no interval


@dataclass(frozen=True, slots=True)
class Unit:
    """value: its own, of what units are compared by. expected: what its cases would give if each stratum went as in all units; None where
    no mix was taken out.

    shrunk, low, high: its value, its mix taken out, drawn towards the others, with an interval of 95 %; None where there is none.
    least, most: limits for a unit that is as the others, at 99.8 %; p: the chance of so far off. good: whether an unusual one is so for
    the better. rank, first, last: the median rank and those that hold the true one, 1 the best. ahead, behind: units whose ranks do not
    overlap; of all others there is no difference to be told. own: what the metric says of it, where that is not what units are compared by;
    events: its cases that lie above or have ended; awaited: how many would, if it were as the others.
    """

    name: str
    n: int
    verdict: Verdict
    side: Side | None
    good: bool | None
    value: float | None
    expected: float | None = None
    shrunk: float | None = None
    low: float | None = None
    high: float | None = None
    least: float | None = None
    most: float | None = None
    p: float | None = None
    rank: int | None = None
    first: int | None = None
    last: int | None = None
    ahead: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    own: Own | None = None
    events: int | None = None
    awaited: float | None = None

    @property
    def rank_said(self) -> str:
        if self.rank is None:
            return ""
        held = str(self.first) if self.first == self.last else f"{self.first} to {self.last}"
        return held if self.ahead or self.behind else f"{held}, {NO_DIFFERENCE}"


@dataclass(frozen=True, slots=True)
class Compared:
    """Units of one group of peers, in the order of their names. says: 24 as usual, 2 unusual, 1 too small to judge.

    centre: what they are together, of few units without those far off.
    spread: whether a variance between units was allowed for beside counting; tau: its root.
    fewest: below so many cases no unit of these could have been judged; of observed over expected, so many that are expected.
    measure: what units are compared by: the metric's value; the share of cases above `beyond`, a quantile of all; or how many cases have
    ended for each that would have, if they went as in all units. better: which way of that is.
    """

    peers: str | None
    units: tuple[Unit, ...]
    says: str
    centre: float | None
    spread: Spread
    tau: float
    fewest: float | None
    refusal: Refusal | None = None
    measure: Measure = "value"
    better: Better = None
    beyond: float | None = None


def compared(
    units: Mapping[str, Mapping[tuple[str, ...], Cell]],
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
    large = sum(_enough(each, shares=shares or waits) for each in units.values())
    spread: Spread = "added" if large >= FEWEST_TO_SPREAD else "counting"
    measure: Measure = "ended_of_expected" if waits else "value" if beyond is None else "share_above"
    better = _other_way(better) if waits else better
    try:
        _refuse_alone(units)
        if beyond is not None and not any(cell.events for cell in cells):
            raise CannotEstimate(
                "units compared by a quantile", got="no case above it: too many equal it", need="some that lie above",
                settle="Declare the share that exceeds what was meant.",
            )  # fmt: skip
        if waits:
            found = _of_waits(names, units, spread, better, rng, typical)
        elif not shares:
            found = _of_averages(names, units, spread, better, rng, typical)
        elif any(len(cells) > 1 or () not in cells for cells in units.values()):
            found = _of_mixed_shares(names, units, spread, better, rng, typical)
        else:
            found = _of_shares(names, units, spread, better, rng, typical)
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


Found = tuple[tuple[Unit, ...], float, float, float | None]


def _of_shares(
    names: Sequence[str], units: Mapping[str, Mapping[tuple[str, ...], Cell]], spread: Spread, better: Better, rng: np.random.Generator,
    given: Collection[str] | None,
) -> Found:  # fmt: skip
    some = [name for name in names if units[name][()].n]
    events, n = (
        np.array(column, dtype=np.int64) for column in zip(*((units[one][()].events, units[one][()].n) for one in some), strict=True)
    )

    def scores(kept: Bools) -> tuple[Floats, Floats]:
        found = share_funnel(events, n, target=float(events[kept].sum() / n[kept].sum()))
        return found.p, found.z

    typical = _typical(scores, some, spread, given)
    funnel = share_funnel(events, n, target=float(events[typical].sum() / n[typical].sum()), spread=spread, level=LIMITS)
    judged = verdicts(funnel)
    drawn = ranking = None
    if len(some) >= 4:
        drawn = shrunk_shares(events, n)
        if better is not None:
            ranking = _ranked(drawn_shares(events, n, drawn.centre, drawn.strength, DRAWS, rng), better)
    told, found = {}, _verdicts(judged.high, judged.low, judged.small)
    for at, name in enumerate(some):
        verdict, side = found.get(at, AS_USUAL)
        value, low, high = _near(drawn, at, int(events.sum()), int(n.sum())) or NOT_DRAWN
        unit = Unit(
            name, int(n[at]), verdict, side, _good(side, better), float(funnel.value[at]), shrunk=value, low=low, high=high,
            least=float(funnel.low[at]), most=float(funnel.high[at]), p=float(funnel.p[at]),
        )  # fmt: skip
        told[name] = _placed(unit, at, some, ranking)
    return _all(names, told, units), funnel.target, funnel.tau, judged.fewest


def _of_mixed_shares(
    names: Sequence[str], units: Mapping[str, Mapping[tuple[str, ...], Cell]], spread: Spread, better: Better, rng: np.random.Generator,
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

    typical = _typical(scores, some, spread, given)
    mixed = against(typical)
    funnel = rate_funnel(mixed.observed, mixed.expected, target=1.0, spread=spread, level=LIMITS)
    judged = verdicts(funnel)
    common, cases = float(events[kept][typical].sum() / n[kept][typical].sum()), n[kept].sum(axis=1)
    drawn = ranking = None
    if len(some) >= 4:
        drawn = shrunk_rates(mixed.observed, mixed.expected)
        if better is not None:
            draws = drawn_rates(mixed.observed, mixed.expected, drawn.centre, drawn.strength, DRAWS, rng)
            ranking = _ranked(-draws if flipped else draws, better)
    told, found = {}, _verdicts(judged.high, judged.low, judged.small)
    for at, name in enumerate(some):
        verdict, side = found.get(at, AS_USUAL)
        near = _near(drawn, at, int(events.sum()), int(n.sum()), common)
        elsewhere = float(mixed.expected[at] / cases[at])
        towards = _other(side) if flipped else side
        value, low, high = NOT_DRAWN if near is None else _three(*near, flipped=flipped)
        _, least, most = _three(1.0, funnel.low[at] * elsewhere, funnel.high[at] * elsewhere, flipped=flipped)
        unit = Unit(
            name, int(cases[at]), verdict, towards, _good(towards, better), _turned(float(mixed.observed[at] / cases[at]), flipped=flipped),
            _turned(elsewhere, flipped=flipped), shrunk=value, low=low, high=high, least=least, most=most, p=float(funnel.p[at]),
        )  # fmt: skip
        told[name] = _placed(unit, at, some, ranking)
    return _all(names, told, units), _turned(common, flipped=flipped), funnel.tau * common, judged.fewest


def _of_averages(
    names: Sequence[str], units: Mapping[str, Mapping[tuple[str, ...], Cell]], spread: Spread, better: Better, rng: np.random.Generator,
    given: Collection[str] | None,
) -> Found:  # fmt: skip
    """With a mix, a unit's value less what its strata would give elsewhere; the whole unit's error is that of the difference."""
    whole = {name: units[name][()] for name in names}
    some = [name for name in names if _enough(units[name], shares=False)]
    if len(some) < 3:
        need = f"at least 3 of {FEWEST_OF_A_MEAN} cases or more, that differ among themselves"
        raise CannotEstimate("units compared", got=f"{len(some)} units", need=need)
    values, errors = (np.array([getattr(whole[name], field) for name in some], dtype=np.float64) for field in ("value", "error"))
    mean, expected = _expected(some, units)
    fair = values if expected is None else values - expected + mean

    def scores(kept: Bools) -> tuple[Floats, Floats]:
        found = judged_averages(fair, errors, typical=kept)
        return found.p, found.z

    judged = judged_averages(fair, errors, added=spread == "added", limits=LIMITS, typical=_typical(scores, some, spread, given))
    drawn = ranking = None
    if len(some) >= 4:
        drawn = shrunk_means(fair, errors)
        if better is not None:
            spreads = (drawn.high - drawn.low) / (2 * two_sided_z(0.95))
            ranking = _ranked(drawn_means(drawn.value, spreads, DRAWS, rng), better)
    told, found = {}, _verdicts(judged.high_units, judged.low_units, np.zeros(0, dtype=np.int64))
    for at, name in enumerate(some):
        verdict, side = found.get(at, AS_USUAL)
        moved = 0.0 if expected is None else float(expected[at]) - mean
        value, low, high = NOT_DRAWN if drawn is None else (float(drawn.value[at]), float(drawn.low[at]), float(drawn.high[at]))
        unit = Unit(
            name, whole[name].n, verdict, side, _good(side, better), float(values[at]), None if expected is None else float(expected[at]),
            shrunk=value, low=low, high=high, least=float(judged.low[at]) + moved, most=float(judged.high[at]) + moved,
            p=float(judged.p[at]),
        )  # fmt: skip
        told[name] = _placed(unit, at, some, ranking)
    return _all(names, told, units), judged.centre, judged.tau, float(FEWEST_OF_A_MEAN)


def _of_waits(
    names: Sequence[str], units: Mapping[str, Mapping[tuple[str, ...], Cell]], spread: Spread, better: Better, rng: np.random.Generator,
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

    found = against(_typical(scores, some, spread, given))
    funnel = event_funnel(found.observed, found.expected, found.variance, spread=spread, level=LIMITS)
    judged = verdicts(funnel)
    drawn = ranking = None
    if len(some) >= 4:
        drawn = shrunk_rates(found.observed, found.expected)
        if better is not None:
            ranking = _ranked(drawn_rates(found.observed, found.expected, drawn.centre, drawn.strength, DRAWS, rng), better)
    together = float(found.observed.sum())
    alike = (drawn.centre, *(float(limit[0]) / together for limit in count_interval(np.array([together])))) if drawn else NOT_DRAWN
    told, odd = {}, _verdicts(judged.high, judged.low, judged.small)
    for at, name in enumerate(some):
        verdict, side = odd.get(at, AS_USUAL)
        value, low, high = alike
        if drawn is not None and drawn.fitted != "alike":
            value, low, high = (float(one[at]) for one in (drawn.value, drawn.low, drawn.high))
        one = Unit(
            name, sum(cell.n for cell in units[name].values()), verdict, side, _good(side, better), float(funnel.value[at]), shrunk=value,
            low=low, high=high, least=float(funnel.low[at]), most=float(funnel.high[at]), p=float(funnel.p[at]),
            events=int(found.observed[at]), awaited=float(found.expected[at]),
        )  # fmt: skip
        told[name] = _placed(one, at, some, ranking)
    return _all(names, told, units), 1.0, funnel.tau, judged.fewest


def _typical(
    scores: Callable[[Bools], tuple[Floats, Floats]], names: Sequence[str], spread: Spread, given: Collection[str] | None
) -> Bools:  # fmt: skip
    """Units of which the target is made where they are few: without those that are unusual against the rest, the most unusual first.

    One unit far off would pull the target so that the others seem unusual, too. Where more than a third would have to go there is no
    rest that is alike, and the target is of all. scores: of chosen units, p and z of all.
    Source: as limits are revised in Montgomery, Statistical Quality Control, 7th ed., section 6.2.
    """
    if given is not None:
        return np.array([name in given for name in names], dtype=bool)
    units = len(names)
    kept = np.ones(units, dtype=bool)
    if spread == "added":
        return kept
    try:
        while True:
            p, z = scores(kept)
            found = np.flatnonzero(kept)[np.array(adjusted(p[kept].tolist())) <= FALSE]
            if not found.size:
                return kept
            if 3 * int((~kept).sum() + 1) > units:
                return np.ones(units, dtype=bool)
            kept[found[np.abs(z[found]).argmax()]] = False
    except CannotEstimate:
        return np.ones(units, dtype=bool)


def _expected(some: Sequence[str], units: Mapping[str, Mapping[tuple[str, ...], Cell]]) -> tuple[float, Floats | None]:
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


def _refuse_alone(units: Mapping[str, Mapping[tuple[str, ...], Cell]]) -> None:
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


def _other_way(better: Better) -> Better:
    return None if better is None else "lower" if better == "higher" else "higher"


def _enough(cells: Mapping[tuple[str, ...], Cell], *, shares: bool) -> bool:
    """Whether a unit has what it takes to be compared."""
    if shares:
        return any(cell.n for cell in cells.values())
    return cells[()].n >= FEWEST_OF_A_MEAN and bool(cells[()].error)


def _weight(cell: Cell) -> float:
    return float(cell.n) if cell.weight is None else cell.weight


def _ranked(draws: Floats, better: Literal["higher", "lower"]) -> Ranks:
    return ranks(draws, best="high" if better == "higher" else "low")


def _near(drawn: Shrunk | None, at: int, events: int, n: int, times: float = 1.0) -> tuple[float, float, float] | None:
    """A unit's share drawn towards the others; where units differ by chance alone it is theirs, as well as all cases together tell it."""
    if drawn is None:
        return None
    if drawn.fitted == "alike":
        share = wilson(events, n)
        return share.value, share.low, share.high
    return float(drawn.value[at]) * times, float(drawn.low[at]) * times, float(drawn.high[at]) * times


def _verdicts(high: Ints, low: Ints, small: Ints) -> dict[int, tuple[Verdict, Side | None]]:
    """Of the units that are not as usual, by their places."""
    found: dict[int, tuple[Verdict, Side | None]] = dict.fromkeys(small.tolist(), ("too small to judge", None))
    found |= dict.fromkeys(low.tolist(), ("unusual", "below"))
    return found | dict.fromkeys(high.tolist(), ("unusual", "above"))


def _other(side: Side | None) -> Side | None:
    return None if side is None else "below" if side == "above" else "above"


def _turned(share: float, *, flipped: bool) -> float:
    return 1 - share if flipped else share


def _three(value: float, low: float, high: float, *, flipped: bool) -> tuple[float, float, float]:
    """A share with its limits, as the share of the other outcome where that was counted; none leaves 0 to 1."""
    value, low, high = (min(1.0, max(0.0, float(one))) for one in (value, low, high))
    return (1 - value, 1 - high, 1 - low) if flipped else (value, low, high)


def _good(side: Side | None, better: Better) -> bool | None:
    return None if side is None or better is None else (side == "above") == (better == "higher")


def _placed(unit: Unit, at: int, names: Sequence[str], ranking: Ranks | None) -> Unit:
    """A unit with its rank among all, where they were ranked."""
    if ranking is None:
        return unit
    ahead, behind = (tuple(names[other] for other in found) for found in ranking.apart(at))
    return replace(unit, rank=int(ranking.middle[at]), first=int(ranking.low[at]), last=int(ranking.high[at]), ahead=ahead, behind=behind)


def _all(names: Sequence[str], told: Mapping[str, Unit], units: Mapping[str, Mapping[tuple[str, ...], Cell]]) -> tuple[Unit, ...]:
    """With those of which nothing could be said, in the order of their names."""
    found = []
    for name in names:
        cells = units[name]
        n = cells[()].n if () in cells else sum(cell.n for cell in cells.values())
        value = cells[()].value if () in cells else None
        found.append(told.get(name) or Unit(name, n, "too small to judge", None, None, value))
    return tuple(found)
