"""A small operation whose Monday page is sent: orders of two countries over three weeks, with a clock that stands where a test puts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from tests.app.small_book import BOOK, ORDERS, write_book
from troth.access import EVERYTHING, Scope
from troth.app.bootstrap import open_sending, open_workspace
from troth.app.building.build import build
from troth.app.letters.sending import Ran, Sending, add, run
from troth.app.workspace import Workspace
from troth.faces.outgoing import write
from troth.sending import Schedule, when_of

#  Thirty orders from Monday 12 January 2026 on, one a day, in PT and DE by turns, each due the day after; every fifth comes two days late.
FIRST = datetime(2026, 1, 12, 9)
SOURCE = ORDERS.replace("attributes: {due: {column: due, as: day}}", "attributes: {due: {column: due, as: day}, land: {column: land}}")
COMPANY = "roles: [it]\ndimensions:\n  - {id: country, read: {order: attr(land)}}\n"
SHOP: Mapping[str, str] = {
    **{name: text for name, text in BOOK.items() if "payments" not in name},
    "sources/orders.yaml": SOURCE,
    "company.yaml": COMPANY,
}

# Sunday 8 February 2026, noon; the Monday after it is the first that is due.
ADDED, DUE = datetime(2026, 2, 8, 12), datetime(2026, 2, 9, 5, 30)
LAND = {0: "PT", 1: "DE"}


def orders(count: int = 28) -> str:
    rows = ["id,customer,placed,due,delivered,land"]
    for n in range(count):
        placed = FIRST + timedelta(days=n)
        came = placed + timedelta(days=3 if n % 5 == 4 else 1)
        land, due = LAND[n % 2], placed + timedelta(days=1)
        rows.append(f"{land}-{n:03},c{n % 4},{placed:%Y-%m-%d %H:%M},{due:%Y-%m-%d},{came:%Y-%m-%d %H:%M},{land}")
    return "\n".join(rows) + "\n"


@dataclass
class Shop:
    """now: the clock, naive UTC."""

    root: Path
    now: datetime = ADDED

    @property
    def workspace(self) -> Workspace:
        return replace(open_workspace(self.root), now=lambda: self.now)

    @property
    def sending(self) -> Sending:
        return open_sending(self.workspace)

    def add(self, to: str = "ana@shop.example", scope: Scope = EVERYTHING, on: str = "monday") -> Schedule:
        return add(self.workspace, self.sending, when_of(on, "06:30"), to, scope=scope, address="https://troth.shop.example")

    def run(self, now: datetime | None = None) -> Ran:
        self.now = now or self.now
        return run(self.workspace, self.sending, write)

    def changed(self, text: str) -> None:
        (self.root.parent / "data" / "orders.csv").write_text(text, encoding="utf-8")


def open_shop(under: Path, text: str | None = None) -> Shop:
    root = write_book(under, files={"orders.csv": text or orders()}, book=SHOP)
    shop = Shop(root)
    build(shop.workspace)
    return shop
