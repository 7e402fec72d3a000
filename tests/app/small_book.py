"""A book of two sources and one promise over three orders, to be broken in one place a test."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from troth.app.bootstrap import open_workspace
from troth.app.building.build import Built, build
from troth.app.workspace import Workspace

#  order  promised  delivered
#  A      9 Jan     8 Jan      kept
#  B      9 Jan     10 Jan     broken
#  C      9 Feb     -          broken: nothing on record
FILES = {
    "orders.csv": """id,customer,placed,due,delivered
A,c1,2026-01-05 10:00,2026-01-09,2026-01-08 09:00
B,c2,2026-01-05 11:00,2026-01-09,2026-01-10 09:00
C,c1,2026-02-05 12:00,2026-02-09,
""",
    "payments.csv": """payment,order,paid,amount
1,A,2026-01-05 10:05,10.50
2,B,2026-01-05 11:05,20.00
3,C,2026-02-15 12:05,1.99
""",
}
ROOT = "name: Small\nfolder: ../data\nzone: Europe/Berlin\ncurrency: EUR\n"
ORDERS = """orders:
  files: [orders.csv]
  key: [id]
  object: {type: order, id: [id], attributes: {due: {column: due, as: day}}}
  relations: [{to: customer, id: [customer]}]
  events:
    - {type: placed, at: placed, anchor: true}
    - {type: delivered, at: delivered}
"""
PAYMENTS = """payments:
  files: [payments.csv]
  key: [payment]
  object: {type: payment, id: [payment]}
  events: [{type: paid, at: paid}]
  money: [{about: order, id: [order], kind: payment, amount: amount}]
"""
PROMISE = """deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: end_of_day(attr(due))
"""
BOOK = {"troth.yaml": ROOT, "sources/orders.yaml": ORDERS, "sources/payments.yaml": PAYMENTS, "promises/deliver.yaml": PROMISE}


def write_book(under: Path, *, files: Mapping[str, str | bytes] = FILES, book: Mapping[str, str] = BOOK, name: str = "book") -> Path:
    """The folder `data` and the book beside it; gives the book's folder."""
    for folder, texts in ((under / "data", files), (under / name, book)):
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(text.encode() if isinstance(text, str) else text)
    return under / name


def built(root: Path) -> tuple[Workspace, Built]:
    workspace = open_workspace(root)
    return workspace, build(workspace)


def lake_files(root: Path) -> dict[str, str]:
    """Digest of every file of the lake, by its path in it."""
    lake = root / ".troth" / "lake"
    return {path.relative_to(lake).as_posix(): sha256(path.read_bytes()).hexdigest() for path in sorted(lake.rglob("*.parquet"))}
