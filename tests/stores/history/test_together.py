"""Several programs at one repository: one wins, the others are told, nothing is lost and nothing is left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest

from tests.needs import ROOT as REPOSITORY
from tests.stores.history.books import ANA, BOOK, DELIVER, NOW, ORDER, ROOT, OnDisk, filled, git, is_whole, minutes
from troth.kernel.errors import Busy, StoreError
from troth.stores import failpoints
from troth.stores.history import locks
from troth.stores.lake.lease import lease

pytestmark = pytest.mark.system

OF_MANY = [name for name in failpoints.NAMES if name.startswith("history.pack.")]
OF_A_SAVE = [name for name in failpoints.NAMES if name.startswith("history.") and name not in OF_MANY]
SHARED = ["lease.before", "lease.after", "folder.fsync.before", "folder.fsync.after"]
MANY = {PurePosixPath(f"overlays/customer={n}/x.yaml"): b"change: CHG-%d\n" % n for n in range(100)}
SOONER = DELIVER.replace(b"2d", b"1d")

SAVER = """
import datetime, json, pathlib, sys
from troth.book.history import Author
from troth.kernel.errors import Busy, Conflict
from troth.stores.history.git import GitHistory

root, name, how = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
history = GitHistory(root)
at = datetime.datetime(2026, 3, 2, 9, 14, 5)
print("ready", flush=True)
sys.stdin.readline()
said = []
for number in range(int(sys.argv[4])):
    path = pathlib.PurePosixPath("same.yaml" if how == "same" else f"{name}.yaml")
    base = history.head()
    text = f"{name}: {number}\\n".encode()
    while True:
        try:
            history.save(f"{name} {number}", Author(name, ""), at, based_on=base, edits={path: text})
            said.append("saved")
        except Busy:
            said.append("busy")
            continue
        except Conflict:
            said.append("conflict")
        break
