"""What customers answered about the subjects of a promise, and whether they answered before or after it was fulfilled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil

import numpy as np

from troth.engines.statistics import Coefficient, MeanDifference, Regression, Sums, difference_of_means, median_interval, ols_hc3
from troth.findings.context import Context
from troth.findings.weighing import Counts, strata, total
from troth.findings.words import plural, spoken
from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import Refusal, refuse
from troth.promises import Promise
from troth.query import literal_text
from troth.record.strata import Stratum

# Of the scale's length: a smaller difference is of no use to anybody; a tenth of a star on 1 to 5.
LEAST_DIFFERENCE = 1 / 40
LEAST_LATE = 10
WEEK_US = 604_800_000_000
GROUPS = {"early": "late, answered while waiting", "after": "late, answered after", "kept": "kept", "kept_after": "kept, answered after"}


@dataclass(frozen=True, slots=True)
class Survey:
    """One instrument's latest answers about the subjects of one promise. several: it is not the only instrument.

    table: of the engine, where the answers are held while much is asked of them.
    """

    context: Context
    promise: str
    instrument: str
    low: Decimal
    high: Decimal
    several: bool
    table: str | None = None

    @property
    def terms(self) -> Promise:
        return self.context.promises[self.promise]

    @property
    def many(self) -> str:
        return plural(self.terms.subject)

    @property
    def points(self) -> str:
        return "stars" if (self.low, self.high) == (Decimal(1), Decimal(5)) else "points"

    @property
    def named(self) -> str:
        return f"your survey “{spoken(self.instrument)}”" if self.several else "your survey"

    @property
    def key(self) -> str:
        return f"{self.promise}/{self.instrument}" if self.several else self.promise


@dataclass(frozen=True, slots=True)
class Scores:
    """Exact sums by stratum and group (see GROUPS). first, last: due instants of those answered."""

    by: Mapping[tuple[Stratum, str], Sums]
    first: datetime
    last: datetime

    def sums(self, group: str) -> Sums:
        """Of all strata together, unweighted."""
        parts = [sums for (_, name), sums in self.by.items() if name == group]
        return Sums(sum(p.n for p in parts), sum(Decimal(p.total) for p in parts) or 0, sum(Decimal(p.squares) for p in parts) or 0)

    def mean(self, group: str) -> Fraction | None:
        """Weighed by stratum."""
        parts = [(s.weight, sums) for (s, name), sums in self.by.items() if name == group]
        of = sum((weight * sums.n for weight, sums in parts), Fraction(0))
        return sum((weight * Fraction(sums.total) for weight, sums in parts), Fraction(0)) / of if of else None

    def counts(self) -> list[Counts]:
        """Late ones by stratum: answered while waiting, and answered at all."""
        found = []
        for stratum in dict.fromkeys(s for s, _ in self.by):
            early, after = (self.by[stratum, g].n if (stratum, g) in self.by else 0 for g in ("early", "after"))
            found.append(Counts(stratum, {"early": early, "late": early + after}))
        return found

    def weights(self, *groups: str) -> set[Fraction]:
        return {s.weight for (s, name), sums in self.by.items() if name in groups and sums.n}


@dataclass(frozen=True, slots=True)
class Days:
    """How many late ones by local days from the promised day: of the answer, of the fulfilment, of an answer before that."""

    answered: Counter[int]
    fulfilled: Counter[int]
    early: Counter[int]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the scores say. early: share of the late. waiting: scores on late and weeks waited; why_not: why there is none.

    apart: late less kept, answers after fulfilment. days: median, in days from the promised day, of answers while waiting.
    """

    scores: Scores
    by_day: Days
    early: Fraction
    waiting: Regression | None
    why_not: Refusal | None
    apart: MeanDifference | None
    days: int | None

    @property
    def late(self) -> int:
        return self.scores.sums("early").n + self.scores.sums("after").n


def surveys(context: Context, name: str) -> list[Survey]:
    rows = context.engine.rows(
        "SELECT instrument, min(low), max(low), min(high), max(high) FROM feedback WHERE about_type = ?"
        " GROUP BY instrument ORDER BY instrument",
        (context.promises[name].subject,),
    )
    alike = [row for row in rows if row[1] == row[2] and row[3] == row[4]]  # scores on two scales have no mean
    return [Survey(context, name, str(i), low, high, len(alike) > 1) for i, low, _, high, _ in alike]


