"""Contracts through a whole build: what is held leaves its promise unknown, what is broken publishes nothing, what changed is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.small_book import BOOK, FILES, ORDERS, built, lake_files, write_book
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.building.contracts import inputs_of
from troth.app.pages.data_page import read_data
from troth.app.reading import read_page
from troth.app.sources import check, draft, listed, show
from troth.app.workspace import Workspace
from troth.book.parsing import parsed
from troth.kernel.errors import BookError, NotFound, SourceError
from troth.sources import Source

OWNERS = "  owner: sales\n  steward: data_desk\n"
DUE = "{type: day, required: true, between: [2026-01-01, 2026-12-31], hold: true}"


def orders(contract: str, owners: str = OWNERS) -> dict[str, str]:
    return {**BOOK, "sources/orders.yaml": f"{ORDERS}{owners}  contract: {contract}\n"}


def rows(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    snapshot = workspace.lake.current()
    assert snapshot is not None
    engine = workspace.engine()
    workspace.lake.attach(engine, snapshot)
    return engine.rows(sql)


def unknown(workspace: Workspace) -> list[tuple[Any, ...]]:
    return rows(workspace, "SELECT id, unknown_reason FROM outcome_deliver JOIN object_order ON code = subject ORDER BY id")


def test_a_held_cell_leaves_its_promise_unknown_until_it_is_mended(tmp_path: Path) -> None:
    wrong = FILES["orders.csv"].replace("A,c1,2026-01-05 10:00,2026-01-09", "A,c1,2026-01-05 10:00,2062-01-09")
    root = write_book(tmp_path, files={**FILES, "orders.csv": wrong}, book=orders(f"{{columns: {{due: {DUE}}}}}"))

    workspace, first = built(root)
    assert unknown(workspace) == [("A", "quarantined: due"), ("B", None), ("C", None)]
    (notice,) = first.notices
    assert notice.startswith("orders.due: not between 2026-01-01 and 2026-12-31 in 1 of 3 rows, held in quarantine. Ask data_desk")

    # Something else comes in, and the cell is still held: the build says since when.
    write_book(tmp_path, files={"payments.csv": FILES["payments.csv"] + "4,C,2026-02-20 12:05,1.00\n"}, book={})
    second = build(workspace)
    (since,) = {v["since"] for v in second.snapshot.facts["contracts"]["orders"]["verdicts"] if v["failed"]}
    assert unknown(workspace)[0] == ("A", "quarantined: due")
    assert since == first.snapshot.as_of.isoformat() != second.snapshot.as_of.isoformat()

    write_book(tmp_path, files={"orders.csv": FILES["orders.csv"]}, book={})
    third = build(workspace)
    assert unknown(workspace) == [("A", None), ("B", None), ("C", None)]
    assert third.notices == []


def test_a_check_that_fails_publishes_nothing(tmp_path: Path) -> None:
    root = write_book(tmp_path, book=orders("{columns: {customer: {matches: 'c[0-9]'}}}"))
    workspace, first = built(root)
    before = lake_files(root)
    write_book(tmp_path, files={"orders.csv": FILES["orders.csv"].replace("B,c2", "B,x2")}, book={})

    with pytest.raises(SourceError, match=r"orders\.customer: not of the form 'c\[0-9\]' in 1 of 3 rows \(ask data_desk\)"):
        build(workspace)

    assert workspace.lake.current() == first.snapshot
    assert lake_files(root) == before


def test_the_same_inputs_are_the_same_snapshot_also_when_something_fails(tmp_path: Path) -> None:
    root = write_book(tmp_path, book=orders("{columns: {customer: {matches: 'x', severity: warn}}}"))
    workspace, first = built(root)

    second = build(workspace)

    assert not second.fresh
    assert second.snapshot == first.snapshot
    assert second.notices == first.notices != []


def test_columns_that_changed_are_kept_in_the_facts_and_told_for_a_week(tmp_path: Path) -> None:
    noted = FILES["orders.csv"].replace("\n", ",x\n").replace("delivered,x", "delivered,note")
    root = write_book(tmp_path, files={**FILES, "orders.csv": noted}, book=BOOK)
    workspace, first = built(root)
    assert first.snapshot.facts["contracts"]["orders"]["changes"] == []

    write_book(tmp_path, files={"orders.csv": FILES["orders.csv"]}, book={})
    second = build(workspace)
    assert second.notices == ["orders.note is gone. Nobody is its steward."]
    assert not build(workspace).fresh

    write_book(tmp_path, files={"payments.csv": FILES["payments.csv"] + "4,C,2026-03-20 12:05,1.00\n"}, book={})
    third = build(workspace)
    changes = third.snapshot.facts["contracts"]["orders"]["changes"]
    assert third.notices == []
    assert [(c["column"], c["says"], c["narrows"]) for c in changes] == [("note", "is gone", True)]

    write_book(tmp_path, files={**FILES, "orders.csv": noted}, book={})
    fourth = build(workspace)
    changes = fourth.snapshot.facts["contracts"]["orders"]["changes"]
    assert [(c["column"], c["says"]) for c in changes] == [("note", "is gone"), ("note", "is new in orders.csv")]


def test_the_same_inputs_with_another_past_are_another_snapshot(tmp_path: Path) -> None:
    paid = FILES["payments.csv"].replace("\n", ",x\n").replace("amount,x", "amount,note")
    root = write_book(tmp_path, files={**FILES, "payments.csv": paid})
    built(root)
    write_book(tmp_path, files={"payments.csv": FILES["payments.csv"]}, book={})
    workspace, second = built(root)
    assert second.notices == ["payments.note is gone. Nobody is its steward."]
    (root / "sources" / "payments.yaml").unlink()
    build(workspace)
    write_book(tmp_path, files={})

    fourth = build(workspace)

    # The source is in no snapshot before this one, so nothing is known of a note.
    assert fourth.notices == []
    assert inputs_of(fourth.snapshot) == inputs_of(second.snapshot)
    assert fourth.snapshot.id != second.snapshot.id
    assert fourth.snapshot.files == second.snapshot.files


def test_frozen_columns_refuse_the_build_and_the_snapshot_before_stays(tmp_path: Path) -> None:
    root = write_book(tmp_path, book=orders("{schema: freeze}"))
    workspace, first = built(root)
    more = FILES["orders.csv"].replace("\n", ",x\n").replace("delivered,x", "delivered,note")
    write_book(tmp_path, files={"orders.csv": more}, book={})

    for _ in range(2):
        with pytest.raises(SourceError, match=r"orders\.note is new in orders\.csv, and its columns are frozen \(ask data_desk\)"):
            build(workspace)
    assert workspace.lake.current() == first.snapshot

    write_book(tmp_path, files={}, book={"sources/orders.yaml": f"{ORDERS}{OWNERS}  contract: {{schema: evolve}}\n"})
    assert build(workspace).fresh
    write_book(tmp_path, files={}, book={"sources/orders.yaml": f"{ORDERS}{OWNERS}  contract: {{schema: freeze}}\n"})
    assert build(workspace).fresh


@pytest.mark.parametrize(("owners", "missing"), [("", "owner or steward"), ("  owner: sales\n", "steward"), ("  steward: desk\n", "owner")])
def test_a_contract_without_owner_or_steward_is_an_error_at_its_name(tmp_path: Path, owners: str, missing: str) -> None:
    root = write_book(tmp_path, book=orders("{rows: {at_least: 1}}", owners))

    with pytest.raises(BookError, match=f"nobody is its {missing}"):
        built(root)


def test_check_judges_the_files_as_they_are_and_publishes_nothing(tmp_path: Path) -> None:
    root = write_book(tmp_path, book=orders(f"{{columns: {{due: {DUE}, id: {{unique: true}}}}, fresh_within: 30d}}"))
    workspace = open_workspace(root)

    (found,) = check(workspace, "orders", at="2026-03-01")

    assert [(v.check, v.failed) for v in found.verdicts] == [
        ("a day", 0), ("filled", 0), ("between 2026-01-01 and 2026-12-31", 0), ("unique", 0), ("within 30d of the clock", 0),
    ]  # fmt: skip
    assert not found.stops
    assert [v.failed for v in check(workspace, "orders", at="2026-03-10")[0].verdicts] == [0, 0, 0, 0, 1]
    assert workspace.lake.current() is None
    with pytest.raises(NotFound, match="no source 'order'; allowed: did you mean 'orders'"):
        check(workspace, "order")
    with pytest.raises(BookError, match="no day and no instant; got soon"):
        check(workspace, at="soon")


def test_a_source_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    root = write_book(tmp_path, book=orders("{rows: {at_most: 2}}"))
    (tmp_path / "data" / "payments.csv").unlink()

    broken, unread = check(open_workspace(root))

    assert (broken.source, broken.stops, [v.got for v in broken.failing]) == ("orders", True, ["3"])
    assert unread.stops
    assert "payments.csv" in str(unread.error)


def test_sources_are_listed_with_who_answers_and_what_is_checked(tmp_path: Path) -> None:
    root = write_book(tmp_path, book=orders(f"{{columns: {{due: {DUE}}}, rows: {{at_least: 1}}}}"))
    workspace, _ = built(root)

    first, second = listed(workspace)

    assert (first.source, first.owner, first.steward, first.checks, first.mode) == ("orders", "sales", "data_desk", 4, "evolve")
    assert first.checks == len(check(workspace, "orders")[0].verdicts)
    assert (second.source, second.owner, second.checks) == ("payments", None, None)
    assert second.balance is not None
    assert second.balance.stored == 3
    told = show(workspace, "orders")
    assert told["columns"]["due"] == {"read": "day", "filled": 3}
    assert told["definition"]["steward"] == "data_desk"
    assert len(told["verdicts"]) == 4


def many() -> dict[str, str]:
    """Sixty orders, one a day on the first 28 of each month, due a month later: at most four days without an order."""
    lines = [f"PO-{n:04d},c{n % 7},2026-0{n // 28 + 1}-{n % 28 + 1:02d} 10:00,2026-0{n // 28 + 2}-{n % 28 + 1:02d},," for n in range(60)]
    return {"orders.csv": "id,customer,placed,due,delivered,state\n" + "\n".join(lines) + "\n", "payments.csv": FILES["payments.csv"]}


def test_a_draft_is_a_contract_that_the_files_keep(tmp_path: Path) -> None:
    root = write_book(tmp_path, files=many(), book=BOOK)
    workspace = open_workspace(root)

    found = draft(workspace, "orders")

    said = {".".join(line.path): line.value for line in found.lines}
    assert said == {
        "columns.id.required": True,
        "columns.id.unique": True,
        "columns.id.matches": "[A-Z]{2}-[0-9]{4}",
        "columns.customer.required": True,
        "columns.placed.type": "instant",
        "columns.placed.required": True,
        "columns.placed.between": ["2026-01-01", None],
        "columns.due.type": "day",
        "columns.due.required": True,
        "columns.due.between": ["2026-01-01", None],
        "columns.due.after": {"column": "placed"},
        "columns.delivered.type": "instant",
        "rows.at_least": 20,
        "fresh_within": "8d",
    }
    text = "\n".join("  " + line for line in found.text.splitlines())
    write_book(tmp_path, files={}, book={"sources/orders.yaml": f"{ORDERS}{OWNERS}{text}\n"})
    (kept,) = check(workspace, "orders", at="2026-03-05")
    assert [v.check for v in kept.verdicts if not v.kept] == []
    assert len(kept.verdicts) == 14


def test_a_draft_does_not_promise_what_the_files_break(tmp_path: Path) -> None:
    odd = many()["orders.csv"].replace("PO-0007,c0,2026-01-08 10:00", "PO-0007,c0,someday").replace("PO-0009", "PO-0008")
    root = write_book(tmp_path, files={**many(), "orders.csv": odd}, book=BOOK)

    said = {".".join(line.path): line.evidence for line in draft(open_workspace(root), "orders").lines}

    assert said["columns.placed.type"] == "59 of 60 filled cells are"
    assert "columns.placed.hold" in said
    assert "columns.id.unique" not in said


def test_the_data_page_says_where_every_row_went_and_who_answers(tmp_path: Path) -> None:
    wrong = FILES["orders.csv"].replace("A,c1,2026-01-05 10:00,2026-01-09", "A,c1,2026-01-05 10:00,2062-01-09") + ",c9,,,\n"
    payments = FILES["payments.csv"] + "4,Z,2026-02-20 12:05,1.00\n"
    book = orders(f"{{columns: {{due: {DUE}}}, fresh_within: 1d}}")
    root = write_book(tmp_path, files={"orders.csv": wrong, "payments.csv": payments}, book=book)
    workspace, made = built(root)

    page = read_data(workspace)

    sources = {one["source"]: one for one in page["sources"]}
    assert page["headline"] == "The data of orders are not as promised."
    assert [(b.read, b.stored, b.quarantined, b.cells) for b in made.balances] == [(4, 3, 1, 1), (4, 4, 0, 0)]
    assert all(
        one["read"] == sum(one[k] for k in ("stored", "quarantined", "duplicate", "superseded", "filtered")) for one in page["sources"]
    )
    assert (sources["orders"]["old"], sources["orders"]["behind"], sources["orders"]["kept"]) == (True, "15 days behind", 1)
    assert (sources["payments"]["old"], sources["payments"]["behind"]) == (False, "the newest of all")
    assert page["orphans"] == ["payments"]
    assert page["held_back"] == [{"promise": "deliver", "words": "delivered by the day given", "held": 1, "made": 3}]
    assert [(r["row"], r["column"], r["reason"], r["value"]) for r in page["quarantine"]["rows"]] == [
        (1, "due", "held: not between 2026-01-01 and 2026-12-31", "2062-01-09"),
        (4, None, "key id is empty", None),
    ]
    assert page["quarantine"]["total"] == 2
    joins = {(one["source"], one["type"]): (one["rows"], one["matched"], one["rate"]) for one in page["joins"]}
    assert joins == {("orders", "customer"): (3, 0, None), ("payments", "order"): (4, 3, 75.0)}
    json.dumps(page)


def test_the_data_page_of_data_as_promised_says_so(tmp_path: Path) -> None:
    root = write_book(tmp_path, book=orders("{rows: {at_least: 1}}"))
    workspace, _ = built(root)
    assert read_data(workspace)["headline"] == "Every row is accounted for, and 1 of 2 sources are checked and as promised."
    assert read_page(workspace)["data"] == "data.html"


def test_the_monday_page_warns_of_what_is_not_as_promised(tmp_path: Path) -> None:
    root = write_book(tmp_path, book=orders("{columns: {delivered: {type: instant, required: true, severity: warn}}}"))
    workspace, _ = built(root)

    assert any(said.startswith("orders.delivered: not filled in 1 of 3 rows. Ask data_desk") for said in read_page(workspace)["warnings"])


def test_definitions_printed_by_show_read_back(tmp_path: Path) -> None:
    root = write_book(tmp_path, book=orders(f"{{columns: {{due: {DUE}}}, schema: freeze, lateness: 7d}}"))
    told = show(open_workspace(root), "orders")["definition"]
    data, _ = parsed(orders(f"{{columns: {{due: {DUE}}}, schema: freeze, lateness: 7d}}")["sources/orders.yaml"])

    assert Source.model_validate(told) == Source.model_validate(data["orders"])
