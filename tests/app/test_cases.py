"""The cases of a build: a failed check opens one in the build that finds it, and the build in which it passes closes it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.app.small_book import BOOK, FILES, built, write_book
from tests.app.test_contracts import DUE, orders
from troth.app.building import build as building
from troth.app.building.build import build
from troth.app.workspace import Workspace
from troth.kernel.errors import ConservationError, SourceError
from troth.stores.journal.journal import Journal

HELD = orders(f"{{columns: {{due: {DUE}}}}}")
WRONG = {**FILES, "orders.csv": FILES["orders.csv"].replace("A,c1,2026-01-05 10:00,2026-01-09", "A,c1,2026-01-05 10:00,2062-01-09")}
MORE = FILES["payments.csv"] + "4,C,2026-02-20 12:05,1.00\n"


def stand(workspace: Workspace) -> list[tuple[str, str | None, str, bool]]:
    return [(one.id, one.failing.steward, one.failing.says, one.open) for one in workspace.cases.all()]


def acts(root: Path) -> list[str]:
    entries = Journal(root / ".troth" / "journal.db").entries()
    return [entry.action for entry in entries]


def test_a_check_that_fails_opens_one_case_for_its_steward_and_the_build_that_finds_it_mended_closes_it(tmp_path: Path) -> None:
    root = write_book(tmp_path, files=WRONG, book=HELD)
    workspace, _ = built(root)
    says = "orders.due: not between 2026-01-01 and 2026-12-31 in 1 of 3 rows, held in quarantine"
    assert stand(workspace) == [("CASE-0001", "data_desk", says, True)]

    # Still wrong in another build: it stays the one case.
    write_book(tmp_path, files={"payments.csv": MORE}, book={})
    build(workspace)
    assert stand(workspace) == [("CASE-0001", "data_desk", says, True)]

    write_book(tmp_path, files={"orders.csv": FILES["orders.csv"]}, book={})
    build(workspace)
    assert stand(workspace) == [("CASE-0001", "data_desk", says, False)]
    (case,) = workspace.cases.all()
    assert isinstance(case.closed, datetime)
    assert case.opened < case.closed
    assert case.closing == "kept"
    assert acts(root) == ["snapshot.published", "case.opened", "snapshot.published", "snapshot.published", "case.closed"]


def test_a_build_that_is_refused_opens_the_case_of_what_refuses_it(tmp_path: Path) -> None:
    root = write_book(tmp_path, book=orders("{columns: {customer: {matches: 'c[0-9]'}}}"))
    workspace, _ = built(root)
    write_book(tmp_path, files={"orders.csv": FILES["orders.csv"].replace("B,c2", "B,x2")}, book={})
    for _ in range(2):
        with pytest.raises(SourceError):
            build(workspace)
    assert stand(workspace) == [("CASE-0001", "data_desk", "orders.customer: not of the form 'c[0-9]' in 1 of 3 rows", True)]

    write_book(tmp_path, files={"orders.csv": FILES["orders.csv"]}, book={})
    build(workspace)
    assert [one.open for one in workspace.cases.all()] == [False]


def test_columns_that_are_frozen_and_changed_have_a_case_until_they_are_taken(tmp_path: Path) -> None:
    root = write_book(tmp_path, book=orders("{schema: freeze}"))
    workspace, _ = built(root)
    lines = FILES["orders.csv"].splitlines()
    write_book(tmp_path, files={"orders.csv": "\n".join([f"{lines[0]},note", *(f"{line},x" for line in lines[1:])]) + "\n"}, book={})
    with pytest.raises(SourceError):
        build(workspace)
    assert stand(workspace) == [("CASE-0001", "data_desk", "orders.note is new in orders.csv", True)]

    write_book(tmp_path, files={}, book=orders("{schema: evolve}"))
    build(workspace)
    assert [(one.open, one.closing) for one in workspace.cases.all()] == [(False, "kept")]


def test_rows_that_are_not_accounted_for_have_a_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_book(tmp_path, book=orders("{rows: {at_least: 1}}"))
    workspace, _ = built(root)
    with monkeypatch.context() as patched:
        patched.setattr("troth.sources.intake.taking._counts", lambda *_: (2, 0, 0))
        write_book(tmp_path, files={"orders.csv": FILES["orders.csv"] + "D,c1,2026-02-05 12:00,2026-02-09,\n"}, book={})
        with pytest.raises(ConservationError):
            build(workspace)
    assert stand(workspace) == [("CASE-0001", "data_desk", "orders: 4 rows counted, 2 accounted for", True)]

    build(workspace)
    assert [(one.open, one.closing) for one in workspace.cases.all()] == [(False, "kept")]


def test_a_check_that_the_contract_asks_no_more_closes_its_case(tmp_path: Path) -> None:
    root = write_book(tmp_path, book=orders("{columns: {customer: {matches: 'x', severity: warn}}}"))
    workspace, _ = built(root)
    write_book(tmp_path, files={}, book=orders("{columns: {customer: {required: true}}}"))
    build(workspace)
    assert [(one.open, one.closing) for one in workspace.cases.all()] == [(False, "asked no more")]


def test_an_attribute_with_a_steward_of_its_own_has_the_case_of_its_column(tmp_path: Path) -> None:
    named = HELD["sources/orders.yaml"].replace("{column: due, as: day}", "{column: due, as: day, steward: planner}")
    workspace, _ = built(write_book(tmp_path, files=WRONG, book={**BOOK, "sources/orders.yaml": named}))
    assert [one.failing.steward for one in workspace.cases.all()] == ["planner"]


def test_another_steward_has_the_case_from_the_next_build_on(tmp_path: Path) -> None:
    root = write_book(tmp_path, files=WRONG, book=HELD)
    workspace, _ = built(root)
    write_book(
        tmp_path, files={}, book={"sources/orders.yaml": HELD["sources/orders.yaml"].replace("steward: data_desk", "steward: it_lead")}
    )
    build(workspace)
    assert [(one.id, one.failing.steward) for one in workspace.cases.all()] == [("CASE-0001", "it_lead")]


def test_a_build_that_died_before_its_cases_is_made_good_by_one_that_has_nothing_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_book(tmp_path, files=WRONG, book=HELD)
    with monkeypatch.context() as patched:
        patched.setattr(building, "settle_cases", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            built(root)
    workspace, again = built(root)
    assert not again.fresh
    assert [one.id for one in workspace.cases.all()] == ["CASE-0001"]
    build(workspace)
    assert acts(root) == ["snapshot.published", "case.opened"]
