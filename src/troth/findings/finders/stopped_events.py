"""An event type that stops while others of the same object type go on, and the promises that fell due in its silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from troth.findings.context import Context, day, window
from troth.findings.statement import Act, Evidence, Statement, Table
from troth.findings.weighing import counts, seen, total
from troth.findings.words import count_of, done, number, plural, spoken
from troth.kernel.instant import DAY_US, HOUR_US, to_us
from troth.promises import Promise
from troth.query import literal_instant, literal_text

NAME = "stopped_events"
LEAST_SILENCE_DAYS = 7
LEAST_LATER_DAYS = 5
LEAST_PAUSES = 30
# Longer than 99.9 % of its own pauses: of 1,000 at most one was as long.
PAUSES_FOR_ONE_AS_LONG = 1_000
RULE = (
    f"stopped: silent for {LEAST_SILENCE_DAYS} days or more, longer than 999 of 1,000 of its own pauses,"
    f" while others went on for {LEAST_LATER_DAYS} days or more"
)


def find(context: Context) -> list[Statement]:
    """One statement for each object type of which an event type stopped."""
    if not context.has("event"):
        return []
    lasts: dict[str, list[_Last]] = {}
    for type, event, count, last in context.event_types:
        lasts.setdefault(str(type), []).append((str(event), int(count), last))
    silent = {type: found for type, found in lasts.items() if to_us(found[0][2]) - to_us(found[-1][2]) >= LEAST_SILENCE_DAYS * DAY_US}
    return [s for type, found in silent.items() if (s := _statement(context, type, found)) is not None]


# An event type, how often it is on record, and when last.
_Last = tuple[str, int, datetime]


@dataclass(frozen=True, slots=True)
class _Silence:
    """Of one event type since its last occurrence. pauses: between its own instants, counted where it stopped and elsewhere at most so
    many; as_long: as this silence or longer.

    later_events, later_days: of the other types, after it fell silent.
    """

    event: str
    count: int
    last: datetime
    us: int
    later_events: int
    later_days: int
    pauses: int
    as_long: int
    longest_us: int

    @property
    def stopped(self) -> bool:
        return (
            self.us >= LEAST_SILENCE_DAYS * DAY_US
            and self.later_days >= LEAST_LATER_DAYS
            and self.pauses >= LEAST_PAUSES
            and self.as_long * PAUSES_FOR_ONE_AS_LONG <= self.pauses
        )

    @property
    def days(self) -> float:
        return self.us / DAY_US


def _statement(context: Context, type: str, lasts: Sequence[_Last]) -> Statement | None:
    found = _silences(context, type, lasts)
    fulfilling = {p.fulfil.what: name for name, p in _promises(context, type)}
    stopped = sorted(
        (one for one in found if one.stopped),
        key=lambda one: (list(fulfilling).index(one.event) if one.event in fulfilling else len(fulfilling), -one.count),
    )
    if not stopped:
        return None
    first = stopped[0]
    going = [one for one in found if one not in stopped]
    end = context.local_time(max(one.last for one in found))
    name = fulfilling.get(first.event)
    due = _due_after(context, name, first) if name else None
    unmet = due is not None and due.unmet > 0
    return Statement(
        id=f"{NAME}/{type}",
        finder=NAME,
        headline=_headline(context, type, first, end),
        paragraph=_paragraph(first, stopped[1:], going, due),
        evidence=Evidence(
            n=f"{first.count:,} times before, {count_of(first.later_events, 'other event')} after",
            window=f"silence {window(context.local_time(first.last), end)}",
            how_sure="certain as a count",
            notes=(
                f"{_pauses(first)}; the longest lasted {number(first.longest_us / DAY_US)} days",
                RULE,
                *((due.note,) if due and due.note else ()),
            ),
        ),
        value=first.days,
        unit="days",
        sql=f"SELECT (epoch_us(max(occurred)) - epoch_us(max(occurred) FILTER (type = {literal_text(first.event)})))"
        f" / {DAY_US}.0 AS value\nFROM event\nWHERE object_type = {literal_text(type)}",
        table=_table(context, stopped, found),
        weight=due.in_all if due else 0.0,
        owner=(", ".join(context.promises[name].owners) or None) if name else None,
        acts=(
            *((Act("Show the list", "orders", primary=True),) if unmet else ()),
            Act("Show the numbers", "table"),
            Act("SQL", "sql"),
        ),
        orders_sql=due.orders_sql if due and unmet else None,
        orders_count=due.unmet if due else 0,
    )


def _promises(context: Context, type: str) -> list[tuple[str, Promise]]:
    """Promises about this object type: to customers first."""
    own = [(name, promise) for name, promise in context.dated.items() if promise.subject == type]
    return sorted(own, key=lambda one: one[1].kind != "customer")


def _silences(context: Context, type: str, lasts: Sequence[_Last]) -> list[_Silence]:
    """Event types by when each was last seen, latest first; the last of all is not silent."""
    end, long = max(last for _, _, last in lasts), _long_pauses(context, type)
    found = []
    for event, count, last in lasts:
        us = to_us(end) - to_us(last)
        later, later_days = _later(context, type, last) if us else (0, 0)
        mine = long.get(event, [])
        as_long = sum(pause >= us for pause in mine)
        silence = _Silence(event, count, last, us, later, later_days, count - 1, as_long, max(mine, default=0))
        if 0 < us < HOUR_US or not mine:
            as_long, longest = _short_pauses(context, type, event, us)
            silence = replace(silence, as_long=as_long, longest_us=longest)
        if silence.stopped:
            silence = replace(silence, pauses=_instants(context, type, event) - 1)
        found.append(silence)
    return found


def _later(context: Context, type: str, last: datetime) -> tuple[int, int]:
    """Events of an object type after an instant, and on how many local days."""
    after = literal_instant(to_us(last)).sql("duckdb")
    events, days = context.engine.rows(
        f"SELECT count(*), count(DISTINCT CAST({context.local('e.occurred')} AS DATE)) FROM event e"
        f" WHERE e.object_type = {literal_text(type)} AND e.occurred > {after}"
    )[0]
    return int(events), int(days)


def _long_pauses(context: Context, type: str) -> dict[str, list[int]]:
    """By event type, its pauses of an hour or longer, in microseconds: each lies between the last event of one hour and the first of a
    later one, so that the hours are put in order and not the events.
    """
    found: dict[str, list[int]] = {}
    for event, pause in context.engine.rows(
        "SELECT type, pause FROM (SELECT type, epoch_us(first) - lag(epoch_us(last)) OVER (PARTITION BY type ORDER BY hour) AS pause FROM ("
        f"SELECT type, epoch_us(occurred) // {HOUR_US} AS hour, min(occurred) AS first, max(occurred) AS last"
        f" FROM event WHERE object_type = {literal_text(type)} GROUP BY ALL)) WHERE pause >= {HOUR_US}"
    ):
        found.setdefault(str(event), []).append(int(pause))
    return found


def _short_pauses(context: Context, type: str, event: str, us: int) -> tuple[int, int]:
    """Of one event type, however short they are: how many pauses are at least so long, and the longest."""
    as_long, longest = context.engine.rows(
        f"SELECT count(*) FILTER (pause >= {us}), coalesce(max(pause), 0) FROM ("
        "SELECT epoch_us(occurred) - epoch_us(lag(occurred) OVER (ORDER BY occurred)) AS pause FROM ("
        f"SELECT DISTINCT e.occurred FROM event e WHERE e.object_type = {literal_text(type)} AND e.type = {literal_text(event)}))"
    )[0]
    return int(as_long), int(longest)


def _instants(context: Context, type: str, event: str) -> int:
    """How many different ones an event type occurred at."""
    where = f"object_type = {literal_text(type)} AND type = {literal_text(event)}"
    return int(context.engine.rows(f"SELECT count(DISTINCT occurred) FROM event WHERE {where}")[0][0])


@dataclass(frozen=True, slots=True)
class _Due:
    """Promises that fell due in the silence. count, unmet: in the file; in_all: the unmet ones scaled up."""

    count: int
    unmet: int
    in_all: float
    orders_sql: str
    note: str


def _due_after(context: Context, name: str, silence: _Silence) -> _Due:
    promise = context.promises[name]
    state = context.state()
    where = f"o.due > {literal_instant(to_us(silence.last)).sql('duckdb')} AND o.due <= {context.now}"
    unmet = f"{state} = 'broken' AND o.fulfilled IS NULL"
    found = counts(context, name, {"due": f"{state} IN ('kept', 'broken', 'unknown')", "unmet": unmet}, where)
    in_all = total(found, "due")
    scaled = f"{number(in_all)} promises fell due in the silence in all" if in_all != seen(found, "due") else ""
    return _Due(
        count=seen(found, "due"),
        unmet=seen(found, "unmet"),
        in_all=float(total(found, "unmet")),
        orders_sql=f"SELECT s.id\nFROM object_{promise.subject} s JOIN outcome_{name} o ON o.subject = s.code\n"
        f"WHERE {where}\n  AND {unmet}\nORDER BY s.id",
        note=scaled,
    )


def _headline(context: Context, type: str, first: _Silence, end: datetime) -> str:
    last = day(context.local_time(first.last))
    words = spoken(first.event)
    if done(first.event) == words:
        said = f"No {spoken(type)} is recorded as {words} after {last}."
    else:
        said = f"“{words}” is not recorded for any {spoken(type)} after {last}."
    return f"{said} Other events of {plural(type)} go on until {day(end)}."


def _paragraph(first: _Silence, others: Sequence[_Silence], going: Sequence[_Silence], due: _Due | None) -> str:
    steps = ", ".join(f"“{spoken(one.event)}”" for one in going if one.last > first.last)
    parts = [
        f"It is silent for {number(first.days)} days; {_pauses(first)}.",
        f"{count_of(first.later_events, 'later event')} on {count_of(first.later_days, 'day')}: {steps}." if steps else "",
    ]
    if others:
        names = [f"“{spoken(one.event)}”" for one in others]
        parts.append(f"{' and '.join([', '.join(names[:-1]), names[-1]] if len(names) > 1 else names)} stopped too.")
    if due and due.count:
        fell = f"{count_of(due.count, 'promise')} in the file fell due in the silence"
        parts.append(f"{fell}, {due.unmet:,} of them with nothing recorded." if due.unmet else f"{fell}, all of them fulfilled before.")
    parts.append("Ask whether the file was cut there or the recording stopped.")
    return " ".join(part for part in parts if part)


def _pauses(one: _Silence) -> str:
    if not one.as_long:
        return f"none of its {one.pauses:,} pauses before was as long"
    return f"{one.as_long:,} of its {one.pauses:,} pauses before {'was' if one.as_long == 1 else 'were'} as long"


def _table(context: Context, stopped: Sequence[_Silence], found: Sequence[_Silence]) -> Table:
    rows = [*stopped, *(one for one in found if one not in stopped)]
    return Table(
        ("event", "stopped", "last recorded", "times", "silent, days", "longest pause before, days", "pauses as long",
         "later events of others", "on days"),
        tuple(
            (
                spoken(one.event),
                "yes" if one in stopped else "no",
                f"{context.local_time(one.last):%Y-%m-%d %H:%M}",
                one.count,
                round(one.days, 2),
                round(one.longest_us / DAY_US, 2),
                one.as_long if one.us else None,
                one.later_events,
                one.later_days,
            )
            for one in rows
        ),
    )  # fmt: skip
