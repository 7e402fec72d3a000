"""vault.db: what is deleted is overwritten, what is acknowledged is on the disk, one writer at a time."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from troth.kernel.errors import Busy, StoreError
from troth.stores import failpoints
from troth.stores.sqlite import configure

VERSION = 1
PRAGMAS = ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "temp_store = MEMORY")
LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

# The order of `erased` is that of its marks, and it has no times: neither says which token its value had.
SCHEMA = """
CREATE TABLE vault (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER, name TEXT, key TEXT, key_since TEXT, checked BLOB);
CREATE TABLE subject (token TEXT PRIMARY KEY, key BLOB NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE way (mark BLOB PRIMARY KEY, token TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE erased (mark BLOB PRIMARY KEY, token TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE hold (token TEXT PRIMARY KEY, actor TEXT, reason TEXT, since TEXT) WITHOUT ROWID;
CREATE TABLE untold (number INTEGER PRIMARY KEY, token TEXT, commitment TEXT, actor TEXT, reason TEXT, since TEXT);
"""


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of its own for one piece of work; the file is made, for its owner only, where there is none."""
    with refusals():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite's own files beside it take its mode
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            configure(lambda pragma: connection.execute(pragma).fetchall(), PRAGMAS)
            yield connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is done inside, or none of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        with failpoints.around("vault.commit"):
            connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def forget_former_pages(connection: sqlite3.Connection) -> None:
    """What was overwritten in the database stands in the log before it until this."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def version(connection: sqlite3.Connection) -> int:
    """Another number once another connection has written."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def has_schema(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'vault'").fetchone())


@contextmanager
def refusals() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0)
        if code & 0xFF in LOCKED:
            raise Busy("the vault is being written", got=error, next_step="Try again.") from error
        raise StoreError("the vault cannot be read or written", got=error, next_step="What was kept before is untouched.") from error
    except OSError as error:
        if isinstance(error, StoreError | Busy) or not error.errno:
            raise
        raise StoreError(
            "the vault cannot be read or written", got=error.strerror, next_step="What was kept before is untouched."
        ) from error
