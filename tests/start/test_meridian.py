"""`troth start` on Meridian's files, which nobody edited: the promises in them are found, and no other is made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from troth.app.starting.examples import make_meridian
from troth.app.starting.start import Said, Started, start
from troth.sources.guess import Proposal, guess
from troth.stores.lake.engine import DuckEngine


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Started:
    made = make_meridian(tmp_path_factory.mktemp("worlds") / "meridian", seed=9, customers=500, months=12)
    return start(made.folder / "data", into=made.folder / "mine", said=Said("Europe/Berlin", "EUR"))


def test_the_three_promises_in_its_columns_are_found(started: Started) -> None:
    assert {(p.file, p.promised, p.actual) for p in started.pairs if p.asserted} == {
        ("erp_orders.csv", "promised_date", "status_at"),
        ("field_visits.csv", "window_to", "arrived_at"),
        ("invoices.csv", "payment_due", "paid_at"),
    }


def test_every_file_is_read_and_no_row_is_lost(started: Started) -> None:
    made = started.book.parent / "data"
    logs = {"carrier_tracking_carrier_tracking", "wms_scans_wms_scan"}  # a log's file may be read twice, for what holds of a whole order
    sources = {source["source"]: source for source in started.page["sources"] if source["source"] not in logs}
    rows = {path.stem.split("_2024")[0]: _rows(path) for path in made.iterdir() if path.suffix in (".csv", ".json")}
    scans = sum(_rows(path) for path in made.glob("wms_scans_*.csv"))

    assert {name: source["read"] for name, source in sources.items()} == rows | {"wms_scans": scans}
    assert {name for name, source in sources.items() if source["quarantined"]} == set()


def _rows(path: Path) -> int:
    text = path.read_text(encoding="utf-8")
    return len(json.loads(text)) if path.suffix == ".json" else text.count("\n") - 1


def test_what_is_still_to_come_does_not_move_the_end_of_the_data(started: Started) -> None:
    """Exceptions end up to a year later, and promised days lie beyond the record; both are no events."""
    assert str(started.page["as_of"])[:15] in ("Tue 31 Dec 2024", "Wed 1 Jan 2025 ")


def proposed(folder: Path, **files: list[str]) -> Proposal:
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return guess(DuckEngine(threads=2), folder)


def events_of(proposal: Proposal, source: str) -> Any:
    drafted: Any = proposal.sources[source]
    return drafted["events"]


def test_when_a_row_was_recorded_is_not_when_it_happened(tmp_path: Path) -> None:
    lines = [
        f"P{parcel},{status},2026-03-{day + step:02d}T10:00:00Z,2026-03-{day + step:02d}T{11 + parcel % 7}:00:00Z"
        for parcel, day in ((n, 1 + n % 20) for n in range(40))
        for step, status in enumerate(("collected", "at hub", "delivered"))
    ]
    found = proposed(tmp_path, tracking=["parcel_id,status,status_at,recorded_at", *lines])

    assert events_of(found, "tracking") == [{"type_from": "status", "at": "status_at"}]


def test_scans_are_events(tmp_path: Path) -> None:
    lines = [
        f"P{parcel},{scan},2026-03-{1 + parcel % 20:02d}T{10 + step}:00:00Z"
        for parcel in range(40)
        for step, scan in enumerate(("picked", "packed", "handed over"))
    ]
    found = proposed(tmp_path, scans=["order_no,scan,scanned_at", *lines])

    assert events_of(found, "scans") == [{"type_from": "scan", "at": "scanned_at"}]


def test_the_day_on_which_something_ends_is_no_event(tmp_path: Path) -> None:
    lines = [f"E{n},2026-01-{1 + n % 28:02d},2027-01-{1 + n % 28:02d}" for n in range(30)]
    found = proposed(tmp_path, exceptions=["exception_id,granted_on,ends_on", *lines])

    assert [event["at"] for event in events_of(found, "exceptions")] == ["granted_on"]


def test_what_seldom_happens_is_not_what_was_promised(tmp_path: Path) -> None:
    """One order in ten is complained about, and that is solved after every other date; all are delivered, most of them in time."""
    orders = [f"O{n:03d},2026-01-{1 + n % 20:02d}T08:30:00Z,2026-01-{6 + n % 20:02d}" for n in range(200)]
    moves = [f"O{n:03d},delivered,2026-01-{(5 if n % 9 else 7) + n % 20:02d}T15:{n % 60:02d}:00Z" for n in range(200)]
    moves += [f"O{n:03d},sent,2026-01-{2 + n % 20:02d}T09:{n % 60:02d}:00Z" for n in range(200)]
    cases = [
        f"C{n},O{n:03d},2026-01-{3 + n % 20:02d}T10:00:00Z,2026-01-{(5 if n % 50 == 0 else 8) + n % 20:02d}T16:{n % 60:02d}:00Z"
        for n in range(0, 200, 7)
    ]
    found = proposed(
        tmp_path, orders=["order_id,ordered_at,promised_date", *orders], moves=["order_id,status,at", *moves],
        cases=["case_no,order_id,opened_at,solved_at", *cases],
    )  # fmt: skip

    assert {(p.promised, p.actual) for p in found.pairs if p.asserted} == {("promised_date", "at")}


def test_a_pair_of_which_no_beginning_is_known_is_judged_all_the_same(tmp_path: Path) -> None:
    """When an order was made is on record only of those that have not come yet."""
    open_ = [f"R{n:03d},2026-01-{1 + n % 20:02d}T09:10:00Z,2026-01-{6 + n % 20:02d}," for n in range(90) if n % 3]
    done = [f"R{n:03d},,2026-01-{6 + n % 20:02d},2026-01-{1 + (n * 7) % 28:02d}T{8 + n % 11:02d}:13:00Z" for n in range(0, 90, 3)]
    found = proposed(tmp_path, orders=["order_id,created_at,delivery_due,delivered_at", *open_, *done])

    assert ("delivery_due", "delivered_at") in {(p.promised, p.actual) for p in found.pairs}
