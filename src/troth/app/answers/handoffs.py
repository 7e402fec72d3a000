"""Every handover between departments, and every promise that several own together, with the figures that all of them see."""

from __future__ import annotations

from dataclasses import dataclass

from troth.app.reading import Reading
from troth.findings.early_warning import Ahead, ahead_of
from troth.findings.handoffs import PLAYERS, Handoff, Joint, Rate, for_role, handoffs_of, joint_of
from troth.findings.weighing import is_sample
from troth.findings.words import spoken
from troth.kernel.errors import CannotEstimate, NotFound, nearest


@dataclass(frozen=True, slots=True)
class RateTold:
    """n: of what fell due, in the file; in_all: the same scaled up. low, high: share broken, the range while `unknown` cannot be told.

    never: broken and never done. no_limit: of the unknown, without a limit on record. done, done_late: the usual figure, of what
    was done. interval: of `low`, for the process behind it, or null.
    """

    n: int
    in_all: float
    broken: int
    never: int
    unknown: int
    no_limit: int
    done: int
    done_late: int
    low: float
    high: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class HandoffTold:
    """giver, taker: who owes it to whom. rate: null where nobody set a limit."""

    key: str
    words: str
    subject: str
    event: str
    giver: str
    taker: str
    owners: tuple[str, ...]
    rate: RateTold | None
    ahead_of: tuple[Ahead, ...]


@dataclass(frozen=True, slots=True)
class JointTold:
    """shares: what each stage bears of the broken ones, as (player, words, share); they sum to 1."""

    promise: str
    words: str
    owners: tuple[str, ...]
    rate: RateTold
    shares: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True, slots=True)
class Handoffs:
    """role: whose view it is; null for all. sampled: whether some figures are scaled up."""

    role: str | None
    sampled: bool
    handoffs: tuple[HandoffTold, ...]
    joint: tuple[JointTold, ...]


def tell_handoffs(reading: Reading, role: str | None = None) -> Handoffs:
    """All handovers and joint promises, or those that a role gives, takes or answers for. Raises NotFound for a role that has none."""
    context = reading.context
    handoffs, joint = handoffs_of(context), joint_of(context)
    if role is not None:
        named = sorted(
            {name for one in handoffs for name in (one.giver, one.taker, *one.owners)} | {o for one in joint for o in one.owners}
        )
        handoffs, joint = for_role(role, handoffs, joint)
        if not handoffs and not joint:
            raise NotFound(
                f"'{role}' gives, takes and owns nothing", allowed=nearest(role, named), next_step="troth handoffs lists them all."
            )
    sampled = any(is_sample(context, one.subject) for one in handoffs)
    told = tuple(_handoff(one, ahead_of(context, one.key) if one.key in context.promises else []) for one in handoffs)
    return Handoffs(role, sampled, told, tuple(_joint(reading, one) for one in joint))


def _handoff(one: Handoff, ahead: list[Ahead]) -> HandoffTold:
    return HandoffTold(
        one.key, one.words, one.subject, one.event, one.giver, one.taker, one.owners, _rate(one.rate) if one.rate else None,
        tuple(ahead),
    )  # fmt: skip


def _joint(reading: Reading, one: Joint) -> JointTold:
    stages = reading.context.promises[one.promise].stages
    words = {key: stage.words or spoken(key) for key, stage in stages.items()} | PLAYERS
    return JointTold(one.promise, one.words, one.owners, _rate(one.rate), tuple((key, words[key], float(part)) for key, part in one.shares))


def _rate(rate: Rate) -> RateTold:
    try:
        share = rate.share
        between = None if rate.seen("n") == 0 else (share.low, share.high)
    except CannotEstimate:
        between = None
    counted = {name: rate.seen(name) for name in ("n", "broken", "never", "unknown", "no_limit", "done", "done_late")}
    return RateTold(**counted, in_all=float(rate.in_all), low=float(rate.low), high=float(rate.high), interval=between)
