"""Names in a book that no lint can know: those of units that the record should have."""

from __future__ import annotations

from collections.abc import Collection

from troth.app.workspace import Workspace
from troth.book import Book, Problem
from troth.book.checking import problem
from troth.kernel.errors import nearest
from troth.metrics.lint import dimensions_in
from troth.promises.lanes import lanes_of
from troth.query import identifier
from troth.record import Engine


def not_on_record(workspace: Workspace, book: Book) -> list[Problem]:
    """A warning for each unit that a Change is only of and that the snapshot in force does not know; none where nothing was built yet.

    Values that company.yaml lists are known. book: one without errors.
    """
    snapshot = workspace.lake.current()
    if snapshot is None or not any(change.only for change in book.changes.values()):
        return []
    engine, known, found = workspace.engine(), dict[str, Collection[str]](), list[Problem]()
    workspace.lake.attach(engine, snapshot)
    listed = {one.id: one.values for one in book.company.dimensions}
    for document in book.tree.of_kind("changes"):
        for dimension, units in book.changes[document.file.stem].only.items():
            if dimension not in known:
                known[dimension] = listed[dimension] or sorted(_values(engine, book, snapshot.schemas, dimension))
            for place, unit in enumerate(units):
                if known[dimension] and unit not in known[dimension]:
                    said = f"no {dimension} '{unit}' is on record; {nearest(unit, known[dimension])}"
                    found.append(problem(document, ("scope", "only", dimension, place), said, at_value=True).warned())
    return found


def _values(engine: Engine, book: Book, tables: Collection[str], dimension: str) -> set[str]:
    """What any object on record says of a dimension."""
    found = set[str]()
    for type in dimensions_in(book)[dimension]:
        if f"object_{type}" in tables:
            lanes = lanes_of(engine, book, type, (dimension,))
            rows = engine.rows(f"SELECT DISTINCT {lanes.columns[0]} FROM {identifier(f'object_{type}')} o {lanes.joined}")
            found |= {str(value) for (value,) in rows if value is not None}
    return found
