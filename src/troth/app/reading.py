"""From a published snapshot to the page `What your files say`, as plain data that every face renders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from troth import __version__
from troth.app.answers.unmatched import told_of
from troth.app.building.build import balances_of
from troth.app.building.contracts import notices
from troth.app.building.judging import DEFAULT_ZONE, MARGIN_US
from troth.app.past.known import Known
from troth.app.past.known import told as told_known
from troth.app.rulebook.rules import Rules, read_rules
from troth.app.starting.guesses import read_guesses
from troth.app.workspace import Progress, Workspace, silent
from troth.app.writing import csv_of, write_whole
from troth.book.lint import UNSAVED_EDIT
from troth.book.versions import UNSAVED
from troth.engines.calendars import transitions
from troth.findings import RULE, Context, Statement, refused, told
from troth.findings.keeping import Findings, found
from troth.findings.words import beginning, number, of_hundred
from troth.kernel.errors import NotFound
from troth.kernel.instant import to_us
from troth.kernel.money import NO_CURRENCY
from troth.metrics import Rollups
from troth.promises import PROMISES, Promise
from troth.promises.definition import Stage
from troth.record import Engine, Snapshot
from troth.sources import Balance

Page = dict[str, Any]


def read_page(workspace: Workspace, known: Known | None = None, *, progress: Progress = silent) -> Page:
    """The page of the snapshot in force, or of what was known at an instant, with the lists of orders written beside it.

    Raises NotFound when nothing was built yet.
    """
    reading = open_reading(workspace, known)
    progress("finding what can be said")
    statements = findings_of(reading)
    lists = _write_lists(workspace, reading, statements)
    views = f"views{_apart(reading)}.sql"
    write_whole(workspace.state / "lake" / views, workspace.lake.views(reading.snapshot))
    return told_page(reading, statements, lists, str(Path("..") / workspace.state.name / "lake"), views)


@dataclass(frozen=True, slots=True)
class Reading:
    """A snapshot opened once, to be asked many times. known: where it is not the one in force. rollups, findings: of it
    that are kept. cut: to the scope of somebody who does not see the whole operation.
    """

    rules: Rules
    snapshot: Snapshot
    context: Context
    known: Known | None = None
    rollups: Rollups | None = None
    findings: Findings | None = None
    cut: bool = False


def open_reading(workspace: Workspace, known: Known | None = None) -> Reading:
    """The snapshot in force, or that of what was known at an instant, attached to an engine of its own.

    Raises NotFound when nothing was built yet.
    """
    snapshot = known.snapshot if known else workspace.lake.current()
    if snapshot is None:
        raise NotFound("nothing was built yet", next_step="Run: troth build")
    rules = known.rules if known else read_rules(workspace)
    engine = workspace.engine()
    workspace.lake.attach(engine, snapshot)
    rollups, findings = workspace.rollups(snapshot.id), workspace.findings(snapshot.id)
    return Reading(rules, snapshot, _context(engine, snapshot, rules), known, rollups, findings)


def findings_of(reading: Reading) -> tuple[Statement, ...]:
    """Every finder's statements, in their order; of a large record found once."""
    return found(reading.context, reading.snapshot.judged, reading.findings)


def _apart(reading: Reading) -> str:
    """What is written of a past beside the page must not take the place of what is in force."""
    return f"-{reading.snapshot.id[:12]}" if reading.known else ""


def _context(engine: Engine, snapshot: Snapshot, rules: Rules) -> Context:
    judged = {
        name: _with_stages(d.value, snapshot.facts["promises"][name])
        for name, d in rules.promises.items()
        if f"outcome_{name}" in snapshot.schemas
    }
    tables = {table: tuple(c.name for c in columns) for table, columns in snapshot.schemas.items()}
    zone = snapshot.facts.get("zone") or DEFAULT_ZONE
    clock = transitions(zone, int(snapshot.facts["first_us"]) - MARGIN_US, to_us(snapshot.as_of) + 2 * MARGIN_US)
    return Context(engine, judged, tables, snapshot.as_of, clock, snapshot.facts.get("currency") or NO_CURRENCY)


