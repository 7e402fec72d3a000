"""The sources of `arriving` under terms of several: calendars of a customer's own, layers with their dates, pauses, promises of others."""

from __future__ import annotations

from collections.abc import Sequence

from tests.app import arriving
from tests.app.arriving import BEFORE, DAYS, Row

CHANGE = """kind: exception
title: its own terms
owner: sales
reason: its contract
since: {since}
expires: {expires}
overlays: ["overlays/customer={customer}"]
"""
BOOK = {
    **{name: text for name, text in arriving.BOOK.items() if not name.startswith("promises/")},
    "company.yaml": "roles: [sales]\ndimensions:\n  - {id: customer, read: order.customer}\n  - {id: tier, read: customer.tier}\n",
    "sources/downs.yaml": """downs:
  files: ['downs*.csv']
  key: []
  object: {type: shop, id: [shop]}
  events: [{type_from: what, at: at}]
""",
    "sources/lines.yaml": """lines:
  files: ['lines*.csv']
  key: [line]
  object: {type: line, id: [line], attributes: {units: {column: units, as: number}}}
  relations: [{to: order, id: [order]}]
  events: [{type: wanted, at: wanted, anchor: true}, {type: picked, at: picked}]
""",
    "sources/parcels.yaml": """parcels:
  files: ['parcels*.csv']
  key: [parcel]
  object: {type: parcel, id: [parcel]}
  relations: [{to: order, id: [order]}]
  events: [{type: arrived, at: arrived}]
""",
    "promises/lines.yaml": """pick:
  subject: line
  words: picked in two days
  anchor: wanted
  fulfil: {event: picked}
  due: wanted + 2d
  pause_while: [{from: held, to: freed, of: order}]
arrive:
  subject: order
  words: all parcels are there
  anchor: placed
  fulfil: {event: arrived, all: parcel}
  due: placed + 9d
picked:
  subject: order
  words: all of it picked
  anchor: placed
  fulfil: {event: picked, all: line}
  due: placed + 3d
enough:
  subject: order
  words: eight units are picked
  anchor: placed
  fulfil: {event: picked, of: line, amount: {each: attr(units), reach: 8}}
  due: placed + 3d
in_full:
  subject: order
  words: each line in time
  anchor: placed
  fulfil: {all_of: [{promise: pick, of: line}, deliver]}
up:
  subject: order
  words: the shop is up within a day
  anchor: placed
  fulfil: {event: up, of: shop}
  due: placed + 50d
""",
    "calendars/house.yaml": """house:
  words: the house
  hours: Mon-Fri 08:00-12:00, 13:00-17:00
  holidays: DE-BE
  closed: {2026-02-16..2026-02-17: carnival}
""",
    "promises/deliver.yaml": """deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered, claimed_by: order.status = 'delivered'}
  due: end_of_day(attr(due))
  void_when: order.status = 'canceled'
  stages:
    house: {from: placed, to: packed, budget: 6wh}
    road: {from: packed, to: delivered}
  calendar: house
pack:
  subject: order
  words: packed in sixteen working hours
  anchor: placed
  fulfil: {event: packed}
  within: 16wh
  calendar: house
  pause_while: [{from: down, to: up, of: shop}]
back:
  subject: order
  words: nothing comes back within a week
  anchor: delivered
  fulfil: {event: returned, absent: true}
  due: delivered + 7d
perfect:
  subject: order
  words: packed and delivered in time
  anchor: placed
  fulfil: {all_of: [deliver, pack]}
""",
    "changes/CHG-0001.yaml": CHANGE.format(since="2026-02-10", expires="2026-03-20", customer="c1"),
    "overlays/customer=c1/promises/deliver.yaml": "change: CHG-0001\npack: {within: 8wh}\ndeliver: {due: placed + 2wd}\n",
    "changes/CHG-0002.yaml": CHANGE.format(since="2026-02-01", expires="2030-01-01", customer="c2"),
    "overlays/customer=c2/calendars/house.yaml": "change: CHG-0002\nhouse: {hours: 'Mon-Sat 06:00-22:00'}\n",
    "changes/CHG-0003.yaml": CHANGE.format(since="2025-01-01", expires="2030-01-01", customer="c7"),
    "overlays/customer=c7/promises/deliver.yaml": "change: CHG-0003\nback: {due: delivered + 3d}\n",
    "changes/CHG-0004.yaml": CHANGE.format(since="2025-01-01", expires="2030-01-01", customer="x").replace("customer=x", "tier=closed"),
    "overlays/tier=closed/promises/deliver.yaml": "change: CHG-0004\npack: {within: 24wh}\n",
}


def _rows() -> dict[str, Sequence[Row]]:
    """Those of `arriving`, with what stops a clock and what comes back."""
    scans = [[f"o{n:02}", what, DAYS[n + k]] for n in range(0, 60, 7) for what, k in (("held", 0), ("freed", 2))]
    open_ones = [[f"o{n}", "held", DAYS[n]] for n in (50, 57)]
    returned = [[f"o{n:02}", "returned", DAYS[n + 8]] for n in range(1, 50, 9)]
    downs = [["s1", "down", DAYS[10]], ["s1", "up", DAYS[12]], ["s0", "down", DAYS[55]], ["s2", "down", DAYS[20]], ["s2", "up", DAYS[21]]]
    lines = [
        [f"l{n:02}{k}", f"o{n:02}", str(3 + 2 * k + n % 3), DAYS[n], DAYS[n + 1 + (n + k) % 3] if (n + k) % 5 else ""]
        for n in range(60)
        for k in (0, 1)
    ]
    parcels = [[f"x{n:02}{k}", f"o{n:02}", DAYS[n + 3 + k] if n % 6 else ""] for n in range(60) for k in (0, 1)]
    customers = [[id, "closed" if id == "c4" else tier] for id, tier in BEFORE["customers"]]
    return {
        **BEFORE,
        "customers": customers,
        "scans": [*BEFORE["scans"], *scans, *open_ones, *returned],
        "downs": downs,
        "lines": lines,
        "parcels": parcels,
    }


ROWS = _rows()
