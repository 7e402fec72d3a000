"""What of a source's tables is new, changed or gone since it was last taken in; told without reading what is as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from troth.kernel import digest
from troth.kernel.errors import SourceError
from troth.record import Engine, Load
from troth.sources.address import Address, place_of
from troth.sources.mapping import Source
from troth.sources.places import find_tables, is_nowhere, names


@dataclass(frozen=True, slots=True)
class Arrival:
    """A table to take in. file: None where it is there no more. content: SHA-256 of its file, "" without one."""

    place: str
    name: str
    file: Address | None
    content: str


def tables_of(source: Source, folder: Path, known: Iterable[str] = (), engine: Callable[[], Engine] | None = None) -> tuple[Address, ...]:
    """The tables that are there, in the order of their names. known: places that were taken in before.

    A name or pattern under which nothing is found any more is no error where rows stay when they are no longer sent; where a file
    is the whole, a missing one is taken for a failed export. Raises SourceError for one under which nothing ever was.
    """
    if source.database is not None and not source.files:
        raise SourceError(f"'{source.database.place}' lies in no file", next_step="Fetch it first, as a build does.")
    found: set[Address] = set()
    for pattern in source.files:
        stays = not is_full(source) and any(names(pattern, place, folder) for place in known)
        if stays and is_nowhere(folder, pattern):
            continue
        found.update(find_tables(folder, pattern, engine))
    return tuple(sorted(found, key=lambda address: (address.name, address.path.as_posix())))


def is_full(source: Source) -> bool:
    """Whether each file is an extract of the whole, so that a row which is in it no more was taken back."""
    return source.contract is not None and source.contract.full_extract


def concerning(name: str, source: Source, folder: Path, loads: Iterable[Load]) -> tuple[Load, ...]:
    """The loads of a source whose tables its `files:` still mean, be they there or not."""
    mine = [load for load in loads if load.source == name]
    meant = {place for place in {load.place for load in mine} if any(names(pattern, place, folder) for pattern in source.places)}
    return tuple(load for load in mine if load.place in meant)


def newest(loads: Iterable[Load]) -> dict[str, Load]:
    """The last load of each place. loads: in the order of their seq."""
    return {load.place: load for load in loads}


def manner_of(source: Source) -> str:
    """Digest of what decides which rows are read from a file and what is kept of them: when it changes, files are read again."""
    written = source.written.model_dump(by_alias=True) if source.written else None
    if not source.personal:
        return digest.of_value([written, list(source.key)])
    # What a cell may be decides what is kept of it beside personal columns, and what is made of them is made when they are read.
    mapped = [[column, sorted(kinds), source.formats.get(column)] for column, kinds in sorted(source.cells().items())]
    made = {name: one.model_dump(by_alias=True) for name, one in source.derived.items() if set(one.columns) & set(source.personal)}
    return digest.of_value([written, sorted(source.personal.items()), mapped, sorted(source.columns()), list(source.key), made])


def arrivals(
    source: Source,
    folder: Path,
    before: Sequence[Load],
    content_of: Callable[[Path], str],
    *,
    full: bool = False,
    engine: Callable[[], Engine] | None = None,
) -> tuple[Arrival, ...]:
    """The tables whose content or manner of reading is not that of their last load, then those that are gone.

    before: as `concerning` gives them. content_of: SHA-256 of a file. full: all that are there, whatever is known of them.
    engine: opens one, for files that it alone can look into.
    """
    last = newest(before)
    manner = manner_of(source)
    found, there = [], set()
    for address in tables_of(source, folder, last, engine):
        place = place_of(address, folder)
        there.add(place)
        content = content_of(address.path)
        known = last.get(place)
        if full or known is None or (known.content, known.manner) != (content, manner):
            found.append(Arrival(place, address.name, address, content))
    gone = [Arrival(place, load.name, None, "") for place, load in sorted(last.items()) if load.there and place not in there]
    return (*found, *gone)


def digest_of(path: Path) -> str:
    """SHA-256 of a file. Raises SourceError for one that cannot be read."""
    try:
        with path.open("rb") as file:
            return digest.of_file(file)
    except OSError as error:
        raise SourceError(f"'{path.name}' cannot be read", got=error.strerror, next_step="Ask for the right to read it.") from error
