"""Whether a handover that is broken more often is followed, weeks later, by answers of customers that are lower."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from troth.engines.statistics import Lead, lead_of
from troth.findings.context import Context
from troth.findings.links import belonging
from troth.findings.weighing import strata
from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import Refusal, refuse
from troth.query import literal_text

MOST_WEEKS = 13
YEAR = 365.25 / 7
MOST_EMPTY = 10


@dataclass(frozen=True, slots=True)
class Ahead:
    """By how many weeks a share broken runs ahead of an instrument's weekly mean. refusal: why that cannot be said. weeks: in both."""

    instrument: str
    weeks: int
    lead: Lead | None
    refusal: Refusal | None


def ahead_of(context: Context, name: str) -> list[Ahead]:
    """One for each instrument with answers about the subject of an internal promise, or about what belongs to it.

    The weekly share broken, by due, against the weekly mean of the answers, by when they were given; both scaled up where
    the file is a sample. An association in time: what leads need not be what brings about.
    """
    subject = context.promises[name].subject
    pairs = {type: _about(context, subject, type) for (type,) in context.engine.rows("SELECT DISTINCT about_type FROM feedback ORDER BY 1")}
    found = []
    for type, pair in pairs.items():
        if pair is None:
            continue
        broken = _weekly(context, subject, _broken_sql(context, name))
        for (instrument,) in context.engine.rows("SELECT DISTINCT instrument FROM feedback WHERE about_type = ? ORDER BY 1", (type,)):
            answers = (
                f"SELECT o.stratum, date_trunc('week', {context.local('f.answered')}) AS week, f.score AS part\n"
                f"FROM feedback f JOIN ({pair}) p ON p.code = f.about JOIN object_{subject} o ON o.code = p.subject\n"
                f"WHERE f.about_type = {literal_text(type)} AND f.instrument = {literal_text(instrument)} AND f.answered IS NOT NULL"
            )
            found.append(_warned(str(instrument), broken, _weekly(context, subject, answers)))
    return found


def _about(context: Context, subject: str, type: str) -> str | None:
    return f"SELECT code AS subject, code FROM object_{subject}" if type == subject else belonging(context, subject, type)


def _broken_sql(context: Context, name: str) -> str:
    return (
        f"SELECT o.stratum, date_trunc('week', {context.local('o.due')}) AS week, CAST({context.state()} = 'broken' AS INTEGER) AS part\n"
        f"FROM outcome_{name} o WHERE o.due <= {context.now} AND {context.state()} IN ('kept', 'broken')"
    )


def _weekly(context: Context, subject: str, rows: str) -> dict[Any, Fraction]:
    """Weighed means by week; sums are exact."""
    known = strata(context, subject)
    sums: dict[Any, tuple[Fraction, Fraction]] = {}
    for stratum, week, part, count in context.engine.rows(
        f"SELECT stratum, week, sum(part), count(*) FROM (\n{rows}\n) GROUP BY ALL ORDER BY week, stratum"
    ):
        before = sums.get(week, (Fraction(0), Fraction(0)))
        weight = known[stratum].weight
        sums[week] = (before[0] + weight * Fraction(part), before[1] + weight * int(count))
    return {week: part / of for week, (part, of) in sums.items()}


def _warned(instrument: str, broken: dict[Any, Fraction], answered: dict[Any, Fraction]) -> Ahead:
    """Over the weeks that both series span; a week without any, of at most a tenth, counts as the usual one."""
    if not broken or not answered:
        return Ahead(instrument, 0, None, refuse(CannotEstimate("lead", got="no weeks with both", need="weeks with dues and answers")))
    first, last = max(min(broken), min(answered)), min(max(broken), max(answered))
    size = max((last - first).days // 7 + 1, 0)
    weeks = np.datetime64(first, "D") + 7 * np.arange(size)
    x, y, empty = *(_filled(weeks, series) for series in (broken, answered)), sum(
        week.item() not in {w.date() for w in series} for series in (broken, answered) for week in weeks
    )  # fmt: skip
    try:
        if MOST_EMPTY * empty > 2 * size:
            raise CannotEstimate("lead", got=f"{empty} weeks without dues or answers", need=f"at most one in {MOST_EMPTY}")
        return Ahead(instrument, size, lead_of(x, y, most=MOST_WEEKS, period=YEAR), None)
    except CannotEstimate as error:
        return Ahead(instrument, size, None, refuse(error))


def _filled(weeks: Any, series: dict[Any, Fraction]) -> Any:
    by_day = {week.date(): float(value) for week, value in series.items()}
    usual = sum(by_day.values()) / len(by_day)
    return np.array([by_day.get(week.item(), usual) for week in weeks], dtype=np.float64)
