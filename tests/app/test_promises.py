"""Promises listed and whole, one order explained, and outcomes as a table: small books whose answers a pencil finds."""

from __future__ import annotations

import builtins
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import troth
from tests.app.small_book import BOOK, FILES, ORDERS, PROMISE, write_book
from tests.needs import ROOT
from troth.app.answers.promises import Rate
from troth.app.operation import Operation
from troth.kernel.errors import BookError, NotFound

STAGED = (
    PROMISE
    + """  stages:
    pack: {from: placed, to: packed, budget: 1d, words: in packing, owner: head_of_logistics}
    carry: {from: packed, to: delivered}
  promisor: {unit: shop}
  promisee: order.customer
  owners: [head_of_logistics]
  objective: {kept: 0.5, over: 365d}
quiet:
  subject: order
  words: no complaint within ten days
  anchor: delivered
  within: 10d
  fulfil: {event: complained, absent: true}
  kind: internal
both:
  subject: order
  words: delivered, and no word of it
  anchor: placed
  fulfil: {all_of: [deliver, quiet]}
  kind: internal
"""
)
COMPANY = "roles: [head_of_logistics]\n"
#  order  packed          due     delivered  complained
#  A      5 Jan, 3 h      9 Jan   8 Jan      -            kept, quiet
#  B      8 Jan, 3 days   9 Jan   10 Jan     12 Jan       a day late, packing took two days too many; and a complaint
#  C      -               9 Feb   -          -            nothing on record: it stands in packing
ORDER_FILE = """id,customer,placed,due,packed,delivered,complained
A,c1,2026-01-05 10:00,2026-01-09,2026-01-05 13:00,2026-01-08 09:00,
B,c2,2026-01-05 11:00,2026-01-09,2026-01-08 11:00,2026-01-10 09:00,2026-01-12 09:00
C,c1,2026-02-05 12:00,2026-02-09,,,
"""
EVENTS = ORDERS.replace(
    "    - {type: delivered, at: delivered}\n",
    "    - {type: packed, at: packed}\n    - {type: delivered, at: delivered}\n    - {type: complained, at: complained}\n",
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    book = write_book(
        tmp_path_factory.mktemp("shop"),
        files={**FILES, "orders.csv": ORDER_FILE},
        book={**BOOK, "sources/orders.yaml": EVENTS, "promises/deliver.yaml": STAGED, "company.yaml": COMPANY},
    )
    operation = troth.open(book)
    operation.build()
    return operation


def test_each_promise_is_listed_with_what_was_kept_of_what_fell_due(shop: Operation) -> None:
    listed = {one["name"]: one for one in shop.promises.listed()}

    assert list(listed) == ["deliver", "both", "quiet"], "to customers first"
    deliver = listed["deliver"]
    assert (deliver["owes"], deliver["owed"], deliver["owners"]) == ("unit shop", "order.customer", ("head_of_logistics",))
    assert deliver["states"] == {"open": 0, "kept": 1, "broken": 2, "waived": 0, "void": 0, "unknown": 0}
    assert {key: deliver["due"][key] for key in ("n", "kept", "broken", "low", "high")} == {
        "n": 3, "kept": 1, "broken": 2, "low": pytest.approx(1 / 3), "high": pytest.approx(1 / 3),
    }  # fmt: skip
    # Of three that fell due one and a half may be broken, and two were.
    assert (deliver["objective"], deliver["allowed"], deliver["left"]) == ("50 of every 100 kept over 365 days", 1.5, (-0.5, -0.5))
    assert listed["quiet"]["objective"] is None
    assert deliver["due"]["interval"] is None, "three are too few for one"
    assert (listed["quiet"]["due"]["kept"], listed["quiet"]["due"]["n"]) == (1, 2)
    assert (listed["both"]["due"]["kept"], listed["both"]["due"]["broken"]) == (1, 2)


def test_one_promise_is_told_by_month_by_stage_and_by_terms(shop: Operation) -> None:
    whole = shop.promises["deliver"].whole()

    assert [(month, rate.kept, rate.n) for month, rate in whole.months] == [("2026-01", 1, 2), ("2026-02", 0, 1)]
    pack, carry = whole.stages
    assert (pack.words, pack.passed, pack.median_s, pack.within_budget, pack.budgeted) == ("in packing", 2, 3 * 3600, 1, 2)
    # B: packing took 3 of its 1 day; without that it would have come in time. C stands in packing.
    assert (pack.borne, carry.borne) == (1.0, 0.0)
    assert sum(stage.borne or 0 for stage in whole.stages) + sum(whole.others.values()) == 1.0
    assert [(bound.layer, bound.made) for bound in whole.terms] == [("standard", 3)]
    assert shop.sql(whole.sql) == [(1, 3)]


def test_the_months_of_a_promise_add_up_to_it(shop: Operation) -> None:
    for name in shop.promises:
        whole = shop.promises[name].whole()
        for what in ("n", "kept", "broken", "unknown"):
            assert sum(getattr(rate, what) for _, rate in whole.months) == getattr(whole.listed.due, what)


def judged(shop: Operation, id: str) -> Mapping[str, Any]:
    (timeline,) = shop.explain(id)
    return {one.promise: one for one in timeline.promises}


def test_an_order_is_explained_clock_by_clock_with_who_bears_its_delay(shop: Operation) -> None:
    deliver = judged(shop, "B")["deliver"]

    assert (deliver.state, deliver.says, deliver.due_by) == ("broken", "broken; it came 9 hours late", "end_of_day(attr(due))")
    assert [(stage.stage, stage.took, stage.budget, stage.borne) for stage in deliver.stages] == [
        ("in packing", "72 h 0 min", "24 h 0 min", "1"), ("carry", "46 h 0 min", None, "0"),
    ]  # fmt: skip
    assert (deliver.layer, len(deliver.terms)) == ("standard", 64)
    assert deliver.known_from == "2026-01-10 09:00:00"


def test_what_happened_all_the_same_and_a_part_that_broke_the_whole_are_said(shop: Operation) -> None:
    quiet, both = judged(shop, "B")["quiet"], judged(shop, "B")["both"]

    assert quiet.says == "broken; 'complained' happened all the same"
    assert both.says.startswith("broken; a part of it was")
    assert both.made_of == ("delivered by the day given: broken", "no complaint within ten days: broken")
    assert judged(shop, "A")["both"].made_of == ("delivered by the day given: kept", "no complaint within ten days: kept")
    assert judged(shop, "C")["quiet"].says == "never made: no 'delivered' on record"


def test_outcomes_are_a_table_for_whoever_reads_arrow(shop: Operation) -> None:
    table = shop.promises["deliver"].outcomes()

    assert [(row[0], row[1]) for row in table.rows()] == [("A", "kept"), ("B", "broken"), ("C", "broken")]
    arrow = table.arrow()
    assert arrow.column_names == list(table.columns)
    assert arrow.column("state").to_pylist() == ["kept", "broken", "broken"]
    assert list(table.pandas()["state"]) == ["kept", "broken", "broken"]
    assert list(table.numpy()["id"]) == ["A", "B", "C"]


def test_outcomes_are_judged_at_the_instant_that_is_asked_for(shop: Operation) -> None:
    deliver = shop.promises["deliver"]

    assert [row[:2] for row in deliver.outcomes("2026-01-06").rows()] == [("A", "open"), ("B", "open")]
    assert [row[:2] for row in deliver.outcomes(datetime(2026, 1, 9, 23)).rows()] == [("A", "kept"), ("B", "broken")]
    with pytest.raises(BookError, match="no day and no instant"):
        deliver.outcomes("soon")


def test_a_library_that_is_not_there_is_named_with_what_needs_none(shop: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name in ("polars", "pandas", "pyarrow"):
            raise ImportError(name)
        return found(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    table = shop.promises["deliver"].outcomes()
    for take, name in ((table.arrow, "pyarrow"), (table.polars, "polars"), (table.pandas, "pandas")):
        with pytest.raises(NotFound, match=f"{name} is not installed"):
            take()
    assert table.__arrow_c_stream__() is not None, "the stream itself needs no library"


def test_a_promise_that_there_is_not_is_refused_with_the_nearest_name(shop: Operation) -> None:
    with pytest.raises(NotFound, match="did you mean 'deliver'"):
        shop.promises["delivr"]
    assert len(shop.promises) == 3


REPORTS = """reports:
  files: [reports.csv]
  key: []
  equal_rows: keep
  object: {type: contract, id: [contract]}
  relations: [{to: customer, id: [customer]}]
  events: [{type: signed, at: signed}, {type: report_sent, at: sent}]
"""
WEEKLY = """weekly_report:
  kind: contract
  subject: contract
  promisor: {unit: service}
  promisee: contract.customer
  words: a report every Friday
  anchor: signed
  every: friday
  fulfil: {event: report_sent}
"""


def test_a_promise_that_comes_again_goes_through_files_build_and_lake(tmp_path: Path) -> None:
    rows = "contract,customer,signed,sent\nK-1,c1,2026-01-02 09:00,\nK-1,c1,,2026-01-02 16:00\nK-1,c1,,2026-01-12 08:00\n"
    book = {**BOOK, "sources/reports.yaml": REPORTS, "promises/weekly.yaml": WEEKLY}
    operation = troth.open(write_book(tmp_path, files={**FILES, "reports.csv": rows}, book=book))
    operation.build()

    weekly = operation.promises["weekly_report"]
    assert [row[:2] for row in weekly.outcomes("2026-01-20").rows()] == [
        ("K-1 2026-01-02", "kept"), ("K-1 2026-01-09", "broken"), ("K-1 2026-01-16", "kept"), ("K-1 2026-01-23", "open"),
    ]  # fmt: skip
    assert weekly.whole().listed.subject == "weekly_report"
    (missed,) = operation.explain("K-1 2026-01-09")
    assert missed.promises[0].says.startswith("broken; nothing recorded")
    (kept,) = operation.explain("K-1 2026-01-16")
    assert [line.what for line in kept.promises[0].clock] == ["its turn begins", "report sent", "due", "the record ends here"]
    assert operation.page()["found"], "the page can be read with it"


def test_what_nothing_fell_due_of_has_no_share(tmp_path: Path) -> None:
    book = write_book(tmp_path, book={**BOOK, "promises/deliver.yaml": PROMISE.replace("end_of_day(attr(due))", "placed + 5y")})
    operation = troth.open(book)
    operation.build()

    (deliver,) = operation.promises.listed()
    assert deliver["due"] == {
        "n": 0, "kept": 0, "broken": 0, "unknown": 0, "low": None, "high": None, "interval": None, "estimated": False,
    }  # fmt: skip
    assert Rate(**deliver["due"]).low is None


def test_an_order_is_explained_by_the_terms_that_bound_it(tmp_path: Path) -> None:
    """delta is promised three days; ember is served by a forwarder, whom nobody else's terms know."""
    shutil.copytree(ROOT / "examples" / "parts-wholesaler", tmp_path / "parts", ignore=shutil.ignore_patterns(".troth", "pages"))
    operation = troth.open(tmp_path / "parts" / "book")
    operation.build()
    named = operation.sql("SELECT id, layer FROM outcome_deliver JOIN object_order ON code = subject ORDER BY id")
    ember = next(id for id, layer in named if "customer=ember" in layer)

    delta, served = judged(operation, "PW-1004")["deliver"], judged(operation, ember)["deliver"]

    assert (delta.layer, delta.due_by) == ("customer=delta; segment=key", "placed + 3d")
    assert [stage.stage for stage in delta.stages] == ["warehouse", "carrier"]
    assert [stage.stage for stage in served.stages] == ["warehouse", "forwarder"]
