from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.stores.history.books import Bench, InMemory, OnDisk, on_disk
from troth.stores.memory import MemoryHistory


@pytest.fixture(autouse=True)
def nobodys_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test depends on who runs it, nor on a repository that encloses its folder."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


@pytest.fixture
def disk(tmp_path: Path) -> OnDisk:
    return on_disk(tmp_path / "book")


@pytest.fixture(params=["git", "memory"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "memory":
        return InMemory(MemoryHistory())
    found: OnDisk = request.getfixturevalue("disk")
    return found
