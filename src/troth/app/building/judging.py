"""From what was taken in to a snapshot: rows staged and settled, the record, its outcomes, all written to the lake."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np

from troth import __version__
from troth.app.building.contracts import as_json, columns_of, contract_facts, inherited
from troth.app.building.identities import matching_of
from troth.app.building.intake import each, release
from troth.app.building.parts import LAYOUT, parts_of
from troth.app.rulebook.rules import Rules
from troth.app.workspace import Progress, Workspace
from troth.engines.calendars import Transitions, holidays_version, transitions, tz_version
from troth.kernel import digest
from troth.kernel.errors import SourceError
from troth.kernel.instant import DAY_US, from_us, to_us
from troth.kernel.money import NO_CURRENCY
from troth.promises import Outcomes, Record, instants_of, make_outcomes, state_sql
from troth.promises.clocks import Covered
from troth.query import literal_instant
from troth.record import Column, Engine, Load, Part, Snapshot, StoredFile, as_of, make_steps, make_strata
from troth.sources import Balance, Staged, make_facts, make_shared, settle, vocabulary
from troth.sources.contracts.judging import Judged, judge, quarantine_columns, refuse_broken
from troth.sources.identity import PARTS, Matching, make_identities
from troth.sources.intake.arrivals import newest
from troth.sources.intake.standing import stage_loads
from troth.sources.intake.taking import Stored
from troth.sources.joins import Join, joins

MARGIN_US = 1_830 * DAY_US
DEFAULT_ZONE = "UTC"
BUSINESS_TIME = "business_time"
"""What the manifest calls how far calendars are written out."""


def identity_of(workspace: Workspace, rules: Rules, known: Sequence[Sequence[object]], at: datetime | None = None) -> str:
    """The id of the snapshot of what is known, as `Load.said` has it, by these rules and what people decided until `at`."""
    decided = matching_of(workspace, rules, at).said()
    # The engine writes its own version into every file, so another engine gives other bytes; and so does another way of splitting tables.
    return digest.of_value(
        [[list(said) for said in known], rules.hash, __version__, LAYOUT, tz_version(), workspace.writer, holidays_version(), *decided]
    )


@dataclass(frozen=True, slots=True)
class Basis:
    """What a snapshot is made of, and how strictly.

    identity: its id, as `identity_of` has it. known: the loads of a source. read: called when the last row is read.
    before: the snapshot with which columns are compared. beside: sources of which two may be read at a time. strict: a table that
    lacks a mapped column is refused, and data that do not keep their contract. at: what people decided later about who is the same
    is not known.
    """

    identity: str
    known: Callable[[str], Sequence[Stored]]
    read: Callable[[], None]
    before: Snapshot | None = None
    beside: Collection[str] = ()
    strict: bool = True
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What the sources gave: their rows staged and settled, what their contracts say, and their loads."""

    staged: Sequence[Staged]
    kept: Sequence[Judged]
    balances: Sequence[Balance]
    joined: Sequence[Join]
    loads: Mapping[str, Sequence[Load]]


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of it: the lake's tables, how far the record goes, what is told of promises and of who is the same.

    covered: how far calendars are written out; None where no promise has one.
    """

    parts: Sequence[Part]
    first_us: int
    last: datetime
    promises: Mapping[str, Any]
    identities: Mapping[str, Any]
    covered: Covered | None


def snapshot_of(workspace: Workspace, engine: Engine, rules: Rules, basis: Basis, progress: Progress) -> Snapshot:
    """Fold what is known, judge every promise and write the lake; nothing is published."""
    matching = matching_of(workspace, rules, basis.at)
    taken = _taken(engine, rules, basis, matching, progress)
    made = _made(engine, rules, taken.staged, matching, progress)
    progress("writing the lake")
    files = workspace.lake.write(engine, made.parts)
    schemas = {part.table: workspace.schema(engine, part.table) for part in made.parts}
    return finished(rules, basis, taken, made, schemas, files)


def zone_of(rules: Rules, source: str) -> str:
    """The clock by which a source's times without an offset are read."""
    return rules.sources[source].value.zone or rules.settings.zone or DEFAULT_ZONE


