"""Links and decisions to parties, whatever the order in which they come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from troth.sources.identity.decisions import Decision
from troth.sources.identity.definition import Identity
from troth.sources.identity.nouns import Link, Member, Roll

APART, CUT = "people hold the two apart", "people took one of the two out"


@dataclass(frozen=True, slots=True)
class Parties:
    """Who is one party. of: number of each member's party, the number of the member that names it.

    links: every link with what became of it, in the order of its members; those of decisions among them.
    decided: member -> the last decision that its party rests on.
    unknown: decisions about members that are not on the roll (any more); they wait.
    """

    of: tuple[int, ...]
    links: tuple[Link, ...]
    decided: dict[int, Decision]
    unknown: tuple[Decision, ...] = ()

    def members(self, party: int) -> tuple[int, ...]:
        return tuple(number for number, its in enumerate(self.of) if its == party)


def parties_of(roll: Roll, identity: Identity, links: Iterable[Link], decisions: Sequence[Decision]) -> Parties:
    """The parties that accepted links make: the surest first, and none that would join what may not be one party.

    A party may not hold two values of a `distinct` field, two members of a source in which nobody stands twice, or two that people
    hold apart. Decisions go before all links and only the last bounds them. decisions: those that stand.
    """
    number = roll.number_of()
    known = [one for one in decisions if all(member in number for member in one.pair)]
    unknown = tuple(one for one in decisions if one not in known)
    groups = _Groups(roll, identity)
    for one in known:
        if one.draft.act == "apart":
            groups.hold_apart(*(number[member] for member in sorted(one.pair)))
    cut = {number[member] for one in known if one.draft.act == "split" for member in one.pair}
    settled = [_decided(groups, one, number) for one in known if one.draft.act == "merge"]
    settled += [_settled(groups, link, cut) for link in sorted(links, key=lambda link: link.strength)]
    roots = [groups.find(member) for member in range(len(roll.members))]
    names = _names(roll, roots)
    of = tuple(names[root] for root in roots)
    return Parties(of, tuple(sorted(settled, key=lambda link: (link.pair, link.strength))), _last(of, known, number), unknown)


def _decided(groups: _Groups, one: Decision, number: dict[Member, int]) -> Link:
    low, high = sorted(number[member] for member in one.pair)
    link = Link(low, high, "decision", str(one.number), one.number)
    if groups.are_apart(low, high):
        return replace(link, verdict="refused", why=APART)
    groups.join(low, high)
    return link


def _settled(groups: _Groups, link: Link, cut: set[int]) -> Link:
    if link.low in cut or link.high in cut:
        return replace(link, verdict="refused", why=CUT)
    if groups.are_apart(link.low, link.high):
        return replace(link, verdict="refused", why=APART)
    if link.verdict != "joined":
        return link
    why = groups.against(link.low, link.high)
    if why:
        return replace(link, verdict="refused", why=why)
    groups.join(link.low, link.high)
    return link


def _names(roll: Roll, roots: Sequence[int]) -> dict[int, int]:
    """Root -> the member that names the party: of the first source that has one, the first by type and id."""
    last = len(roll.sources)
    rank = [last] * len(roll.members)
    place = {source: at for at, source in enumerate(roll.sources)}
    for card in roll.cards:
        rank[card.member] = min(rank[card.member], place.get(card.source, last))
    names: dict[int, int] = {}
    for member, root in enumerate(roots):
        if root not in names or (rank[member], member) < (rank[names[root]], names[root]):
            names[root] = member
    return names


def _last(of: Sequence[int], decisions: Iterable[Decision], number: dict[Member, int]) -> dict[int, Decision]:
    """Everybody whose party somebody decided on, with the last decision about any of its members."""
    by_party: dict[int, Decision] = {}
    for one in sorted(decisions, key=lambda decision: decision.number):
        by_party.update({of[number[member]]: one for member in one.pair})
    return {member: by_party[party] for member, party in enumerate(of) if party in by_party}


class _Groups:
    """Union-find with what each group holds that no other may join."""

    def __init__(self, roll: Roll, identity: Identity) -> None:
        self._above = list(range(len(roll.members)))
        self._size = [1] * len(roll.members)
        self._foes: dict[int, set[int]] = {}
        self._held: dict[int, dict[str, set[str]]] = {}
        self._once: dict[int, dict[str, set[int]]] = {}
        distinct, once = identity.guards.distinct, frozenset(identity.guards.once)
        for card in roll.cards:
            for field in distinct:
                if field in card.values:
                    self._held.setdefault(card.member, {}).setdefault(field, set()).add(card.values[field])
            if card.source in once:
                self._once.setdefault(card.member, {}).setdefault(card.source, set()).add(card.member)

    def find(self, member: int) -> int:
        above = self._above
        while above[member] != member:
            above[member] = above[above[member]]
            member = above[member]
        return member

    def hold_apart(self, a: int, b: int) -> None:
        self._foes.setdefault(a, set()).add(b)
        self._foes.setdefault(b, set()).add(a)

    def are_apart(self, a: int, b: int) -> bool:
        one, other = self.find(a), self.find(b)
        return any(self.find(foe) == other for foe in self._foes.get(one, ()))

    def against(self, a: int, b: int) -> str:
        """Why the groups of two members may not be one; nothing where they may, or are."""
        one, other = self.find(a), self.find(b)
        if one == other:
            return ""
        held = self._held.get(other, {})
        for field, values in self._held.get(one, {}).items():
            if field in held and values.isdisjoint(held[field]):
                return f"{field} differs"
        shared = self._once.get(one, {}).keys() & self._once.get(other, {}).keys()
        if shared:
            return f"{min(shared)} holds everybody once"
        return ""

    def join(self, a: int, b: int) -> None:
        one, other = self.find(a), self.find(b)
        if one == other:
            return
        if self._size[one] < self._size[other]:
            one, other = other, one
        self._above[other] = one
        self._size[one] += self._size[other]
        if other in self._foes:
            self._foes.setdefault(one, set()).update(self._foes.pop(other))
        for field, values in self._held.pop(other, {}).items():
            self._held.setdefault(one, {}).setdefault(field, set()).update(values)
        for source, members in self._once.pop(other, {}).items():
            self._once.setdefault(one, {}).setdefault(source, set()).update(members)
