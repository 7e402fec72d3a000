from __future__ import annotations

from collections.abc import Iterator

import pytest

from troth.stores.lake.engine import DuckEngine


@pytest.fixture
def engine() -> Iterator[DuckEngine]:
    with DuckEngine(threads=2) as made:
        yield made
