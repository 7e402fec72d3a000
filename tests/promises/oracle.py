"""Delay shares by listing every order in which the players turn bad: plain Python over whole hours, exact fractions.

Written from DESIGN ("Stages and delay shares") and from what the engine says of budgets that are not known. Time is a set of
hours, so time in no stage and time in two are counted, not computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from typing import Literal

FOREVER = float("inf")


@dataclass(frozen=True, slots=True)
class Stage:
    """Hours; None is not on record. kind: a limit is an instant, a budget a duration, a residual has none."""

    name: str
    begin: int | None
    end: int | None
    kind: Literal["limit", "budget", "residual"]
    given: int | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    made: int
    due: int
    fulfilled: int | None
    stages: tuple[Stage, ...]


def shares(promise: Broken) -> dict[str, Fraction]:
    """Share of each player; who bears nothing is left out."""
    passed, standing = reached(promise)
    here = [*passed, *([standing] if standing else [])]
    if any(stage.begin is None or stage.end is None for stage in passed):
        return {"cannot_assign": Fraction(1)}
    if any(stage.kind == "limit" and stage.given is None for stage in here):
        # A residual is what the limits leave: without one of them it is as unknown. Only where such a stage never ended can
        # the whole be said to be its.
        unknown = [s for s in here if s.kind == "residual" or (s.kind == "limit" and s.given is None)]
        return {standing.name if standing is not None and standing in unknown else "cannot_assign": Fraction(1)}

    game = Game(promise, passed, standing)
    if game.breaks(frozenset()):
        return {"plan": Fraction(1)}
    players = [stage.name for stage in promise.stages] + ["gap"]
    borne = dict.fromkeys(players, Fraction(0))
    orders = list(permutations(players))
    for order in orders:
        pivot = next(player for n, player in enumerate(order) if game.breaks(frozenset(order[: n + 1])))
        borne[pivot] += Fraction(1, len(orders))
    return {player: share for player, share in borne.items() if share}


def reached(promise: Broken) -> tuple[list[Stage], Stage | None]:
    """Stages that are behind, and the one in which an unfulfilled promise stands."""
    if promise.fulfilled is not None:
        return list(promise.stages), None
    traced = [n for n, stage in enumerate(promise.stages) if stage.begin is not None or stage.end is not None]
    come_to = list(promise.stages[: traced[-1] + 1]) if traced else []
    if come_to and come_to[-1].end is None:
        return come_to[:-1], come_to[-1]
    return come_to, None


class Game:
    """Which promises break when only some players take their actual time. Needs timestamps and limits."""

    def __init__(self, promise: Broken, passed: list[Stage], standing: Stage | None) -> None:
        spans = {stage.name: set(range(hour(stage.begin), hour(stage.end))) for stage in passed}
        traces = [hour(at) for stage in passed for at in (stage.begin, stage.end)]
        if promise.fulfilled is not None:
            until = promise.fulfilled
        elif standing is not None:
            until = hour(standing.begin)
        else:
            until = max([promise.made, *traces])
        covered: set[int] = set().union(*spans.values())
        idle = set(range(promise.made, until)) - covered
        here = [*passed, *([standing] if standing else [])]
        limits = [min(hour(stage.begin), hour(stage.given)) for stage in here if stage.kind == "limit"]
        counted_in = {at for at in idle if any(at < limit for limit in limits)}
        twice = sum(map(len, spans.values())) + len(idle) - (until - promise.made)

        self.allowed = promise.due - promise.made - len(counted_in) + twice
        own = {stage.name: budget(stage) for stage in promise.stages if stage.kind != "residual"}
        for number, stage in enumerate(passed):
            behind = [hour(later.given) for later in here[number + 1 :] if later.kind == "limit"]
            if stage.kind == "residual" and behind:
                # Whoever set a limit behind it counted its time in, as far as it lay before the limit.
                own[stage.name] = Fraction(len({at for at in spans[stage.name] if at < max(behind)}))
        left = max(0, promise.due - promise.made - len(counted_in) - sum(own.values()))
        without = [stage.name for stage in promise.stages if stage.name not in own]
        own |= {name: Fraction(left, len(without)) for name in without}
        self.own = own
        later = set(own) - {stage.name for stage in here}
        self.actual: dict[str, float | Fraction] = {name: len(span) for name, span in spans.items()}
        self.actual |= {name: own[name] for name in later} | ({standing.name: FOREVER} if standing else {})
        stands_nowhere = promise.fulfilled is None and standing is None
        self.gap: float = FOREVER if stands_nowhere else len(idle - counted_in)

    def breaks(self, bad: frozenset[str]) -> bool:
        took = sum(actual if name in bad else min(actual, self.own[name]) for name, actual in self.actual.items())
        return took + (self.gap if "gap" in bad else 0) > self.allowed


def budget(stage: Stage) -> Fraction:
    """Hours a stage may take. A limit gives none to a stage that begins after it, or has not begun."""
    if stage.kind == "budget":
        return Fraction(hour(stage.given))
    return Fraction(max(0, stage.given - stage.begin) if stage.given is not None and stage.begin is not None else 0)


def hour(value: int | None) -> int:
    assert value is not None
    return value
