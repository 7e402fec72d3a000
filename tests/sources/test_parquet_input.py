from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.loaded import load_all, record, source_of
from troth.kernel.errors import SourceError
from troth.stores.lake.engine import DuckEngine

MAPPING = """
key: [id]
object:
  type: order
  id: [id]
  attributes: {paid: {column: paid, as: bool}, weight: {column: weight, as: number}, due: {column: due, as: day}, note: {column: note}}
events: [{type: placed, at: placed}, {type: delivered, at: delivered}]
money: [{about: order, id: [id], kind: price, amount: price}]
"""
ROWS = """
SELECT * FROM (VALUES
    (1, TIMESTAMP '2026-01-05 10:00:00.25', TIMESTAMPTZ '2026-01-08 09:00:00+00', DATE '2026-01-09', TRUE, 2.5::DOUBLE,
     10.50::DECIMAL(9,2), 'a'),
    (2, TIMESTAMP '2026-01-06 00:00:00', NULL, DATE '2026-01-10', FALSE, 1e-7::DOUBLE,
     0.1::DECIMAL(9,2), NULL),
    (2, TIMESTAMP '2026-01-06 00:00:00', NULL, DATE '2026-01-10', FALSE, 3::DOUBLE,
     0.1::DECIMAL(9,2), 'b'),
    (NULL, NULL, NULL, NULL, NULL, 'nan'::DOUBLE, 1::DECIMAL(9,2), 'c'))
t(id, placed, delivered, due, paid, weight, price, note)
"""
TABLES = ("object_order", "event", "money", "bad_cell", "quarantine")


def test_parquet_gives_the_record_that_the_same_rows_give_as_csv(engine: DuckEngine, tmp_path: Path) -> None:
    engine.run(f"COPY ({ROWS}) TO '{tmp_path}/orders.parquet' (FORMAT parquet)")
    engine.run(f"COPY ({ROWS}) TO '{tmp_path}/orders.csv' (FORMAT csv, HEADER)")

    found = {}
    for ending in ("csv", "parquet"):
        got = record(load_all(engine, tmp_path, {"orders": source_of(MAPPING, files=[f"orders.{ending}"])}))
        tables = {table: got.rows(f"SELECT * FROM {table}") for table in TABLES}
        tables["quarantine"] = [(row[0], *row[2:]) for row in tables["quarantine"]]
        found[ending] = (got.fates("orders"), tables)

    assert found["csv"] == found["parquet"]
    assert found["csv"][0] == (4, 2, 1, 0, 1)


def test_a_parquet_file_damaged_inside_is_refused_in_one_line(engine: DuckEngine, tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    engine.run(f"COPY (SELECT hash(n)::VARCHAR AS id FROM range(2000) t(n)) TO '{path}' (FORMAT parquet)")
    content = bytearray(path.read_bytes())
    content[40:4000] = bytes(3960)
    path.write_bytes(content)

    with pytest.raises(SourceError, match=r"'orders\.parquet' cannot be read; got ") as refused:
        load_all(engine, tmp_path, {"orders": source_of("key: [id]", files=["orders.parquet"])})

    assert "\n" not in str(refused.value)
