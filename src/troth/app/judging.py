"""From what was taken in to a snapshot: rows staged and settled, the record, its outcomes, all written to the lake."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from troth import __version__
from troth.app.contracts import as_json, columns_of, contract_facts, inherited
from troth.app.identities import matching_of
from troth.app.intake import release
from troth.app.rules import Rules
from troth.app.workspace import Progress, Workspace
from troth.engines.calendars import Transitions, holidays_version, transitions, tz_version
from troth.kernel import digest
from troth.kernel.errors import SourceError
from troth.kernel.instant import DAY_US, from_us, to_us
from troth.kernel.money import NO_CURRENCY
from troth.promises import Outcomes, Record, instants_of, make_outcomes, state_sql
from troth.query import literal_instant
from troth.record import Engine, Load, Part, Snapshot, as_of, make_steps, make_strata
from troth.sources import QUARANTINE, Balance, Staged, make_facts, settle, vocabulary
from troth.sources.contracts.judging import Judged, judge, quarantine_columns, refuse_broken
from troth.sources.identity import PARTS, Matching, make_identities
from troth.sources.intake.arrivals import newest
from troth.sources.intake.standing import stage_loads
from troth.sources.intake.taking import Stored
from troth.sources.joins import joins

PAUSES = Part("pause", (), ("promise", "subject_type", "subject", "since"))
WORKED = Part("working_time", (), ("calendar", "opens"))
MARGIN_US = 1_830 * DAY_US
DEFAULT_ZONE = "UTC"


def identity_of(workspace: Workspace, rules: Rules, known: Sequence[Sequence[object]], at: datetime | None = None) -> str:
    """The id of the snapshot of what is known, as `Load.said` has it, by these rules and what people decided until `at`."""
    decided = matching_of(workspace, rules, at).said()
    # The engine writes its own version into every file, so another engine gives other bytes.
    return digest.of_value(
        [[list(said) for said in known], rules.hash, __version__, tz_version(), workspace.writer, holidays_version(), *decided]
    )


@dataclass(frozen=True, slots=True)
class Basis:
    """What a snapshot is made of, and how strictly.

    identity: its id, as `identity_of` has it. known: the loads of a source. read: called when the last row is read.
    before: the snapshot with which columns are compared. strict: a table that lacks a mapped column is refused, and data that do
    not keep their contract. at: what people decided later about who is the same is not known.
    """

    identity: str
    known: Callable[[str], Sequence[Stored]]
    read: Callable[[], None]
    before: Snapshot | None = None
    strict: bool = True
    at: datetime | None = None


def snapshot_of(workspace: Workspace, engine: Engine, rules: Rules, basis: Basis, progress: Progress) -> Snapshot:
    """Fold what is known, judge every promise and write the lake; nothing is published."""
    matching = matching_of(workspace, rules, basis.at)
    engine.run(QUARANTINE)
    staged: list[Staged] = []
    balances: list[Balance] = []
    kept: list[Judged] = []
    columns = columns_of(basis.before)
    loads: dict[str, list[Load]] = {}
    for name, definition in sorted(rules.sources.items()):
        progress(f"reading {name}")
        zone = definition.value.zone or rules.settings.zone or DEFAULT_ZONE
        stored = basis.known(name)
        found = stage_loads(engine, name, definition.value, zone, stored, strict=basis.strict, also=matching.columns(name))
        one, said = judge(engine, found, zone, columns.get(name))
        staged.append(one)
        kept.append(said)
        balances.append(settle(engine, one))
        quarantine_columns(engine, said)
        loads[name] = [each.load for each in stored]
        release(engine, stored)
    basis.read()
    if basis.strict:
        refuse_broken(kept)
    parts, last, judged, identities = _derive(engine, rules, staged, matching, progress)
    progress("writing the lake")
    files = workspace.lake.write(engine, parts)
    contracts = contract_facts(kept, staged, basis.before, last)
    facts = {
        "inputs": basis.identity,
        "contracts": contracts,
        "joins": [as_json(asdict(one)) for one in joins(engine, staged)],
        "sources": _sources(rules, loads, staged, balances),
        "promises": judged,
        **({"identity": identities} if identities else {}),
        "zone": rules.settings.zone,
        "currency": rules.settings.currency,
        "tz_version": tz_version(),
        "holidays_version": holidays_version(),
        "first_us": int(engine.rows("SELECT min(epoch_us(occurred)) FROM event")[0][0]),
    }
    schemas = {part.table: workspace.schema(engine, part.table) for part in parts}
    history = inherited(contracts, last)
    return Snapshot(
        digest.of_value([basis.identity, history]) if history else basis.identity, last, rules.hash, __version__, schemas, files, facts
    )


def _derive(
    engine: Engine, rules: Rules, staged: Sequence[Staged], matching: Matching, progress: Progress
) -> tuple[list[Part], Any, dict[str, Any], dict[str, Any]]:
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
    events: dict[str, set[str]] = {}
    for source in (one.source for one in staged if one.source.object):
        assert source.object is not None
        events.setdefault(source.object.type, set()).update(str(event.type) for event in source.events if event.type)
    parties = frozenset(type for one in identities.values() for type in one["types"])
    record = record_with(engine, rules, attributes, events, parties)
    made = make_outcomes(engine, rules.terms, record, last)
    judged = {one.name: _told(engine, one, last) for one in made}
    paused = (PAUSES,) if any(variant.definition.value.pause_while for one in made for variant in one.variants) else ()
    worked = (WORKED,) if any(variant.definition.value.calendar for one in made for variant in one.variants) else ()
    outcomes = (part for one in made for part in _outcome_parts(one))
    parts = [*_parts(attributes, staged), *outcomes, *paused, *worked, *(PARTS if identities else ())]
    return parts, last, judged, identities


def record_with(
    engine: Engine,
    rules: Rules,
    attributes: Mapping[str, Mapping[str, str]],
    events: Mapping[str, Collection[str]],
    parties: frozenset[str],
) -> Record:
    """The record that an engine holds, for judging. events: those that sources declare; those that only the data know are added."""
    named = {type: set(some) for type, some in events.items()}
    for type, event in engine.rows("SELECT DISTINCT object_type, type FROM event"):
        named.setdefault(str(type), set()).add(str(event))
    span = _span(engine, attributes)
    return Record(
        attributes, {type: frozenset(some) for type, some in named.items()}, _zone(span, rules), rules.settings.currency or NO_CURRENCY,
        vocabulary({name: one.value for name, one in rules.sources.items()}).relations, parties=parties, span=span,
    )  # fmt: skip


def _outcome_parts(made: Outcomes) -> list[Part]:
    outcome = Part(f"outcome_{made.name}", ("promise", "month"), ("subject",))
    former = (Part(f"former_{made.name}", ("promise", "month"), ("subject",)),) if made.corrected else ()
    turns = (Part(f"object_{made.name}", (), ("code",)),) if made.promise.every is not None else ()
    return [outcome, *former, *turns]


def _told(engine: Engine, made: Outcomes, at: datetime) -> dict[str, Any]:
    """What a page needs to know of a promise besides its outcomes. corrected: how states changed when its terms were."""
    # A list, since their order means something and names in a manifest are sorted.
    stages = [[key, stage.model_dump(by_alias=True, exclude_none=True)] for key, stage in made.promise.stages.items()]
    told: dict[str, Any] = {"subject": made.promise.subject, "stages": stages, "variants": len(made.variants)}
    if moved := _moved(engine, made, at):
        told["calendars"] = moved
    if made.corrected:
        now = literal_instant(to_us(at)).sql("duckdb")
        rows = engine.rows(
            f"SELECT {state_sql(now, 'f')} AS before, {state_sql(now, 'o')} AS after, count(*), max(f.known_to)"
            f" FROM former_{made.name} f JOIN outcome_{made.name} o USING (subject) GROUP BY ALL ORDER BY ALL"
        )
        told["corrected"] = [{"before": before, "after": after, "subjects": int(n), "on": on.isoformat()} for before, after, n, on in rows]
    return told


def _moved(engine: Engine, made: Outcomes, at: datetime) -> list[dict[str, Any]]:
    """When the calendars of a promise changed, and how many were open then: the rest of their time counts by what is said since."""
    begin = engine.rows(f"SELECT min(epoch_us(made)) FROM outcome_{made.name}")[0][0]
    found = []
    for clock in made.clocks:
        for change in clock.changes(int(begin or 0), to_us(at)):
            on = literal_instant(change).sql("duckdb")
            (open_then,) = engine.rows(
                f"SELECT count(*) FROM outcome_{made.name} WHERE calendar = ? AND made < {on} AND due > {on}"
                f" AND coalesce(fulfilled > {on}, TRUE) AND coalesce(voided > {on}, TRUE)",
                (clock.id,),
            )
            found.append({"calendar": clock.name, "on": from_us(change).isoformat(), "open": int(open_then[0])})
    return sorted(found, key=lambda one: (one["on"], one["calendar"]))


def _parts(attributes: Mapping[str, object], staged: Sequence[Staged]) -> list[Part]:
    types = sorted({type for s in staged for type, _ in s.source.references()} | set(attributes))
    objects = [Part(f"object_{type}", (), ("code",)) for type in types]
    return [
        Part("event", ("object_type", "month"), ("object", "occurred", "type", "source", "source_row")),
        Part("step", ("object_type", "month"), ("object", "ordinal")),
        *objects,
        Part("relation", (), ("from_type", "from_code", "to_type", "to_code", "qualifier")),
        Part("feedback", (), ("about_type", "about", "answered", "asked", "source", "source_row")),
        Part("money", (), ("about_type", "about", "kind", "source", "source_row")),
        Part("terms", (), ("promise", "terms", "layer", "change")),
        Part("stratum", (), ("object_type", "stratum")),
        Part("bad_cell", (), ("object_type", "object", "name", "source", "file", "source_row", "load")),
        Part("quarantine", (), ("source", "file", "source_row", "source_column", "load")),
        Part("filtered", (), ("source", "file", "source_row", "load")),
    ]


def _sources(rules: Rules, loads: Mapping[str, Sequence[Load]], staged: Sequence[Staged], balances: Sequence[Balance]) -> dict[str, Any]:
    """What each source gave: its balance and files for the manifest, and who answers for it."""
    return {
        balance.source: {
            "balance": {**asdict(balance), "files": list(balance.files)},
            "files": [[load.name, load.content] for _, load in sorted(newest(loads[balance.source]).items()) if load.there],
            "defined_in": str(rules.sources[balance.source].document.file),
            "owner": rules.sources[balance.source].value.owner,
            "steward": rules.sources[balance.source].value.steward,
            "zone": rules.sources[balance.source].value.zone,
            "naive": one.naive,
        }
        for one, balance in zip(staged, balances, strict=True)
    }


def _span(engine: Engine, attributes: Mapping[str, Mapping[str, str]]) -> tuple[int, int]:
    """The first and the last instant of the record, UTC microseconds."""
    low, high = engine.rows(f"SELECT min(epoch_us(instant)), max(epoch_us(instant)) FROM ({instants_of(attributes)})")[0]
    return int(low), int(high)


def _zone(span: tuple[int, int], rules: Rules) -> Transitions:
    """The operation's clock around every instant of the record, so that its SQL stays short."""
    return transitions(rules.settings.zone or DEFAULT_ZONE, span[0] - MARGIN_US, span[1] + MARGIN_US)
