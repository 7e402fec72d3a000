"""One CSV of a million orders to the record's tables, against DuckDB's own typed read of it, the same sort and the same files."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.orders import CACHE, write_one
from bench.process import Stopwatch, cpu_s, fresh, peak_mib
from bench.raw import FORMAT, READ, TIMES
from bench.table import Line, shown

ORDERS, REPETITIONS, MOST_TIMES = 1_000_000, 3, 2.0
TABLES = ("event", "object_order", "object_customer", "relation")
OBJECTS = [
    """CREATE TABLE object_order AS SELECT CAST(row_number() OVER (ORDER BY order_id) - 1 AS INTEGER) AS code, order_id AS id,
       CAST(year(least(placed_at, approved_at)) * 100 + month(least(placed_at, approved_at)) AS INTEGER) AS month,
       CAST(NULL AS VARCHAR) AS stratum, promised_for AS promised, status FROM orders ORDER BY code""",
    """CREATE TABLE object_customer AS SELECT CAST(row_number() OVER (ORDER BY id) - 1 AS INTEGER) AS code, id, 0 AS month,
       CAST(NULL AS VARCHAR) AS stratum FROM (SELECT DISTINCT customer_id AS id FROM orders) ORDER BY id""",
]
EVENTS = (
    f"""CREATE TABLE event AS
    WITH coded AS (SELECT i.code, i.month, o.*
                   FROM (SELECT *, row_number() OVER () AS r FROM orders) o JOIN object_order i ON i.id = o.order_id)
    SELECT month, CAST('order' AS ENUM ('order')) AS object_type, object, occurred,
           CAST(type AS ENUM ({", ".join(f"'{name}'" for name in sorted(TIMES))})) AS type,
           CAST('orders' AS ENUM ('orders')) AS source, source_row FROM ("""
    + " UNION ALL ".join(
        f"SELECT month, code AS object, {name}_at AS occurred, '{name}' AS type, r AS source_row FROM coded WHERE {name}_at IS NOT NULL"
        for name in TIMES
    )
    + ") ORDER BY month, object, occurred, type, source_row"
)
RELATION = """CREATE TABLE relation AS SELECT 'order' AS from_type, i.code AS from_code, 'customer' AS to_type, c.code AS to_code,
    'customer' AS qualifier FROM orders o JOIN object_order i ON i.id = o.order_id JOIN object_customer c ON c.id = o.customer_id
    ORDER BY from_code"""


def measure(count: int = ORDERS) -> list[Line]:
    folder = write_one(CACHE / f"record-{count}", "orders", count)
    ours, limit = [], []
    for _ in range(REPETITIONS):
        limit.append(_made(folder, "plain"))
        ours.append(_made(folder, "troth"))
    _refuse_others(ours, limit)
    lines = [
        Line(
            f"a CSV of {count:,} orders to events, objects and relations", _both(ours), f"plain DuckDB {_both(limit)}",
            f"{REPETITIONS} × in turn; {_phases(ours)} | plain: {_phases(limit)} | peak {ours[0]['peak_mib']:,.0f} MiB, "
            f"plain {limit[0]['peak_mib']:,.0f}",
        )
    ]  # fmt: skip
    for what, key in (("time", "wall_s"), ("processor time", "cpu_s")):
        ratio = _median(ours, key) / _median(limit, key)
        lines.append(Line(f"… against plain DuckDB, {what}", f"{ratio:.2f}", f"≤ {MOST_TIMES:g}", met=ratio <= MOST_TIMES))
    return lines


def _made(folder: Path, by: str) -> dict[str, Any]:
    target = folder / by
    shutil.rmtree(target, ignore_errors=True)
    try:
        return fresh("record", by, str(folder), str(target))
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _refuse_others(ours: Sequence[Mapping[str, Any]], limit: Sequence[Mapping[str, Any]]) -> None:
    """Both must have made the same: rows of each table, and a digest of every instant and code."""
    if any(one["made"] != limit[0]["made"] for one in (*ours, *limit)):
        raise RuntimeError(f"the two made different tables: {ours[0]['made']} and {limit[0]['made']}")


def _both(runs: Sequence[Mapping[str, Any]]) -> str:
    return f"{shown(_median(runs, 'wall_s'))} ({shown(_median(runs, 'cpu_s'))} cpu)"


def _phases(runs: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{name} {shown(statistics.median(run['phases'][name] for run in runs))}" for name in runs[0]["phases"])


def _median(runs: Sequence[Mapping[str, Any]], key: str) -> float:
    return statistics.median(float(run[key]) for run in runs)


COUNTED = (
    "SELECT count(*), sum(hash(month, object, occurred, CAST(type AS VARCHAR), source_row)) FROM event",
    "SELECT count(*), sum(hash(code, id, month, promised, status)) FROM object_order",
    "SELECT count(*), sum(hash(code, id)) FROM object_customer",
    "SELECT count(*), sum(hash(from_code, to_code)) FROM relation",
)


def troth(folder: Path, target: Path) -> dict[str, Any]:
    """What a build does of it: staged, settled, made into facts, written into a lake. Start-up is left out of both."""
    from troth.app.bootstrap import open_workspace
    from troth.app.building.judging import DEFAULT_ZONE
    from troth.app.rulebook.rules import read_rules
    from troth.record import Part
    from troth.sources import make_facts, make_shared, settle, stage

    shutil.copytree(folder / "book", target)
    workspace = open_workspace(target)
    rules = read_rules(workspace)
    watch, begun = Stopwatch(), cpu_s()
    with workspace.building() as engine:
        watch("read")
        make_shared(engine)
        (source,) = rules.sources.values()
        staged = stage(engine, source.name, source.value, folder / "data", rules.settings.zone or DEFAULT_ZONE)
        settle(engine, staged)
        watch("sort")
        make_facts(engine, [staged], currency=None)
        watch("write")
        event = Part("event", ("object_type", "month"), ("object", "occurred", "type", "source", "source_row"))
        objects = [Part(f"object_{type}", (), ("code",)) for type in ("order", "customer")]
        workspace.lake.write(engine, [event, *objects, Part("relation", (), ("from_code", "to_code"))])
        said = _said(watch, begun)
        return said | {"made": [[str(cell) for cell in engine.rows(sql)[0]] for sql in COUNTED]}


def plain(folder: Path, target: Path) -> dict[str, Any]:
    """As one who knows the data would write it: nothing is checked, no zone is applied, nothing is synced to the disk."""
    import duckdb

    target.mkdir(parents=True)
    watch, begun = Stopwatch(), cpu_s()
    connection = duckdb.connect(config={"memory_limit": "3GB", "temp_directory": str(target / "spill")})

    def run(sql: str) -> list[Any]:
        return connection.execute(sql).fetchall()

    watch("read")
    columns = ", ".join(f"'{column}': '{type}'" for column, type in READ["orders"].items())
    run(f"CREATE TABLE orders AS SELECT * FROM read_csv('{folder / 'data' / 'orders.csv'}', header = true, columns = {{{columns}}})")
    watch("sort")
    for sql in (*OBJECTS, EVENTS, RELATION):
        run(sql)
    watch("write")
    run(f"COPY event TO '{target / 'event'}' ({FORMAT}, PARTITION_BY (object_type, month), WRITE_PARTITION_COLUMNS true)")
    for name in TABLES[1:]:
        run(f"COPY {name} TO '{target / name}.parquet' ({FORMAT})")
    said = _said(watch, begun)
    return said | {"made": [[str(cell) for cell in run(sql)[0]] for sql in COUNTED]}


def _said(watch: Stopwatch, begun: float) -> dict[str, Any]:
    phases = watch.stop()
    return {"wall_s": sum(phases.values()), "cpu_s": cpu_s() - begun, "peak_mib": peak_mib(), "phases": phases}


if __name__ == "__main__":
    make = {"troth": troth, "plain": plain}[sys.argv[1]]
    print(json.dumps(make(Path(sys.argv[2]), Path(sys.argv[3]))))
