from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.small_book import write_book
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build


def test_files_split_otherwise_are_another_snapshot_which_is_built_of_all_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = open_workspace(write_book(tmp_path))
    first = build(workspace).snapshot
    with monkeypatch.context() as later:
        later.setattr("troth.app.building.judging.LAYOUT", 99)
        made = build(workspace)
    assert made.fresh
    assert made.snapshot.id != first.id
