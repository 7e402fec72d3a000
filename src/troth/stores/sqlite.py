"""How SQLite's pragmas are set where several processes may open a file that is new."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable

WAIT = 30.0  # seconds
AGAIN = 0.01


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
