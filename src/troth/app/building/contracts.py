"""What a build keeps of contracts in its facts: verdicts with how long they have failed, columns, and how those changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from troth.record import Snapshot
from troth.sources import Staged
from troth.sources.contracts.judging import Judged, fresh
from troth.sources.contracts.schema import Columns, SchemaChange, read_back, written

Facts = dict[str, Any]
KEPT_CHANGES = 50
LATELY = timedelta(days=7)
ALL_SOURCES = "the data of all sources"


def inputs_of(snapshot: Snapshot) -> str:
    """The identity of the inputs that a snapshot was made of; its own id says also what came before it."""
    return str(snapshot.facts.get("inputs", snapshot.id))


def columns_of(snapshot: Snapshot | None) -> dict[str, Columns]:
    """The columns of each source as a snapshot has them; one of an older version has none."""
    facts = snapshot.facts.get("contracts", {}) if snapshot else {}
    return {name: read_back(said["columns"]) for name, said in facts.items()}


def contract_facts(judged: Sequence[Judged], staged: Sequence[Staged], before: Snapshot | None, as_of: datetime) -> dict[str, Facts]:
    """By source. What follows from earlier snapshots, and not from the sources as they are, is in `inherited`."""
    facts = before.facts.get("contracts", {}) if before else {}
    return {one.source: as_json(_facts(one, read, facts.get(one.source, {}), as_of)) for one, read in zip(judged, staged, strict=True)}


def as_json(value: Any) -> Any:
    """Lists for tuples, so that facts are equal to themselves when they are read back."""
    if isinstance(value, Mapping):
        return {key: as_json(inner) for key, inner in value.items()}
    return [as_json(inner) for inner in value] if isinstance(value, tuple | list) else value


def inherited(facts: Mapping[str, Facts], as_of: datetime) -> list[Any]:
    """What two builds of the same inputs may say differently, since other snapshots came before them."""
    now = as_of.isoformat()
    return [
        [name, said["changes"], [[v["column"], v["check"], v["since"]] for v in said["verdicts"] if v["since"] not in (None, now)]]
        for name, said in sorted(facts.items())
        if said["changes"] or any(v["since"] not in (None, now) for v in said["verdicts"])
    ]


def failing(snapshot: Snapshot) -> list[Facts]:
    """The verdicts of a snapshot on what is not as the contracts say."""
    return [v for _, said in sorted(snapshot.facts.get("contracts", {}).items()) for v in said["verdicts"] if v["failed"]]


def notices(snapshot: Snapshot) -> list[str]:
    """In a sentence each: checks that failed, and columns that became narrower within the last week of the data."""
    said = [f"{told_check(one)}. {one['next_step']}" for one in failing(snapshot)]
    for one in changes(snapshot):
        if one["narrows"] and snapshot.as_of - datetime.fromisoformat(one["as_of"]) <= LATELY:
            steward = snapshot.facts["sources"].get(one["source"], {}).get("steward")
            said.append(f"{one['source']}.{one['column']} {one['says']}. {f'Ask {steward} why' if steward else 'Nobody is its steward'}.")
    return said


def told_check(one: Facts) -> str:
    """What a check that failed found, in a line: orders.due: not filled in 3 of 120 rows, held in quarantine."""
    where = one["source"] if one["column"] is None else f"{one['source']}.{one['column']}"
    what = one["got"] if one["column"] is None else f"not {one['check']} in {one['failed']:,} of {one['of']:,} rows"
    return f"{where}: {what}{', held in quarantine' if one['held'] else ''}"


def changes(snapshot: Snapshot) -> list[Facts]:
    """Changes of columns up to a snapshot, the latest first, each with its source."""
    found = [{"source": name, **one} for name, said in snapshot.facts.get("contracts", {}).items() for one in said["changes"]]
    return sorted(found, key=lambda one: (one["as_of"], one["source"], one["column"]), reverse=True)


def _facts(judged: Judged, staged: Staged, before: Mapping[str, Any], as_of: datetime) -> Facts:
    contract = staged.source.contract
    freshness = fresh(judged, staged, as_of, ALL_SOURCES)
    all_ = (*judged.verdicts, *([freshness] if freshness else []))
    since = {(v["column"], v["check"]): v["since"] for v in before.get("verdicts", ())}
    said = before.get("changes", [])
    return {
        "verdicts": [
            {**asdict(one), "next_step": one.next_step, "since": _since(one.failed, since.get((one.column, one.check)), as_of)}
            for one in all_
        ],
        "mode": judged.mode,
        "columns": written(judged.columns),
        "changes": [*said, *_new(judged, said, as_of)][-KEPT_CHANGES:],
        "newest": judged.newest.isoformat() if judged.newest else None,
        "fresh_within": contract.fresh_within if contract else None,
        "declared": staged.source.promised,
        **({} if judged.rows is None else {"rows": judged.rows}),
    }


def _since(failed: int, before: str | None, as_of: datetime) -> str | None:
    return (before or as_of.isoformat()) if failed else None


def _new(judged: Judged, said: Sequence[Mapping[str, Any]], as_of: datetime) -> list[Facts]:
    """In quarantine a change is found again in every build, since the columns are still compared with those before it."""
    known = {(one["column"], one["says"]) for one in said} if judged.mode == "quarantine" else set()
    return [_change(one, as_of) for one in judged.changes if (one.column, one.says) not in known]


def _change(one: SchemaChange, as_of: datetime) -> Facts:
    return {"column": one.column, "says": one.says, "narrows": one.narrows, "as_of": as_of.isoformat()}
