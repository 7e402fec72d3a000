"""What people decided on rewards: nothing is awarded that nobody approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from troth.kernel.errors import BadValue

if TYPE_CHECKING:
    from troth.metrics.rewards.ports import Awards

Act = Literal["approved", "withdrawn"]
Membership = Literal["on record", "own word"]
Key = tuple[str, date, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision before it is written down. cycle: its first day. near: the limit that reached the threshold; n, value: as they stood.

    outside: how it is known that who decides is none of the team: by what is on record of them, or by their own word.
    snapshot, rule: by which data and which definition of the rule it was decided.
    """

    reward: str
    cycle: date
    team: str
    act: Act
    reason: str
    n: int
    value: float
    near: float
    outside: Membership
    snapshot: str
    rule: str

    @property
    def key(self) -> Key:
        return self.reward, self.cycle, self.team


@dataclass(frozen=True, slots=True)
class Decision:
    """by: the account; at: naive UTC; seq: of the entry in the journal."""

    seq: int
    at: datetime
    by: str
    draft: Draft


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of one team's reward. It is awarded while it was approved and not withdrawn."""

    approved: Decision | None = None
    withdrawn: Decision | None = None

    @property
    def awarded(self) -> bool:
        return self.approved is not None and self.withdrawn is None


NOTHING = Standing()


def standings(decisions: Iterable[Decision]) -> Mapping[Key, Standing]:
    """By reward, cycle and team. Of two who approve at once the first one counts; what was withdrawn once stays so."""
    found: dict[Key, Standing] = {}
    for one in decisions:
        before = found.get(one.draft.key, NOTHING)
        if one.draft.act == "withdrawn":
            found[one.draft.key] = before if before.withdrawn else replace(before, withdrawn=one)
        elif before == NOTHING:
            found[one.draft.key] = replace(before, approved=one)
    return found


def decide(awards: Awards, draft: Draft, actor: str, now: datetime) -> Standing:
    """Write a decision down, and how the team's reward stands then. The same decision of the same account again changes nothing.

    A reward may be withdrawn before it is approved, or afterwards, for good. Raises BadValue without a reason, for what another account
    decided already, for what is approved after it was withdrawn.
    """
    if not draft.reason:
        raise BadValue("a reason is needed", got="none", next_step="Say in a few words why, without naming anybody.")
    before = standings(awards.all()).get(draft.key, NOTHING)
    if not _again(before, draft, actor):
        awards.append(draft, actor, now)
    after = standings(awards.all())[draft.key]
    _again(after, draft, actor)
    return after


def _again(before: Standing, draft: Draft, actor: str) -> bool:
    """Whether the very same was decided. Raises BadValue where something else was."""
    what = f"the reward '{draft.reward}' of '{draft.team}' for the cycle from {draft.cycle}"
    same = before.withdrawn if draft.act == "withdrawn" else before.approved
    if draft.act == "approved" and before.withdrawn is not None:
        raise BadValue(f"{what} was withdrawn", got=_said(before.withdrawn), allowed="one that nobody withdrew", next_step=FOR_GOOD)
    if same is None:
        return False
    if (same.by, same.draft.reason) != (actor, draft.reason):
        raise BadValue(f"{what} was {draft.act} already", got=_said(same), allowed="one decision on each", next_step=NEXT[draft.act])
    return True


FOR_GOOD = "What was withdrawn stays so; the team may be rewarded for another cycle."
NEXT: Mapping[Act, str] = {"approved": "Nothing is left to do; it may be withdrawn.", "withdrawn": "Nothing is left to do."}


def _said(one: Decision) -> str:
    return f"by account {one.by} on {one.at:%Y-%m-%d %H:%M} UTC: {one.draft.reason}"
