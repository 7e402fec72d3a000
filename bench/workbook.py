"""A workbook of a million rows into the engine, its rows counted by the reader's second opinion, beside calamine into Python lists."""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from bench.orders import CACHE
from bench.process import cpu_s, fresh, peak_mib
from bench.table import Line, shown

ROWS = 1_000_000
MOST_MIB = 512


def measure(count: int = ROWS) -> list[Line]:
    path = _made(count)
    own, other = fresh("workbook", "own", str(path)), fresh("workbook", "calamine", str(path))
    size = path.stat().st_size / 2**20
    return [
        Line(
            f"a workbook of {count:,} rows of 6 columns, {size:,.0f} MiB, to texts in the engine",
            f"{shown(own['seconds'])} ({shown(own['cpu_s'])} cpu)", "", f"1 run; {own['rows']:,} rows",
        ),
        Line("… peak memory", f"{own['peak_mib']:,.0f} MiB", f"≤ {MOST_MIB} MiB", "read as a stream", met=own["peak_mib"] <= MOST_MIB),
        Line(
            "… calamine, all rows as Python lists", f"{shown(other['seconds'])} ({shown(other['cpu_s'])} cpu)", "",
            f"peak {other['peak_mib']:,.0f} MiB; no header found, nothing set aside, no second count",
        ),
    ]  # fmt: skip


def _made(count: int) -> Path:
    path = CACHE / f"workbook-{count}.xlsx"
    if path.is_file():
        return path
    import xlsxwriter

    CACHE.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft.xlsx")
    book = xlsxwriter.Workbook(draft, {"constant_memory": True})
    sheet, day = book.add_worksheet("Orders"), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(0, 0, ["order", "customer", "placed", "due", "state", "amount"])
    begun = datetime(2025, 1, 1)
    for row in range(1, count + 1):
        placed = begun + timedelta(minutes=row % 500_000)
        sheet.write_string(row, 0, f"O{row:07}")
        sheet.write_string(row, 1, f"C{row * 7919 % 20_000:05}")
        sheet.write_datetime(row, 2, placed, day)
        sheet.write_datetime(row, 3, placed + timedelta(days=3), day)
        sheet.write_string(row, 4, ("open", "shipped", "delivered")[row % 3])
        sheet.write_number(row, 5, row % 100_000 / 100)
    book.close()
    draft.replace(path)
    return path


def measure_own(path: Path) -> dict[str, float]:
    from troth.sources.address import Address
    from troth.sources.readers import opened
    from troth.stores.lake.engine import DuckEngine

    engine = DuckEngine()
    begun, cpu = time.perf_counter(), cpu_s()
    with opened(engine, Address(path), "rows") as table:
        engine.run(f"CREATE TABLE texts AS SELECT * FROM {table.relation}")
        rows = int(engine.rows("SELECT count(*) FROM texts")[0][0])
        if rows != table.records:
            raise RuntimeError(f"{rows} read, {table.records} counted")
    return {"seconds": time.perf_counter() - begun, "cpu_s": cpu_s() - cpu, "rows": rows, "peak_mib": peak_mib()}


def measure_calamine(path: Path) -> dict[str, float]:
    from python_calamine import CalamineWorkbook

    begun, cpu = time.perf_counter(), cpu_s()
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return {"seconds": time.perf_counter() - begun, "cpu_s": cpu_s() - cpu, "rows": len(rows), "peak_mib": peak_mib()}


if __name__ == "__main__":
    ways = {"own": measure_own, "calamine": measure_calamine}
    print(json.dumps(ways[sys.argv[1]](Path(sys.argv[2]))))
