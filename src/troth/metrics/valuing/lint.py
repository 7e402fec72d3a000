"""Value scorecards that name what there is not."""

from __future__ import annotations

from collections.abc import Iterator

from troth.book import Book, Definition, Problem
from troth.kernel.errors import nearest
from troth.metrics.valuing.definition import VALUES, Value
from troth.promises import PROMISES
from troth.promises.lint import record_of


def lint(book: Book) -> list[Problem]:
    """Types, what belongs to whom, and promises."""
    return [problem for one in book.fitting(VALUES.name, Value).values() for problem in _named(one, book)]


def _named(one: Definition[Value], book: Book) -> Iterator[Problem]:
    record, value = record_of(book), one.value
    types = record.attributes
    for path, type in ((("of",), value.of), *((("effort", at), each) for at, each in enumerate(value.effort))):
        if type not in types:
            yield one.problem(path, f"no object type '{type}' in sources/; {nearest(type, types)}", at_value=True)
    owners = record.owners_of(value.of)
    if value.of in types and value.belongs_to not in owners:
        yield one.problem(
            ("belongs_to",), f"no '{value.of}' belongs to a '{value.belongs_to}'; {nearest(value.belongs_to, owners)}", at_value=True
        )
    for at, promise in enumerate(value.promises):
        if not book.has(PROMISES.name, promise):
            yield one.problem(
                ("promises", at), f"no promise '{promise}' in promises/; {nearest(promise, book.names(PROMISES.name))}", at_value=True
            )
