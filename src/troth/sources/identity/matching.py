"""Cards to links by the rules of the book: exact on values as they are compared, with what speaks against each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from troth.sources.identity.definition import Identity
from troth.sources.identity.folding import is_shared_mailbox
from troth.sources.identity.nouns import Card, Link, Roll

SHARED_MAILBOX = "a shared mailbox alone says nothing about who it is"


def links_by_rules(roll: Roll, identity: Identity) -> list[Link]:
    """Every pair that a rule fits, once, by the surest rule; sorted. Values that too many hold refuse their pairs and are told.

    A value held by more than `guards.shared` objects is told by one link from the first of them to each other, since its pairs grow
    with the square.
    """
    found: dict[tuple[int, int], Link] = {}
    for rank, rule in enumerate(identity.match):
        for link in _links(roll, identity, rank, rule):
            known = found.get(link.pair)
            if known is None or (known.verdict == "refused" and link.verdict == "joined"):
                found[link.pair] = link
    return [found[pair] for pair in sorted(found)]


def _links(roll: Roll, identity: Identity, rank: int, rule: tuple[str, ...]) -> Iterator[Link]:
    by = " + ".join(rule)
    fields = (*rule, *(name for name in identity.within if name not in rule))
    mailbox = len(rule) == 1 and identity.kind_of(rule[0]) == "email"
    for key, holders in _holders(roll.cards, fields):
        if len(holders) > identity.guards.shared:
            why = f"{len(holders)} hold the same {by}"
            yield from (Link(holders[0], other, "rule", by, rank, verdict="refused", why=why) for other in holders[1:])
            continue
        refused = SHARED_MAILBOX if mailbox and is_shared_mailbox(key[0]) else ""
        for low, high in combinations(holders, 2):
            yield Link(low, high, "rule", by, rank, verdict="refused" if refused else "joined", why=refused)


def _holders(cards: Iterable[Card], fields: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[int]]]:
    """Each combination of values that several members hold all of, with them in the order of their numbers, as cards are."""
    held: dict[tuple[str | None, ...], list[int]] = {}
    first, *others = fields
    for card in cards:
        values = card.values
        if first in values:
            key = (values[first], *(values.get(field) for field in others))
            members = held.setdefault(key, [])
            if not members or members[-1] != card.member:
                members.append(card.member)
    for key, members in held.items():
        known = tuple(value for value in key if value is not None)
        if len(members) > 1 and len(known) == len(key):
            yield known, members
