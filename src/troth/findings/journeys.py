"""The way of each kind of object through its events: who has it in hand between two of them, and whether anybody promised that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from troth.findings.context import Context
from troth.findings.weighing import is_sample
from troth.promises import Promise
from troth.query import identifier, literal_text

RARE = 100  # what happens to fewer than one in a hundred objects is no part of their way
CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Hand:
    """Who has an object in hand. roles: that answer for it. named: a promise or a stage says so, else only the owner of the data does."""

    name: str
    roles: frozenset[str] = frozenset()
    named: bool = True

    def same(self, other: Hand) -> bool:
        """Whether nothing changes hands: a role that owns the data of one is not another hand than the unit it answers for."""
        if self.name == other.name:
            return True
        if self.named and other.named:
            return False
        return self.name in other.roles or other.name in self.roles or bool(self.roles & other.roles)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one event type to the next on record. times: how often; covered: in how many of them a promise or a stage was running.

    half_us: half of them took so long or less. promised_by: what covers most of them, the closest first.
    gives, takes: who had it in hand before, and who has it here; None where nothing says so.
    """

    object_type: str
    before: str
    event: str
    times: int
    half_us: int
    covered: int
    promised_by: tuple[str, ...]
    gives: Hand | None
    takes: Hand | None

    @property
    def promised(self) -> bool:
        """Whether a stage or a promise covers most of them."""
        return 2 * self.covered >= self.times

    @property
    def changes_hands(self) -> bool:
        """Whether it is known to be in other hands than before."""
        return self.gives is not None and self.takes is not None and not self.gives.same(self.takes)

    @property
    def half(self) -> timedelta:
        return timedelta(microseconds=self.half_us)


@dataclass(frozen=True, slots=True)
class Journey:
    """What usually happens to an object: its stretches, in order, and all others that are not rare.

    hands: who has it, one after the other, from who begins to who is given it, as far as known; each change is a handoff.
    sample: the counts are of a file that is a sample.
    """

    object_type: str
    objects: int
    way: tuple[Stretch, ...]
    others: tuple[Stretch, ...]
    hands: tuple[Hand, ...]
    sample: bool

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        return self.way + self.others


def journeys(context: Context, owners: Mapping[str, str | None]) -> tuple[Journey, ...]:
    """The way of each object type that has steps. owners: of the sources, by name."""
    if not context.has("step"):
        return ()
    types = [str(row[0]) for row in context.engine.rows("SELECT DISTINCT object_type FROM step ORDER BY 1")]
    return tuple(_journey(context, type, owners) for type in types)


def _journey(context: Context, type: str, owners: Mapping[str, str | None]) -> Journey:
    objects, begins = _beginnings(context, type)
    found = _counted(context, type)
    owned = {event: owners.get(source) for event, source in _sources(context, type).items()}
    takes = {(one.before, one.event): _hand(context, one, owned.get(one.event)) for one in found}
    first = max(begins, key=lambda event: (begins[event], event))
    start = _promisee(context, type, first, "anchor")
    into: dict[str, Hand | None] = {}
    for one in sorted(found, key=lambda s: s.times):  # of several ways to an event the most usual one says whose hand it comes from
        into[one.event] = takes[one.before, one.event]
    into[first] = start
    told = [_handed(one, into.get(one.before), takes[one.before, one.event]) for one in found if one.times * RARE >= objects]
    way = _way(told, first)
    end = _promisee(context, type, way[-1].event if way else first, "fulfil")
    hands = _in_turn([start, *(stretch.takes for stretch in way), end])
    others = tuple(one for one in told if one not in way)
    return Journey(type, objects, way, others, hands, is_sample(context, type))


def _beginnings(context: Context, type: str) -> tuple[int, dict[str, int]]:
    rows = context.engine.rows("SELECT type, count(*) FROM step WHERE object_type = ? AND before IS NULL GROUP BY 1 ORDER BY 1", (type,))
    begins = {str(event): int(count) for event, count in rows}
    return sum(begins.values()), begins


def _counted(context: Context, type: str) -> list[Stretch]:
    """How often one event type follows another, and how often a promise or a stage was running meanwhile."""
    covers = _covers(context, type)
    plain = context.engine.rows(
        "SELECT before, type, count(*), quantile_disc(since_us, 0.5) FROM step WHERE object_type = ? AND before IS NOT NULL"
        " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
        (type,),
    )
    covered: dict[tuple[str, str], int] = {}
    by: dict[tuple[str, str], list[str]] = {}
    if covers:
        mine = f"object_type = {literal_text(type)} AND before IS NOT NULL"
        steps = f"(SELECT *, occurred - to_microseconds(since_us) AS began FROM step WHERE {mine}) s"
        running = "c.subject = s.object AND c.since <= s.began AND s.occurred <= c.until"
        every = f"({' UNION ALL '.join(covers)})"
        for before, event, count in context.engine.rows(
            f"SELECT s.before, s.type, count(*) FROM {steps} SEMI JOIN {every} c ON {running} GROUP BY 1, 2"
        ):
            covered[before, event] = int(count)
        times = {(before, event): int(count) for before, event, count, _ in plain}
        for before, event, name, count in context.engine.rows(
            f"SELECT s.before, s.type, c.name, count(*) FROM {steps} JOIN {every} c ON {running}"
            " GROUP BY 1, 2, 3, c.rank ORDER BY c.rank, 3"
        ):
            if 2 * int(count) >= times[before, event]:
                by.setdefault((before, event), []).append(str(name))
    return [
        Stretch(type, str(b), str(e), int(n), int(half), covered.get((b, e), 0), tuple(by.get((b, e), ())), None, None)
        for b, e, n, half in plain
    ]  # fmt: skip


