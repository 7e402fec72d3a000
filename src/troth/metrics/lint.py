"""What is wrong with metrics before any file is read, and productivity that nobody set beside what customers get."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from troth.book import Book, Definition, Problem
from troth.kernel.errors import nearest
from troth.metrics.asking import MetricKind, Wrong
from troth.metrics.definition import METRICS, Metric
from troth.metrics.ground import Cut, Ground
from troth.metrics.kinds import KINDS
from troth.metrics.lint_index import index_problems
from troth.promises import PROMISES, Promise
from troth.promises.assigning import read_of
from troth.promises.calendars import Calendars
from troth.promises.lint import record_of
from troth.promises.terms import By
from troth.sources import SOURCES, Source

COMMON = frozenset({"kind", "words", "where", "calendar", "better", "productivity", "pair_with", "minimum", "owner", "steward"})
BASES = ("of", "promise", "instrument")
OF_ROWS = frozenset({"where", "minimum", "calendar"})
ANY_DAY = datetime(2000, 1, 1)


def lint(book: Book) -> list[Problem]:
    """Each mistake at the field where it stands: a kind that there is not, fields that it needs or does not take, names and types of
    every expression, a convention that it does not know, a productivity metric without its pair. One that nobody owns, or whose
    definition nobody keeps, is a warning.
    """
    metrics, ground, found = book.fitting(METRICS.name, Metric), ground_of(book), list[Problem]()
    for name, definition in metrics.items():
        found += _orphan(definition)
        kind = KINDS.get(definition.value.kind)
        if kind is None:
            said = f"no kind '{definition.value.kind}'; {nearest(definition.value.kind, KINDS, count=20)}"
            found.append(definition.problem(("kind",), said, at_value=True))
            continue
        wrong = [*_fields(definition, kind), *_pair(definition, name, metrics, book)]
        if kind.composed:
            found += wrong or index_problems(definition, metrics, ground)
        else:
            found += wrong or _expressions(definition, kind, ground)
    return found


def ground_of(book: Book) -> Ground:
    """What the mappings and promises of a book say that metrics may name."""
    promises = {name: one.value for name, one in book.fitting(PROMISES.name, Promise).items()}
    sources = book.fitting(SOURCES.name, Source).values()
    instruments = {entry.instrument: entry.about for source in sources for entry in source.value.feedback}
    return Ground(record_of(book), promises, instruments, ANY_DAY, ANY_DAY, calendars=Calendars(book, book.zone))


def dimensions_in(book: Book) -> dict[str, dict[str, str]]:
    """The expression of each dimension of a book's company, by object type, of those types that say it."""
    record = record_of(book)
    return {
        one.id: {type: text for type in record.attributes if (text := read_of(By(one.id, one.read, frozenset()), type, record)) is not None}
        for one in book.company.dimensions
    }


def _orphan(definition: Definition[Metric]) -> Iterator[Problem]:
    missing = [role for role in ("owner", "steward") if getattr(definition.value, role) is None]
    if missing:
        said = f"nobody is its {' or '.join(missing)}: name the role that answers for it and the one that keeps its definition right"
        yield definition.problem((), said).warned()


def _fields(definition: Definition[Metric], kind: MetricKind) -> Iterator[Problem]:
    metric = definition.value
    given = {Metric.model_fields[name].alias or name for name in metric.model_fields_set if getattr(metric, name) is not None}
    bases = [base for base in BASES if base in given and base in kind.bases]
    for field in sorted(kind.needs - given):
        yield definition.problem(("kind",), f"a metric of kind '{kind.name}' needs '{field}'", at_value=True)
    if kind.bases and "of" not in kind.needs and len(bases) != 1:
        allowed = ", ".join(f"'{base}'" for base in BASES if base in kind.bases)
        yield definition.problem(("kind",), f"a metric of kind '{kind.name}' needs one of {allowed}", at_value=True)
    allowed_fields = COMMON | kind.needs | kind.takes | kind.bases | ({"definition"} if kind.conventions else set())
    allowed_fields |= set() if "event" in kind.needs or "from" in kind.needs or kind.composed else {"at"}
    allowed_fields -= OF_ROWS if kind.composed else {"calendar"} if "from" in kind.needs else set()
    for field in sorted(given - allowed_fields):
        yield definition.problem((field,), f"a metric of kind '{kind.name}' has no '{field}'; {nearest(field, allowed_fields - COMMON)}")
    if metric.definition is not None and kind.conventions and metric.definition not in kind.conventions:
        said = f"'{kind.name}' does not know '{metric.definition}'; {nearest(metric.definition, kind.conventions)}"
        yield definition.problem(("definition",), said, at_value=True)


def _pair(definition: Definition[Metric], name: str, metrics: dict[str, Definition[Metric]], book: Book) -> Iterator[Problem]:
    metric = definition.value
    pair = metric.pair_with
    if metric.productivity and pair is None:
        yield definition.problem(
            ("productivity",), "it says how much work was done: name as 'pair_with' the metric that customers would pay with"
        )
    if pair is None:
        return
    if pair == name or not book.has(METRICS.name, pair):
        others = [other for other in metrics if other != name]
        yield definition.problem(("pair_with",), f"no other metric '{pair}' in metrics/; {nearest(pair, others)}", at_value=True)
    elif pair in metrics and metrics[pair].value.productivity:
        yield definition.problem(("pair_with",), f"'{pair}' is about productivity too: name one about what customers get", at_value=True)


def _expressions(definition: Definition[Metric], kind: MetricKind, ground: Ground) -> list[Problem]:
    if not ground.record.attributes:
        return []
    try:
        kind.asked(definition.value, ground, Cut("month"))
    except Wrong as wrong:
        return [definition.problem(wrong.path, str(wrong), at_value=bool(wrong.path), column=wrong.column)]
    return []