print(json.dumps(said), flush=True)
"""


@pytest.fixture
def saved(disk: OnDisk) -> OnDisk:
    filled(disk).history.save("first", ANA, NOW)
    return disk


def _race(root: Path, how: str, times: int, names: tuple[str, ...] = ("ana", "bo", "cy")) -> dict[str, list[str]]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY / "src"), str(REPOSITORY)])}
    savers = {
        name: subprocess.Popen(
            [sys.executable, "-c", SAVER, str(root), name, how, str(times)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for name in names
    }
    for saver in savers.values():
        assert saver.stdout
        assert saver.stdout.readline().strip() == "ready"
    for saver in savers.values():
        assert saver.stdin
        saver.stdin.write("\n")
        saver.stdin.flush()
    said = {name: json.loads(saver.communicate(timeout=120)[0]) for name, saver in savers.items()}
    assert [saver.returncode for saver in savers.values()] == [0] * len(names)
    return said


@pytest.mark.slow
def test_processes_that_save_different_files_lose_nothing(saved: OnDisk) -> None:
    said = _race(saved.root, "different", times=5)

    messages = [revision.message for revision in saved.history.revisions()]
    assert sorted(messages) == sorted(["first", *(f"{name} {number}" for name in said for number in range(5))])
    assert saved.files() == {**BOOK, **{PurePosixPath(f"{name}.yaml"): f"{name}: 4\n".encode() for name in said}}
    assert saved.history.unsaved() == {}
    assert is_whole(saved.root)
    assert git(saved.root, "status", "--porcelain") == ""


@pytest.mark.slow
def test_of_processes_that_save_the_same_line_one_wins_and_the_others_are_told(saved: OnDisk) -> None:
    said = _race(saved.root, "same", times=5)

    counts = Counter(word for words in said.values() for word in words)
    revisions = saved.history.revisions()[1:]
    assert len(revisions) == counts["saved"]
    assert counts["saved"] + counts["conflict"] == 15
    assert saved.files()[PurePosixPath("same.yaml")] == revisions[-1].message.replace(" ", ": ").encode() + b"\n"
    assert is_whole(saved.root)


@pytest.mark.slow
def test_processes_that_make_the_repository_at_once_make_one(disk: OnDisk) -> None:
    said = _race(disk.root, "different", times=1)

    assert len(disk.history.revisions()) == len(said)
    assert sorted(path.name for path in disk.root.iterdir() if path.name.startswith(".")) == [".git", ".gitignore"]
    assert is_whole(disk.root)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0.1)


@pytest.mark.parametrize("name", ["index.lock", "refs/heads/main.lock"])
def test_a_lock_of_git_is_respected_and_named(saved: OnDisk, impatient: None, name: str) -> None:
    lock = saved.root / ".git" / name
    lock.write_bytes(b"")
    saved.write(ORDER, SOONER)

    with pytest.raises(Busy, match=name):
        saved.history.save("second", ANA, minutes(1))

    assert lock.read_bytes() == b""
    assert saved.history.unsaved() == {ORDER: (DELIVER, SOONER)}
    lock.unlink()
    assert saved.history.save("second", ANA, minutes(1)).changed == (ORDER,)


def test_a_lock_that_goes_in_time_is_waited_for(saved: OnDisk) -> None:
    lock = saved.root / ".git" / "index.lock"
    lock.write_bytes(b"")
    remover = subprocess.Popen([sys.executable, "-c", f"import os, time; time.sleep(0.3); os.unlink({str(lock)!r})"])
    saved.write(ORDER, SOONER)
    saved.history.save("second", ANA, minutes(1))

    assert remover.wait() == 0
    assert not lock.exists()


@pytest.mark.parametrize("name", ["index.lock", "refs/heads/main.lock"])
def test_a_lock_that_a_killed_save_left_is_taken_over(saved: OnDisk, name: str) -> None:
    (saved.root / ".git" / name).write_bytes(b"troth, process 999999\n")
    saved.write(ORDER, SOONER)
    saved.history.save("second", ANA, minutes(1))

    assert not list((saved.root / ".git").rglob("*.lock"))
    assert saved.history.unsaved() == {}


def test_a_disk_without_links_has_locks_all_the_same(saved: OnDisk, monkeypatch: pytest.MonkeyPatch, impatient: None) -> None:
    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    saved.write(ORDER, SOONER)
    saved.history.save("second", ANA, minutes(1))
    (saved.root / ".git/index.lock").write_bytes(b"")

    with pytest.raises(Busy, match=r"index\.lock"):
        saved.history.undo(ANA, minutes(2))


def test_git_waits_for_us_as_we_wait_for_it(saved: OnDisk) -> None:
    said: list[str] = []

    def hook(name: str) -> None:
        if name == "history.ref.before":
            git(saved.root, "add", "--all", check=False)
            said.append(git(saved.root, "commit", "--quiet", "--allow-empty", "--message=git", check=False))

    saved.write(ORDER, SOONER)
    with failpoints.install(hook):
        saved.history.save("second", ANA, minutes(1))

    assert said == [""]
    assert [revision.message for revision in saved.history.revisions()] == ["first", "second"]


def test_while_another_saves_a_save_is_refused_at_once(saved: OnDisk) -> None:
    saved.write(ORDER, SOONER)
    began = time.monotonic()

    with lease(saved.root / ".git" / "troth", NOW), pytest.raises(Busy, match="the book's history is being written"):
        saved.history.save("second", ANA, minutes(1))

    assert time.monotonic() - began < 1
    assert saved.history.save("second", ANA, minutes(1)).changed == (ORDER,)


@pytest.mark.parametrize("text", [b"deliver: {edited: meanwhile}\n", None], ids=["changed", "removed"])
def test_a_file_that_its_author_changes_meanwhile_is_not_overwritten(saved: OnDisk, text: bytes | None) -> None:
    def edit(name: str) -> None:
        if name == "history.aside.after":
            saved.write(ORDER, text)

    head = saved.history.head()
    with failpoints.install(edit), pytest.raises(Busy, match=r"order\.yaml' was changed"):
        saved.history.save("second", ANA, minutes(1), edits={ORDER: SOONER})

    assert saved.files().get(ORDER) == text
    assert saved.history.head() == head


def test_an_error_after_the_branch_moved_takes_nothing_back(saved: OnDisk) -> None:
    moving: list[str] = []

    def fail(hit: str) -> None:
        if hit == "history.ref.before":
            moving.append(hit)
        elif moving and hit == "folder.fsync.before":
            raise OSError(5, "Input/output error")

    with failpoints.install(fail):
        second = saved.history.save("second", ANA, minutes(1), edits={ORDER: SOONER})

    assert saved.history.head() == second.id
    assert saved.files()[ORDER] == SOONER
    assert git(saved.root, "status", "--porcelain") == ""


def test_a_first_save_passes_every_failpoint_and_no_other(disk: OnDisk) -> None:
    seen: set[str] = set()
    with failpoints.install(seen.add):
        disk.history.save("first", ANA, NOW, edits=BOOK)

    assert seen - set(SHARED) == set(OF_A_SAVE)


def test_a_save_of_many_files_writes_them_as_one(disk: OnDisk) -> None:
    seen: set[str] = set()
    with failpoints.install(seen.add):
        first = filled(disk, MANY).history.save("first", ANA, NOW)

    assert set(OF_MANY) <= seen
    assert len(list((disk.root / ".git/objects/pack").iterdir())) == 2
    assert disk.history.texts(first.id) == MANY
    assert is_whole(disk.root)
    assert git(disk.root, "count-objects", "-v").splitlines()[-2:] == ["garbage: 0", "size-garbage: 0"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "name"), [(act, name) for act in ("first", "edits", "undo") for name in (*OF_A_SAVE, *SHARED)] + [("many", n) for n in OF_MANY]
)
def test_an_error_of_the_disk_leaves_all_as_it_was(disk: OnDisk, name: str, act: str) -> None:
    filled(disk)
    if act != "first":
        disk.history.save("first", ANA, NOW)
        disk.write(ORDER, SOONER)
        disk.history.save("second", ANA, NOW)
    before = (disk.files(), disk.history.revisions(), disk.history.unsaved())

    def go() -> object:
        if act == "undo":
            return disk.history.undo(ANA, minutes(1))
        if act == "many":
            return disk.history.save("new", ANA, minutes(1), edits=MANY)
        return disk.history.save("new", ANA, minutes(1), edits={ROOT: b"name: new\n", ORDER: None} if act == "edits" else None)

    def fail(hit: str) -> None:
        if hit == name:
            raise OSError(5, "Input/output error")

    said = ""
    with failpoints.install(fail):
        try:
            go()
        except StoreError as error:
            said = str(error)

    assert said == "" or "Input/output error" in said
    if said and name != "history.ref.after":
        assert (disk.files(), disk.history.revisions(), disk.history.unsaved()) == before
        go()
    assert len(disk.history.revisions()) == len(before[1]) + 1
    assert disk.history.unsaved() == {}
    assert not [path for path in disk.root.rglob("*") if path.name.endswith((".lock", ".troth-tmp"))]
    assert is_whole(disk.root)
    assert git(disk.root, "status", "--porcelain") == ""
