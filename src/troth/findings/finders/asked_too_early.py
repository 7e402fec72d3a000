"""Did the survey ask before the promise was fulfilled, and what do scores say about being late once that is allowed for?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from troth.engines.statistics import Sums, mean_of_scores
from troth.findings.context import Context, window
from troth.findings.kept import share_of
from troth.findings.statement import Act, Evidence, Figure, Statement, Table
from troth.findings.survey import (
    APART_SQL,
    EARLY_SQL,
    GROUPS,
    LATE_SQL,
    Heard,
    Survey,
    answers_needed,
    answers_sql,
    cases_sql,
    hear,
    held,
    scores_of,
    surveys,
    weighed_sql,
)
from troth.findings.weighing import total
from troth.findings.words import count_of, done, interval, number, percent, signed, spoken
from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import Refusal
from troth.query import literal_text

NAME = "asked_too_early"
OFTEN = Fraction(1, 10)
FEWEST_LATE = 10
MOST_BINS = 60


def find(context: Context) -> list[Statement]:
    if not context.has("feedback"):
        return []
    found = [_statement(survey) for name, p in context.dated.items() if p.kind == "customer" for survey in surveys(context, name)]
    return [s for s in found if s is not None]


def _statement(survey: Survey) -> Statement | None:
    untimed = _without_time(survey)
    if untimed:
        return untimed
    with held(survey) as asked:
        scores = scores_of(asked)
        if scores is None:
            return None
        heard = hear(asked, scores)
    if heard.late < FEWEST_LATE:
        return _refused(survey, heard, _too_few(survey, heard))
    late = heard.waiting["late"] if heard.waiting else None
    if late and not late.low <= 0 <= late.high:
        return _associated(survey, heard)
    if heard.early >= OFTEN:
        return _refused(survey, heard, _not_compared(survey, heard, heard.why_not) if heard.why_not else _zero_inside(survey, heard))
    if heard.apart and heard.apart.low <= 0 <= heard.apart.high:
        return _refused(survey, heard, _zero_inside(survey, heard))
    return _compared(survey, heard)


def _without_time(survey: Survey) -> Statement | None:
    """The refusal where no answer bears a time."""
    where = f"about_type = {literal_text(survey.terms.subject)} AND instrument = {literal_text(survey.instrument)}"
    n, timed = survey.context.engine.rows(f"SELECT count(*), count(answered) FROM feedback WHERE {where}")[0]
    if timed:
        return None
    reason = "No answer says when it was given: while the customer still waited, or after."
    return Statement(
        id=f"{NAME}/{survey.key}",
        finder=NAME,
        headline=f"We cannot yet say whether being late goes with fewer {survey.points}.",
        paragraph=reason,
        evidence=Evidence(f"{int(n):,} answers", "no time of any answer", "cannot say yet"),
        value=float(n),
        unit="count",
        sql=f"SELECT count(*) AS value\nFROM feedback\nWHERE {where}",
        table=Table(("answers", "with a time"), ((int(n), 0),)),
        weight=float(n),
        owner=", ".join(survey.terms.owners) or None,
        acts=(Act("Show the numbers", "table"), Act("SQL", "sql")),
        refusal=Refusal(reason, "0 answers with a time", f"{int(n):,} answers with a time", "Load the time of each answer."),
    )


def _too_few(survey: Survey, heard: Heard) -> Refusal:
    return Refusal(
        "Too few late ones have an answer.",
        f"{count_of(heard.late, f'late {survey.terms.subject}')} with an answer",
        f"at least {FEWEST_LATE}",
        f"Load more answers about late {survey.many}.",
    )


def _not_compared(survey: Survey, heard: Heard, why_not: Refusal) -> Refusal:
    settle = why_not.settle or f"Send the survey {_once(survey)}."
    return Refusal(_share_early(survey, heard), why_not.got, why_not.need, settle)


def _share_early(survey: Survey, heard: Heard) -> str:
    return f"{percent(heard.early, 0)} of the late {survey.many} with an answer were rated while the customer still waited."


def _zero_inside(survey: Survey, heard: Heard) -> Refusal:
    """The difference is not told apart from none."""
    estimate = heard.waiting["late"] if heard.waiting else heard.apart
    assert estimate is not None
    have = heard.scores.sums("after").n
    needed, aim = answers_needed(survey, have, estimate)
    often = heard.early >= OFTEN
    reason = _share_early(survey, heard) if often else "The difference may be the usual ups and downs."
    return Refusal(
        reason,
        f"{have:,} late {survey.many} rated after the wait",
        f"at least {needed:,}, to tell a difference of {aim:.2f} {survey.points} from none",
        f"Send the survey {_once(survey)}: {needed - have:,} more answers about late {survey.many} or so, if the difference stays.",
    )


def _refused(survey: Survey, heard: Heard, refusal: Refusal) -> Statement:
    """What is not said, and what is sure all the same."""
    if heard.early >= OFTEN and heard.late >= FEWEST_LATE:
        headline = f"We cannot yet say that being late costs you {survey.points}; {survey.named} asked too early."
    else:
        headline = f"We cannot yet say whether being late goes with fewer {survey.points}."
    return _made(
        survey,
        heard,
        _Told(
            headline,
            sentences=(_by_group(survey, heard), _per_week(survey, heard), _when_to_write(heard)),
            n=f"{count_of(heard.late, f'late {survey.terms.subject}')} with an answer",
            limits=_early_limits(heard),
            refusal=refusal,
            value=float(heard.early),
            sql=weighed_sql(survey, EARLY_SQL),
        ),
    )


def _associated(survey: Survey, heard: Heard) -> Statement:
    """Late and kept ones differ among answers after fulfilment, at the same waiting time."""
    assert heard.waiting is not None
    late = heard.waiting["late"]
    more = "less" if late.value < 0 else "more"
    by = f"{abs(late.value):.{1 if abs(late.value) >= 0.1 else 2}f}"
    left_out = (
        f"Only answers after the wait count here: {percent(heard.early, 0)} of the late ones were rated while the customer still waited."
        if heard.early >= OFTEN
        else _by_group(survey, heard)
    )
    return _made(
        survey,
        heard,
        _Told(
            f"Late {survey.many} were given {by} {survey.points} {more} than others that took as long.",
            sentences=(left_out, _per_week(survey, heard), _when_to_write(heard)),
            n=f"{heard.waiting.n:,} answers after the wait",
            limits=f"{signed(late.low)} to {signed(late.high)} {survey.points}",
            value=late.value,
            sql=cases_sql(survey, f"{LATE_SQL} AS value"),
            unit=survey.points,
        ),
    )


def _compared(survey: Survey, heard: Heard) -> Statement:
    """Hardly anybody was asked early: late and kept ones side by side."""
    after, kept = heard.scores.mean("after"), heard.scores.mean("kept_after")
    assert after is not None
    assert kept is not None
    apart = heard.apart
    return _made(
        survey,
        heard,
        _Told(
            f"Late {survey.many} were given {float(after):.1f} {survey.points}, those kept {float(kept):.1f}.",
            sentences=(
                "The two go together; that is no proof of a cause. Late ones waited longer, too.",
                _per_week(survey, heard),
            ),
            n=f"{heard.scores.sums('after').n:,} late and {heard.scores.sums('kept_after').n:,} kept {survey.many}, answers after the wait",
            limits=f"{signed(apart.low)} to {signed(apart.high)} {survey.points}" if apart else None,
            value=float(after - kept),
            sql=weighed_sql(survey, APART_SQL),
            unit=survey.points,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What one of the three answers says; the rest of the statement is the same for all."""

    headline: str
    sentences: tuple[str, ...]
    n: str
    limits: str | None
    value: float
    sql: str
    unit: str = "share"
    refusal: Refusal | None = None


