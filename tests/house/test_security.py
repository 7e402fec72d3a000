"""Each line of the table of security names tests that are there, and no line is there twice."""

from __future__ import annotations

import re

import pytest

from tests.needs import ROOT

PAGE = (ROOT / "docs" / "reference" / "security.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([\d.,\u2013 ]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)


def test_there_is_a_table() -> None:
    assert len(ROWS) >= 40
    assert len({line for line, _, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("line", "shown"), [(line, shown) for line, _, shown in ROWS], ids=[line for line, _, _ in ROWS])
def test_a_line_is_shown_by_tests_that_are_there(line: str, shown: str) -> None:
    named = re.findall(r"`([^`]+)::(test_\w+)`", shown)

    assert named, line
    for file, test in named:
        assert f"\ndef {test}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{test}"
