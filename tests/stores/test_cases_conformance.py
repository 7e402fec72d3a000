"""What keeps cases, wherever it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from troth.cases import Cases, Failing, Moved
from troth.stores.journal.cases import JournalCases
from troth.stores.journal.journal import Journal
from troth.stores.memory import MemoryCases

NOW, LATER = datetime(2026, 3, 1, 6), datetime(2026, 3, 2, 6)
FILLED = Failing("orders", "due", "filled", "data_desk", "orders.due: not filled in 1 of 3 rows")
ROWS = Failing("orders", None, "at least 3 rows", None, "orders: 2")


@pytest.fixture(params=["journal", "memory"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Cases:
    return MemoryCases() if request.param == "memory" else JournalCases(Journal(tmp_path / "journal.db"))


def test_there_is_no_case_at_first(kept: Cases) -> None:
    assert kept.all() == ()


def test_a_case_has_both_instants_and_the_steward_to_whom_it_was_routed_last(kept: Cases) -> None:
    kept.move([Moved("CASE-0001", "opened", FILLED), Moved("CASE-0002", "opened", ROWS)], NOW)
    kept.move([Moved("CASE-0002", "routed", replace(ROWS, steward="it_lead")), Moved("CASE-0001", "closed", FILLED, "kept")], LATER)

    first, second = kept.all()
    assert (first.id, first.failing, first.opened, first.closed, first.closing) == ("CASE-0001", FILLED, NOW, LATER, "kept")
    assert (second.failing, second.opened, second.closed, second.open) == (replace(ROWS, steward="it_lead"), NOW, None, True)


def test_a_journal_opened_again_still_has_them_and_its_chain_fits(tmp_path: Path) -> None:
    JournalCases(Journal(tmp_path / "journal.db")).move([Moved("CASE-0001", "opened", FILLED)], NOW)
    again = Journal(tmp_path / "journal.db")

    assert [one.id for one in JournalCases(again).all()] == ["CASE-0001"]
    assert again.verify() is None
