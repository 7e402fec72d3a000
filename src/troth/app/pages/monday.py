"""The Monday page: last week beside the week before, the same week last year and the target, and what needs somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from troth.app.answers.promises import Rate, told_rate
from troth.app.pages.said import LISTS, said
from troth.app.reading import Page, Reading
from troth.book.versions import moment
from troth.findings import Context
from troth.findings.kept import Kept
from troth.findings.last_week import Week, due_in, statements
from troth.findings.weeks import WEEK, YEAR, Charted, charted, last_week, together, weeks_of
from troth.findings.weighing import is_sample, seen
from troth.findings.words import beginning, count_of, number, of_hundred, undone

SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Weekly:
    """One promise, or all of those to customers together, by weeks. last, before, year: what fell due in the week, in the one before
    and in that of a year ago; None where nothing did. usual: of 1, within what the last one would be by itself. target: of 1.
    """

    promise: str
    words: str
    kind: str
    owners: tuple[str, ...]
    last: Rate | None
    before: Rate | None
    year: Rate | None
    usual: tuple[float, float] | None
    unusual: bool | None
    target: float | None


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for somebody. kind: silent or ends. list: by which name its ids are asked for, where it has some."""

    kind: str
    sentence: str
    evidence: str
    owner: str
    promise: str | None = None
    list: str | None = None


@dataclass(frozen=True, slots=True)
class MondayPage:
    """since, until: the local Monday and Sunday of the last week. as_of: local. customers: all promises to customers together.

    page: as of `troth monday --json`, its statements led by those about last week. queries: as of `Said`, and those of needs.
    """

    since: date
    until: date
    as_of: datetime
    customers: Weekly
    promises: tuple[Weekly, ...]
    needs: tuple[Need, ...]
    page: Page
    queries: Mapping[str, str]


def monday_page(reading: Reading) -> MondayPage:
    """What an operation reads on a Monday, of the last week of which its record speaks."""
    context, monday = reading.context, last_week(reading.context)
    weeks = {name: weeks_of(context, name) for name in _in_order(context)}
    targets = {name: _target(context, name) for name in weeks}
    of_week = [Week(name, monday, found, charted(found, monday), targets[name]) for name, found in weeks.items()]
    told = said(reading, statements(context, of_week))
    page, whole = told.page, _customers(context, weeks, monday)
    if whole.last is not None and whole.last.low is not None:
        page["headline"] = f"{beginning(of_hundred(whole.last.low))} promises due last week were kept."
    lines = tuple(_weekly(context, one) for one in of_week)
    until, local = monday + WEEK - timedelta(days=1), context.local_time(context.as_of)
    needs = dict(_silent(context, monday, weeks))
    queries = {**told.queries, **{f"silent-{name}": _silent_ids(context, name, monday) for name in needs}}
    return MondayPage(monday, until, local, whole, lines, (*needs.values(), *_ending(reading)), page, queries)


def _in_order(context: Context) -> list[str]:
    """Promises to customers first, the main one before the others."""
    main = context.main_promise()
    return sorted(context.promises, key=lambda name: (name != main, context.promises[name].kind != "customer"))


def _target(context: Context, name: str) -> float | None:
    objective = context.promises[name].objective
    return None if objective is None else float(objective.kept)


def _weekly(context: Context, week: Week) -> Weekly:
    promise = context.promises[week.name]
    sampled = is_sample(context, promise.subject)
    return _told(
        week.name, promise.words, promise.kind, promise.owners, week.weeks, week.monday, week.charted, week.target, sampled=sampled
    )


def _customers(context: Context, weeks: Mapping[str, Mapping[date, Kept]], monday: date) -> Weekly:
    names = [name for name, promise in context.promises.items() if promise.kind == "customer"] or list(context.promises)
    found = together([weeks[name] for name in names])
    sampled = any(is_sample(context, context.promises[name].subject) for name in names)
    return _told("", "all promises to customers", "customer", (), found, monday, charted(found, monday), None, sampled=sampled)


def _told(
    name: str, words: str, kind: str, owners: tuple[str, ...], weeks: Mapping[date, Kept], monday: date, chart: Charted | None,
    target: float | None, *, sampled: bool,
) -> Weekly:  # fmt: skip
    last, before, year = (_rate(weeks, monday - back, sampled=sampled) for back in (timedelta(), WEEK, YEAR))
    usual, unusual = (chart.usual, chart.unusual) if chart else (None, None)
    return Weekly(name, words, kind, owners, last, before, year, usual, unusual, target)


def _rate(weeks: Mapping[date, Kept], monday: date, *, sampled: bool) -> Rate | None:
    kept = weeks.get(monday)
    return None if kept is None or not kept.seen else told_rate(kept, estimated=sampled)


def _silent(context: Context, monday: date, weeks: Mapping[str, Mapping[date, Kept]]) -> Iterator[tuple[str, Need]]:
    for name, promise in context.dated.items():
        found = seen(weeks[name][monday].found, "silent") if monday in weeks[name] else 0
        if found:
            what = undone(promise.fulfil.what)
            alone = found == 1
            verb = (
                f"{'has' if alone else 'have'} {what.removeprefix('with ')}"
                if what.startswith("with ")
                else f"{'was' if alone else 'were'} {what}"
            )
            yield name, Need(
                "silent", f"{beginning(count_of(found, promise.subject))} that fell due last week {verb}.",
                f"{number(found)} · certain as a count", ", ".join(promise.owners) or "nobody yet", name, f"{LISTS}/silent-{name}.csv",
            )  # fmt: skip


def _silent_ids(context: Context, name: str, monday: date) -> str:
    """SQL of what fell due in a week with nothing recorded."""
    return (
        f"SELECT s.id FROM outcome_{name} o JOIN object_{context.promises[name].subject} s ON s.code = o.subject"
        f" WHERE {due_in(context, monday)} AND {context.state()} = 'broken' AND o.fulfilled IS NULL"
        f" AND coalesce(o.breached > {context.now}, TRUE) ORDER BY s.id"
    )


def _ending(reading: Reading) -> Iterator[Need]:
    """Changes that end within a fortnight, so that somebody decides in time what holds then."""
    if reading.cut:
        return
    as_of, book = reading.snapshot.as_of, reading.rules.book
    for name, change in sorted(book.changes.items()):
        ends = moment(change.expires, book.zone)
        if ends is not None and as_of <= ends < as_of + SOON and change.status == "live":
            on = reading.context.local_time(ends)
            sentence = f"“{change.title}” ends on {on:%A} {on.day} {on:%B}. Nobody has decided what holds then."
            yield Need("ends", sentence, f"{change.kind} {name}", change.owner)
