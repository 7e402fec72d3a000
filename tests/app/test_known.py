"""The past is read as it was known then: the loads of then, judged by the book of then."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import troth
from tests.app.small_book import FILES, PROMISE, write_book
from tests.app.test_revisions import B_MENDED, C_GONE, FIRST, WHOLE, at, built_at
from troth.app.answers.timeline import why_not
from troth.app.bootstrap import collect_garbage
from troth.app.building.build import build
from troth.app.past.known import as_known_at, told
from troth.app.reading import open_reading, read_page
from troth.app.rulebook import revisions
from troth.faces.cli import app
from troth.kernel.errors import BookError, NotFound

RUN = CliRunner()

#            06:00   07:00            08:00
#   A        kept    kept             kept
#   B        broken  kept: mended     kept
#   C        broken  broken           taken back
STATES = ({"A": "kept", "B": "broken", "C": "broken"}, {"A": "kept", "B": "kept", "C": "broken"}, {"A": "kept", "B": "kept"})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write_book(tmp_path_factory.mktemp("known"), book=WHOLE)
    built_at(made, 0)
    built_at(made, 1, {"orders.csv": B_MENDED})
    built_at(made, 2, {"orders.csv": B_MENDED.split("C,")[0]})
    return made


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made.parent, tmp_path / "copied")
    return tmp_path / "copied" / made.name


def _states(root: Path, when: str) -> dict[str, str]:
    workspace = at(root, 9)
    reading = open_reading(workspace, as_known_at(workspace, when))
    ids = [id for (id,) in reading.context.engine.rows("SELECT id FROM object_order JOIN outcome_deliver ON code = subject ORDER BY 1")]
    return {id: why_not(reading, id)[0].promises[0].state for id in ids}


@pytest.mark.parametrize(
    ("when", "states"),
    [
        ("2026-03-01T07:00", STATES[0]),  # on the clock of Berlin: 06:00 UTC, the very instant of the first load
        ("2026-03-01T07:59:59.999999", STATES[0]),
        ("2026-03-01T07:00+00:00", STATES[1]),
        ("2026-03-02", STATES[2]),
    ],
)
def test_every_instant_has_the_states_that_were_known_then(root: Path, when: str, states: dict[str, str]) -> None:
    assert _states(root, when) == states


def test_before_the_first_load_nothing_was_known_and_the_first_instant_is_named(root: Path) -> None:
    with pytest.raises(
        NotFound, match=r"nothing was known yet; got 2026-03-01T05:59:59 UTC; allowed: from 2026-03-01T06:00:00\.000000 UTC on"
    ):
        as_known_at(at(root), "2026-03-01T06:59:59")


def test_an_instant_that_is_none_is_refused(root: Path) -> None:
    with pytest.raises(BookError, match="no day and no instant; got 'yesterday'; allowed: 2026-03-01"):
        as_known_at(at(root), "yesterday")


def test_nothing_can_be_known_before_the_first_build(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nothing was taken in yet"):
        as_known_at(at(write_book(tmp_path)), "2026-03-01")


def test_what_is_known_now_is_what_is_in_force(root: Path) -> None:
    workspace = at(root, 9)

    known = as_known_at(workspace, "2026-03-02")

    assert known.snapshot == workspace.lake.current()
    assert known.left_out == 0


def test_a_snapshot_that_was_published_then_is_the_one_that_is_read(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    first = built_at(root, 0)
    built_at(root, 1, {"orders.csv": B_MENDED})

    assert as_known_at(at(root), FIRST).snapshot == first.snapshot


def test_reading_the_past_puts_nothing_in_force_and_is_kept_until_collected(root: Path) -> None:
    write_book(root.parent, files={}, book={"promises/deliver.yaml": PROMISE.replace("attr(due)", "attr(due) + 1d")})
    workspace = at(root, 9)
    current = build(workspace).snapshot
    entries = len(workspace.lake.loads())

    first, again = as_known_at(workspace, FIRST), as_known_at(workspace, FIRST)

    assert first.snapshot.id != current.id
    assert again == replace(first, rules=again.rules)
    assert (workspace.lake.current(), len(workspace.lake.loads())) == (current, entries)
    assert len(list((root / ".troth" / "cache" / "known").iterdir())) == 1
    collect_garbage(root, dry_run=False)
    assert not workspace.lake.holds(first.snapshot)
    assert as_known_at(workspace, FIRST).snapshot == first.snapshot


#   the promise of the book     first revision: by the day given     second, saved at 07:30 UTC: a day later counts too
def test_the_book_judges_as_it_was_then(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    revisions.save(at(root, -1), "first")
    built_at(root, 0)
    write_book(tmp_path, files={}, book={"promises/deliver.yaml": PROMISE.replace("attr(due)", "attr(due) + 1d") + "  restates: true\n"})
    revisions.save(at(root, 2), "a day later counts too")
    build(at(root, 3))

    assert _states(root, "2026-03-01T08:00+00:00")["B"] == "kept"
    assert _states(root, "2026-03-01T07:00+00:00")["B"] == "broken"
    then = as_known_at(at(root, 9), "2026-03-01T07:00+00:00")
    assert then.revision is not None
    assert told(then, "then") == (
        "As known at then: nothing was taken in since; judged by the book as it was saved at 2026-03-01 05:00 UTC by "
        f"{then.revision.author}."
    )


def test_a_book_without_history_judges_as_it_stands_and_says_so(root: Path) -> None:
    known = as_known_at(at(root, 9), FIRST)

    assert told(known, "then") == (
        "As known at then: 2 later intakes left out; judged by the book as it stands now, since it has no history."
    )


def test_the_page_of_a_past_says_that_it_is_one_and_leaves_the_other_as_it_is(root: Path) -> None:
    workspace = at(root, 9)
    page = read_page(workspace)
    lists = {path: path.read_bytes() for path in workspace.pages.rglob("*.csv")}

    past = read_page(workspace, as_known_at(workspace, FIRST))

    assert page["known"] is None
    assert past["known"].startswith("As known at Sun 1 Mar 2026 07:00: 2 later intakes left out")
    assert [s["retracted"] for s in past["sources"]] == [0, 0]
    assert {path: path.read_bytes() for path in lists} == lists


def test_python_asks_for_the_past(root: Path) -> None:
    operation = troth.open(root)

    assert operation.page(as_known_at="2026-03-01T07:00")["known"].startswith("As known at")
    assert operation.page(as_known_at=FIRST + timedelta(hours=1))["snapshot"] != operation.page()["snapshot"]


def test_the_terminal_asks_for_the_past(root: Path) -> None:
    asked = ["--book", str(root), "--as-known-at", "2026-03-01T07:00"]

    told_build = json.loads(RUN.invoke(app, ["build", *asked, "--json"]).stdout)
    told_page = json.loads(RUN.invoke(app, ["monday", *asked, "--json"]).stdout)
    told_order = json.loads(RUN.invoke(app, ["why-not", "B", *asked, "--json"]).stdout)

    assert (told_build["in_force"], told_build["known_at"]) == (False, "2026-03-01T06:00:00Z")
    assert [source["read"] for source in told_build["sources"]] == [3, 3]
    assert told_page["page"]["snapshot"] == told_build["snapshot"][:12]
    assert "What was known then." in Path(told_page["html"]).read_text(encoding="utf-8")
    assert told_order[0]["promises"][0]["state"] == "broken"
    assert "it was not put in force" in RUN.invoke(app, ["build", *asked]).stdout


def test_the_terminal_says_what_was_taken_in_and_taken_back(tmp_path: Path) -> None:
    root = write_book(tmp_path, book=WHOLE)
    book = ["--book", str(root)]
    RUN.invoke(app, ["build", *book])
    write_book(tmp_path, files={"orders.csv": C_GONE}, book={})

    said = RUN.invoke(app, ["build", "--if-changed", *book]).stdout

    assert "Taken in: orders.csv, 0 rows new or changed, 2 unchanged, 1 replaced or there no more." in said
    assert "Taken back: 1 row of orders, which its files have no more, since the beginning." in said
    assert "retracted" in said
    assert RUN.invoke(app, ["build", "--if-changed", *book]).stdout.startswith("Nothing changed. Snapshot ")
    assert json.loads(RUN.invoke(app, ["build", "--if-changed", "--json", *book]).stdout)["fresh"] is False
    loads = json.loads(RUN.invoke(app, ["build", "--full", "--json", *book]).stdout)["loads"]
    assert [(load["seq"], load["name"], load["unchanged"]) for load in loads] == [(3, "orders.csv", 2), (3, "payments.csv", 3)]
    assert FILES["orders.csv"] != C_GONE
