"""No regular expression of the product takes more than a line of time for 50 kB: see `regexes`."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.house.regexes import calls
from tests.needs import ROOT


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the processor's time is limited by rlimit")
def test_every_regular_expression_comes_back_from_adversarial_texts() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.house.regexes"], cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 0, (lines[-1:], done.stderr[-1000:])
    assert lines[-1]["done"] == len(lines) - 1 >= len(calls())
