"""What Meridian changed, where and when: by lot, in waves, at one site, everywhere at once, and where it was worst."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from troth.worlds.chance import Chance
from troth.worlds.meridian.places import BRANCHES, Branches, Clocks, desk
from troth.worlds.meridian.plan import HOUR, Plan, day
from troth.worlds.sheets import Flags, Ints, Reals

WAVES = (0.3, 0.42, 0.54, 0.66)
BAD_MONTHS = (6, 7, 8)  # the quarter in which the eight worst were chosen
COACHED = 8
DESK_AT = 0.5


@dataclass(frozen=True, slots=True)
class Rollouts:
    """Seconds at which each change began, and at which branches. wave_at: by branch."""

    text_at: int
    wave_at: Ints
    harmful: Flags
    harmful_at: int
    fading: Flags
    fading_at: int
    nothing_at: int
    desk_at: int
    coached_at: int

    def truth(self, units: Branches, half_life: int, call_back: float, worst: Sequence[int]) -> Mapping[str, Any]:
        """What is planted here, by truth."""
        return {
            "change_randomised": {"from": day(self.text_at), "outcome": "no-shows"},
            "change_stepped": {
                "waves": {units.names[branch]: day(int(at)) for branch, at in enumerate(self.wave_at.tolist())},
                "outcome": "first-visit fix",
                "called_back": call_back,
            },
            "change_harmful": {"branches": _named(units, self.harmful), "from": day(self.harmful_at)},
            "change_fading": {"branches": _named(units, self.fading), "from": day(self.fading_at), "half_life_days": half_life},
            "change_nothing": {"from": day(self.nothing_at)},
            "change_everywhere": {"from": day(self.desk_at), "outcome": "working hours to the first answer"},
            "change_chosen_because_bad": {
                "branches": [units.names[branch] for branch in sorted(worst)],
                "from": day(self.coached_at),
            },
        }


def worst(rating: Reals, answered: Flags, branch: Ints, month: Ints) -> list[int]:
    """The eight branches that were rated worst in the quarter, by its answers: part of that is luck, and does not come again."""
    then = answered & np.isin(month, BAD_MONTHS)
    thousandths = np.rint(rating[then] * 1_000).astype(np.int64)
    sums = np.zeros(BRANCHES, dtype=np.int64)
    np.add.at(sums, branch[then], thousandths)
    means = sums / np.maximum(np.bincount(branch[then], minlength=BRANCHES), 1)
    return [int(place) for place in np.argsort(means, kind="stable")[:COACHED]]


def first_reply(plan: Plan, clocks: Clocks, chance: Chance, country: Ints, opened: Ints) -> Ints:
    """When the help desk answers first; sooner from the day on which there is a new one."""
    hours = 9 * chance.lognormal(0.6, len(opened)) - plan.size("change_everywhere") * (opened >= plan.share(DESK_AT))
    return clocks.due(desk(country), opened, (np.maximum(hours, 0.1) * HOUR).astype(np.int64))


def rollouts(plan: Plan) -> Rollouts:
    """Lots are drawn apart from one another and from all else."""
    order = Chance(plan.seed, "waves").order(BRANCHES)
    starts = np.array([plan.share(part) for part in WAVES])
    wave_at = np.empty(BRANCHES, dtype=np.int64)
    wave_at[order] = np.repeat(starts, BRANCHES // len(WAVES))
    return Rollouts(
        plan.share(0.35),
        wave_at,
        _drawn(plan, "harmful", BRANCHES // 2),
        plan.share(0.6),
        _drawn(plan, "fading", BRANCHES // 2),
        plan.share(0.5),
        plan.share(0.45),
        plan.share(DESK_AT),
        plan.month(min(BAD_MONTHS[-1] + 1, plan.months)),
    )


def _drawn(plan: Plan, name: str, count: int) -> Flags:
    drawn = np.zeros(BRANCHES, dtype=np.bool_)
    drawn[Chance(plan.seed, name).order(BRANCHES)[:count]] = True
    return drawn


def _named(units: Branches, which: Flags) -> Sequence[str]:
    return [units.names[branch] for branch in np.flatnonzero(which).tolist()]
