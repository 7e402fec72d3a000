"""Orders on two carriers, each promised within 96 hours; how long a step takes follows from the order's number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

START = datetime(2026, 1, 5)
ALLOWED = timedelta(hours=96)
BOOK = {
    "troth.yaml": "name: Risky\nfolder: ../data\nzone: UTC\ncurrency: EUR\n",
    "sources/orders.yaml": """orders:
  files: [orders*.csv]
  key: [id]
  object: {type: order, id: [id], attributes: {carrier: {column: carrier, as: text}, picker: {column: picker, as: text}}}
  personal: {picker: name}
  relations: [{to: customer, id: [customer]}]
  events:
    - {type: placed, at: placed, anchor: true}
    - {type: shipped, at: shipped}
    - {type: delivered, at: delivered}
""",
    "promises/deliver.yaml": """deliver:
  subject: order
  words: delivered in four days
  anchor: placed
  fulfil: {event: delivered}
  due: placed + 96h
  at_risk: {above: 0.5, by: [attr(carrier)], refresh: 7d}
  stages:
    warehouse: {from: placed, to: shipped, words: in the warehouse}
    road: {from: shipped, to: delivered, words: on the road}
""",
}


@dataclass(frozen=True, slots=True)
class Order:
    id: str
    carrier: str
    placed: datetime
    shipped: datetime
    delivered: datetime

    @property
    def due(self) -> datetime:
        return self.placed + ALLOWED

    @property
    def late(self) -> bool:
        return self.delivered > self.due


def orders(count: int) -> Iterator[Order]:
    """One every two hours; Blitz is slower on the road than Aar."""
    for number in range(count):
        placed = START + timedelta(hours=2 * number)
        shipped = placed + timedelta(hours=5 + number * 37 % 53)
        carrier = ("Aar", "Blitz")[number % 2]
        road = 8 + number * 29 % (47 if carrier == "Aar" else 71)
        yield Order(f"O{number:04d}", carrier, placed, shipped, shipped + timedelta(hours=road, minutes=1))


def csv(some: list[Order], until: datetime) -> str:
    """As the file stands at an instant: nothing that is still to come."""

    def cell(at: datetime) -> str:
        return at.isoformat(" ") if at <= until else ""

    lines = [
        f"{o.id},c{number % 7},{o.carrier},Pat {number % 5},{cell(o.placed)},{cell(o.shipped)},{cell(o.delivered)}"
        for number, o in enumerate(some)
        if o.placed <= until
    ]
    return "\n".join(["id,customer,carrier,picker,placed,shipped,delivered", *lines]) + "\n"
