"""Kept rows to the record's tables: objects with dense codes, events, relations, feedback, money."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from troth.kernel.errors import BookError
from troth.query import literal_text
from troth.record import Engine
from troth.sources.casting import SQL_TYPES
from troth.sources.mapping import CellType
from troth.sources.reading import Staged

NO_EVENT = (
    "SELECT CAST(NULL AS VARCHAR) object_type, CAST(NULL AS INTEGER) object, CAST(NULL AS TIMESTAMP) occurred,"
    " CAST(NULL AS VARCHAR) type, CAST(NULL AS VARCHAR) source, CAST(NULL AS BIGINT) source_row WHERE FALSE"
)


def make_facts(engine: Engine, sources: Sequence[Staged], *, currency: str | None) -> dict[str, dict[str, CellType]]:
    """Fill the record's tables from `kept_<source>` tables.

    Returns the attributes of each object type with their types. An object that is only referred to exists without attributes.
    """
    attributes = _attributes(sources)
    types = sorted({type for staged in sources for type, _ in staged.source.references()})
    for type in types:
        _make_ids(engine, type, sources)
    _make_events(engine, sources)
    for type in types:
        _make_object(engine, type, sources, attributes.get(type, {}))
    _make_relations(engine, sources)
    _make_feedback(engine, sources)
    _make_money(engine, sources, currency)
    _make_bad_cells(engine, sources)
    return attributes


def _attributes(sources: Sequence[Staged]) -> dict[str, dict[str, CellType]]:
    found: dict[str, dict[str, CellType]] = {}
    for staged in sources:
        source = staged.source
        given = [(source.object.type, n, a.as_) for n, a in source.object.attributes.items()] if source.object else []
        for type, name, kind in (*given, *((lent.to, lent.attribute, lent.as_) for lent in source.lends)):
            if name in found.setdefault(type, {}):
                raise BookError(f"attribute '{name}' of '{type}' is given by two sources", next_step="Rename one of them.")
            found[type][name] = kind
    return found


def _make_ids(engine: Engine, type: str, sources: Sequence[Staged]) -> None:
    """Every id of a type, with its code: the rank of the id in byte order."""
    selects = sorted(
        {
            f"SELECT {staged.id_sql(columns)} AS id FROM kept_{staged.name}"
            for staged in sources
            for named, columns in staged.source.references()
            if named == type
        }
    )
    engine.run(
        f"CREATE OR REPLACE TABLE id_{type} AS SELECT CAST(row_number() OVER (ORDER BY id) - 1 AS INTEGER) AS code, id"
        f" FROM (SELECT DISTINCT id FROM ({' UNION ALL '.join(selects)}) WHERE id IS NOT NULL) ORDER BY id"
    )


def _make_events(engine: Engine, sources: Sequence[Staged]) -> None:
    selects = []
    for staged in sources:
        source = staged.source
        if source.object is None or not source.events:
            continue
        coded = f"coded_{staged.name}"
        events = [(staged.cell(e.at, "instant").name, e) for e in source.events]
        wanted = sorted({f"c{cell}" for cell, _ in events} | {f"t{staged.texts[e.type_from]}" for _, e in events if e.type_from})
        engine.run(
            f"CREATE OR REPLACE TABLE {coded} AS SELECT i.code, s._row, s._file, {', '.join('s.' + w for w in wanted)}"
            f" FROM kept_{staged.name} s JOIN id_{source.object.type} i ON i.id = {_qualified(staged, source.object.id)}"
        )
        for cell, event in events:
            type = f"t{staged.texts[event.type_from]}" if event.type_from else literal_text(str(event.type))
            selects.append(
                f"SELECT {literal_text(source.object.type)} AS object_type, code AS object, c{cell} AS occurred, {type} AS type,"
                f" {literal_text(staged.name)} AS source, _row AS source_row FROM {coded} WHERE c{cell} IS NOT NULL AND {type} IS NOT NULL"
            )
    if not selects:
        selects = [NO_EVENT]
    engine.run(f"CREATE OR REPLACE TABLE event_found AS {' UNION ALL '.join(selects)}")
    engine.run(
        "CREATE OR REPLACE TABLE object_month AS SELECT object_type, object,"
        " CAST(year(min(occurred)) * 100 + month(min(occurred)) AS INTEGER) AS month FROM event_found GROUP BY ALL"
    )
    declared = {str(event.type) for staged in sources for event in staged.source.events if event.type}
    _make_enum(engine, "event_type", "SELECT DISTINCT type FROM event_found", declared)
    _make_enum(engine, "object_type", "SELECT DISTINCT object_type FROM event_found")
    _make_enum(engine, "event_source", "SELECT DISTINCT source FROM event_found")
    engine.run(
        "CREATE OR REPLACE TABLE event AS SELECT m.month, CAST(e.object_type AS object_type) AS object_type, e.object, e.occurred,"
        " CAST(e.type AS event_type) AS type, CAST(e.source AS event_source) AS source, e.source_row"
        " FROM event_found e JOIN object_month m USING (object_type, object)"
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


def _make_object(engine: Engine, type: str, sources: Sequence[Staged], attributes: Mapping[str, CellType]) -> None:
    """object_<type>: code, id, month of the first event, sampling stratum, attributes in the order of their names."""
    joins: list[str] = []
    given: dict[str, str] = {}
    stratum = "CAST(NULL AS VARCHAR)"
    for number, staged in enumerate(sources):
        source = staged.source
        if source.object and source.object.type == type:
            columns = {f'"{n}"': f"first(s.c{staged.cell(a.column, a.as_).name} ORDER BY _file, _row)"
                       f" FILTER (s.c{staged.cell(a.column, a.as_).name} IS NOT NULL)"
                       for n, a in source.object.attributes.items()}  # fmt: skip
            if source.sample:
                cell = staged.cell(source.sample.stratum, "text").name
                columns["_stratum"] = f"first(s.c{cell} ORDER BY _file, _row)"
                stratum = f"a{number}._stratum"
            joins.append(_attribute_join(staged, source.object.id, columns, number, unique=source.key == source.object.id))
            given.update({n: f'a{number}."{n}"' for n in source.object.attributes})
        lent = [entry for entry in source.lends if entry.to == type]
        for entry in lent:
            take = "min" if entry.take == "first" else "max"
            alias = f"{number}_{entry.attribute}"
            columns = {f'"{entry.attribute}"': f"{take}(s.c{staged.cell(entry.column, entry.as_).name})"}
            joins.append(_attribute_join(staged, entry.id, columns, alias, unique=False))
            given[entry.attribute] = f'a{alias}."{entry.attribute}"'
    listed = "".join(f', CAST({given[n]} AS {SQL_TYPES[attributes[n]]}) AS "{n}"' for n in sorted(given))
    engine.run(
        f"CREATE OR REPLACE TABLE object_{type} AS SELECT i.code, i.id, coalesce(m.month, 0) AS month, {stratum} AS stratum{listed}"
        f" FROM id_{type} i LEFT JOIN object_month m ON m.object = i.code AND m.object_type = {literal_text(type)}"
        f" {' '.join(joins)} ORDER BY i.code"
    )


def _attribute_join(staged: Staged, id: tuple[str, ...], columns: Mapping[str, str], alias: object, *, unique: bool) -> str:
    """unique: the rows' key is the object's id, so there is nothing to choose among."""
    key = _qualified(staged, id)
    if unique:
        plain = [f"{_first_argument(sql)} AS {name}" for name, sql in columns.items()]
        return f"LEFT JOIN (SELECT {', '.join([f'{key} AS _id', *plain])} FROM kept_{staged.name} s) a{alias} ON a{alias}._id = i.id"
    chosen = [f"{sql} AS {name}" for name, sql in columns.items()]
    return (
        f"LEFT JOIN (SELECT {', '.join([f'{key} AS _id', *chosen])} FROM kept_{staged.name} s GROUP BY 1) a{alias} ON a{alias}._id = i.id"
    )


def _first_argument(sql: str) -> str:
    return sql.removeprefix("first(").split(" ORDER BY ")[0]


def _qualified(staged: Staged, columns: Sequence[str]) -> str:
    return " || '/' || ".join(f"s.t{staged.texts[column]}" for column in columns)


def _make_relations(engine: Engine, sources: Sequence[Staged]) -> None:
    selects = []
    for staged in sources:
        own = staged.source.object
        for relation in staged.source.relations if own else ():
            assert own is not None
            selects.append(
                f"SELECT {literal_text(own.type)} AS from_type, f.code AS from_code, {literal_text(relation.to)} AS to_type,"
                f" t.code AS to_code, {literal_text(relation.to)} AS qualifier FROM kept_{staged.name} s"
                f" JOIN id_{own.type} f ON f.id = {_qualified(staged, own.id)}"
                f" JOIN id_{relation.to} t ON t.id = {_qualified(staged, relation.id)}"
            )
    empty = (
        "SELECT CAST(NULL AS VARCHAR) from_type, CAST(NULL AS INTEGER) from_code, CAST(NULL AS VARCHAR) to_type,"
        " CAST(NULL AS INTEGER) to_code, CAST(NULL AS VARCHAR) qualifier WHERE FALSE"
    )
    engine.run(f"CREATE OR REPLACE TABLE relation AS SELECT DISTINCT * FROM ({' UNION ALL '.join(selects or [empty])}) ORDER BY ALL")


def _make_feedback(engine: Engine, sources: Sequence[Staged]) -> None:
    selects = []
    for staged in sources:
        for entry in staged.source.feedback:
            asked = f"s.c{staged.cell(entry.asked, 'instant').name}" if entry.asked else "CAST(NULL AS TIMESTAMP)"
            answered = f"s.c{staged.cell(entry.answered, 'instant').name}" if entry.answered else "CAST(NULL AS TIMESTAMP)"
            low, high = entry.scale
            selects.append(
                f"SELECT {literal_text(entry.about)} AS about_type, i.code AS about, {asked} AS asked, {answered} AS answered,"
                f" s.c{staged.cell(entry.score, 'number').name} AS score, CAST({low} AS DECIMAL(18,4)) AS low,"
                f" CAST({high} AS DECIMAL(18,4)) AS high, {literal_text(entry.instrument)} AS instrument,"
                f" {literal_text(staged.name)} AS source, s._row AS source_row"
                f" FROM kept_{staged.name} s JOIN id_{entry.about} i ON i.id = {_qualified(staged, entry.id)}"
                f" WHERE s.c{staged.cell(entry.score, 'number').name} IS NOT NULL"
            )
    empty = (
        "SELECT CAST(NULL AS VARCHAR) about_type, CAST(NULL AS INTEGER) about, CAST(NULL AS TIMESTAMP) asked,"
        " CAST(NULL AS TIMESTAMP) answered, CAST(NULL AS DECIMAL(18,4)) score, CAST(NULL AS DECIMAL(18,4)) low,"
        " CAST(NULL AS DECIMAL(18,4)) high, CAST(NULL AS VARCHAR) instrument, CAST(NULL AS VARCHAR) source,"
        " CAST(NULL AS BIGINT) source_row WHERE FALSE"
    )
    engine.run(
        f"CREATE OR REPLACE TABLE feedback AS SELECT * FROM ({' UNION ALL '.join(selects or [empty])})"
        " ORDER BY about_type, about, answered, asked, source, source_row"
    )


def _make_money(engine: Engine, sources: Sequence[Staged], currency: str | None) -> None:
    selects = [
        f"SELECT {literal_text(entry.about)} AS about_type, i.code AS about, {literal_text(entry.kind)} AS kind,"
        f" s.c{staged.cell(entry.amount, 'money').name} AS amount, {literal_text(entry.currency or currency or 'XXX')} AS currency,"
        f" {literal_text(staged.name)} AS source, s._row AS source_row"
                f" FROM kept_{staged.name} s"
        f" JOIN id_{entry.about} i ON i.id = {_qualified(staged, entry.id)} WHERE s.c{staged.cell(entry.amount, 'money').name} IS NOT NULL"
        for staged in sources
        for entry in staged.source.money
    ]
    empty = (
        "SELECT CAST(NULL AS VARCHAR) about_type, CAST(NULL AS INTEGER) about, CAST(NULL AS VARCHAR) kind,"
        " CAST(NULL AS DECIMAL(18,4)) amount, CAST(NULL AS VARCHAR) currency, CAST(NULL AS VARCHAR) source,"
        " CAST(NULL AS BIGINT) source_row WHERE FALSE"
    )
    engine.run(
        f"CREATE OR REPLACE TABLE money AS SELECT * FROM ({' UNION ALL '.join(selects or [empty])})"
        " ORDER BY about_type, about, kind, source, source_row"
    )


def _make_bad_cells(engine: Engine, sources: Sequence[Staged]) -> None:
    """bad_cell: which attribute or event of which object was quarantined, so that its promise is unknown and not absent."""
    engine.run("CREATE OR REPLACE TABLE bad_cell (object_type VARCHAR, object INTEGER, name VARCHAR)")
    for staged in sources:
        source = staged.source
        places: list[tuple[str, tuple[str, ...], str, str]] = []
        if source.object:
            places += [(source.object.type, source.object.id, staged.cell(a.column, a.as_).name, n)
                       for n, a in source.object.attributes.items() if a.as_ != "text"]  # fmt: skip
            places += [(source.object.type, source.object.id, staged.cell(e.at, "instant").name, str(e.type))
                       for e in source.events if e.type]  # fmt: skip
        places += [(e.to, e.id, staged.cell(e.column, e.as_).name, e.attribute) for e in source.lends if e.as_ != "text"]
        for type, id, cell, name in places:
            engine.run(
                f"INSERT INTO bad_cell SELECT DISTINCT {literal_text(type)}, i.code, {literal_text(name)} FROM kept_{staged.name} s"
                f" JOIN id_{type} i ON i.id = {_qualified(staged, id)} WHERE s.b{cell} IS NOT NULL"
            )
