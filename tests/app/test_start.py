"""`troth start` as a new user meets it: a folder it has never seen, run twice, edited, and left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.needs import ROOT
from troth.app.starting.start import Said, start
from troth.kernel.errors import NotFound, SourceError, TrothError

SHOP = ROOT / "examples" / "corner-shop"
TRUTH = json.loads((ROOT / "examples" / "corner-shop-truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return start(SHOP, into=tmp_path_factory.mktemp("shop") / "book").book


def _digest(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_corner_shop_is_what_mental_arithmetic_says(tmp_path: Path) -> None:
    started = start(SHOP, into=tmp_path / "book")
    page = started.page
    asserted = {(p.promised, p.actual) for p in started.pairs if p.asserted}
    lead = page["statements"][0]
    delivered = TRUTH["delivered_by_the_date_given"]

    assert asserted == {(p["promised"], p["actual"]) for p in TRUTH["pairs"]}
    assert page["headline"] == "80 of every 100 promises that fell due were kept."
    assert lead["value"] == delivered["kept"] / delivered["due"]
    states = {row[0]: row[1] for row in lead["table"]["rows"]}
    assert states == {
        "kept": delivered["kept"],
        "late": delivered["broken_late"],
        "nothing recorded": delivered["broken_nothing_recorded"],
        "cannot tell": delivered["unknown"],
        "does not count": delivered["void"],
    }
    silent = next(s for s in page["statements"] if s["finder"] == "nothing_recorded")
    assert [row[1] for row in silent["table"]["rows"]] == [
        TRUTH["nothing_recorded"]["never_dispatched"]["orders"],
        TRUTH["nothing_recorded"]["dispatched_then_nothing"]["orders"],
    ]
    assert "500.00" in " ".join(silent["evidence"]["notes"])
    arose = next(s for s in page["statements"] if s["finder"] == "where_delay_arose")
    assert arose["headline"] == "Where the delay arose: delivered 67 %, dispatched 33 %."  # 18 and 9 of 27
    balance = {source["file"]: source for source in page["sources"]}
    for file, truth in TRUTH["balance"].items():
        assert {key: balance[file][key] for key in truth} == truth


def test_times_without_a_zone_are_said_to_be_so(book: Path) -> None:
    page = start(SHOP, into=book).page

    assert sum("zone" in warning for warning in page["warnings"]) == 1
    assert page["zone"] == "UTC"


def test_zone_and_currency_may_be_said_and_then_nothing_is_uncertain(tmp_path: Path) -> None:
    page = start(SHOP, into=tmp_path / "book", said=Said("Europe/Berlin", "EUR")).page

    assert page["zone"] == "Europe/Berlin"
    assert page["warnings"] == ["2 rows or cells could not be used and stand in quarantine with their reasons."]


def test_an_unknown_zone_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(TrothError, match="Europe/Berlin"):
        start(SHOP, into=tmp_path / "book", said=Said("Europe/Berln"))


def test_the_input_is_not_touched(tmp_path: Path) -> None:
    before = _digest(SHOP)

    start(SHOP, into=tmp_path / "book")

    assert _digest(SHOP) == before


def test_a_second_run_publishes_nothing_and_proposes_nothing(book: Path) -> None:
    again = start(SHOP, into=book)

    assert again.difference == ""
    assert again.built is not None
    assert not again.built.fresh


def test_an_edited_book_is_never_overwritten_and_the_difference_is_shown(tmp_path: Path) -> None:
    first = start(SHOP, into=tmp_path / "book")
    promises = first.book / "promises" / "promises.yaml"
    edited = promises.read_text(encoding="utf-8").replace("delivered by the date given", "at your door by the day we said")
    promises.write_text(edited, encoding="utf-8")

    second = start(SHOP, into=first.book)

    assert promises.read_text(encoding="utf-8") == edited
    assert "-  words: at your door by the day we said" in second.difference
    assert "+  words: delivered by the date given" in second.difference
    assert any(found["words"] == "at your door by the day we said" for found in second.page["found"])


def test_the_book_may_not_lie_in_the_folder_that_is_read() -> None:
    with pytest.raises(SourceError, match="inside the folder"):
        start(SHOP, into=SHOP / "book")


def test_a_folder_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no folder"):
        start(tmp_path / "nowhere", into=tmp_path / "book")


def test_a_folder_with_nothing_to_read_says_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "photo.jpg").write_bytes(b"\xff\xd8")

    with pytest.raises(NotFound, match=r"got \.jpg"):
        start(tmp_path / "in", into=tmp_path / "book")


def test_a_folder_without_a_promise_gets_a_page_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    rows = "\n".join(f"u{n},2026-01-{n % 28 + 1:02} 10:00:00,{n}" for n in range(60))
    (tmp_path / "in" / "visits.csv").write_text(f"visitor,seen_at,pages\n{rows}\n", encoding="utf-8")

    page = start(tmp_path / "in", into=tmp_path / "book").page

    assert page["headline"] == "We found no promise in these files."
    assert page["statements"] == []
