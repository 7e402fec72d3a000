"""What keeps decisions about who is the same, wherever it is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from troth.kernel.errors import StoreError
from troth.sources.identity import Decisions, Draft, Member
from troth.stores.journal.decisions import JournalDecisions
from troth.stores.journal.journal import Journal
from troth.stores.memory import MemoryDecisions

NOW, LATER = datetime(2026, 3, 1, 6), datetime(2026, 3, 2, 6)
MERGE = Draft("customer", "merge", Member("account", "a/1"), Member("debtor", "ü"), "the same letterhead")
SPLIT = Draft("customer", "split", Member("account", "a/1"), None, "no")
UNDO = Draft("customer", "undo", None, None, "", 1)


@pytest.fixture(params=["journal", "memory"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Decisions:
    return MemoryDecisions() if request.param == "memory" else JournalDecisions(Journal(tmp_path / "journal.db"))


def test_nothing_was_decided_at_first(kept: Decisions) -> None:
    assert kept.all() == ()


def test_decisions_come_back_in_their_order_as_they_were_made(kept: Decisions) -> None:
    made = [kept.append(draft, "ann", at) for draft, at in ((MERGE, NOW), (SPLIT, LATER), (UNDO, LATER))]
    assert kept.all() == tuple(made)
    assert [one.draft for one in made] == [MERGE, SPLIT, UNDO]
    assert [one.known_from for one in made] == [NOW, LATER, LATER]
    assert made[0].number < made[1].number < made[2].number


def test_a_journal_opened_again_still_has_them_and_its_chain_fits(tmp_path: Path) -> None:
    made = JournalDecisions(Journal(tmp_path / "journal.db")).append(MERGE, "ann", NOW)
    again = Journal(tmp_path / "journal.db")
    assert JournalDecisions(again).all() == (made,)
    assert again.verify() is None


def test_a_decision_is_never_changed_in_place(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    JournalDecisions(journal).append(MERGE, "ann", NOW)
    with pytest.raises(StoreError), journal._writing() as connection:
        connection.exec_driver_sql("UPDATE entry SET actor = 'bob'")
