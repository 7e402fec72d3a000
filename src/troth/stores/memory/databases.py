"""Databases in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from troth.kernel.errors import SourceError, nearest
from troth.sources.databases.database import TableThere, Wanted
from troth.sources.databases.extract import path_of, write_rows, writing

Row = tuple[str | None, ...]


class MemoryDatabases:
    """Implements `sources.database.Databases`: by the variable of each, its tables with their columns and rows."""

    def __init__(self, databases: Mapping[str, Mapping[str, tuple[Sequence[str], Sequence[Row]]]]) -> None:
        self._databases = databases

    def tables(self, url: str) -> Sequence[TableThere]:
        return [TableThere(name) for name in sorted(self._named(url))]

    def extract(self, wanted: Sequence[Wanted], folder: Path) -> list[Path]:
        tables = self._named(wanted[0].database.url)
        paths = []
        for number, one in enumerate(wanted):
            name = one.database.table or ""
            if name not in tables:
                raise SourceError(f"{one.database.variable} has no table '{name}'", allowed=nearest(name, tables))
            columns, rows = tables[name]
            places = [*(list(columns).index(key) for key in one.key if key in columns), *range(len(columns))]
            left = sorted(rows, key=lambda row, places=places: [(row[p] is None, row[p] or "") for p in places])  # type: ignore[misc]
            paths.append(path_of(folder, number, one.name))
            with writing(paths[-1], one.name, columns, len(rows)) as written:
                write_rows(written, lambda size, left=left: [left.pop(0) for _ in range(min(size, len(left)))])  # type: ignore[misc]
        return paths

    def _named(self, url: str) -> Mapping[str, tuple[Sequence[str], Sequence[Row]]]:
        variable = url.removeprefix("env:")
        if variable not in self._databases:
            raise SourceError(f"{variable} is not set in the environment")
        return self._databases[variable]
