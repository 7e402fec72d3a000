"""What is asked of sources: which there are, what each promises of its data, and whether the files keep it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from troth.app.building.build import balances_of
from troth.app.building.contracts import columns_of
from troth.app.building.fetching import fetched
from troth.app.building.judging import DEFAULT_ZONE
from troth.app.rulebook.rules import Rules, read_rules
from troth.app.workspace import Progress, Workspace, silent
from troth.book import Definition
from troth.book.versions import moment
from troth.kernel.errors import BookError, ConservationError, NotFound, SourceError, nearest
from troth.sources import Balance, Source, make_shared, settle, stage
from troth.sources.contracts.checks import Verdict
from troth.sources.contracts.contract import Contract
from troth.sources.contracts.judging import fresh, judge
from troth.sources.contracts.schema import SchemaChange
from troth.sources.guess.contract import Line, draft_contract

THE_CLOCK = "the clock"


@dataclass(frozen=True, slots=True)
class Listed:
    """checks: how many its contract asks for; None without a contract. balance: of the last build, None where it was in none."""

    source: str
    files: tuple[str, ...]
    owner: str | None
    steward: str | None
    mode: str
    checks: int | None
    balance: Balance | None
    place: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A source's files as they are now. error: why they could not be read or counted, and then nothing else is known.

    frozen: its columns may not change. verdicts: of every check, kept or not. changes: against the snapshot in force.
    """

    source: str
    steward: str | None
    verdicts: tuple[Verdict, ...] = ()
    changes: tuple[SchemaChange, ...] = ()
    frozen: bool = False
    declared: bool = False
    balance: Balance | None = None
    error: str | None = None

    @property
    def stops(self) -> bool:
        """Whether a build would be refused."""
        return bool(self.error) or (self.frozen and bool(self.changes)) or any(not v.kept and v.severity == "error" for v in self.verdicts)

    @property
    def failing(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if not verdict.kept)


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed contract: each line with what it was seen from, and the whole as YAML to be put under `source:`."""

    source: str
    lines: tuple[Line, ...]
    text: str


def listed(workspace: Workspace) -> list[Listed]:
    rules = read_rules(workspace)
    current = workspace.lake.current()
    balances = {one.source: one for one in balances_of(current)} if current else {}
    return [_listed(name, definition, balances.get(name)) for name, definition in sorted(rules.sources.items())]


def show(workspace: Workspace, name: str) -> dict[str, Any]:
    """A source as the book has it, with what the last build knows of it."""
    rules = read_rules(workspace)
    definition = _named(rules, name)
    current = workspace.lake.current()
    kept: Mapping[str, Any] = current.facts.get("contracts", {}).get(name, {}) if current else {}
    balances = {one.source: one for one in balances_of(current)} if current else {}
    return {
        "source": name,
        "place": str(definition.document.file),
        "definition": definition.value.model_dump(by_alias=True, exclude_defaults=True, mode="json"),
        "balance": balances.get(name),
        "columns": kept.get("columns", {}),
        "changes": kept.get("changes", []),
        "verdicts": kept.get("verdicts", []),
    }


def check(workspace: Workspace, name: str | None = None, *, at: str | None = None, progress: Progress = silent) -> list[Checked]:
    """Judge the files as they are, one source or all of them; publishes nothing and holds no lock.

    at: a day or an instant on the operation's clock by which freshness is judged, without it now. Raises NotFound for a source
    that there is not; a file that cannot be read is told in its source's `error`, so that the others are judged all the same.
    """
    rules = read_rules(workspace)
    chosen = {name: _named(rules, name)} if name else dict(sorted(rules.sources.items()))
    before = columns_of(workspace.lake.current())
    now = workspace.now() if at is None else moment(at, rules.book.zone)
    if now is None:
        raise BookError("no day and no instant", got=at, allowed="2026-03-01, 2026-03-01 14:00")
    found = []
    for one, definition in chosen.items():
        progress(f"reading {one}")
        found.append(_checked(workspace, rules, one, definition.value, before, now))
    return found


def draft(workspace: Workspace, name: str, *, progress: Progress = silent) -> Draft:
    """A contract that the source's files keep as they are, for its steward to tighten or loosen. Nothing is written."""
    rules = read_rules(workspace)
    source = _named(rules, name).value
    progress(f"looking at {name}")
    with fetched(workspace, replace(rules, sources={name: rules.sources[name]}), progress) as here:
        lines, text = draft_contract(workspace.engine(), name, here.sources[name].value, rules.folder, _zone(source, rules))
    return Draft(name, lines, text)


def _checked(workspace: Workspace, rules: Rules, name: str, source: Source, before: Mapping[str, Any], now: datetime) -> Checked:
    engine = workspace.engine()
    make_shared(engine)
    zone = _zone(source, rules)
    declared = source.promised
    try:
        with fetched(workspace, replace(rules, sources={name: rules.sources[name]}), silent) as here:
            read = stage(engine, name, here.sources[name].value, rules.folder, zone)
        staged, judged = judge(engine, read, zone, before.get(name))
        balance = settle(engine, staged)
    except (SourceError, ConservationError) as error:
        return Checked(name, source.steward, declared=declared, error=str(error))
    freshness = fresh(judged, staged, now, THE_CLOCK)
    verdicts = (*judged.verdicts, *([freshness] if freshness else []))
    return Checked(name, source.steward, verdicts, judged.changes, judged.mode == "freeze", declared, balance)


def _listed(name: str, definition: Definition[Source], balance: Balance | None) -> Listed:
    source = definition.value
    mode = source.contract.schema_ if source.contract else "evolve"
    checks = _count(source.contract) if source.contract and source.promised else None
    return Listed(name, source.places, source.owner, source.steward, mode, checks, balance, str(definition.document.file))


def _count(contract: Contract) -> int:
    asked = 0
    for rules in contract.columns.values():
        asked += (rules.type != "text") + rules.required + rules.unique
        asked += sum(one is not None for one in (rules.between, rules.in_, rules.matches, rules.after))
    if contract.rows:
        asked += (contract.rows.at_least is not None) + (contract.rows.at_most is not None)
    return asked + (contract.fresh_within is not None)


def _named(rules: Rules, name: str) -> Definition[Source]:
    if name not in rules.sources:
        raise NotFound(f"no source '{name}'", allowed=nearest(name, rules.sources), next_step="See them with: troth sources")
    return rules.sources[name]


def _zone(source: Source, rules: Rules) -> str:
    return source.zone or rules.settings.zone or DEFAULT_ZONE
