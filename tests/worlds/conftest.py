"""Worlds that several tests look at: one in which everything is planted, one in which nothing is, and two in which every other truth is.

TROTH_WORLD_SEED makes other worlds: an analysis that is right in one may have been lucky. `tests.worlds.power` says how often it is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

from troth.app.starting.examples import make_meridian


class Note(Protocol):
    """name: of a truth. planted, found, error: of its figure, where it has one."""

    def __call__(self, name: str, planted: float | None = None, found: float | None = None, error: float | None = None, /) -> None: ...


SEED, CUSTOMERS, MONTHS = int(os.environ.get("TROTH_WORLD_SEED", "11")), 4_000, 24
# What is easily taken for one another is never in the same of these two.
CALM = (
    "internal_before_external", "margin_worn", "survey_too_early", "tolerance_knee", "inconsistent_service", "high_value_repeats",
    "recovery_uplift", "change_by_site", "purchase_rate",
)  # fmt: skip
ROUGH = ("carrier_decay", "bottleneck_handoff", "loyalty_lost", "change_everywhere", "disruption", "dropout")


def _made(factory: pytest.TempPathFactory, *truths: str) -> Path:
    return make_meridian(factory.mktemp("meridian"), seed=SEED, customers=CUSTOMERS, months=MONTHS, truths=truths).folder


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Meridian with all its truths."""
    return _made(tmp_path_factory)


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Meridian in which nothing is planted."""
    return _made(tmp_path_factory, "none")


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Meridian without the truths of CALM, but with those of ROUGH."""
    return _made(tmp_path_factory, *(f"{name}=0" for name in CALM))


@pytest.fixture(scope="session")
def rough(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Meridian without the truths of ROUGH, but with those of CALM."""
    return _made(tmp_path_factory, *(f"{name}=0" for name in ROUGH))


@pytest.fixture(scope="session")
def truth(world: Path) -> dict[str, Any]:
    """What is planted in `world`, by name."""
    truths: dict[str, Any] = json.loads((world / "truth.json").read_text("utf-8"))["truths"]
    return truths


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Note:
    """What a test looks for and what it saw, before it says whether that is right: for the table of `tests.worlds.power`."""

    def noted(name: str, planted: float | None = None, found: float | None = None, error: float | None = None, /) -> None:
        record_property(name, json.dumps(None if planted is None else [planted, found, error]))

    return noted
