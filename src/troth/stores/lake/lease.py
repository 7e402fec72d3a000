"""One writer at a time: an open write transaction that the operating system ends when its process dies."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from troth.kernel.errors import Busy, StoreError
from troth.stores import failpoints

LOCK, HOLDER = ".build.lock.db", ".build.lock.json"


@dataclass(frozen=True, slots=True)
class Words:
    """What is held, and what to do while another holds it."""

    held: str = "the lake"
    next_step: str = "Wait for that build to end; if it died, simply build again."


LAKE = Words()


@contextmanager
def lease(root: Path, now: datetime, words: Words = LAKE) -> Iterator[None]:
    """Hold what lives under `root` for writing. Raises Busy at once when another process, or this one, already does."""
    with failpoints.around("lease"):
        root.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(root / LOCK, timeout=0, isolation_level=None)
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise _busy(root, words) from error
            raise StoreError(f"{words.held} cannot be locked", got=error, next_step=f"Is {root} writable?") from error
        holder = root / HOLDER
        holder.write_text(json.dumps({"process": os.getpid(), "since": now.isoformat()}), encoding="utf-8")
        try:
            yield
        finally:
            holder.unlink(missing_ok=True)


def _busy(root: Path, words: Words) -> Busy:
    """The note may be missing, half written or of a dead builder for a moment: it only words the message."""
    try:
        note = json.loads((root / HOLDER).read_text(encoding="utf-8"))
        who = f"process {note['process']}, since {note['since']} UTC"
    except (OSError, ValueError, KeyError, TypeError):
        who = "another process that has just begun"
    return Busy(f"{words.held} is being written", got=who, next_step=words.next_step)
