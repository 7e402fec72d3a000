"""What keeps decisions on rewards, wherever it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from troth.metrics.rewards import Awards, Draft, decide
from troth.stores.journal.awards import JournalAwards
from troth.stores.journal.journal import Journal
from troth.stores.memory import MemoryAwards

NOW, LATER = datetime(2026, 4, 2, 6), datetime(2026, 4, 3, 6, 0, 0, 250_000)
DRAFT = Draft("prompt", date(2026, 2, 1), "São Paulo/1", "approved", "all in time", 40, 0.975, 0.87, "on record", "s1", "r1")
BACK = replace(DRAFT, act="withdrawn", reason="counted twice", outside="own word")


@pytest.fixture(params=["journal", "memory"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Awards:
    return MemoryAwards() if request.param == "memory" else JournalAwards(Journal(tmp_path / "journal.db"))


def test_nothing_is_decided_at_first(kept: Awards) -> None:
    assert kept.all() == ()


def test_decisions_come_back_as_they_were_taken_with_who_and_when(kept: Awards) -> None:
    first, second = kept.append(DRAFT, "x1", NOW), kept.append(BACK, "x2", LATER)

    assert kept.all() == (first, second)
    assert [(one.by, one.at, one.draft) for one in kept.all()] == [("x1", NOW, DRAFT), ("x2", LATER, BACK)]
    assert first.seq < second.seq


def test_a_journal_opened_again_still_has_them_once_and_its_chain_fits(tmp_path: Path) -> None:
    decide(JournalAwards(Journal(tmp_path / "journal.db")), DRAFT, "x1", NOW)
    again = Journal(tmp_path / "journal.db")
    decide(JournalAwards(again), DRAFT, "x1", LATER)

    assert [(one.by, one.at) for one in JournalAwards(again).all()] == [("x1", NOW)]
    assert again.verify() is None
