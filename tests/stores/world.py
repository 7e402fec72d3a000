"""A small record made of a seed, stored as a build would store it."""

from __future__ import annotations

from datetime import datetime

from troth.record.loads import Load
from troth.record.ports import Engine, Lake, Part, Snapshot
from troth.stores.lake.parquet import schema_of

NOW = datetime(2018, 10, 17, 17, 30)

PARTS = (
    Part("object_order", (), ("code",)),
    Part("event", ("object_type", "month"), ("object", "occurred", "row")),
    Part("money", (), ("about", "kind", "row")),
    Part("outcome_deliver", ("promise", "month"), ("subject",)),
    Part("quarantine", (), ("source", "row")),
)


def make_tables(engine: Engine, seed: int, orders: int = 60) -> None:
    """`orders` orders of two months with three events each, in no helpful order; nothing quarantined."""
    engine.run(f"""
        CREATE TABLE object_order AS
        SELECT CAST(n AS INTEGER) AS code, printf('order-%05d', n) AS id,
               CAST(201801 + hash(n + {seed}) % 2 AS INTEGER) AS month,
               TIMESTAMP '2018-01-01' + to_seconds(CAST(hash(n * {seed} + 7) % 7000000 AS BIGINT)) AS estimated,
               CASE WHEN n % 7 > 0 THEN n % 2 = 0 END AS gift
        FROM range({orders}) AS made(n)
    """)
    engine.run("""
        CREATE TABLE event AS
        SELECT month, CAST('order' AS ENUM ('order')) AS object_type, code AS object,
               estimated + to_days(CAST(step AS INTEGER)) AS occurred,
               CAST(['placed', 'handed_to_carrier', 'delivered'][step + 1]
                    AS ENUM ('delivered', 'handed_to_carrier', 'placed')) AS type,
               'orders' AS source, CAST(code * 3 + step AS BIGINT) AS row
        FROM object_order, range(3) AS steps(step) ORDER BY hash(code * 3 + step)
    """)
    engine.run("""
        CREATE TABLE money AS
        SELECT 'order' AS about_type, code AS about, 'payment' AS kind,
               CAST(code * 1.25 AS DECIMAL(18, 4)) AS amount, 'BRL' AS currency, CAST(code AS BIGINT) AS row
        FROM object_order
    """)
    engine.run("""
        CREATE TABLE outcome_deliver AS
        SELECT 'deliver' AS promise, month, 'order' AS subject_type, code AS subject, estimated AS made,
               estimated + INTERVAL 2 DAY AS due,
               CASE WHEN code % 5 > 0 THEN estimated + INTERVAL 1 DAY END AS fulfilled,
               CASE WHEN code % 7 = 0 THEN estimated + INTERVAL 1 DAY END AS breached
        FROM object_order
    """)
    engine.run("CREATE TABLE quarantine (source VARCHAR, row BIGINT, reason VARCHAR)")


def snapshot_of(engine: Engine, lake: Lake, id: str, seed: int) -> Snapshot:
    """Write the engine's tables and describe them; not published."""
    files = lake.write(engine, PARTS)
    return Snapshot(
        id=id,
        as_of=NOW,
        book_hash="b00c",
        version="0.1.0",
        schemas={part.table: schema_of(engine, part.table) for part in PARTS},
        files=files,
        facts={"sources": {"orders": {"balance": {"read": 60, "stored": 60}, "files": [{"sha256": f"{seed:064d}"}]}}},
    )


def build(engine: Engine, lake: Lake, id: str, seed: int, *, now: datetime = NOW, orders: int = 60) -> Snapshot:
    make_tables(engine, seed, orders)
    with lake.building(now):
        load = load_of(engine, lake, seed, now)
        snapshot = snapshot_of(engine, lake, id, seed)
        known = lake.current()
        lake.publish(snapshot, now, [load] if known is None or known.id != id else [])
    return snapshot


def load_of(engine: Engine, lake: Lake, seed: int, now: datetime) -> Load:
    """The next load of a source `orders`, three rows of a seed."""
    engine.run(
        'CREATE OR REPLACE TABLE rows_orders AS SELECT n AS "#row", CAST(NULL AS VARCHAR) AS "#bad", 0 AS "#twin",'
        f" printf('o%d', n * {seed}) AS id FROM range(1, 4) made(n)"
    )
    before = lake.loads()
    seq, known = (before[-1].seq + 1, max(before[-1].known_from, now)) if before else (1, now)
    files = lake.keep(engine, [Part("rows_orders", (), ("#row",))])
    content, manner = f"{seed:064d}", "ab" * 32
    return Load(seq, known, "orders", "orders.csv", "orders.csv", content, manner, ("id",), (), counted=3, taken=3, files=files)