def _taken(engine: Engine, rules: Rules, basis: Basis, matching: Matching, progress: Progress) -> Taken:
    make_shared(engine)
    staged: list[Staged] = []
    balances: list[Balance] = []
    kept: list[Judged] = []
    columns = columns_of(basis.before)
    loads: dict[str, list[Load]] = {}

    def read(name: str) -> tuple[Sequence[Stored], Staged, Judged]:
        progress(f"reading {name}")
        zone = zone_of(rules, name)
        stored = basis.known(name)
        found = stage_loads(engine, name, rules.sources[name].value, zone, stored, strict=basis.strict, also=matching.columns(name))
        return stored, *judge(engine, found, zone, columns.get(name))

    for name, (stored, one, said) in each(rules, basis.beside, read).items():
        staged.append(one)
        kept.append(said)
        balances.append(settle(engine, one))
        quarantine_columns(engine, said)
        loads[name] = [each.load for each in stored]
        release(engine, stored)
    basis.read()
    if basis.strict:
        refuse_broken(kept)
    return Taken(staged, kept, balances, joins(engine, staged), loads)


def finished(
    rules: Rules, basis: Basis, taken: Taken, made: Made, schemas: Mapping[str, tuple[Column, ...]], files: tuple[StoredFile, ...]
) -> Snapshot:
    """The snapshot with all that is told beside its files."""
    contracts = contract_facts(taken.kept, taken.staged, basis.before, made.last)
    facts = {
        "inputs": basis.identity,
        "contracts": contracts,
        "joins": [as_json(asdict(one)) for one in taken.joined],
        "sources": _sources(rules, taken),
        "promises": made.promises,
        **({"identity": made.identities} if made.identities else {}),
        "zone": rules.settings.zone,
        "currency": rules.settings.currency,
        "tz_version": tz_version(),
        "holidays_version": holidays_version(),
        "first_us": made.first_us,
        **({BUSINESS_TIME: as_json(asdict(made.covered))} if made.covered else {}),
    }
    history = inherited(contracts, made.last)
    id = digest.of_value([basis.identity, history]) if history else basis.identity
    return Snapshot(id, made.last, rules.hash, __version__, schemas, files, facts)


def _made(engine: Engine, rules: Rules, staged: Sequence[Staged], matching: Matching, progress: Progress) -> Made:
    progress("putting events in order")
    attributes = make_facts(engine, staged, currency=rules.settings.currency)
    identities = make_identities(engine, staged, matching)
    make_steps(engine)
    populations = {
        s.source.object.type: s.source.sample.population for s in staged if s.source.object is not None and s.source.sample is not None
    }
    make_strata(engine, populations)
    last = as_of(engine)
    if last is None:
        raise SourceError(
            "no event was found in any source",
            got=f"{len(staged)} sources",
            next_step="Map a time column under `events:` in sources/.",
        )
    progress("judging promises")
    parties = frozenset(type for one in identities.values() for type in one["types"])
    record = record_with(engine, rules, attributes, declared(staged), parties)
    made = make_outcomes(engine, rules.terms, record, last)
    first_us = int(engine.rows("SELECT min(epoch_us(occurred)) FROM event")[0][0])
    parts = [*parts_of(attributes, staged, made, lambda table: _count(engine, table)), *(PARTS if identities else ())]
    return Made(parts, first_us, last, told(engine, made, last), identities, made[0].covered if made else None)


def declared(staged: Sequence[Staged]) -> dict[str, set[str]]:
    """The events that sources declare, by type of object."""
    events: dict[str, set[str]] = {}
    for source in (one.source for one in staged if one.source.object):
        assert source.object is not None
        events.setdefault(source.object.type, set()).update(str(event.type) for event in source.events if event.type)
    return events


def record_with(
    engine: Engine,
    rules: Rules,
    attributes: Mapping[str, Mapping[str, str]],
    events: Mapping[str, Collection[str]],
    parties: frozenset[str],
    beside: Sequence[int] = (),
) -> Record:
    """The record that an engine holds, for judging. events: those that sources declare; those that only the data know are added.

    beside: instants of events that the engine does not hold, UTC microseconds.
    """
    named = {type: set(some) for type, some in events.items()}
    for type, event in engine.rows("SELECT DISTINCT object_type, type FROM event"):
        named.setdefault(str(type), set()).add(str(event))
    held = (*_span(engine, attributes), *beside)
    span = min(held), max(held)
    return Record(
        attributes, {type: frozenset(some) for type, some in named.items()}, _zone(span, rules), rules.settings.currency or NO_CURRENCY,
        vocabulary({name: one.value for name, one in rules.sources.items()}).relations, parties=parties, span=span,
    )  # fmt: skip


def _count(engine: Engine, table: str) -> int:
    return int(engine.rows(f"SELECT count(*) FROM {table}")[0][0])


