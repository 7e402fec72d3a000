"""How well the sources fit together: of the rows that name an object of another source, how many name one that is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from troth.record import Engine
from troth.sources.reading import Staged


@dataclass(frozen=True, slots=True)
class Join:
    """Rows of a source that name an object of `type` by `columns`. given_by: sources with rows of such objects, none where it is
    known by name only, and then nothing can be matched.
    """

    source: str
    columns: tuple[str, ...]
    type: str
    given_by: tuple[str, ...]
    rows: int
    matched: int


def joins(engine: Engine, sources: Sequence[Staged]) -> tuple[Join, ...]:
    """From the kept rows, once for every way in which a source names another's objects."""
    owners: dict[str, list[Staged]] = {}
    for staged in sources:
        if staged.source.object:
            owners.setdefault(staged.source.object.type, []).append(staged)
    found = []
    for staged in sources:
        own = staged.source.object.type if staged.source.object else None
        for type, columns in sorted({(t, c) for t, c in staged.source.references() if t != own}):
            given_by = owners.get(type, [])
            rows, matched = _counted(engine, staged, columns, given_by)
            found.append(Join(staged.name, columns, type, tuple(one.name for one in given_by), rows, matched))
    return tuple(found)


def _counted(engine: Engine, staged: Staged, columns: tuple[str, ...], owners: Sequence[Staged]) -> tuple[int, int]:
    named = f"SELECT {staged.id_sql(columns)} AS id FROM kept_{staged.name}"
    ids = " UNION ALL ".join(
        f"SELECT {one.id_sql(one.source.object.id)} FROM kept_{one.name}" for one in owners if one.source.object is not None
    )
    there = f"id IN ({ids})" if ids else "FALSE"
    rows = engine.rows(f"SELECT count(*), count(*) FILTER ({there}) FROM ({named}) WHERE id IS NOT NULL")[0]
    return int(rows[0]), int(rows[1])
