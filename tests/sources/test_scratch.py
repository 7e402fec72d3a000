"""Copies that a killed process left go at the next build; those of whoever still runs stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app.small_book import FILES, write_book
from tests.needs import ROOT
from troth.sources.scratch import LOCK, scratch, sweep

PATIENCE_SECONDS = 60.0
HOLD = """
import sys, pathlib
from troth.sources.scratch import scratch
with scratch(pathlib.Path(sys.argv[1])) as folder:
    (folder / "copy.csv").write_text("somebody's rows")
    print(folder, flush=True)
    sys.stdin.readline()
"""
BUILD = """
import sys, pathlib
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
print(*(b.read for b in build(open_workspace(pathlib.Path(sys.argv[1]))).balances), flush=True)
"""


@contextmanager
def _run(code: str, argument: Path, temporary: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "TMPDIR": str(temporary)} if temporary else None
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", code, str(argument)], cwd=ROOT, stdin=pipe, stdout=pipe, text=True, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL, which this platform has not")
def test_the_folder_of_a_killed_process_goes_and_that_of_a_running_one_stays(tmp_path: Path) -> None:
    with _run(HOLD, tmp_path) as running, _run(HOLD, tmp_path) as killed:
        stays, goes = Path(_said(running)), Path(_said(killed))
        assert sweep(tmp_path) == 0
        killed.send_signal(signal.SIGKILL)
        killed.wait()

        assert sweep(tmp_path) == 1

        assert not goes.exists()
        assert (stays / "copy.csv").read_text() == "somebody's rows"
        running.communicate("\n")
        assert running.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_lives_until_the_end_of_its_block_whoever_sweeps(tmp_path: Path) -> None:
    with scratch(tmp_path) as folder:
        (folder / "inside").mkdir()
        assert sweep(tmp_path) == 0
        assert folder.stat().st_mode & 0o077 == 0
        assert (folder / LOCK).is_file()
        assert (folder / "inside").is_dir()
    assert not folder.exists()


def test_what_is_not_of_a_scratch_of_this_user_is_left_alone(tmp_path: Path) -> None:
    place, elsewhere = tmp_path / "place", tmp_path / "elsewhere"
    for folder in (place / ".troth-without-a-lock", place / "troth-of-another-kind", place / ".troth-of-another-user", elsewhere):
        folder.mkdir(parents=True)
        (folder / "rows.csv").touch()
    for folder in (place / "troth-of-another-kind", place / ".troth-of-another-user", elsewhere):
        (folder / LOCK).touch()
    (place / ".troth-a-link").symlink_to(elsewhere, target_is_directory=True)
    (place / ".troth-a-file").touch()
    left = 4
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.chown(place / ".troth-of-another-user", 65534, 65534)
        left = 5

    sweep(place)

    assert len(list(place.iterdir())) == left
    assert (elsewhere / "rows.csv").exists()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL, which this platform has not")
def test_the_build_after_a_killed_one_removes_its_copies_and_not_those_of_a_build_beside_it(tmp_path: Path) -> None:
    #  Line ends of two kinds: the reader gets a copy. `killed` is killed and `beside` stopped while it is read.
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    header = FILES["orders.csv"].partition("\n")[0]
    many = "\r\n".join([header, *(f"{n},c{n},2026-01-05 10:00,2026-01-09,2026-01-08 09:00" for n in range(60_000))]) + "\n"
    books = {name: write_book(tmp_path / name, files={**FILES, "orders.csv": many}) for name in ("first", "second")}
    with _run(BUILD, books["first"], temporary) as killed:
        left = _copy_in(temporary)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    assert (left / "orders.csv").exists()
    write_book(tmp_path / "first")

    with _run(BUILD, books["second"], temporary) as beside:
        held = _copy_in(temporary, but=left)
        beside.send_signal(signal.SIGSTOP)
        with _run(BUILD, books["first"], temporary) as following:
            assert _said(following) == "3 3"

        assert not left.exists()
        assert (held / "orders.csv").exists()
        beside.send_signal(signal.SIGCONT)
        assert _said(beside) == "60000 3"
        beside.communicate()
    assert list(temporary.iterdir()) == []


def _copy_in(temporary: Path, *, but: Path | None = None) -> Path:
    """The folder of a copy that is there and has begun to be written."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        for path in temporary.glob("troth-*/orders.csv"):
            if path.parent != but and path.stat().st_size:
                return path.parent
        time.sleep(0.002)
    raise AssertionError("no copy was made")