def _made(survey: Survey, heard: Heard, told: _Told) -> Statement:
    context, subject = survey.context, survey.terms.subject
    counted = heard.scores.counts()
    early = heard.scores.sums("early").n
    show = (Act("Show the list", "orders"),) if early else ()
    send = Act(f"Send the survey {_once(survey)}", primary=True)
    write = Act("Draft the message")
    return Statement(
        id=f"{NAME}/{survey.key}",
        finder=NAME,
        headline=told.headline,
        paragraph=" ".join(sentence for sentence in told.sentences if sentence),
        evidence=Evidence(
            told.n,
            f"due {window(context.local_time(heard.scores.first), context.local_time(heard.scores.last))}",
            "cannot say yet" if told.refusal else "association",
            told.limits,
            _notes(survey, heard),
        ),
        value=told.value,
        unit=told.unit,
        sql=told.sql,
        table=_table(survey, heard),
        weight=float(total(counted, "late")),
        owner=", ".join(survey.terms.owners) or None,
        acts=(send, write, *show) if heard.early >= OFTEN else (Act("Show the numbers", "table"), Act("SQL", "sql"), *show),
        estimated=len(heard.scores.weights(*GROUPS)) > 1,
        figure=_figure(survey, heard),
        orders_sql=f"{answers_sql(survey)}\nSELECT s.id FROM judged j JOIN object_{subject} s ON s.code = j.subject\n"
        "WHERE j.grp = 'early'\nORDER BY s.id"
        if early
        else None,
        orders_count=early,
        refusal=told.refusal,
    )


def _once(survey: Survey) -> str:
    event = spoken(survey.terms.fulfil.what)
    return f"once {event}" if done(event) == event else f"once “{event}” is on record"


def _by_group(survey: Survey, heard: Heard) -> str:
    """Share and mean of those who answered while waiting, mean of those after, mean of kept ones."""
    early, after, kept = (heard.scores.mean(group) for group in ("early", "after", "kept"))
    parts = []
    if early is not None:
        waited = f"{percent(heard.early, 0)} of the late {survey.many} were rated while the customer still waited"
        parts.append(f"{waited}: {float(early):.1f} {survey.points}")
    if after is not None:
        parts.append(f"{'rated after the wait' if parts else f'Late {survey.many}'}: {float(after):.1f}")
    if kept is not None:
        parts.append(f"kept ones: {float(kept):.1f}")
    return "; ".join(parts) + "."


