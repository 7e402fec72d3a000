"""What is wrong with the lanes by which the book tells what is at risk."""

from __future__ import annotations

from troth.book import Book, Problem
from troth.kernel.errors import ExpressionError
from troth.promises.definition import PROMISES, Promise
from troth.promises.risk.lanes import personal_cells, record_of, refuse_person


def lint(book: Book) -> list[Problem]:
    """Expressions of lanes that name what the record does not hold, or a person."""
    record, personal = record_of(book), personal_cells(book)
    found = []
    for name, definition in book.fitting(PROMISES.name, Promise).items():
        promise = definition.value
        subject = promise.subject if promise.every is None else name
        if subject not in record.attributes:
            continue
        for number, text in enumerate(promise.at_risk.by):
            try:
                refuse_person(text, subject, record, personal)
            except ExpressionError as error:
                found.append(definition.problem(("at_risk", "by", number), str(error), at_value=True, column=error.column))
    return found
