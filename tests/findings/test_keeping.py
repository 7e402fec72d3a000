"""What was found is given back as it was, and never where it is of something else or was damaged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from tests.findings.worlds import world
from troth.engines.calendars import transitions
from troth.findings import Context, Statement, find_all, keeping
from troth.findings.keeping import found
from troth.findings.statement import Evidence, Figure, Table
from troth.stores.findings import KeptFindings

PROMISE = "deliver: {subject: order, words: delivered by the day given, anchor: placed, fulfil: {event: delivered}, due: placed + 2d}"
MANY = 40
Shelf = Callable[..., KeptFindings]


@cache
def _orders(late: int = 5, promise: str = PROMISE) -> Context:
    named = [f"o{number}" for number in range(MANY)]
    placed = [("order", one, "placed", "2026-03-01 10:00") for one in named]
    came = [("order", one, "delivered", f"2026-03-0{5 if place < late else 2} 09:00") for place, one in enumerate(named)]
    return world({"order": {one: {} for one in named}}, [*placed, *came], promise)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    def of(snapshot: str = "a" * 64, version: str = "1", least: int = MANY, published: tuple[str, ...] | None = None) -> KeptFindings:
        return KeptFindings(
            tmp_path / "findings",
            snapshot,
            lambda: [(one, datetime(2026, 3, 9)) for one in ((snapshot,) if published is None else published)],
            least,
            version,
        )

    return of


@pytest.fixture
def finds(monkeypatch: pytest.MonkeyPatch) -> list[Context]:
    """Whose record was looked at."""
    looked: list[Context] = []

    def look(context: Context) -> tuple[Statement, ...]:
        looked.append(context)
        return find_all(context)

    monkeypatch.setattr(keeping, "find_all", look)
    return looked


def _files(shelf: KeptFindings) -> list[Path]:
    return sorted(shelf.root.iterdir()) if shelf.root.is_dir() else []


def test_it_is_found_once_and_given_back_as_it_was(shelf: Shelf, finds: list[Context]) -> None:
    first = found(_orders(), MANY, shelf())
    assert first == find_all(_orders())
    assert any(one.leads and one.value == pytest.approx(0.875) for one in first)

    assert found(_orders(), MANY, shelf()) == first
    assert len(finds) == 1
    assert len(_files(shelf())) == 1


def test_little_is_found_each_time(shelf: Shelf, finds: list[Context]) -> None:
    for _ in range(2):
        found(_orders(), MANY - 1, shelf())
        found(_orders(), MANY, None)
    assert len(finds) == 4
    assert _files(shelf()) == []


@pytest.mark.parametrize("what", ["snapshot", "version", "promise", "currency", "zone"])
def test_what_is_of_something_else_is_found_anew(what: str, shelf: Shelf, finds: list[Context]) -> None:
    berlin = transitions("Europe/Berlin", 1_700_000_000_000_000, 1_900_000_000_000_000)
    context, other = _orders(), _orders(promise=PROMISE.replace("by the day given", "in time"))
    asked = {
        "snapshot": (context, shelf(snapshot="b" * 64)),
        "version": (context, shelf(version="2")),
        "promise": (other, shelf()),
        "currency": (replace(context, currency="USD"), shelf()),
        "zone": (replace(context, clock=berlin), shelf()),
    }
    found(context, MANY, shelf())
    for _ in range(2):  # and is kept in its turn
        assert found(asked[what][0], MANY, asked[what][1]) == find_all(asked[what][0])
        assert len(finds) == 2


def test_words_that_changed_are_those_that_are_read(shelf: Shelf) -> None:
    found(_orders(), MANY, shelf())
    said = found(_orders(promise=PROMISE.replace("by the day given", "in good time")), MANY, shelf())
    assert "in good time" in repr(said)
    assert "by the day given" not in repr(said)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content.replace(b"0.875", b"0.975"),
        lambda content: content[:-20],
        lambda content: content.partition(b"\n")[2],
        lambda content: content.partition(b"\n")[0],
        lambda content: b"",
        lambda content: b"\xff\xfe" + content,
        lambda content: content.replace(b'"version": "1"', b'"version": "0"'),
    ],
)
def test_what_was_damaged_is_found_anew_and_kept_again(damage: Callable[[bytes], bytes], shelf: Shelf, finds: list[Context]) -> None:
    first = found(_orders(), MANY, shelf())
    (path,) = _files(shelf())
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert path.read_bytes() != whole

    assert found(_orders(), MANY, shelf()) == first
    assert len(finds) == 2
    assert path.read_bytes() == whole


def test_a_file_of_another_name_says_nothing(shelf: Shelf, finds: list[Context]) -> None:
    found(_orders(), MANY, shelf())
    (path,) = _files(shelf())
    path.rename(path.with_name(path.name.replace("a" * 24, "b" * 24)))
    found(_orders(), MANY, shelf(snapshot="b" * 64))
    assert len(finds) == 2


def test_those_of_snapshots_that_are_gone_go(shelf: Shelf) -> None:
    for snapshot, published in (("a", ("a",)), ("b", ("a", "b")), ("c", ("b", "c"))):
        found(_orders(), MANY, shelf(snapshot * 64, published=tuple(one * 64 for one in published)))
    assert [path.name[0] for path in _files(shelf())] == ["b", "c"]


def test_what_was_removed_with_its_snapshot_is_not_brought_back(shelf: Shelf) -> None:
    """A server that has an earlier one open yet, after a column became personal."""
    assert found(_orders(), MANY, shelf("a" * 64, published=("b" * 64,))) == find_all(_orders())
    assert _files(shelf()) == []


def test_nothing_is_lost_where_nothing_can_be_kept(shelf: Shelf, finds: list[Context]) -> None:
    shelf().root.write_text("not a folder", encoding="utf-8")
    first = found(_orders(), MANY, shelf())
    assert found(_orders(), MANY, shelf()) == first == find_all(_orders())
    assert len(finds) == 2


@pytest.mark.parametrize("spec", [{"rows": (1, 2)}, {"rows": [float("nan")]}, {"rows": [float("inf")]}])
def test_what_would_come_back_otherwise_is_not_kept(spec: dict[str, object], shelf: Shelf) -> None:
    one = Statement(
        "a/b", "a", "headline", "paragraph", Evidence("3", "window", "fair"), 0.5, "of 1", "SELECT 1", Table(("n",), ((1,), (1.0,))),
        1.0, figure=Figure("bars", "caption", {"rows": [1, 1.0, None, "1"]}),
    )  # fmt: skip
    shelf().keep("k" * 64, [one])
    assert shelf().kept("k" * 64) == (one,)
    shelf().keep("l" * 64, [replace(one, figure=Figure("bars", "caption", spec))])
    assert shelf().kept("l" * 64) is None
