"""Promises that fell due and have no fulfilment on record: how many, what they are worth, where they stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from troth.findings.context import Context, day
from troth.findings.statement import Act, Evidence, Statement, Table, bars
from troth.findings.weighing import is_sample, strata
from troth.findings.words import beginning, count_of, done, plural, spoken, undone
from troth.kernel.money import spoken as money
from troth.promises import Promise
from troth.query import literal_text

NAME = "nothing_recorded"
MONEY_KINDS = ("payment", "price", "amount")


def find(context: Context) -> list[Statement]:
    found = [_statement(context, name, promise) for name, promise in context.dated.items() if promise.kind == "customer"]
    return [s for s in found if s is not None]


def silent(context: Context, promise: Promise, alias: str = "o") -> str:
    """SQL: broken, with no fulfilment on record, of those whose first stage had begun."""
    return f"{_missed(context, alias)}{_if_begun(promise, alias)}"


def _missed(context: Context, alias: str = "o") -> str:
    return f"{context.state(alias)} = 'broken' AND {alias}.fulfilled IS NULL"


def _if_begun(promise: Promise, alias: str = "o") -> str:
    return f" AND {alias}.{_begun(promise)} IS NOT NULL" if promise.stages else ""


@contextmanager
def _held(context: Context, name: str, promise: Promise) -> Iterator[str]:
    """A table of the engine's with what was missed, while much is asked of these few among all."""
    table = f"missed_{name}"
    stages = "".join(f', o."{key}_from", o."{key}_to"' for key in promise.stages)
    context.engine.run(
        f"CREATE OR REPLACE TABLE {table} AS SELECT o.subject, o.stratum, o.due{stages} FROM outcome_{name} o WHERE {_missed(context)}"
    )
    try:
        yield table
    finally:
        context.engine.run(f"DROP TABLE {table}")


def _statement(context: Context, name: str, promise: Promise) -> Statement | None:
    with _held(context, name, promise) as table:
        return _told(context, name, promise, f"{table} o WHERE TRUE{_if_begun(promise)}", table)


def _told(context: Context, name: str, promise: Promise, those: str, missed: str) -> Statement | None:
    """those: SQL of the rows that are told of, after FROM; missed: the table of these and of those that never began."""
    engine, subject, where = context.engine, promise.subject, silent(context, promise)
    count = int(engine.rows(f"SELECT count(*) FROM {those}")[0][0])
    if not count:
        return None
    never_begun = int(engine.rows(f"SELECT count(*) FROM {missed}")[0][0]) - count
    worth = _worth(context, promise, those)
    stopped = _stopped(context, promise, those)
    first = next(iter(promise.stages.values()), None)
    begun = f"{spoken(first.from_)} " if first and first.from_ != promise.anchor else ""
    noun = plural(subject) if count > 1 else subject.replace("_", " ")
    headline = f"{count:,} {begun}{noun} {_missing(promise.fulfil.what, count)}."
    if worth:
        headline += f" {money(worth[0], worth[1])}."
    where_stopped = "; ".join(f"{n:,} {label}" for label, n in stopped) + "." if stopped else ""
    late = _days_past(context, those)
    notes = _notes(context, subject, never_begun, worth)
    past = f"All are past their date, half of them by more than {late} days."
    said = (beginning(where_stopped), past, _liked(context, promise, those))
    upto = day(context.local_time(context.as_of))
    return Statement(
        id=f"{NAME}/{name}", finder=NAME, headline=headline,
        paragraph=" ".join(part for part in said if part),
        evidence=Evidence(count_of(count, subject), f"data up to {upto}", "certain as a count", None, notes),
        value=float(count), unit="count",
        sql=f"SELECT count(*) AS value\nFROM outcome_{name} o\nWHERE {where}",
        table=Table(("where it stopped", plural(subject)), tuple(stopped) or (("nothing recorded", count),)),
        weight=_weight(context, promise, those), owner=", ".join(promise.owners) or None,
        acts=(Act("Show the list", "orders", primary=True), Act("SQL", "sql")),
        figure=bars("where they stopped", [(label, n / count, f"{n / count:.0%}".replace("%", " %"), "missed" if i == 0 else "waiting")
                                           for i, (label, n) in enumerate(stopped)]) if stopped else None,
        orders_sql=f"SELECT s.id FROM outcome_{name} o JOIN object_{subject} s ON s.code = o.subject WHERE {where} ORDER BY s.id",
        orders_count=count,
    )  # fmt: skip


