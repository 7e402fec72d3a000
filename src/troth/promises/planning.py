"""What judging a promise needs: its variants grouped by shape and zone, with their amounts and calendars."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from troth.book import Definition, Variant
from troth.kernel.errors import BookError
from troth.kernel.instant import to_us
from troth.promises.assigning import Chosen
from troth.promises.calendars import Clock
from troth.promises.clocks import Covered, Reach, covered_by, covering, load_clocks, reach_of
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
    """variants, clocks: terms and their calendars, by their numbers in assigned_<promise>. groups: of all variants; former: of the terms
    that were corrected since, by the number of what corrects them. events_at_hand: those whose instants assigned_<promise> has.
    """

    terms: Terms
    variants: Mapping[int, Variant[Promise]]
    clocks: Mapping[int, Clock | None]
    groups: list[Group]
    former: list[Group]
    events_at_hand: frozenset[str]

    def events(self) -> set[str]:
        return {event for group in (*self.groups, *self.former) for event in group.shape.events()}


def plan_of(terms: Terms, chosen: Chosen, record: Record) -> Plan:
    groups = groups_of({number: one.definition for number, one in chosen.variants.items()}, chosen.clocks, record)
    former = groups_of({n: one.former for n, one in chosen.variants.items() if one.former is not None}, chosen.former, record)
    return Plan(terms, chosen.variants, chosen.clocks, groups, former, chosen.events)


def groups_of(definitions: Mapping[int, Definition[Promise]], clocks: Mapping[int, Clock | None], record: Record) -> list[Group]:
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


def make_clocks(
    engine: Engine, planned: Sequence[Plan], record: Record, at: datetime, covered: Covered | None = None
) -> tuple[dict[Clock, int], Covered | None]:
    """The tables of business time, the place of each calendar in them, and how far they go; no tables where no promise has a calendar.

    covered: how far they go in the snapshot of which this is a part: then all stretches of working time stand there already.
    """
    groups = [group for plan in planned for group in (*plan.groups, *plan.former)]
    codes = {clock: code for code, clock in enumerate(dict.fromkeys(one for group in groups for one in group.clocks if one is not None))}
    if not codes:
        return codes, None
    known = covered is not None
    if covered is None:
        reach = reduce(or_, (reach_of(literals) for group in groups for literals in group.literals), Reach())
        covered, calendars = covering(tuple(codes), span_with(record, at), reach, paused=any(group.pauses for group in groups))
    else:
        calendars = covered_by(tuple(codes), covered)
    times = {text for group in groups for text in _cutoffs(group)}
    instants = f"{instants_of(record.attributes)} UNION ALL SELECT {literal_instant(to_us(at)).sql('duckdb')}"
    load_clocks(engine, calendars, times, covered, instants, working_time=not known)
    return codes, covered


def span_with(record: Record, at: datetime) -> tuple[int, int]:
    """The first and the last instant from which time is counted, where promises are judged at one."""
    return min(record.span[0], to_us(at)), max(record.span[1], to_us(at))


def _cutoffs(group: Group) -> set[str]:
    """The times of day after which a group's promises count from the next working day."""
    if not any(isinstance(node, Call) and node.function == cutoff.NAME for tree in group.shape.trees() for node in all_in(tree)):
        return set()
    return {one.value for literals in group.literals for one in literals if isinstance(one, Text) and TIME_OF_DAY.fullmatch(one.value)}


def raise_problems(places: Iterable[Places]) -> None:
    problems = {str(problem): None for one in places for problem in one.problems}
    if problems:
        raise BookError("\n".join(problems))
