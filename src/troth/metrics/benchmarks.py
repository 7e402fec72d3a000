"""What units could learn of peers with a like mix of cases: the frontier that doubt leaves, and the Changes that hold there. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from troth.engines.statistics.discoveries import adjusted
from troth.engines.statistics.normal import normal_cdf, two_sided_z
from troth.metrics.units import FALSE, Better, Compared, Unit

# Two units are peers if so many of the cases of one would have to be others for it to have the mix of the other.
LIKE = 0.2
FEWEST = 4
PROVEN = ("A", "B", "C")
FEWEST_CASES = 10
SMALL = "it is too small to judge"
Mix = Mapping[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A Change about what is measured. where: units in which it holds. grade: of the finding that says what it did; None without one."""

    change: str
    title: str
    where: frozenset[str]
    grade: str | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A unit against the best of its peers that doubt leaves. value, frontier_value: drawn towards all others, the mix of cases taken out.

    gap: how much better the frontier is, above 0 whichever way is up, with limits of 95 %. told: whether it is surely better, chance in so
    many units allowed for. changes: what holds at a peer and not here, and is graded C or better; without any, why none.
    """

    unit: str
    n: int
    peers: tuple[str, ...]
    value: float | None
    frontier: str | None
    frontier_value: float | None
    gap: float | None
    low: float | None
    high: float | None
    told: bool
    changes: tuple[str, ...]
    why: str


def apart(one: Mix, other: Mix) -> float:
    """The share of cases that would have to be of another kind: 0 for the same mix, 1 for mixes that have nothing in common.

    >>> apart({("easy",): 80, ("hard",): 20}, {("easy",): 30, ("hard",): 20})
    0.2
    """
    whole, all_of = sum(one.values()), sum(other.values())
    if not whole or not all_of:
        return 1.0
    found = sum(abs(one.get(key, 0) / whole - other.get(key, 0) / all_of) for key in {*one, *other}) / 2
    return round(found, 9)


def peers_of(mixes: Mapping[str, Mix], unit: str, like: float = LIKE) -> tuple[str, ...]:
    """Units whose mix of cases is near to that of one, in the order of their names."""
    return tuple(name for name in sorted(mixes) if name != unit and apart(mixes[unit], mixes[name]) <= like)


def benchmarked(
    compared: Compared, mixes: Mapping[str, Mix], better: Better, elsewhere: Sequence[Elsewhere] = (), like: float = LIKE
) -> tuple[Gap, ...]:
    """Each unit in the order of names.

    The frontier is the peer whose interval leaves it best, not the one that looks best: values are drawn towards all units, so that who had
    luck with few cases is none. A gap is told with the false discovery rate over the units held at 5 %. mixes: of each unit, cases by kind.
    A unit with fewer than 4 peers of a like mix has no frontier, and of one too small to judge no gap is told.
    Source: Morris 1983 (values drawn towards the others); Duncan and Duncan 1955 (how far mixes lie apart); Benjamini and Hochberg 1995.
    """
    sign = -1.0 if better == "lower" else 1.0
    units = {one.name: one for one in compared.units if _known(one)}
    found = [_gap(one, units, peers_of(mixes, one.name, like) if one.name in mixes else (), sign) for one in compared.units]
    # Of a unit too small to judge only that is known which is so of all.
    small = {one.name for one in compared.units if one.verdict == "too small to judge" or one.n < FEWEST_CASES}
    measured = [one for one in found if one.frontier is not None and one.unit not in small]
    chances = adjusted([_chance(one) for one in measured])
    told = {one.unit for one, q in zip(measured, chances, strict=True) if q <= FALSE}
    return tuple(
        _judged(one, elsewhere) if one.unit in told else replace(one, why=SMALL) if one.unit in small and one.frontier else one
        for one in found
    )


def _gap(one: Unit, units: Mapping[str, Unit], peers: Sequence[str], sign: float) -> Gap:
    known = [units[name] for name in peers if name in units]
    if one.name not in units or len(known) < FEWEST:
        why = "nothing is known of it" if one.name not in units else f"{len(known)} peers of a like mix, of {FEWEST} needed"
        return Gap(one.name, one.n, tuple(peers), one.shrunk, None, None, None, None, None, False, (), why)
    best = max(known, key=lambda peer: (_worst(peer, sign), peer.name))
    gap = sign * (float(best.shrunk or 0.0) - float(one.shrunk or 0.0))
    half = two_sided_z(0.95) * sqrt(_error(best) ** 2 + _error(one) ** 2)
    why = "no difference from the best of its peers can be told"
    return Gap(one.name, one.n, tuple(peers), one.shrunk, best.name, best.shrunk, gap, gap - half, gap + half, False, (), why)


def _chance(one: Gap) -> float:
    """Of so great a gap where there is none, one-sided."""
    assert one.gap is not None
    assert one.high is not None
    error = (one.high - one.gap) / two_sided_z(0.95)
    return normal_cdf(-one.gap / error) if error > 0 else float(one.gap <= 0)


def _judged(one: Gap, elsewhere: Sequence[Elsewhere]) -> Gap:
    changes, why = _changes(one.unit, one.peers, elsewhere)
    return replace(one, told=True, changes=changes, why=why)


def _changes(unit: str, peers: Collection[str], elsewhere: Sequence[Elsewhere]) -> tuple[tuple[str, ...], str]:
    """What holds at a peer and not here. What no finding grades may have done nothing, and is not named as a repair."""
    there = [one for one in elsewhere if unit not in one.where and one.where & set(peers)]
    proven = tuple(one.change for one in there if one.grade in PROVEN)
    if proven:
        return proven, ""
    if not there:
        return (), "no Change about it holds at a peer and not here"
    graded = [f"{one.change} is graded {one.grade}" if one.grade else f"no finding grades what {one.change} did" for one in there]
    return (), "; ".join(graded)


def _known(one: Unit) -> bool:
    return one.shrunk is not None and one.low is not None and one.high is not None


def _worst(one: Unit, sign: float) -> float:
    """The worse of its limits, more being better."""
    return min(sign * float(one.low or 0.0), sign * float(one.high or 0.0))


def _error(one: Unit) -> float:
    return (float(one.high or 0.0) - float(one.low or 0.0)) / (2 * two_sided_z(0.95))
