"""From terms to outcome tables: who is bound by which, one query a shape, then where the delay of each broken one arose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from troth.book import Definition, Variant
from troth.kernel.errors import BookError, ExpressionError
from troth.promises.assigning import choose, only, read_of
from troth.promises.compile import Assigned, Query, compile_shape
from troth.promises.definition import Promise, Stage
from troth.promises.naming import Record, column
from troth.promises.places import Places
from troth.promises.shape import Parameter, Shape, closed, shape_of
from troth.promises.shares import make_shares
from troth.promises.tables import group_rows, keep_terms, load_amounts, load_variants
from troth.promises.terms import Terms
from troth.query import literal_text, names_in, parse
from troth.query.tree import Literal
from troth.record import Engine


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What outcome_<promise> holds. promise: as it stands, with the stages of all its variants.

    corrected: former_<promise> holds what was judged by terms that were corrected since.
    """

    name: str
    promise: Promise
    variants: tuple[Variant[Promise], ...]
    corrected: bool


def make_outcomes(engine: Engine, terms: Sequence[Terms], record: Record, at: datetime) -> list[Outcomes]:
    """outcome_<promise> for the terms of every promise, judged at an instant; and `terms`, what bound whom.

    Raises BookError, with every mistake, for terms that name what the record does not hold.
    """
    chosen = _chosen(engine, terms, record)
    for type in sorted({one.current.value.subject for one in terms}):
        bound = [
            d.value
            for one, variants in zip(terms, chosen, strict=True)
            if one.current.value.subject == type
            for d in _definitions(variants)
        ]
        make_instants(engine, type, _events(bound) & record.events_of(type))
    made = [_judged(engine, one, variants, record, at) for one, variants in zip(terms, chosen, strict=True)]
    keep_terms(engine, [(one.name, one.variants) for one in made])
    return made


def make_instants(engine: Engine, type: str, events: Iterable[str]) -> None:
    """instants_<type>: the first instant of each event type, one row an object."""
    firsts = "".join(f", min(occurred) FILTER (type = {literal_text(e)}) AS {column(e)}" for e in sorted(events))
    engine.run(
        f"CREATE OR REPLACE TABLE instants_{type} AS SELECT object{firsts} FROM event"
        f" WHERE object_type = {literal_text(type)} GROUP BY object"
    )


def _chosen(engine: Engine, terms: Sequence[Terms], record: Record) -> list[tuple[Variant[Promise], ...]]:
    """The variants of each promise; where there are several, assigned_<promise> says whom each binds."""
    alone = [only(one) for one in terms]
    several = [one for one, variant in zip(terms, alone, strict=True) if variant is None]
    for type in sorted({one.current.value.subject for one in several}):
        mine = [one for one in several if one.current.value.subject == type]
        read = [text for one in mine for by in one.by if (text := read_of(by, type, record)) is not None]
        needed = {one.current.value.anchor for one in mine} | {name.dotted for text in read for name in names_in(parse(text))}
        anchors = [Places(one.current, record) for one in mine]
        for places in anchors:
            places.event(places.definition.value.anchor, "anchor")
        _raise(anchors)
        make_instants(engine, type, needed & record.events_of(type))
    return [(variant,) if variant else choose(engine, one, record).variants for one, variant in zip(terms, alone, strict=True)]


@dataclass(frozen=True, slots=True)
class _Group:
    """Variants of one shape: their places among all variants, and their amounts."""

    shape: Shape
    members: list[int]
    literals: list[tuple[Literal, ...]]
    places: Places


