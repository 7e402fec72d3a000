"""The page `Data`: where the numbers come from and what was lost on the way, as plain data that every face renders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from troth import __version__
from troth.app.answers.cases import open_lines
from troth.app.building.build import balances_of
from troth.app.building.contracts import changes, failing
from troth.app.building.judging import DEFAULT_ZONE
from troth.app.reading import Page, Reading, open_reading
from troth.app.starting.guesses import read_guesses
from troth.app.workspace import Workspace
from troth.findings.words import number
from troth.kernel.instant import to_us
from troth.sources import Balance, Source
from troth.sources.contracts.contract import microseconds
from troth.sources.contracts.judging import span

MOST_ROWS = 200
LONGEST = 60


def read_data(workspace: Workspace) -> Page:
    """What the snapshot in force was made of. Raises NotFound when nothing was built yet.

    Values of quarantined cells are capped at 60 characters, and at 200 rows; those of personal columns are nowhere in the lake.
    """
    reading = open_reading(workspace)
    return {**told_data(reading, back="monday.html"), "cases": cases_on_page(workspace, reading)}


def cases_on_page(workspace: Workspace, reading: Reading) -> list[dict[str, Any]]:
    """The open cases; they change without a snapshot, since a build that is refused opens some too."""
    return open_lines(workspace, lambda instant: _moment(reading, instant))


def told_data(reading: Reading, *, back: str | None = None) -> Page:
    """The same of a reading of the whole operation. back: the page of statements beside it."""
    snapshot = reading.snapshot
    balances = balances_of(snapshot)
    sources = [_source(one, reading) for one in balances]
    failed = failing(snapshot)
    quarantine = _quarantine(reading)
    return {
        "title": "Data",
        "operation": reading.rules.settings.name,
        "headline": _headline(failed, sources),
        "lede": _lede(balances, quarantine),
        "as_of": _moment(reading, snapshot.as_of),
        "zone": snapshot.facts.get("zone") or DEFAULT_ZONE,
        "sources": sources,
        "failing": [_verdict(one, reading) for one in failed],
        "held_back": _held_back(reading),
        "quarantine": quarantine,
        "changes": [{**one, "as_of": _moment(reading, datetime.fromisoformat(one["as_of"]))} for one in changes(snapshot)],
        "joins": [_join(one) for one in snapshot.facts.get("joins", [])],
        "guesses": read_guesses(reading.rules.root),
        "orphans": [one["source"] for one in sources if not (one["owner"] and one["steward"])],
        "back": back,
        "snapshot": snapshot.id[:12],
        "book_hash": snapshot.book_hash[:12],
        "version": __version__,
    }


def _source(balance: Balance, reading: Reading) -> dict[str, Any]:
    said = reading.snapshot.facts["sources"][balance.source]
    kept: Mapping[str, Any] = reading.snapshot.facts.get("contracts", {}).get(balance.source, {})
    verdicts = kept.get("verdicts", [])
    newest = datetime.fromisoformat(kept["newest"]) if kept.get("newest") else None
    definition = reading.rules.sources.get(balance.source)
    contract = _promised(definition.value) if definition else None
    return {
        **asdict(balance),
        "files": list(balance.files),
        "owner": said["owner"],
        "steward": said["steward"],
        "defined_in": said["defined_in"],
        "newest": _moment(reading, newest) if newest else None,
        "fresh_within": kept.get("fresh_within"),
        "behind": _behind(newest, reading.snapshot.as_of) if newest else None,
        "old": _old(kept.get("fresh_within"), newest, reading.snapshot.as_of),
        "mode": kept.get("mode", "evolve"),
        "checks": len(verdicts) if kept.get("declared") else None,
        "kept": sum(not one["failed"] for one in verdicts),
        "contract": contract,
    }


def _promised(source: Source) -> dict[str, Any] | None:
    if source.contract is None:
        return None
    return {"full_extract": source.contract.full_extract, "lateness": source.contract.lateness}


def _behind(newest: datetime, as_of: datetime) -> str:
    seconds = (as_of - newest).total_seconds()
    return f"{span(seconds)} behind" if seconds >= 60 else "the newest of all"


def _old(within: str | None, newest: datetime | None, as_of: datetime) -> bool:
    return within is not None and newest is not None and to_us(as_of) - to_us(newest) > microseconds(within)


def _verdict(one: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    since = _moment(reading, datetime.fromisoformat(one["since"])) if one["since"] else None
    return {**one, "since": since}


def _quarantine(reading: Reading) -> dict[str, Any]:
    """Reasons with their counts, then the first rows, in the order of files and rows."""
    engine = reading.context.engine
    counted = engine.rows(
        "SELECT source, source_column, reason, whole_row, count(*) FROM quarantine GROUP BY ALL ORDER BY 5 DESC, 1, 2, 3, 4"
    )
    rows = engine.rows(
        f'SELECT source, file, source_row, source_column, reason, left("value", {LONGEST}), whole_row FROM quarantine'
        f" ORDER BY source, file, source_row, source_column, reason LIMIT {MOST_ROWS}"
    )
    names = ("source", "file", "row", "column", "reason", "value", "whole_row")
    return {
        "reasons": [
            {"source": source, "column": column, "reason": reason, "whole_row": whole, "count": int(count)}
            for source, column, reason, whole, count in counted
        ],
        "rows": [dict(zip(names, row, strict=True)) for row in rows],
        "total": sum(int(count) for *_, count in counted),
    }


def _held_back(reading: Reading) -> list[dict[str, Any]]:
    """Of each promise, how many cannot be told since a cell that they need is in quarantine."""
    found = []
    for name, promise in reading.context.promises.items():
        held, made = reading.context.engine.rows(
            f"SELECT count(*) FILTER (starts_with(unknown_reason, 'quarantined')), count(*) FROM outcome_{name}"
        )[0]
        found.append({"promise": name, "words": promise.words, "held": int(held), "made": int(made)})
    return found


def _join(one: Mapping[str, Any]) -> dict[str, Any]:
    """rate: of 100 rows that name one, how many name one that is there; None where no source has rows of them."""
    rate = round(100 * int(one["matched"]) / int(one["rows"]), 1) if one["rows"] and one["given_by"] else None
    return {**one, "rate": rate}


def _headline(failed: list[dict[str, Any]], sources: list[dict[str, Any]]) -> str:
    broken = sorted({one["source"] for one in failed})
    declared = [one for one in sources if one["checks"] is not None]
    if broken:
        subject = f"The data of {broken[0]} are" if len(broken) == 1 else f"The data of {number(len(broken))} sources are"
        return f"{subject} not as promised."
    if not declared:
        return "Every row is accounted for, but nobody has promised what the data should be."
    if len(declared) < len(sources):
        return f"Every row is accounted for, and {len(declared)} of {len(sources)} sources are checked and as promised."
    return "Every row is accounted for, and all data are as promised."


def _lede(balances: tuple[Balance, ...], quarantine: Mapping[str, Any]) -> str:
    read = sum(one.read for one in balances)
    files = sum(len(one.files) for one in balances)
    parts = [f"{number(read)} rows of {number(files)} file{'' if files == 1 else 's'} were read"]
    held = int(quarantine["total"])
    parts.append(f"{number(held)} {'entry stands' if held == 1 else 'entries stand'} in quarantine" if held else "nothing is in quarantine")
    return " · ".join(parts)


def _moment(reading: Reading, instant: datetime) -> str:
    local = reading.context.local_time(instant)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}"
