"""What a build says is found as soon as it is published, where there is so much that whoever asks would wait; and never of a part."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.app.mailed import Shop, open_shop
from tests.app.small_book import FILES, write_book
from troth.access import Scope
from troth.app import bootstrap
from troth.app.answers.huddle_promises import huddles_alone
from troth.app.building.build import build
from troth.app.building.ready import make_ready
from troth.app.pages.monday import monday_page
from troth.app.pages.scoping import scoped
from troth.app.reading import findings_of, open_reading, read_page
from troth.app.workspace import FINDINGS, Workspace
from troth.faces.cli.commands import app
from troth.findings import Context, Statement, find_all, keeping
from troth.kernel.errors import StoreError
from troth.stores.findings import KeptFindings

Open = Callable[[Path], Workspace]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Open:
    """A workspace of which little is much, for every face."""
    plain = bootstrap.open_workspace

    def of(root: Path) -> Workspace:
        workspace = plain(root)
        return replace(workspace, findings=lambda id: KeptFindings(workspace.state / FINDINGS, id, workspace.lake.published, 1))

    monkeypatch.setattr(bootstrap, "open_workspace", of)
    return of


@pytest.fixture
def finds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One more for each time that a record is looked through."""
    looked: list[int] = []

    def look(context: Context) -> tuple[Statement, ...]:
        looked.append(1)
        return find_all(context)

    monkeypatch.setattr(keeping, "find_all", look)
    return looked


def _troth(book: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--book", str(book)])


def _kept(book: Path) -> list[str]:
    folder = book / ".troth" / FINDINGS
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_a_build_finds_what_every_page_says_after_it(tmp_path: Path, opened: Open, finds: list[int]) -> None:
    book = write_book(tmp_path)
    done = _troth(book, "build")
    assert done.exit_code == 0, done.output
    assert len(finds) == 1
    assert len(_kept(book)) == 1

    page = read_page(opened(book))
    monday = monday_page(open_reading(opened(book)))
    assert len(finds) == 1
    said = [one["headline"] for one in page["statements"]]
    assert said == [one.headline for one in find_all(open_reading(opened(book)).context) if one.refusal is None or one.figure is not None]
    assert set(said) <= {one["headline"] for one in monday.page["statements"]}


def test_what_came_is_found_anew(tmp_path: Path, opened: Open, finds: list[int]) -> None:
    book = write_book(tmp_path)
    _troth(book, "build")
    write_book(tmp_path, files={"orders.csv": str(FILES["orders.csv"]) + "D,c2,2026-02-06 11:00,2026-02-09,2026-02-12 09:00\n"}, book={})
    done = _troth(book, "build", "--json")
    assert json.loads(done.stdout)["fresh"]
    assert len(finds) == 2
    assert findings_of(open_reading(opened(book))) == find_all(open_reading(opened(book)).context)
    assert len(finds) == 2


def test_words_that_are_saved_after_a_build_are_said(tmp_path: Path, opened: Open) -> None:
    book = write_book(tmp_path)
    _troth(book, "build")
    rules = book / "promises" / "deliver.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("by the day given", "in good time"), encoding="utf-8")
    said = repr(findings_of(open_reading(opened(book))))
    assert ("in good time" in said) == ("in good time" in repr(find_all(open_reading(opened(book)).context)))
    assert said == repr(find_all(open_reading(opened(book)).context))


def test_little_is_left_to_whoever_asks(tmp_path: Path) -> None:
    book = write_book(tmp_path)
    done = _troth(book, "build")
    assert done.exit_code == 0
    assert not make_ready(bootstrap.open_workspace(book))
    read_page(bootstrap.open_workspace(book))
    assert _kept(book) == []


def test_nothing_is_ready_of_nothing(tmp_path: Path, opened: Open) -> None:
    assert not make_ready(opened(write_book(tmp_path)))


def test_what_cannot_be_found_is_said_and_the_build_stays(tmp_path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(context: Context) -> tuple[Statement, ...]:
        raise StoreError("the engine is out of memory", next_step="Set TROTH_MEMORY.")

    monkeypatch.setattr(keeping, "find_all", refuse)
    book = write_book(tmp_path)
    done = _troth(book, "build")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == "Published."
    assert (
        "! It is published, but what it says could not be found beforehand: the engine is out of memory. Set TROTH_MEMORY." in done.stdout
    )
    assert opened(book).lake.current() is not None
    assert _kept(book) == []
    assert json.loads(_troth(book, "build", "--full", "--json").stdout)["snapshot"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return open_shop(tmp_path_factory.mktemp("ready"))


def test_a_part_is_never_told_what_was_found_of_the_whole(shop: Shop, opened: Open) -> None:
    workspace = opened(shop.workspace.root)
    whole = open_reading(workspace)
    found = findings_of(whole)
    assert len(_kept(workspace.root)) == 1

    part = scoped(workspace, whole, Scope({"country": frozenset({"PT"})}))
    assert findings_of(part) == find_all(part.context)
    assert findings_of(part) != found
    assert len(_kept(workspace.root)) == 1
    assert findings_of(open_reading(workspace)) == found


def test_promises_that_the_journal_tells_are_never_kept(shop: Shop, opened: Open) -> None:
    workspace = opened(shop.workspace.root)
    alone, _ = huddles_alone(workspace, open_reading(workspace))
    assert alone.findings is None


def test_a_build_of_the_same_stays_the_same_when_it_was_found(tmp_path: Path, opened: Open) -> None:
    book = write_book(tmp_path)
    first = build(opened(book)).snapshot.id
    assert make_ready(opened(book))
    again = build(opened(book))
    assert (again.fresh, again.snapshot.id) == (False, first)
