"""Files change, and the record is what is known of them: nothing is read twice, nothing is forgotten, nothing goes in silence."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.app.small_book import BOOK, FILES, ORDERS, PAYMENTS, built, write_book
from troth.app.bootstrap import collect_garbage, open_workspace
from troth.app.building import prints
from troth.app.building.build import Built, balances_of, build, unchanged
from troth.app.building.prints import FILE as PRINTS
from troth.app.building.prints import Prints
from troth.app.reading import read_page
from troth.app.workspace import Workspace
from troth.kernel.errors import SourceError, StoreError
from troth.record import Load
from troth.sources import print_of
from troth.sources.intake import taking
from troth.sources.intake.arrivals import digest_of
from troth.sources.intake.texts import read_texts
from troth.stores.lake.engine import DuckEngine

FIRST = datetime(2026, 3, 1, 6)
WHOLE = {**BOOK, "sources/orders.yaml": ORDERS + "  contract: {full_extract: true}\n"}
B_MENDED = FILES["orders.csv"].replace("2026-01-10 09:00", "2026-01-09 09:00")
C_GONE = FILES["orders.csv"].split("C,")[0]


def at(root: Path, hours: int = 0) -> Workspace:
    """The workspace, its clock standing `hours` after the first build's."""
    return replace(open_workspace(root), now=lambda: FIRST + timedelta(hours=hours))


def built_at(root: Path, hours: int, files: dict[str, str] | None = None) -> Built:
    write_book(root.parent, files=files or {}, book={})
    return build(at(root, hours))


