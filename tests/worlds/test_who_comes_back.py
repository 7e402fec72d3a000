"""Of those about to leave over a late order, the part that stays where their ticket is solved soon lies in the interval that we give."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from tests.worlds.books import of_recovery
from tests.worlds.conftest import Note
from troth.app.answers.recovery import recovery
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.reading import open_reading
from troth.findings.recovery import Recovered

ALIKE = ("customer.segment", "attr(ship_country)")


def told(world: Path, into: Path) -> Recovered:
    shutil.copytree(world / "book", into / "book")
    (into / "data").symlink_to(world / "data", target_is_directory=True)
    of_recovery(into / "book")
    workspace = open_workspace(into / "book")
    build(workspace)
    return recovery(open_reading(workspace), "deliver", by=ALIKE, beyond="1d")


def test_what_was_planted_of_help_that_came_soon_is_found(world: Path, truth: dict[str, Any], note: Note, tmp_path: Path) -> None:
    found = told(world, tmp_path)

    for within, group in zip(("within 24 h", "within 72 h"), found.groups, strict=False):
        assert group.kept is not None
        planted, kept = truth["recovery_uplift"][within], group.kept
        note(f"troth recovery: {within}", planted, kept.value, (kept.high - kept.low) / 3.92)
        assert kept.low <= planted <= kept.high


def test_where_help_keeps_nobody_that_is_said(calm: Path, tmp_path: Path) -> None:
    for group in told(calm, tmp_path).groups[:2]:
        assert group.kept is not None
        assert group.kept.low <= 0 <= group.kept.high
