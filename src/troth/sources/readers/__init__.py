"""Kinds of files, one a module. A new kind is its module and its line in `READERS`."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from troth.kernel.errors import SourceError, StoreError
from troth.record import Engine
from troth.sources.address import Address, print_of
from troth.sources.logs.reader import OCEL, XES
from troth.sources.mapping import Written
from troth.sources.readers.binary import BINARY
from troth.sources.readers.columnar import PARQUET
from troth.sources.readers.delimited import DELIMITED
from troth.sources.readers.extracts import EXTRACTS
from troth.sources.readers.jsons import JSON
from troth.sources.readers.ods import ODS
from troth.sources.readers.opened import Asked, Listed, Opened, Reader, Told
from troth.sources.readers.stored import STORED
from troth.sources.readers.xlsx import XLSX

__all__ = ["READABLE", "READERS", "Listed", "Opened", "Told", "opened", "reader_of", "tables_in"]
READERS: tuple[Reader, ...] = (DELIMITED, PARQUET, XLSX, ODS, BINARY, JSON, XES, OCEL, STORED)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
READABLE = frozenset(ending for reader in READERS for ending in reader.endings)
_KINDS = (*READERS, EXTRACTS)


def reader_of(path: Path) -> Reader:
    """Refuses a name whose bytes are no text, for which no other program has a name either, and another kind of file."""
    if not path.name.isascii() and any("\ud800" <= sign <= "\udfff" for sign in path.name):
        raise SourceError(f"the name of '{path.name}' is not UTF-8", next_step="Rename the file.")
    found = next((r for r in _KINDS if path.suffix.lower() in r.endings), None)
    if found is None:
        allowed = ", ".join(sorted(e.removeprefix(".") for e in READABLE))
        raise SourceError(
            f"'{path.name}' is of a kind that is not read",
            got=path.suffix or "no ending",
            allowed=allowed,
            next_step="Save it as one of those.",
        )
    return found


def tables_in(path: Path, engine: Callable[[], Engine] | None = None) -> Sequence[Listed]:
    """The tables that a file holds. Raises SourceError where it is none of its kind.

    engine: opens one; without it the tables of a DuckDB file are not listed, though they are read by their names.
    """
    reader = reader_of(path)
    with _refusing(path):
        return reader.tables(path) if reader.listed is None else reader.listed(path, engine)


@contextmanager
def opened(engine: Engine, address: Address, label: str, written: Written | None = None, *, counted: bool = True) -> Iterator[Opened]:
    """A table to be read; what it was copied to lives until the end of the block.

    Refuses a file that changed between its beginning and its end: half of it would be of another day.
    """
    reader = reader_of(address.path)
    with ExitStack() as held:
        with _refusing(address.path):
            before = print_of(address.path)
            with address.path.open("rb"):  # what may not be read is told alike of every kind, before an engine says it in its own words
                pass
            found = reader.open(Asked(address, written or Written.model_validate({}), label, engine, held, counted))
        yield found
        with _refusing(address.path):
            after = print_of(address.path)
        if after != before:
            raise SourceError(
                f"'{address.path.name}' changed while it was read",
                next_step="Build again when it is no longer written to.",
            )


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        got = error.strerror or str(error).splitlines()[0]
        if error.errno in NO_ROOM:
            what = f"there is no room for a copy of '{path.name}'"
            raise StoreError(what, got=got, next_step="Make room where temporary files go, or set TMPDIR to a larger place.") from error
        raise SourceError(f"'{path.name}' cannot be read", got=got, next_step="Mend it, or ask for the right to read it.") from error
