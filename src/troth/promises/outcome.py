"""From terms to outcome tables: who is bound by which, one query a shape, then where the delay of each broken one arose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from troth.book import Definition, Variant
from troth.promises.assigning import Chosen, choose, only, read_of, with_instants
from troth.promises.calendars import Clock
from troth.promises.clocks import Covered
from troth.promises.compile import Assigned, From, Query, compile_shape
from troth.promises.definition import Promise, Stage
from troth.promises.keeping import in_order, keep_all, keep_enough, keep_out
from troth.promises.naming import Record, column, make_owners, owners_in
from troth.promises.pauses import Paused, cut_out, make_pauses
from troth.promises.places import Places
from troth.promises.planning import Group, Plan, events_of, make_clocks, plan_of, raise_problems
from troth.promises.shape import Parameter, closed
from troth.promises.shares import make_shares
from troth.promises.spans import WHOLE, Span, spans
from troth.promises.tables import Bound, bound_by, group_rows, keep_terms, load_amounts, load_variants
from troth.promises.terms import Terms
from troth.promises.turns import Turns, comes_again, make_turns, turned, with_turns
from troth.query import literal_text, names_in, parse
from troth.record import Engine


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What outcome_<promise> holds. promise: as it stands, with the stages of all its variants; of one that comes again, about its turns.

    corrected: former_<promise> holds what was judged by terms that were corrected since. clocks: the calendars that it was judged by;
    covered: how far those of all promises are written out. bound: what binds any subject, as outcomes bear it.
    """

    name: str
    promise: Promise
    variants: tuple[Variant[Promise], ...]
    corrected: bool
    clocks: tuple[Clock, ...] = ()
    covered: Covered | None = None
    bound: frozenset[Bound] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands already of outcomes of which only some are made again. bound: what binds any subject of a promise, by its name.

    stages: those of all its terms. covered: how far calendars are written out, None where no promise has one.
    """

    bound: Mapping[str, frozenset[Bound]]
    stages: Mapping[str, dict[str, Stage]]
    covered: Covered | None


def make_outcomes(engine: Engine, terms: Sequence[Terms], record: Record, at: datetime, standing: Standing | None = None) -> list[Outcomes]:
    """outcome_<promise> for the terms of every promise, judged at an instant; `terms`, what bound whom; `pause`, what stopped whose clock.

    standing: the engine holds some subjects only, and their outcomes are to be put among the others'. Then no table `terms` and
    `working_time` is made, which are of all.
    Raises BookError, with every mistake, for terms that name what the record does not hold.
    """
    terms, record = _with_turns(engine, terms, record, at)
    instants: dict[str, set[str]] = {}
    planned = [plan_of(one, chosen, record) for one, chosen in _chosen(engine, terms, record, instants)]
    for type in sorted({one.current.value.subject for one in terms}):
        mine = [plan for plan in planned if plan.terms.current.value.subject == type]
        needed = {event for plan in mine for event in plan.events()} & record.events_of(type)
        if type not in record.turns and not needed <= instants.get(type, set()):
            make_instants(engine, type, needed)
    for plan in planned:
        subject = plan.terms.current.value.subject
        if only(plan.terms) is None and not plan.events() & record.events_of(subject) <= plan.events_at_hand:
            with_instants(engine, plan.terms)
        trees = [tree for group in (*plan.groups, *plan.former) for tree in group.shape.trees()]
        make_owners(engine, subject, owners_in(trees, subject, record))
    codes, covered = make_clocks(engine, planned, record, at, standing.covered if standing else None)
    make_pauses(engine)
    by_name = {plan.terms.name: plan for plan in planned}
    needs = {
        name: sorted({one for group in (*plan.groups, *plan.former) for one, _ in group.shape.keeping.all_of})
        for name, plan in by_name.items()
    }
    judged = {name: _judged(engine, by_name[name], codes, at, standing) for name in in_order(needs)}
    made = [replace(judged[name], covered=covered) for name in by_name]
    if standing is None:
        keep_terms(engine, [(one.name, one.variants) for one in made])
    return made


def _with_turns(engine: Engine, terms: Sequence[Terms], record: Record, at: datetime) -> tuple[Sequence[Terms], Record]:
    """The turns of every promise that comes again, and its terms about them."""
    again = {one.name: one.current.value for one in comes_again(terms)}
    if not again:
        return terms, record
    whole = with_turns(record, again)
    for name, promise in again.items():
        make_turns(engine, Turns.of(name, promise, record), at)
    return [turned(one, record) if one.name in again else one for one in terms], whole


def make_instants(engine: Engine, type: str, events: Iterable[str]) -> None:
    """instants_<type>: the first instant of each event type, one row an object."""
    firsts = "".join(f", min(occurred) FILTER (type = {literal_text(e)}) AS {column(e)}" for e in sorted(events))
    into = f"CREATE OR REPLACE TABLE instants_{type} AS"
    # Made part by part, so that what is near in the table is near by code, and a part of it is read without the rest.
    for span in spans(engine, f"object_{type}", "code"):
        mine = f"object_type = {literal_text(type)} AND {span.of('object')}"
        engine.run(f"{into} SELECT object{firsts} FROM event WHERE {mine} GROUP BY object")
        into = f"INSERT INTO instants_{type}"


def _chosen(engine: Engine, terms: Sequence[Terms], record: Record, instants: dict[str, set[str]]) -> list[tuple[Terms, Chosen]]:
    """The variants of each promise; where there are several, assigned_<promise> says whom each binds.

    instants: filled with the events of each type that instants_<type> holds already, those of the promises as they stand.
    """
    alone = [only(one) for one in terms]
    several = [one for one, variant in zip(terms, alone, strict=True) if variant is None]
    for type in sorted({one.current.value.subject for one in several}):
        mine = [one for one in several if one.current.value.subject == type]
        anchors = [Places(one.current, record) for one in mine]
        for places in anchors:
            places.event(places.definition.value.anchor, "anchor")
        raise_problems(anchors)
        read = [text for one in mine for by in one.by if (text := read_of(by, type, record)) is not None]
        named = {name.dotted for text in read for name in names_in(parse(text))}
        standing = {event for one in terms if one.current.value.subject == type for event in events_of(one.current, record)}
        instants[type] = named & record.events_of(type) | standing
        if type not in record.turns:
            make_instants(engine, type, instants[type])
    return [
        (one, _alone(one, variant) if variant else choose(engine, one, record, events_of(one.current, record)))
        for one, variant in zip(terms, alone, strict=True)
    ]


def _alone(terms: Terms, variant: Variant[Promise]) -> Chosen:
    ((_, _, clock),) = terms.clocks(variant.definition.value.calendar, {})
    return Chosen({0: variant}, {0: clock}, {0: clock}, frozenset())


def _judged(engine: Engine, plan: Plan, codes: Mapping[Clock, int], at: datetime, standing: Standing | None) -> Outcomes:
    name, variants = plan.terms.name, plan.variants
    several = only(plan.terms) is None
    others = sorted((group.places.definition for group in (*plan.groups, *plan.former)), key=lambda one: one.hash)
    stages = standing.stages[name] if standing else _stages([plan.terms.current, *others])
    mine = bound_by(variants, plan.clocks)
    bound = frozenset(mine.values())
    load_variants(engine, f"variant_{name}", variants, mine, bound | standing.bound[name] if standing else bound)
    _make(engine, f"outcome_{name}", name, plan.groups, codes, stages, at, assigned=f"assigned_{name}" if several else None)
    if plan.former:
        before = f"assigned_{name}_before"
        listed = ", ".join(str(place) for group in plan.former for place in group.members)
        engine.run(f"CREATE OR REPLACE TABLE {before} AS SELECT * FROM assigned_{name} WHERE variant IN ({listed})")
        _make(engine, f"former_{name}", name, plan.former, codes, stages, at, assigned=before, former=True)
        engine.run(f"DROP TABLE {before}")
    if several:
        engine.run(f"DROP TABLE assigned_{name}")
    engine.run(f"DROP TABLE variant_{name}")
    clocks = tuple(dict.fromkeys(clock for clock in plan.clocks.values() if clock is not None))
    promise = plan.terms.current.value.model_copy(update={"stages": stages})
    return Outcomes(name, promise, tuple(variants.values()), bool(plan.former), clocks, bound=bound)


def _make(
    engine: Engine,
    target: str,
    name: str,
    groups: Sequence[Group],
    codes: Mapping[Clock, int],
    stages: dict[str, Stage],
    at: datetime,
    *,
    assigned: str | None,
    former: bool = False,
) -> None:
    """The rows of all groups in one table, with delay shares as they are at an instant; by former terms without them."""
    measured = any(group.shape.keeping.amount is not None for group in groups)
    subject = groups[0].places.definition.value.subject
    rows, part, own = assigned or f"instants_{subject}", f"part_{name}", f"own_{name}"
    queries: list[tuple[Group, Query, tuple[Parameter, ...]]] = []
    for number, group in enumerate(groups):
        shape, parameters = closed(group.shape, group.literals)
        amounts = Assigned(part, f"amounts_{name}_{number}") if assigned else None
        code = codes[group.clocks[0]] if group.clocks[0] is not None else None
        calendar = None if code is None else "p.calendar" if assigned else str(code)
        queries.append((group, compile_shape(shape, group.places, amounts, calendar, From(own, part)), parameters))
    raise_problems(group.places for group in groups)
    engine.run(f"DROP TABLE IF EXISTS {target}")
    into = f"CREATE TABLE {target} AS"
    for number, (group, query, parameters) in enumerate(queries):
        if assigned:
            calendars = [codes[clock] if clock is not None else None for clock in group.clocks]
            load_amounts(engine, f"amounts_{name}_{number}", group.members, parameters, calendars)
        for span in _spans(engine, rows, group):
            engine.run(f"CREATE OR REPLACE VIEW {part} AS SELECT * FROM {rows} WHERE {span.of('object')}")
            engine.run(f"CREATE OR REPLACE VIEW {own} AS SELECT * FROM object_{subject} WHERE {span.of('code')}")
            judged = f"judged_{name}_{number}"
            engine.run(f"CREATE OR REPLACE TABLE {judged} AS {query.select}")
            if group.pauses:
                cut_out(engine, judged, query, Paused(name, group.places.definition.value.subject, group.pauses), at, evidence=not former)
            _keep(engine, judged, query, group, at)
            shares = None if former else make_shares(engine, judged, query, at)
            engine.run(f"{into} {group_rows(judged, query, shares, name, stages, measured=measured, former=former)}")
            into = f"INSERT INTO {target}"
            for table in (f"share_{judged}", judged):
                engine.run(f"DROP TABLE IF EXISTS {table}")
        engine.run(f"DROP TABLE IF EXISTS amounts_{name}_{number}")
    for view in (part, own):
        engine.run(f"DROP VIEW IF EXISTS {view}")


def _spans(engine: Engine, rows: str, group: Group) -> tuple[Span, ...]:
    """What of a table of instants is judged at once, so that it has room in memory.

    What looks at more than the subject's own instants is judged as a whole: each part would read all of that again.
    """
    keeping = group.shape.keeping
    beyond = keeping.parts is not None or keeping.absent or keeping.all_of or keeping.amount is not None or group.pauses
    return WHOLE if beyond else spans(engine, rows)


def _keep(engine: Engine, judged: str, query: Query, group: Group, at: datetime) -> None:
    """What keeps a promise, where that takes its due."""
    keeping, subject = group.shape.keeping, group.places.definition.value.subject
    if keeping.absent:
        keep_out(engine, judged, subject, keeping, at)
    elif query.each is not None:
        keep_enough(engine, judged, subject, keeping, query.each)
    elif keeping.all_of:
        keep_all(engine, judged, subject, keeping, dated=group.shape.due is not None)


def _stages(definitions: Sequence[Definition[Promise]]) -> dict[str, Stage]:
    """The stages of all, in the order of the promise as it stands, then of those that only some have."""
    found: dict[str, Stage] = {}
    for definition in definitions:
        for key, stage in definition.value.stages.items():
            found.setdefault(key, stage)
    return found
