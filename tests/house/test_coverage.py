from __future__ import annotations

from pathlib import Path

import pytest

from tests.needs import ROOT
from troth.app.coverage import Covered, coverage
from troth.kernel.errors import BookError, NotFound

LISTED = coverage(ROOT / "coverage.yaml")


@pytest.mark.parametrize("covered", LISTED, ids=lambda covered: covered.id)
def test_a_covered_id_has_its_definitions_and_tests(covered: Covered) -> None:
    assert covered.missing == ()
    assert covered.definitions
    assert covered.tests


def _listing(folder: Path, text: str) -> Path:
    (folder / "tests").mkdir()
    (folder / "tests" / "test_x.py").write_text(
        "class TestLate:\n    def test_it(self): ...\n\ndef test_kept(): ...\n\ndef late(): ...\n", encoding="utf-8"
    )
    file = folder / "coverage.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_what_exists_is_not_missing(tmp_path: Path) -> None:
    file = _listing(
        tmp_path,
        """
        A1:
          definitions: [troth.app.coverage.Covered.id, troth.app.coverage, troth/py.typed]
          tests: ["tests/test_x.py", "tests/test_x.py::test_kept[a-1]", "tests/test_x.py::TestLate::test_it"]
        """,
    )

    assert [(covered.id, covered.missing) for covered in coverage(file)] == [("A1", ())]


def test_what_is_gone_is_named(tmp_path: Path) -> None:
    gone_definitions = ("troth.app.coverage.Gone", "troth.gone", "gone", "troth/gone.yaml")
    gone_tests = ("tests/test_gone.py::test_kept", "tests/test_x.py::test_gone", "tests/test_x.py::late")
    file = _listing(tmp_path, f"A1: {{definitions: {list(gone_definitions)}, tests: {list(gone_tests)}}}")

    (covered,) = coverage(file)

    assert covered.missing == gone_definitions + gone_tests


@pytest.mark.parametrize(
    "text",
    ["- A1", "7.1: {definitions: [], tests: []}", "A1: {tests: []}", "A1: {definitions: x, tests: []}", "A1: ["],
)
def test_a_malformed_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BookError):
        coverage(_listing(tmp_path, text))


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        coverage(tmp_path / "coverage.yaml")
