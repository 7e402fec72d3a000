"""The same reads, sorts and files by hand: plain SQL over DuckDB, as one who knows the data would write it.

It is the limit, not a peer: nothing is checked, quarantined, counted or attributed, no zone is applied, and files are not
synced to the disk. Threads, codec, level, row group size and partitions are those of the build.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb

from bench.process import Stopwatch, cpu_s, peak_mib

FORMAT = "FORMAT parquet, PARQUET_VERSION v1, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE 122880"
TIMES = ("placed", "approved", "packed", "handed_over", "delivered")
READ = {
    "orders": {
        "order_id": "VARCHAR", "customer_id": "VARCHAR", "status": "VARCHAR", "placed_at": "TIMESTAMP", "approved_at": "TIMESTAMP",
        "packed_at": "TIMESTAMP", "handed_over_at": "TIMESTAMP", "delivered_at": "TIMESTAMP", "promised_for": "TIMESTAMP",
    },
    "order_lines": {
        "order_id": "VARCHAR", "line": "INTEGER", "product_id": "VARCHAR", "ship_limit": "TIMESTAMP", "price": "DECIMAL(18,4)",
    },
    "payments": {"payment_id": "VARCHAR", "order_id": "VARCHAR", "method": "VARCHAR", "amount": "DECIMAL(18,4)"},
    "reviews": {
        "review_id": "VARCHAR", "order_id": "VARCHAR", "score": "DECIMAL(18,4)", "asked_at": "TIMESTAMP", "answered_at": "TIMESTAMP",
    },
    "scans": {"order_id": "VARCHAR", "scan": "VARCHAR", "scanned_at": "TIMESTAMP", "place": "VARCHAR"},
}  # fmt: skip
OBJECTS = [
    "CREATE TABLE id_order AS SELECT CAST(row_number() OVER (ORDER BY order_id) - 1 AS INTEGER) AS code, order_id AS id FROM orders",
    """CREATE TABLE object_customer AS SELECT CAST(row_number() OVER (ORDER BY id) - 1 AS INTEGER) AS code, id, 0 AS month,
       CAST(NULL AS VARCHAR) AS stratum FROM (SELECT DISTINCT customer_id AS id FROM orders) ORDER BY id""",
    """CREATE TABLE object_order AS SELECT i.code, i.id, year(o.placed_at) * 100 + month(o.placed_at) AS month,
       CAST(NULL AS VARCHAR) AS stratum, o.promised_for AS promised, l.ship_limit, o.status
       FROM id_order i JOIN orders o ON o.order_id = i.id
       LEFT JOIN (SELECT order_id, max(ship_limit) AS ship_limit FROM order_lines GROUP BY 1) l ON l.order_id = i.id ORDER BY i.code""",
]
EVENTS = (
    """CREATE TABLE event AS
    WITH coded AS (SELECT i.code, i.month, o.*
                   FROM (SELECT *, row_number() OVER () AS r FROM orders) o JOIN object_order i ON i.id = o.order_id)
    SELECT month, CAST('order' AS ENUM ('order')) AS object_type, object, occurred,
           CAST(type AS ENUM ('approved', 'arrived at hub', 'delivered', 'handed_over', 'left hub', 'out for delivery', 'packed',
                              'placed')) AS type, CAST(source AS ENUM ('orders', 'scans')) AS source, source_row
    FROM ("""
    + " UNION ALL ".join(
        f"SELECT month, code AS object, {name}_at AS occurred, '{name}' AS type, 'orders' AS source, r AS source_row FROM coded"
        f" WHERE {name}_at IS NOT NULL"
        for name in TIMES
    )
    + """ UNION ALL SELECT i.month, i.code, s.scanned_at, s.scan, 'scans', s.r
          FROM (SELECT *, row_number() OVER () AS r FROM scans) s JOIN object_order i ON i.id = s.order_id)
    ORDER BY object_type, month, object, occurred, type, source, source_row"""
)
STEPS = """CREATE TABLE step AS SELECT month, object_type, object, CAST(row_number() OVER line AS INTEGER) AS ordinal, type, occurred,
    lag(type) OVER line AS before, epoch_us(occurred) - epoch_us(lag(occurred) OVER line) AS since_us FROM event
    WINDOW line AS (PARTITION BY object ORDER BY occurred, type, source, source_row) ORDER BY month, object, ordinal"""
RELATED = [
    """CREATE TABLE relation AS SELECT 'order' AS from_type, i.code AS from_code, 'customer' AS to_type, c.code AS to_code,
       'customer' AS qualifier FROM orders o JOIN id_order i ON i.id = o.order_id JOIN object_customer c ON c.id = o.customer_id
       ORDER BY from_code""",
    """CREATE TABLE feedback AS SELECT 'order' AS about_type, i.code AS about, asked_at AS asked, answered_at AS answered, score,
       CAST(1 AS DECIMAL(18,4)) AS low, CAST(5 AS DECIMAL(18,4)) AS high, 'review' AS instrument, 'reviews' AS source, r AS source_row
       FROM (SELECT *, row_number() OVER () AS r FROM reviews) s JOIN id_order i ON i.id = s.order_id ORDER BY about, answered, r""",
    """CREATE TABLE money AS SELECT 'order' AS about_type, i.code AS about, kind, amount, 'EUR' AS currency, source, source_row FROM (
       SELECT order_id, 'price' AS kind, price AS amount, 'order_lines' AS source, row_number() OVER () AS source_row FROM order_lines
       UNION ALL SELECT order_id, 'payment', amount, 'payments', row_number() OVER () FROM payments) s
       JOIN id_order i ON i.id = s.order_id ORDER BY about, kind, source, source_row""",
]
INSTANTS = "o.code AS subject, o.stratum, " + ", ".join(f"s.{name}_at AS {name}" for name in TIMES)
OUTCOME = """CREATE TABLE outcome_{name} AS SELECT '{name}' AS promise, CAST(year({made}) * 100 + month({made}) AS INTEGER) AS month,
    'order' AS subject_type, subject, stratum, {made} AS made, due, {fulfilled} AS fulfilled,
    CASE WHEN status = 'canceled' THEN {made} END AS voided, CAST(NULL AS TIMESTAMP) AS waived,
    CASE WHEN status = 'canceled' THEN 'undated' END AS void_flag,
    CASE WHEN due IS NULL THEN 'due cannot be computed' END AS unknown_reason, greatest({made}, {fulfilled}) AS known_from,
    '{terms}' AS terms {stages}
    FROM (SELECT {instants}, o.status, o.ship_limit, {due} AS due FROM object_order o JOIN orders s ON s.order_id = o.id)
    WHERE {made} IS NOT NULL ORDER BY month, subject"""
STAGES = """, approved AS warehouse_from, handed_over AS warehouse_to, epoch_us(ship_limit) - epoch_us(approved) AS warehouse_budget_us,
    handed_over AS carrier_from, delivered AS carrier_to, CAST(NULL AS BIGINT) AS carrier_budget_us"""
OUTCOMES = {
    "deliver": ("placed", "delivered", "o.promised + INTERVAL 1 DAY", STAGES),
    "hand_over": ("approved", "handed_over", "o.ship_limit", ""),
}
PARTITIONED = {"event": "object_type, month", "step": "object_type, month"} | {f"outcome_{n}": "promise, month" for n in OUTCOMES}
WHOLE = ("object_order", "object_customer", "relation", "feedback", "money")


def make(folder: Path, target: Path) -> dict[str, float]:
    """Parquet files of a folder's tables under `target`, which does not exist yet; seconds a phase."""
    watch = Stopwatch()
    connection = duckdb.connect(config={"memory_limit": "3GB", "temp_directory": str(target / "spill")})

    def run(sql: str) -> None:
        connection.execute(sql).fetchall()

    target.mkdir(parents=True)
    watch("read")
    for name, types in READ.items():
        columns = ", ".join(f"'{column}': '{type}'" for column, type in types.items())
        run(f"CREATE TABLE {name} AS SELECT * FROM read_csv('{folder / name}.csv', header = true, columns = {{{columns}}})")
    watch("sort")
    for sql in (*OBJECTS, EVENTS, STEPS, *RELATED):
        run(sql)
    for name, (made, fulfilled, due, stages) in OUTCOMES.items():
        run(OUTCOME.format(name=name, made=made, fulfilled=fulfilled, due=due, stages=stages, instants=INSTANTS, terms="0" * 64))
    watch("write")
    for name in WHOLE:
        run(f"COPY {name} TO '{target / name}.parquet' ({FORMAT})")
    for name, partition in PARTITIONED.items():
        run(f"COPY {name} TO '{target / name}' ({FORMAT}, PARTITION_BY ({partition}), WRITE_PARTITION_COLUMNS true)")
    return watch.stop()


if __name__ == "__main__":
    phases = make(Path(sys.argv[1]), Path(sys.argv[2]))
    print(json.dumps({"wall_s": sum(phases.values()), "cpu_s": cpu_s(), "peak_mib": peak_mib(), "phases": phases}))
