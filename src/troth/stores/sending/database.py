"""sending.db: schedules, letters and links. No address and no key of a link is in it but, while a letter waits, in its content."""

from __future__ import annotations

from pathlib import Path

from troth.stores.sqlite import Database

FILE, VERSION = "sending.db", 2

SCHEMA = """
CREATE TABLE schedule (id TEXT PRIMARY KEY, days TEXT NOT NULL, at TEXT NOT NULL, recipient TEXT NOT NULL, scope TEXT NOT NULL,
    language TEXT NOT NULL, address TEXT NOT NULL, since TEXT NOT NULL, page TEXT NOT NULL DEFAULT 'monday');
CREATE TABLE letter (id TEXT PRIMARY KEY, schedule TEXT NOT NULL REFERENCES schedule ON DELETE CASCADE, recipient TEXT NOT NULL,
    day TEXT NOT NULL, due TEXT NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL, again TEXT, reason TEXT NOT NULL, sent TEXT,
    content BLOB, UNIQUE (schedule, day));
CREATE TABLE link (digest TEXT PRIMARY KEY, letter TEXT NOT NULL REFERENCES letter ON DELETE CASCADE, scope TEXT NOT NULL,
    language TEXT NOT NULL, expires TEXT NOT NULL);
"""

STEPS = {1: "ALTER TABLE schedule ADD COLUMN page TEXT NOT NULL DEFAULT 'monday'"}


def open_database(folder: Path) -> Database:
    return Database(folder / FILE, SCHEMA, VERSION, "the outbox", STEPS)
