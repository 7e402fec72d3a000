"""What came when: the rows that arrived, were corrected or taken back since, by the objects they are about, and events recorded late."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from troth.app.building.intake import concerning_all, stored
from troth.app.building.judging import DEFAULT_ZONE
from troth.app.past.sides import End
from troth.app.rulebook.rules import Rules
from troth.app.workspace import Workspace
from troth.book import Definition
from troth.query import identifier, literal_text
from troth.record import Engine, Load
from troth.sources import Source
from troth.sources.intake.standing import stage_loads
from troth.sources.intake.taking import Stored

Fate = Literal["arrived", "corrected", "taken back"]
ASKED = "asked_object"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file about an object. row: its number in the file as it was then; of a row that was taken back, its last one.

    load: number of the intake by which that is known; known_from: since when, naive UTC.
    """

    source: str
    file: str
    row: int
    load: int
    known_from: datetime
    fate: Fate


def rows_since(
    workspace: Workspace, engine: Engine, older: End, newer: End, objects: Collection[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Row, ...]]:
    """By type and id, the rows of intakes that `newer` knows and `older` did not.

    Rows are found by the columns that name their object; one whose id is made of a derived column is not.
    """
    found: dict[tuple[str, str], list[Row]] = {}
    since = [load for load in newer.loads if load.seq not in older.seqs]
    if not since or not objects:
        return {}
    _ask(engine, objects)
    for name, definition in sorted(newer.rules.sources.items()):
        mine = [load for load in newer.loads if load.source == name]
        for type, columns in sorted(set(definition.value.references())):
            if any(load.source == name for load in since) and not set(columns) & set(definition.value.derived):
                for id, row in _of_source(workspace, engine, definition.value, mine, older.seqs, type, columns):
                    found.setdefault((type, id), []).append(row)
    engine.run(f"DROP TABLE {ASKED}")
    return {key: tuple(sorted(set(rows), key=lambda r: (r.load, r.file, r.row))) for key, rows in found.items()}


def _ask(engine: Engine, objects: Collection[tuple[str, str]]) -> None:
    listed = sorted(objects)
    engine.run(f"CREATE OR REPLACE TABLE {ASKED} (type VARCHAR, id VARCHAR)")
    for start in range(0, len(listed), 1_000):
        rows = ", ".join(f"({literal_text(type)}, {literal_text(id)})" for type, id in listed[start : start + 1_000])
        engine.run(f"INSERT INTO {ASKED} VALUES {rows}")


def _of_source(
    workspace: Workspace, engine: Engine, source: Source, loads: Sequence[Load], known: Collection[int], type: str, columns: Sequence[str]
) -> list[tuple[str, Row]]:
    """Rows about objects of a type by id. Every load of the source is looked at, since what went away stood in an earlier one."""
    came: dict[tuple[str, str], Row] = {}
    went: dict[tuple[str, str], Row] = {}
    places: dict[str, list[Load]] = {}
    for load in loads:
        earlier = places.setdefault(load.place, [])
        again = bool(earlier) and earlier[-1].content == load.content  # read otherwise, but nothing new was said
        if load.seq not in known and not again:
            for id, _, row in _rows(workspace, engine, load, type, columns):
                came[load.place, id] = Row(load.source, load.name, row, load.seq, load.known_from, "arrived")
            for id, row in _gone(workspace, engine, load, earlier, type, columns):
                went[load.place, id] = Row(load.source, load.name, row, load.seq, load.known_from, "taken back")
        earlier.append(load)
    full = source.contract is not None and source.contract.full_extract
    found = [(id, row if (place, id) not in went else _as(row, "corrected")) for (place, id), row in came.items()]
    return found + [(id, row) for (place, id), row in went.items() if full and (place, id) not in came]


def _as(row: Row, fate: Fate) -> Row:
    return Row(row.source, row.file, row.row, row.load, row.known_from, fate)


def _rows(workspace: Workspace, engine: Engine, load: Load, type: str, columns: Sequence[str]) -> list[tuple[str, int, int]]:
    """Id, intake and number of each row of a load that is about what is asked."""
    one = stored(workspace.lake, load)
    if one.rows is None or not set(columns) <= set(load.columns):
        return []
    row = identifier(one.texts.row)
    return [
        (str(id), load.seq, int(number))
        for id, number in engine.rows(
            f"SELECT k.id, k.number FROM (SELECT {_id(columns)} AS id, CAST({row} AS BIGINT) AS number FROM {one.rows}) k"
            f" SEMI JOIN {ASKED} a ON a.type = {literal_text(type)} AND a.id = k.id ORDER BY ALL"
        )
    ]


