"""Kept rows to objects: every id once, with its code, and the attributes that any source gives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from troth.kernel.errors import BookError
from troth.query import identifier, literal_text
from troth.record import Engine
from troth.sources.casting import SQL_TYPES
from troth.sources.mapping import CellType, ObjectRows, Sample, Where
from troth.sources.reading import Staged


def attributes_of(sources: Sequence[Staged]) -> dict[str, dict[str, CellType]]:
    found: dict[str, dict[str, CellType]] = {}
    for staged in sources:
        source = staged.source
        given = [(source.object.type, n, a.as_) for n, a in source.object.attributes.items()] if source.object else []
        for type, name, kind in (*given, *((lent.to, lent.attribute, lent.as_) for lent in source.lends)):
            if name in found.setdefault(type, {}):
                raise BookError(f"attribute '{name}' of '{type}' is given by two sources", next_step="Rename one of them.")
            found[type][name] = kind
    return found


def make_ids(engine: Engine, type: str, sources: Sequence[Staged]) -> None:
    """Every id of a type, with its code: its place by the intake that named it first, then in byte order.

    What comes later gets codes behind those that there are, so that nobody's code changes by it.
    """
    alone = len({piece.load for staged in sources for piece in staged.pieces}) < 2
    named = f"SELECT DISTINCT id, 0 AS load FROM ({named_sql(type, sources)})" if alone else _first_named(type, sources)
    engine.run(
        f"CREATE OR REPLACE TABLE id_{type} AS SELECT CAST(row_number() OVER (ORDER BY load, id) - 1 AS INTEGER) AS code, id"
        f" FROM ({named}) WHERE id IS NOT NULL ORDER BY code"
    )


def make_more_ids(engine: Engine, type: str, sources: Sequence[Staged], *, before: str, also: str, seq: int) -> bool:
    """The ids that some rows name, those with a code keeping theirs; whether they have the codes that all rows would give them.

    before: relation of code, id and month, of all objects of the type before the intake `seq`; known_<type> gets those that are named, and
    of which `also` has the hash of the id. The codes are others where an id is new and rows of an earlier intake named it.
    """
    engine.run(f"CREATE OR REPLACE TABLE first_{type} AS SELECT * FROM ({_first_named(type, sources)}) WHERE id IS NOT NULL")
    engine.run(
        f"CREATE OR REPLACE TABLE known_{type} AS SELECT code, id, month FROM {before}"
        f" WHERE hash(id) IN (SELECT hash(id) FROM first_{type} UNION {also})"
    )
    engine.run(f"CREATE OR REPLACE TABLE new_{type} AS SELECT f.id, f.load FROM first_{type} f ANTI JOIN known_{type} USING (id)")
    engine.run(
        f"CREATE OR REPLACE TABLE id_{type} AS SELECT k.code, k.id FROM known_{type} k SEMI JOIN first_{type} USING (id)"
        f" UNION ALL SELECT CAST((SELECT count(*) FROM {before}) + row_number() OVER (ORDER BY id) - 1 AS INTEGER), id FROM new_{type}"
    )
    early = engine.rows(f"SELECT 1 FROM new_{type} WHERE load < {seq} LIMIT 1")
    for table in ("first", "new"):
        engine.run(f"DROP TABLE {table}_{type}")
    return not early


def named_sql(type: str, sources: Sequence[Staged]) -> str:
    """Query of id and load: every place where kept rows name an object of a type, and the intake that they came with."""
    selects = {
        f"SELECT {staged.id_sql(columns)} AS id, {staged.load_sql()} AS load FROM kept_{staged.name}"
        for staged in sources
        for named, columns in staged.source.references()
        if named == type
    }
    return " UNION ALL ".join(sorted(selects))


def _first_named(type: str, sources: Sequence[Staged]) -> str:
    """Query of id and load: of what kept rows name, the first intake that did, with a row that stands or one that was replaced since."""
    return (
        f"SELECT id, min(load) AS load FROM (SELECT id, load, TRUE AS stands FROM ({named_sql(type, sources)})"
        f" UNION ALL SELECT id, load, FALSE FROM came WHERE object_type = {literal_text(type)}) GROUP BY id HAVING bool_or(stands)"
    )


def make_object(engine: Engine, type: str, sources: Sequence[Staged], attributes: Mapping[str, CellType]) -> None:
    """object_<type>: code, id, month of the first event, sampling stratum, attributes in the order of their names."""
    joins: list[str] = []
    given: dict[str, str] = {}
    stratum = "CAST(NULL AS VARCHAR)"
    for number, staged in enumerate(sources):
        source = staged.source
        if source.object and source.object.type == type:
            alias = f"own_{number}"
            joins.append(_own_join(staged, source.object, source.sample, alias))
            given.update({name: f"{alias}.{identifier(name)}" for name in source.object.attributes})
            stratum = f"{alias}._stratum" if source.sample else stratum
        for entry in source.lends:
            if entry.to == type:
                alias = f"lent_{number}_{entry.attribute}"
                extreme = f"{'min' if entry.take == 'first' else 'max'}(s.c{staged.cell(entry.column, entry.as_).name})"
                joins.append(_join(staged, entry.id, {entry.attribute: extreme}, alias, grouped=True, where=entry.where))
                given[entry.attribute] = f"{alias}.{identifier(entry.attribute)}"
    listed = "".join(f", CAST({given[n]} AS {SQL_TYPES[attributes[n]]}) AS {identifier(n)}" for n in sorted(given))
    engine.run(
        f"CREATE OR REPLACE TABLE object_{type} AS SELECT i.code, i.id, coalesce(m.month, 0) AS month, {stratum} AS stratum{listed}"
        f" FROM id_{type} i LEFT JOIN first_month m ON m.object = i.code AND m.object_type = {literal_text(type)}"
        f" {' '.join(joins)} ORDER BY i.code"
    )


def _own_join(staged: Staged, rows: ObjectRows, sample: Sample | None, alias: str) -> str:
    """Attributes from the object's own rows: of several rows the first that has a value."""
    cells = {name: f"s.c{staged.cell(a.column, a.as_).name}" for name, a in rows.attributes.items()}
    if sample:
        cells["_stratum"] = f"s.c{staged.cell(sample.stratum, 'text').name}"
    if staged.source.key == rows.id:
        return _join(staged, rows.id, cells, alias, grouped=False)
    firsts = {
        name: f"first({cell} ORDER BY {staged.place_sql(of='s')}, _row, _file) FILTER ({cell} IS NOT NULL)" for name, cell in cells.items()
    }
    return _join(staged, rows.id, firsts, alias, grouped=True)


def _join(staged: Staged, id: tuple[str, ...], columns: Mapping[str, str], alias: str, *, grouped: bool, where: Where | None = None) -> str:
    chosen = ", ".join([f"{staged.id_sql(id, of='s')} AS _id", *(f"{sql} AS {identifier(name)}" for name, sql in columns.items())])
    some = f" WHERE {staged.where_sql(where, of='s')}" if where else ""
    rows = f"SELECT {chosen} FROM kept_{staged.name} s{some}{' GROUP BY 1' if grouped else ''}"
    return f"LEFT JOIN ({rows}) {alias} ON {alias}._id = i.id"
