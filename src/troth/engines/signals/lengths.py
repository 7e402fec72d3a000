"""How many points pass, on average, until a chart gives a signal: of a process that did not change, and of one that did."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from math import pi, sqrt

import numpy as np
import numpy.typing as npt

from troth.engines.signals.rules import Rule, Zone
from troth.engines.statistics.normal import normal_cdf
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
NODES = 128
MOST_STATES = 4_000

# For each rule and side: which of the last points lay in its zone, the newest first.
State = tuple[tuple[bool, ...], ...]


def average_run_length(rules: tuple[Rule, ...], shift: float = 0.0) -> float:
    """Points until the first signal of independent normal values whose mean lies `shift` sigmas from the centre. Exact.

    More is better without a shift, less is better with one. Refuses rules on trends and the like: their runs have no such chain.
    Source: Champ and Woodall 1987, Exact results for Shewhart control charts with supplementary runs rules.

    >>> from troth.engines.signals.rules import WESTERN_ELECTRIC
    >>> round(average_run_length(WESTERN_ELECTRIC[:1]), 2), round(average_run_length(WESTERN_ELECTRIC), 2)
    (370.4, 91.75)
    """
    zones = tuple(rule for rule in rules if isinstance(rule, Zone))
    if len(zones) != len(rules) or not zones:
        others = [rule.name for rule in rules if not isinstance(rule, Zone)]
        raise CannotEstimate("run length", got=f"rules {others}", need="rules on zones alone", settle="Simulate with first_signals.")
    cuts = sorted({edge for zone in zones for edge in (-zone.sigmas, zone.sigmas)})
    edges = [-np.inf, *cuts, np.inf]
    chances = np.diff([normal_cdf(edge - shift) for edge in edges])
    middles = [_middle(low, high) for low, high in pairwise(edges)]
    return _until_signal(zones, list(zip(middles, chances.tolist(), strict=True)))


def _middle(low: float, high: float) -> float:
    if np.isinf(low):
        return high - 1
    return low + 1 if np.isinf(high) else (low + high) / 2


def _until_signal(zones: tuple[Zone, ...], points: list[tuple[float, float]]) -> float:
    empty: State = tuple(() for _ in zones for _ in range(2))
    places: dict[State, int] = {empty: 0}
    waiting, steps = [empty], []
    for state in waiting:
        here = places[state]
        for z, chance in points:
            after = _after(zones, state, z)
            if after is None:
                continue
            if after not in places:
                places[after] = len(places)
                waiting.append(after)
            steps.append((here, places[after], chance))
        if len(places) > MOST_STATES:
            raise CannotEstimate("run length", got=f"rules with more than {MOST_STATES} states", need="fewer or shorter rules")
    stay = np.eye(len(places))
    for here, there, chance in steps:
        stay[here, there] -= chance
    return float(np.linalg.solve(stay, np.ones(len(places)))[0])


def _after(zones: tuple[Zone, ...], state: State, z: float) -> State | None:
    """The state after one more point; None: a signal."""
    after: list[tuple[bool, ...]] = []
    for place, zone in enumerate(zones):
        for side, sign in enumerate((1, -1)):
            row = (z * sign > zone.sigmas, *state[2 * place + side])[: zone.of]
            if sum(row) >= zone.count:
                return None
            # Of a row that nothing can come of any more only what counts is kept, so that like states are one.
            kept = row[: zone.of - 1] if zone.count < zone.of else row[: row.index(False)] if False in row else row
            after.append(tuple(kept[: 1 + max((i for i, there in enumerate(kept) if there), default=-1)]))
    return tuple(after)


def ewma_run_length(weight: float, width: float, shift: float = 0.0) -> float:
    """Points until an EWMA of independent normal values leaves its asymptotic limits. shift: of the mean, in sigmas.

    Solves the integral equation by Gauss-Legendre quadrature. Refuses a weight outside 0 to 1 and a width not above 0.
    Source: Crowder 1987; Lucas and Saccucci 1990, table 3.

    >>> round(ewma_run_length(0.2, 2.962)), round(ewma_run_length(0.2, 2.962, 1.0), 1)
    (500, 10.5)
    """
    if not (0 < weight <= 1 and width > 0):
        raise CannotEstimate("EWMA run length", got=f"weight {weight:g}, width {width:g}", need="a weight from 0 to 1, a width above 0")
    half = width * sqrt(weight / (2 - weight))
    nodes, weights = _quadrature()
    at, share = half * nodes, half * weights
    kernel = _density((at - (1 - weight) * at[:, None]) / weight - shift) / weight * share
    inside = np.linalg.solve(np.eye(NODES) - kernel, np.ones(NODES))
    return float(1 + _density(at / weight - shift) / weight * share @ inside)


def cusum_run_length(slack: float, limit: float, shift: float = 0.0) -> float:
    """Points until either of two cumulative sums of independent normal values passes the limit. All in sigmas.

    Refuses a slack below 0 and a limit not above 0.
    Source: Page 1954 (the integral equation); Van Dobben de Bruyn 1968 (both sides); Montgomery, 7th ed., table 9.3.

    >>> round(cusum_run_length(0.5, 5.0)), round(cusum_run_length(0.5, 5.0, 1.0), 1)
    (465, 10.4)
    """
    if slack < 0 or not 0 < limit < np.inf:
        raise CannotEstimate("CUSUM run length", got=f"slack {slack:g}, limit {limit:g}", need="a slack of at least 0, a limit above 0")
    return 1 / (1 / _one_side(slack, limit, shift) + 1 / _one_side(slack, limit, -shift))


def _one_side(slack: float, limit: float, shift: float) -> float:
    nodes, weights = _quadrature()
    at, share = limit * (nodes + 1) / 2, limit * weights / 2
    drift = shift - slack
    states = np.append(at, 0.0)
    kernel = np.empty((NODES + 1, NODES + 1))
    kernel[:, :NODES] = _density(at - states[:, None] - drift) * share
    kernel[:, NODES] = [normal_cdf(-one - drift) for one in states.tolist()]
    return float(np.linalg.solve(np.eye(NODES + 1) - kernel, np.ones(NODES + 1))[-1])


@lru_cache(maxsize=1)
def _quadrature() -> tuple[Floats, Floats]:
    """Places and weights between -1 and 1."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return nodes, weights


def _density(z: Floats) -> Floats:
    return np.asarray(np.exp(-(z**2) / 2) / sqrt(2 * pi))
