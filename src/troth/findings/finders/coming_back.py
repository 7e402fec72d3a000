"""Do customers with a late promise come back less often than those with a kept one?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from troth.engines.statistics import ShareDifference, newcombe, wilson
from troth.findings.context import Context, window
from troth.findings.related import Route, owned_sql, to_customer
from troth.findings.statement import Act, Evidence, Statement, Table
from troth.findings.weighing import strata
from troth.findings.words import count_of, interval, number, percent, plural, spoken
from troth.kernel.refusal import Refusal
from troth.promises import Promise

NAME = "coming_back"
FEWEST_RETURNS = 10


@dataclass(frozen=True, slots=True)
class Returns:
    """Late and kept subjects with a customer, and how many of them the same customer followed with a later one."""

    late: int
    late_again: int
    kept: int
    kept_again: int
    nobody: int


def find(context: Context) -> list[Statement]:
    asked = {name: promise for name, promise in context.dated.items() if promise.kind == "customer"}
    found = [_statement(context, name, promise, alone=len(asked) == 1) for name, promise in asked.items()]
    return [s for s in found if s is not None]


def _statement(context: Context, name: str, promise: Promise, *, alone: bool) -> Statement | None:
    ways = to_customer(context, promise)
    if not ways:
        return None
    returns, first, last = _returns(context, name, ways)
    if not returns.late or not returns.kept:
        return None
    many = plural(promise.subject)
    refusal = _refusal(context, name, promise, returns)
    difference = newcombe((returns.late_again, returns.late), (returns.kept_again, returns.kept))
    which = "" if alone else f" after “{promise.words}”"
    told = f"Do late customers come back less{which}?" if refusal else _headline(returns, difference)
    counted = (
        f"{count_of(returns.late_again, f'later {promise.subject}')} after {returns.late:,} late ones,"
        f" {returns.kept_again:,} after {returns.kept:,} kept ones."
    )
    value = "sum(late_again)" if refusal else "sum(late_again) / sum(late) - sum(kept_again) / sum(kept)"
    return Statement(
        id=f"{NAME}/{name}",
        finder=NAME,
        headline=told,
        paragraph=f"{counted} {refusal.reason} {refusal.settle}" if refusal else f"{counted} {_apart(difference)}",
        evidence=Evidence(
            f"{returns.late + returns.kept:,} {many}",
            f"due {window(context.local_time(first), context.local_time(last))}",
            "cannot say yet" if refusal else "association",
            None if refusal else f"{interval(difference.low, difference.high)} percentage points".replace("-", "−"),
            _notes(returns, many),
        ),
        value=float(returns.late_again) if refusal else difference.value,
        unit="count" if refusal else "share",
        sql=_sql(context, name, ways, f"{value} AS value"),
        table=_table(promise, returns),
        weight=_weight(context, name, promise),
        owner=", ".join(promise.owners) or None,
        acts=(Act("Show the numbers", "table"), Act("SQL", "sql")),
        refusal=refusal,
    )


def _sql(context: Context, name: str, ways: list[Route], select: str) -> str:
    """Late and kept subjects by whether the same customer has a later one of any state, in the order (made, id)."""
    return (
        f"WITH owned AS (\n{owned_sql(context, ways, '  ')}\n), lined AS (\n"
        "  SELECT o.subject, lead(o.subject) OVER (PARTITION BY w.code ORDER BY o.made, o.subject) IS NOT NULL AS again\n"
        f"  FROM owned w JOIN outcome_{name} o ON o.subject = w.subject\n), followed AS (\n"
        "  SELECT subject, bool_or(again) AS again FROM lined GROUP BY subject\n), judged AS (\n"
        f"  SELECT o.due, f.again, {context.state()} AS state\n"
        f"  FROM outcome_{name} o LEFT JOIN followed f ON f.subject = o.subject WHERE o.fulfilled IS NOT NULL\n"
        "), counted AS (\n"
        "  SELECT min(due) AS first_due, max(due) AS last_due,\n"
        "         count(*) FILTER (state = 'broken' AND again IS NOT NULL) AS late,\n"
        "         count(*) FILTER (state = 'broken' AND again) AS late_again,\n"
        "         count(*) FILTER (state = 'kept' AND again IS NOT NULL) AS kept,\n"
        "         count(*) FILTER (state = 'kept' AND again) AS kept_again,\n"
        "         count(*) FILTER (again IS NULL) AS nobody\n"
        "  FROM judged WHERE state IN ('broken', 'kept')\n)\n"
        f"SELECT {select}\nFROM counted"
    )


def _returns(context: Context, name: str, ways: list[Route]) -> tuple[Returns, datetime, datetime]:
    row = context.engine.rows(_sql(context, name, ways, "late, late_again, kept, kept_again, nobody, first_due, last_due"))[0]
    return Returns(*(int(n) for n in row[:5])), row[5], row[6]


def _refusal(context: Context, name: str, promise: Promise, returns: Returns) -> Refusal | None:
    many, later = plural(promise.subject), f"later {promise.subject}"
    got = f"{count_of(returns.late_again, later)} after {returns.late:,} late, {returns.kept_again:,} after {returns.kept:,} kept"
    kept_back = _sampled(context, name, promise)
    if kept_back:
        return Refusal(
            f"This file keeps {kept_back}, so most later {many} of a customer are not in it.",
            got,
            f"all {many} of these customers, and at least {FEWEST_RETURNS} later ones in each group",
            f"Load all {many}.",
        )
    fewer = min((returns.late_again, returns.late, "late"), (returns.kept_again, returns.kept, "kept"))
    if fewer[0] < FEWEST_RETURNS:
        pace = f", about {ceil(FEWEST_RETURNS * fewer[1] / fewer[0]):,} {fewer[2]} ones at this pace" if fewer[0] else ""
        return Refusal(
            "Too few came back to compare.",
            got,
            f"at least {FEWEST_RETURNS} later {many} in each group",
            f"A longer time of {many}{pace}.",
        )
    difference = newcombe((returns.late_again, returns.late), (returns.kept_again, returns.kept))
    if difference.low <= 0 <= difference.high:
        return Refusal(
            "The difference may be the usual ups and downs.",
            f"{got}; {_apart(difference)}",
            "a difference whose interval leaves out zero",
            f"A longer time of {many}.",
        )
    return None


def _sampled(context: Context, name: str, promise: Promise) -> str:
    """How much of the late and kept ones the file holds, where it holds a sample; the thinnest kind."""
    present = context.engine.rows(
        f"SELECT DISTINCT o.stratum FROM outcome_{name} o WHERE o.stratum IS NOT NULL AND o.fulfilled IS NOT NULL"
    )
    known = strata(context, promise.subject)
    thin = [known[s] for (s,) in present if s in known and known[s].population > known[s].seen]
    if not thin:
        thin = [s for s in known.values() if s.population > s.seen]
    if not thin:
        return ""
    worst = max(thin, key=lambda s: (s.weight, s.name or ""))
    noun = promise.subject.replace("_", " ")
    if worst.weight < 2:
        return f"{worst.seen:,} of {worst.population:,} {spoken(worst.name or '')} {plural(promise.subject)}"
    return f"one {spoken(worst.name or '')} {noun} in {number(worst.weight)}".replace("  ", " ")


def _headline(returns: Returns, difference: ShareDifference) -> str:
    less = "less" if difference.value < 0 else "more"
    late, kept = (percent(back / n) for back, n in ((returns.late_again, returns.late), (returns.kept_again, returns.kept)))
    return f"Late customers come back {less} often: {late}, against {kept} of those whose promise was kept."


def _apart(difference: ShareDifference) -> str:
    points = f"{difference.value * 100:+.1f} percentage points ({difference.low * 100:+.1f} to {difference.high * 100:+.1f})"
    return f"The difference is {points}.".replace("-", "−")


def _notes(returns: Returns, many: str) -> tuple[str, ...]:
    notes = [f"came back: the same customer has a later one among the {many} of the file, whatever became of it"]
    if returns.nobody:
        notes.append(f"{returns.nobody:,} without a customer left out")
    return tuple(notes)


def _table(promise: Promise, returns: Returns) -> Table:
    rows: list[tuple[str | int | float | None, ...]] = []
    for label, back, n in (("late", returns.late_again, returns.late), ("kept", returns.kept_again, returns.kept)):
        share = wilson(back, n)
        rows.append((label, n, back, *(round(x * 100, 2) for x in (share.value, share.low, share.high))))
    return Table((f"{promise.subject.replace('_', ' ')} was", plural(promise.subject), "came back", "%", "low %", "high %"), tuple(rows))


def _weight(context: Context, name: str, promise: Promise) -> float:
    """Estimated number of late ones."""
    known = strata(context, promise.subject)
    rows = context.engine.rows(
        f"SELECT o.stratum, count(*) FROM outcome_{name} o WHERE {context.state()} = 'broken' AND o.fulfilled IS NOT NULL"
        " GROUP BY o.stratum ORDER BY o.stratum"
    )
    return float(sum(int(n) * (known[s].weight if s in known else 1) for s, n in rows))
