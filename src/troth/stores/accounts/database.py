"""access.db: for its owner only, what is deleted is overwritten, one writer at a time."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from troth.access.keys import new_salt
from troth.access.viewer import Scope
from troth.kernel.errors import Busy, StoreError
from troth.stores.sqlite import configure

VERSION = 1
PRAGMAS = ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "foreign_keys = ON")
LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

SCHEMA = """
CREATE TABLE access (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, salt BLOB NOT NULL);
CREATE TABLE account (id TEXT PRIMARY KEY, role TEXT NOT NULL, scope TEXT NOT NULL, language TEXT, created TEXT NOT NULL, seen TEXT,
    disabled INTEGER NOT NULL);
CREATE TABLE person (account TEXT PRIMARY KEY REFERENCES account ON DELETE CASCADE, name TEXT NOT NULL, plain TEXT UNIQUE, password TEXT,
    subject TEXT UNIQUE);
CREATE TABLE session (hash TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account ON DELETE CASCADE, begun TEXT NOT NULL,
    seen TEXT NOT NULL);
CREATE INDEX session_account ON session (account);
CREATE TABLE link (account TEXT PRIMARY KEY REFERENCES account ON DELETE CASCADE, hash TEXT UNIQUE NOT NULL, expires TEXT NOT NULL);
CREATE TABLE token (id TEXT PRIMARY KEY, hash TEXT UNIQUE NOT NULL, label TEXT NOT NULL, account TEXT REFERENCES account ON DELETE CASCADE,
    role TEXT NOT NULL, scope TEXT NOT NULL, created TEXT NOT NULL, expires TEXT NOT NULL, used TEXT, revoked TEXT);
CREATE TABLE failure (mark TEXT PRIMARY KEY, failures INTEGER NOT NULL, last TEXT NOT NULL);
"""


class Database:
    """Each piece of work has a connection of its own, so that threads and processes may ask at once."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with _refusals(), self._opened() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All that is done inside, or none of it."""
        with _refusals(), self._opened() as connection, _together(connection):
            yield connection

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite's own files beside it take its mode
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            configure(lambda pragma: connection.execute(pragma).fetchall(), PRAGMAS)
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                _begin(connection)
            elif version != VERSION:
                raise StoreError("the accounts are of another version of Troth", got=version, allowed=VERSION)
            yield connection


def text_of(at: datetime) -> str:
    """Naive UTC as text that sorts as its instants do."""
    return at.isoformat(timespec="microseconds")


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def instant_or_none(text: str | None) -> datetime | None:
    return None if text is None else instant(text)


def scope_text(scope: Scope) -> str:
    return json.dumps({dimension: list(values) for dimension, values in scope.key}, ensure_ascii=False)


def scope_from(text: str) -> Scope:
    return Scope({dimension: frozenset(values) for dimension, values in json.loads(text).items()})


def _begin(connection: sqlite3.Connection) -> None:
    with _together(connection):
        if connection.execute("PRAGMA user_version").fetchone()[0]:
            return  # another process was first
        for statement in filter(str.strip, SCHEMA.split(";")):
            connection.execute(statement)
        connection.execute("INSERT INTO access VALUES (1, ?, ?)", (VERSION, new_salt()))
        connection.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def _together(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in LOCKED:
            raise Busy("the accounts are being written", got=error, next_step="Try again.") from error
        raise StoreError("the accounts cannot be read or written", got=error) from error
