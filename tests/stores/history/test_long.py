"""A thousand revisions of two hundred files are listed, with what each changed, while somebody waits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import ROOT as REPOSITORY
from tests.needs import require_system
from tests.stores.history import long_history
from tests.stores.history.books import git, on_disk

pytestmark = [pytest.mark.slow, pytest.mark.system]

COMMITS, OF_THE_BOOK, SECONDS = 1_000, 901, 1.5

LIST = """
import pathlib, sys, time
start = time.process_time()
from troth.stores.history.git import GitHistory
revisions = GitHistory(pathlib.Path(sys.argv[1])).revisions()
print(len(revisions), sum(len(revision.changed) for revision in revisions), time.process_time() - start)
"""


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    require_system("git")
    return long_history.make(tmp_path_factory.mktemp("long") / "book", commits=COMMITS)


def _listed(root: Path) -> tuple[int, int, float]:
    """In a fresh process, import of the library included; processor time, which a busy machine does not stretch."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "src")}
    done = [
        subprocess.run([sys.executable, "-c", LIST, str(root)], capture_output=True, text=True, check=True, env=environment)
        for _ in range(3)
    ]
    found = [line.stdout.split() for line in done]
    return int(found[0][0]), int(found[0][1]), min(float(line[2]) for line in found)


def test_packed_revisions_are_listed_in_time(long: Path) -> None:
    revisions, changed, seconds = _listed(long)

    assert (revisions, changed) == (OF_THE_BOOK, OF_THE_BOOK - 1 + 200)
    assert seconds < SECONDS


def test_loose_revisions_are_listed_in_time(long: Path, tmp_path: Path) -> None:
    loose = tmp_path / "loose"
    git(long.parent, "clone", "--quiet", "--no-local", str(long), str(loose))
    for pack in (loose / ".git/objects/pack").glob("*.pack"):
        pack.rename(loose / pack.name)
    for pack in loose.glob("*.pack"):
        with pack.open("rb") as content:
            subprocess.run(["git", "unpack-objects", "-q"], cwd=loose, stdin=content, check=True)
    assert not list((loose / ".git/objects/pack").glob("*.pack"))
    revisions, _, seconds = _listed(loose)

    assert revisions == OF_THE_BOOK
    assert seconds < SECONDS


def test_what_git_tells_of_each_revision_is_what_we_tell(long: Path) -> None:
    told = [f"{r.id} {r.at:%Y-%m-%d %H:%M:%S} {r.message}\n{chr(10).join(map(str, r.changed))}" for r in on_disk(long).history.revisions()]
    said = git(long, "log", "--reverse", "--name-only", "--date=format:%Y-%m-%d %H:%M:%S", "--format=%x01%H %cd %s", "--", "*.yaml")

    assert told == [part.strip().replace("\n\n", "\n") for part in said.split("\x01")[1:]]
