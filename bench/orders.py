"""A made-up shop of any size: five CSV files of orders with about eight events each, and the book that describes them.

The same number of orders and the same seed give the same bytes. Nothing in it is random in shape: it is for speed only.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

CACHE = Path(__file__).resolve().parent / ".cache"
SEED = 20_250_101
FIRST_DAY = np.datetime64("2024-01-01T00:00:00", "s")
DAYS = 730
HOUR, DAY = 3_600, 86_400
CSV = "(FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%d %H:%M:%S')"

Seconds = npt.NDArray[np.int64]

SOURCES = {
    "orders": """
orders:
  files: [orders.csv]
  key: [order_id]
  object:
    type: order
    id: [order_id]
    attributes:
      status: {column: status, as: text}
      promised: {column: promised_for, as: instant}
  relations: [{to: customer, id: [customer_id]}]
  events:
    - {type: placed, at: placed_at, anchor: true}
    - {type: approved, at: approved_at}
    - {type: packed, at: packed_at}
    - {type: handed_over, at: handed_over_at}
    - {type: delivered, at: delivered_at}
""",
    "order_lines": """
order_lines:
  files: [order_lines.csv]
  key: [order_id, line]
  lends: [{to: order, id: [order_id], attribute: ship_limit, column: ship_limit, as: instant, take: last}]
  money: [{about: order, id: [order_id], kind: price, amount: price}]
""",
    "payments": """
payments:
  files: [payments.csv]
  key: [payment_id]
  money: [{about: order, id: [order_id], kind: payment, amount: amount}]
""",
    "reviews": """
reviews:
  files: [reviews.csv]
  key: [review_id]
  feedback:
    - {about: order, id: [order_id], instrument: review, asked: asked_at, answered: answered_at, score: score, scale: [1, 5]}
""",
    "scans": """
scans:
  files: [scans.csv]
  key: []
  object: {type: order, id: [order_id]}
  events: [{type_from: scan, at: scanned_at}]
""",
}
PROMISES = """
deliver:
  kind: customer
  subject: order
  promisor: {unit: shop}
  promisee: order.customer
  words: delivered by the date given
  anchor: placed
  fulfil: {event: delivered, claimed_by: order.status = 'delivered'}
  due: end_of_day(attr(promised))
  void_when: order.status = 'canceled'
  stages:
    warehouse: {from: approved, to: handed_over, budget: attr(ship_limit), words: in the warehouse}
    carrier: {from: handed_over, to: delivered, words: with the carrier}
hand_over:
  kind: internal
  subject: order
  promisor: {unit: warehouse}
  promisee: carrier
  words: handed to the carrier by the limit
  anchor: approved
  fulfil: {event: handed_over}
  due: attr(ship_limit)
  void_when: order.status = 'canceled'
