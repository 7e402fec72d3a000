"""`troth.open(folder)`: what a program asks of the rules of an operation."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

import troth
from tests.needs import ROOT
from troth.app.operation import Operation
from troth.kernel.errors import BookError, NotFound


@pytest.fixture
def shop(tmp_path: Path) -> Operation:
    shutil.copytree(ROOT / "examples" / "parts-wholesaler" / "book", tmp_path / "book", ignore=shutil.ignore_patterns(".troth", "pages"))
    return troth.open(tmp_path / "book")


def test_the_rules_for_somebody_at_an_instant(shop: Operation) -> None:
    acme = {path: (value, whose) for path, value, whose in shop.rules_for("promises.deliver", {"customer": "acme"}, "2026-02-05").fields}
    everybody = {path: value for path, value, _ in shop.rules_for("promises.deliver", at="2026-02-05").fields}

    assert acme["due"] == ("placed + 2d", "customer=acme by CHG-0004")
    assert everybody["due"] == "placed + 5d"


def test_why_names_whose_word_it_is(shop: Operation) -> None:
    why = shop.why("promises.deliver.due", {"customer": "acme", "region": "islands"}, datetime(2026, 2, 10))

    assert (why.value, why.candidates[0].change, why.keys) == ("placed + 14d", "CHG-0009", {"customer": "acme", "region": "islands"})
    assert why.at == datetime(2026, 2, 10)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (datetime(2026, 2, 28, 23, 0), "placed + 4d"),  # naive is UTC: in Berlin March begins
        (datetime(2026, 2, 28, 22, 59), "placed + 5d"),
        (datetime(2026, 2, 28, 23, 0, tzinfo=UTC), "placed + 4d"),
        ("2026-02-28 23:59", "placed + 5d"),  # a text is of the operation's zone
        ("2026-03-01 00:00", "placed + 4d"),
        ("2026-02-28T23:00Z", "placed + 4d"),
        ("2026-03-01", "placed + 4d"),
    ],
)
def test_an_instant_is_utc_and_a_text_is_of_the_operation(shop: Operation, at: datetime | str, due: str) -> None:
    settings = shop.workspace.root / "troth.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("zone: UTC", "zone: Europe/Berlin"), encoding="utf-8")

    assert shop.why("promises.deliver.due", at=at).value == due


def test_keys_may_bear_any_letter(shop: Operation) -> None:
    assert shop.why("promises.deliver.due", {"customer": "a/b,c=d"}, "2026-02-05").keys == {"customer": "a/b,c=d"}


def test_what_there_is_not_is_refused(shop: Operation) -> None:
    with pytest.raises(NotFound, match="did you mean 'deliver'"):
        shop.rules_for("promises.delivr")
    with pytest.raises(NotFound, match="says nothing of 'deu'"):
        shop.why("promises.deliver.deu")
    with pytest.raises(BookError, match="no dimension 'regoin'"):
        shop.why("promises.deliver.due", {"regoin": "north"})
    with pytest.raises(BookError, match="no day and no instant"):
        shop.rules_for("promises.deliver", at="soon")
