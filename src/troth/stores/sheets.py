"""Tables in columns written as files: DuckDB makes the text, the columns say how."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from troth.kernel.errors import StoreError
from troth.worlds import Column, Sheet
from troth.worlds.sheets import NONE

MOST_INLINE = 256  # labels that stand in the query itself; more of them are a table of their own


def write_sheet(sheet: Sheet, folder: Path) -> Path:
    """Write one file of rows into a folder, in the order that they have. Its name's ending says whether it is CSV or JSON."""
    path = folder / sheet.name
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    joins: list[str] = []
    cells = [_cell(column, place, arrays, joins, comma=sheet.comma) for place, column in enumerate(sheet.columns)]
    connection = duckdb.connect(config={"preserve_insertion_order": True})
    try:
        connection.register("source", {"at": np.arange(len(sheet)), **arrays})
        for place, labels in [(int(j[1:]), sheet.columns[int(j[1:])].labels) for j in joins]:
            _labels(connection, f"l{place}", labels)
        told = " ".join(f"LEFT JOIN {name} ON {name}.place = source.c{name[1:]}" for name in joins)
        order = "ORDER BY source.at" if joins else ""
        query = f"SELECT {', '.join(cells)} FROM source {told} {order}"
        connection.execute(f"COPY ({query}) TO '{str(path).replace(chr(39), chr(39) * 2)}' ({_options(sheet)})")
    except duckdb.IOException as error:
        raise StoreError(
            f"'{sheet.name}' cannot be written to '{folder}'", got=str(error).splitlines()[0], next_step="Make room there."
        ) from error
    finally:
        connection.close()
    return path


def _options(sheet: Sheet) -> str:
    if sheet.name.endswith(".json"):
        return "FORMAT json, ARRAY true"
    return f"FORMAT csv, HEADER true, DELIMITER '{sheet.separator}'"


def _labels(connection: duckdb.DuckDBPyConnection, name: str, labels: tuple[str, ...]) -> None:
    connection.execute(f"CREATE TABLE {name} (place BIGINT, label VARCHAR)")
    joined = "\n".join(labels)
    connection.execute(f"INSERT INTO {name} SELECT unnest(range(?)), unnest(string_split(?, '\n'))", [len(labels), joined])


def _cell(column: Column, place: int, arrays: dict[str, npt.NDArray[np.generic]], joins: list[str], *, comma: bool) -> str:
    value = f"c{place}"
    arrays[value] = column.values
    shown = _shown(column, place, value, arrays, joins, comma=comma)
    return f'CASE WHEN {value} <> {NONE} THEN {shown} END AS "{column.name}"'


def _shown(column: Column, place: int, value: str, arrays: dict[str, npt.NDArray[np.generic]], joins: list[str], *, comma: bool) -> str:
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
                joins.append(f"l{place}")
                return f"nullif(l{place}.label, '')"
            listed = ", ".join("'" + label.replace("'", "''") + "'" for label in column.labels)
            return f"([{listed}])[{value} + 1]"
    raise ValueError(column.kind)


def _format(form: str) -> str:
    """A printf pattern of one number, such as 'SO-%08d', as DuckDB's format has it."""
    before, rest = form.split("%")
    width, after = rest.split("d", 1)
    return f"{before}{{:{width}d}}{after}"