def rows(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    snapshot = workspace.lake.current()
    assert snapshot is not None
    engine = workspace.engine()
    workspace.lake.attach(engine, snapshot)
    return engine.rows(sql)


KEPT = "SELECT o.id, d.fulfilled <= d.due FROM outcome_deliver d JOIN object_order o ON o.code = d.subject ORDER BY 1"


def test_a_correction_is_a_revision_that_counts_from_then_on(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    built_at(root, 0)
    assert rows(at(root), KEPT) == [("A", True), ("B", False), ("C", None)]

    made = built_at(root, 1, {"orders.csv": B_MENDED})

    assert rows(at(root), KEPT) == [("A", True), ("B", True), ("C", None)]
    (load,) = made.loads
    assert (load.name, load.seq, load.known_from) == ("orders.csv", 2, FIRST + timedelta(hours=1))
    assert (load.taken, load.unchanged, load.gone) == (1, 2, 1)
    orders = made.balances[0]
    assert (orders.read, orders.stored, orders.superseded) == (4, 3, 1)


def test_only_what_changed_is_stored(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    built_at(root, 0)
    made = built_at(root, 1, {"orders.csv": B_MENDED})

    (file,) = made.loads[0].stored("rows_orders")
    with DuckEngine() as engine:
        held = engine.rows(f"SELECT \"#row\", id, customer, delivered FROM '{root / '.troth' / 'intake' / file.path}'")
    assert held == [(2, "B", "c2", "2026-01-09 09:00")]


@pytest.mark.parametrize(("book", "stands"), [(BOOK, ["A", "B", "C"]), (WHOLE, ["A", "B"])])
def test_an_absent_row_was_taken_back_only_under_a_contract_that_says_so(tmp_path: Path, book: dict[str, str], stands: list[str]) -> None:
    root = write_book(tmp_path, book=book)
    built_at(root, 0)
    made = built_at(root, 1, {"orders.csv": C_GONE})

    assert [id for id, _ in rows(at(root), KEPT)] == stands
    orders = made.balances[0]
    assert (orders.read, orders.stored, orders.retracted) == (3, len(stands), 3 - len(stands))
    assert [s["retracted"] for s in read_page(at(root))["sources"]] == [3 - len(stands), 0]


def test_a_contract_given_later_says_what_absence_meant_all_along(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    built_at(root, 0)
    built_at(root, 1, {"orders.csv": C_GONE})
    write_book(tmp_path, files={}, book=WHOLE)

    made = build(at(root, 2))

    assert made.loads == ()
    assert made.balances[0].retracted == 1


def test_what_did_not_change_is_neither_read_nor_digested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {**FILES, "orders_2.csv": FILES["orders.csv"].replace("A,", "X,").replace("B,", "Y,").replace("C,", "Z,")}
    book = {**BOOK, "sources/orders.yaml": ORDERS.replace("[orders.csv]", "['orders*.csv']")}
    root = write_book(tmp_path, files=files, book=book)
    built_at(root, 0)
    _let_time_pass(root)
    read: list[str] = []
    opened: list[str] = []

    def reading(engine: Any, name: str, source: Any, file: Any, *more: Any, **named: Any) -> Any:
        read.append(file.name)
        return read_texts(engine, name, source, file, *more, **named)

    def digesting(path: Path) -> str:
        opened.append(path.name)
        return digest_of(path)

    monkeypatch.setattr(taking, "read_texts", reading)
    monkeypatch.setattr(prints, "digest_of", digesting)

    assert not build(at(root, 1)).fresh
    assert (read, opened) == ([], [])
    os.utime(tmp_path / "data" / "orders_2.csv")
    assert not build(at(root, 2)).fresh
    assert (read, opened) == ([], ["orders_2.csv"])
    _let_time_pass(root)
    opened.clear()
    assert built_at(root, 3, {"orders.csv": B_MENDED}).fresh
    assert read == ["orders.csv"]
    assert set(opened) == {"orders.csv"}


def _let_time_pass(root: Path) -> None:
    """A print is not trusted of a file that changed as late as the print was kept: the print is made later."""
    kept = root / ".troth" / PRINTS
    later = max(path.stat().st_ctime_ns for path in (root.parent / "data").iterdir()) + 1
    os.utime(kept, ns=(later, later))


def test_a_print_as_late_as_the_note_of_it_is_not_believed(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    built_at(root, 0)
    orders = tmp_path / "data" / "orders.csv"
    seen = print_of(orders)
    kept = root / ".troth" / PRINTS
    text = kept.read_text(encoding="utf-8")
    assert digest_of(orders) in text
    kept.write_text(text.replace(digest_of(orders), "ab" * 32), encoding="utf-8")

    os.utime(kept, ns=(seen.touched_ns, seen.touched_ns))
    assert Prints.of(root / ".troth").content_of(orders) == digest_of(orders)
    os.utime(kept, ns=(seen.touched_ns + 1, seen.touched_ns + 1))
    assert Prints.of(root / ".troth").content_of(orders) == "ab" * 32


def test_a_damaged_cache_of_prints_costs_a_second_look_and_nothing_else(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    first = built_at(root, 0)
    (root / ".troth" / PRINTS).write_text("{", encoding="utf-8")

    assert build(at(root, 1)).snapshot == first.snapshot


def test_unchanged_tells_whether_a_build_would_do_anything(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    assert unchanged(at(root)) is None
    first = built_at(root, 0)
    assert unchanged(at(root)) == first.snapshot

    write_book(tmp_path, files={"orders.csv": B_MENDED})
    assert unchanged(at(root)) is None


def test_all_is_read_again_when_asked_for_and_nothing_is_new_in_it(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    first = built_at(root, 0)

    made = build(at(root, 1), full=True)

    assert [(load.name, load.taken, load.unchanged) for load in made.loads] == [("orders.csv", 0, 3), ("payments.csv", 0, 3)]
    assert (made.balances, made.snapshot.files) == (first.balances, first.snapshot.files)


def test_the_same_loads_give_the_same_bytes_whenever_they_came(tmp_path: Path) -> None:
    one, two = (write_book(tmp_path / name) for name in ("one", "two"))
    for root, pause in ((one, 1), (two, 100)):
        built_at(root, 0)
        built_at(root, pause, {"orders.csv": B_MENDED})

    first, second = (open_workspace(root).lake.current() for root in (one, two))

    assert first == second
    assert [load.files for load in open_workspace(one).lake.loads()] == [load.files for load in open_workspace(two).lake.loads()]


def test_loads_that_never_stop_are_known_in_their_order_though_the_clock_goes_back(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    built_at(root, 5)
    built_at(root, 1, {"orders.csv": B_MENDED})

    assert [load.known_from for load in _all(root)] == [FIRST + timedelta(hours=5)] * 3


def _all(root: Path) -> tuple[Load, ...]:
    return open_workspace(root).lake.loads()


def test_a_build_that_fails_has_taken_nothing_in(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    built_at(root, 0)
    before = _all(root)

    with pytest.raises(SourceError):
        built_at(root, 1, {"orders.csv": B_MENDED, "payments.csv": "payment,order\n1,A\n"})

    assert _all(root) == before
    made = built_at(root, 2, {"payments.csv": FILES["payments.csv"]})
    assert [(load.name, load.seq) for load in made.loads] == [("orders.csv", 2)]


def test_garbage_is_what_no_load_names(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    built_at(root, 0)
    built_at(root, 1, {"orders.csv": B_MENDED})
    left = root / ".troth" / "intake" / "rows_orders" / "left.parquet"
    left.write_bytes(b"of a build that died")

    collected = collect_garbage(root, dry_run=False)

    assert [name for name in collected.files if "intake" in name] == ["../intake/rows_orders/left.parquet"]
    assert not left.exists()
    assert build(at(root, 2), full=True).balances[0].stored == 3


def test_rows_that_were_taken_in_and_are_lost_are_told(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    made = built_at(root, 0)
    (root / ".troth" / "intake" / made.loads[0].files[0].path).unlink()

    with pytest.raises(StoreError, match=r"intake/rows_orders/.* is damaged; got no file.*backup"):
        built_at(root, 1, {"orders.csv": B_MENDED})


def test_a_source_that_leaves_the_book_takes_its_rows_with_it_and_brings_them_back(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    first = built_at(root, 0)
    (root / "sources" / "payments.yaml").unlink()
    without = build(at(root, 1))
    write_book(tmp_path, files={}, book={"sources/payments.yaml": PAYMENTS})

    again = build(at(root, 2))

    assert [b.source for b in without.balances] == ["orders"]
    assert (again.snapshot.id, again.loads) == (first.snapshot.id, ())
    assert balances_of(again.snapshot) == first.balances


def test_workbooks_and_json_are_taken_in_by_the_row_too(tmp_path: Path) -> None:
    payments = [{"payment": n, "order": order, "paid": "2026-01-05", "amount": n} for n, order in ((1, "A"), (2, "B"))]
    book = {**BOOK, "sources/payments.yaml": PAYMENTS.replace("payments.csv", "payments.json")}
    root = write_book(tmp_path, files={"orders.csv": FILES["orders.csv"], "payments.json": json.dumps(payments)}, book=book)
    built_at(root, 0)

    made = built_at(root, 1, {"payments.json": json.dumps([{**payments[0], "amount": 3}, payments[1]])})

    assert [(load.taken, load.unchanged) for load in made.loads] == [(1, 1)]
    assert rows(at(root), "SELECT sum(amount)::VARCHAR FROM money") == [("5.0000000000",)]


def test_builds_of_one_instant_are_apart_all_the_same(tmp_path: Path) -> None:
    _, first = built(write_book(tmp_path))

    assert {load.seq for load in first.loads} == {1}
    assert len({load.known_from for load in first.loads}) == 1
