"""What last week was like, a statement for each promise that was not as usual, and one for all the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from troth.findings.context import Context, window
from troth.findings.kept import Kept
from troth.findings.statement import Act, Evidence, Statement, Table
from troth.findings.weeks import FEWEST_DUE, FEWEST_WEEKS, WEEK, YEAR, Charted
from troth.findings.words import beginning, interval, number, of_hundred, percent

NAME = "last_week"


@dataclass(frozen=True, slots=True)
class Week:
    """One promise in the week that begins on `monday`. charted: None where nobody can say what is usual."""

    name: str
    monday: date
    weeks: Mapping[date, Kept]
    charted: Charted | None
    target: float | None

    @property
    def last(self) -> Kept | None:
        return self.weeks.get(self.monday)

    @property
    def told(self) -> bool:
        return self.charted is not None and self.charted.unusual


def statements(context: Context, weeks: Sequence[Week]) -> list[Statement]:
    """The unusual ones first, those that kept least before; then the rest in one, with all of them in its table."""
    unusual = [one for one in weeks if one.told]
    ordered = sorted(unusual, key=lambda one: (one.charted is not None and one.charted.better, one.last.low if one.last else 1))
    return [*(_unusual(context, one) for one in ordered), *_rest(context, weeks, len(unusual))]


def due_in(context: Context, monday: date) -> str:
    """SQL of what fell due in the week that begins so, by now and by the operation's clock."""
    local = context.local("o.due")
    return f"o.due <= {context.now} AND {local} >= TIMESTAMP '{monday} 00:00:00' AND {local} < TIMESTAMP '{monday + WEEK} 00:00:00'"


def _unusual(context: Context, week: Week) -> Statement:
    promise, kept, charted = context.promises[week.name], week.last, week.charted
    assert kept is not None
    assert charted is not None
    share, (low, high) = kept.share, charted.usual
    missed = sum(c.by["broken"] for c in kept.found)
    state = context.state()
    than = "more than usual" if charted.better else "fewer than usual"
    listed = (Act(f"Show the {missed:,} missed", "orders", primary=True),) if missed else ()
    return Statement(
        id=f"{NAME}/{week.name}", finder=NAME,
        headline=f"“{beginning(promise.words)}” was kept {of_hundred(kept.low)} times last week: {than}.",
        paragraph=f"Usually it is {percent(low)} to {percent(high)} of so many. {_beside(week)}",
        evidence=Evidence(
            f"{kept.seen:,} fell due", _days(week.monday), "fair", interval(share.low, share.high),
            (f"limits by {len(charted.mondays) - 1} weeks before it, as wide as weeks differ by themselves",),
        ),
        value=float(kept.low), unit="share",
        sql=f"SELECT count(*) FILTER ({state} = 'kept') / count(*) AS value\nFROM outcome_{week.name} o\n"
        f"WHERE {state} IN ('kept', 'broken', 'unknown') AND {due_in(context, week.monday)}",
        table=by_week(week, charted), weight=float(missed), owner=", ".join(promise.owners) or None,
        acts=(*listed, Act("Show the weeks", "table"), Act("SQL", "sql")),
        figure=charted.figure,
        orders_sql=f"SELECT s.id\nFROM outcome_{week.name} o JOIN object_{promise.subject} s ON s.code = o.subject\n"
        f"WHERE {state} = 'broken' AND {due_in(context, week.monday)}\nORDER BY s.id" if missed else None,
        orders_count=missed,
    )  # fmt: skip


def _days(monday: date) -> str:
    return f"due {window_of(monday)}"


def window_of(monday: date) -> str:
    """A week as people say it: 22 Dec 2025 to 28 Dec 2025."""
    from datetime import datetime, time

    first = datetime.combine(monday, time())
    return window(first, first + WEEK - timedelta(days=1))


