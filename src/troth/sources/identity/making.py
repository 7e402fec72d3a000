"""The identities of a build: cards gathered, links found, decisions laid over them, and all of it written beside the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from troth.kernel.garbage import uncollected
from troth.record import Engine
from troth.sources.identity.decisions import Decision, standing
from troth.sources.identity.definition import Identity
from troth.sources.identity.gathering import Reveal, gather, require_keys, types_of
from troth.sources.identity.matching import links_by_rules
from troth.sources.identity.nouns import Link, Roll
from troth.sources.identity.parties import Parties, parties_of
from troth.sources.identity.tables import told, write_parties
from troth.sources.identity.weighing import Weigher
from troth.sources.reading import Staged


@dataclass(frozen=True, slots=True)
class Matching:
    """What identities are made with. identities: by name. decisions: all of them. weigher: asked only where a book says `weigh:`.

    reveal: of personal values that are kept as tokens. at: decisions made later, naive UTC, are not known.
    """

    identities: Mapping[str, Identity]
    decisions: Sequence[Decision]
    weigher: Weigher
    reveal: Reveal | None = None
    at: datetime | None = None

    def columns(self, source: str) -> frozenset[str]:
        """The columns of a source that matching reads, whether or not the record keeps them."""
        return frozenset().union(*(identity.columns(source) for identity in self.identities.values()))

    def standing(self, name: str) -> tuple[Decision, ...]:
        return standing(self.decisions, name, self.at)

    def said(self) -> list[Any]:
        """The decisions that stand and what weighs, as a snapshot's id is made of them; nothing where there are none."""
        weighs = any(identity.weigh for identity in self.identities.values())
        return [self.weigher.version] * weighs + [
            [name, one.number, one.known_from.isoformat(), one.draft.act, *(str(member) for member in sorted(one.pair))]
            for name in sorted(self.identities)
            for one in self.standing(name)
        ]


def make_identities(engine: Engine, staged: Sequence[Staged], matching: Matching) -> dict[str, dict[str, Any]]:
    """Fill `identity` and `identity_link`, give objects their `party`, and tell of each identity what the manifest says.

    Runs after the facts are made. A book without identities leaves the record as it is.
    """
    if not matching.identities:
        return {}
    with uncollected():  # millions of small objects and no ring among them
        return _made(engine, staged, matching)


def _made(engine: Engine, staged: Sequence[Staged], matching: Matching) -> dict[str, dict[str, Any]]:
    sources = {one.name: one.source for one in staged}
    said = {}
    for name, identity in sorted(matching.identities.items()):
        roll = gather(engine, name, identity, staged, matching.reveal)
        decisions = matching.standing(name)
        parties, unweighed = match(roll, identity, decisions, matching.weigher)
        types = types_of(identity, sources)
        write_parties(engine, name, roll, parties, types)
        warnings = [*require_keys(roll, name, identity), *(f"identity '{name}': {why}" for why in unweighed), *_idle(name, roll, parties)]
        said[name] = told(engine, name, roll, parties, types, standing=[one.number for one in decisions], warnings=warnings)
    return said


def _idle(name: str, roll: Roll, parties: Parties) -> list[str]:
    """Decisions that nothing came of: they contradict others, or are about what the sources no longer have."""
    there = frozenset(roll.members)
    told = []
    for link in parties.links:
        if link.method == "decision" and link.verdict == "refused":
            two = f"{roll.members[link.low]} and {roll.members[link.high]}"
            told.append(f"identity '{name}': decision {link.by} that {two} are one is not followed: {link.why}.")
    for one in parties.unknown:
        absent = ", ".join(str(member) for member in sorted(one.pair) if member not in there)
        told.append(f"identity '{name}': decision {one.number} waits, since {absent} is not on record.")
    return told


def match(roll: Roll, identity: Identity, decisions: Sequence[Decision], weigher: Weigher) -> tuple[Parties, Sequence[str]]:
    """The parties of a roll, and in words what could not be weighed. A pair that a rule joins needs no weights; one that
    a guard refuses waits for people, whatever its weights.
    """
    ruled = links_by_rules(roll, identity)
    weighed: Sequence[Link] = ()
    warnings: Sequence[str] = ()
    if identity.weigh is not None:
        weighed, warnings = weigher.weigh(roll, identity)
    joined = {link.pair for link in ruled if link.verdict == "joined"}
    refused = {link.pair: link.why for link in ruled if link.verdict == "refused"}
    known = {link.pair for link in weighed}
    links = [link for link in ruled if link.verdict == "joined" or link.pair not in known]
    for link in weighed:
        if link.pair in refused and link.pair not in joined:
            links.append(replace(link, verdict="review", why=refused[link.pair]))
        elif link.pair not in joined:
            links.append(link)
    return parties_of(roll, identity, links, decisions), warnings
