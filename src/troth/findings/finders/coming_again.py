"""How many come again, and after how long, where nothing is promised of what they come for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from troth.engines.statistics import wilson
from troth.findings.context import Context, window
from troth.findings.statement import Act, Evidence, Statement, Table, bars
from troth.findings.weighing import is_sample
from troth.findings.words import interval, of_hundred, percent, plural, spoken
from troth.kernel.refusal import Refusal
from troth.query import literal_text

NAME = "coming_again"
CUSTOMER = "customer"
FEWEST = 10
HORIZONS = (365, 90, 30)
STEPS = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, None))


@dataclass(frozen=True, slots=True)
class Visits:
    """Who is seen, and at what. seen: of SQL with the columns code, day (local). about: the type that may be a sample."""

    who: str
    at: str
    seen: str
    about: str


@dataclass(frozen=True, slots=True)
class Back:
    """Of those whose first day lies at least `days` before the end, how many were seen again within these days."""

    days: int
    first: int
    again: int


def find(context: Context) -> list[Statement]:
    """One statement for each type of those who come, be it by events of their own or by what is theirs."""
    if not context.has("event"):
        return []
    found = [_statement(context, visits) for visits in (*_own(context), *_theirs(context))]
    return [s for s in found if s is not None]


def _own(context: Context) -> list[Visits]:
    """Types to whose objects one thing only happens, more than once."""
    known: dict[str, list[str]] = {}
    for type, event, *_ in context.event_types:
        known.setdefault(str(type), []).append(str(event))
    day = f"CAST({context.local('e.occurred')} AS DATE)"
    subjects = {promise.subject for promise in context.promises.values()}
    return [
        Visits(
            type, f"“{spoken(events[0])}”",
            f"SELECT DISTINCT e.object AS code, {day} AS day\n  FROM event e WHERE e.object_type = {literal_text(type)}", type,
        )
        for type, events in known.items() if len(events) == 1 and type not in subjects and not context.has_parties(type)
    ]  # fmt: skip


def _theirs(context: Context) -> list[Visits]:
    """Objects of customers, seen when they begin."""
    if not context.has("relation"):
        return []
    subjects = {promise.subject for promise in context.promises.values()}
    rows = context.engine.rows("SELECT DISTINCT from_type, to_type FROM relation WHERE to_type = ? ORDER BY ALL", (CUSTOMER,))
    first = f"CAST({context.local('e.began')} AS DATE)"
    return [
        Visits(
            CUSTOMER, f"a new {spoken(str(type))}",
            f"SELECT DISTINCT r.to_code AS code, {first} AS day\n  FROM relation r JOIN (\n"
            f"    SELECT object, min(occurred) AS began FROM event WHERE object_type = {literal_text(str(type))} GROUP BY object\n"
            f"  ) e ON e.object = r.from_code\n  WHERE r.from_type = {literal_text(str(type))} AND r.to_type = {literal_text(CUSTOMER)}",
            str(type),
        )
        for type, _ in rows if type not in subjects and not context.has_parties(CUSTOMER)
    ]  # fmt: skip


def _statement(context: Context, visits: Visits) -> Statement | None:
    many = plural(visits.who)
    row = context.engine.rows(_sql(visits, "count(*), count(*) FILTER (days > 1), min(first_day), max(last_day)"))[0]
    who, again, first, last = int(row[0]), int(row[1]), row[2], row[3]
    if who < FEWEST or not again:
        return None
    times = window(datetime.combine(first, datetime.min.time()), datetime.combine(last, datetime.min.time()))
    refusal = _refusal(context, visits)
    back = None if refusal else _back(context, visits, (last - first).days)
    counted = f"{again:,} of {who:,} {many} were seen on a second day or more."
    told = (counted, _between(context, visits), _told(back, many))
    share = wilson(back.again, back.first) if back else None
    return Statement(
        id=f"{NAME}/{visits.about}",
        finder=NAME,
        headline=f"How many {many} come again?" if refusal else f"{_beginning(again, who)} {many} were seen again on a later day.",
        paragraph=f"{refusal.reason} {refusal.settle}" if refusal else " ".join(part for part in told if part),
        evidence=Evidence(
            f"{who:,} {many}",
            times,
            "cannot say yet" if refusal else "certain as a count",
            f"{interval(share.low, share.high)} % within {back.days} days" if share and back else None,
            (f"seen: {visits.at}; several on one day count once", "those first seen near the end had little time to come again"),
        ),
        value=float(again) if refusal else again / who,
        unit="count" if refusal else "share",
        sql=_sql(visits, "count(*) FILTER (days > 1) AS value" if refusal else "count(*) FILTER (days > 1) / count(*) AS value"),
        table=Table(("days seen", many, "%"), tuple((label, n, round(100 * n / who, 2)) for label, n in _steps(context, visits))),
        weight=float(who),
        acts=(Act("Show the numbers", "table"), Act("SQL", "sql")),
        figure=None if refusal else bars(
            f"{many} by the days on which they were seen",
            [(label, float(n), f"{n:,}", "accent" if label != "1" else "soft") for label, n in _steps(context, visits)],
        ),
        refusal=refusal,
    )  # fmt: skip


def _beginning(again: int, who: int) -> str:
    said = of_hundred(again / who)
    return said[:1].upper() + said[1:]


def _sql(visits: Visits, select: str) -> str:
    """Those who were seen, one row each: first_day, last_day, days, and second_day, NULL where there is none."""
    return (
        f"WITH seen AS (\n  {visits.seen}\n), lined AS (\n"
        "  SELECT code, day, lead(day) OVER (PARTITION BY code ORDER BY day) AS next_day,\n"
        "         row_number() OVER (PARTITION BY code ORDER BY day) AS nth FROM seen\n"
        "), who AS (\n"
        "  SELECT code, min(day) AS first_day, max(day) AS last_day, count(*) AS days,\n"
        "         max(next_day) FILTER (nth = 1) AS second_day FROM lined GROUP BY code\n)\n"
        f"SELECT {select}\nFROM who"
    )


def _between(context: Context, visits: Visits) -> str:
    """The median of the days from one to the next, over all who came again."""
    rows = context.engine.rows(
        f"SELECT quantile_disc(d, 0.5) FROM (SELECT day - lag(day) OVER (PARTITION BY code ORDER BY day) AS d FROM ({visits.seen}))"
        " WHERE d IS NOT NULL"
    )
    days = int(rows[0][0])
    return f"Half of the times between one day and the next are {days:,} day{'' if days == 1 else 's'} or less."


def _back(context: Context, visits: Visits, span: int) -> Back | None:
    """Those alone who had the time, within the longest of HORIZONS that is no more than half of the file's."""
    days = next((h for h in HORIZONS if 2 * h <= span), None)
    if days is None:
        return None
    had = f"first_day <= (SELECT max(last_day) FROM who) - {days}"
    first, again = context.engine.rows(
        _sql(visits, f"count(*) FILTER ({had}), count(*) FILTER ({had} AND second_day <= first_day + {days})")
    )[0]
    return Back(days, int(first), int(again)) if first >= FEWEST else None


def _told(back: Back | None, many: str) -> str:
    if back is None:
        return ""
    return (
        f"Of the {back.first:,} {many} first seen {back.days} days or more before the end of the data,"
        f" {percent(back.again / back.first)} were back within {back.days} days."
    )


def _steps(context: Context, visits: Visits) -> list[tuple[str, int]]:
    labels = [(f"{low} or more" if high is None else str(low) if low == high else f"{low} to {high}", low, high) for low, high in STEPS]
    wanted = ", ".join(f"count(*) FILTER (days >= {low}{f' AND days <= {high}' if high else ''})" for _, low, high in labels)
    counts = context.engine.rows(_sql(visits, wanted))[0]
    return [(label, int(n)) for (label, _, _), n in zip(labels, counts, strict=True) if n]


def _refusal(context: Context, visits: Visits) -> Refusal | None:
    if not is_sample(context, visits.about):
        return None
    many = plural(visits.about)
    return Refusal(
        f"This file keeps a sample of the {many}, so most later ones are not in it.",
        f"a sample of {many}",
        f"all {many}",
        f"Load all {many}.",
    )