def _with_stages(promise: Promise, told: Mapping[str, Any]) -> Promise:
    """The promise with what its outcomes are about, of one that comes again its turns, and with their stages: those of every variant."""
    promise = promise.model_copy(update={"subject": told["subject"]})
    known = {key: Stage.model_validate(stage) for key, stage in told["stages"]}
    return promise.model_copy(update={"stages": {**known, **{key: promise.stages[key] for key in known if key in promise.stages}}})


def told_page(reading: Reading, statements: Sequence[Statement], lists: Mapping[str, str], lake: str, views: str) -> Page:
    """The page of what was found. lists: by statement, where its list of ids is. lake, views: where the SQL can be run, for whom it is.

    What the files hold as a whole, and what is wrong with them, is not told of a reading that is cut to a scope.
    """
    rules, snapshot, context = reading.rules, reading.snapshot, reading.context
    whole = not reading.cut
    said = [statement_data(s, lists) for s in told(statements)]
    lead = next((s for s in statements if s.leads), None)
    guesses = read_guesses(rules.root) if whole else []
    return {
        "title": "What your files say",
        "operation": rules.settings.name,
        "headline": _headline(lead, context),
        "lede": _lede(lead, context),
        "as_of": _moment(context.local_time(snapshot.as_of)),
        "zone": snapshot.facts.get("zone") or DEFAULT_ZONE,
        "corrections": _corrections(snapshot, context) if whole else [],
        "calendars": _calendars(snapshot, context) if whole else [],
        "known": told_known(reading.known, _moment(context.local_time(reading.known.at))) if reading.known else None,
        "warnings": _warnings(snapshot, context, rules) if whole else [],
        "found": [
            {"promise": name, "words": p.words, "evidence": p.guess or "defined in the book"} for name, p in context.promises.items()
        ],
        "statements": said,
        "cannot_say": [statement_data(s, lists) for s in refused(statements)],
        "sources": [_source(b, snapshot) for b in balances_of(snapshot)] if whole else [],
        "parties": [told_of(name, said) for name, said in sorted(snapshot.facts.get("identity", {}).items())] if whole else [],
        "guesses": guesses,
        "where_delay_arose": _delay(said),
        "snapshot": snapshot.id[:12],
        "book_hash": snapshot.book_hash[:12],
        "version": __version__,
        "ranking": RULE,
        "lake": lake,
        "views": views,
        "data": None if reading.known else "data.html",
    }


def statement_data(statement: Statement, lists: Mapping[str, str]) -> dict[str, Any]:
    """A statement as JSON: the public form of `--json`, documented in the reference."""
    data = asdict(statement)
    figure = data.pop("figure")
    data["owner"] = statement.owner or "nobody yet"
    data["figure"] = {"kind": figure["kind"], "caption": figure["caption"], **figure["spec"]} if figure else None
    data["orders"] = {"file": lists[statement.id], "count": statement.orders_count} if statement.id in lists else None
    for inner in ("orders_sql", "orders_count", "leads", "weight"):
        data.pop(inner)
    return data


def _headline(lead: Statement | None, context: Context) -> str:
    if lead is not None:
        return f"{beginning(of_hundred(lead.value))} promises that fell due were kept."
    if context.promises:
        return "Promises were found, but too few have fallen due to say how they were kept."
    return "We found no promise in these files."


def _lede(lead: Statement | None, context: Context) -> str:
    data = f"data up to {_moment(context.local_time(context.as_of))}"
    if lead is None:
        return beginning(data)
    parts = [lead.evidence.n, *lead.evidence.notes[:1], data]
    return " · ".join(p for p in parts if p)


def _warnings(snapshot: Snapshot, context: Context, rules: Rules) -> list[str]:
    found = []
    naive = [name for name, said in snapshot.facts["sources"].items() if said["naive"] and not said["zone"]]
    if snapshot.facts.get("zone") is None and naive:
        found.append(f"Times that bear no zone are read as {DEFAULT_ZONE}. Set `zone:` in troth.yaml to make days and hours certain.")
    if context.engine.rows("SELECT count(*) FROM money WHERE currency = ?", (NO_CURRENCY,))[0][0]:
        found.append("Amounts bear no currency. Set `currency:` in troth.yaml.")
    waiting = sorted({problem.path for problem in rules.warnings if problem.cause.startswith(UNSAVED_EDIT)})
    if waiting:
        found.append(
            f"Edits of {', '.join(waiting)} are not saved and bind nothing yet: run `troth book save`, or date them with `since:`."
        )
    found += [
        _not_yet(promise.words, name, rules, snapshot.as_of, context)
        for name, promise in context.promises.items()
        if _saved_later(rules, name, snapshot.as_of)
    ]
    found += notices(snapshot)
    held = sum(b.quarantined + b.cells for b in balances_of(snapshot))
    if held:
        found.append(f"{number(held)} rows or cells could not be used and stand in quarantine with their reasons.")
    return found


