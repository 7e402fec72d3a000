"""The screen of one unit's huddle: promised today, late and not here, yesterday, last week, and what customers said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from troth.app.answers.at_risk import AtRiskNow, Open
from troth.app.answers.holdings import Holding, held, holding_of, this_day
from troth.app.answers.huddles import DAY, due_on, huddle_of, late, today_of, told_by
from troth.app.answers.metrics import tell_metrics
from troth.app.reading import Reading
from troth.app.workspace import Workspace
from troth.findings import Context
from troth.findings.kept import kept_of
from troth.findings.last_week import due_in
from troth.findings.weeks import WEEK, charted, last_week, weeks_of
from troth.findings.weighing import seen
from troth.metrics import METRICS, Metric, Request
from troth.metrics.huddles import Huddle
from troth.query import identifier

SAID = 3
SAID_WITHIN = timedelta(days=28)
LISTED = 40

Risk = Callable[[str], AtRiskNow]
"""What is told of every open promise of one name."""


@dataclass(frozen=True, slots=True)
class Due:
    """An open promise. at: local. stage: where it stands; like: how often those that stood so were late; None where it is not told."""

    promise: str
    words: str
    type: str
    id: str
    at: datetime
    stage: str | None = None
    like: str | None = None
    at_risk: bool = False


@dataclass(frozen=True, slots=True)
class Late:
    """A promise past its due. at: when that was, local; came: when it was fulfilled, None where nothing is recorded."""

    promise: str
    words: str
    type: str
    id: str
    at: datetime
    came: datetime | None


@dataclass(frozen=True, slots=True)
class Weekly:
    """One promise in the last week: of what fell due. usual: of 1, what the share would be by itself; None where too few weeks say.

    customer: it is promised to customers.
    """

    promise: str
    words: str
    customer: bool
    due: int
    kept: int
    late: int
    silent: int
    unknown: int
    share: float | None
    interval: tuple[float, float] | None
    usual: tuple[float, float] | None
    unusual: bool


@dataclass(frozen=True, slots=True)
class Verbatim:
    """What somebody wrote beside a score, without who it was. at: local."""

    text: str
    score: Decimal
    high: Decimal
    at: datetime
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A measure of work done, and of what customers got of it, of the same week. Each value in its unit, with its n and interval."""

    work: str
    work_unit: str
    work_value: float | None
    work_n: int
    customers: str
    unit: str
    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class HuddlePage:
    """as_of: local. tomorrow, rest: how many are open for tomorrow, and for the other days of this week. yesterday: what fell due then, and
    of it what was missed. monday: of the last week. held: the unit said that it had met today. holding: how it keeps its promise
    to meet, None where no huddle was ever recorded.
    """

    dimension: str
    unit: str
    huddle: Huddle
    as_of: datetime
    today: tuple[Due, ...]
    tomorrow: int
    rest: int
    late: tuple[Late, ...]
    yesterday_due: int
    yesterday: tuple[Late, ...]
    monday: date
    weeks: tuple[Weekly, ...]
    said: tuple[Verbatim, ...]
    pairs: tuple[Pair, ...]
    held: bool
    holding: Holding | None


def huddle_page(reading: Reading, dimension: str, unit: str, risk: Risk) -> HuddlePage:
    """The screen of a unit. reading: cut to what is the unit's, so that nothing of another can stand on it. risk: of what its
    reader may see.

    Raises NotFound for no dimension.
    """
    context, names, today = reading.context, told_by(reading, dimension), today_of(reading)
    sunday = today + (6 - today.weekday()) * DAY
    monday = last_week(context)
    due = [one for name in names for one in _due(reading, name, due_on(reading, today))]
    tomorrow = sum(_open(reading, name, due_on(reading, today + DAY)) for name in names)
    rest = sum(_open(reading, name, due_on(reading, today + 2 * DAY, sunday)) for name in names) if sunday >= today + 2 * DAY else 0
    yesterday = due_on(reading, today - DAY)
    broken = [one for name in names for one in _late(reading, name, f"{context.state()} = 'broken' AND {yesterday}")]
    return HuddlePage(
        dimension, unit, huddle_of(reading, dimension), context.local_time(context.as_of), tuple(_told(due, risk)), tomorrow, rest,
        tuple(sorted((one for name in names for one in _late(reading, name, late(reading))), key=lambda one: (one.at, one.id))),
        sum(kept_of(context, name, yesterday).seen for name in names), tuple(broken), monday,
        tuple(_weekly(context, name, monday) for name in names), tuple(_said(reading, names)), tuple(_pairs(reading, dimension, monday)),
        held=False, holding=None,
    )  # fmt: skip


def with_held(workspace: Workspace, reading: Reading, page: HuddlePage) -> HuddlePage:
    """The same with whether the unit has met, today and before, which the journal says and not the snapshot."""
    holding, days = holding_of(workspace, reading, page.dimension, page.unit), held(workspace, reading).get(page.dimension, {})
    return replace(page, held=this_day(workspace, reading) in days.get(page.unit, {}), holding=holding)


