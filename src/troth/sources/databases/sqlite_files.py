"""SQLite files in a folder, opened so that nothing beside them is written and no code in them is run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from troth.kernel.errors import SourceError

LONGEST_CELL = 32 << 20


@contextmanager
def open_sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    """Refuses a file that is cut off, damaged, or in use: what stands beside it would be missed."""
    for ending in ("-wal", "-journal"):
        beside = path.with_name(path.name + ending)
        if beside.is_file() and beside.stat().st_size:
            raise SourceError(
                f"'{path.name}' is in use: changes still stand in '{beside.name}'",
                next_step="Close the program that writes it, and try again.",
            )
    _require_whole(path)
    try:
        # immutable: no lock and no file beside the source.
        with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True)) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_CELL)
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            sound = connection.execute("PRAGMA quick_check(1)").fetchone()
            if sound is None or sound[0] != "ok":
                raise sqlite3.DatabaseError(str(sound and sound[0]))
            yield connection
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        said = str(error).splitlines()[0][:200]
        raise SourceError(
            f"'{path.name}' cannot be read as SQLite", got=said, next_step="It is damaged or cut off: get the file again."
        ) from error


def _require_whole(path: Path) -> None:
    """SQLite reads a last page that is cut off as if it ended in zeros. Source: its file format, offsets 16, 24, 28 and 92."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
        size = path.stat().st_size
    except OSError as error:
        raise SourceError(f"'{path.name}' cannot be read", got=error.strerror, next_step="Ask for the right to read it.") from error
    page = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big") if head[24:28] == head[92:96] else 0
    if len(head) < 100 or size % (65_536 if page == 1 else page or 1) or size < pages * (65_536 if page == 1 else page):
        raise SourceError(f"'{path.name}' cannot be read as SQLite", got="a file that is cut off", next_step="Get the file again.")
