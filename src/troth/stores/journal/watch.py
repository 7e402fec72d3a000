"""Whether anything was committed to a SQLite file since it was looked at last: told without reading what is in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

Read = TypeVar("Read")


class Watch(Generic[Read]):
    """What was read of a file, for as long as nobody commits to it, whichever process does.

    One connection is held open, which reads nothing between two looks, so that no writer waits for it. Several threads may look.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._seen: tuple[int, Read] | None = None

    def look(self, read: Callable[[], Read]) -> Read:
        """What `read` gives, anew only after a commit. Raises what `read` raises, and sqlite3.Error."""
        with self._lock:
            # Asked before reading: what is committed meanwhile is read again at the next look.
            version = self._version()
            if self._seen is None or self._seen[0] != version:
                self._seen = version, read()
            return self._seen[1]

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = self._seen = None

    def _version(self) -> int:
        if self._connection is None:
            self._connection = sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True, check_same_thread=False)
        version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return version
