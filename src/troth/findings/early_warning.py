"""Whether a handover that is broken more often is followed, weeks later, by lower answers of customers, or by fewer who come back."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from troth.engines.statistics import Lead, lead_of
from troth.findings.context import Context
from troth.findings.links import belonging
from troth.findings.related import owned_sql, to_customer
from troth.findings.weighing import is_sample, strata
from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import Refusal, refuse
from troth.query import literal_text

MOST_WEEKS = 13
YEAR = 365.25 / 7
MOST_EMPTY = 10
WITHIN_DAYS = 90
BACK = f"coming back within {WITHIN_DAYS} days"


@dataclass(frozen=True, slots=True)
class Ahead:
    """By how many weeks a share broken runs ahead of what customers do. refusal: why that cannot be said. weeks: in both.

    instrument: of which it is the weekly mean of the answers, or BACK: the share that was followed by another of the same customer.
    """

    instrument: str
    weeks: int
    lead: Lead | None
    refusal: Refusal | None


def ahead_of(context: Context, name: str) -> list[Ahead]:
    """One for each instrument with answers about the subject of an internal promise, or about what belongs to it; then one for coming back.

    The weekly share broken, by due, against the weekly mean of the answers, by when they were given, and against the share of those due in
    a week whose customer had another one made within 90 days of the due, where these are over and customers are on record; scaled up
    where the file is a sample, of which coming back says nothing. An association in time: what leads need not be what brings about.
    """
    return [*_answers(context, name), *_back(context, name)]


def _answers(context: Context, name: str) -> list[Ahead]:
    if not context.has("feedback"):
        return []
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


def _back(context: Context, name: str) -> list[Ahead]:
    promise = context.promises[name]
    ways = to_customer(context, promise)
    if not ways:
        return []
    if is_sample(context, promise.subject):
        return [Ahead(BACK, 0, None, Refusal("Later ones of a customer may not be in a sample.", "a sample", "all of them", "Load all."))]
    back = f"""WITH whose AS (
{owned_sql(context, ways, "  ")}
), made AS (
  SELECT w.code, o.made FROM outcome_{name} o JOIN whose w USING (subject) WHERE o.made <= {context.now}
), due AS (
  SELECT w.code, o.subject, o.stratum, o.due FROM outcome_{name} o JOIN whose w USING (subject)
  WHERE {context.state()} IN ('kept', 'broken') AND o.due + INTERVAL {WITHIN_DAYS} DAY <= {context.now}
)
SELECT d.stratum, date_trunc('week', {context.local("d.due")}) AS week,
  CAST(coalesce(bool_or(n.made <= d.due + INTERVAL {WITHIN_DAYS} DAY), FALSE) AS INTEGER) AS part
FROM due d ASOF LEFT JOIN made n ON n.code = d.code AND n.made > d.due GROUP BY d.subject, d.stratum, d.due"""
    return [_warned(BACK, _weekly(context, promise.subject, _broken_sql(context, name)), _weekly(context, promise.subject, back))]


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