def _beside(week: Week) -> str:
    """The week before, the same week last year and the target, as far as they are known."""
    parts = []
    for words, at in (("the week before", week.monday - WEEK), ("the same week last year", week.monday - YEAR)):
        kept = week.weeks.get(at)
        if kept is not None and kept.seen:
            parts.append(f"{words} it was {percent(kept.low, 0)} of {number(kept.seen)}")
    if week.target is not None:
        parts.append(f"the target is {percent(week.target, 0)}")
    return beginning(", ".join(parts)) + "." if parts else ""


def by_week(week: Week, charted: Charted) -> Table:
    """The weeks of a promise, the last one first, beside what is usual."""
    chart = charted.chart
    rows = [
        (
            f"{monday}", week.weeks[monday].seen, round(100 * float(chart.points[at]), 2), round(100 * float(chart.low[at]), 2),
            round(100 * float(chart.high[at]), 2),
        )
        for at, monday in enumerate(charted.mondays)
    ]  # fmt: skip
    return Table(("week of", "fell due", "kept, %", "usual from, %", "usual to, %"), tuple(reversed(rows)))


def _rest(context: Context, weeks: Sequence[Week], unusual: int) -> list[Statement]:
    due = [one for one in weeks if one.last is not None and one.last.seen]
    usual = [one for one in due if one.charted is not None and not one.told]
    few = [one for one in due if one.charted is None]
    if not due or len(due) == unusual:
        return []
    fell = sum(one.last.seen for one in due if one.last is not None)
    owners = dict.fromkeys(owner for one in (*usual, *few) for owner in context.promises[one.name].owners)
    return [
        Statement(
            id=f"{NAME}/others", finder=NAME, headline=_others(len(usual), len(few), unusual), paragraph=_explained(len(usual), len(few)),
            evidence=Evidence(f"{fell:,} fell due", _days(due[0].monday), "measured"),
            value=float(fell), unit="count", sql=_fell_due(context, due), table=_all(context, due), weight=0.0,
            owner=", ".join(owners) or None, acts=(Act("Show the promises", "table"),),
        )
    ]  # fmt: skip


def _fell_due(context: Context, due: Sequence[Week]) -> str:
    counts = "\n  UNION ALL ".join(
        f"SELECT count(*) AS n FROM outcome_{one.name} o WHERE {context.state()} IN ('kept', 'broken', 'unknown')"
        f" AND {due_in(context, one.monday)}"
        for one in due
    )
    return f"SELECT sum(n) AS value FROM (\n  {counts}\n)"


def _others(usual: int, few: int, unusual: int) -> str:
    which = "other promise" if unusual else "promise"
    if not usual:
        return f"Of {few} {which}{'' if few == 1 else 's'} too little fell due last week to say whether that is unusual."
    one = usual == 1
    said = f"{'One' if one else usual} {which}{'' if one else 's'} {'was' if one else 'were'} as usual last week"
    return said + (f", {few} {'is' if few == 1 else 'are'} too small to judge." if few else ".")


def _explained(usual: int, few: int) -> str:
    if not usual:
        return f"At least {FEWEST_DUE} must fall due in the week, and in {FEWEST_WEEKS} weeks before it."
    return "Their swings are the usual ups and downs: ask nobody to explain them." + (
        f" Too small: fewer than {FEWEST_DUE} fell due, or too few weeks before it say what is usual." if few else ""
    )


def _all(context: Context, due: Sequence[Week]) -> Table:
    rows = []
    for one in due:
        assert one.last is not None
        before, year = (one.weeks.get(one.monday - back) for back in (WEEK, YEAR))
        low, high = one.charted.usual if one.charted else (None, None)
        rows.append(
            (
                context.promises[one.name].words, one.last.seen, _hundred(float(one.last.low)), _kept(before), _kept(year), _hundred(low),
                _hundred(high), _hundred(one.target),
            )
        )  # fmt: skip
    columns = ("promise", "fell due", "kept, %", "week before, %", "same week last year, %", "usual from, %", "usual to, %", "target, %")
    return Table(columns, tuple(rows))


def _kept(kept: Kept | None) -> float | None:
    return _hundred(float(kept.low)) if kept is not None and kept.seen else None


def _hundred(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)
