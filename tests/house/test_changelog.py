from __future__ import annotations

from pathlib import Path

import pytest

from tests.needs import ROOT
from tools.changelog import fragments_in, release


def test_the_fragments_of_this_repository_are_well_named() -> None:
    fragments_in(ROOT / "changelog.d")


def test_a_release_lists_its_fragments_by_kind(tmp_path: Path) -> None:
    (tmp_path / "zones.fixed.md").write_text("Zones\nare read.\n", encoding="utf-8")
    (tmp_path / "page.added.md").write_text("A page.\n", encoding="utf-8")

    text = release("0.2.0", "2026-03-02", fragments_in(tmp_path))

    assert text == "## 0.2.0 (2026-03-02)\n\n### Added\n\n- A page.\n\n### Fixed\n\n- Zones are read.\n"


def test_a_fragment_of_no_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("A page.\n", encoding="utf-8")

    with pytest.raises(SystemExit, match="KIND one of added"):
        fragments_in(tmp_path)
