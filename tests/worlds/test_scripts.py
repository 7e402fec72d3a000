from __future__ import annotations

import ast
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parent / "recovered").glob("*.py"))
MOST_LINES = 30


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_truth_is_found_again_in_thirty_lines_that_know_nothing_of_troth(script: Path) -> None:
    source = script.read_text("utf-8")
    tree = ast.parse(source)
    docstring = tree.body[0]
    assert ast.get_docstring(tree)
    assert sum(bool(line.strip()) for line in source.splitlines()[docstring.end_lineno :]) <= MOST_LINES
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name for name in imported if name.split(".")[0] == "troth"}
    assert "truth.json" not in source
    assert "truth/" not in source
