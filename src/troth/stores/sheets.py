"""Tables in columns written as files: DuckDB makes the text, the columns say how."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import duckdb
import numpy as np
import numpy.typing as npt

from troth.kernel.errors import StoreError
from troth.worlds import Column, Sheet
from troth.worlds.sheets import NONE

MOST_INLINE = 256  # labels that stand in the query itself; more of them are a table of their own


class SheetWriter:
    """Writes sheets into a folder, one after another, by one engine in memory. To be used with `with`."""

    def __init__(self) -> None:
        self._engine = duckdb.connect(config={"preserve_insertion_order": True})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()

    def write(self, sheet: Sheet, folder: Path) -> Path:
        """Write one file of rows, in the order that they have. Its name's ending says whether it is CSV or JSON.

        Raises StoreError where there is no room for it or no right to write.
        """
        path = folder / sheet.name
        arrays: dict[str, npt.NDArray[np.generic]] = {}
        joins: list[int] = []
        cells = [_cell(column, place, arrays, joins, comma=sheet.comma) for place, column in enumerate(sheet.columns)]
        self._engine.register("source", {"at": np.arange(len(sheet)), **arrays})
        try:
            for place in joins:
                self._keep(f"l{place}", sheet.columns[place].labels)
            told = " ".join(f"LEFT JOIN l{place} ON l{place}.place = source.c{place}" for place in joins)
            order = "ORDER BY source.at" if joins else ""
            query = f"SELECT {', '.join(cells)} FROM source {told} {order}"
            self._engine.execute(f"COPY ({query}) TO '{str(path).replace(chr(39), chr(39) * 2)}' ({_options(sheet)})")
        except duckdb.IOException as error:
            said = str(error).splitlines()[0]
            raise StoreError(f"'{sheet.name}' cannot be written to '{folder}'", got=said, next_step="Make room there.") from error
        finally:
            self._engine.unregister("source")
        return path

    def _keep(self, name: str, labels: tuple[str, ...]) -> None:
        self._engine.execute(
            f"CREATE OR REPLACE TABLE {name} AS SELECT unnest(range(?)) AS place, unnest(string_split(?, '\n')) AS label",
            [len(labels), "\n".join(labels)],
        )


def _options(sheet: Sheet) -> str:
    if sheet.name.endswith(".json"):
        return "FORMAT json, ARRAY true"
    return f"FORMAT csv, HEADER true, DELIMITER '{sheet.separator}'"


def _cell(column: Column, place: int, arrays: dict[str, npt.NDArray[np.generic]], joins: list[int], *, comma: bool) -> str:
    value = f"c{place}"
    arrays[value] = column.values
    shown = _shown(column, place, value, arrays, joins, comma=comma)
    return f'CASE WHEN {value} <> {NONE} THEN {shown} END AS "{column.name}"'


def _shown(column: Column, place: int, value: str, arrays: dict[str, npt.NDArray[np.generic]], joins: list[int], *, comma: bool) -> str:
    """An expression for a cell that is not empty."""
    instant = f"strftime(make_timestamp({value} * 1000000), '{column.form}')"
    match column.kind:
        case "whole":
            return value
        case "key":
            return f"format('{_format(column.form)}', {value})"
        case "hundredths":
            mark = "," if comma else "."
            sign = f"CASE WHEN {value} < 0 THEN '-' ELSE '' END"
            return f"concat({sign}, abs({value}) // 100, '{mark}', format('{{:02d}}', abs({value}) % 100))"
        case "instant":
            return instant
        case "zoned":
            arrays[f"o{place}"] = column.offsets if column.offsets is not None else np.zeros(len(column.values), dtype=np.int64)
            offset = f"o{place}"
            sign = f"CASE WHEN {offset} < 0 THEN '-' ELSE '+' END"
            return f"concat({instant}, {sign}, format('{{:02d}}:{{:02d}}', abs({offset}) // 60, abs({offset}) % 60))"
        case "text":
            if len(column.labels) > MOST_INLINE:
                joins.append(place)
                return f"nullif(l{place}.label, '')"
            listed = ", ".join("'" + label.replace("'", "''") + "'" for label in column.labels)
            return f"([{listed}])[{value} + 1]"
    raise ValueError(column.kind)


def _format(form: str) -> str:
    """A printf pattern of one number, such as 'SO-%08d', as DuckDB's format has it."""
    before, rest = form.split("%")
    width, after = rest.split("d", 1)
    return f"{before}{{:{width}d}}{after}"
