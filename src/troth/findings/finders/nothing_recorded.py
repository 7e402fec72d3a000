"""Promises that fell due and have no fulfilment on record: how many, what they are worth, where they stopped."""

from __future__ import annotations

from statistics import median

from troth.findings.context import Context, day
from troth.findings.statement import Act, Evidence, Statement, Table, bars
from troth.findings.weighing import is_sample, strata
from troth.findings.words import beginning, count_of, done, plural, spoken, undone
from troth.kernel.money import spoken as money
from troth.promises import Promise

NAME = "nothing_recorded"
MONEY_KINDS = ("payment", "price", "amount")


def find(context: Context) -> list[Statement]:
    found = [_statement(context, name, promise) for name, promise in context.dated.items() if promise.kind == "customer"]
    return [s for s in found if s is not None]


def silent(context: Context, promise: Promise, alias: str = "o") -> str:
    """SQL: broken, with no fulfilment on record, of those whose first stage had begun."""
    begun = f" AND {alias}.{_begun(promise)} IS NOT NULL" if promise.stages else ""
    return f"{context.state(alias)} = 'broken' AND {alias}.fulfilled IS NULL{begun}"


def _statement(context: Context, name: str, promise: Promise) -> Statement | None:
    engine, subject = context.engine, promise.subject
    where = silent(context, promise)
    count = int(engine.rows(f"SELECT count(*) FROM outcome_{name} o WHERE {where}")[0][0])
    if not count:
        return None
    never_begun = (
        int(engine.rows(f"SELECT count(*) FROM outcome_{name} o WHERE {context.state()} = 'broken' AND o.fulfilled IS NULL")[0][0]) - count
    )
    worth = _worth(context, name, where)
    stopped = _stopped(context, name, promise, where)
    first = next(iter(promise.stages.values()), None)
    begun = f"{spoken(first.from_)} " if first and first.from_ != promise.anchor else ""
    noun = plural(subject) if count > 1 else subject.replace("_", " ")
    headline = f"{count:,} {begun}{noun} {_missing(promise.fulfil.what, count)}."
    if worth:
        headline += f" {money(worth[0], worth[1])}."
    where_stopped = "; ".join(f"{n:,} {label}" for label, n in stopped) + "." if stopped else ""
    late = _days_past(context, name, where)
    notes = _notes(context, subject, never_begun, worth)
    past = f"All are past their date, half of them by more than {late} days."
    said = (beginning(where_stopped), past, _liked(context, name, promise, where))
    upto = day(context.local_time(context.as_of))
    return Statement(
        id=f"{NAME}/{name}", finder=NAME, headline=headline,
        paragraph=" ".join(part for part in said if part),
        evidence=Evidence(count_of(count, subject), f"data up to {upto}", "certain as a count", None, notes),
        value=float(count), unit="count",
        sql=f"SELECT count(*) AS value\nFROM outcome_{name} o\nWHERE {where}",
        table=Table(("where it stopped", plural(subject)), tuple(stopped) or (("nothing recorded", count),)),
        weight=_weight(context, name, promise, where), owner=", ".join(promise.owners) or None,
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


def _stopped(context: Context, name: str, promise: Promise, where: str) -> list[tuple[str, int]]:
    """How many stand in each stage, in the stages' order."""
    stages = list(promise.stages.items())
    if not stages:
        return []
    cases = " ".join(f'WHEN o."{key}_to" IS NULL THEN {i}' for i, (key, _) in enumerate(stages))
    rows = context.engine.rows(
        f"SELECT CASE {cases} ELSE {len(stages)} END AS stage, count(*) FROM outcome_{name} o WHERE {where} GROUP BY 1 ORDER BY 1"
    )
    last = len(stages) - 1
    labels = [undone(stage.to) if i < last else f"{spoken(stage.from_)} and then nothing" for i, (_, stage) in enumerate(stages)]
    labels.append("through every stage and then nothing")
    return [(labels[int(i)], int(n)) for i, n in rows]


def _worth(context: Context, name: str, where: str) -> tuple[int, str] | None:
    """Recorded money of the kind that customers paid, else the largest kind, in one currency."""
    rows = context.engine.rows(
        f"SELECT m.kind, m.currency, sum(m.amount) FROM outcome_{name} o JOIN money m ON m.about_type = o.subject_type"
        f" AND m.about = o.subject WHERE {where} GROUP BY 1, 2 ORDER BY 3 DESC, 1"
    )
    if not rows:
        return None
    chosen = next((r for kind in MONEY_KINDS for r in rows if r[0] == kind), rows[0])
    return chosen[2], str(chosen[1])


def _days_past(context: Context, name: str, where: str) -> int:
    rows = context.engine.rows(f"SELECT epoch_us({context.now}) - epoch_us(o.due) FROM outcome_{name} o WHERE {where}")
    return int(median(int(r[0]) for r in rows) // 86_400_000_000)


def _liked(context: Context, name: str, promise: Promise, where: str) -> str:
    """Silent ones whose customer gave a top-two score: those probably did arrive."""
    rows = context.engine.rows(
        "SELECT count(*) FILTER (score >= high - 1), count(*), any_value(high) FROM (SELECT DISTINCT ON (f.about) f.score, f.high, f.low"
        f" FROM outcome_{name} o JOIN feedback f ON f.about_type = o.subject_type AND f.about = o.subject WHERE {where}"
        f" {_last_stage(promise)} ORDER BY f.about, f.answered DESC NULLS LAST, f.asked DESC NULLS LAST, f.source_row DESC)"
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


def _weight(context: Context, name: str, promise: Promise, where: str) -> float:
    known = strata(context, promise.subject)
    rows = context.engine.rows(f"SELECT o.stratum, count(*) FROM outcome_{name} o WHERE {where} GROUP BY 1")
    return float(sum(int(n) * (known[s].weight if s in known else 1) for s, n in rows))
