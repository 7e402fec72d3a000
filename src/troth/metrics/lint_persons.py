"""Metrics, goals, calibrations and value scorecards at the level of one person of staff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from troth.book import Book, Definition, Problem
from troth.book.checking import problem
from troth.book.company import ANY
from troth.book.parsing import Path
from troth.kernel.errors import ExpressionError
from troth.metrics.calibrating import CALIBRATIONS, Calibration
from troth.metrics.definition import METRICS, Metric
from troth.metrics.ground import Ground
from troth.metrics.lint import ground_of
from troth.metrics.scorecards import GOALS, Goal
from troth.metrics.valuing import VALUES, Value
from troth.promises.naming import Record
from troth.promises.persons import FEWEST, NEXT, RULE, person_in, singled_out
from troth.query import parse
from troth.query.tree import Node

EXPRESSIONS = ("where", "value", "numerator", "denominator")


def lint_persons(book: Book) -> list[Problem]:
    """Results stop at the team, the role, the supplier: no dimension tells single persons of staff apart, no goal is for one of them, no
    calibration compares them and no value scorecard is of them, no metric counts what one of them did, and one that counts persons shows no
    cell of fewer than eight.
    """
    ground = ground_of(book)
    if not ground.record.staff:
        return []
    found = [*_dimensions(book, ground.record)]
    for metric in book.fitting(METRICS.name, Metric).values():
        found += _metric(metric, ground)
    for goal in book.fitting(GOALS.name, Goal).values():
        for text in goal.value.for_:
            found += _told_by(goal, ("for", text), text, ground.record)
    for calibration in book.fitting(CALIBRATIONS.name, Calibration).values():
        for path, text in _compared_by(calibration.value):
            found += _told_by(calibration, path, text, ground.record)
    for value in book.fitting(VALUES.name, Value).values():
        found += [value.problem((field,), _by(type), at_value=True) for field, type in _owned(value.value) if type in ground.record.staff]
    return found


def _owned(value: Value) -> Iterator[tuple[str, str]]:
    yield "of", value.of
    yield "belongs_to", value.belongs_to


def _dimensions(book: Book, record: Record) -> Iterator[Problem]:
    document = next(iter(book.tree.of_kind("company")), None)
    for place, dimension in enumerate(book.company.dimensions if document is not None else ()):
        assert document is not None
        if not dimension.read and dimension.id in record.staff:
            yield problem(document, ("dimensions", place, "id"), _by(dimension.id), at_value=True)
        for subject, text in dimension.read.items():
            tree = _tree(text)
            name = None if tree is None else person_in(tree, subject, record)
            if name is not None:
                path = ("dimensions", place, "read", *(() if subject == ANY else (subject,)))
                yield problem(document, path, _by(name.dotted), at_value=True)


def _metric(definition: Definition[Metric], ground: Ground) -> Iterator[Problem]:
    metric, record = definition.value, ground.record
    counted = ground.counted(metric)
    for field, type in (("of", counted), ("belongs_to", metric.belongs_to)):
        if type in record.staff and metric.minimum < FEWEST:
            said = f"it is about '{type}', single persons of staff: give it `minimum: {FEWEST}` or more, got {metric.minimum} [{RULE}]"
            yield definition.problem(("minimum",) if "minimum" in metric.model_fields_set else (field,), said, at_value=True)
    for field in EXPRESSIONS:
        tree = _tree(getattr(metric, field) or "")
        name = None if tree is None else singled_out(tree, counted, record)
        if name is not None:
            said = f"by '{name.dotted}' it is of one person of staff, or of all but one. {NEXT} [{RULE}]"
            yield definition.problem((field,), said, at_value=True, column=name.column)


def _compared_by(calibration: Calibration) -> Iterator[tuple[Path, str]]:
    yield ("by",), calibration.by
    for part in ("measures", "feedback"):
        for place, one in enumerate(getattr(calibration, part)):
            if one.peers is not None:
                yield (part, place, "peers"), one.peers
            yield from (((part, place, "adjust", at), text) for at, text in enumerate(one.adjust))


def _told_by(definition: Definition[Any], path: Path, text: str, record: Record) -> Iterator[Problem]:
    tree = _tree(text)
    name = None if tree is None else person_in(tree, "", record)
    if name is not None:
        yield definition.problem(path, _by(name.dotted), at_value=path[0] != "for")


def _by(name: str) -> str:
    return f"'{name}' tells single persons of staff apart. {NEXT} [{RULE}]"


def _tree(text: str) -> Node | None:
    try:
        return parse(text)
    except ExpressionError:
        return None
