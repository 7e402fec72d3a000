"""Sources that are read two at a time give what they give one after the other, and of two that fail the first is told."""

from __future__ import annotations

from pathlib import Path
from threading import Barrier

import pytest

from tests.app.small_book import ROOT, lake_files, write_book
from troth.app.bootstrap import open_workspace
from troth.app.building import build as building
from troth.app.building import intake as taking_in
from troth.app.building.build import build
from troth.app.building.intake import Intake, look
from troth.app.building.prints import Prints
from troth.app.rulebook.rules import read_rules
from troth.kernel.errors import SourceError

COUNT = 300
NAMES = ("a", "b", "c", "d")


def _rows(name: str) -> str:
    """Rows of which some are twice there, some cannot be used, and some name somebody."""
    rows = ["id,who,at,due,note"]
    for n in range(COUNT):
        at = "not a day" if n % 37 == 5 else f"2026-01-{1 + n % 28:02} 10:00"
        rows.append(f"{name}{(n - n % 11 == n and n) or n - 1},{name}{n % 50}@shop.example,{at},2026-02-01,Dear Ana Silva {n}")
    return "\n".join([*rows, "", f"total,{COUNT},,,", ""])


def _source(name: str) -> str:
    return (
        f"{name}:\n  files: [{name}.csv]\n  key: [id]\n"
        f"  object: {{type: thing_{name}, id: [id], attributes: {{due: {{column: due, as: day}}, who: {{column: who}}}}}}\n"
        "  events: [{type: placed, at: at, anchor: true}]\n  personal: {who: email, note: free_text}\n"
    )


FILES = {f"{name}.csv": _rows(name) for name in NAMES}
BOOK = {"troth.yaml": ROOT, **{f"sources/{name}.yaml": _source(name) for name in NAMES}}


def _one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Intake, "beside", frozenset())


def test_the_files_are_those_of_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = write_book(tmp_path, files=FILES, book=BOOK)
    with monkeypatch.context() as patch:
        _one_by_one(patch)
        first = build(open_workspace(book))
    alone = lake_files(book)
    assert {one.quarantined + one.cells > 0 for one in first.balances} == {True}
    for _ in range(6):
        again = build(open_workspace(book), full=True)
        assert again.balances == first.balances
        assert set(lake_files(book).values()) == set(alone.values())


@pytest.mark.parametrize("turn", range(4))
def test_a_vault_that_is_not_there_yet_is_made_once(turn: int, tmp_path: Path) -> None:
    book = write_book(tmp_path, files=FILES, book=BOOK)
    build(open_workspace(book))
    status = open_workspace(book).vault.status()
    assert status.kept["email"] == 50 * len(NAMES) + 1  # and what all of them have in the row of their total


def test_two_are_read_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits for another: one after the other they would wait for ever."""
    meet, take_in = Barrier(2, timeout=20), taking_in.take_in

    def waits(*arguments: object) -> object:
        meet.wait()
        return take_in(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(building, "take_in", waits)
    build(open_workspace(write_book(tmp_path, files=FILES, book=BOOK)))


@pytest.mark.parametrize(("broken", "told"), [(("b",), "b.csv"), (("d",), "d.csv"), (("b", "d"), "b.csv"), (("a", "b"), "a.csv")])
def test_the_first_that_fails_is_told_and_nothing_is_published(broken: tuple[str, ...], told: str, tmp_path: Path) -> None:
    files = FILES | {f"{name}.csv": "id,who\n1,2\n" for name in broken}
    workspace = open_workspace(write_book(tmp_path, files=files, book=BOOK))
    with pytest.raises(SourceError, match=told):
        build(workspace)
    assert workspace.lake.current() is None
    write_book(tmp_path, files=FILES, book={})
    assert build(workspace).fresh


def test_what_takes_long_or_may_break_the_engine_down_is_read_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    book = write_book(tmp_path, files=FILES, book=BOOK | {"sources/d.yaml": _source("d").replace("d.csv", "d.parquet")})
    data = tmp_path / "data"
    duckdb.execute(f"COPY (SELECT * FROM read_csv('{data / 'd.csv'}', all_varchar=true)) TO '{data / 'd.parquet'}' (FORMAT parquet)")
    workspace = open_workspace(book)
    coming = look(workspace, read_rules(workspace), Prints.of(workspace.state))
    assert coming.beside == {"a", "b", "c"}
    monkeypatch.setattr(taking_in, "MOST_BESIDE", (data / "a.csv").stat().st_size - 1)
    assert coming.beside == frozenset()
    monkeypatch.undo()
    (data / "b.csv").unlink()
    assert coming.beside == {"a", "c"}
