"""Answers that are judged by an outcome which was not there yet when they were given."""

from __future__ import annotations

from collections.abc import Iterator

from troth.book import Book, Definition, Problem
from troth.kernel.errors import ExpressionError
from troth.metrics.definition import METRICS, Metric
from troth.metrics.rows import ANSWER_INSTANTS
from troth.promises import PROMISES, Promise
from troth.query import names_in, parse
from troth.query.tree import Binary, Name, Node, parts
from troth.sources import SOURCES, Source

RULE = "feedback-before-outcome"
EXPRESSIONS = ("where", "value", "numerator", "denominator")
ORDERS = frozenset({"<", "<=", ">", ">="})


def lint_answers(book: Book) -> list[Problem]:
    """A metric of answers that names the event by which a promise about the same thing is kept says which answers came after it.

    Whoever is asked while still waiting cannot tell of the end, and the late wait longest: without the split, being late looks dearer.
    """
    about = {
        entry.instrument: entry.about for source in book.fitting(SOURCES.name, Source).values() for entry in source.value.feedback
    }  # fmt: skip
    promises = [one.value for one in book.fitting(PROMISES.name, Promise).values()]
    found: list[Problem] = []
    for definition in book.fitting(METRICS.name, Metric).values():
        type = about.get(definition.value.instrument or "")
        outcomes = {str(one.fulfil.event) for one in promises if type is not None and one.subject == type and not one.fulfil.absent}
        found += _problems(definition, outcomes)
    return found


def _problems(definition: Definition[Metric], outcomes: set[str]) -> Iterator[Problem]:
    trees = dict(_trees(definition.value))
    named = {field: sorted({one.dotted for one in names_in(tree)} & outcomes) for field, tree in trees.items()}
    split = {event for tree in trees.values() for event in _split_by(tree, outcomes)}
    for field, events in named.items():
        for event in events:
            if event not in split:
                yield definition.problem(
                    (field,),
                    f"it judges answers by '{event}', and some were given before it: say which, as in `answered > {event}` [{RULE}]",
                )  # fmt: skip
                return


def _trees(metric: Metric) -> Iterator[tuple[str, Node]]:
    for field in EXPRESSIONS:
        text = getattr(metric, field)
        if text is not None:
            try:
                yield field, parse(text)
            except ExpressionError:
                continue


def _split_by(node: Node, outcomes: set[str]) -> Iterator[str]:
    """Events that a tree compares with when an answer was asked for or given."""
    if isinstance(node, Binary) and node.operator in ORDERS:
        sides = [one.dotted for one in (node.left, node.right) if isinstance(one, Name)]
        if any(one in ANSWER_INSTANTS for one in sides):
            yield from (one for one in sides if one in outcomes)
    for part in parts(node):
        yield from _split_by(part, outcomes)
