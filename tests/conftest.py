from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import pytest

from tests.postgres import Postgres, started

# Chance may not decide whether a build is green; a long search for new counterexamples is asked for by name.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("search", deadline=None, max_examples=2_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of this run's own. Its folder has a short name: the path of a socket may not be long."""
    with TemporaryDirectory(prefix="troth-pg-") as folder, started(Path(folder)) as server:
        yield server
