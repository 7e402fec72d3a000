"""Kept rows to the record's tables: objects with dense codes, events, relations, feedback, money."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from troth.query import literal_text
from troth.record import Engine
from troth.sources.entries import make_feedback, make_money, make_relations
from troth.sources.events import make_events
from troth.sources.mapping import CellType, Event, ObjectRows
from troth.sources.objects import attributes_of, make_ids, make_object
from troth.sources.reading import Staged


def make_facts(
    engine: Engine,
    sources: Sequence[Staged],
    *,
    currency: str | None,
    ids: Callable[[Engine, str, Sequence[Staged]], None] = make_ids,
    texts: Mapping[str, Collection[str]] | None = None,
) -> dict[str, dict[str, CellType]]:
    """Fill the record's tables from `kept_<source>` tables.

    Returns the attributes of each object type with their types. An object that is only referred to exists without attributes.
    Raises BookError where two sources give one attribute. ids: what makes the table of a type's codes. texts: where these are not all
    rows, what else there is among the texts of events, by column.
    """
    attributes = attributes_of(sources)
    types = sorted({type for staged in sources for type, _ in staged.source.references()})
    for type in types:
        ids(engine, type, sources)
    make_events(engine, sources, texts or {})
    for type in types:
        make_object(engine, type, sources, attributes.get(type, {}))
    make_relations(engine, sources)
    make_feedback(engine, sources)
    make_money(engine, sources, currency)
    _make_bad_cells(engine, sources)
    return attributes


def _make_bad_cells(engine: Engine, sources: Sequence[Staged]) -> None:
    """bad_cell: which attribute or event of which object was quarantined, so that its promise is unknown and not absent."""
    engine.run(
        "CREATE OR REPLACE TABLE bad_cell"
        " (object_type VARCHAR, object INTEGER, name VARCHAR, source VARCHAR, file VARCHAR, source_row BIGINT, load INTEGER)"
    )
    for staged in sources:
        source = staged.source
        places: list[tuple[str, tuple[str, ...], str, str]] = []
        if source.object:
            places += [(source.object.type, source.object.id, staged.cell(a.column, a.as_).name, n)
                       for n, a in source.object.attributes.items() if staged.marked or a.as_ != "text"]  # fmt: skip
            places += [(source.object.type, source.object.id, staged.cell(e.at, "instant").name, str(e.type))
                       for e in source.events if e.type]  # fmt: skip
        places += [(e.to, e.id, staged.cell(e.column, e.as_).name, e.attribute) for e in source.lends if staged.marked or e.as_ != "text"]
        for type, id, cell, name in places:
            engine.run(
                f"INSERT INTO bad_cell SELECT DISTINCT {literal_text(type)}, i.code, {literal_text(name)},"
                f" {literal_text(staged.name)}, {staged.file_sql(of='s')}, s._row, {staged.load_sql(of='s')}"
                f" FROM kept_{staged.name} s"
                f" JOIN id_{type} i ON i.id = {staged.id_sql(id, of='s')} WHERE s.b{cell} IS NOT NULL"
            )
        if source.object:
            for event in source.events:
                if event.type_from:
                    _add_held_events(engine, staged, source.object, event)


def _add_held_events(engine: Engine, staged: Staged, rows: ObjectRows, event: Event) -> None:
    """Rows of an event log that were quarantined since their instant is held: the event is not absent, its instant is unknown."""
    at = staged.cell(event.at, "instant")
    if at.position not in staged.held:
        return
    type = f"s.t{staged.texts[str(event.type_from)]}"
    engine.run(
        f"INSERT INTO bad_cell SELECT DISTINCT {literal_text(rows.type)}, i.code, {type},"
        f" {literal_text(staged.name)}, {staged.file_sql(of='s')}, s._row, {staged.load_sql(of='s')} FROM {staged.table} s"
        f" JOIN id_{rows.type} i ON i.id = {staged.id_sql(rows.id, of='s')}"
        f" WHERE s.h{at.position} IS NOT NULL AND {type} IS NOT NULL"
    )
