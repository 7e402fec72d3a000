"""The reference lists Meridian as it is: each truth with its size and sentence, each file, and each truth with a script that finds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.needs import ROOT
from troth.worlds import TRUTHS, Plan, Planted, company

PAGE = (ROOT / "docs" / "reference" / "meridian.md").read_text(encoding="utf-8")
SCRIPTS = {path.stem for path in (Path(__file__).parent / "recovered").glob("*.py")}


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.name)
def test_each_truth_is_listed_with_its_size(truth: Planted) -> None:
    assert f"| `{truth.name}` | {truth.size:g} {truth.unit} | {truth.says.format(size=f'{truth.size:g}')} |" in PAGE


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.name)
def test_each_truth_has_a_script_that_finds_it(truth: Planted) -> None:
    assert any(truth.name in (script, *script.split("_and_")) for script in SCRIPTS)


def test_each_file_is_listed() -> None:
    files = [sheet.name for sheet in company(Plan(1, 200, 6)).sheets if not sheet.name.startswith("wms_scans")]

    assert [name for name in files if f"`{name}`" not in PAGE] == []
