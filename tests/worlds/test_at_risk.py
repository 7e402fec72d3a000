"""Chances told of Meridian's open deliveries come true, in a hold-out of which nothing was known when they were told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.worlds.books import unmeasured
from tests.worlds.conftest import SEED
from troth.app.answers.at_risk import HeldOut, came_true
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.starting.examples import make_meridian

KEPT = {"parcels.yaml", "erp.yaml", "logistics.yaml", "calendars.yaml"}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> HeldOut:
    """Of parcels alone: nothing else of Meridian has a part in it."""
    made = make_meridian(tmp_path_factory.mktemp("parcels") / "meridian", seed=SEED, customers=1_500, months=18)
    book = made.folder / "book"
    unmeasured(book)
    shutil.rmtree(book / "identity")
    for file in (*(book / "sources").iterdir(), *(book / "promises").iterdir()):
        if file.name not in KEPT:
            file.unlink()
    _without_what_is_gone(book / "company.yaml")
    build(open_workspace(book))
    return came_true(open_workspace(book), "deliver")


def _without_what_is_gone(company: Path) -> None:
    text = company.read_text(encoding="utf-8")
    gone = ", visit: branch.country, complaint: branch.country, ticket: account.country"
    assert gone in text
    company.write_text(text.replace(gone, ""), encoding="utf-8")


def test_what_is_told_is_what_comes(held: HeldOut) -> None:
    found = held.calibration

    assert found is not None
    assert 0.9 <= found.slope <= 1.1
    assert abs(sum(t.n * (t.told - t.came) for t in found.tenths)) / found.n < 0.03
    for tenth in found.tenths:
        assert abs(tenth.told - tenth.came) <= 0.05 + 3 * (tenth.told * (1 - tenth.told) / tenth.n) ** 0.5, tenth


def test_it_tells_more_than_the_plain_share_of_each_lane(held: HeldOut) -> None:
    assert held.calibration is not None
    assert held.calibration.skill > 0.2
    assert held.promises > 3_000
