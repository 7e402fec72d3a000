"""Own results of nobody, teams that are one person, and productivity without what it could hurt."""

from __future__ import annotations

from collections.abc import Iterator

from troth.book import Book, Definition, Problem
from troth.kernel.errors import ExpressionError, nearest
from troth.metrics.definition import METRICS, Metric
from troth.metrics.ground import Ground
from troth.metrics.kinds import KINDS
from troth.metrics.lint import ground_of
from troth.metrics.own_results.definition import OWN_RESULTS, OwnResults
from troth.promises.persons import RULE, person_in
from troth.query import parse

PAIR = "productivity-pair"


def lint(book: Book) -> list[Problem]:
    """Each names metrics that there are, a person by what tells single persons of staff apart, and a team by what does not."""
    found = book.fitting(OWN_RESULTS.name, OwnResults)
    if not found:
        return []
    metrics = {name: one.value for name, one in book.fitting(METRICS.name, Metric).items()}
    ground, dimensions = ground_of(book), {one.id for one in book.company.dimensions}
    return [problem for one in found.values() for problem in _problems(one, metrics, ground, dimensions)]


def _problems(one: Definition[OwnResults], metrics: dict[str, Metric], ground: Ground, dimensions: set[str]) -> Iterator[Problem]:
    said = one.value
    for place, name in enumerate(said.metrics):
        metric, path = metrics.get(name), ("metrics", place)
        if metric is None:
            yield one.problem(path, f"no metric '{name}' in metrics/; {nearest(name, metrics)}", at_value=True)
            continue
        kind = KINDS.get(metric.kind)
        if kind is not None and kind.composed:
            yield one.problem(path, f"'{name}' is made of other metrics' readings: name these", at_value=True)
            continue
        if metric.productivity and metric.pair_with not in said.metrics:
            yield one.problem(path, f"'{name}' is productivity: show '{metric.pair_with}' beside it [{PAIR}]", at_value=True)
        yield from _told(one, metric, ground, dimensions)


def _told(one: Definition[OwnResults], metric: Metric, ground: Ground, dimensions: set[str]) -> Iterator[Problem]:
    subject = ground.counted(metric)
    for field, text, single in (("person", one.value.person, True), ("team", one.value.team, False)):
        if field == "team" and text in dimensions:
            continue
        try:
            told = person_in(parse(text), subject, ground.record)
        except ExpressionError as error:
            yield one.problem((field,), str(error), at_value=True, column=error.column)
            continue
        if single and told is None:
            yield one.problem(
                (field,),
                f"'{text}' tells no single person of staff of '{subject}'; `staff` in company.yaml says which names do",
                at_value=True,
            )
        if not single and told is not None:
            yield one.problem(
                (field,), f"'{told.dotted}' tells single persons of staff apart: a team is none of them [{RULE}]", at_value=True
            )
