"""How answers go with how early or late customers were served, by band of days; and what was asked before the outcome was there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from troth.engines.statistics.ratio import PairSums, Ratio, ratio_of_sums
from troth.findings.context import Context
from troth.findings.survey import Survey, answers_sql
from troth.findings.weighing import strata
from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import Refusal, refuse
from troth.promises.lanes import Lanes

EDGES = (-9, -4, 1, 4, 8)  # the first day of each band after the first, from the promised day; late from 1 on


@dataclass(frozen=True, slots=True)
class Answered:
    """Answers with their mean and its interval, weighed where the file is a sample. n: in the file."""

    what: str
    n: int
    mean: float | None
    low: float | None
    high: float | None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Dose:
    """One promise and one instrument. bands: by days between the promised day and the day of fulfilment, the earliest first; all answers,
    whenever they were given. waiting, after: of the late, by whether the customer was asked before fulfilment; kept: of those in time.
    early: the share of the late that answered while waiting. units: by what was asked, answers after fulfilment only.
    """

    promise: str
    words: str
    instrument: str
    points: str
    bands: tuple[Answered, ...]
    waiting: Answered
    after: Answered
    kept: Answered
    early: float | None
    by: tuple[str, ...]
    units: tuple[tuple[str, Answered, Answered], ...]
    estimated: bool
    sql: str


def dose_of(context: Context, survey: Survey, by: Sequence[str] = (), lanes: Lanes | None = None) -> Dose:
    """The bands of a promise and the answers to an instrument. lanes: by what units are told apart, over the subject's row `o`.

    A unit has its late and its kept apart, of answers after fulfilment: what was asked before it cannot tell of it.
    """
    sql = _sql(context, survey, lanes)
    known = strata(context, survey.terms.subject)
    of: dict[tuple[str, str], list[PairSums]] = defaultdict(list)
    for unit, late, waiting, band, stratum, n, total, squares in context.engine.rows(f"{sql} GROUP BY ALL ORDER BY ALL"):
        sums = PairSums(
            int(n), Decimal(total), int(n), Decimal(squares), int(n), Decimal(total), known[stratum].seen, known[stratum].population
        )
        of["band", str(int(band))].append(sums)
        of["all", "kept" if not late else "waiting" if waiting else "after"].append(sums)
        if not waiting:
            of["late" if late else "kept", str(unit)].append(sums)
    waiting, after = (_weighed(of["all", name]) for name in ("waiting", "after"))
    units = sorted({name for kind, name in of if kind in ("late", "kept")}) if lanes is not None else []
    return Dose(
        survey.promise, survey.terms.words, survey.instrument, survey.points,
        tuple(_answered(label, of["band", str(place)]) for place, label in enumerate(labels())),
        _answered("late, answered while waiting", of["all", "waiting"]), _answered("late, answered after", of["all", "after"]),
        _answered("kept", of["all", "kept"]), float(waiting / (waiting + after)) if waiting + after else None, tuple(by),
        tuple((name, _answered("late", of["late", name]), _answered("kept", of["kept", name])) for name in units),
        any(one.weight != 1 for one in known.values()), sql,
    )  # fmt: skip


def labels() -> list[str]:
    """What each band is called, the earliest first."""
    early = ["10 or more days early", "5 to 9 days early", "0 to 4 days early"]
    return [*early, "1 to 3 days late", "4 to 7 days late", "8 or more days late"]


def _sql(context: Context, survey: Survey, lanes: Lanes | None) -> str:
    local = context.local
    day = f"CAST({local('j.fulfilled')} AS DATE) - CAST({local('j.due')} AS DATE)"
    band = " + ".join(f"CAST({day} >= {edge} AS INTEGER)" for edge in EDGES)
    unit = (
        "''" if lanes is None else " || ' · ' || ".join(f"coalesce(CAST({one} AS VARCHAR), 'not on record')" for one in lanes.columns[:-1])
    )
    joined = "" if lanes is None else f" JOIN object_{survey.terms.subject} o ON o.code = j.subject {lanes.joined}"
    asked = "j.state = 'broken' AS late, j.answered < j.fulfilled AS waiting"
    sums = "count(*) AS n, sum(j.score) AS total, sum(j.score * j.score) AS squares"
    return f"{answers_sql(survey)}\nSELECT {unit} AS unit, {asked}, {band} AS band, j.stratum, {sums}\nFROM judged j{joined}"


def _weighed(parts: Sequence[PairSums]) -> Fraction:
    return sum((part.weight * part.n for part in parts), Fraction(0))


def _answered(what: str, parts: Sequence[PairSums]) -> Answered:
    n = sum(part.n for part in parts)
    try:
        found: Ratio = ratio_of_sums(parts)
    except CannotEstimate as error:
        return Answered(what, n, None, None, None, refuse(error))
    return Answered(what, n, found.value, found.low, found.high)