def _gone(
    workspace: Workspace, engine: Engine, load: Load, earlier: Sequence[Load], type: str, columns: Sequence[str]
) -> list[tuple[str, int]]:
    before = [row for one in earlier for row in _rows(workspace, engine, one, type, columns)]
    if load.anew:
        return [(id, row) for id, _, row in before]
    gone = stored(workspace.lake, load).gone
    if gone is None or not before:
        return []
    left = {(int(seq), int(row)) for seq, row in engine.rows(f"SELECT seq, row FROM {gone}")}
    return [(id, row) for id, seq, row in before if (seq, row) in left]


def _id(columns: Sequence[str]) -> str:
    """As `Staged.id_sql` has it, of texts as they were read."""
    texts = [f"nullif(trim({identifier(column)}), '')" for column in columns]
    if len(texts) == 1:
        return texts[0]
    return " || '/' || ".join(f"replace(replace({text}, '%', '%25'), '/', '%2F')" for text in texts)


def recorded_late(workspace: Workspace, rules: Rules, type: str, id: str) -> dict[tuple[str, datetime], datetime]:
    """The events of one object that were recorded when the record spoke of later instants already: by type and instant, since when.

    An event of which the row was corrected in another cell was recorded with the first row that has it. What the first build took in is
    history, and not late. Of objects whose id is made of a derived column nothing is told.
    """
    found: dict[tuple[str, datetime], Load] = {}
    for name, mine in concerning_all(rules, workspace.lake.loads()).items():
        source = rules.sources[name].value
        about = source.object is not None and source.object.type == type and source.events
        if about and len({load.seq for load in mine}) > 1 and not set(source.object.id) & set(source.derived):  # type: ignore[union-attr]
            for key, load in _first_loads(workspace, rules, name, mine, id).items():
                found[key] = min(found.get(key, load), load, key=lambda one: one.seq)
    published = workspace.lake.published()
    late = {}
    for (event, occurred), load in found.items():
        before = [snapshot for snapshot, at in published if at < load.known_from]
        snapshot = workspace.lake.snapshot(before[-1]) if before else None
        if snapshot is not None and occurred <= snapshot.as_of:
            late[event, occurred] = load.known_from
    return late


def _first_loads(workspace: Workspace, rules: Rules, name: str, loads: Sequence[Load], id: str) -> dict[tuple[str, datetime], Load]:
    """The first load that has each event of an object of a source, by type and instant: its rows of all loads, staged as a build does."""
    source = rules.sources[name].value
    assert source.object is not None
    columns, first = source.object.id, min(load.seq for load in loads)
    engine = workspace.engine()
    about = f"WHERE {_id(columns)} = {literal_text(id)}"
    whole = [one for load in loads if set(columns) <= set(load.columns) and (one := stored(workspace.lake, load)).rows is not None]
    if not any(engine.rows(f"SELECT 1 FROM {one.rows} {about} LIMIT 1") for one in whole if one.load.seq > first):
        return {}  # the first load is the large one: it is read only where a later one has something to say
    mine = [Stored(replace(one.load, anew=False), f"(SELECT * FROM {one.rows} {about})") for one in whole]
    staged = stage_loads(engine, name, source, source.zone or rules.settings.zone or DEFAULT_ZONE, mine, strict=False)
    by_seq = {load.seq: load for load in loads}
    found: dict[tuple[str, datetime], Load] = {}
    for event in source.events:
        cell = f"c{staged.cell(event.at, 'instant').name}"
        kind = f"t{staged.texts[event.type_from]}" if event.type_from else literal_text(str(event.type))
        for said, occurred, seq in engine.rows(
            f"SELECT {kind}, {cell}, min({staged.load_sql()}) FROM {staged.table}"
            f" WHERE {cell} IS NOT NULL AND {kind} IS NOT NULL AND {staged.where_sql(event.where)} GROUP BY ALL"
        ):
            found[str(said), occurred] = by_seq[int(seq)]
    return found


def giving(sources: Mapping[str, Definition[Source]], type: str, name: str) -> frozenset[str]:
    """The sources of which rows say an event, an attribute or whom it belongs to, of objects of a type."""
    return frozenset(id for id, definition in sources.items() if _gives(definition.value, type, name))


def _gives(source: Source, type: str, name: str) -> bool:
    if source.object is not None and source.object.type == type:
        own = {*source.object.attributes, *(relation.to for relation in source.relations), *(event.type for event in source.events)}
        if name in own or any(event.type is None for event in source.events):
            return True
    return any(lent.to == type and lent.attribute == name for lent in source.lends)
