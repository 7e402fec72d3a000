"""Who is the same in several systems: what was matched and why, what people are asked, and what they decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from troth.app.answers.unmatched import sentences
from troth.app.building.identities import decisions_of
from troth.app.past.known import instant
from troth.app.reading import Reading, open_reading
from troth.app.workspace import Workspace
from troth.book.history import UNKNOWN
from troth.kernel.errors import NotFound, nearest
from troth.sources.identity import Decision, Draft, Member, standing

NO_IDENTITY = "Say in identity/customer.yaml by which fields two records are one customer, then run: troth build"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision of the journal. stands: it counts; one that was undone, taken back or overtaken does not."""

    number: int
    known_from: datetime
    actor: str
    act: str
    a: str | None
    b: str | None
    reason: str
    undoes: int | None
    stands: bool


@dataclass(frozen=True, slots=True)
class Status:
    """An identity as the snapshot in force has it. unmatched: sentences. waiting: decisions that no build has counted yet."""

    identity: str
    sources: tuple[str, ...]
    objects: int
    parties: int
    joined: int
    refused: int
    review: int
    unmatched: tuple[str, ...]
    warnings: tuple[str, ...]
    decisions: tuple[Decided, ...]
    waiting: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two objects and what speaks for or against their being one party. weights: bits by field, where the pair was weighed."""

    identity: str
    a: str
    b: str
    verdict: str
    by: str
    why: str | None
    probability: Decimal | None
    weights: str | None


@dataclass(frozen=True, slots=True)
class Explained:
    """same: the two are of one party. chain: the links that lead from the one to the other; else what was found between their parties."""

    a: str
    b: str
    same: bool
    party_a: str
    party_b: str
    chain: tuple[Pair, ...]


def status(workspace: Workspace, *, as_known_at: datetime | str | None = None) -> tuple[Status, ...]:
    """Every identity with its decisions.

    as_known_at: naive UTC, or a day or an instant in the operation's zone as a text; decisions made later are left out, and count as
    not made. Raises NotFound where nothing was built yet or the book has no identity, BookError for what is no instant.
    """
    reading = _open(workspace)
    made = decisions_of(workspace, reading.rules)
    at = None if as_known_at is None else instant(as_known_at, reading.rules)
    return tuple(_status(name, said, made, at) for name, said in _told(reading).items())


def review(workspace: Workspace, *, identity: str | None = None) -> tuple[Pair, ...]:
    """The pairs that wait for people: likely ones, the likeliest first, then those that a guard refused."""
    reading = _open(workspace)
    if identity is not None and identity not in _told(reading):
        raise NotFound(f"no identity '{identity}'", allowed=nearest(identity, _told(reading)))
    counted = {one.pair for name in _told(reading) for one in standing(decisions_of(workspace, reading.rules), name)}
    rows = reading.context.engine.rows(
        f"SELECT {_PAIR} FROM identity_link l"
        " JOIN (SELECT DISTINCT identity, object_type, id, party FROM identity) a"
        " ON a.identity = l.identity AND a.object_type = l.a_type AND a.id = l.a_id"
        " JOIN (SELECT DISTINCT identity, object_type, id, party FROM identity) b"
        " ON b.identity = l.identity AND b.object_type = l.b_type AND b.id = l.b_id"
        " WHERE l.verdict <> 'joined' AND a.party <> b.party AND l.identity = coalesce(?, l.identity)"
        " ORDER BY l.verdict DESC, l.probability DESC NULLS LAST, l.a_type, l.a_id, l.b_type, l.b_id",
        (identity,),
    )
    pairs = [_pair(row) for row in rows]
    return tuple(pair for pair in pairs if not any(_is_about(members, pair) for members in counted))


def why(workspace: Workspace, a: str, b: str) -> Explained:
    """Link by link why two objects are one party, or what was found between their parties where they are two."""
    reading = _open(workspace)
    name, one, other = _two(reading, a, b)
    engine = reading.context.engine
    parties = {
        Member(str(type), str(id)): str(party)
        for type, id, party in engine.rows(
            "SELECT DISTINCT object_type, id, party FROM identity WHERE identity = ? AND party IN (SELECT party FROM identity"
            " WHERE identity = ? AND ((object_type = ? AND id = ?) OR (object_type = ? AND id = ?)))",
            (name, name, one.type, one.id, other.type, other.id),
        )
    }
    inside = (
        "l.identity = ? AND EXISTS (SELECT 1 FROM identity i WHERE i.identity = l.identity AND i.object_type = l.{0}_type"
        " AND i.id = l.{0}_id AND i.party IN (?, ?))"
    )
    both = f"{inside.format('a')} AND {inside.format('b')}"
    asked = (name, parties[one], parties[other])
    pairs = [_pair(row) for row in engine.rows(f"SELECT {_PAIR} FROM identity_link l WHERE {both} ORDER BY ALL", (*asked, *asked))]
    same = parties[one] == parties[other]
    chain = _chain(pairs, str(one), str(other)) if same else [pair for pair in pairs if pair.verdict != "joined"]
    return Explained(str(one), str(other), same, parties[one], parties[other], tuple(chain))


def merge(workspace: Workspace, a: str, b: str, *, reason: str, actor: str | None = None) -> Decision:
    """Decide that two objects are one party; from the next build on, until it is taken back. Raises NotFound where they are already."""
    reading = _open(workspace)
    name, one, other = _two(reading, a, b)
    if not _waiting(workspace, reading, name) and _party(reading, name, one) == _party(reading, name, other):
        raise NotFound(
            f"there is nothing to merge: {one} and {other} are one party already", next_step=f"See why: troth identity why {a} {b}"
        )
    return _decide(workspace, Draft(name, "merge", one, other, reason), actor)


def split(workspace: Workspace, a: str, *, reason: str, from_: str | None = None, actor: str | None = None) -> Decision:
    """Take an object out of its party: the last merge of it is taken back, or where people merged nothing, what rules joined is parted.

    from_: another object that it is not the same as; the two are held apart whatever links them.
    """
    reading = _open(workspace)
    if from_ is not None:
        name, one, other = _two(reading, a, from_)
        return _decide(workspace, Draft(name, "apart", one, other, reason), actor)
    name, one = _member(reading, a)
    if not _waiting(workspace, reading, name) and _alone(reading, name, one):
        raise NotFound(f"there is nothing to split: {one} is a party of its own", next_step="See what is joined: troth identity status")
    return _decide(workspace, Draft(name, "split", one, None, reason), actor)


def undo(workspace: Workspace, number: int | None = None, *, reason: str = "", actor: str | None = None) -> Decision:
    """Take back a decision by its number, without one the last that is not taken back; an undo can be undone by its number.

    It stays in the journal. Raises NotFound where there is none.
    """
    made = workspace.decisions.all()
    undone = {one.draft.undoes for one in made if one.draft.act == "undo"}
    left = [one for one in made if one.number not in undone and (number is not None or one.draft.act != "undo")]
    found = [one for one in left if number is None or one.number == number]
    if not found:
        raise NotFound(
            "there is no decision to undo" if number is None else f"no decision {number} that counts",
            allowed=", ".join(str(one.number) for one in left[-8:]) or "none were made",
            next_step="List them: troth identity status",
        )
    target = found[-1]
    return _decide(workspace, Draft(target.draft.identity, "undo", None, None, reason, target.number), actor)


_PAIR = "l.identity, l.a_type, l.a_id, l.b_type, l.b_id, l.verdict, coalesce(l.evidence, ''), l.why, l.probability, l.weights, l.method"


def _open(workspace: Workspace) -> Reading:
    reading = open_reading(workspace)
    if not _told(reading):
        raise NotFound("the snapshot in force knows of no identity", next_step=NO_IDENTITY)
    return reading


def _told(reading: Reading) -> Mapping[str, Mapping[str, Any]]:
    said: Mapping[str, Mapping[str, Any]] = reading.snapshot.facts.get("identity", {})
    return said


def _status(name: str, said: Mapping[str, Any], made: Sequence[Decision], at: datetime | None) -> Status:
    own = [one for one in made if one.draft.identity == name and (at is None or one.known_from <= at)]
    counts = {one.number for one in standing(own, name)}
    decided = tuple(_decided(one, stands=one.number in counts) for one in own)
    waiting = sorted(counts ^ set(said["standing"])) if at is None else ()
    return Status(
        name, tuple(said["sources"]), said["objects"], said["parties"], said["joined"], said["refused"], said["review"],
        tuple(sentences(name, said)), tuple(said["warnings"]), decided, tuple(waiting),
    )  # fmt: skip


def _decided(one: Decision, *, stands: bool) -> Decided:
    draft = one.draft
    a, b = (str(member) if member else None for member in (draft.a, draft.b))
    return Decided(one.number, one.known_from, one.actor, draft.act, a, b, draft.reason, draft.undoes, stands)


def _waiting(workspace: Workspace, reading: Reading, name: str) -> bool:
    """Whether decisions were made that the snapshot does not know."""
    return {one.number for one in standing(workspace.decisions.all(), name)} != set(_told(reading)[name]["standing"])


def _decide(workspace: Workspace, draft: Draft, actor: str | None) -> Decision:
    if draft.act != "undo" and not draft.reason.strip():
        raise NotFound("no reason is given", next_step="Say why, for those who come after: --reason 'same tax office letter'")
    author = workspace.history.author().name
    return workspace.decisions.append(draft, actor or author or UNKNOWN, workspace.now())


def _member(reading: Reading, written: str) -> tuple[str, Member]:
    """The identity and the object that is meant by `id` or `type:id`."""
    type, sign, id = written.partition(":")
    rows = reading.context.engine.rows(
        "SELECT DISTINCT identity, object_type, id FROM identity WHERE id = ? OR (? AND object_type = ? AND id = ?) ORDER BY ALL",
        (written, bool(sign), type, id),
    )
    if not rows:
        near = reading.context.engine.rows(
            "SELECT DISTINCT id FROM identity WHERE levenshtein(id, ?) <= 2 OR starts_with(lower(id), lower(?)) ORDER BY id LIMIT 5",
            (written, written[:4]),
        )
        raise NotFound(f"no object '{written}' in any identity", allowed=nearest(written, [str(row[0]) for row in near]) if near else None,
                       next_step="Give an id as the source has it, or type:id.")  # fmt: skip
    if len(rows) > 1:
        listed = ", ".join(f"{row[1]}:{row[2]}" for row in rows)
        raise NotFound(f"'{written}' names {len(rows)} objects", allowed=listed, next_step="Write its type before it.")
    return str(rows[0][0]), Member(str(rows[0][1]), str(rows[0][2]))


def _two(reading: Reading, a: str, b: str) -> tuple[str, Member, Member]:
    (name, one), (second, other) = _member(reading, a), _member(reading, b)
    if name != second or one == other:
        got = "the same object twice" if one == other else f"one of '{name}' and one of '{second}'"
        raise NotFound(f"{a} and {b} cannot be compared", got=got, next_step="Give two objects of one identity.")
    return name, one, other


def _party(reading: Reading, name: str, member: Member) -> str:
    rows = reading.context.engine.rows(
        "SELECT party FROM identity WHERE identity = ? AND object_type = ? AND id = ?", (name, member.type, member.id)
    )
    return str(rows[0][0])


def _alone(reading: Reading, name: str, member: Member) -> bool:
    party = _party(reading, name, member)
    rows = reading.context.engine.rows(
        "SELECT count(DISTINCT (object_type, id)) FROM identity WHERE identity = ? AND party = ?", (name, party)
    )
    return int(rows[0][0]) == 1


def _pair(row: Sequence[Any]) -> Pair:
    identity, a_type, a_id, b_type, b_id, verdict, by, reason, probability, weights, method = row
    said = f"decision {by}" if method == "decision" else str(by)
    return Pair(str(identity), f"{a_type}:{a_id}", f"{b_type}:{b_id}", str(verdict), said, reason, probability, weights)


def _is_about(members: frozenset[Member], pair: Pair) -> bool:
    named = {str(member) for member in members}
    return named == {pair.a, pair.b} or (len(named) == 1 and bool(named & {pair.a, pair.b}))


def _chain(pairs: Sequence[Pair], first: str, last: str) -> list[Pair]:
    """The fewest links that lead from one to the other, each the surest between its two."""
    near: dict[str, list[tuple[str, Pair]]] = {}
    for pair in pairs:
        if pair.verdict == "joined":
            near.setdefault(pair.a, []).append((pair.b, pair))
            near.setdefault(pair.b, []).append((pair.a, pair))
    ways: dict[str, list[Pair]] = {first: []}
    edge = [first]
    while edge and last not in ways:
        reached = []
        for at in edge:
            for other, pair in sorted(near.get(at, []), key=lambda step: (step[0], not step[1].by.startswith("decision"), step[1].by)):
                if other not in ways:
                    ways[other] = [*ways[at], pair]
                    reached.append(other)
        edge = sorted(reached)
    return ways.get(last, [])
