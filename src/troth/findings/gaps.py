"""What nobody has promised, nobody answers for or nobody is owed: the holes in a book, each with what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from troth.findings.context import Context
from troth.findings.journeys import Journey
from troth.findings.words import number
from troth.kernel.errors import TrothError
from troth.promises import Promise
from troth.query import literal_text, names_in, parse

GapKind = Literal[
    "stage without owner", "promise without owner", "promise to nobody", "handoff nobody promised", "event nobody uses",
    "role promises nothing", "unit promises nothing",
]  # fmt: skip
UNITS = ("branch", "department", "depot", "office", "plant", "shop", "site", "store", "team", "unit", "warehouse")
NAMED = 20


@dataclass(frozen=True, slots=True)
class Gap:
    """about: the address in the book, or what it is in the data. says: one sentence. next_act: what to do.

    count: how many rows of the record it is about, None where it is about the book alone.
    """

    kind: GapKind
    about: str
    says: str
    next_act: str
    count: int | None = None


def answered_for(promises: Mapping[str, Promise]) -> Iterator[Gap]:
    """Stages without owner, promises without owner, promises that are owed to nobody."""
    for name, promise in promises.items():
        address = f"promises.{name}"
        for key, stage in promise.stages.items():
            if stage.owner is None:
                called = stage.words or key
                says = f"Nobody answers for the stage '{called}' of '{promise.words}'."
                yield Gap("stage without owner", f"{address}.stages.{key}", says, f"Give the stage an owner: {address}.stages.{key}.owner")
        if not promise.owners:
            says = f"Nobody answers for '{promise.words}'."
            yield Gap("promise without owner", address, says, f"Give the promise an owner: {address}.owners")
        if not promise.promisee:
            says = f"'{promise.words}' does not say who is owed it."
            yield Gap("promise to nobody", address, says, f"Say who is owed: {address}.promisee")


def unpromised(found: Iterable[Journey]) -> Iterator[Gap]:
    """Where an object usually changes hands, and no stage and no promise covers what comes then."""
    for journey in found:
        for one in journey.stretches:
            if one.promised or not one.changes_hands or one.gives is None or one.takes is None:
                continue
            inside = " in the file" if journey.sample else ""
            says = (
                f"From '{one.before}' to '{one.event}' of {journey.object_type} nobody promised anything: it goes from {one.gives.name} to"
                f" {one.takes.name}, {number(one.times)} times{inside}, half of them within {_long(one.half_us)}."
            )
            act = f"Promise it: an internal promise or a stage from '{one.before}' to '{one.event}', owed by {one.takes.name}"
            yield Gap("handoff nobody promised", f"{journey.object_type}: {one.before} > {one.event}", says, act, one.times)


def unused(context: Context, definitions: Mapping[str, Iterable[Promise]]) -> Iterator[Gap]:
    """Event types on record that no promise, stage or pause uses. definitions: of each promise, in all its versions and layers."""
    used = {pair for each in definitions.values() for promise in each for pair in events_in(promise)}
    rows = context.engine.rows("SELECT object_type, type, count(*) FROM event GROUP BY 1, 2 ORDER BY 1, 2") if context.has("event") else []
    for type, event, count in rows:
        if (type, event) not in used:
            says = f"'{event}' of {type} is on record {number(int(count))} times, and no promise, stage or pause uses it."
            act = f"Say what it ends or begins: a promise or a stage about {type}; or leave it, if it is only told"
            yield Gap("event nobody uses", f"{type}: {event}", says, act, int(count))


def events_in(promise: Promise) -> Iterator[tuple[str, str]]:
    """The object type and name of everything that a promise may mean by an event: also names in its expressions, which may be none."""
    subject = promise.subject
    yield subject, promise.anchor
    if promise.fulfil.event:
        yield promise.fulfil.of or promise.fulfil.all or subject, promise.fulfil.event
    for stage in promise.stages.values():
        yield subject, stage.from_
        yield subject, stage.to
    for pause in promise.pause_while:
        yield pause.of or subject, pause.from_
        yield pause.of or subject, pause.to
    expressions = (promise.due, promise.within, promise.void_when, promise.fulfil.claimed_by, promise.fulfil.where)
    for text in (*expressions, *(s.budget for s in promise.stages.values())):
        yield from ((subject, named) for named in _names(text))


def _names(text: str | None) -> frozenset[str]:
    """The plain names in an expression; what cannot be read is told by the lint."""
    if text is None:
        return frozenset()
    try:
        return frozenset(name.dotted for name in names_in(parse(text)))
    except TrothError:
        return frozenset()


def silent_roles(promises: Mapping[str, Promise], roles: Iterable[str]) -> Iterator[Gap]:
    """Roles that owe nothing and answer for no promise and no stage."""
    speaking = {
        role for one in promises.values() for role in (*one.owners, *(s.owner for s in one.stages.values()), one.promisor.get("role"))
    }
    for role in dict.fromkeys(roles):
        if role not in speaking:
            says = f"{role} promises nothing to anybody, and answers for no promise."
            act = f"Ask whom {role} serves, and write down what they are promised: promisor: {{role: {role}}}"
            yield Gap("role promises nothing", f"role {role}", says, act)


def silent_units(context: Context, roles: Iterable[str]) -> Iterator[Gap]:
    """Departments that are owed something and promise nothing themselves, and units on record to which no promise leads."""
    promises = context.promises.values()
    owing = {name for one in promises for name in one.promisor.values()} | set(roles)
    owed = dict.fromkeys(one.promisee for one in promises if one.kind == "internal" and one.promisee and "." not in one.promisee)
    for unit in owed:
        if unit not in owing:
            says = f"{unit} is owed a promise, and promises nothing to anybody."
            yield Gap("unit promises nothing", f"unit {unit}", says, f"Ask whom {unit} serves: promisor: {{unit: {unit}}}")
    for type in UNITS:
        if context.has(f"object_{type}"):
            yield from _units_on_record(context, type)


def _units_on_record(context: Context, type: str) -> Iterator[Gap]:
    """Units that no promise is about: neither a unit itself, nor anything that belongs to it or that it belongs to."""
    subjects = dict.fromkeys((name, promise.subject) for name, promise in context.promises.items())
    reached = [f"SELECT subject AS code FROM outcome_{name}" for name, subject in subjects if subject == type]
    for name, subject in subjects:
        pair = f"{literal_text(subject)}, {literal_text(type)}"
        reached.append(
            f"SELECT r.to_code FROM relation r JOIN outcome_{name} o ON o.subject = r.from_code WHERE (r.from_type, r.to_type) = ({pair})"
        )
        reached.append(
            f"SELECT r.from_code FROM relation r JOIN outcome_{name} o ON o.subject = r.to_code WHERE (r.to_type, r.from_type) = ({pair})"
        )
    without = f"WHERE code NOT IN ({' UNION ALL '.join(reached)})" if reached else ""
    ids = [str(row[0]) for row in context.engine.rows(f"SELECT id FROM object_{type} {without} ORDER BY id")]
    if ids:
        named = ", ".join(ids[:NAMED]) + (f" and {number(len(ids) - NAMED)} more" if len(ids) > NAMED else "")
        says = f"{number(len(ids))} of the {type} objects on record have no promise that leads to them: {named}."
        yield Gap(
            "unit promises nothing", f"object type {type}", says, f"Ask whom each {type} serves, and what they are promised", len(ids)
        )


def _long(us: int) -> str:
    """A length of time in the largest unit of which it has two or more."""
    for unit, size in (("days", 86_400_000_000), ("hours", 3_600_000_000), ("minutes", 60_000_000)):
        if us >= 2 * size:
            return f"{us // size} {unit}"
    return f"{us // 1_000_000} seconds"
