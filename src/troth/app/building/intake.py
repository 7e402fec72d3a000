"""What a build takes in before it judges: tables that are new, changed or gone, each against what was known of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from troth.app.building.prints import Prints
from troth.app.rulebook.rules import Rules
from troth.app.workspace import Workspace
from troth.kernel.at_once import at_once
from troth.record import Engine, Lake, Load, Part, StoredFile
from troth.sources.address import Address
from troth.sources.intake.arrivals import Arrival, arrivals, concerning, manner_of
from troth.sources.intake.taking import Stored, take
from troth.sources.intake.texts import free
from troth.sources.readers import reader_of

TAKEN = "taken_"
MOST_BESIDE = 512 << 20  # bytes of a source
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Intake:
    """What there is to take in, by source. before: the loads that the book's sources still follow from. seq, known_from: of this one."""

    before: Mapping[str, tuple[Load, ...]]
    arrivals: Mapping[str, tuple[Arrival, ...]]
    manners: Mapping[str, str]
    seq: int
    known_from: datetime

    @property
    def empty(self) -> bool:
        return not any(self.arrivals.values())

    @property
    def beside(self) -> frozenset[str]:
        """The sources of which two may be taken in at a time: what is begun cannot be broken off, so none may take long."""
        return frozenset(name for name, coming in self.arrivals.items() if _is_beside([one.file for one in coming if one.file is not None]))

    @property
    def said(self) -> list[list[object]]:
        """All that is known once it is taken in, as JSON; nothing of it is read for that."""
        known: list[list[object]] = [load.said for loads in self.before.values() for load in loads]
        known += [
            [self.seq, source, arrival.place, arrival.content, self.manners[source]]
            for source, coming in self.arrivals.items()
            for arrival in coming
        ]
        return sorted(known, key=lambda said: (said[0], said[1], said[2]))


def look(workspace: Workspace, rules: Rules, prints: Prints, *, full: bool = False) -> Intake:
    """What is new, changed or gone in the operation's folder. Raises SourceError for files that are missing or unreadable."""
    loads = workspace.lake.loads()
    last = loads[-1] if loads else None
    before = concerning_all(rules, loads)
    coming = {
        name: arrivals(one.value, rules.folder, before[name], prints.content_of, full=full, engine=workspace.engine)
        for name, one in sorted(rules.sources.items())
    }
    now = workspace.now()
    return Intake(
        before, coming, {name: manner_of(one.value) for name, one in rules.sources.items()},
        last.seq + 1 if last else 1, max(now, last.known_from) if last else now,
    )  # fmt: skip


def concerning_all(rules: Rules, loads: Iterable[Load]) -> dict[str, tuple[Load, ...]]:
    listed = tuple(loads)
    return {name: concerning(name, one.value, rules.folder, listed) for name, one in sorted(rules.sources.items())}


def stored(lake: Lake, load: Load) -> Stored:
    """A load as the lake keeps it."""
    rows, gone, aside = (
        lake.kept(files) if (files := load.stored(f"{kind}_{load.source}")) else None for kind in ("rows", "gone", "aside")
    )
    return Stored(load, rows, gone, aside)


def take_in(workspace: Workspace, engine: Engine, rules: Rules, intake: Intake, name: str) -> tuple[Stored, ...]:
    """A source's loads, what arrived last among them: read, stored for good, and left in the engine until `release`.

    Raises SourceError, ConservationError; nothing that was stored counts before it is published.
    """
    source = rules.sources[name].value
    known = [stored(workspace.lake, load) for load in intake.before[name]]
    before: dict[str, list[Stored]] = {}
    for one in known:
        before.setdefault(one.load.place, []).append(one)
    for number, arrival in enumerate(intake.arrivals[name]):
        load = take(
            engine, name, source, arrival, before.get(arrival.place, []), workspace.vault, seq=intake.seq, known_from=intake.known_from
        )
        known.append(_keep(workspace.lake, engine, load, number))
    return tuple(known)


def each(rules: Rules, beside: Collection[str], read: Callable[[str], Read]) -> dict[str, Read]:
    """What `read` gives of every source, in the order of their names: of those in `beside` two at a time, and before the others."""
    two = [name for name in sorted(rules.sources) if name in beside]
    found = dict(zip(two, at_once([partial(read, name) for name in two]), strict=True))
    return {name: found[name] if name in found else read(name) for name in sorted(rules.sources)}


def release(engine: Engine, taken: Sequence[Stored]) -> None:
    """Drop from the engine what `take_in` left there."""
    for table in (table for one in taken for table in (one.rows, one.gone, one.aside)):
        if table is not None and table.startswith(TAKEN):
            engine.run(f"DROP TABLE {table}")


def _is_beside(files: Sequence[Address]) -> bool:
    try:
        return all(reader_of(one.path).beside for one in files) and sum(one.path.stat().st_size for one in files) <= MOST_BESIDE
    except OSError:  # gone since it was looked at, of which whoever reads it says more
        return False


def _keep(lake: Lake, engine: Engine, load: Load, number: int) -> Stored:
    """Store the tables of a load, and set them aside under names of their own."""
    orders = {"rows": (free("#row", load.columns),), "gone": ("seq", "row"), "aside": ("line", "fate", "reason")}
    names: dict[str, str | None] = {}
    files: list[StoredFile] = []
    for kind, order in orders.items():
        table = f"{kind}_{load.source}"
        kept = lake.keep(engine, [Part(table, (), order)])
        files += kept
        names[kind] = f"{TAKEN}{kind}_{load.source}_{number}" if kept else None
        engine.run(f"ALTER TABLE {table} RENAME TO {names[kind]}" if kept else f"DROP TABLE {table}")
    return Stored(replace(load, files=tuple(files)), names["rows"], names["gone"], names["aside"])
