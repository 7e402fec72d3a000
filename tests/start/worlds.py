"""Folders with written truth, on which what `troth start` finds is measured.

    for world in WORLDS: folder = build(world, tmp_path)

The truth of every folder stands beside its writer in tests/start/folders; nothing here knows how Troth guesses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.needs import require_data
from tests.start.folders.logs import LOG_WORLDS
from tests.start.folders.olist import OLIST_WORLDS
from tests.start.folders.promiseless import PROMISELESS_WORLDS
from tests.start.folders.promising import PROMISING_WORLDS
from tests.start.folders.world import World

WORLDS: tuple[World, ...] = (*OLIST_WORLDS, *LOG_WORLDS, *PROMISING_WORLDS, *PROMISELESS_WORLDS)

Where = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """How the pairs asserted compare with the truth.

    found: promises of the world stated by at least one asserted pair; of: promises of the world.
    wrong: pairs asserted that state no promise of the world.
    """

    found: int
    of: int
    wrong: tuple[Where, ...]


def build(world: World, under: Path) -> Path:
    """Write the folder and return it. Skips, with the reason, when its public data set is absent."""
    data = require_data(world.data) if world.data else under
    folder = under / world.name.replace(" ", "-")
    world.write(folder, data)
    return folder


def score(world: World, asserted: Iterable[Where]) -> Score:
    """Compare asserted pairs, each (promised file, promised column, actual file, actual column), with the truth."""
    said = set(asserted)
    truths = [{pair.where() for pair in promise} for promise in world.asserted]
    found = sum(bool(said & truth) for truth in truths)
    wrong = said - set().union(*truths) if truths else said
    return Score(found, len(truths), tuple(sorted(wrong)))
