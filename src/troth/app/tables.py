"""A table as a file of the kind that its name's ending says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from troth.app.writing import csv_of, draft_of, write_whole
from troth.kernel.errors import BadValue
from troth.query import literal_text
from troth.record import Engine

ENDINGS = (".csv", ".parquet", ".xlsx")


def write_table(engine: Engine, columns: Sequence[str], rows: Sequence[Sequence[object]], to: Path) -> None:
    """Write CSV, Parquet or a workbook of one sheet, in place of what stands there.

    Raises BadValue for another ending, StoreError where it cannot be written; then what stood there still does.
    """
    if to.suffix not in ENDINGS:
        raise BadValue("no kind of table", got=f"'{to.name}'", allowed=", ".join(f"a name that ends in {one}" for one in ENDINGS))
    if to.suffix == ".csv":
        write_whole(to, csv_of(columns, rows))
        return
    with draft_of(to) as draft:
        if to.suffix == ".xlsx":
            _workbook(columns, rows, draft)
        else:
            arrays = {name: _column([row[place] for row in rows]) for place, name in enumerate(columns)}
            engine.load("written", arrays)
            engine.run(f"COPY written TO {literal_text(draft.as_posix())} (FORMAT parquet)")
            engine.run("DROP TABLE written")


def _column(values: Sequence[object]) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    """Numbers with gaps as masked: nothing is a number that is not there."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, bool) for value in values):
        return np.array(values, dtype=np.bool_)
    if known and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        kind = np.int64 if all(isinstance(value, int) for value in known) else np.float64
        filled = np.array([0 if value is None else value for value in values], dtype=kind)
        return np.ma.masked_array(filled, mask=[value is None for value in values])
    return np.array([None if value is None else str(value) for value in values], dtype=object)


def _workbook(columns: Sequence[str], rows: Sequence[Sequence[object]], draft: Path) -> None:
    from xlsxwriter import Workbook

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(str(draft), options) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.write_row(0, 0, columns, bold)
        for place, row in enumerate(rows, start=1):
            sheet.write_row(place, 0, row)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
        sheet.autofit()
