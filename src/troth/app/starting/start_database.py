"""`troth start --database env:NAME`: the same as on a folder of files, with the tables of a database."""

from __future__ import annotations

import re
from pathlib import Path

from troth.app.bootstrap import open_databases, scratch_engine
from troth.app.starting.start import Proposed, Said, Started, begin, texts_of
from troth.app.workspace import Progress, silent
from troth.kernel.errors import NotFound, SourceError
from troth.sources.address import Address
from troth.sources.databases.database import NAMED, Database, Databases, Wanted
from troth.sources.databases.extract import read_extract
from troth.sources.guess import MOST_FILES, Group, guess_tables
from troth.sources.guess.naming import snake, unique
from troth.sources.scratch import scratch, sweep


def start_database(
    url: str, *, into: Path | None = None, said: Said | None = None, databases: Databases | None = None, progress: Progress = silent
) -> Started:
    """Make a book for the tables of a database, build it and read its page. Reads the database and never writes to it.

    url: env:NAME. databases: those that the environment names, if not given. Raises SourceError, and NotFound where no table is.
    """
    if not re.fullmatch(NAMED, url):
        # What was written instead may hold a password: it is not repeated.
        raise SourceError("a database is named by a variable of the environment", allowed="env:NAME", next_step="Set NAME to its address.")
    name = re.sub(r"_(url|uri|dsn|database|db)$", "", url.removeprefix("env:").lower()) or "database"
    target = (into or Path.cwd() / f"{name}-book").resolve()
    sweep()
    progress("looking for promises in the tables")
    return begin(target, propose_tables(databases or open_databases(), url, name, said or Said()), progress)


def propose_tables(databases: Databases, url: str, name: str, said: Said) -> Proposed:
    """The book that Troth would write for the tables of a database; views are left out where there are tables."""
    listed = databases.tables(url)
    warnings = [
        f"{table.name}: {table.hidden}; it is left out. Name it in `database:` of a source to read it." for table in listed if table.hidden
    ]
    tables = [table.name for table in listed if not table.hidden]
    if not tables:
        raise NotFound(f"no table in the database of {url.removeprefix('env:')}", got="; ".join(warnings) or "an empty database")
    if len(tables) > MOST_FILES:
        warnings.append(f"The database holds {len(tables)} tables; the first {MOST_FILES} were read.")
    wanted = [Wanted(Database(url=url, table=table), ()) for table in tables[:MOST_FILES]]
    groups: list[Group] = []
    with scratch() as place:
        for one, path in zip(wanted, databases.extract(wanted, place), strict=True):
            called = unique(snake(str(one.database.table)), [group.name for group in groups])
            groups.append(Group(called, (Address(path),), read_extract(path).columns))
        found = guess_tables(scratch_engine(), groups, warnings)
    places = {one.name: one.database for one in wanted}
    sources = {source: _in_database(draft, places) for source, draft in found.sources.items()}
    settings = {"name": name, "folder": ".", "zone": said.zone, "currency": said.currency}
    events = any(source.get("events") for source in sources.values())
    texts = texts_of(settings, sources, found.promises, found.guesses)
    return Proposed(texts, found.guesses, found.pairs, found.warnings, None, events)


def _in_database(draft: dict[str, object], places: dict[str, Database]) -> dict[str, object]:
    files = draft["files"]
    assert isinstance(files, list)
    (file,) = files
    place = places[str(file)].model_dump(exclude_none=True)
    return {"database": place, **{name: value for name, value in draft.items() if name != "files"}}
