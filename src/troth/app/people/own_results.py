"""Somebody's own results, told to that one alone, and written down that they were read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from troth.access import EVERYTHING, Viewer
from troth.app.answers.metrics import dimensions_of, metric_ground, metric_of
from troth.app.pages.served import Served
from troth.app.people.access import Access
from troth.app.people.signing_in import NotLetIn, fits
from troth.app.reading import Reading
from troth.kernel.errors import NotFound
from troth.metrics.own_results import OWN_RESULTS, Cycle, OwnResults, own_cycles

READ = "results.read"


@dataclass(frozen=True, slots=True)
class OwnMetric:
    """better: which way is good, None where neither is. cycles: closed ones, the newest
    first. unit: share, seconds, a currency, or nothing.
    """

    metric: str
    words: str
    unit: str
    better: Literal["higher", "lower"] | None
    cycles: tuple[Cycle, ...]


@dataclass(frozen=True, slots=True)
class Own:
    """One definition of results/. cycle: day, week, month, quarter or year. least: of how many units an own figure is."""

    name: str
    words: str
    cycle: str
    least: int
    metrics: tuple[OwnMetric, ...]


def own_results(access: Access | None, served: Served, viewer: Viewer) -> tuple[Own, ...]:
    """What the book shows a person of their own work, and of their team's, of every closed cycle.

    It is of whoever is signed in by a session: no role and no scope opens it for another, and no token or link of a letter opens it at
    all. Raises NotFound where the account is nobody's of the staff, the book shows nothing, or they rest since a link set another password.
    """
    person = None if access is None or access.accounts.find(viewer.id) is None else access.persons.of(viewer.id)
    if access is None or person is None:
        raise NotFound("this account has no results of its own", next_step="Whoever gives access says whose it is: troth access person")
    if access.persons.resting(viewer.id) is not None:
        raise NotFound("these results rest, since the password was set by a link", next_step="Say under Your own results whose they are.")
    told = served.asked(EVERYTHING, lambda reading: _of(reading, person))
    if not told:
        raise NotFound("the book shows nobody their own results", next_step="Declare what is shown in results/.")
    access.persons.open(viewer.id, access.now())
    access.record(viewer.id, READ, viewer.id)
    return told


def wake(access: Access, viewer: Viewer, former: str) -> NotLetIn | None:
    """Own results rest no more, once their owner says the password that was theirs before the link."""
    rest = access.persons.resting(viewer.id)
    refusal = None if rest is None else fits(access, viewer.id, former, rest.former)
    if rest is not None and refusal is None:
        access.persons.wake(viewer.id)
        access.record(viewer.id, "results.woken", viewer.id)
    return refusal


def _of(reading: Reading, person: str) -> tuple[Own, ...]:
    ground, dimensions = metric_ground(reading), dimensions_of(reading)
    found = []
    for name, one in reading.rules.book.definitions(OWN_RESULTS.name, OwnResults).items():
        said, metrics = one.value, []
        for metric in said.metrics:
            defined = metric_of(reading, metric)
            unit, cycles = own_cycles(reading.context.engine, metric, defined, said, person, ground, dimensions)
            metrics.append(OwnMetric(metric, defined.words, unit, defined.better, cycles))
        found.append(Own(name, said.words, said.cycle, said.least, tuple(metrics)))
    return tuple(found)
