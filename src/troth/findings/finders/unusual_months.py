"""Which months were unusual, and which swings nobody need explain: late of what was fulfilled, by month due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from troth.engines.charts import Chart, laney_p_chart, p_chart
from troth.engines.statistics import superpopulation_share
from troth.findings.context import Context
from troth.findings.kept import kept_by_dates
from troth.findings.statement import Act, Evidence, Figure, Statement, Table
from troth.findings.weighing import is_sample, weighted_sql
from troth.findings.words import count_of, done, interval, month, percent, plural
from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import refuse
from troth.query import literal_text
from troth.record.strata import Stratum

NAME = "unusual_months"
LEAST = 30
NUMBERS = {1: "One month was", 2: "Two months were", 3: "Three months were"}


def find(context: Context) -> list[Statement]:
    """One statement for each promise to customers; for each promise where none is to customers."""
    named = [name for name, promise in context.dated.items() if promise.kind == "customer"] or list(context.dated)
    return [s for name in named if (s := _statement(context, name, alone=len(named) == 1)) is not None]


@dataclass(frozen=True, slots=True)
class _Cell:
    """One stratum in one month: fulfilled and late of them; due, all that fell due, and missed of them."""

    stratum: Stratum
    fulfilled: int
    late: int
    due: int
    missed: int


@dataclass(frozen=True, slots=True)
class _Month:
    label: str
    cells: tuple[_Cell, ...]

    @property
    def fulfilled(self) -> int:
        return sum(cell.fulfilled for cell in self.cells)

    @property
    def late(self) -> int:
        return sum(cell.late for cell in self.cells)

    def in_all(self, what: str) -> Fraction:
        return sum((getattr(cell, what) * cell.stratum.weight for cell in self.cells), Fraction(0))

    def share(self, part: str, whole: str) -> float:
        return float(self.in_all(part) / self.in_all(whole))

    def effective(self, whole: str) -> float:
        """Size of the equally weighted sample that would tell as much: Kish 1965, section 11.7; n where weights agree."""
        squares = sum((getattr(cell, whole) * cell.stratum.weight**2 for cell in self.cells), Fraction(0))
        return float(self.in_all(whole) ** 2 / squares)


@dataclass(frozen=True, slots=True)
class _Charted:
    """late: of the fulfilled. by_due: missed of all that fell due, None where it cannot be charted."""

    months: tuple[_Month, ...]
    late: Chart
    by_due: Chart | None
    accused: int

    @property
    def flagged(self) -> list[int]:
        """Positions, most unusual first."""
        z = self.late.z.tolist()
        return sorted(self.late.beyond.tolist(), key=lambda i: -abs(z[i]))

    @property
    def usual(self) -> float:
        """Late of the fulfilled in all months together."""
        return float(self.late.centre[0])


def _statement(context: Context, name: str, *, alone: bool) -> Statement | None:
    found = _months(context, name)
    if not any(one.late for one in found):
        return None
    enough = tuple(one for one in found if one.fulfilled >= LEAST)
    which = "" if alone else f" for “{context.promises[name].words}”"
    try:
        charted = _charted(enough)
    except CannotEstimate as error:
        return _refused(context, name, found, enough, error, which)
    promise = context.promises[name]
    flagged = charted.flagged
    where = _in_months(context, [enough[i].label for i in flagged[:1]] or [one.label for one in enough])
    fell_due = f"{_fulfilled(context)} AND {_in_months(context, [enough[i].label for i in flagged])}"
    sampled = is_sample(context, promise.subject)
    late_then = sum(enough[i].late for i in flagged)
    return Statement(
        id=f"{NAME}/{name}",
        finder=NAME,
        headline=_headline(charted, which),
        paragraph=_paragraph(charted, plural(promise.subject), done(promise.fulfil.what)),
        evidence=_evidence(charted, found, promise.subject, done(promise.fulfil.what)),
        value=float(charted.late.points[flagged[0]]) if flagged else charted.usual,
        unit="share",
        sql=weighted_sql(name, f"{context.state()} = 'broken'", "TRUE", f"{_fulfilled(context)}\n    AND {where}"),
        table=_table(charted),
        weight=float(sum((enough[i].in_all("late") for i in flagged), Fraction(0))),
        owner=", ".join(promise.owners) or None,
        acts=(
            *((Act(f"Show the {late_then:,} late ones", "orders", primary=True),) if late_then else ()),
            Act("Show the numbers", "table"),
            Act("SQL", "sql"),
        ),
        estimated=sampled and len({cell.stratum.weight for one in enough for cell in one.cells if cell.fulfilled}) > 1,
        figure=_figure(charted, done(promise.fulfil.what)),
        orders_sql=f"SELECT s.id\nFROM outcome_{name} o JOIN object_{promise.subject} s ON s.code = o.subject\n"
        f"WHERE {context.state()} = 'broken' AND {fell_due}\nORDER BY s.id"
        if late_then
        else None,
        orders_count=late_then,
    )


def _fulfilled(context: Context) -> str:
    return f"{context.state()} IN ('kept', 'broken') AND o.fulfilled IS NOT NULL AND o.due <= {context.now}"


def _month_sql(context: Context) -> str:
    return f"strftime({context.local('o.due')}, '%Y-%m')"


def _in_months(context: Context, labels: Sequence[str]) -> str:
    return f"{_month_sql(context)} IN ({', '.join(map(literal_text, labels))})"


def _months(context: Context, name: str) -> list[_Month]:
    by_month = kept_by_dates(context, name, lambda day: f"{day:%Y-%m}")
    found = {
        label: tuple(
            _Cell(one.stratum, *(one.by[what] for what in ("came", "came_broken", "n", "broken"))) for one in kept.found if one.by["n"]
        )
        for label, kept in by_month.items()
    }
    return [_Month(label, cells) for label, cells in found.items() if cells]


def _charted(months: tuple[_Month, ...]) -> _Charted:
    shares, sizes = _series(months, "late", "fulfilled")
    late, ordinary = laney_p_chart(shares, sizes), p_chart(shares, sizes)
    try:
        by_due = laney_p_chart(*_series(months, "missed", "due"))
    except CannotEstimate:
        by_due = None
    return _Charted(months, late, by_due, ordinary.beyond.size)


def _series(months: Sequence[_Month], part: str, whole: str) -> tuple[np.ndarray, np.ndarray]:
    return np.array([m.share(part, whole) for m in months]), np.array([m.effective(whole) for m in months])


def _headline(charted: _Charted, which: str) -> str:
    names = [month(charted.months[i].label) for i in sorted(charted.flagged)]
    if not names:
        return f"No month was unusual{which}: ask nobody to explain the swings."
    listed = ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
    verb = NUMBERS.get(len(names), f"{len(names)} months were")
    return f"{verb} unusual{which}: {listed}. Ask nobody to explain the other swings."


def _paragraph(charted: _Charted, subjects: str, fulfilled: str) -> str:
    usual = percent(charted.usual)
    ordinary = f"the ordinary chart would have accused {count_of(charted.accused, 'month')}"
    if not charted.flagged:
        return f"Usually {usual} of {subjects} {fulfilled} are late; the swings are your usual ups and downs. T{ordinary[1:]}."
    said = []
    for i in charted.flagged[:3]:
        one, point = charted.months[i], float(charted.late.points[i])
        only = "" if point > charted.usual else "only "
        said.append(
            f"Of {one.fulfilled:,} {subjects} {fulfilled} and due in {month(one.label)}, {only}{one.late:,} were late:"
            f" {percent(point)}, usually {usual}."
        )
    return f"{' '.join(said)} The rest are your usual ups and downs; {ordinary}."


def _evidence(charted: _Charted, found: Sequence[_Month], subject: str, fulfilled: str) -> Evidence:
    months = charted.months
    thin = [one for one in found if one.fulfilled < LEAST]
    notes = [
        f"late among {plural(subject)} {fulfilled}; those with nothing recorded are a line of their own",
        f"limits {float(charted.late.sigma[0]):.1f} times as wide as counting alone would draw them: months differ that much by themselves",
        *_by_due_notes(charted),
    ]
    if thin:
        count = sum(one.fulfilled for one in thin)
        notes.append(f"{count_of(len(thin), 'month')} with fewer than {LEAST} left out, {count_of(count, subject)} in all")
    between = None
    if charted.flagged:
        worst = months[charted.flagged[0]]
        columns = [(c.late, c.fulfilled, c.stratum.seen, c.stratum.population) for c in worst.cells]
        try:
            share = superpopulation_share(*(np.array(column, dtype=np.int64) for column in zip(*columns, strict=True)))
            between = interval(share.low, share.high)
        except CannotEstimate as error:
            notes.append(f"no interval: {error.got}, needs {error.need}")
    return Evidence(
        n=f"{count_of(sum(one.fulfilled for one in months), subject)}, {count_of(len(months), 'month')}",
        window=f"by month due, {month(months[0].label)} to {month(months[-1].label)}",
        how_sure="fair",
        interval=between,
        notes=tuple(notes),
    )


def _by_due_notes(charted: _Charted) -> list[str]:
    """What the series of all that fell due says of the same months, so that nothing is hidden."""
    chart = charted.by_due
    if chart is None:
        return ["of all that fell due, nothing recorded included, no chart can be drawn"]
    flagged, points, low, high = chart.beyond.tolist(), chart.points.tolist(), chart.low.tolist(), chart.high.tolist()
    notes = [
        f"of all that fell due in {month(charted.months[i].label)}, nothing recorded included, {percent(points[i])} were missed:"
        f" {'outside' if i in flagged else 'inside'} its own limits {interval(low[i], high[i])}"
        for i in charted.flagged
    ]
    others = [month(charted.months[i].label) for i in flagged if i not in charted.flagged]
    if others:
        notes.append(f"of all that fell due, unusual too: {', '.join(others)}")
    elif not charted.flagged:
        notes.append("of all that fell due, nothing recorded included, no month is unusual either")
    return notes


def _figure(charted: _Charted, fulfilled: str) -> Figure:
    chart = charted.late
    spec = {
        "labels": [one.label for one in charted.months],
        "points": (100 * chart.points).tolist(),
        "centre": (100 * chart.centre).tolist(),
        "low": (100 * chart.low).tolist(),
        "high": (100 * chart.high).tolist(),
        "flagged": chart.beyond.tolist(),
        "unit": "%",
    }
    return Figure("control", f"late of those {fulfilled}, by month due; the band is what is usual", spec)


def _table(charted: _Charted) -> Table:
    chart, by_due = charted.late, charted.by_due
    flagged, points, low, high = chart.beyond.tolist(), chart.points.tolist(), chart.low.tolist(), chart.high.tolist()
    rows = tuple(
        (
            one.label,
            one.fulfilled,
            one.late,
            round(100 * points[i], 2),
            round(100 * low[i], 2),
            round(100 * high[i], 2),
            "yes" if i in flagged else "no",
            round(100 * one.share("missed", "due"), 2),
            None if by_due is None else round(100 * float(by_due.low[i]), 2),
            None if by_due is None else round(100 * float(by_due.high[i]), 2),
        )
        for i, one in enumerate(charted.months)
    )
    return Table(
        ("month due", "fulfilled", "late", "late, %", "usual from, %", "usual to, %", "unusual",
         "missed of all due, %", "its usual from, %", "its usual to, %"),
        rows,
    )  # fmt: skip


def _refused(
    context: Context, name: str, found: Sequence[_Month], enough: Sequence[_Month], error: CannotEstimate, which: str
) -> Statement:  # fmt: skip
    promise = context.promises[name]
    fulfilled = f"{plural(promise.subject)} {done(promise.fulfil.what)}"
    return Statement(
        id=f"{NAME}/{name}",
        finder=NAME,
        headline=f"We cannot say yet which months were unusual{which}.",
        paragraph=f"{count_of(len(enough), 'month')} of {len(found)} with {LEAST} or more {fulfilled}.",
        evidence=Evidence(
            n=f"{count_of(sum(one.fulfilled for one in found), promise.subject)}, {count_of(len(found), 'month')}",
            window=f"by month due, {month(found[0].label)} to {month(found[-1].label)}",
            how_sure="cannot say yet",
        ),
        value=float(len(enough)),
        unit="count",
        sql=f"SELECT count(*) AS value\nFROM (\n  SELECT {_month_sql(context)} AS label\n  FROM outcome_{name} o\n"
        f"  WHERE {_fulfilled(context)}\n  GROUP BY label\n  HAVING count(*) >= {LEAST}\n)",
        table=Table(("month due", "fulfilled", "late"), tuple((one.label, one.fulfilled, one.late) for one in found)),
        weight=0.0,
        refusal=replace(refuse(error), reason="No chart of months can be drawn.", settle=f"Months with {LEAST} or more {fulfilled}."),
    )
