"""A disk that fails or fills: the snapshot in force stays, the error says what happened, the next build works."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stores.world import build
from troth.kernel.errors import StoreError
from troth.stores import failpoints
from troth.stores.journal.journal import Journal
from troth.stores.lake.engine import DuckEngine
from troth.stores.lake.lake import ParquetLake

OF_A_BUILD = [name for name in failpoints.NAMES if not name.startswith(("gc.", "history.", "outbox.", "post.", "vault."))]


def _hits(lake: ParquetLake) -> Counter[str]:
    seen: Counter[str] = Counter()
    with DuckEngine(threads=1) as engine, failpoints.install(lambda name: seen.update([name])):
        build(engine, lake, "second", seed=2)
    return seen


def test_a_build_passes_every_failpoint_and_no_other(lake: ParquetLake) -> None:
    assert set(_hits(lake)) == set(OF_A_BUILD)


@pytest.mark.parametrize("name", OF_A_BUILD)
def test_an_error_of_the_disk_leaves_a_whole_snapshot_in_force(lake: ParquetLake, name: str) -> None:
    with DuckEngine(threads=1) as engine:
        first = build(engine, lake, "first", seed=1)

    def fail(hit: str) -> None:
        if hit == name:
            raise OSError(5, "Input/output error")

    with (
        DuckEngine(threads=1) as engine,
        failpoints.install(fail),
        pytest.raises(StoreError, match="Input/output error") as said,
    ):
        build(engine, lake, "second", seed=2)

    assert "; got " in str(said.value)
    current = lake.current()
    assert current is not None
    assert current.id == ("second" if name == "commit.after" else "first")
    assert lake.damaged(current) == ()
    assert lake.damaged(first) == ()
    assert not list((lake.root / ".staging").glob("*"))
    with DuckEngine(threads=1) as engine:
        assert lake.damaged(build(engine, lake, "second", seed=2)) == ()
    assert lake.journal.verify() is None


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root on Linux")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def _refusal_of_a_build_with(free: int, disk: Path, lake: ParquetLake) -> StoreError | None:
    """Fill the disk but for `free` bytes, try to build, make room again."""
    filler = disk / "filler"
    space = os.statvfs(disk)
    filler.write_bytes(b"\0" * max(space.f_bavail * space.f_frsize - free, 0))
    try:
        with DuckEngine(threads=1) as engine:
            build(engine, lake, "second", seed=2, orders=2_000)
    except StoreError as error:
        return error
    finally:
        filler.unlink()
    return None


@pytest.mark.system
def test_a_full_disk_leaves_the_snapshot_and_room_lets_the_build_go_on(small_disk: Path) -> None:
    """Room for ever more steps of the build, a page at a time, until it fits."""
    journal = Journal(small_disk / "journal.db")
    lake = ParquetLake(small_disk / "lake", journal)
    with DuckEngine(threads=1) as engine:
        first = build(engine, lake, "first", seed=1)

    refused = 0
    while error := _refusal_of_a_build_with(refused * 4_096, small_disk, lake):
        assert "space left" in str(error) or "full" in str(error), error
        assert lake.current() == first
        assert lake.damaged(first) == ()
        refused += 1

    second = lake.current()
    assert refused >= 10
    assert second is not None
    assert (second.id, lake.damaged(second)) == ("second", ())
    assert journal.verify() is None
    journal.close()
