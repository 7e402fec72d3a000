"""The lane of each subject, by the expressions of the book; never a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from troth.book import Book
from troth.kernel.errors import ExpressionError
from troth.promises.definition import PROMISES, Promise
from troth.promises.lint import record_of as mapped
from troth.promises.naming import Record, cells_in, joins, make_owners, owners_in, scope_of
from troth.promises.turns import with_turns
from troth.query import Place, compile_expression, parse
from troth.query.tree import Node
from troth.record import Engine
from troth.sources import SOURCES, Source

LANE = Place("by", ("text", "party", "bool"))
PEOPLE = frozenset({
    "agent", "assignee", "clerk", "courier", "driver", "employee", "nurse", "person", "picker", "staff", "teacher", "technician", "worker",
})  # fmt: skip
Cell = tuple[str, str]


def record_of(book: Book) -> Record:
    """What lanes may name: what the mappings say, and the turns of promises that come again."""
    record = mapped(book)
    again = {
        name: one.value
        for name, one in book.fitting(PROMISES.name, Promise).items()
        if one.value.every is not None and name not in record.attributes
    }
    return with_turns(record, again) if record.attributes else record


def lanes_sql(engine: Engine, subject: str, by: Sequence[str], record: Record) -> str:
    """A query of subject, lane_1, lane_2… for every object of a type; makes the tables that it needs. Empty where there is no lane."""
    if not by:
        return ""
    scope = scope_of(subject, record).at(LANE)
    trees = [parse(text) for text in by]
    reached = owners_in(trees, subject, record)
    make_owners(engine, subject, reached)
    columns = ", ".join(
        f"CAST({compile_expression(tree, scope).node.sql('duckdb')} AS VARCHAR) AS lane_{level}" for level, tree in enumerate(trees, 1)
    )
    return f"SELECT o.code AS subject, {columns} FROM object_{subject} o {joins(subject, reached)}"


def refuse_person(text: str, subject: str, record: Record, personal: Collection[Cell]) -> Node:
    """The tree of a lane's expression. Raises ExpressionError for one that tells persons apart or that has another type."""
    tree = parse(text)
    compile_expression(tree, scope_of(subject, record).at(LANE))
    for type, name in sorted(cells_in(tree, subject, record)):
        if (type, name) in personal or name in PEOPLE or (name in record.attributes and (name, "") in personal):
            raise ExpressionError(
                "a lane is no person",
                column=tree.column, got=f"'{name}' of '{type}'", allowed="a team, a place, a segment, a carrier: nobody is measured here",
            )  # fmt: skip
    return tree


def personal_cells(book: Book) -> frozenset[Cell]:
    """Attributes that hold personal data, by type and name; a type whose very ids do has the name ''."""
    sources: Mapping[str, Source] = {name: one.value for name, one in book.fitting(SOURCES.name, Source).items()}
    found: set[Cell] = set()
    for source in sources.values():
        found |= {(type, "") for type, ids in source.references() if any(source.is_personal(column) for column in ids)}
        if source.object:
            type = source.object.type
            found |= {(type, name) for name, one in source.object.attributes.items() if source.is_personal(one.column)}
        found |= {(lent.to, lent.attribute) for lent in source.lends if source.is_personal(lent.column)}
    return frozenset(found)
