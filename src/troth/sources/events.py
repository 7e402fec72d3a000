"""Kept rows to events in their order, with the month in which each object began."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from troth.query import literal_text
from troth.record import Engine
from troth.sources.reading import Staged

NO_EVENT = (
    "SELECT CAST(NULL AS VARCHAR) AS object_type, CAST(NULL AS INTEGER) AS object, CAST(NULL AS TIMESTAMP) AS occurred,"
    " CAST(NULL AS VARCHAR) AS type, CAST(NULL AS VARCHAR) AS source, CAST(NULL AS BIGINT) AS source_row WHERE FALSE"
)


def make_events(engine: Engine, sources: Sequence[Staged], texts: Mapping[str, Collection[str]]) -> None:
    """event, and first_month, when each object began. texts: what other events there are beside these, by column."""
    selects = []
    for staged in sources:
        source = staged.source
        if source.object is None or not source.events:
            continue
        coded = f"coded_{staged.name}"
        events = [(staged.cell(e.at, "instant").name, e) for e in source.events]
        read = {e.type_from for _, e in events if e.type_from} | {column for _, e in events for column in e.where}
        wanted = sorted({f"c{cell}" for cell, _ in events} | {f"t{staged.texts[column]}" for column in read})
        engine.run(
            f"CREATE OR REPLACE TABLE {coded} AS SELECT i.code, s._row, s._file, {', '.join('s.' + w for w in wanted)}"
            f" FROM kept_{staged.name} s JOIN id_{source.object.type} i ON i.id = {staged.id_sql(source.object.id, of='s')}"
        )
        for cell, event in events:
            type = f"t{staged.texts[event.type_from]}" if event.type_from else literal_text(str(event.type))
            selects.append(
                f"SELECT {literal_text(source.object.type)} AS object_type, code AS object, c{cell} AS occurred, {type} AS type,"
                f" {literal_text(staged.name)} AS source, _row AS source_row FROM {coded} WHERE c{cell} IS NOT NULL AND {type} IS NOT NULL"
                f" AND {staged.where_sql(event.where)}"
            )
    if not selects:
        selects = [NO_EVENT]
    engine.run(f"CREATE OR REPLACE TABLE event_found AS {' UNION ALL '.join(selects)}")
    engine.run(
        "CREATE OR REPLACE TABLE first_month AS SELECT object_type, object,"
        " CAST(year(min(occurred)) * 100 + month(min(occurred)) AS INTEGER) AS month FROM event_found GROUP BY ALL"
    )
    declared = {str(event.type) for staged in sources for event in staged.source.events if event.type}
    _make_enum(engine, "event_type", "SELECT DISTINCT type FROM event_found", {*declared, *texts.get("type", ())})
    _make_enum(engine, "object_type", "SELECT DISTINCT object_type FROM event_found", texts.get("object_type", ()))
    _make_enum(engine, "event_source", "SELECT DISTINCT source FROM event_found", texts.get("source", ()))
    engine.run(
        "CREATE OR REPLACE TABLE event AS SELECT m.month, CAST(e.object_type AS object_type) AS object_type, e.object, e.occurred,"
        " CAST(e.type AS event_type) AS type, CAST(e.source AS event_source) AS source, e.source_row"
        " FROM event_found e JOIN first_month m USING (object_type, object)"
        " ORDER BY object_type, month, object, occurred, type, source, source_row"
    )
    engine.run("DROP TABLE event_found")


def _make_enum(engine: Engine, name: str, values: str, declared: Collection[str] = ()) -> None:
    """An ENUM in the order of its texts, so that sorting by its code is sorting by its text.

    declared: texts that the book names, whether or not they occur.
    """
    engine.run(f"DROP TYPE IF EXISTS {name}")
    texts = sorted({str(row[0]) for row in engine.rows(f"SELECT * FROM ({values})")} | set(declared)) or ["none"]
    engine.run(f"CREATE TYPE {name} AS ENUM ({', '.join(map(literal_text, texts))})")
