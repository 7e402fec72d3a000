"""What a book leaves out: the ways of objects with who has them in hand, and the gaps, each with what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from troth.app.reading import Reading
from troth.app.rulebook.rules import Rules
from troth.book import Definition
from troth.findings.gaps import Gap, answered_for, silent_roles, silent_units, unpromised, unused
from troth.findings.journeys import Journey, journeys
from troth.promises import PROMISES, Promise


@dataclass(frozen=True, slots=True)
class Placed:
    """A gap with its place in the book, file:line:column; None where the book says nothing of it."""

    gap: Gap
    place: str | None


@dataclass(frozen=True, slots=True)
class Gaps:
    """journeys: of each object type with steps. gaps: those in the book first, then by what the record says."""

    journeys: tuple[Journey, ...]
    gaps: tuple[Placed, ...]


def gaps(reading: Reading) -> Gaps:
    """All that no promise covers: stages and promises that nobody answers for, handoffs, events, roles and units."""
    rules, context = reading.rules, reading.context
    standing = {name: one.value for name, one in rules.promises.items()}
    found = journeys(context, {name: one.value.owner for name, one in rules.sources.items()})
    every = {name: [one.value for one in rules.book.each(PROMISES.name, name, Promise)] for name in rules.promises}
    listed: list[Gap] = [
        *answered_for(standing),
        *unpromised(found),
        *silent_roles(standing, rules.book.company.roles),
        *silent_units(context, rules.book.company.roles),
        *unused(context, every),
    ]
    return Gaps(found, tuple(_placed(gap, rules) for gap in listed))


def _placed(gap: Gap, rules: Rules) -> Placed:
    kind, _, rest = gap.about.partition(".")
    if kind != PROMISES.name:
        return Placed(gap, None)
    name, *path = rest.split(".")
    definition: Definition[Promise] = rules.promises[name]
    problem = definition.problem(tuple(path), "")
    return Placed(gap, f"{problem.file}:{problem.line}:{problem.column}")


def kinds(found: Iterable[Placed]) -> dict[str, list[Placed]]:
    """Gaps by their kind, in the order in which they come."""
    by: dict[str, list[Placed]] = {}
    for one in found:
        by.setdefault(one.gap.kind, []).append(one)
    return by
