from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from troth.stores.journal.journal import Journal
from troth.stores.lake.engine import DuckEngine
from troth.stores.lake.lake import ParquetLake


@pytest.fixture
def engine() -> Iterator[DuckEngine]:
    with DuckEngine(threads=2) as made:
        yield made


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "journal.db")
    yield made
    made.close()


@pytest.fixture
def lake(tmp_path: Path, journal: Journal) -> ParquetLake:
    return ParquetLake(tmp_path / "lake", journal)
