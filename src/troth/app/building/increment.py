"""A snapshot made of the one before and what came in since: the same files as if all were judged anew, or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from troth.app.building.contracts import inputs_of
from troth.app.building.intake import Intake, each
from troth.app.building.judging import Basis, Taken, finished, identity_of, zone_of
from troth.app.building.judging_again import judged_again
from troth.app.building.merging import WAS, Whole, refuse
from troth.app.rulebook.rules import Rules
from troth.app.workspace import Progress, Workspace
from troth.query import identifier, literal_text
from troth.record import Engine, Snapshot
from troth.sources import Balance, Staged, make_shared
from troth.sources.contracts.again import Looked, Said, asks_of_all, judge_again, look
from troth.sources.contracts.judging import Judged
from troth.sources.fate import count_fates, prove
from troth.sources.intake.near import Coming, make_near, near, why_not
from troth.sources.intake.standing import stage_loads
from troth.sources.joins import Join, joins

FEWER_THAN = 0.2
"""Where more of the rows than that are near what is new, all are judged in about the same time."""


def increment_of(workspace: Workspace, engine: Engine, rules: Rules, intake: Intake, basis: Basis, progress: Progress) -> Snapshot | None:
    """As `snapshot_of`, from the snapshot in force and the rows that what is taken in has to do with; nothing is published.

    None where that is not sure to give the same: then the engine is as it was but for what was taken in.
    """
    before = basis.before
    if before is None or not workspace.lake.holds(before) or _why_all(workspace, rules, intake, before) is not None:
        return None

    def read(name: str) -> Coming:
        progress(f"reading {name}")
        return Coming(name, rules.sources[name].value, tuple(basis.known(name)), intake.seq)

    coming = list(each(rules, basis.beside, read).values())
    try:
        with _cleared_unless_done(engine):
            workspace.lake.attach(engine, before, within=WAS)
            taken = _taken(engine, rules, before, coming)
            basis.read()
            progress("judging what changed")
            made, files = judged_again(workspace, engine, rules, before, taken, intake.seq, progress)
    except Whole:
        return None
    return finished(rules, basis, taken, made, before.schemas, files)


def _why_all(workspace: Workspace, rules: Rules, intake: Intake, before: Snapshot) -> str | None:
    """Why all rows have to be looked at, as far as the book and the snapshot before tell."""
    known = sorted((load.said for loads in intake.before.values() for load in loads), key=lambda said: (said[0], said[1], said[2]))
    if identity_of(workspace, rules, known) != inputs_of(before):
        return "the snapshot in force is of another book or of other rows"
    if rules.identities:
        return "the book says who is the same"
    for name, one in sorted(rules.sources.items()):
        if one.value.sample is not None:
            return f"{name} is a sample"
        if (asked := asks_of_all(one.value)) is not None:
            return f"the contract of {name} {asked}"
    return None


@dataclass(frozen=True, slots=True)
class _Near:
    """The near rows of all sources, as they were known before or with what came."""

    staged: tuple[Staged, ...]
    balances: tuple[Balance, ...]
    looked: tuple[Looked, ...]
    joined: tuple[Join, ...]


def _taken(engine: Engine, rules: Rules, before: Snapshot, coming: Sequence[Coming]) -> Taken:
    """What all rows give: what they gave before, less what the near rows gave then, and what these give now."""
    refuse(why_not(coming))
    types = {type for one in coming for type, _ in one.source.references()}
    make_near(engine, coming, {type: f"{WAS}.object_{type}" for type in types})
    rows = sum(engine.rows(f"SELECT count(*) FROM near_{one.name}")[0][0] for one in coming)
    refuse(rows > FEWER_THAN * sum(stored.load.taken for one in coming for stored in one.loads) and "too many rows are near")
    was = _settled(engine, rules, coming, before=True)
    _keep_named(engine, was.staged, "named_before")
    engine.run("CREATE OR REPLACE TABLE quarantine_before AS FROM quarantine")
    now = _settled(engine, rules, coming, before=False)
    _keep_named(engine, now.staged, "named_now")
    _merge_quarantine(engine)
    kept = [_judged(before, *one) for one in zip(now.staged, was.looked, now.looked, strict=True)]
    refuse(any(one.stops for one in kept) and "a contract is not kept")
    naive = [before.facts["sources"][one.name]["naive"] for one in coming]
    return Taken(
        [replace(one, naive=one.naive or said) for one, said in zip(now.staged, naive, strict=True)],
        kept,
        [_balance(before, *one) for one in zip(was.balances, now.balances, strict=True)],
        [_join(*one) for one in zip(before.facts["joins"], was.joined, now.joined, strict=True)],
        {one.name: [stored.load for stored in one.loads] for one in coming},
    )


def _settled(engine: Engine, rules: Rules, coming: Sequence[Coming], *, before: bool) -> _Near:
    make_shared(engine)
    staged, balances, looked = [], [], []
    for one in coming:
        zone = zone_of(rules, one.name)
        some = stage_loads(engine, one.name, one.source, zone, near(engine, one, before=before), strict=not before)
        looked.append(look(engine, some, zone, 0 if before else len(one.news)))
        staged.append(some)
        balances.append(count_fates(engine, some))
    return _Near(tuple(staged), tuple(balances), tuple(looked), joins(engine, staged))


def _keep_named(engine: Engine, staged: Sequence[Staged], table: str) -> None:
    """What kept rows name, by type and id."""
    selects = {
        f"SELECT {literal_text(type)} AS object_type, {one.id_sql(columns)} AS id FROM kept_{one.name}"
        for one in staged
        for type, columns in one.source.references()
    }
    named = " UNION ALL ".join(sorted(selects)) or "SELECT '' AS object_type, '' AS id WHERE FALSE"
    engine.run(f"CREATE OR REPLACE TABLE {table} AS SELECT DISTINCT * FROM ({named}) WHERE id IS NOT NULL")


def _merge_quarantine(engine: Engine) -> None:
    """quarantine: of all rows, those before less what is said of near rows anew."""
    left = f"SELECT * FROM {WAS}.quarantine EXCEPT ALL SELECT * FROM quarantine_before"
    counts = [int(engine.rows(f"SELECT count(*) FROM {of}")[0][0]) for of in (f"{WAS}.quarantine", "quarantine_before", f"({left})")]
    refuse(counts[0] - counts[1] != counts[2] and "quarantine does not hold what the near rows had in it")
    engine.run("CREATE OR REPLACE TABLE quarantine_now AS FROM quarantine")
    engine.run(f"CREATE OR REPLACE TABLE quarantine AS {left} UNION ALL SELECT * FROM quarantine_now")


def _judged(before: Snapshot, staged: Staged, replaced: Looked, by: Looked) -> Judged:
    found = judge_again(staged, Said.of(before.facts["contracts"][staged.name]), replaced, by)
    if found is None:
        raise Whole(f"the columns or the contract of {staged.name}")
    return found


def _balance(before: Snapshot, replaced: Balance, by: Balance) -> Balance:
    """Of rows that were counted, `by` has all already, and so of what readers set aside."""
    said = before.facts["sources"][by.source]["balance"]
    counted = {of: said[of] - getattr(replaced, of) + getattr(by, of) for of in
               ("stored", "quarantined", "duplicate", "superseded", "filtered", "cells", "retracted")}  # fmt: skip
    found = replace(by, **counted)
    prove(found)
    return found


def _join(said: dict[str, Any], replaced: Join, by: Join) -> Join:
    return replace(by, rows=said["rows"] - replaced.rows + by.rows, matched=said["matched"] - replaced.matched + by.matched)


@contextmanager
def _cleared_unless_done(engine: Engine) -> Iterator[None]:
    """Where all rows have to be looked at, what was made in the engine for some goes first."""
    tables = "SELECT 'TABLE' AS kind, table_name AS name FROM duckdb_tables() WHERE schema_name = 'main'"
    there = f"{tables} UNION ALL SELECT 'VIEW', view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal"
    known = set(engine.rows(there))
    try:
        yield
    except Whole:
        for kind, name in sorted(set(engine.rows(there)) - known, reverse=True):
            engine.run(f"DROP {kind} {identifier(name)}")
        engine.run(f"DROP SCHEMA IF EXISTS {WAS} CASCADE")
        raise
