from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stores.world import NOW, build, make_tables, snapshot_of
from troth.kernel.errors import Busy
from troth.stores.journal.journal import Journal
from troth.stores.lake.engine import DuckEngine
from troth.stores.lake.lake import ParquetLake
from troth.stores.lake.lease import lease

HOLD = """
import sys, datetime, pathlib
from troth.stores.lake.lease import lease
with lease(pathlib.Path(sys.argv[1]), datetime.datetime(2018, 10, 17, 17, 30)):
    print("held", flush=True)
    sys.stdin.readline()
"""

READ = """
import sys, pathlib
from troth.stores.journal.journal import Journal
from troth.stores.lake.engine import DuckEngine
from troth.stores.lake.lake import ParquetLake
folder = pathlib.Path(sys.argv[1])
lake = ParquetLake(folder / "lake", Journal(folder / "journal.db"))
print("ready", flush=True)
for line in sys.stdin:
    snapshot = lake.current()
    with DuckEngine(threads=1) as engine:
        lake.attach(engine, snapshot)
        print(snapshot.id, *engine.rows("SELECT count(*), sum(row) FROM event")[0], flush=True)
"""


def _start(code: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _ask(process: subprocess.Popen[str]) -> str:
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def _stop(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = _start(HOLD, tmp_path)
    assert process.stdout
    assert process.stdout.readline().strip() == "held"
    yield process
    _stop(process)


def test_a_second_process_is_refused_and_told_who_and_since_when(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    began = time.monotonic()

    with pytest.raises(Busy) as refused, lease(tmp_path, NOW):
        pass

    assert f"process {holder.pid}, since 2018-10-17T17:30:00 UTC" in str(refused.value)
    assert time.monotonic() - began < 5


def test_the_lease_is_free_after_its_holder_was_killed(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    os.kill(holder.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    holder.wait()

    with lease(tmp_path, NOW):
        pass


def test_the_lease_is_free_after_its_holder_ended(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.communicate("\n")

    with lease(tmp_path, NOW):
        pass


@pytest.mark.parametrize("note", ["", "{", "[]", '{"since": 1}'])
def test_a_damaged_note_does_not_hide_that_the_lake_is_held(tmp_path: Path, note: str) -> None:
    with lease(tmp_path, NOW):
        (tmp_path / ".build.lock.json").write_text(note, encoding="utf-8")
        with pytest.raises(Busy, match="another process"), lease(tmp_path, NOW):
            pass


def test_two_readers_see_the_old_snapshot_whole_until_the_new_one_is_published(
    tmp_path: Path, lake: ParquetLake, journal: Journal, engine: DuckEngine
) -> None:
    #  moment                    readers see
    #  before the build          first: 180 events, rows 0..179
    #  written, not published    first
    #  published                 second: 90 events, rows 0..89
    build(engine, lake, "first", seed=1)
    readers = [_start(READ, tmp_path) for _ in range(2)]
    seen: list[list[str]] = []
    try:
        for reader in readers:
            assert reader.stdout
            assert reader.stdout.readline().strip() == "ready"
        seen.append([_ask(reader) for reader in readers])
        with DuckEngine(threads=1) as other, lake.building(NOW):
            make_tables(other, seed=2, orders=30)
            snapshot = snapshot_of(other, lake, "second", seed=2)
            seen.append([_ask(reader) for reader in readers])
            lake.publish(snapshot, NOW)
        seen.append([_ask(reader) for reader in readers])
    finally:
        for reader in readers:
            _stop(reader)

    before, after = f"first 180 {179 * 180 // 2}", f"second 90 {89 * 90 // 2}"
    assert seen == [[before, before], [before, before], [after, after]]