def _due(reading: Reading, name: str, when: str) -> Iterator[Due]:
    context, promise = reading.context, reading.context.promises[name]
    rows = context.engine.rows(
        f"SELECT s.id, o.due FROM {identifier(f'outcome_{name}')} o JOIN {identifier(f'object_{promise.subject}')} s ON s.code = o.subject"
        f" WHERE {context.state()} = 'open' AND {when} ORDER BY o.due, s.id LIMIT {LISTED}"
    )
    for id, at in rows:
        yield Due(name, promise.words, promise.subject, str(id), context.local_time(at))


def _open(reading: Reading, name: str, when: str) -> int:
    context = reading.context
    ((count,),) = context.engine.rows(f"SELECT count(*) FROM {identifier(f'outcome_{name}')} o WHERE {context.state()} = 'open' AND {when}")
    return int(count)


def _told(due: list[Due], risk: Risk) -> list[Due]:
    """In the order of their dues, each with how often those that stood like it were late."""
    known: dict[str, Mapping[str, Open]] = {name: {one.id: one for one in risk(name).open} for name in {one.promise for one in due}}
    told = []
    for one in sorted(due, key=lambda one: (one.at, one.id)):
        open_ = known[one.promise].get(one.id)
        told.append(one if open_ is None else replace(one, stage=open_.stage, like=open_.like, at_risk=open_.at_risk))
    return told


def _late(reading: Reading, name: str, where: str) -> Iterator[Late]:
    context, promise = reading.context, reading.context.promises[name]
    rows = context.engine.rows(
        f"SELECT s.id, o.due, o.fulfilled FROM {identifier(f'outcome_{name}')} o"
        f" JOIN {identifier(f'object_{promise.subject}')} s ON s.code = o.subject WHERE {where} ORDER BY o.due, s.id"
    )
    for id, due, came in rows:
        yield Late(
            name, promise.words, promise.subject, str(id), context.local_time(due), None if came is None else context.local_time(came)
        )


def _weekly(context: Context, name: str, monday: date) -> Weekly:
    kept = kept_of(context, name, due_in(context, monday))
    chart = charted(weeks_of(context, name), monday) if kept.seen else None
    late, silent, unknown, in_time = (seen(kept.found, one) for one in ("late", "silent", "unknown", "kept"))
    share = kept.share if kept.seen else None
    return Weekly(
        name, context.promises[name].words, context.promises[name].kind == "customer", kept.seen, in_time, late, silent, unknown,
        float(kept.low) if kept.seen else None, (float(share.low), float(share.high)) if share else None,
        chart.usual if chart else None, bool(chart and chart.unusual),
    )  # fmt: skip


def _said(reading: Reading, names: list[str]) -> Iterator[Verbatim]:
    """The newest three of the last four weeks, about what the unit's promises are about, at most one about each thing."""
    context = reading.context
    if "comment" not in context.tables.get("feedback", ()):
        return
    types = sorted({context.promises[name].subject for name in names})
    told = [
        row
        for type in types
        for row in context.engine.rows(
            f"SELECT coalesce(f.answered, f.asked) AS at, s.id, f.comment, f.score, f.high, f.about_type FROM feedback f"
            f" JOIN {identifier(f'object_{type}')} s ON s.code = f.about WHERE f.about_type = ? AND f.comment IS NOT NULL"
            f" AND coalesce(f.answered, f.asked) > {context.now} - INTERVAL {SAID_WITHIN.days} DAY ORDER BY 1 DESC, 2 LIMIT {SAID}",
            (type,),
        )
    ]
    for at, id, text, score, high, type in sorted(told, key=lambda row: (-row[0].timestamp(), row[1]))[:SAID]:
        yield Verbatim(str(text), score, high, context.local_time(at), str(type), str(id))


def _pairs(reading: Reading, dimension: str, monday: date) -> Iterator[Pair]:
    """Every measure of work done that names what customers would pay with, of the last week, where the unit has both."""
    week = Request.of(since=f"{monday}", until=f"{monday + WEEK - DAY}")
    named = {name: one.value for name, one in reading.rules.book.definitions(METRICS.name, Metric).items()}
    for name, metric in named.items():
        other = metric.pair_with if metric.productivity else None
        if other is None or other not in named or metric.of not in _types(reading, dimension):
            continue
        first, second = tell_metrics(reading, (name, other), week)
        work, customers = first.answer.readings[-1], second.answer.readings[-1]
        yield Pair(
            metric.words, first.answer.unit, work.value, work.n or 0, named[other].words, second.answer.unit, customers.value,
            customers.low, customers.high, customers.n or 0,
        )  # fmt: skip


def _types(reading: Reading, dimension: str) -> set[str]:
    return {reading.context.promises[name].subject for name in told_by(reading, dimension)}