@contextmanager
def held(survey: Survey) -> Iterator[Survey]:
    """The survey with its answers in a table of the engine's while this lasts."""
    engine, table = survey.context.engine, f"heard_{survey.promise}"
    engine.run(f"CREATE OR REPLACE TABLE {table} AS {answers_sql(survey)} FROM judged")
    try:
        yield replace(survey, table=table)
    finally:
        engine.run(f"DROP TABLE {table}")


def _judged(survey: Survey) -> str:
    return answers_sql(survey) if survey.table is None else f"WITH judged AS (FROM {survey.table})"


def answers_sql(survey: Survey) -> str:
    """CTE `judged`: fulfilled subjects with their latest answer; grp is one of GROUPS, kept ones that answered early apart."""
    return (
        "WITH answer AS (\n"
        "  SELECT about AS subject, score, answered FROM feedback\n"
        f"  WHERE about_type = {literal_text(survey.terms.subject)} AND instrument = {literal_text(survey.instrument)}\n"
        "    AND answered IS NOT NULL\n"
        "  QUALIFY row_number() OVER (PARTITION BY about ORDER BY answered DESC, source DESC, source_row DESC) = 1\n"
        "), fulfilled AS (\n"
        f"  SELECT o.subject, o.stratum, o.made, o.due, o.fulfilled, a.answered, a.score, {survey.context.state()} AS state\n"
        f"  FROM outcome_{survey.promise} o JOIN answer a ON a.subject = o.subject WHERE o.fulfilled IS NOT NULL\n"
        "), judged AS (\n"
        "  SELECT *, CASE WHEN state = 'broken' AND answered < fulfilled THEN 'early' WHEN state = 'broken' THEN 'after'\n"
        "                 WHEN answered < fulfilled THEN 'kept_early' ELSE 'kept_after' END AS grp\n"
        "  FROM fulfilled WHERE state IN ('broken', 'kept')\n)"
    )


def weighed_sql(survey: Survey, select: str) -> str:
    return (
        f"{answers_sql(survey)}, counted AS (\n"
        "  SELECT stratum, count(*) FILTER (grp = 'early') AS early, count(*) FILTER (state = 'broken') AS late,\n"
        "         count(*) FILTER (grp = 'after') AS after, coalesce(sum(score) FILTER (grp = 'after'), 0) AS after_total,\n"
        "         count(*) FILTER (grp = 'kept_after') AS kept,\n"
        "         coalesce(sum(score) FILTER (grp = 'kept_after'), 0) AS kept_total\n"
        "  FROM judged GROUP BY stratum\n), weighed AS (\n"
        "  SELECT c.*, coalesce(CAST(s.population AS DOUBLE) / s.seen, 1) AS weight FROM counted c LEFT JOIN stratum s\n"
        f"    ON s.stratum = c.stratum AND s.object_type = {literal_text(survey.terms.subject)}\n)\n"
        f"SELECT {select} AS value\nFROM weighed"
    )


EARLY_SQL = "sum(weight * early) / sum(weight * late)"
APART_SQL = "sum(weight * after_total) / sum(weight * after)\n     - sum(weight * kept_total) / sum(weight * kept)"
# Least squares on two regressors, by Cramer's rule on their centred products.
LATE_SQL = (
    "(covar_pop(y, late) * var_pop(weeks) - covar_pop(y, weeks) * covar_pop(late, weeks))\n"
    "     / (var_pop(late) * var_pop(weeks) - covar_pop(late, weeks) ** 2)"
)


def cases_sql(survey: Survey, select: str) -> str:
    """Answers given after fulfilment, one row each: y, late, weeks."""
    return (
        f"{_judged(survey)}, cases AS (\n"
        "  SELECT CAST(score AS DOUBLE) AS y, CAST(state = 'broken' AS DOUBLE) AS late,\n"
        f"         (epoch_us(fulfilled) - epoch_us(made)) / {WEEK_US}.0 AS weeks\n"
        "  FROM judged WHERE grp IN ('after', 'kept_after') ORDER BY subject\n)\n"
        f"SELECT {select}\nFROM cases"
    )


