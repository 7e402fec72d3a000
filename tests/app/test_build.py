"""A build is a pure function of its inputs, and one that fails leaves what was in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.app.small_book import BOOK, FILES, ORDERS, PROMISE, ROOT, built, lake_files, write_book
from troth.app.bootstrap import open_workspace
from troth.app.building import judging
from troth.app.building.build import balances_of, build
from troth.app.workspace import Workspace
from troth.kernel.errors import BookError, Busy, ConservationError, NotFound, SourceError, TrothError
from troth.sources import Staged, splitter
from troth.sources.intake.standing import stage_loads
from troth.sources.readers import delimited


def _shares(workspace: Workspace, sql: str) -> list[tuple[object, ...]]:
    snapshot = workspace.lake.current()
    assert snapshot is not None
    engine = workspace.engine()
    workspace.lake.attach(engine, snapshot)
    return engine.rows(sql)


def test_the_record_and_its_outcomes_are_published(tmp_path: Path) -> None:
    workspace, made = built(write_book(tmp_path))

    assert made.fresh
    assert [(b.source, b.read, b.stored) for b in made.balances] == [("orders", 3, 3), ("payments", 3, 3)]
    assert _shares(workspace, "SELECT subject, fulfilled <= due, due::VARCHAR FROM outcome_deliver ORDER BY subject") == [
        (0, True, "2026-01-09 22:59:59.999999"),  # the end of the day in Berlin
        (1, False, "2026-01-09 22:59:59.999999"),
        (2, None, "2026-02-09 22:59:59.999999"),
    ]
    assert made.snapshot.as_of.isoformat() == "2026-02-15T11:05:00"


def test_two_builds_of_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = write_book(tmp_path / "one"), write_book(tmp_path / "two", name="other")
    _, one = built(first)
    _, two = built(second)

    assert one.snapshot.id == two.snapshot.id
    assert lake_files(first) == lake_files(second) != {}
    assert one.snapshot.files == two.snapshot.files


def test_many_rows_in_many_files_give_the_same_bytes_whatever_the_threads_do(tmp_path: Path) -> None:
    head, rows = "id,customer,placed,due,delivered\n", range(60_000)
    lines = [
        f"{n * 7919 % 60_000:06d},c{n % 97},2026-0{n % 6 + 1}-05 10:{n % 60:02d},2026-0{n % 6 + 1}-{n % 20 + 6:02d},"
        f"{'' if n % 11 == 0 else f'2026-0{n % 6 + 1}-1{n % 10} 09:00'}"
        for n in rows
    ]
    files = {**FILES, "orders.csv": head + "\n".join(lines) + "\n", "orders-2.csv": head + "\n".join(lines[::-1][:999]) + "\n"}
    book = {**BOOK, "sources/orders.yaml": ORDERS.replace("[orders.csv]", "['orders*.csv']")}
    first = write_book(tmp_path / "one", files=files, book=book)
    second = write_book(tmp_path / "two", files=files, book=book)

    assert built(first)[1].balances[0].duplicate == 999
    built(second)

    assert lake_files(first) == lake_files(second)


def test_a_second_build_of_the_same_inputs_publishes_nothing(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    _, first = built(root)
    before = lake_files(root)

    _, second = built(root)

    assert not second.fresh
    assert (second.snapshot, second.balances) == (first.snapshot, first.balances)
    assert lake_files(root) == before


def test_one_changed_cell_gives_another_snapshot_that_shares_what_did_not_change(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    _, first = built(root)
    write_book(tmp_path, files={"payments.csv": FILES["payments.csv"].replace("1.99", "2.99")})

    workspace, second = built(root)

    assert second.fresh
    assert second.snapshot.id != first.snapshot.id
    changed = {file.table for file in {*second.snapshot.files} - {*first.snapshot.files}}
    assert changed == {"money"}
    assert _shares(workspace, "SELECT sum(amount)::VARCHAR FROM money") == [("33.4900000000",)]
    assert len(lake_files(root)) == len(first.snapshot.files) + 1


@pytest.mark.parametrize(
    ("name", "text", "same"),
    [
        ("sources/orders.yaml", "# a comment\n" + ORDERS, True),
        ("sources/orders.yaml", ORDERS + "  steward: ana\n", False),
        ("promises/deliver.yaml", PROMISE.replace("attr(due)", "attr(due) + 1d"), False),
        ("troth.yaml", ROOT.replace("Berlin", "Lisbon"), False),
    ],
)
def test_a_snapshot_depends_on_what_the_book_says(tmp_path: Path, name: str, text: str, same: bool) -> None:  # noqa: FBT001
    root = write_book(tmp_path)
    _, first = built(root)
    write_book(tmp_path, book={name: text})

    _, second = built(root)

    assert (second.snapshot.id == first.snapshot.id) is same
    assert second.fresh is not same


def test_going_back_to_the_earlier_input_is_the_earlier_record_in_a_snapshot_that_knows_of_both_corrections(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    _, first = built(root)
    write_book(tmp_path, files={"payments.csv": FILES["payments.csv"].replace("1.99", "2.99")})
    built(root)
    write_book(tmp_path)

    workspace, third = built(root)

    assert third.snapshot.id != first.snapshot.id
    assert third.snapshot.files == first.snapshot.files
    current = workspace.lake.current()
    assert current is not None
    assert current.id == third.snapshot.id
    payments = third.balances[1]
    assert (payments.read, payments.stored, payments.duplicate, payments.superseded) == (5, 3, 1, 1)


@pytest.mark.parametrize(
    ("files", "book", "error"),
    [
        ({"orders.csv": ""}, {}, SourceError),
        ({"orders.csv": "id,customer,placed,due\n"}, {}, SourceError),
        ({"orders.csv": FILES["orders.csv"] + 'D,"c'}, {}, SourceError),
        ({}, {"promises/deliver.yaml": PROMISE.replace("delivered}", "deliverd}")}, BookError),
        ({}, {"sources/orders.yaml": ORDERS.replace("[orders.csv]", "[order.csv]")}, SourceError),
        ({}, {"troth.yaml": ROOT.replace("../data", "../nowhere")}, SourceError),
    ],
    ids=["empty", "column-gone", "unclosed", "event-gone", "file-gone", "folder-gone"],
)
def test_a_source_or_a_book_that_fails_leaves_the_snapshot_in_force(
    tmp_path: Path, files: dict[str, str], book: dict[str, str], error: type[TrothError]
) -> None:
    root = write_book(tmp_path)
    workspace, first = built(root)
    before = lake_files(root)
    write_book(tmp_path, files=files, book=book)

    with pytest.raises(error):
        build(workspace)

    assert workspace.lake.current() == first.snapshot
    assert lake_files(root) == before


def test_rows_that_do_not_balance_are_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_book(tmp_path)
    monkeypatch.setattr(delimited, "split", lambda *_, **__: splitter.Split(4, mixed=False))

    with pytest.raises(ConservationError, match="'orders' does not balance"):
        built(root)

    assert open_workspace(root).lake.current() is None


def test_a_file_written_to_after_it_was_read_is_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_book(tmp_path)

    def staged_and_written_to(*arguments: Any, **named: Any) -> Staged:
        staged = stage_loads(*arguments, **named)
        with (tmp_path / "data" / "orders.csv").open("a") as file:
            file.write("Z,c1,2026-02-05 12:00,2026-02-09,\n")
        return staged

    monkeypatch.setattr(judging, "stage_loads", staged_and_written_to)

    with pytest.raises(SourceError, match=r"'orders\.csv' changed while it was read"):
        built(root)

    assert open_workspace(root).lake.current() is None


def test_the_balance_of_a_snapshot_is_read_back_as_it_was_built(tmp_path: Path) -> None:
    rows = "D,c1,,2026-02-09,\nA,c9,2026-01-05 10:00,2026-01-09,2026-01-08 09:00\nE,c1,2026-02-05 12:00,soon,\nF\n"
    root = write_book(tmp_path, files={**FILES, "orders.csv": FILES["orders.csv"] + rows})

    workspace, made = built(root)

    orders = made.balances[0]
    assert (orders.read, orders.stored, orders.quarantined, orders.superseded, orders.cells) == (7, 4, 2, 1, 1)
    assert balances_of(made.snapshot) == made.balances
    assert _shares(workspace, "SELECT unknown_reason FROM outcome_deliver WHERE subject = 3") == [("quarantined: due",)]


def test_one_build_at_a_time(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    first, second = open_workspace(root), open_workspace(root)
    said: list[BaseException] = []

    def other(_: str) -> None:
        if not said:
            try:
                build(second)
            except Busy as error:
                said.append(error)

    build(first, progress=other)

    assert len(said) == 1


def test_a_folder_without_a_book_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no book"):
        built(tmp_path)