"""
TABLES = {
    "orders": """
        SELECT md5('order' || n) AS order_id, md5('customer' || customer) AS customer_id,
               CASE WHEN canceled THEN 'canceled' WHEN lost THEN 'shipped' ELSE 'delivered' END AS status,
               placed AS placed_at, approved AS approved_at, packed AS packed_at,
               CASE WHEN NOT canceled THEN handed_over END AS handed_over_at,
               CASE WHEN NOT canceled AND NOT lost THEN delivered END AS delivered_at,
               date_trunc('day', promised) AS promised_for
        FROM arrays ORDER BY n""",
    "order_lines": """
        SELECT md5('order' || n) AS order_id, line, md5('product' || (n * 7 + line) % 30000) AS product_id,
               ship_limit, CAST(price / 100 AS DECIMAL(12, 2)) AS price
        FROM arrays, (VALUES (1), (2)) AS lines (line) WHERE line = 1 OR n % 10 = 0 ORDER BY n, line""",
    "payments": """
        SELECT md5('payment' || n) AS payment_id, md5('order' || n) AS order_id,
               CASE n % 3 WHEN 0 THEN 'invoice' ELSE 'card' END AS method, CAST(price / 100 AS DECIMAL(12, 2)) AS amount
        FROM arrays ORDER BY n""",
    "reviews": """
        SELECT md5('review' || n) AS review_id, md5('order' || n) AS order_id, score,
               delivered + INTERVAL 1 DAY AS asked_at, delivered + INTERVAL 2 DAY AS answered_at
        FROM arrays WHERE NOT canceled AND NOT lost ORDER BY n""",
    "scans": """
        SELECT md5('order' || n) AS order_id, scan, handed_over + to_seconds(after) AS scanned_at, 'hub ' || n % 40 AS place
        FROM (SELECT n, handed_over, unnest(['arrived at hub', 'left hub', 'out for delivery']) AS scan,
                     unnest([hub, hub * 2, hub * 3]) AS after
              FROM arrays WHERE NOT canceled) ORDER BY scanned_at, n""",
}


def orders(count: int) -> Path:
    """The folder with `count` orders, made where it is not there yet: data/ with the CSV files, book/ with the book."""
    folder = CACHE / f"orders-{count}"
    if not (folder / "book" / "troth.yaml").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        _write_data(folder / "data", count)
        _write_book(folder / "book")
    return folder


def write_one(folder: Path, source: str, count: int) -> Path:
    """The same with the one table alone, and a zone in which nothing is moved: data/ and book/ of a folder."""
    if not (folder / "book" / "troth.yaml").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        _write_data(folder / "data", count, (source,))
        (folder / "book" / "sources").mkdir(parents=True)
        (folder / "book" / "sources" / f"{source}.yaml").write_text(SOURCES[source].lstrip(), encoding="utf-8")
        (folder / "book" / "troth.yaml").write_text("name: one table\nfolder: ../data\nzone: UTC\n", encoding="utf-8")
    return folder


def order_ids(folder: Path, count: int) -> list[str]:
    """`count` ids drawn from all orders of a folder."""
    total = int(folder.name.removeprefix("orders-"))
    drawn = np.random.Generator(np.random.PCG64(SEED)).choice(total, size=count, replace=False)
    connection = duckdb.connect()
    return [str(connection.execute("SELECT md5('order' || ?)", [int(n)]).fetchall()[0][0]) for n in drawn]


def _write_book(folder: Path) -> None:
    (folder / "sources").mkdir(parents=True)
    (folder / "promises").mkdir()
    for name, text in SOURCES.items():
        (folder / "sources" / f"{name}.yaml").write_text(text.lstrip(), encoding="utf-8")
    (folder / "promises" / "promises.yaml").write_text(PROMISES.lstrip(), encoding="utf-8")
    settings = "name: made-up shop\nfolder: ../data\nzone: Europe/Berlin\ncurrency: EUR\n"
    (folder / "troth.yaml").write_text(settings, encoding="utf-8")


def _write_data(folder: Path, count: int, names: Collection[str] = tuple(TABLES)) -> None:
    folder.mkdir(parents=True)
    connection = duckdb.connect()
    connection.register("arrays", _arrays(count))
    for name in names:
        sql = TABLES[name]
        connection.execute(f"COPY ({sql}) TO '{(folder / f'{name}.csv').as_posix()}' {CSV}").fetchall()
    connection.close()


def _arrays(count: int) -> dict[str, npt.NDArray[np.generic]]:
    """One row an order, by time of placing."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    placed: Seconds = np.sort(rng.integers(0, DAYS * DAY, count))
    approved = placed + rng.integers(60, 12 * HOUR, count)
    packed = approved + rng.integers(HOUR, 3 * DAY, count)
    handed_over = packed + rng.integers(HOUR, 2 * DAY, count)
    hub = rng.integers(2 * HOUR, 36 * HOUR, count)
    delivered = handed_over + 3 * hub + rng.integers(HOUR, 12 * HOUR, count)
    times = {
        "placed": placed,
        "approved": approved,
        "packed": packed,
        "handed_over": handed_over,
        "delivered": delivered,
        "promised": placed + rng.integers(6, 14, count) * DAY,
        "ship_limit": approved + 4 * DAY,
    }
    return {name: (FIRST_DAY + seconds).astype("datetime64[us]") for name, seconds in times.items()} | {
        "n": np.arange(count),
        "customer": rng.integers(0, max(count * 3 // 4, 1), count),
        "hub": hub,
        "price": rng.integers(500, 50_000, count),
        "score": rng.integers(1, 6, count),
        "canceled": rng.random(count) < 0.01,
        "lost": rng.random(count) < 0.01,
    }


if __name__ == "__main__":
    import sys

    print(orders(int(sys.argv[1])))
