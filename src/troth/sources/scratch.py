"""Folders for copies that live as long as they are read, and those that a killed process left."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp

LOCK = ".troth-lock.db"


@contextmanager
def scratch(near: Path | None = None) -> Iterator[Path]:
    """A folder of one's own until the end of the block, where temporary files go, or hidden in `near`.

    It holds `LOCK`, locked as long as its process lives: the operating system lets go of it even where the process is killed. On a
    disk that knows no locks there is none, and such a folder is never swept. Raises OSError where there is no room.
    """
    folder, connection = _made(near)
    try:
        yield folder
    finally:
        _remove(folder, connection)


def sweep(near: Path | None = None) -> int:
    """Remove the folders of `scratch` whose process has died; gives how many.

    Left alone is one whose lock is held, be it by this process, one without a lock, and one of another user.
    """
    swept = 0
    # Where no file can be written, no place for temporary files is found: whoever needs one says so.
    with suppress(OSError):
        place = Path(gettempdir()) if near is None else near
        for folder in sorted(place.glob(f"{_prefix(near)}*")):
            if not _is_own(folder):
                continue
            with suppress(sqlite3.Error):
                _remove(folder, _locked(folder / LOCK, "rw"))
                swept += not folder.exists()
    return swept


def _made(near: Path | None) -> tuple[Path, sqlite3.Connection | None]:
    """A folder under its lock. One that a sweep found between the making and the locking of its lock is gone: then another is made."""
    while True:
        folder = Path(mkdtemp(prefix=_prefix(near), dir=near))
        lock = folder / LOCK
        try:
            connection = _locked(lock, "rwc")
        except sqlite3.Error as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY or not folder.is_dir():
                continue
            lock.unlink(missing_ok=True)
            return folder, None
        if lock.exists():
            return folder, connection
        connection.close()


def _prefix(near: Path | None) -> str:
    return "troth-" if near is None else ".troth-"


def _is_own(folder: Path) -> bool:
    """Whether a folder, and no link to one, with a lock in it is of the user of this process."""
    try:
        found, lock = folder.lstat(), (folder / LOCK).lstat()
    except OSError:
        return False
    mine = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return mine and stat.S_ISDIR(found.st_mode) and stat.S_ISREG(lock.st_mode)


def _locked(lock: Path, mode: str) -> sqlite3.Connection:
    """The lock, held until the connection is closed. Raises sqlite3.Error where another holds it, it is gone, or there are no locks."""
    address = f"{lock.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(address, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _remove(folder: Path, connection: sqlite3.Connection | None) -> None:
    """Removed under the lock, so that no sweep comes between; what is left where an open file cannot be removed goes without it."""
    shutil.rmtree(folder, ignore_errors=True)
    if connection is not None:
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)
