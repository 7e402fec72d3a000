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
