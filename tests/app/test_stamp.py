"""`troth build --if-changed` believes a note only as long as nothing that a build follows from looks otherwise."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.small_book import BOOK, ORDERS, built, write_book
from troth.app.bootstrap import open_workspace
from troth.app.building import stamp
from troth.app.building.build import build
from troth.app.building.stamp import FILE, still
from troth.app.rulebook import revisions

SERIES = {**BOOK, "sources/orders.yaml": ORDERS.replace("[orders.csv]", "['orders*.csv']")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_book(tmp_path_factory.mktemp("stamp"), book=SERIES)
    revisions.save(open_workspace(root), "first")
    built(root)
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """A copy has other files, so it is looked at once."""
    shutil.copytree(made.parent, tmp_path / "copied")
    root = tmp_path / "copied" / made.name
    assert still(root) is None
    assert not build(open_workspace(root)).fresh
    return root


def _append(name: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        with (root / name).open("a", encoding="utf-8") as file:
            file.write("}\n")

    return change


def _one_more(root: Path) -> None:
    shutil.copy(root / "../data/orders.csv", root / "../data/orders_2.csv")


CHANGES: dict[str, Callable[[Path], None]] = {
    "a file": _append("../data/orders.csv"),
    "the times of a file": lambda root: os.utime(root / "../data/orders.csv"),
    "a file put in its place, of its size and times": lambda root: _put_in_place(root / "../data/orders.csv"),
    "a file more": _one_more,
    "a file less": lambda root: (root / "../data/payments.csv").unlink(),
    "a definition": _append("promises/deliver.yaml"),
    "a definition more": _append("promises/other.yaml"),
    "an overlay": lambda root: (root / "overlays/region=north/promises").mkdir(parents=True),
    "the journal": _append(".troth/journal.db"),
    "a writer at work": _append(".troth/journal.db-wal"),
    "the note": _append(FILE),
    "no note": lambda root: (root / FILE).unlink(),
}


def _put_in_place(path: Path) -> None:
    seen = path.stat()
    other = path.with_suffix(".other")
    other.write_bytes(path.read_bytes().replace(b"c2", b"c3"))
    os.utime(other, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    other.replace(path)


def _revise(root: Path) -> None:
    """A revision whose files the folder has already: nothing but the history tells."""
    file = root / "sources" / "orders.yaml"
    text, seen = file.read_bytes(), file.stat()
    file.write_bytes(text + b"# edited\n")
    revisions.save(open_workspace(root), "second")
    file.write_bytes(text)
    os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def test_a_revision_is_looked_into_though_the_folder_is_as_it_was(root: Path) -> None:
    _revise(root)

    assert still(root) is None


def test_what_did_not_change_is_seen_at_a_glance(root: Path) -> None:
    current = open_workspace(root).lake.current()
    assert current is not None

    assert still(root) == stamp.Still(current.id, current.as_of.isoformat() + "Z")


@pytest.mark.parametrize("what", CHANGES)
def test_any_change_is_looked_into(root: Path, what: str) -> None:
    CHANGES[what](root)

    assert still(root) is None


def test_another_version_looks_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamp, "__version__", "0.0.9")

    assert still(root) is None


def test_what_was_written_as_late_as_the_note_is_not_believed(root: Path) -> None:
    written = (root / "../data/orders.csv").stat().st_ctime_ns
    os.utime(root / FILE, ns=(written, written))

    assert still(root) is None


def test_a_history_that_lies_elsewhere_is_looked_into_each_time(root: Path) -> None:
    shutil.rmtree(root / ".git")
    (root / ".git").write_text("gitdir: /nowhere\n", encoding="utf-8")
    before = stamp.begun(root)
    (root / FILE).unlink()

    stamp.keep(root, before, folder=root, patterns=(), files={}, snapshot=stamp.Still("a", "b"))

    assert not (root / FILE).exists()


def test_the_history_of_a_work_tree_is_seen_too(root: Path) -> None:
    home = root.parent / "elsewhere"
    (root / ".git").rename(home)
    (root / ".git").write_text(f"gitdir: {home}\n", encoding="utf-8")
    assert not build(open_workspace(root)).fresh
    assert still(root) is not None

    _revise(root)

    assert still(root) is None


def test_a_glance_loads_nothing_heavy(root: Path) -> None:
    code = (
        "import sys; from troth.faces.cli import app; app(['build', '--if-changed', '--book', sys.argv[1]], standalone_mode=False);"
        " print(sorted({'duckdb', 'numpy', 'sqlalchemy', 'sqlglot'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code, str(root)], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("Nothing changed. Snapshot ")
    assert done.stdout.splitlines()[-1] == "[]"
