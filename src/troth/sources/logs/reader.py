"""Event logs among the kinds of files that `files:` of a source may name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from troth.kernel.errors import SourceError
from troth.query import identifier
from troth.sources.address import Address, Print, print_of
from troth.sources.logs.formats import format_of
from troth.sources.logs.imported import Imported
from troth.sources.logs.tables import columns_of, types_of
from troth.sources.logs.tally import events_in_xes, relations_in
from troth.sources.readers.opened import Asked, Listed, Opened, Reader, Told


@lru_cache(maxsize=1)
def _read(path: Path, _: Print) -> Imported:
    """The log, read once for all of its tables; `Print` makes another file another key."""
    return format_of(path).read(path, None)


def _tables_of_xes(path: Path) -> Sequence[Listed]:
    return [Listed(Address(path), tuple(columns_of(_read(path, print_of(path)), None)))]


def _open_xes(asked: Asked) -> Opened:
    path = asked.address.path
    # Read before it is counted: what the reader refuses, such as a tag without an end, the count would hold as a whole.
    _read(path, print_of(path))
    return _opened(asked, None, events_in_xes(path) if asked.counted else 0)


def tables_of_ocel(path: Path) -> Sequence[Listed]:
    imported = _read(path, print_of(path))
    return [Listed(Address(path, type), tuple(columns_of(imported, type))) for type in types_of(imported.log)]


def open_ocel(asked: Asked) -> Opened:
    path, imported = asked.address.path, _read(asked.address.path, print_of(asked.address.path))
    known = types_of(imported.log)
    type = known[0] if asked.address.part is None and len(known) == 1 else asked.address.part
    if type is None or type not in known:
        raise SourceError(
            f"'{path.name}' has no objects of type '{asked.address.part}'", allowed=", ".join(f"'{one}'" for one in known),
            next_step="Name one of them behind '#'.",
        )  # fmt: skip
    rows = len(next(iter(columns_of(imported, type).values())))
    # What the file holds is counted as a whole; a relation that its reader lost is missing in every table.
    lost = relations_in(path, format_of(path).name) - imported.relations if asked.counted else 0
    return _opened(asked, type, rows + lost)


def _opened(asked: Asked, type: str | None, records: int) -> Opened:
    imported = _read(asked.address.path, print_of(asked.address.path))
    columns = columns_of(imported, type)
    table = f"log_{asked.label}"
    asked.engine.run(f"DROP TABLE IF EXISTS {table}")
    asked.engine.load(table, columns)
    asked.held.callback(asked.engine.run, f"DROP TABLE IF EXISTS {table}")
    listed = ", ".join(identifier(name) for name in columns)
    return Opened(asked.address, tuple(columns), f"(SELECT {listed} FROM {table})", records, told=tuple(_told(imported, type)))


def _told(imported: Imported, type: str | None) -> Iterator[Told]:
    yield from (Told("read as an event log", warning) for warning in imported.warnings)
    log = imported.log
    number = [t.name for t in log.objects.types].index(type) if type is not None else 0
    with_events = set(log.event_objects.target.tolist())
    without = sum(1 for row, kind in enumerate(log.objects.type.tolist()) if kind == number and row not in with_events)
    if without:
        yield Told("read as an event log", f"{without:,} objects have no event and stand in no row.")


XES = Reader(frozenset({".xes", ".gz"}), _tables_of_xes, _open_xes)
OCEL = Reader(frozenset({".jsonocel", ".xmlocel"}), tables_of_ocel, open_ocel, parts=True)
