"""The made-up shop as its files would come: one extract of a year, and of each day after it what is new or other than before."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb

from bench.orders import CSV, SOURCES

YEAR_ENDS = date(2025, 1, 1)
INSTANTS = ("placed_at", "approved_at", "packed_at", "handed_over_at", "delivered_at")
CLOCKS = {"order_lines": "placed_at", "payments": "placed_at", "reviews": "answered_at", "scans": "scanned_at"}
"""When a row of each file comes: with its order, or at an instant of its own."""


def year_of(folder: Path, target: Path) -> Path:
    """The book of the shop in `folder`, with the files of its first year. Gives the folder of the book."""
    shutil.rmtree(target, ignore_errors=True)
    (target / "data").mkdir(parents=True)
    shutil.copytree(folder / "book", target / "book", ignore=shutil.ignore_patterns(".troth", "pages"))
    for name, source in SOURCES.items():
        several = source.replace(f"files: [{name}.csv]", f"files: ['{name}_*.csv']")
        (target / "book" / "sources" / f"{name}.yaml").write_text(several, encoding="utf-8")
    settings = target / "book" / "troth.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(str(folder), str(target)), encoding="utf-8")
    _write(folder, target, None, YEAR_ENDS)
    return target / "book"


def add_day(folder: Path, target: Path, day: date) -> int:
    """The files of one day: orders that were placed or came further on it, and what else came. Gives the number of orders."""
    return _write(folder, target, day, day + timedelta(days=1))


def _write(folder: Path, target: Path, since: date | None, until: date) -> int:
    """What came from one day to before another; without `since` all that came before."""
    with duckdb.connect() as engine:
        for name in SOURCES:
            file = (folder / "data" / f"{name}.csv").as_posix()
            engine.execute(f"CREATE VIEW {name} AS SELECT * FROM read_csv('{file}', all_varchar = true, header = true)")
        name, here = since or "0000", target / "data"
        orders = f"SELECT {_known(until)} FROM orders WHERE placed_at < '{until}' AND ({_in(since, until, INSTANTS)})"
        count = engine.execute(f"COPY ({orders}) TO '{(here / f'orders_{name}.csv').as_posix()}' {CSV}").fetchall()[0][0]
        for other, clock in CLOCKS.items():
            when = _between(since, until, f"{'o' if clock == 'placed_at' else 'r'}.{clock}")
            rows = f"SELECT r.* FROM {other} r JOIN orders o USING (order_id) WHERE o.placed_at < '{until}' AND {when}"
            engine.execute(f"COPY ({rows}) TO '{(here / f'{other}_{name}.csv').as_posix()}' {CSV}")
    return int(count)


def _known(until: date) -> str:
    """The columns of an order as they were known: what came later is blank."""
    later = ", ".join(f"CASE WHEN {at} < '{until}' THEN {at} END AS {at}" for at in INSTANTS)
    status = f"CASE WHEN status = 'delivered' AND delivered_at >= '{until}' THEN 'shipped' ELSE status END AS status"
    return f"* REPLACE ({status}, {later})"


def _in(since: date | None, until: date, columns: tuple[str, ...]) -> str:
    return " OR ".join(_between(since, until, column) for column in columns)


def _between(since: date | None, until: date, column: str) -> str:
    begun = f" AND {column} >= '{since}'" if since else ""
    return f"({column} < '{until}'{begun})"