def _missing(event: str, count: int) -> str:
    if done(event) == spoken(event):
        return f"{'are' if count > 1 else 'is'} not recorded as {spoken(event)}"
    return f"{'have' if count > 1 else 'has'} no “{spoken(event)}”"


def _begun(promise: Promise) -> str:
    return f'"{next(iter(promise.stages))}_from"'


def _stopped(context: Context, promise: Promise, those: str) -> list[tuple[str, int]]:
    """How many stand in each stage, in the stages' order."""
    stages = list(promise.stages.items())
    if not stages:
        return []
    cases = " ".join(f'WHEN o."{key}_to" IS NULL THEN {i}' for i, (key, _) in enumerate(stages))
    rows = context.engine.rows(f"SELECT CASE {cases} ELSE {len(stages)} END AS stage, count(*) FROM {those} GROUP BY 1 ORDER BY 1")
    last = len(stages) - 1
    labels = [undone(stage.to) if i < last else f"{spoken(stage.from_)} and then nothing" for i, (_, stage) in enumerate(stages)]
    labels.append("through every stage and then nothing")
    return [(labels[int(i)], int(n)) for i, n in rows]


def _worth(context: Context, promise: Promise, those: str) -> tuple[int, str] | None:
    """Recorded money of the kind that customers paid, else the largest kind, in one currency."""
    rows = context.engine.rows(
        f"SELECT m.kind, m.currency, sum(m.amount) FROM (SELECT o.subject FROM {those}) o JOIN money m ON m.about = o.subject"
        f" WHERE m.about_type = {literal_text(promise.subject)} GROUP BY 1, 2 ORDER BY 3 DESC, 1"
    )
    if not rows:
        return None
    chosen = next((r for kind in MONEY_KINDS for r in rows if r[0] == kind), rows[0])
    return chosen[2], str(chosen[1])


def _days_past(context: Context, those: str) -> int:
    rows = context.engine.rows(f"SELECT epoch_us({context.now}) - epoch_us(o.due) FROM {those}")
    return int(median(int(r[0]) for r in rows) // 86_400_000_000)


def _liked(context: Context, promise: Promise, those: str) -> str:
    """Silent ones whose customer gave a top-two score: those probably did arrive."""
    rows = context.engine.rows(
        "SELECT count(*) FILTER (score >= high - 1), count(*), any_value(high) FROM (SELECT DISTINCT ON (f.about) f.score, f.high, f.low"
        f" FROM (SELECT o.subject FROM {those} {_last_stage(promise)}) o JOIN feedback f ON f.about = o.subject"
        f" WHERE f.about_type = {literal_text(promise.subject)}"
        " ORDER BY f.about, f.answered DESC NULLS LAST, f.asked DESC NULLS LAST, f.source_row DESC)"
    )[0]
    liked, answered = int(rows[0]), int(rows[1])
    if not liked:
        return ""
    high = int(rows[2])
    which = f" {spoken(list(promise.stages.values())[-1].from_)}" if promise.stages else ""
    return f"Some did arrive: {liked:,} of the {answered:,}{which} gave {high - 1} or {high} of {high}. Ask before you refund."


def _last_stage(promise: Promise) -> str:
    return f'AND o."{list(promise.stages)[-1]}_from" IS NOT NULL' if promise.stages else ""


def _notes(context: Context, subject: str, never_begun: int, worth: tuple[int, str] | None) -> tuple[str, ...]:
    notes = []
    if is_sample(context, subject):
        notes.append("these are complete, not a sample")
    if never_begun:
        notes.append(f"{count_of(never_begun, subject)} more never began their first stage")
    if worth:
        notes.append(f"recorded exactly {worth[1]} {worth[0]:,.2f}")
    return tuple(notes)


def _weight(context: Context, promise: Promise, those: str) -> float:
    known = strata(context, promise.subject)
    rows = context.engine.rows(f"SELECT o.stratum, count(*) FROM {those} GROUP BY 1")
    return float(sum(int(n) * (known[s].weight if s in known else 1) for s, n in rows))
