"""kill -9 during a save and an undo, at every failpoint and at moments spread over it: git finds the repository whole, no
text of the author's is gone, and doing it again comes to the same end.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from tests.needs import ROOT, require_system
from tests.stores.history.books import ANA, git, is_whole, minutes, on_disk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.system,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL, which this platform has not"),
]

MOMENTS = 24
Texts = Mapping[PurePosixPath, bytes]

#  subject        revisions before -> after, and whether the folder may be touched at all
SUBJECTS = {
    "FIRST": (0, 1, False),
    "FOLDER": (1, 2, False),
    "MANY": (1, 2, False),
    "GIVEN": (1, 2, True),
    "UNDO": (2, 3, True),
    "UNDO_UNSAVED": (1, 3, True),
}


@dataclass(frozen=True, slots=True)
class Bench:
    child: subprocess.Popen[str]
    folder: Path
    before: Path
    measured: dict[str, Any]
    earlier: Texts
    later: Texts
    counts: tuple[int, int]
    touches: bool

    def order(self, **words: Any) -> dict[str, Any]:
        assert self.child.stdin
        assert self.child.stdout
        self.child.stdin.write(json.dumps(words) + "\n")
        self.child.stdin.flush()
        answer = json.loads(self.child.stdout.readline())
        assert isinstance(answer, dict)
        return answer


@pytest.fixture(scope="module", params=SUBJECTS)
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    require_system("git")
    few, many, touches = SUBJECTS[request.param]
    folder = tmp_path_factory.mktemp("kill")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CEILING_DIRECTORIES": str(folder)}
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.kill.child", f"tests.kill.real_save:{request.param}"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    before, after = folder / "before", folder / "after"
    before.mkdir()
    made = Bench(child, folder, before, {}, {}, {}, (few, many), touches)
    assert made.order(do="prepare", root=str(before))["ended"] == "done"
    tries = []
    for _ in range(3):
        shutil.rmtree(after, ignore_errors=True)
        shutil.copytree(before, after)
        tries.append(made.order(do="build", root=str(after)))
        assert tries[-1]["ended"] == "done"
    measured = min(tries, key=lambda one: float(one["seconds"]))
    yield Bench(child, folder, before, measured, _files(before), _files(after), (few, many), touches)
    child.communicate()


def _files(root: Path) -> Texts:
    return {path: text for path, text in on_disk(root).files().items() if not any(part.endswith(".troth-tmp") for part in path.parts)}


def _killed(bench: Bench, **words: Any) -> tuple[bool, str | None]:
    """Kill one save. Gives whether it died, and what went wrong afterwards."""
    root = bench.folder / "tried"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(bench.before, root)
    answer = bench.order(do="build", root=str(root), **words)
    if answer["ended"] == "failed":
        return False, f"{words}: it failed by itself"
    wrong = _wrong_after(bench, root)
    return answer["ended"] == "killed", wrong and f"{words}: {wrong}"


def _wrong_after(bench: Bench, root: Path) -> str | None:
    disk = on_disk(root)
    if (root / ".git").exists() and not is_whole(root):
        return "git finds it damaged"
    revisions = disk.history.revisions()
    if not bench.counts[0] <= len(revisions) <= bench.counts[1]:
        return f"{len(revisions)} revisions"
    done = len(revisions) == bench.counts[1]
    folder = _files(root)
    if not bench.touches and folder != bench.earlier:
        return "the folder was touched"
    if done and folder != bench.later:
        return "the revision is there and the folder is not as it is"
    for path in {*bench.earlier, *bench.later}:
        if folder.get(path) not in (bench.earlier.get(path), bench.later.get(path)):
            return f"{path} is neither as before nor as after"
    kept = {text for revision in revisions for text in disk.history.texts(revision.id).values()} | set(folder.values())
    if not set(bench.earlier.values()) <= kept:
        return "a text of the author's is gone"
    if done:
        return _wrong_at_the_end(root)
    return _wrong_again(bench, root)


def _wrong_again(bench: Bench, root: Path) -> str | None:
    """What the killed one had begun in the folder is unsaved; saved, nothing is left of the kill."""
    disk = on_disk(root)
    if disk.history.unsaved() or not disk.history.revisions():
        disk.history.save("after the kill", ANA, minutes(3))
    elif bench.order(do="build", root=str(root))["ended"] != "done":
        return "it cannot be done again"
    return _wrong_at_the_end(root)


def _wrong_at_the_end(root: Path) -> str | None:
    disk = on_disk(root)
    if disk.history.unsaved():
        return "something is not saved"
    if _left(root):  # by a kill after the last step; the next one that saves takes a lock over
        disk.history.save("after the kill", ANA, minutes(4), edits={PurePosixPath("another.yaml"): b"a: 1\n"})
    if left := _left(root):
        return f"left over: {left}"
    if not is_whole(root):
        return "git finds it damaged at the end"
    status = git(root, "status", "--porcelain")
    return f"git says {status}" if status else None


def _left(root: Path) -> list[str]:
    return [path.name for path in root.rglob("*") if path.name.endswith((".lock", ".troth-tmp"))]


def test_a_kill_at_every_failpoint_loses_nothing(bench: Bench) -> None:
    tried = [_killed(bench, at_hit=number) for number in range(len(bench.measured["hits"]))]

    assert [wrong for _, wrong in tried if wrong] == []
    assert all(died for died, _ in tried)
    print(f"{len(tried)} kills at {len(set(bench.measured['hits']))} failpoints")  # noqa: T201


def _killed_inside(bench: Bench, after: float) -> tuple[bool, str | None]:
    """A kill that comes too late is tried again at half the time: on a busy machine the killer wakes late, and the save
    that was measured may have been a slow one.
    """
    died, wrong = _killed(bench, phase="compute", after=after)
    for halved in range(1, 9):
        if died or wrong:
            break
        died, wrong = _killed(bench, phase="compute", after=after / 2**halved)
    return died, wrong


def test_a_kill_at_any_moment_loses_nothing(bench: Bench) -> None:
    tried = [_killed_inside(bench, (number + 0.5) / MOMENTS * bench.measured["seconds"]) for number in range(MOMENTS)]

    assert [wrong for _, wrong in tried if wrong] == []
    assert sum(died for died, _ in tried) >= MOMENTS // 2
    print(f"{sum(died for died, _ in tried)} kills")  # noqa: T201
