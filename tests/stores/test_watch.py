from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.stores.test_journal import _snapshot
from tests.stores.world import NOW
from troth.stores.journal.journal import Journal
from troth.stores.journal.watch import Watch

COMMIT = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('INSERT INTO said VALUES (2)'); c.commit()"


class Counted:
    """Reads a file's table, and counts how often it did."""

    def __init__(self, path: Path) -> None:
        self.path, self.reads = path, 0

    def __call__(self) -> int:
        self.reads += 1
        with closing(sqlite3.connect(self.path)) as connection:
            return int(connection.execute("SELECT count(*) FROM said").fetchone()[0])


@pytest.fixture
def read(tmp_path: Path) -> Counted:
    path = tmp_path / "said.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE said (n INTEGER)")
    return Counted(path)


@pytest.fixture
def watch(read: Counted) -> Iterator[Watch[int]]:
    made: Watch[int] = Watch(read.path)
    yield made
    made.close()


def test_what_nobody_changed_is_read_once(watch: Watch[int], read: Counted) -> None:
    assert [watch.look(read) for _ in range(3)] == [0, 0, 0]
    assert read.reads == 1


def test_a_commit_of_another_process_is_seen_at_the_next_look(watch: Watch[int], read: Counted) -> None:
    assert watch.look(read) == 0
    subprocess.run([sys.executable, "-c", COMMIT, str(read.path)], check=True)
    assert [watch.look(read), watch.look(read)] == [1, 1]
    assert read.reads == 2


def test_what_is_not_committed_is_not_there_yet(watch: Watch[int], read: Counted) -> None:
    assert watch.look(read) == 0
    with closing(sqlite3.connect(read.path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO said VALUES (1)")
        assert watch.look(read) == 0
        writer.execute("COMMIT")
    assert watch.look(read) == 1


def test_a_look_holds_up_no_writer(watch: Watch[int], read: Counted) -> None:
    watch.look(read)
    with closing(sqlite3.connect(read.path, timeout=0, isolation_level=None)) as writer:
        writer.execute("INSERT INTO said VALUES (1)")
        assert writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        writer.execute("VACUUM")
    assert watch.look(read) == 1


def test_a_read_that_fails_is_tried_again(watch: Watch[int], read: Counted) -> None:
    def fail() -> int:
        raise OSError("for a moment")

    with pytest.raises(OSError, match="for a moment"):
        watch.look(fail)
    assert watch.look(read) == 0


def test_threads_may_look_while_somebody_writes(watch: Watch[int], read: Counted) -> None:
    def write() -> None:
        for _ in range(20):
            with closing(sqlite3.connect(read.path)) as writer, writer:
                writer.execute("INSERT INTO said VALUES (1)")

    with ThreadPoolExecutor(5) as pool:
        writing = pool.submit(write)
        seen = [list(pool.map(lambda _: watch.look(read), range(50)))]
        writing.result()
    assert all(0 <= count <= 20 for count in seen[0])
    assert watch.look(read) == 20


def test_two_journals_of_one_file_agree_on_what_is_in_force(tmp_path: Path) -> None:
    ours, theirs = Journal(tmp_path / "journal.db"), Journal(tmp_path / "journal.db")
    assert ours.current() is None
    theirs.publish(_snapshot("one"), NOW)
    assert ours.current() == _snapshot("one")
    ours.publish(_snapshot("two"), NOW + timedelta(hours=1))
    assert (ours.current(), theirs.current()) == (_snapshot("two"), _snapshot("two"))
    theirs.forget(["two"], NOW + timedelta(hours=2))
    assert ours.current() == _snapshot("one")
    ours.close()
    theirs.close()
