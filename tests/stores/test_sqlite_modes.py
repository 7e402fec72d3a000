"""Processes that open one new file at once: SQLite refuses the second change of mode without waiting, so we wait."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from troth.stores.sqlite import WAIT, configure


def refusal(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = code
    return error


class Refusing:
    """Refuses so many times, and its clock goes with its sleep."""

    def __init__(self, times: float, code: int = sqlite3.SQLITE_BUSY) -> None:
        self.times = times
        self.code = code
        self.now = 0.0
        self.set: list[str] = []

    def execute(self, pragma: str) -> None:
        if self.times > 0:
            self.times -= 1
            raise refusal(self.code)
        self.set.append(pragma)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def configure(self) -> None:
        configure(self.execute, ("journal_mode = WAL", "synchronous = FULL"), clock=lambda: self.now, sleep=self.sleep)


def test_a_busy_file_is_waited_for() -> None:
    file = Refusing(40)

    file.configure()

    assert file.set == ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"]


def test_one_that_stays_busy_is_refused_in_the_end() -> None:
    file = Refusing(float("inf"))

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        file.configure()

    assert WAIT <= file.now < WAIT + 1
    assert file.set == []


def test_another_refusal_is_not_waited_for() -> None:
    file = Refusing(1, sqlite3.SQLITE_CANTOPEN)

    with pytest.raises(sqlite3.OperationalError):
        file.configure()

    assert file.now == 0


def test_a_writer_holds_the_mode_and_lets_it_go(tmp_path: Path) -> None:
    first = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    first.execute("CREATE TABLE t (a)")
    first.execute("BEGIN EXCLUSIVE")
    second = sqlite3.connect(tmp_path / "a.db", isolation_level=None, timeout=0)

    configure(lambda pragma: second.execute(pragma).fetchall(), ("journal_mode = WAL",), sleep=lambda _: first.commit())

    assert second.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    second.close()
    first.close()