def _per_week(survey: Survey, heard: Heard) -> str:
    week = heard.waiting["weeks"] if heard.waiting else None
    if week is None or week.low <= 0 <= week.high:
        return ""
    return (
        f"What is sure: every extra week of waiting goes with {abs(week.value):.2f} {survey.points}"
        f" {'less' if week.value < 0 else 'more'}, late or not."
    )


def _when_to_write(heard: Heard) -> str:
    if heard.early < OFTEN or heard.days is None or heard.days < 1:
        return ""
    days = "1 day" if heard.days == 1 else f"{heard.days} days"
    return f"Those still waiting answer about {days} after the promised day: write to them on day 1."


def _early_limits(heard: Heard) -> str | None:
    try:
        share = share_of(heard.scores.counts(), "early", "late")
    except CannotEstimate:
        return None
    return f"{interval(share.low, share.high)} % answered while waiting"


def _notes(survey: Survey, heard: Heard) -> tuple[str, ...]:
    notes = []
    if heard.waiting:
        late, week = heard.waiting["late"], heard.waiting["weeks"]
        apart = f"{signed(late.value)} {survey.points} ({signed(late.low)} to {signed(late.high)})"
        notes += [
            f"at equal waiting time, late less kept: {apart}, answers after the wait, n {heard.waiting.n:,}",
            f"each week of waiting: {signed(week.value)} ({signed(week.low)} to {signed(week.high)}), an association",
            "at equal waiting time every answer counts once, whatever it stands for in the whole",
        ]
    elif heard.why_not:
        notes.append("no comparison at equal waiting time")
    sampled = sorted({s.weight for s, _ in heard.scores.by})
    if len(sampled) == 1 and sampled[0] > 1:
        notes.append(f"all of one kind, of which the file holds one in {number(sampled[0])}: shares and means need no scaling")
    notes.append(f"the latest answer of each {survey.terms.subject.replace('_', ' ')}")
    return tuple(notes)


def _table(survey: Survey, heard: Heard) -> Table:
    """Means by group, the coefficients, then the figure: how many on each day."""
    rows: list[tuple[str | int | float | None, ...]] = []
    for group, label in GROUPS.items():
        sums, mean = heard.scores.sums(group), heard.scores.mean(group)
        if mean is not None:
            limits = _limits(sums) if len(heard.scores.weights(group)) == 1 else (None, None)
            rows.append((f"{survey.points}: {label}", sums.n, round(float(mean), 3), *limits))
    if heard.waiting:
        for name, label in (("late", "late less kept, equal waiting"), ("weeks", "each week of waiting")):
            one = heard.waiting[name]
            rows.append((f"{survey.points}: {label}", heard.waiting.n, *(round(x, 3) for x in (one.value, one.low, one.high))))
    if heard.days is not None:
        label = "days from the promised day by which half of those still waiting answered"
        rows.append((label, heard.scores.sums("early").n, heard.days, None, None))
    for label, counted in _days(survey, heard).items():
        rows += [(f"late, {label} on day {day:+d}".replace("-", "−"), n, None, None, None) for day, n in sorted(counted.items())]
    return Table(("what", survey.many, "value", "low", "high"), tuple(rows))


def _limits(sums: Sums) -> tuple[float | None, float | None]:
    try:
        mean = mean_of_scores(sums)
    except CannotEstimate:
        return None, None
    return round(mean.low, 3), round(mean.high, 3)


def _days(survey: Survey, heard: Heard) -> dict[str, Counter[int]]:
    """Late ones by days from the promised day, of the answer and of the fulfilment."""
    return {"survey answered": heard.by_day.answered, spoken(survey.terms.fulfil.what): heard.by_day.fulfilled}


def _figure(survey: Survey, heard: Heard) -> Figure:
    """Histogram of both; what lies far out is heaped on the last bin of its side."""
    counted = _days(survey, heard)
    every = sorted(day for one in counted.values() for day in one.elements())
    low, high = every[len(every) // 100], every[len(every) - 1 - len(every) // 100]
    width = -(-(high - low + 1) // MOST_BINS)
    first, last = low // width * width, high // width * width
    series = []
    for (label, one), tone in zip(counted.items(), ("waiting", "accent"), strict=True):
        bins: Counter[int] = Counter()
        for day, n in one.items():
            bins[min(max(day // width * width, first), last)] += n
        series.append({"label": label, "tone": tone, "bins": [[edge, n] for edge, n in sorted(bins.items())]})
    return Figure(
        "histogram",
        f"late {survey.many} only, days from the promised day; the ends hold what lies beyond",
        {"unit": "days", "zero": "promised day", "series": series},
    )
