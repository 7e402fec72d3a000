"""The nouns of commitments/*.yaml."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from troth.book import Book, Definition, Kind, Part, Problem
from troth.kernel.errors import nearest
from troth.promises.definition import PROMISES
from troth.sources import Identifier


class Commitment(Part):
    """A sentence that was published and that somebody has confirmed to be a commitment."""

    says: str = Field(min_length=1, description="The sentence as it was published: We answer within one working day.")
    page: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._ -]{0,99}$", description="The text in commitments/ that it stands in: terms.md")
    source: str | None = Field(None, description="Where the text was published: https://example.org/terms")
    on: str | None = Field(None, pattern=r"^\d{4}-\d\d-\d\d$", description="The day of the text: 2024-01-02")
    promise: Identifier | None = Field(
        None, description="The promise in promises/ by which it is judged: answer. null: nothing judges it yet, it is talk only"
    )


COMMITMENTS = Kind("commitments", Commitment)


def lint(book: Book) -> list[Problem]:
    """Commitments that name a promise which there is not, and sentences of a page that are confirmed twice."""
    found: list[Problem] = []
    first: dict[tuple[str, str], str] = {}
    for name, definition in book.fitting(COMMITMENTS.name, Commitment).items():
        found += _unknown(definition, book)
        key = (definition.value.page, " ".join(definition.value.says.split()))
        if key in first:
            found.append(definition.problem(("says",), f"'{first[key]}' says the same of the same page", at_value=True))
        first.setdefault(key, name)
    return found


def _unknown(definition: Definition[Commitment], book: Book) -> Iterator[Problem]:
    promise = definition.value.promise
    if promise is not None and not book.has(PROMISES.name, promise) and PROMISES.name not in book.unreadable:
        said = f"no promise '{promise}' in promises/; {nearest(promise, book.names(PROMISES.name))}"
        yield definition.problem(("promise",), said, at_value=True)
