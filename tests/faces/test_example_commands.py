"""`troth example`, `troth demo`: what is asked for is made, whole or not at all, and what cannot be is refused in words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from troth.app.starting.examples import make_meridian, sizes_of
from troth.faces.cli import app
from troth.kernel.errors import BadValue, StoreError
from troth.stores.sheets import SheetWriter
from troth.worlds import TRUTHS, Plan, Sheet, company

SMALL = ("--customers", "200", "--months", "6")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments])


def test_meridian_is_files_a_book_and_what_is_true(tmp_path: Path) -> None:
    to = tmp_path / "meridian"
    done = run("example", "meridian", "--to", str(to), "--seed", "5", *SMALL, "--json")

    said = json.loads(done.stdout)
    truth = json.loads((to / "truth.json").read_text(encoding="utf-8"))
    assert done.exit_code == 0
    assert sorted(p.name for p in to.iterdir()) == ["book", "data", "truth", "truth.json"]
    assert {p.name for p in (to / "data").iterdir()} == {*said["files"], "terms.md"}
    assert said["rows"] == sum(said["files"].values())
    assert (truth["seed"], truth["customers"], truth["months"], truth["last_day"]) == (5, 200, 6, "2024-06-30")
    assert {name: planted["size"] for name, planted in truth["truths"].items()} == said["truths"]
    assert said["truths"] == {one.name: one.size for one in TRUTHS}


def test_rows_said_are_rows_written(tmp_path: Path) -> None:
    made = make_meridian(tmp_path / "m", customers=200, months=6)

    for name, rows in made.files.items():
        text = (made.folder / "data" / name).read_text(encoding="utf-8")
        written = len(json.loads(text)) if name.endswith(".json") else text.count("\n") - 1
        assert (name, written) == (name, rows)


def test_sizes_are_adjusted_and_none_takes_all_out(tmp_path: Path) -> None:
    to = tmp_path / "m"
    assert run("example", "meridian", "--to", str(to), *SMALL, "--truth", "none", "--truth", "carrier_decay=2.5", "-q").stdout == ""

    truths = json.loads((to / "truth.json").read_text(encoding="utf-8"))["truths"]
    assert truths["carrier_decay"]["size"] == 2.5
    assert {name for name, planted in truths.items() if planted["size"]} == {"carrier_decay"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--truth", "carier_decay=0"], "did you mean 'carrier_decay'?"),
        (["--truth", "carrier_decay"], "allowed: NAME=NUMBER"),
        (["--truth", "carrier_decay=much"], "got 'carrier_decay=much'"),
        (["--truth", "carrier_decay=-1"], "a number from 0 to 1000"),
        (["--truth", "carrier_decay=nan"], "a number from 0 to 1000"),
        (["--customers", "10"], "allowed: 200 to 1000000"),
        (["--months", "61"], "allowed: 6 to 60"),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_is_written(tmp_path: Path, given: list[str], said: str) -> None:
    done = run("example", "meridian", "--to", str(tmp_path / "m"), *given)

    assert isinstance(done.exception, BadValue)
    assert said in str(done.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["meridian", "corner-shop"])
def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    done = run("example", name, "--to", str(tmp_path))

    assert isinstance(done.exception, BadValue)
    assert "is not empty" in str(done.exception)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_may_be_there(tmp_path: Path) -> None:
    assert run("example", "corner-shop", "--to", str(tmp_path / "new")).exit_code == 0
    (tmp_path / "empty").mkdir()

    assert make_meridian(tmp_path / "empty", customers=200, months=6).folder.joinpath("truth.json").is_file()


def test_a_disk_that_fills_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tenth file finds no room: no half company, no draft beside it, and the error names the file and the next step."""
    written = []

    def write(self: SheetWriter, sheet: Sheet, folder: Path) -> Path:
        written.append(sheet)
        if len(written) == 10:
            raise StoreError("'x.csv' cannot be written", got="No space left on device", next_step="Make room there.")
        return real(self, sheet, folder)

    real = SheetWriter.write
    monkeypatch.setattr(SheetWriter, "write", write)

    with pytest.raises(StoreError, match="Make room"):
        make_meridian(tmp_path / "m", customers=200, months=6)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_said_by_its_file(tmp_path: Path) -> None:
    """/dev/full takes nothing, as a disk without room does."""
    sheet = company(Plan(1, 200, 6)).sheets[0]

    with SheetWriter() as writer, pytest.raises(StoreError, match="cannot be written to"):
        writer.write(replace(sheet, name="full"), Path("/dev"))


def test_a_place_where_nothing_may_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(StoreError, match="Meridian cannot be written"):
        make_meridian(tmp_path / "file" / "m", customers=200, months=6)


def test_later_sizes_win() -> None:
    assert sizes_of(["disruption=0.5", "disruption=0.25"]) == {"disruption": 0.25}
    assert sizes_of(["disruption=0.5", "none"])["disruption"] == 0.0
