"""Where units stand by measures weighed: before, with their mix taken out, and with what those around them say. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.engines.comparing import ranks
from troth.engines.comparing.ranking import NO_DIFFERENCE, Ranks
from troth.engines.comparing.weighed import FEWEST, Standings, standings, weighed_draws
from troth.engines.statistics.normal import two_sided_z
from troth.kernel.errors import CannotEstimate
from troth.metrics.units import Compared

Floats = npt.NDArray[np.float64]
DRAWS = 4_000


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure with its units compared: groups of peers, or one group. weight: beside the others of its part. raw: the same without its
    mix taken out and without peers.
    """

    weight: float
    better: str
    groups: tuple[Compared, ...]
    raw: tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """rank: the median one; first, last: those that hold the true one with 95 %, 1 the best."""

    rank: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Part:
    """What a part says of a unit: how many spreads between units it lies above them, with an interval of 95 %."""

    score: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Placed:
    """before: by the global measures as they are; fair: with the mix of cases taken out; whole: with the regional part.

    globally, regionally: the two parts apart, None where nothing is known of it. ahead, behind: units whose ranks as a whole do not
    overlap with its own.
    """

    name: str
    n: int
    globally: Part | None
    regionally: Part | None
    before: Place
    fair: Place
    whole: Place
    ahead: tuple[str, ...]
    behind: tuple[str, ...]

    @property
    def said(self) -> str:
        """The ranks that hold its true one."""
        held = str(self.whole.first) if self.whole.first == self.whole.last else f"{self.whole.first} to {self.whole.last}"
        return held if self.ahead or self.behind else f"{held}, {NO_DIFFERENCE}"

    @property
    def moved(self) -> bool:
        """Whether it stands surely elsewhere than before: the ranks that hold it do not overlap."""
        return self.before.last < self.whole.first or self.whole.last < self.before.first


def placed(measures: Sequence[Measured], feedback: Sequence[Measured], regional: float, rng: np.random.Generator) -> tuple[Placed, ...]:
    """Units in the order of their names.

    Each measure counts in spreads between units, so that no unit of measurement weighs by itself; draws of them are weighed. regional: how
    much of the whole the feedback weighs. What a unit is not known by is drawn as of any unit.
    Refuses fewer than 4 units that a global measure tells of.
    Source: Goldstein and Spiegelhalter 1996 (ranks by simulation); Breslow and Day 1987 (mix taken out).
    """
    counts: dict[str, int] = {}
    for one in measures:
        for group in one.groups:
            for unit in group.units:
                counts[unit.name] = max(counts.get(unit.name, 0), unit.n)
    names = sorted(counts)
    fair, raw, around = (
        [_standings(one, groups, names) for one, groups in pairs]
        for pairs in (
            [(one, one.groups) for one in measures], [(one, one.raw) for one in measures], [(one, one.groups) for one in feedback],
        )
    )  # fmt: skip
    for each in (*fair, *raw):
        known = int((~np.isnan(each.score)).sum())
        if known < FEWEST:
            raise CannotEstimate("units calibrated", got=f"{known} units that a measure tells of", need=f"at least {FEWEST}")
    weights = np.array([one.weight for one in measures])
    before = weighed_draws(raw, weights, DRAWS, rng)
    globally = weighed_draws(fair, weights, DRAWS, rng)
    whole, regionally = globally, None
    if feedback:
        regionally = weighed_draws(around, np.array([one.weight for one in feedback]), DRAWS, rng)
        whole = (1 - regional) * globally + regional * regionally
    placings = [ranks(one, best="high") for one in (before, globally, whole)]
    known_around = np.array([any(not np.isnan(one.score[at]) for one in around) for at in range(len(names))])
    return tuple(
        Placed(
            name, counts[name], _part(globally, at), _part(regionally, at) if regionally is not None and known_around[at] else None,
            _place(placings[0], at), _place(placings[1], at), _place(placings[2], at),
            *(tuple(names[other] for other in found) for found in placings[2].apart(at)),
        )
        for at, name in enumerate(names)
    )  # fmt: skip


def _standings(one: Measured, groups: Sequence[Compared], names: Sequence[str]) -> Standings:
    """Values drawn towards the others, more being better, with the standard errors of their intervals."""
    sign, place = 1.0 if one.better == "higher" else -1.0, {name: at for at, name in enumerate(names)}
    value, error = (np.full(len(names), np.nan) for _ in range(2))
    number = np.zeros(len(names), dtype=np.int64)
    for at, group in enumerate(groups):
        for unit in group.units:
            if unit.name in place:
                number[place[unit.name]] = at
                if unit.shrunk is not None and unit.low is not None and unit.high is not None and unit.high > unit.low:
                    value[place[unit.name]] = sign * unit.shrunk
                    error[place[unit.name]] = (unit.high - unit.low) / (2 * two_sided_z(0.95))
    return standings(value, error, number)


def _part(draws: Floats, at: int) -> Part:
    low, high = np.quantile(draws[:, at], [0.025, 0.975]).tolist()
    return Part(float(draws[:, at].mean()), low, high)


def _place(found: Ranks, at: int) -> Place:
    return Place(int(found.middle[at]), int(found.low[at]), int(found.high[at]))
