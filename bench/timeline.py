"""One order's timeline out of a built lake, against a plain query that reads the same files without knowing where the order is."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.build import LARGE
from bench.orders import order_ids, orders
from bench.process import fresh
from bench.table import Line, shown

IDS = 50
MOST_S = 0.1


def measure(count: int = LARGE) -> list[Line]:
    folder = orders(count)
    if not (folder / "book" / ".troth" / "journal.db").is_file():
        fresh("build", str(folder / "book"))
    said = fresh("timeline", str(folder))
    ours, plain = said["ours"], said["plain"]
    p95 = quantile(ours, 0.95)
    return [
        Line(
            f"one order's timeline of {count:,}, p50 / p95 of {len(ours)} orders",
            f"{shown(quantile(ours, 0.5))} / {shown(p95)}",
            f"< {shown(MOST_S)}",
            f"warm process; its first call {shown(said['first'])}",
            met=p95 < MOST_S,
        ),
        Line(
            "… plain DuckDB over the same files",
            f"{shown(quantile(plain, 0.5))} / {shown(quantile(plain, 0.95))}",
            "",
            "the order's code, events and outcomes in three queries; neither month nor views",
        ),
    ]


def measure_here(folder: Path) -> dict[str, Any]:
    from troth.app.answers.timeline import why_not
    from troth.app.bootstrap import open_workspace
    from troth.app.reading import open_reading

    reading = open_reading(open_workspace(folder / "book"))
    ids = order_ids(folder, IDS + 1)
    first = seconds(lambda: why_not(reading, ids[0]))
    plain = _plain(folder / "book" / ".troth" / "lake")
    plain(ids[0])
    return {
        "first": first,
        "ours": [seconds(lambda id=id: why_not(reading, id)) for id in ids[1:]],  # type: ignore[misc]
        "plain": [seconds(lambda id=id: plain(id)) for id in ids[1:]],  # type: ignore[misc]
    }


def _plain(lake: Path) -> Callable[[str], None]:
    import duckdb

    connection = duckdb.connect()

    def read(table: str) -> str:
        return f"read_parquet('{(lake / table).as_posix()}/**/*.parquet', hive_partitioning = false)"

    def ask(id: str) -> None:
        code = connection.execute(f"SELECT code FROM {read('object_order')} WHERE id = ?", [id]).fetchall()[0][0]
        connection.execute(f"SELECT occurred, type FROM {read('event')} WHERE object = {code} ORDER BY occurred, type").fetchall()
        for promise in ("deliver", "hand_over"):
            connection.execute(f"SELECT made, due, fulfilled, voided FROM {read(f'outcome_{promise}')} WHERE subject = {code}").fetchall()

    return ask


def seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


if __name__ == "__main__":
    print(json.dumps(measure_here(Path(sys.argv[1]))))
