"""The subject of the kill suite that users run: `troth build` of a small book whose orders changed since, some taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.kill.child import Subject
from tests.stores.world import NOW
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build as use_case
from troth.app.workspace import Workspace

BOOK = {
    "troth.yaml": "name: small\nfolder: in\nzone: Europe/Berlin\ncurrency: EUR\n",
    "sources/orders.yaml": """
orders:
  files: [orders.csv]
  key: [id]
  contract: {full_extract: true}
  object: {type: order, id: [id], attributes: {due_on: {column: due_on, as: day}}}
  events: [{type: placed, at: placed, anchor: true}, {type: sent, at: sent}, {type: delivered, at: delivered}]
  money: [{about: order, id: [id], kind: price, amount: price}]
""",
    "promises/promises.yaml": """
deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: end_of_day(attr(due_on))
  stages: {shop: {from: placed, to: sent, budget: placed + 2d}, carrier: {from: sent, to: delivered}}
""",
}


def _orders(count: int, first: int = 0) -> str:
    rows = ["id,placed,sent,delivered,due_on,price"]
    for n in range(first, count):
        day = n % 20 + 1
        delivered = f"2026-03-{day + 4:02} 12:00" if n % 7 else ""
        rows.append(f"o{n:03},2026-03-{day:02} 09:00,2026-03-{day + 1:02} 10:00,{delivered},2026-03-{day + 3 + n % 3:02},9.50")
    return "\n".join(rows) + "\n"


def _write(root: Path, count: int, first: int = 0) -> None:
    for name, text in {**BOOK, "in/orders.csv": _orders(count, first)}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def _at(root: Path) -> Workspace:
    """The workspace with a clock that stands, so that journals of two runs can be compared."""
    return replace(open_workspace(root), now=lambda: NOW)


def prepare(root: Path) -> None:
    _write(root, 40)
    use_case(_at(root))
    _write(root, 50, first=3)


def build(root: Path) -> None:
    use_case(_at(root))


SUBJECT = Subject(prepare, build)
