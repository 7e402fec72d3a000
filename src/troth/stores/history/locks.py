"""Git's own lock files, taken so that a killed holder blocks nobody of ours, and files replaced whole."""

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dulwich.file import SharedPerm, adjust_shared_perm

from troth.kernel.errors import Busy
from troth.stores import failpoints
from troth.stores.lake.parquet import fsync_folder

MARK = b"troth, process "
PATIENCE_SECONDS, PAUSE_SECONDS = 2.0, 0.02
NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV, errno.EACCES})


@contextmanager
def locked(path: Path, spare: Path) -> Iterator[None]:
    """Hold `path`.lock, which git and its like respect; raises Busy when another holds it for longer than our patience.

    spare: a folder of ours on the same disk. The caller holds the lease of the repository: a lock with our mark is then
    one that a dead process left, and is taken over.
    """
    lock = path.with_name(f"{path.name}.lock")
    with failpoints.around("history.lock"):
        lock.parent.mkdir(parents=True, exist_ok=True)
        _take(lock, spare, time.monotonic() + PATIENCE_SECONDS)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def put(path: Path, content: bytes, spare: Path, shared: SharedPerm | None) -> None:
    """Replace a file of the repository by one whose bytes are on the disk; the caller holds its lock."""
    aside = spare / secrets.token_hex(8)
    try:
        _write(aside, content)
        adjust_shared_perm(aside, shared)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    fsync_folder(path.parent)


def _take(lock: Path, spare: Path, until: float) -> None:
    note = spare / secrets.token_hex(8)
    _write(note, MARK + str(os.getpid()).encode() + b"\n")
    try:
        while not _linked(note, lock):
            if _is_ours(lock):
                lock.unlink(missing_ok=True)
            elif time.monotonic() > until:
                raise Busy(
                    "the repository of the book is being written by another program",
                    got=f"its lock '{lock}'",
                    next_step="Wait for that program. If none runs, as after a crash, remove that file and save again.",
                )
            else:
                time.sleep(PAUSE_SECONDS)
    finally:
        note.unlink(missing_ok=True)


def _linked(note: Path, lock: Path) -> bool:
    """Make the lock with our mark already in it. On a disk without links a kill in between leaves it empty."""
    try:
        os.link(note, lock)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        try:
            _write(lock, note.read_bytes())
        except FileExistsError:
            return False
    return True


def _is_ours(lock: Path) -> bool:
    try:
        return lock.read_bytes()[: len(MARK)] == MARK
    except FileNotFoundError:
        return False


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
