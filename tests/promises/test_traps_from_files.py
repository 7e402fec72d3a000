"""The same mistakes as they come in files: CSV, taken in, judged, and read as anybody reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.app.small_book import write_book
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.past.asking import ask
from troth.app.past.known import as_known_at
from troth.app.workspace import Workspace

FIRST = datetime(2026, 5, 1, 6)
BOOK = {
    "troth.yaml": "name: Traps\nfolder: ../data\nzone: Europe/Berlin\ncurrency: EUR\n",
    "sources/orders.yaml": """orders:
  files: [orders.csv]
  key: [id]
  object: {type: order, id: [id], attributes: {due: {column: due, as: day}, status: {column: status}}}
  events: [{type: placed, at: placed, anchor: true}]
""",
    "sources/parcels.yaml": """parcels:
  files: [parcels.csv]
  key: [order, lane]
  object: {type: parcel, id: [order, lane], attributes: {due: {column: due, as: day}}}
  relations: [{to: order, id: [order]}]
  events: [{type: handed, at: handed, anchor: true}, {type: delivered, at: delivered}]
""",
    # the same scan comes twice, and comes again in the next file
    "sources/scans.yaml": """scans:
  files: [scans*.csv]
  key: [order, scanned]
  object: {type: order, id: [order]}
  events: [{type: delivered, at: scanned, anchor: true}]
""",
    "promises/deliver.yaml": """deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered, claimed_by: order.status = 'delivered'}
  due: end_of_day(attr(due))
  void_when: order.status = 'cancelled'
""",
    "promises/answer.yaml": "answer: {subject: order, words: soon, anchor: placed, fulfil: {event: delivered}, due: placed + 2d}\n",
    "promises/carry.yaml": """carry:
  subject: parcel
  words: carried by the day given
  anchor: handed
  fulfil: {event: delivered}
  due: end_of_day(attr(due))
""",
}
ORDERS = """id,placed,due,status
kept,2026-03-02 10:00,2026-03-05,delivered
late,2026-03-02 10:00,2026-03-05,delivered
silent,2026-03-02 10:00,2026-03-05,shipped
lanes,2026-03-02 10:00,2026-03-05,delivered
early,2026-03-02 10:00,2026-03-05,delivered
spring,2026-03-28 12:00,2026-04-05,delivered
"""
FILES = {
    "orders.csv": ORDERS,
    "parcels.csv": "order,lane,due,handed,delivered\nlanes,north,2026-03-05,2026-03-03 08:00,2026-03-05 12:00\n"
    "lanes,south,2026-03-05,2026-03-03 08:00,2026-03-09 12:00\n",
    "scans-1.csv": "order,scanned\nkept,2026-03-05 23:59:59\nlate,2026-03-06 00:00:00\nlanes,2026-03-05 12:00\nlanes,2026-03-09 12:00\n"
    "early,2026-03-01 10:00\nspring,2026-03-30 12:00:01\n",
    "scans-2.csv": "order,scanned\nkept,2026-03-09 08:00\nkept,2026-03-05 23:59:59\nkept,2026-03-05 23:59:59\n",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Built once with all but what is cancelled: `late` is called off a day later."""
    root = write_book(tmp_path_factory.mktemp("traps"), files=FILES, book=BOOK)
    _built(root, FIRST)
    off = ORDERS.replace("late,2026-03-02 10:00,2026-03-05,delivered", "late,2026-03-02 10:00,2026-03-05,cancelled")
    write_book(root.parent, files={"orders.csv": off}, book={})
    _built(root, FIRST + timedelta(hours=1))
    return open_workspace(root)


def _built(root: Path, now: datetime) -> None:
    build(replace(open_workspace(root), now=lambda: now))


NOW = "(SELECT max(occurred) FROM event)"
STATE = (
    f"CASE WHEN voided <= {NOW} THEN 'void' WHEN unknown_reason IS NOT NULL THEN 'unknown' WHEN fulfilled <= o.due THEN 'kept'"
    f" WHEN o.due <= {NOW} THEN 'broken' ELSE 'open' END"
)


def _states(shop: Workspace, promise: str, *, type: str = "order", at: datetime | None = None) -> dict[str, Any]:
    known = as_known_at(shop, at) if at else None
    query = f"SELECT s.id, {STATE} FROM outcome_{promise} o JOIN object_{type} s ON s.code = o.subject"
    rows = ask(shop, query, known).rows
    assert len({id for id, _ in rows}) == len(rows)
    return dict(rows)


def test_undelivered_orders_do_not_vanish_from_what_fell_due(shop: Workspace) -> None:
    states = _states(shop, "deliver", at=FIRST)
    assert states["silent"] == "broken"
    assert len(states) == 6


def test_an_order_on_two_lanes_is_one_promise_and_each_of_its_parcels_one_of_its_own(shop: Workspace) -> None:
    assert _states(shop, "deliver")["lanes"] == "kept"
    assert _states(shop, "carry", type="parcel") == {"lanes/north": "kept", "lanes/south": "broken"}


def test_duplicate_scans_neither_count_twice_nor_make_it_late(shop: Workspace) -> None:
    assert _states(shop, "deliver")["kept"] == "kept"
    (balance,) = [said["balance"] for name, said in _facts(shop)["sources"].items() if name == "scans"]
    assert (balance["read"], balance["stored"], balance["duplicate"]) == (9, 7, 2)


def test_a_scan_a_second_after_the_day_is_late(shop: Workspace) -> None:
    assert _states(shop, "deliver", at=FIRST)["late"] == "broken"


def test_delivered_before_it_was_placed_is_kept(shop: Workspace) -> None:
    early = "SELECT fulfilled < made, known_from = made FROM outcome_deliver JOIN object_order ON code = subject WHERE id = 'early'"
    assert ask(shop, early).rows == [(True, True)]
    assert _states(shop, "deliver")["early"] == "kept"


def test_what_was_cancelled_after_it_was_broken_was_broken_as_known_then(shop: Workspace) -> None:
    """Nobody says when it was called off: it does not count by now, and last month's report still has it."""
    assert _states(shop, "deliver")["late"] == "void"
    assert _states(shop, "deliver", at=FIRST)["late"] == "broken"
    assert ask(shop, "SELECT void_flag FROM outcome_deliver WHERE voided IS NOT NULL").rows == [("undated",)]


def test_two_days_over_the_change_of_clocks_are_47_hours(shop: Workspace) -> None:
    (row,) = ask(shop, "SELECT o.made, o.due FROM outcome_answer o JOIN object_order ON code = subject WHERE id = 'spring'").rows
    assert row == (datetime(2026, 3, 28, 11), datetime(2026, 3, 30, 10))
    assert _states(shop, "answer")["spring"] == "broken"


def _facts(shop: Workspace) -> Any:
    snapshot = shop.lake.current()
    assert snapshot is not None
    return snapshot.facts
