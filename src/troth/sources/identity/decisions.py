"""What people decided about who is the same: appended, never taken away, and which of it stands at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from troth.sources.identity.nouns import Member

Act = Literal["merge", "split", "apart", "undo"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision that is to be made.

    merge: a and b are one party. split: a is taken out of where rules put it. apart: a and b are two parties.
    undo: the decision number `undoes` counts no longer.
    """

    identity: str
    act: Act
    a: Member | None
    b: Member | None
    reason: str
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """number: of its entry in the journal. known_from: naive UTC, when it was made."""

    number: int
    known_from: datetime
    actor: str
    draft: Draft

    @property
    def pair(self) -> frozenset[Member]:
        return frozenset(one for one in (self.draft.a, self.draft.b) if one is not None)


class Decisions(Protocol):
    """Where decisions are kept; none is ever changed or removed."""

    def all(self) -> tuple[Decision, ...]:
        """In the order in which they were made."""
        ...

    def append(self, draft: Draft, actor: str, now: datetime) -> Decision: ...


def standing(decisions: Iterable[Decision], identity: str, at: datetime | None = None) -> tuple[Decision, ...]:
    """The decisions of an identity that count, as known at an instant; without one, now.

    An undo takes away what it names, be that an undo. Of several about the same two the last counts. A split takes back the last
    merge of that member, so that after the two everything is as before them; only where there is none it parts what rules joined.
    """
    kept: list[Decision] = []
    for one in _not_undone(decisions, identity, at):
        if one.draft.act == "split":
            merges = [d for d in _last_of_each(kept) if d.draft.act == "merge" and one.draft.a in d.pair]
            if merges:
                kept.remove(merges[-1])
                continue
        kept.append(one)
    return tuple(_last_of_each(kept))


def _not_undone(decisions: Iterable[Decision], identity: str, at: datetime | None) -> list[Decision]:
    undone: set[int | None] = set()
    left: list[Decision] = []
    for one in sorted(decisions, key=lambda decision: -decision.number):
        if one.draft.identity != identity or (at is not None and one.known_from > at) or one.number in undone:
            continue
        if one.draft.act == "undo":
            undone.add(one.draft.undoes)
        else:
            left.append(one)
    return left[::-1]


def _last_of_each(kept: Sequence[Decision]) -> list[Decision]:
    last = {one.pair: one.number for one in kept}
    return [one for one in kept if last[one.pair] == one.number]
