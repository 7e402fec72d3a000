"""What a reward would have given over past cycles, what luck alone would, and whether those rewarded stayed ahead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from troth.engines.comparing.luck import Kept, Luck, lead_kept, luck
from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import Refusal, refuse
from troth.metrics.ground import ends
from troth.metrics.rewards.definition import Reward
from troth.metrics.rewards.proposing import Cycle, Team

Lasting = Literal["stayed", "in part", "went back", "cannot be told"]


@dataclass(frozen=True, slots=True)
class Past:
    """One cycle. teams: of which enough is known. rewarded: names, in their order. luck: how many luck alone would reward of them."""

    begins: date
    ends: date
    pooled: float | None
    teams: int
    rewarded: tuple[str, ...]
    luck: float


@dataclass(frozen=True, slots=True)
class After:
    """A team that would have been rewarded, and how it did in the cycle after. lead: over all teams together, more is better, in the
    metric's unit; then: in the cycle after, with its standard error and the interval of the rule's level.
    """

    team: str
    begins: date
    lead: float
    then: float
    low: float
    high: float
    error: float


@dataclass(frozen=True, slots=True)
class BackTest:
    """cycles: the oldest first. rewarded: how many rewards the rule would have given; luck: how many it would have given to teams exactly
    as all together, counter measures taken as they were. after: each reward whose team has a cycle after it. kept: of the leads that
    were rewarded, the part that was left in the cycle after; lasting: what that says. refusal: why that cannot be said.
    """

    cycles: tuple[Past, ...]
    rewarded: int
    luck: Luck
    after: tuple[After, ...]
    kept: Kept | None
    lasting: Lasting
    refusal: Refusal | None


def look_back(said: Reward, cycles: Sequence[Cycle]) -> BackTest:
    """Back-test of a rule on all cycles that are over.

    Luck is of teams whose true value is that of all teams in their cycle, by the metric's own error: of a share binomial and exact, of an
    average Student's or normal as its interval is. What is rewarded was chosen for being ahead, luck included, so that by luck alone it
    goes back to the mean; what is left in the next cycle is not chosen and is no luck. Errors of the mean of all teams are left out.
    """
    past = tuple(_past(one) for one in cycles)
    rewarded = sum(len(one.rewarded) for one in past)
    chances = [team.luck for cycle in cycles for team in cycle.teams if team.luck is not None]
    after = tuple(_after(said, cycles))
    leads, thens, errors = (np.array([getattr(one, of) for one in after], dtype=np.float64) for of in ("lead", "then", "error"))
    kept: Kept | None = None
    refusal: Refusal | None = None
    try:
        kept = lead_kept(leads, thens, errors, said.level)
    except CannotEstimate as error:
        refusal = refuse(error)
    return BackTest(past, rewarded, luck(chances, rewarded), after, kept, _lasting(kept), refusal)


def _past(one: Cycle) -> Past:
    judged = [team for team in one.teams if team.luck is not None]
    names = tuple(team.name for team in one.proposed)
    return Past(one.begins, one.ends, one.pooled, len(judged), names, sum(team.luck or 0.0 for team in judged))


def _after(said: Reward, cycles: Sequence[Cycle]) -> Iterator[After]:
    later = {one.begins: one for one in cycles}
    for one in cycles:
        following = later.get(ends(one.begins, said.cycle))
        known = {team.name: team for team in following.teams} if following else {}
        for team in one.proposed:
            then = known.get(team.name)
            if following is not None and then is not None and then.low is not None:
                yield _followed(said, one, team, following, then)


def _followed(said: Reward, one: Cycle, team: Team, following: Cycle, then: Team) -> After:
    assert one.pooled is not None
    assert following.pooled is not None
    assert team.value is not None
    assert then.value is not None
    assert then.low is not None
    assert then.high is not None
    assert then.error is not None
    sign, mean = 1.0 if said.side == "above" else -1.0, following.pooled
    low, high = sorted((sign * (then.low - mean), sign * (then.high - mean)))
    return After(team.name, one.begins, sign * (team.value - one.pooled), sign * (then.value - mean), low, high, then.error)


def _lasting(kept: Kept | None) -> Lasting:
    if kept is None or (kept.low <= 0 and kept.high >= 1):
        return "cannot be told"
    if kept.low <= 0:
        return "went back"
    return "stayed" if kept.high >= 1 else "in part"
