"""What broke upstream of late parcels is found again by Troth itself, from a book of Meridian's files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

import troth
from tests.worlds.books import MEASURES
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.operation import Operation

MERIDIAN = Path(__file__).parents[2] / "examples" / "meridian" / "book"
# Lyon's dock is too slow for bulky goods, which is another finding; they have no cut-off here.
CUT_OFF = """
catch_the_truck:
  kind: internal
  subject: order
  promisor: {unit: warehouse}
  promisee: transport
  words: handed over within fourteen hours of packing
  anchor: packed
  fulfil: {event: handed over}
  within: 14wh
  calendar: warehouse
  void_when: cancelled is known or (order.warehouse = 'LYS' and order.bulky = 'yes')
"""
ALIKE = ("warehouse", "ship_country", "bulky", "month")


@pytest.fixture(scope="module")
def parcels(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Operation:
    """A book of the three files that tell of parcels, with Meridian's own calendars and its promise to customers."""
    folder = tmp_path_factory.mktemp("parcels")
    (folder / "data").symlink_to(world / "data")
    book = folder / "book"
    shutil.copytree(MERIDIAN, book, ignore=shutil.ignore_patterns("identity", "sources", "promises", *MEASURES))
    company = _read(MERIDIAN / "company.yaml")
    company["dimensions"] = [
        {"id": "country", "read": {"order": "attr(ship_country)"}},
        {"id": "warehouse", "read": {"order": "attr(warehouse)"}},
    ]
    orders = {"erp_orders": _read(MERIDIAN / "sources" / "erp.yaml")["erp_orders"]}
    logistics = _read(MERIDIAN / "sources" / "logistics.yaml")
    files: dict[str, Any] = {
        "company.yaml": company,
        "sources/orders.yaml": orders,
        "sources/logistics.yaml": {name: logistics[name] for name in ("wms_scans", "carrier_tracking")},
        "promises/parcels.yaml": _read(MERIDIAN / "promises" / "parcels.yaml"),
        "promises/inner.yaml": yaml.safe_load(CUT_OFF),
    }
    for name, content in files.items():
        (book / name).parent.mkdir(exist_ok=True)
        (book / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    build(open_workspace(book))
    return troth.open(book)


def test_the_part_of_late_orders_that_missed_the_cut_off_is_recovered(parcels: Operation, truth: dict[str, Any]) -> None:
    planted = truth["internal_before_external"]["attributable_fraction"]

    together = parcels.upstream("deliver", by=ALIKE).together

    assert together is not None
    assert abs(together.population.value - planted) <= 0.03
    assert together.population.low <= planted <= together.population.high


def test_one_late_order_is_read_as_a_chain(parcels: Operation) -> None:
    ((order,),) = parcels.sql("""
        SELECT b.id FROM object_order b JOIN outcome_deliver o ON o.subject = b.code JOIN outcome_catch_the_truck i ON i.subject = b.code
        WHERE o.fulfilled > o.due + INTERVAL 2 DAY AND i.fulfilled > i.due + INTERVAL 9 HOUR AND i.due < o.due AND i.voided IS NULL
        ORDER BY b.id LIMIT 1
    """)

    chain = parcels.chain("deliver", str(order))

    assert chain.first is not None
    assert chain.first.link.key == "catch_the_truck"
    first, last = chain.says.split(" -> ")
    assert first.startswith("handed over ")
    assert first.endswith("late")
    assert last.startswith("delivered ")
    assert last.endswith("late")


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))
