"""By what a promise's subjects are told apart: dimensions of the company, or what an expression reads from each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from troth.book import Book
from troth.kernel.errors import BadValue, ExpressionError, nearest
from troth.promises.assigning import read_of
from troth.promises.lint import record_of
from troth.promises.naming import DIMENSION, joins, make_owners, owners_in, scope_of
from troth.promises.persons import refuse_persons
from troth.promises.terms import By
from troth.query import compile_expression, parse
from troth.query.tree import Node
from troth.record import Engine


@dataclass(frozen=True, slots=True)
class Lanes:
    """columns: SQL of what names a lane, one a part, and last of what lanes share, over the subject's row `o` and the tables `joined`."""

    columns: tuple[str, ...]
    joined: str


def lanes_of(engine: Engine, book: Book, subject: str, by: Sequence[str], within: Sequence[str] = ()) -> Lanes:
    """What subjects are told apart by; makes the tables that its joins need.

    by: dimensions, warehouse, or expressions, attr(carrier), account.state; several make a lane of each combination.
    within: likewise, what lanes are alike by. Raises BadValue for what is neither, or cannot be read from the subject.
    """
    record = record_of(book)
    dimensions = {one.id: By(one.id, one.read, frozenset()) for one in book.company.dimensions}
    columns: list[str] = []
    trees: list[Node] = []
    for text in (*by, *within):
        read = read_of(dimensions.get(text, By(text, {}, frozenset())), subject, record) or text
        try:
            tree = parse(read)
            refuse_persons(tree, subject, record)
            columns.append(compile_expression(tree, scope_of(subject, record).at(DIMENSION)).node.sql("duckdb"))
        except ExpressionError as error:
            known = sorted({*dimensions, *record.attributes.get(subject, {})})
            raise BadValue(f"'{subject}' cannot be told apart by '{text}': {error}", allowed=nearest(text, known)) from error
        trees.append(tree)
    owners = owners_in(trees, subject, record)
    make_owners(engine, subject, owners)
    shared = " || ' · ' || ".join(f"coalesce(CAST({column} AS VARCHAR), '')" for column in columns[len(by) :]) or "''"
    return Lanes((*columns[: len(by)], shared), joins(subject, owners))