def _saved_later(rules: Rules, name: str, as_of: datetime) -> datetime | None:
    """When other terms begin, if they bind nothing on record."""
    now = rules.book.version(PROMISES.name, name, as_of)
    later = [version for version in rules.book.versions(PROMISES.name, name) if as_of < version.since < UNSAVED]
    return later[-1].since if later and (now is None or later[-1].content != now.content) else None


def _not_yet(words: str, name: str, rules: Rules, as_of: datetime, context: Context) -> str:
    begins = _saved_later(rules, name, as_of)
    assert begins is not None
    on = context.local_time(begins)
    return (
        f"The latest terms of '{words}' bind what is made from {on.day} {on:%b %Y} on; all that is on record keeps those before."
        " Write `since:` to date them earlier, or `restates: true` if they correct a mistake."
    )


def _corrections(snapshot: Snapshot, context: Context) -> list[str]:
    return [
        _corrected(context.promises[name].words, told["corrected"], context)
        for name, told in snapshot.facts["promises"].items()
        if told.get("corrected") and name in context.promises
    ]


def _calendars(snapshot: Snapshot, context: Context) -> list[str]:
    """That the hours of a calendar changed, and for how many promises that were open then."""
    return [
        _moved(context.promises[name].words, change, context)
        for name, told in snapshot.facts["promises"].items()
        for change in told.get("calendars", ())
        if name in context.promises and change["open"]
    ]


def _moved(words: str, change: Mapping[str, Any], context: Context) -> str:
    on = context.local_time(datetime.fromisoformat(str(change["on"])))
    return (
        f"The hours of '{change['calendar']}' changed on {on.day} {on:%b %Y}: {number(change['open'])} promises '{words}' that were open"
        " then count the time that was left by the new hours; what was due or kept before stands."
    )


def _corrected(words: str, changes: Sequence[Mapping[str, Any]], context: Context) -> str:
    """That terms were corrected, and what that changed."""
    total = sum(int(change["subjects"]) for change in changes)
    on = context.local_time(max(datetime.fromisoformat(str(change["on"])) for change in changes))
    moved = [
        f"{number(change['subjects'])} {change['before']} became {change['after']}"
        for change in changes
        if change["before"] != change["after"]
    ]
    told = ", ".join(moved) or "none changed its state"
    return f"'{words}' was corrected on {on.day} {on:%b %Y} and {number(total)} promises were judged anew: {told}."


def _source(balance: Balance, snapshot: Snapshot) -> dict[str, Any]:
    said = snapshot.facts["sources"][balance.source]
    return {
        **asdict(balance),
        "files": list(balance.files),
        "file": ", ".join(balance.files),
        "steward": said["steward"],
    }


def _delay(statements: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    for statement in statements:
        if statement["finder"] == "where_delay_arose" and statement["figure"]:
            return {"rows": statement["figure"]["rows"], "caption": statement["figure"]["caption"]}
    return None


def _moment(instant: datetime) -> str:
    return f"{instant:%a} {instant.day} {instant:%b %Y %H:%M}"


def _write_lists(workspace: Workspace, reading: Reading, statements: Sequence[Statement]) -> dict[str, str]:
    """One CSV of ids beside the page for every statement that has orders behind it; spreadsheets must not run what they open."""
    engine, name_of = reading.context.engine, f"orders{_apart(reading)}"
    folder = workspace.pages / name_of
    written = {}
    for statement in statements:
        if statement.orders_sql is None:
            continue
        name = statement.id.replace("/", "-").replace("_", "-") + ".csv"
        write_whole(folder / name, csv_of(("id",), ((str(row[0]),) for row in engine.rows(statement.orders_sql))))
        written[statement.id] = f"{name_of}/{name}"
    return written