def scores_of(survey: Survey) -> Scores | None:
    """None where no late one or no kept one was answered."""
    engine, known = survey.context.engine, strata(survey.context, survey.terms.subject)
    rows = engine.rows(
        f"{_judged(survey)} SELECT stratum, grp, count(*), sum(score), sum(score * score), min(due), max(due) FROM judged"
        " GROUP BY stratum, grp ORDER BY stratum, grp"
    )
    by: dict[tuple[Stratum, str], Sums] = {}
    for name, group, n, whole, squares, *_ in rows:
        in_file = sum(int(row[2]) for row in rows if row[0] == name)
        stratum = known.get(name, Stratum(name, in_file, in_file))
        sums = Sums(int(n), Decimal(whole), Decimal(squares))
        for label in ("kept", "kept_after") if group == "kept_after" else ("kept",) if group == "kept_early" else (str(group),):
            have = by.get((stratum, label), Sums(0, Decimal(0), Decimal(0)))
            by[stratum, label] = Sums(have.n + sums.n, Decimal(have.total) + Decimal(whole), Decimal(have.squares) + Decimal(squares))
    groups = {group for _, group in by}
    if not groups & {"early", "after"} or "kept" not in groups:
        return None
    return Scores(by, min(row[5] for row in rows), max(row[6] for row in rows))


def hear(survey: Survey, scores: Scores) -> Heard:
    counted, days = scores.counts(), days_of(survey)
    waiting, why_not = None, None
    try:
        waiting = _fit(survey, scores)
    except CannotEstimate as error:
        why_not = refuse(error)
    return Heard(
        scores,
        days,
        early=total(counted, "early") / total(counted, "late"),
        waiting=waiting,
        why_not=why_not,
        apart=_apart(scores),
        days=_median_day(days),
    )


def _fit(survey: Survey, scores: Scores) -> Regression:
    """Score on late and weeks waited. Refuses answers of unlike weight: the regression counts each of them once."""
    if len(scores.weights("after", "kept_after")) > 1:
        raise CannotEstimate(
            "comparison at equal waiting time",
            got="answers from strata sampled at different rates",
            need="answers that each stand for as many",
            settle=f"Load all {survey.many}.",
        )
    cases = survey.context.engine.columns(cases_sql(survey, "y, late, weeks"))
    y, late, weeks = (np.asarray(cases[name], dtype=np.float64) for name in ("y", "late", "weeks"))
    if late.sum() < LEAST_LATE:
        raise CannotEstimate(
            "comparison at equal waiting time",
            got=f"{int(late.sum())} late {survey.many} rated after the wait",
            need=f"at least {LEAST_LATE}",
            settle="Send the survey once the promise is fulfilled.",
        )
    return ols_hc3(y, np.column_stack([np.ones(y.size), late, weeks]), ("constant", "late", "weeks"))


def _apart(scores: Scores) -> MeanDifference | None:
    if len(scores.weights("after", "kept_after")) > 1:
        return None
    try:
        return difference_of_means(scores.sums("after"), scores.sums("kept_after"))
    except CannotEstimate:
        return None


def days_of(survey: Survey) -> Days:
    """Of the broken ones."""
    context = survey.context
    due, answered, fulfilled = (f"CAST({context.local(f'j.{one}')} AS DATE)" for one in ("due", "answered", "fulfilled"))
    rows = context.engine.rows(
        f"{_judged(survey)} SELECT {answered} - {due} AS answered, {fulfilled} - {due} AS fulfilled, grp = 'early' AS early, count(*)"
        " FROM judged j WHERE state = 'broken' GROUP BY ALL ORDER BY ALL"
    )
    days = Days(Counter(), Counter(), Counter())
    for when, kept, early, count in rows:
        days.answered[int(when)] += int(count)
        days.fulfilled[int(kept)] += int(count)
        if early:
            days.early[int(when)] += int(count)
    return days


def _median_day(days: Days) -> int | None:
    try:
        return median_interval(np.array(sorted(days.early.elements()), dtype=np.int64)).value
    except CannotEstimate:
        return None


def answers_needed(survey: Survey, have: int, estimate: Coefficient | MeanDifference) -> tuple[int, float]:
    """How many late ones answered after fulfilment would tell a difference of this size from none, and the size.

    The half-width shrinks with the root of their number; it must fall below the difference, or below the least one of any
    use where that is larger.
    """
    aim = max(abs(estimate.value), float(survey.high - survey.low) * LEAST_DIFFERENCE)
    return max(have + 1, ceil(have * ((estimate.high - estimate.low) / 2 / aim) ** 2)), aim
