"""Each Monday: on time of those fulfilled so far, against all that had fallen due, as known that morning."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median

from troth.findings.context import Context
from troth.findings.kept import share_of
from troth.findings.statement import Act, Evidence, Figure, Statement, Table
from troth.findings.weighing import Counts, is_sample, merged, seen, strata, total
from troth.findings.words import done, interval, percent, plural, spoken

NAME = "monday_replay"
LEAST_MONDAYS = 8
LEAST_GAP = Fraction(1, 100)
SETTLING = timedelta(days=30)
COUNTED = ("n", "done", "kept", "final", "unknown")


@dataclass(frozen=True, slots=True)
class Monday:
    """One Monday morning: what had fallen due in the seven days before, and what of it was known to be done.

    counts: n fell due, done and kept by that morning; final and unknown: kept, or not to be told, by all that the record says.
    """

    morning: date
    counts: list[Counts]

    def shown(self) -> Fraction | None:
        done = total(self.counts, "done")
        return total(self.counts, "kept") / done if done else None

    def true(self) -> Fraction:
        return total(self.counts, "kept") / total(self.counts, "n")


def find(context: Context) -> list[Statement]:
    main = context.main_promise()
    statement = _statement(context, main) if main else None
    return [statement] if statement else []


def _statement(context: Context, name: str) -> Statement | None:
    promise = context.promises[name]
    mondays = between(context, name, mondays_of(context, name))
    if len(mondays) < LEAST_MONDAYS:
        return None
    pooled = [c for monday in mondays for c in monday.counts]
    shown, true = share_of(merged(pooled), "kept", "done"), share_of(merged(pooled), "kept", "n")
    if Fraction(shown.value) - Fraction(true.value) < LEAST_GAP:
        return None
    event = _so_far(promise.fulfil.what)
    not_yet = done(promise.fulfil.what)
    labels = [monday.morning.isoformat() for monday in mondays]
    upper = [None if (s := monday.shown()) is None else round(float(s) * 100, 1) for monday in mondays]
    lower = [round(float(monday.true()) * 100, 1) for monday in mondays]
    spec = {
        "y": {"low": int(min(lower) // 10 * 10), "high": 100, "unit": "%"}, "labels": labels, "replay": True,
        "upper": {"label": f"{event} so far", "points": upper}, "lower": {"label": "of all due", "points": lower},
    }  # fmt: skip
    return Statement(
        id=f"{NAME}/{name}", finder=NAME,
        headline=f"Each Monday you were shown {shown.value * 100:.0f} of every 100 on time. It was {true.value * 100:.0f}.",
        paragraph=f"Counting only {plural(promise.subject)} {not_yet} hides the others. Of all that had fallen due in the week before,"
        f" {100 - true.value * 100:.0f} of every 100 were late or still open that same morning.",
        evidence=Evidence(
            f"{len(mondays)} Mondays, {seen(pooled, 'n'):,} promises in the file", f"{labels[0]} to {labels[-1]}", "measured",
            f"{event} so far {percent(shown.value)} ({interval(shown.low, shown.high)}), of all due {percent(true.value)}"
            f" ({interval(true.low, true.high)})",
            ("known that same morning; what does not count by now is left out throughout",),
        ),
        value=shown.value - true.value, unit="share", sql=_sql(context, name, mondays),
        table=Table(("Monday", "due the week before", f"{event} so far", "kept", "shown %", "of all due %"), tuple(
            (label, seen(m.counts, "n"), seen(m.counts, "done"), seen(m.counts, "kept"), up, low)
            for label, m, up, low in zip(labels, mondays, upper, lower, strict=True)
        )),
        weight=float(total(pooled, "n") - total(pooled, "kept")), owner=", ".join(promise.owners) or None,
        acts=(Act("Replay a Monday", "replay", primary=True), Act("SQL", "sql")),
        estimated=is_sample(context, promise.subject),
        figure=Figure("gap", f"{event} so far, and of all due", spec),
    )  # fmt: skip


def _so_far(event: str) -> str:
    return spoken(event) if done(event) == spoken(event) else "done"


def mondays_of(context: Context, name: str, *, hour: int = 0, upto: str | None = None) -> list[Monday]:
    """Every Monday with something due in its week, as known at an hour of its morning on the operation's clock.

    upto: SQL of the instant by which it fell due, that of the record's end without one.
    """
    known = strata(context, context.promises[name].subject)
    by_morning: dict[date, list[Counts]] = defaultdict(list)
    for morning, stratum, *counted in context.engine.rows(_weekly_sql(context, name, hour=hour, upto=upto)):
        by_morning[morning].append(Counts(known[stratum], dict(zip(COUNTED, map(int, counted), strict=True))))
    return [Monday(morning, by_morning[morning]) for morning in sorted(by_morning)]


def _weekly_sql(context: Context, name: str, *, hour: int = 0, upto: str | None = None) -> str:
    """Counts by Monday and stratum. The Monday of a due day is the first one after it."""
    local_due = context.local("o.due")
    morning = f"monday + INTERVAL {hour} HOUR" if hour else "monday"
    return (
        "WITH fell AS (\n"
        f"  SELECT o.stratum, CAST(date_trunc('week', {local_due}) AS DATE) + 7 AS monday, o.due, o.fulfilled,\n"
        f"         {context.local('o.fulfilled')} AS arrived, {context.state()} AS state\n"
        f"  FROM outcome_{name} o WHERE {context.state()} NOT IN ('void', 'waived') AND o.due <= {upto or context.now}\n)\n"
        f"SELECT monday, stratum, count(*) AS n, count(*) FILTER (arrived < {morning}) AS done,\n"
        f"       count(*) FILTER (arrived < {morning} AND state = 'kept') AS kept,\n"
        "       count(*) FILTER (state = 'kept') AS final, count(*) FILTER (state = 'unknown') AS unknown\n"
        "FROM fell GROUP BY monday, stratum ORDER BY monday, stratum"
    )


def between(context: Context, name: str, mondays: list[Monday]) -> list[Monday]:
    """Mondays in which the record speaks fully.

    From the first whose week was as busy as the median week, so that a slow start does not count, to the last one that lies
    thirty days before the last fulfilment on record, so that a file which ends does not look like lateness.
    """
    came = [seen(m.counts, "done") for m in mondays]
    busy = [d for d in came if d]
    last = context.engine.rows(f"SELECT max(fulfilled) FROM outcome_{name}")[0][0]
    if not busy or not isinstance(last, datetime):
        return []
    level = median(busy)
    first = next((m.morning for m, d in zip(mondays, came, strict=True) if d >= level), date.max)
    end = (context.local_time(last) - SETTLING).date()
    return [m for m in mondays if first <= m.morning <= end]


def _sql(context: Context, name: str, mondays: list[Monday]) -> str:
    first, last = mondays[0].morning, mondays[-1].morning
    return (
        f"WITH weekly AS (\n{_weekly_sql(context, name)}\n), weighed AS (\n"
        "  SELECT n, done, kept, coalesce(s.population, 1) AS population, coalesce(s.seen, 1) AS seen\n"
        f"  FROM weekly w LEFT JOIN stratum s ON s.stratum = w.stratum AND s.object_type = '{context.promises[name].subject}'\n"
        f"  WHERE monday BETWEEN DATE '{first}' AND DATE '{last}'\n)\n"
        "SELECT sum(kept * population / seen) / sum(done * population / seen)\n"
        "     - sum(kept * population / seen) / sum(n * population / seen) AS value\nFROM weighed"
    )