def _covers(context: Context, type: str) -> list[str]:
    """Queries of when a promise or a stage was running, for each subject: subject, name, rank (the closest first), since, until.

    A customer promise that has stages leaves what lies between them to nobody; one without answers for all of its way.
    """
    found = []
    for name, promise in context.promises.items():
        if promise.subject != type or promise.fulfil.absent:  # that something will not happen says nothing of who has it
            continue
        if promise.kind == "internal" or not promise.stages:
            found.append(_running(name, name, 0 if promise.kind == "internal" else 2, "made", "fulfilled"))
        for key in promise.stages:
            since, until = identifier(f"{key}_from"), identifier(f"{key}_to")
            found.append(_running(name, f"{name}.stages.{key}", 1, since, until))
    return found


def _running(promise: str, name: str, rank: int, since: str, until: str) -> str:
    # What became void on a day that nobody knows was running until then, as far as anybody can say.
    ended = f"coalesce({until}, CASE WHEN void_flag IS NULL THEN voided END, 'infinity'::TIMESTAMP)"
    return f"SELECT subject, {literal_text(name)} AS name, {rank} AS rank, {since} AS since, {ended} AS until FROM outcome_{promise}"


def _sources(context: Context, type: str) -> dict[str, str]:
    """The source that most rows of each event type come from."""
    rows = context.engine.rows("SELECT type, source FROM event WHERE object_type = ? GROUP BY 1, 2 ORDER BY count(*), source DESC", (type,))
    return {str(event): str(source) for event, source in rows}


def _hand(context: Context, stretch: Stretch, owner: str | None) -> Hand | None:
    """Who has it from one event to the other: as the closest promise or stage says, else the owner of the data, else who owes the whole."""
    for name in stretch.promised_by:
        promise, _, stage = name.partition(".stages.")
        found = _of_stage(context.promises[promise], stage) if stage else promisor(context.promises[promise])
        if found is not None:
            return found
    if owner is not None:
        return Hand(owner, frozenset({owner}), named=False)
    owing = [promisor(one) for one in context.promises.values() if one.subject == stretch.object_type and one.kind == CUSTOMER]
    return next((hand for hand in owing if hand is not None), None)


def promisor(promise: Promise) -> Hand | None:
    """Who owes a promise, with the roles that answer for it; None where the book does not say."""
    if not promise.promisor:
        return None
    roles = frozenset(promise.owners) | ({promise.promisor["role"]} if "role" in promise.promisor else set())
    return Hand(", ".join(promise.promisor.values()), roles)


def _of_stage(promise: Promise, key: str) -> Hand:
    owner = promise.stages[key].owner
    return Hand(key, frozenset({owner} if owner else ()))


def _promisee(context: Context, type: str, event: str, what: str) -> Hand | None:
    """Who is owed the promise to a customer that an event begins or fulfils (`anchor`, `fulfil`); where it says no more, a customer."""
    for promise in context.promises.values():
        named = promise.anchor if what == "anchor" else promise.fulfil.event
        if (promise.subject, named, promise.kind) == (type, event, CUSTOMER):
            return Hand((promise.promisee or CUSTOMER).rpartition(".")[2])
    return None


def _handed(one: Stretch, gives: Hand | None, takes: Hand | None) -> Stretch:
    return Stretch(one.object_type, one.before, one.event, one.times, one.half_us, one.covered, one.promised_by, gives, takes)


def _way(stretches: Sequence[Stretch], first: str) -> tuple[Stretch, ...]:
    """From the usual beginning by the most usual next event, until there is none or one comes again."""
    found: list[Stretch] = []
    seen, here = {first}, first
    while True:
        further = [one for one in stretches if one.before == here and one.event not in seen]
        if not further:
            return tuple(found)
        found.append(max(further, key=lambda one: (one.times, one.event)))
        here = found[-1].event
        seen.add(here)


def _in_turn(hands: Sequence[Hand | None]) -> tuple[Hand, ...]:
    """Without what is not known, and each once as long as it stays in the same hand, by the name that a promise gives it."""
    found: list[Hand] = []
    for hand in hands:
        if hand is None:
            continue
        if not found or not found[-1].same(hand):
            found.append(hand)
        elif hand.named and not found[-1].named:
            found[-1] = hand
    return tuple(found)
