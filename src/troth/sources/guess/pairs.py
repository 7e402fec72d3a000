"""Promised beside actual: which column says until when, and which says when it happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from troth.record import Engine
from troth.sources.guess import lexicon
from troth.sources.guess.timeline import Moment, Timeline
from troth.sources.guess.words import is_neutral, says

MOST_PROMISED = 10
MOST_ACTUAL = 16
SELDOM, SELDOM_COSTS = 0.25, 16  # what is seldom known where a date is promised loses to what is known mostly
FEWEST = 8
MOST_SEVERAL = 0.3
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Counts:
    """What the data say of one pair, counted over objects; `span` is quartiles of actual minus promised, in seconds."""

    both: int
    promised_only: int
    actual_only: int
    kept: int
    equal: int
    promised_ordered: int
    promised_seen: int
    actual_ordered: int
    actual_seen: int
    beyond: int
    together: float
    offset: tuple[float, ...]
    span: tuple[float, ...]
    taken: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """link: how the names belong together: 3 the same thing, 2 something near, 1 nothing named, 0 a different thing."""

    timeline: Timeline
    promised: Moment
    actual: Moment
    counts: Counts
    link: int
    score: int
    evidence: tuple[str, ...]
    against: str

    @property
    def may_stand(self) -> bool:
        return not self.against


def candidates(engine: Engine, timeline: Timeline) -> list[Candidate]:
    """Every pair worth counting, judged alone; the best of rivals is chosen by `chosen`."""
    promised = [m for m in timeline.moments if _may_be_promised(m, timeline)]
    promised = sorted(promised, key=lambda m: -m.name.promise)[:MOST_PROMISED]
    found = []
    for p in promised:
        actual = [m for m in timeline.moments if _may_be_actual(m, p, timeline) and not _elsewhere(p, m)]
        actual = sorted(actual, key=lambda m: (-link(p, m), -m.name.actual, -m.mean))[:MOST_ACTUAL]
        found += [_judged(engine, timeline, p, a) for a in actual]
    return [c for c in found if c.counts.both or c.promised.name.promise == 2]


def _may_be_promised(m: Moment, timeline: Timeline) -> bool:
    if m.name.never or m.name.housekeeping or m.activity is not None or not m.filled or m is timeline.created:
        return False
    if m.name.promise:
        return True
    silent = is_neutral(m.column) or not (m.name.actual or m.name.created)
    return silent and m.origin == "own" and not m.many and m.filled >= 0.9 * timeline.objects


def _may_be_actual(m: Moment, promised: Moment, timeline: Timeline) -> bool:
    if m.alias == promised.alias or m.name.promise or m.name.never or m.name.housekeeping or m is timeline.created:
        return False
    if m.activity is not None:
        return link(promised, m) >= 2 or (m.name.actual and link(promised, m) == 1)
    if not promised.name.promise:
        return m.origin == "own" and not m.name.created
    return not (m.origin == "log" and m.activity is None)


def _elsewhere(p: Moment, a: Moment) -> bool:
    """Both stand in one file with objects of its own, where they are judged."""
    return p.table == a.table and p.origin == a.origin == "child"


def link(promised: Moment, actual: Moment) -> int:
    """How two names belong together: by what is promised and what was done, else by the same stem."""
    p, a = promised.name, actual.name
    if p.concepts and a.concepts:
        if p.concepts & a.concepts:
            return 3
        near = any(frozenset((x, y)) in lexicon.NEAR for x in p.concepts for y in a.concepts)
        return 2 if near else 0
    shared = p.stems & a.stems
    if shared:
        return 3
    if a.concepts <= {"start"} and a.concepts:
        return 0
    return 1


def _judged(engine: Engine, timeline: Timeline, p: Moment, a: Moment) -> Candidate:
    counts = _count(engine, timeline, p, a)
    joined = link(p, a)
    signs = _signs(counts, p, a)
    words, named = _said(p, a, joined)
    known = counts.both / max(counts.both + counts.promised_only, 1)
    score = min(100, named + sum(8 for s in signs.values() if s) + _finality(a, timeline, p) - (SELDOM_COSTS if known < SELDOM else 0))
    evidence = (*words, *(text for text in signs.values() if text))
    return Candidate(timeline, p, a, counts, joined, score, evidence, _against(counts, p, a, joined, signs, timeline))


def _said(p: Moment, a: Moment, joined: int) -> tuple[list[str], int]:
    words, points = [], (0, 10, 22)[p.name.promise] - 4 * p.name.wish
    if p.name.promise:
        words.append(f"the name '{p.column}' speaks of something promised")
    if a.name.actual:
        words.append(f"'{a.activity or a.column}' of something done")
        points += 6
    if p.name.promise and joined == 3:
        words.append(f"both speak of the same ({', '.join(sorted((p.name.concepts & a.name.concepts) or (p.name.stems & a.name.stems)))})")
    return words, points + (0, 6, 10, 20)[joined] + 2 * len(p.name.stems & a.name.stems)


def _finality(a: Moment, timeline: Timeline, p: Moment) -> int:
    """Among rivals the last thing that happens is what was promised, but the closing of a file comes after the work is done."""
    rivals = [m for m in timeline.moments if _may_be_actual(m, p, timeline) and m.filled and m.name.actual]
    last = 2 if rivals and a.mean >= max(m.mean for m in rivals) else 0
    working = [
        m for m in rivals if m.alias != a.alias and link(p, m) >= link(p, a) and not _is_clerical(m) and m.name.concepts & a.name.concepts
    ]
    return last - (25 if _is_clerical(a) and working else 0)


def _is_clerical(m: Moment) -> bool:
    return says(m.activity or m.column, lexicon.CLERICAL)


def _signs(c: Counts, p: Moment, a: Moment) -> dict[str, str]:
    """What speaks for the pair in the data; '' where a sign is absent."""
    waiting = c.promised_only
    share = waiting / max(waiting + c.actual_only + c.both, 1)
    ordered = c.promised_seen > 0 and c.promised_ordered >= 0.95 * c.promised_seen and c.actual_ordered >= 0.95 * max(c.actual_seen, 1)
    late, kept = c.both - c.kept, c.kept / c.both if c.both else 0.0
    steady = len(c.offset) == 3 and c.offset[2] - c.offset[0] <= 0.02 * max(abs(c.offset[1]), 1) and c.offset[1] > 0
    pulled = (
        c.together >= 0.15
        or steady
        or (
            len(c.span) == 3
            and len(c.taken) == 3
            and c.taken[2] - c.taken[0] > 0
            and (c.span[2] - c.span[0]) < 0.8 * (c.taken[2] - c.taken[0])
        )
    )
    return {
        "open": f"it is set in {waiting:,} rows where the actual is missing" if waiting >= 3 and share >= 0.005 else "",
        "beyond": f"without an actual it lies beyond the last thing that happened in {c.beyond:,} rows" if c.beyond else "",
        "round": "it stands at a day or at one time of day, the actual does not" if p.is_round and not a.is_round else "",
        "ordered": f"it is not before the beginning in {c.promised_ordered:,} of {c.promised_seen:,} rows" if ordered else "",
        "mixed": f"{c.kept:,} of {c.both:,} happened by then, {late:,} after" if 0.02 <= kept <= 0.998 and late else "",
        "pull": "who is promised more time takes more" if c.together >= 0.15 else "it is always the same time after the beginning" if steady
        else "the actual scatters less around it than around the beginning" if pulled else "",
    }  # fmt: skip


def _against(c: Counts, p: Moment, a: Moment, joined: int, signs: dict[str, str], timeline: Timeline) -> str:
    """Why the pair is not asserted, '' where it may be."""
    if not a.filled or not c.both:
        return "the actual is never known where a date is promised"
    refusals = (
        (c.both < FEWEST, f"only {c.both:,} rows have both"),
        (
            a.many and (joined < 3 or p.name.promise < 2 or a.several > MOST_SEVERAL * timeline.objects),
            "several rows stand for one object, and none of them alone is what was promised",
        ),
        (c.equal >= 0.98 * c.both, "the two are copies of each other"),
        (c.promised_ordered < 0.9 * c.promised_seen, "the date lies before the beginning too often"),
        (c.actual_ordered < 0.9 * c.actual_seen, "the actual lies before the beginning too often"),
        (
            p.name.wish and c.both < SELDOM * (c.both + c.promised_only),
            "it was wished for far more often than the actual is known",
        ),
        (p.filled < 0.3 * timeline.objects and not p.many and c.both < 0.3 * a.filled, "the date is seldom set"),
    )
    refused = next((why for refuse, why in refusals if refuse), "")
    return refused or _unproven(c, p, a, joined, signs)


def _unproven(c: Counts, p: Moment, a: Moment, joined: int, signs: dict[str, str]) -> str:
    """How much the data must say: little where the names say it all, everything where they say nothing."""
    seen = sum(bool(s) for s in signs.values())
    if p.name.promise and is_neutral(a.column) and a.activity is None:
        return "" if seen >= 5 else "the name of the actual tells nothing and the data do not settle it"
    if p.name.promise == 2:
        noun = joined == 1 and not p.name.concepts and bool(a.name.concepts)
        if joined == 0 or (joined < 3 and not a.name.actual and not noun):
            return "the names speak of different things"
        enough = 2 if joined == 3 else 3 if a.name.actual else 5
    elif p.name.promise == 1:
        enough = 4 if joined == 3 and (a.name.actual or signs["mixed"]) else 99
    else:
        enough = 6
        if a.name.created or joined != 1:
            return "neither name says that something was promised"
        if c.kept < 0.5 * c.both or c.together < 0.15:
            return "neither name says so, and the actual does not follow the date"
    return "" if seen >= enough else "too little in the data speaks for it"


def _count(engine: Engine, timeline: Timeline, p: Moment, a: Moment) -> Counts:
    created = timeline.created
    begins = created.alias if created else "CAST(NULL AS TIMESTAMP)"
    end = f"{p.alias} + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND" if p.is_day else f"{p.alias}"
    p_from = f"date_trunc('day', {begins})" if p.is_day or p.is_round else begins
    a_from = f"date_trunc('day', {begins})" if a.is_day or a.is_round else begins
    both = f"{p.alias} IS NOT NULL AND {a.alias} IS NOT NULL"
    last = _observed_to(timeline, p)
    beyond = f"{a.alias} IS NULL AND {p.alias} > TIMESTAMP '{last}'" if last else "FALSE"
    offset, taken, span = (
        f"epoch({p.alias}) - epoch({begins})",
        f"epoch({a.alias}) - epoch({begins})",
        f"epoch({a.alias}) - epoch({p.alias})",
    )
    row = engine.rows(
        f"SELECT count(*) FILTER ({both}), count(*) FILTER ({p.alias} IS NOT NULL AND {a.alias} IS NULL),"
        f" count(*) FILTER ({a.alias} IS NOT NULL AND {p.alias} IS NULL), count(*) FILTER ({a.alias} <= {end}),"
        f" count(*) FILTER ({a.alias} = {p.alias}), count(*) FILTER ({p.alias} >= {p_from}), count({offset}),"
        f" count(*) FILTER ({a.alias} >= {a_from}), count({taken}), count(*) FILTER ({beyond}), corr({offset}, {taken}),"
        f" quantile_cont({offset}, [0.05, 0.5, 0.95]), quantile_cont({span}, [0.25, 0.5, 0.75]), quantile_cont({taken}, [0.25, 0.5, 0.75])"
        f" FROM {timeline.sql}"
    )[0]
    together = float(row[10]) if row[10] is not None and row[10] == row[10] else 0.0
    counted = [int(n) for n in row[:10]]
    n_both, p_only, a_only, kept, equal, p_ordered, p_seen, a_ordered, a_seen, later = counted
    offsets, spans, takens = (tuple(float(q) for q in quantiles or ()) for quantiles in row[11:])
    return Counts(n_both, p_only, a_only, kept, equal, p_ordered, p_seen, a_ordered, a_seen, later, together, offsets, spans, takens)


def _observed_to(timeline: Timeline, p: Moment) -> datetime | None:
    if p.name.promise:
        return timeline.observed_to
    lasts = [m.last for m in timeline.moments if m.alias != p.alias and m.last and not m.name.never]
    return max(lasts) if lasts else None


def chosen(found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, best first, of which the first of each promised and of each actual stands and the others lose.

    Without a word in the names the pair must also be the only one of its file, and the actual the last that happens.
    """
    ordered = sorted(found, key=lambda c: (-c.score, c.promised.many, c.promised.column, c.actual.column))
    silent = [c for c in ordered if c.may_stand and not c.promised.name.promise]
    promised: dict[tuple[int, str], Candidate] = {}
    actual: dict[tuple[int, str, str | None], Candidate] = {}
    settled = []
    for c in ordered:
        p, a = (c.promised.table, c.promised.column), (c.actual.table, c.actual.column, c.actual.activity)
        lost = _lost(c, promised.get(p), actual.get(a), silent) if c.may_stand else c.against
        standing = replace(c, against=lost)
        if standing.may_stand:
            promised[p], actual[a] = standing, standing
        settled.append(standing)
    return settled


def _lost(c: Candidate, same_promised: Candidate | None, same_actual: Candidate | None, silent: Sequence[Candidate]) -> str:
    if not c.promised.name.promise and not _only_one(c, silent):
        return "without a word in the names more than one column would fit"
    if same_promised:
        return f"'{same_promised.actual.activity or same_promised.actual.column}' fits it better"
    return f"'{same_actual.promised.column}' fits it better" if same_actual else ""


def _only_one(c: Candidate, silent: Sequence[Candidate]) -> bool:
    same = [s for s in silent if s.timeline.table == c.timeline.table]
    return len({s.promised.column for s in same}) == 1 and c.actual.mean >= max(s.actual.mean for s in same)