def _judged(engine: Engine, terms: Terms, variants: tuple[Variant[Promise], ...], record: Record, at: datetime) -> Outcomes:
    name = terms.name
    several = only(terms) is None
    stages = _stages([terms.current.value, *(variant.definition.value for variant in variants)])
    load_variants(engine, f"variant_{name}", variants)
    groups = _groups([variant.definition for variant in variants], record)
    _make(engine, f"outcome_{name}", name, groups, stages, at, assigned=f"assigned_{name}" if several else None)
    formers = {place: variant.former for place, variant in enumerate(variants) if variant.former is not None}
    if formers:
        before = f"assigned_{name}_before"
        listed = ", ".join(map(str, formers))
        engine.run(f"CREATE OR REPLACE TABLE {before} AS SELECT * FROM assigned_{name} WHERE variant IN ({listed})")
        old = [formers.get(place, variant.definition) for place, variant in enumerate(variants)]
        _make(engine, f"former_{name}", name, _groups(old, record, only=set(formers)), stages, None, assigned=before)
        engine.run(f"DROP TABLE {before}")
    if several:
        engine.run(f"DROP TABLE assigned_{name}")
    engine.run(f"DROP TABLE variant_{name}")
    return Outcomes(name, terms.current.value.model_copy(update={"stages": stages}), variants, bool(formers))


def _groups(definitions: Sequence[Definition[Promise]], record: Record, only: set[int] | None = None) -> list[_Group]:
    groups: dict[Shape, _Group] = {}
    for place, definition in enumerate(definitions):
        if only is not None and place not in only:
            continue
        places = Places(definition, record)
        shape, literals = shape_of(places.definition.value, places)
        _raise([places])
        group = groups.setdefault(shape, _Group(shape, [], [], places))
        group.members.append(place)
        group.literals.append(literals)
    return list(groups.values())


def _make(
    engine: Engine, target: str, name: str, groups: Sequence[_Group], stages: dict[str, Stage], at: datetime | None, *, assigned: str | None
) -> None:
    """The rows of all groups in one table. at: when delay shares are taken; without it none are."""
    selects = []
    queries: list[tuple[_Group, Query, tuple[Parameter, ...]]] = []
    for number, group in enumerate(groups):
        shape, parameters = closed(group.shape, group.literals)
        queries.append(
            (group, compile_shape(shape, group.places, Assigned(assigned, f"amounts_{name}_{number}") if assigned else None), parameters)
        )
    _raise(group.places for group in groups)
    for number, (group, query, parameters) in enumerate(queries):
        if assigned:
            load_amounts(engine, f"amounts_{name}_{number}", group.members, parameters)
        judged = f"judged_{name}_{number}"
        engine.run(f"CREATE OR REPLACE TABLE {judged} AS {query.select}")
        shares = make_shares(engine, judged, query, at) if at else None
        selects.append(group_rows(judged, query, shares, name, stages, former=at is None))
    engine.run(f"DROP TABLE IF EXISTS {target}")
    engine.run(f"CREATE TABLE {target} AS {' UNION ALL '.join(selects)} ORDER BY month, subject")
    for number in range(len(groups)):
        for table in (f"amounts_{name}_{number}", f"share_judged_{name}_{number}", f"judged_{name}_{number}"):
            engine.run(f"DROP TABLE IF EXISTS {table}")


def _stages(promises: Sequence[Promise]) -> dict[str, Stage]:
    """The stages of all, in the order of the promise as it stands, then of those that only some have."""
    found: dict[str, Stage] = {}
    for promise in promises:
        for key, stage in promise.stages.items():
            found.setdefault(key, stage)
    return found


def _definitions(variants: Sequence[Variant[Promise]]) -> list[Definition[Promise]]:
    found: list[Definition[Promise]] = []
    for variant in variants:
        found += [variant.definition, variant.former] if variant.former else [variant.definition]
    return found


def _events(promises: Iterable[Promise]) -> set[str]:
    needed: set[str] = set()
    for promise in promises:
        needed |= {promise.anchor, promise.fulfil.event}
        needed |= {event for stage in promise.stages.values() for event in (stage.from_, stage.to)}
        for text in (promise.due, promise.void_when, promise.fulfil.claimed_by, *(s.budget for s in promise.stages.values())):
            needed |= _named(text) if text else set()
    return needed


def _named(text: str) -> set[str]:
    try:
        return {name.dotted for name in names_in(parse(text))}
    except ExpressionError:
        return set()  # told with its place when the shape is made


def _raise(places: Iterable[Places]) -> None:
    problems = {str(problem): None for one in places for problem in one.problems}
    if problems:
        raise BookError("\n".join(problems))
