"""How SQLite's files are opened where several processes may open one that is new."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from troth.kernel.errors import Busy, StoreError

WAIT = 30.0  # seconds
AGAIN = 0.01
PRIVATE = ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "foreign_keys = ON")
LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def configure(
    execute: Callable[[str], object],
    pragmas: Iterable[str],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Set each pragma, waiting up to `WAIT` seconds for whoever changes the file's mode.

    SQLite calls no busy handler for a change of journal mode: of two processes that make one file, the second is refused at once,
    whatever its busy_timeout. Raises sqlite3.OperationalError after that time, and at once for any other reason.
    """
    until = clock() + WAIT
    for pragma in pragmas:
        while True:
            try:
                execute(f"PRAGMA {pragma}")
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or clock() >= until:
                    raise
                sleep(AGAIN)


class Database:
    """A file of its own, for its owner only: what is deleted is overwritten, what is acknowledged is on the disk, one writer at a time.

    Each piece of work has a connection of its own, so that threads and processes may ask at once. schema: its tables, as statements.
    version: of the schema, which the file says. words: what is in it, as in `the outbox`. steps: by an earlier version, the statements that
    lead from it to the next.
    """

    def __init__(self, path: Path, schema: str, version: int, words: str, steps: Mapping[int, str] | None = None) -> None:
        self.path = path.absolute()
        self._steps = steps or {}
        self._schema, self._version, self._words = schema, version, words

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with self._refusals(), self._opened() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All that is done inside, or none of it."""
        with self._refusals(), self._opened() as connection, together(connection):
            yield connection

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite's own files beside it take its mode
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            configure(lambda pragma: connection.execute(pragma).fetchall(), PRIVATE)
            found = connection.execute("PRAGMA user_version").fetchone()[0]
            if found == 0:
                self._begin(connection)
            elif found in self._steps:
                self._step(connection)
            elif found != self._version:
                raise StoreError(f"{self._words}: written by another version of Troth", got=found, allowed=self._version)
            yield connection

    def _begin(self, connection: sqlite3.Connection) -> None:
        with together(connection):
            if connection.execute("PRAGMA user_version").fetchone()[0]:
                return  # another process was first
            _run(connection, self._schema)
            self.first(connection)
            connection.execute(f"PRAGMA user_version = {self._version}")

    def _step(self, connection: sqlite3.Connection) -> None:
        with together(connection):
            found = connection.execute("PRAGMA user_version").fetchone()[0]
            while found in self._steps:
                _run(connection, self._steps[found])
                found += 1
            connection.execute(f"PRAGMA user_version = {found}")

    def first(self, connection: sqlite3.Connection) -> None:
        """What is written into a file that is new, beside its tables."""

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in LOCKED:
                raise Busy(f"somebody is writing {self._words}", got=error, next_step="Try again.") from error
            raise StoreError(f"{self._words} cannot be read or written", got=error) from error


def _run(connection: sqlite3.Connection, statements: str) -> None:
    for statement in filter(str.strip, statements.split(";")):
        connection.execute(statement)


@contextmanager
def together(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