def told(
    engine: Engine, made: Sequence[Outcomes], at: datetime, rows: Callable[[Outcomes], str] = lambda one: f"FROM outcome_{one.name}"
) -> dict[str, Any]:
    """What the manifest says of each promise. rows: a query of all its outcomes."""
    return {one.name: _told(engine, one, at, rows(one)) for one in made}


def _told(engine: Engine, made: Outcomes, at: datetime, rows: str) -> dict[str, Any]:
    """What a page needs to know of a promise besides its outcomes. corrected: how states changed when its terms were."""
    # A list, since their order means something and names in a manifest are sorted.
    stages = [[key, stage.model_dump(by_alias=True, exclude_none=True)] for key, stage in made.promise.stages.items()]
    told: dict[str, Any] = {"subject": made.promise.subject, "stages": stages, "variants": len(made.variants)}
    if moved := _moved(engine, made, at, rows):
        told["calendars"] = moved
    if made.corrected:
        now = literal_instant(to_us(at)).sql("duckdb")
        found = engine.rows(
            f"SELECT {state_sql(now, 'f')} AS before, {state_sql(now, 'o')} AS after, count(*), max(f.known_to)"
            f" FROM former_{made.name} f JOIN outcome_{made.name} o USING (subject) GROUP BY ALL ORDER BY ALL"
        )
        told["corrected"] = [{"before": before, "after": after, "subjects": int(n), "on": on.isoformat()} for before, after, n, on in found]
    return told


def _moved(engine: Engine, made: Outcomes, at: datetime, rows: str) -> list[dict[str, Any]]:
    """When the calendars of a promise changed, and how many were open then: the rest of their time counts by what is said since."""
    mine = {bound.calendar for bound in made.bound}
    changes = made.covered.changes if made.covered else {}
    until = to_us(at)
    past = [(id, on) for id in sorted(changes) if id in mine for on in changes[id] if on <= until]
    if not past:
        return []
    engine.run("DROP TABLE IF EXISTS change_of_hours")
    columns = {"calendar": np.array([id for id, _ in past], dtype=object), "at": np.array([on for _, on in past], dtype="datetime64[us]")}
    engine.load("change_of_hours", columns)
    found = engine.rows(
        f"WITH o AS ({rows}), first AS (SELECT min(made) AS made FROM o) SELECT c.calendar, epoch_us(c.at), count(o.made)"
        " FROM change_of_hours c JOIN first f ON c.at > coalesce(f.made, TIMESTAMP '1970-01-01')"
        " LEFT JOIN o ON o.calendar = c.calendar AND o.made < c.at AND o.due > c.at"
        " AND coalesce(o.fulfilled > c.at, TRUE) AND coalesce(o.voided > c.at, TRUE) GROUP BY ALL"
    )
    engine.run("DROP TABLE change_of_hours")
    moved = [{"calendar": str(id).rpartition("@")[0], "on": from_us(int(on)).isoformat(), "open": int(n)} for id, on, n in found]
    return sorted(moved, key=lambda one: (one["on"], one["calendar"], one["open"]))


def _sources(rules: Rules, taken: Taken) -> dict[str, Any]:
    """What each source gave: its balance and files for the manifest, and who answers for it."""
    return {
        balance.source: {
            "balance": {**asdict(balance), "files": list(balance.files)},
            "files": [[load.name, load.content] for _, load in sorted(newest(taken.loads[balance.source]).items()) if load.there],
            "defined_in": str(rules.sources[balance.source].document.file),
            "owner": rules.sources[balance.source].value.owner,
            "steward": rules.sources[balance.source].value.steward,
            "zone": rules.sources[balance.source].value.zone,
            "naive": one.naive,
        }
        for one, balance in zip(taken.staged, taken.balances, strict=True)
    }


def _span(engine: Engine, attributes: Mapping[str, Mapping[str, str]]) -> tuple[int, int]:
    """The first and the last instant of the record, UTC microseconds."""
    low, high = engine.rows(f"SELECT min(epoch_us(instant)), max(epoch_us(instant)) FROM ({instants_of(attributes)})")[0]
    return int(low), int(high)


def _zone(span: tuple[int, int], rules: Rules) -> Transitions:
    """The operation's clock around every instant of the record, so that its SQL stays short."""
    return transitions(rules.settings.zone or DEFAULT_ZONE, span[0] - MARGIN_US, span[1] + MARGIN_US)
