from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from troth.faces.cli import main
from troth.stores.lake.engine import DuckEngine


@pytest.fixture
def engine() -> Iterator[DuckEngine]:
    with DuckEngine(threads=1) as made:
        yield made


@pytest.fixture
def troth(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., tuple[int, Any, str]]:
    """Runs a command; gives its exit code, its JSON and what it said of an error, which is one line."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, Any, str]:
        monkeypatch.setattr(sys, "argv", ["troth", *map(str, arguments)])
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as left:
            code = left.code
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        assert "mistake in Troth" not in err
        if code:
            assert err.startswith("troth: ")
            assert len(err.splitlines()) == 1
            assert len(err) < 3000
            assert out == ""
            return int(str(code)), None, err
        return 0, json.loads(out) if "--json" in arguments else out, err

    return run
