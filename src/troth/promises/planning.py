"""What judging a promise needs: its variants grouped by shape and zone, with their amounts and calendars."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_

from troth.book import Definition, Variant
from troth.kernel.errors import BookError
from troth.kernel.instant import to_us
from troth.promises.assigning import Chosen
from troth.promises.calendars import Clock
from troth.promises.clocks import Reach, load_clocks, reach_of
from troth.promises.definition import Pause, Promise
from troth.promises.naming import Record, in_zone, instants_of
from troth.promises.places import Places
from troth.promises.shape import Shape, shape_of
from troth.promises.terms import Terms
from troth.query import literal_instant
from troth.query.functions import cutoff
from troth.query.tree import Call, Literal, Text, all_in
from troth.record import Engine

TIME_OF_DAY = re.compile(r"\d{1,2}(:\d{2}){0,2}")


@dataclass(frozen=True, slots=True)
class Group:
    """Variants of one shape and one way of pausing whose calendars are of one zone: their places among all variants, their amounts and
    their calendars.
    """

    shape: Shape
    pauses: tuple[Pause, ...]
    members: list[int]
    literals: list[tuple[Literal, ...]]
    clocks: list[Clock | None]
    places: Places


@dataclass(frozen=True, slots=True)
class Plan:
    """clocks: the calendar of each variant. groups: of all variants; former: of the terms that were corrected since, by the place of
    what corrects them. events_at_hand: those whose instants assigned_<promise> has.
    """

    terms: Terms
    variants: tuple[Variant[Promise], ...]
    clocks: tuple[Clock | None, ...]
    groups: list[Group]
    former: list[Group]
    events_at_hand: frozenset[str]

    def events(self) -> set[str]:
        return {event for group in (*self.groups, *self.former) for event in group.shape.events()}


def plan_of(terms: Terms, chosen: Chosen, record: Record) -> Plan:
    groups = groups_of({place: variant.definition for place, variant in enumerate(chosen.variants)}, chosen.clocks, record)
    former = groups_of({n: one.former for n, one in enumerate(chosen.variants) if one.former is not None}, chosen.former, record)
    return Plan(terms, chosen.variants, chosen.clocks, groups, former, chosen.events)


def groups_of(definitions: Mapping[int, Definition[Promise]], clocks: Sequence[Clock | None], record: Record) -> list[Group]:
    """Local times are of the calendar's zone, so each zone has its own query."""
    groups: dict[tuple[Shape, tuple[Pause, ...], str | None], Group] = {}
    known: dict[tuple[int, str | None], tuple[Group, tuple[Literal, ...]]] = {}  # by the id of what the book has once for all
    for place, definition in definitions.items():
        clock = clocks[place]
        zone = clock.zone if clock is not None else None
        if (id(definition.value), zone) not in known:
            places = Places(definition, record if zone is None else in_zone(record, zone))
            shape, literals = shape_of(definition.value, places)
            raise_problems([places])
            pauses = definition.value.pause_while
            known[id(definition.value), zone] = groups.setdefault((shape, pauses, zone), Group(shape, pauses, [], [], [], places)), literals
        group, literals = known[id(definition.value), zone]
        group.members.append(place)
        group.literals.append(literals)
        group.clocks.append(clock)
    return list(groups.values())


def events_of(definition: Definition[Promise], record: Record) -> set[str]:
    """The events on record that a definition names; one that cannot be read is told when its plan is made."""
    named = shape_of(definition.value, Places(definition, record))[0].events()
    return named & record.events_of(definition.value.subject)


def make_clocks(engine: Engine, planned: Sequence[Plan], record: Record, at: datetime) -> dict[Clock, int]:
    """The tables of business time, and the place of each calendar in them; no tables where no promise has a calendar."""
    groups = [group for plan in planned for group in (*plan.groups, *plan.former)]
    codes = {clock: code for code, clock in enumerate(dict.fromkeys(one for group in groups for one in group.clocks if one is not None))}
    if codes:
        span = min(record.span[0], to_us(at)), max(record.span[1], to_us(at))
        reach = reduce(or_, (reach_of(literals) for group in groups for literals in group.literals), Reach())
        if any(group.pauses for group in groups):
            reach = replace(reach, clock_us=reach.clock_us + span[1] - span[0])
        times = {text for group in groups for text in _cutoffs(group)}
        instants = f"{instants_of(record.attributes)} UNION ALL SELECT {literal_instant(to_us(at)).sql('duckdb')}"
        load_clocks(engine, tuple(codes), times, span, reach, instants)
    return codes


def _cutoffs(group: Group) -> set[str]:
    """The times of day after which a group's promises count from the next working day."""
    if not any(isinstance(node, Call) and node.function == cutoff.NAME for tree in group.shape.trees() for node in all_in(tree)):
        return set()
    return {one.value for literals in group.literals for one in literals if isinstance(one, Text) and TIME_OF_DAY.fullmatch(one.value)}


def raise_problems(places: Iterable[Places]) -> None:
    problems = {str(problem): None for one in places for problem in one.problems}
    if problems:
        raise BookError("\n".join(problems))
