"""No room, at 40 points of a build with its page and of a save: a clean error, no half state, and all goes on when there is room again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.bad.made import ROWS, book, made
from tests.needs import ROOT, require_system
from tests.stores.history.books import is_whole
from troth.app.bootstrap import open_workspace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.system,
    pytest.mark.skipif(sys.platform != "linux", reason="mounts a small file system and limits files by rlimit"),
]

POINTS = 40
STORE = 7


@dataclass(frozen=True, slots=True)
class Commands:
    child: subprocess.Popen[str]

    def __call__(self, *words: object, **more: Any) -> dict[str, Any]:
        assert self.child.stdin
        assert self.child.stdout
        self.child.stdin.write(json.dumps({"do": [str(word) for word in words], **more}) + "\n")
        self.child.stdin.flush()
        said: dict[str, Any] = json.loads(self.child.stdout.readline())
        assert "Traceback" not in said["err"]
        return said


@pytest.fixture(scope="module")
def troth() -> Iterator[Commands]:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "TROTH_ACTOR": "ana"}
    command = [sys.executable, "-m", "tests.bad.disk"]
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    yield Commands(child)
    child.communicate()


def _mounted(disk: Path, options: str) -> Path:
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root on Linux")
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")
    return disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MB."""
    yield _mounted(tmp_path / "disk", "size=64m")
    subprocess.run(["umount", "--lazy", str(tmp_path / "disk")], check=True)


@pytest.fixture
def few_files(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 files."""
    yield _mounted(tmp_path / "disk", "size=64m,nr_inodes=400")
    subprocess.run(["umount", "--lazy", str(tmp_path / "disk")], check=True)


def _used(disk: Path) -> tuple[int, int]:
    """Bytes and files that the disk holds."""
    seen = os.statvfs(disk)
    return (seen.f_blocks - seen.f_bfree) * seen.f_frsize, seen.f_files - seen.f_ffree


def _fill(disk: Path, free: int) -> Path:
    filler = disk / "filler"
    with filler.open("wb") as file:
        room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        file.write(b"\0" * max(room - free, 0))
    return filler


def _world(under: Path, count: int) -> Path:
    """The book over so many orders; another count is another snapshot."""
    made(under, "rows.xlsx", [{**ROWS[n % 12], "id": f"A{n}"} for n in range(count)])
    return book(under, "rows.xlsx")


def _sound(root: Path) -> str:
    """The id of the snapshot in force, which is whole, as the journal is."""
    workspace = open_workspace(root)
    current = workspace.lake.current()
    assert current is not None
    assert workspace.lake.damaged(current) == ()  # type: ignore[attr-defined]
    assert workspace.lake.journal.verify() is None  # type: ignore[attr-defined]
    assert not list((root / ".troth" / "lake" / ".staging").glob("*"))
    return current.id


def _clean(said: dict[str, Any]) -> None:
    assert said["code"] == STORE, said
    assert len(said["err"].splitlines()) == 1, said["err"]
    assert any(word in said["err"] for word in ("space left", "full", "too large", "no room", "unable to open")), said["err"]


def test_a_full_disk_stops_a_build_cleanly_and_room_lets_it_go_on(troth: Commands, disk: Path) -> None:
    root = _world(disk, 100)
    before = _used(disk)[0]
    assert troth("monday", "--book", root)["code"] == 0
    need = 2 * (_used(disk)[0] - before)
    first = _sound(root)
    _world(disk, 101)
    refused = 0
    for point in range(POINTS):
        filler = _fill(disk, need * point // POINTS)
        said = troth("monday", "--book", root, scratch=str(disk))
        if said["code"]:
            refused += 1
            _clean(said)
        filler.unlink()
        now = _sound(root)
        assert said["code"] or now != first
        if now != first:
            # A build that came to its end, or was published before its page had no room: the next point begins with another.
            first = now
            _world(disk, 102 + point)

    assert refused >= POINTS // 4
    assert troth("monday", "--book", root)["code"] == 0
    assert not [path for path in root.rglob("*") if path.name.endswith(".draft")]


def test_a_full_disk_stops_a_save_cleanly_and_room_lets_it_go_on(troth: Commands, disk: Path) -> None:
    require_system("git")
    root = _world(disk, 12)
    assert troth("book", "save", "-m", "first", "--book", root)["code"] == 0
    before = _used(disk)[0]
    refused = saved = 0
    for point in range(POINTS):
        text = (root / "troth.yaml").read_text()
        (root / "troth.yaml").write_text(text.replace("name: Bad", f"name: Bad{point}", 1) if not point else text + f"# {point}\n")
        filler = _fill(disk, point * 4096)
        said = troth("book", "save", "-m", f"point {point}", "--book", root)
        filler.unlink()
        if said["code"]:
            refused += 1
            _clean(said)
            assert (root / "troth.yaml").read_text().endswith(f"# {point}\n") or not point
        else:
            saved += 1
        assert is_whole(root)

    assert refused >= 3
    assert saved >= 3
    assert before < _used(disk)[0]
    (root / "troth.yaml").write_text((root / "troth.yaml").read_text() + "# last\n")
    assert troth("book", "save", "-m", "last", "--book", root)["code"] == 0
    assert is_whole(root)


def test_no_files_left_stops_a_build_cleanly(troth: Commands, few_files: Path) -> None:
    root = _world(few_files, 12)
    assert troth("monday", "--book", root)["code"] == 0
    first = _sound(root)
    refused = 0
    for left in range(0, 32, 4):
        _world(few_files, 13 + left)
        fillers = [few_files / f"filler{n}" for n in range(os.statvfs(few_files).f_ffree - left)]
        for filler in fillers:
            filler.touch()
        said = troth("monday", "--book", root, scratch=str(few_files))
        for filler in fillers:
            filler.unlink()
        if said["code"]:
            refused += 1
            _clean(said)
        first = _sound(root)

    assert refused >= 2
    assert troth("monday", "--book", root)["code"] == 0
    assert _sound(root) != first or refused < 8


@pytest.mark.parametrize("limit", [0, 4096, 40_000])
def test_files_that_may_not_grow_stop_a_build_cleanly(troth: Commands, tmp_path: Path, limit: int) -> None:
    root = _world(tmp_path, 400)
    assert troth("monday", "--book", root)["code"] == 0
    first = _sound(root)
    _world(tmp_path, 401)

    said = troth("monday", "--book", root, limit=limit)
    still = _sound(root)
    again = troth("monday", "--book", root)

    assert said["code"] == STORE, said
    assert len(said["err"].splitlines()) == 1, said["err"]
    assert still == first
    assert again["code"] == 0
    assert _sound(root) != first
