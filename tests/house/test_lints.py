from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.needs import ROOT
from tools.lint import double_sums, dynamic_imports, named_machines


@pytest.mark.parametrize("lint", [double_sums, dynamic_imports, named_machines], ids=lambda lint: lint.__name__)
def test_the_repository_passes(lint: ModuleType) -> None:
    problems = lint.found(ROOT)

    assert problems == []


def _source(root: Path, text: str) -> Path:
    file = root / "src" / "troth" / "sample.py"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    "text",
    [
        "import importlib\nimportlib.import_module('troth.x')\n",
        "from importlib import import_module as i\n__import__('x')\n",
    ],
)
def test_an_import_by_name_is_found(tmp_path: Path, text: str) -> None:
    assert len(dynamic_imports.found(_source(tmp_path, text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "SQL = 'select avg(cast(x as double)) from t'\n",
        "def sql(c: str) -> str:\n    return f'select sum({c}::DOUBLE)'\n",
    ],
)
def test_a_sum_over_floating_point_is_found(tmp_path: Path, text: str) -> None:
    assert len(double_sums.found(_source(tmp_path, text))) == 1


def test_a_ratio_of_integer_sums_is_not_a_sum_over_floating_point(tmp_path: Path) -> None:
    text = "SQL = 'select sum(kept)::DOUBLE / count(*) as value from t'\n"

    assert double_sums.found(_source(tmp_path, text)) == []


@pytest.mark.parametrize("folder", ["work", "tmp", "home", "root"])
def test_an_absolute_path_is_found(folder: str) -> None:
    assert named_machines.in_line(f"open('/{folder}/x.csv')")


@pytest.mark.parametrize("line", ["docs/work/x", "~/home", "a framework/tmp-file", "1/home", "/workers"])
def test_other_words_are_not_paths(line: str) -> None:
    assert not named_machines.in_line(line)


def test_what_the_demo_wrote_is_not_the_repository(tmp_path: Path) -> None:
    """The README's two commands are the demo and then the tests; a book names the folder that it reads."""
    for folder in ("troth-demo", "examples"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "troth.yaml").write_text("folder: /" + "tmp/shop\n", encoding="utf-8")

    assert named_machines.found(tmp_path) == ["examples/troth.yaml:1: names /" + "tmp"]
