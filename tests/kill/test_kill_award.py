"""kill -9 while a reward is approved: it is on record whole or not at all, and approving again leaves it there once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.stores.test_awards_conformance import DRAFT, LATER
from troth.metrics.rewards import decide
from troth.stores.journal.awards import JournalAwards
from troth.stores.journal.journal import Journal

APPROVE = """
import os, signal, sys
from pathlib import Path
from tests.stores.test_awards_conformance import DRAFT, NOW
from troth.metrics.rewards import decide
from troth.stores import failpoints
from troth.stores.journal.awards import JournalAwards
from troth.stores.journal.journal import Journal

def die(name):
    if name == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

with failpoints.install(die):
    decide(JournalAwards(Journal(Path(sys.argv[1]))), DRAFT, "x1", NOW)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL, which this platform has not")
@pytest.mark.parametrize(("at", "written"), [("commit.before", 0), ("commit.after", 1)])
def test_an_approval_that_was_killed_is_whole_or_not_there_and_is_made_good_by_the_next(tmp_path: Path, at: str, written: int) -> None:
    file = tmp_path / "journal.db"
    killed = subprocess.run(
        [sys.executable, "-c", APPROVE, str(file), at], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    journal = Journal(file)

    assert killed.returncode == -signal.SIGKILL
    assert [one.draft for one in JournalAwards(journal).all()] == [DRAFT] * written
    assert decide(JournalAwards(journal), DRAFT, "x1", LATER).awarded
    assert [one.draft for one in JournalAwards(journal).all()] == [DRAFT]
    assert journal.verify() is None
