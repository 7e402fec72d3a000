"""Rewards of persons, rewards for how much was done, and rewards that no team could be given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from troth.book import Book, Definition, Problem
from troth.kernel.errors import ExpressionError, nearest
from troth.metrics.definition import METRICS, Metric
from troth.metrics.ground import Ground
from troth.metrics.lint import ground_of
from troth.metrics.own_results import OWN_RESULTS, OwnResults
from troth.metrics.rewards.definition import REWARDS, Reward, Threshold
from troth.metrics.units.cells import AVERAGES, SHARES
from troth.promises.persons import RULE, person_in
from troth.query import parse

PAIR, OWN = "productivity-pair", "own-results"


@dataclass(frozen=True, slots=True)
class _Known:
    """own: by the name of a metric, the definition of results/ that shows it of single persons."""

    metrics: Mapping[str, Metric]
    results: Mapping[str, OwnResults]
    own: Mapping[str, str]
    dimensions: frozenset[str]
    ground: Ground


def lint(book: Book) -> list[Problem]:
    """Each is about the outcome of teams: by a metric that says how good one is and which way is up, of no single persons, of nothing that
    is shown to a person as their own. How much was done is rewarded only while its pair, what customers get of it, holds.
    """
    found = book.fitting(REWARDS.name, Reward)
    if not found:
        return []
    results = {name: one.value for name, one in book.fitting(OWN_RESULTS.name, OwnResults).items()}
    known = _Known(
        {name: one.value for name, one in book.fitting(METRICS.name, Metric).items()}, results,
        {metric: name for name, one in results.items() for metric in one.metrics},
        frozenset(one.id for one in book.company.dimensions), ground_of(book),
    )  # fmt: skip
    return [problem for one in found.values() for problem in _problems(one, known)]


def _problems(one: Definition[Reward], known: _Known) -> Iterator[Problem]:
    said = one.value
    metric = known.metrics.get(said.metric)
    if said.metric in known.own or (metric is None and said.metric in known.results):
        shown = known.own.get(said.metric, said.metric)
        message = f"'{said.metric}' is shown to people as their own in results/ ('{shown}'): what one learns from is no reward [{OWN}]"
        yield one.problem(("metric",), message, at_value=True)
        return
    yield from _threshold(one, (), said, known)
    if said.counter is not None:
        yield from _threshold(one, ("counter",), said.counter, known)
    if metric is None:
        return
    yield from _paired(one, metric, known)
    subject = known.ground.counted(metric)
    if subject in known.ground.record.staff:
        message = f"'{said.metric}' counts '{subject}', single persons of staff: reward what a team's work came to [{RULE}]"
        yield one.problem(("metric",), message, at_value=True)
        return
    if said.by not in known.dimensions:
        yield from _told(one, "by", said.by, subject, known.ground, single=False)
    if said.person is not None:
        yield from _told(one, "person", said.person, subject, known.ground, single=True)


def _threshold(one: Definition[Reward], path: tuple[str, ...], said: Threshold, known: _Known) -> Iterator[Problem]:
    metric, field = known.metrics.get(said.metric), "at_least" if said.side == "above" else "at_most"
    if metric is None:
        yield one.problem((*path, "metric"), f"no metric '{said.metric}' in metrics/; {nearest(said.metric, known.metrics)}", at_value=True)
        return
    if metric.kind not in AVERAGES | SHARES:
        message = (
            f"'{said.metric}' is of kind '{metric.kind}': reward by a share or an average, which says how good a team is and not how big"
        )
        yield one.problem((*path, "metric"), message, at_value=True)
    elif metric.better is None:
        yield one.problem((*path, "metric"), f"'{said.metric}' does not say which way is up: write its `better`", at_value=True)
    elif (metric.better == "higher") != (said.side == "above"):
        other = "at_least" if metric.better == "higher" else "at_most"
        yield one.problem((*path, field), f"of '{said.metric}' {metric.better} is better: write '{other}' in place of '{field}'")
    elif metric.kind in SHARES and not 0 < said.bound < 1:
        yield one.problem((*path, field), f"a share lies between 0 and 1; got {said.bound:g}: write 0.95 for 95 of 100", at_value=True)


def _paired(one: Definition[Reward], metric: Metric, known: _Known) -> Iterator[Problem]:
    said = one.value
    if metric.productivity and (said.counter is None or said.counter.metric != metric.pair_with):
        message = f"'{said.metric}' is productivity: write as 'counter' what '{metric.pair_with}' has to be [{PAIR}]"
        yield one.problem(("metric",), message, at_value=True)
    counter = known.metrics.get(said.counter.metric) if said.counter else None
    if counter is not None and counter.productivity:
        message = "a counter measure is about what customers get, and this is about how much was done"
        yield one.problem(("counter", "metric"), f"{message} [{PAIR}]", at_value=True)


def _told(one: Definition[Reward], field: str, text: str, subject: str, ground: Ground, *, single: bool) -> Iterator[Problem]:
    try:
        told = person_in(parse(text), subject, ground.record)
    except ExpressionError as error:
        yield one.problem((field,), str(error), at_value=True, column=error.column)
        return
    if single and told is None:
        said = f"'{text}' tells no single person of staff of '{subject}'; `staff` in company.yaml says which names do"
        yield one.problem((field,), said, at_value=True)
    if not single and told is not None:
        said = f"'{told.dotted}' tells single persons of staff apart: teams are rewarded, and no person [{RULE}]"
        yield one.problem((field,), said, at_value=True)
