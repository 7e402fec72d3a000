"""Days promised against days taken, on the local calendar, by month made; and what went with a change of the promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from troth.engines.statistics import Median, median_interval, newcombe, stratified_share
from troth.findings.context import Context, window
from troth.findings.statement import Act, Evidence, Figure, Statement, Table
from troth.findings.weighing import is_sample, strata
from troth.findings.words import beginning, count_of, done, interval, month, of_hundred, percent, plural
from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import Refusal, refuse
from troth.record.strata import Stratum

NAME = "promised_against_actual"
LEAST = 30
LEAST_DAYS = 2
WEEK = 7
RECENT_MONTHS = 12
MONTHS_APART = 3
LEAST_CHANGE_DAYS = 3
NOT_YET_DUE = Fraction(1, 20)


def find(context: Context) -> list[Statement]:
    """One statement for each promise to customers; for each promise where none is to customers."""
    named = [name for name, promise in context.dated.items() if promise.kind == "customer"] or list(context.dated)
    return [s for name in named if (s := _statement(context, name)) is not None]


@dataclass(frozen=True, slots=True)
class _Days:
    """Fulfilled promises that agree in everything said here: month made, calendar days promised and taken, late or not."""

    made: str
    stratum: Stratum
    promised: int
    took: int
    late: bool
    count: int


@dataclass(frozen=True, slots=True)
class _Month:
    label: str
    n: int
    late: int
    promised: Median
    took: Median


@dataclass(frozen=True, slots=True)
class _Change:
    """sentence: how the promise changed and what lateness did then. late_then: late ones of the later month, in all."""

    sentence: str
    note: str
    late_then: float


def _statement(context: Context, name: str) -> Statement | None:
    days = _days(context, name)
    if not days:
        return None
    if len({one.stratum.weight for one in days}) > 1:
        return _refused(context, name, days, _unequal(days))
    try:
        promised, took = (_median(days, what) for what in ("promised", "took"))
    except CannotEstimate as error:
        return _refused(context, name, days, refuse(error))
    if promised.value < LEAST_DAYS:
        return None
    promise = context.promises[name]
    months = _months(context, name, days)
    change = _change(months, days[0].stratum.weight, done(promise.fulfil.what))
    early, early_note = _early(context, name, days)
    first, last = context.engine.rows(f"SELECT min(o.made), max(o.made) FROM outcome_{name} o WHERE {_fulfilled(context)}")[0]
    come = f" {beginning(of_hundred(early))} come a week or more early." if early else ""
    return Statement(
        id=f"{NAME}/{name}",
        finder=NAME,
        headline=f"You promise {promised.value} days and take {took.value}.{come}",
        paragraph=change.sentence if change else _no_change(months),
        evidence=Evidence(
            n=count_of(promised.n, promise.subject),
            window=f"made {window(context.local_time(first), context.local_time(last))}",
            how_sure="association" if change else "measured",
            interval=f"promised {_range(promised)}, took {_range(took)} days",
            notes=(
                f"medians of calendar days, {plural(promise.subject)} {done(promise.fulfil.what)}",
                early_note,
                *((change.note,) if change else ()),
                f"months with fewer than {LEAST}, or not yet all due, are left out",
            ),
        ),
        value=float(promised.value - took.value),
        unit="days",
        sql=_sql(context, name),
        table=_table(months, promised, took, days),
        weight=change.late_then if change else 0.0,
        owner=", ".join(promise.owners) or None,
        acts=(Act("Show the months", "table", primary=True), Act("SQL", "sql")),
        estimated=False,
        figure=_figure(months),
    )


def _fulfilled(context: Context) -> str:
    return f"{context.state()} IN ('kept', 'broken') AND o.fulfilled IS NOT NULL AND o.due <= {context.now}"


def _dates(context: Context, name: str, indent: str = "") -> str:
    """SQL of the local days of each fulfilled promise."""
    columns = (f"CAST({context.local(f'o.{what}')} AS DATE) AS {what}_day" for what in ("made", "due", "fulfilled"))
    lines = [
        f"SELECT {', '.join(columns)}, o.stratum, o.fulfilled > o.due AS late",
        f"FROM outcome_{name} o",
        f"WHERE {_fulfilled(context)}",
    ]
    return "\n".join(indent + line for line in lines)


def _days(context: Context, name: str) -> list[_Days]:
    known = strata(context, context.promises[name].subject)
    rows = context.engine.rows(
        "SELECT date_trunc('month', made_day), stratum, CAST(due_day - made_day AS BIGINT), CAST(fulfilled_day - made_day AS BIGINT),"
        f" late, count(*) FROM ({_dates(context, name)}) GROUP BY ALL ORDER BY ALL"
    )
    return [
        _Days(f"{made:%Y-%m}", known[stratum], int(promised), int(took), bool(late), int(count))
        for made, stratum, promised, took, late, count in rows
    ]


def _median(days: Sequence[_Days], what: str) -> Median:
    values = np.array([getattr(one, what) for one in days], dtype=np.int64)
    return median_interval(np.repeat(values, [one.count for one in days]))


def _months(context: Context, name: str, days: Sequence[_Days]) -> list[_Month]:
    """Months with enough of them, and of which hardly anything is still to fall due: the quick ones come in first."""
    made = f"date_trunc('month', {context.local('o.made')})"
    rows = context.engine.rows(
        f"SELECT {made}, count(*) FILTER (o.due > {context.now}), count(*) FROM outcome_{name} o"
        f" WHERE {context.state()} IN ('open', 'kept', 'broken') GROUP BY 1 ORDER BY 1"
    )
    ripe = {f"{label:%Y-%m}" for label, open_, all_ in rows if Fraction(int(open_), int(all_)) <= NOT_YET_DUE}
    months = []
    for label in sorted({one.made for one in days} & ripe):
        own = [one for one in days if one.made == label]
        n = sum(one.count for one in own)
        if n >= LEAST:
            late = sum(one.count for one in own if one.late)
            months.append(_Month(label, n, late, _median(own, "promised"), _median(own, "took")))
    return months


def _change(months: Sequence[_Month], weight: Fraction, fulfilled: str) -> _Change | None:
    """The sharpest change of the promised median between two recent months, a quarter apart at most."""
    recent = months[-RECENT_MONTHS:]
    pairs = [
        (one, two)
        for at, one in enumerate(recent)
        for two in recent[at + 1 :]
        if _index(two.label) - _index(one.label) <= MONTHS_APART and _differ(one.promised, two.promised)
    ]
    if not pairs:
        return None
    one, two = max(pairs, key=lambda pair: (abs(pair[1].promised.value - pair[0].promised.value), pair[1].label, pair[0].label))
    difference = newcombe((two.late, two.n), (one.late, one.n))
    cut = "cut" if two.promised.value < one.promised.value else "lengthened"
    counts = f"from {one.late:,} of {one.n:,} to {two.late:,} of {two.n:,}"
    moved = "rose" if difference.low > 0 else "fell" if difference.high < 0 else "went"
    chance = ", which chance alone may do" if moved == "went" else ""
    since = month(one.label) if one.label[:4] != two.label[:4] else month(one.label).split()[0]
    return _Change(
        sentence=f"From {since} to {month(two.label)} you {cut} the promise from {one.promised.value} to {two.promised.value} days;"
        f" late of those {fulfilled} {moved} {counts}{chance}.",
        note=f"late {percent(one.late / one.n)} then {percent(two.late / two.n)}, difference in points"
        f" {_signed(difference.low)} to {_signed(difference.high)}: association",
        late_then=float(two.late * weight),
    )


def _no_change(months: Sequence[_Month]) -> str:
    if len(months) < 2:
        return f"Fewer than two months have {LEAST} or more to compare."
    return f"The days promised did not change sharply from {month(months[-RECENT_MONTHS:][0].label)} to {month(months[-1].label)}."


def _differ(one: Median, two: Median) -> bool:
    change = abs(two.value - one.value)
    return change >= LEAST_CHANGE_DAYS and 5 * change >= one.value and (two.high < one.low or one.high < two.low)


def _index(label: str) -> int:
    return 12 * int(label[:4]) + int(label[5:])


def _signed(points: float) -> str:
    return f"{100 * points:+.1f}".replace("-", "−")


def _early(context: Context, name: str, days: Sequence[_Days]) -> tuple[float, str]:
    """Share of the fulfilled that came a week or more before the due day."""
    by: dict[Stratum, list[int]] = {}
    for one in days:
        cell = by.setdefault(one.stratum, [0, 0])
        cell[0] += one.count * (one.promised - one.took >= WEEK)
        cell[1] += one.count
    num, den = (sum(cell[i] for cell in by.values()) for i in (0, 1))
    words = f"{percent(num / den)} of {den:,} a week or more early"
    if not is_sample(context, context.promises[name].subject):
        return num / den, words
    columns = [(cell[0], cell[1], stratum.seen, stratum.population) for stratum, cell in by.items()]
    try:
        share = stratified_share(*(np.array(column, dtype=np.int64) for column in zip(*columns, strict=True)))
    except CannotEstimate:
        return num / den, words
    return share.value, f"{percent(share.value)} ({interval(share.low, share.high)}) of {den:,} a week or more early"


def _range(median: Median) -> str:
    return f"{median.low}–{median.high}" if median.low != median.high else f"{median.value}"


def _figure(months: Sequence[_Month]) -> Figure | None:
    if len(months) < 2:
        return None
    series = [
        {"label": "promised", "tone": "soft", "points": [one.promised.value for one in months]},
        {"label": "took", "tone": "accent", "points": [one.took.value for one in months]},
    ]
    spec = {"unit": "days", "labels": [one.label for one in months], "series": series}
    return Figure("two_lines", "medians by month made", spec)


def _table(months: Sequence[_Month], promised: Median, took: Median, days: Sequence[_Days]) -> Table:
    late = sum(one.count for one in days if one.late)
    rows = [*months, _Month("all", promised.n, late, promised, took)]
    return Table(
        ("month made", "fulfilled", "late", "promised, days", "95 of 100 from – to", "took, days", "95 of 100 from – to"),
        tuple((one.label, one.n, one.late, one.promised.value, _range(one.promised), one.took.value, _range(one.took)) for one in rows),
    )


def _sql(context: Context, name: str) -> str:
    return (
        f"WITH fulfilled AS (\n{_dates(context, name, '  ')}\n)\n"
        "SELECT quantile_disc(due_day - made_day, 0.5) - quantile_disc(fulfilled_day - made_day, 0.5) AS value\n"
        "FROM fulfilled"
    )


def _unequal(days: Sequence[_Days]) -> Refusal:
    rates = sorted({one.stratum.weight for one in days})
    return Refusal(
        reason="Medians of days cannot be scaled up.",
        got=f"kinds drawn at {len(rates)} different rates, from one in {float(rates[0]):.2f} to one in {float(rates[-1]):.2f}",
        need="one rate for all that were fulfilled",
        settle="The whole file instead of a sample.",
    )


def _refused(context: Context, name: str, days: Sequence[_Days], refusal: Refusal) -> Statement:
    promise = context.promises[name]
    n = sum(one.count for one in days)
    first, last = context.engine.rows(f"SELECT min(o.made), max(o.made) FROM outcome_{name} o WHERE {_fulfilled(context)}")[0]
    labels = sorted({one.made for one in days})
    return Statement(
        id=f"{NAME}/{name}",
        finder=NAME,
        headline="We cannot say yet how the days promised compare with the days taken.",
        paragraph=f"{beginning(count_of(n, promise.subject))} {done(promise.fulfil.what)} in the file.",
        evidence=Evidence(
            n=count_of(n, promise.subject),
            window=f"made {window(context.local_time(first), context.local_time(last))}",
            how_sure="cannot say yet",
        ),
        value=float(n),
        unit="count",
        sql=f"SELECT count(*) AS value\nFROM outcome_{name} o\nWHERE {_fulfilled(context)}",
        table=Table(
            ("month made", "fulfilled"),
            tuple((label, sum(one.count for one in days if one.made == label)) for label in labels),
        ),
        weight=0.0,
        refusal=refusal,
    )
