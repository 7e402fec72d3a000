"""access.db: for its owner only, what is deleted is overwritten, one writer at a time."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from pathlib import Path

from troth.access.keys import new_salt
from troth.access.viewer import Scope
from troth.stores import sqlite

VERSION = 3

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
CREATE TABLE asking (state TEXT PRIMARY KEY, browser TEXT NOT NULL, nonce TEXT NOT NULL, verifier TEXT NOT NULL, wanted TEXT NOT NULL,
    expires TEXT NOT NULL);
CREATE TABLE failure (mark TEXT PRIMARY KEY, failures INTEGER NOT NULL, last TEXT NOT NULL);
"""
STAFF = "CREATE TABLE staff (account TEXT PRIMARY KEY REFERENCES account ON DELETE CASCADE, person TEXT UNIQUE NOT NULL);"
FACTORS = """
CREATE TABLE factor (account TEXT PRIMARY KEY REFERENCES account ON DELETE CASCADE, secret BLOB NOT NULL, asked TEXT NOT NULL,
    session TEXT NOT NULL, since TEXT, step INTEGER NOT NULL);
CREATE TABLE recovery (account TEXT NOT NULL REFERENCES account ON DELETE CASCADE, place INTEGER NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (account, place));
CREATE TABLE notice (account TEXT NOT NULL REFERENCES account ON DELETE CASCADE, what TEXT NOT NULL, at TEXT NOT NULL,
    shown INTEGER NOT NULL);
CREATE INDEX notice_account ON notice (account);
CREATE TABLE saying (account TEXT PRIMARY KEY REFERENCES account ON DELETE CASCADE, person TEXT NOT NULL, by TEXT NOT NULL);
CREATE TABLE opening (mark TEXT NOT NULL, account TEXT NOT NULL, times INTEGER NOT NULL, last TEXT NOT NULL, PRIMARY KEY (mark, account));
ALTER TABLE session ADD COLUMN by TEXT NOT NULL DEFAULT 'password';
ALTER TABLE session ADD COLUMN passed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE staff ADD COLUMN rests TEXT;
ALTER TABLE staff ADD COLUMN former TEXT;
"""
STEPS = {1: STAFF + "UPDATE access SET version = 2;", 2: FACTORS + "UPDATE access SET version = 3;"}


class Database(sqlite.Database):
    """The accounts' file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, SCHEMA + STAFF + FACTORS, VERSION, "the accounts", STEPS)

    def first(self, connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO access VALUES (1, ?, ?)", (VERSION, new_salt()))

    def forget_former_pages(self) -> None:
        """What was deleted stands in the log before the file until this."""
        with self.reading() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def salt_of(connection: sqlite3.Connection) -> bytes:
    return bytes(connection.execute("SELECT salt FROM access").fetchone()[0])


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
