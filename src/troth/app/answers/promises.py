"""The promises of a snapshot: a line for each, and one of them whole, by month, by stage and by whose terms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from troth.app.reading import Reading
from troth.findings import Context
from troth.findings.budget import budget_of
from troth.findings.kept import Kept, kept_by, kept_by_dates, kept_of
from troth.findings.weighing import is_sample
from troth.kernel.errors import NotFound, nearest
from troth.promises import STATES, Promise

LEAST = 5
UNTOLD = "nothing has fallen due yet"


@dataclass(frozen=True, slots=True)
class Rate:
    """What was kept of n that fell due: a range while some cannot be told, and an interval for the process; shares of 1, exact or None.

    n, kept, broken, unknown: in the file. estimated: the shares are scaled up from a sample.
    """

    n: int
    kept: int
    broken: int
    unknown: int
    low: float | None
    high: float | None
    interval: tuple[float, float] | None
    estimated: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """One promise. states: how many stand in each state now. owes, owed: promisor and promisee as the book has them.

    allowed, left: how many may be broken over the objective's window and how many of these are left, a range while some are unknown;
    None without an objective.
    """

    name: str
    kind: str
    words: str
    subject: str
    owes: str
    owed: str
    owners: tuple[str, ...]
    made: int
    states: dict[str, int]
    due: Rate
    objective: str | None = None
    allowed: float | None = None
    left: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stage, of what fell due. medians in seconds, of what has both instants. shares: of what was broken, borne by the stage."""

    stage: str
    words: str
    begins: str
    ends: str
    owner: str | None
    passed: int
    median_s: float | None
    within_budget: int | None
    budgeted: int
    borne: float | None


@dataclass(frozen=True, slots=True)
class Bound:
    """Whose terms bound how many, and what was kept of them."""

    layer: str
    change: str | None
    terms: str
    since: str | None
    made: int
    due: Rate


@dataclass(frozen=True, slots=True)
class Whole:
    """months: what fell due in each, by the operation's clock. others: what plan, gap and cannot_assign bear. sql: of the kept share."""

    listed: Listed
    kept_by: str
    due_by: str
    months: tuple[tuple[str, Rate], ...]
    stages: tuple[Stretch, ...]
    others: dict[str, float]
    terms: tuple[Bound, ...]
    sql: str


def list_promises(reading: Reading) -> tuple[Listed, ...]:
    """Every promise that the snapshot judged: to customers first, then the others, each in the order of the book."""
    context = reading.context
    ordered = sorted(context.promises.items(), key=lambda one: one[1].kind != "customer")
    return tuple(_listed(context, name, promise) for name, promise in ordered)


def whole_promise(reading: Reading, name: str) -> Whole:
    """One promise whole. Raises NotFound with the nearest name for one that there is not."""
    context = reading.context
    if name not in context.promises:
        raise NotFound(f"no promise '{name}' was judged", allowed=nearest(name, context.promises), next_step="Run: troth promises")
    promise = context.promises[name]
    stages = _stretches(context, name, promise)
    others = {
        key: borne for key in ("plan", "gap", "cannot_assign") if promise.stages and (borne := _borne(context, name, key)) is not None
    }
    return Whole(
        _listed(context, name, promise), _kept_by(promise), str(promise.due or promise.within or "with the latest of what it is made of"),
        _months(context, name), stages, others, _terms(context, name), _sql(context, name),
    )  # fmt: skip


def rate_of(context: Context, name: str) -> Rate:
    """What was kept of a promise, of what fell due by now."""
    return told_rate(kept_of(context, name), estimated=is_sample(context, context.promises[name].subject))


def told_rate(kept: Kept, *, estimated: bool) -> Rate:
    counted = {what: sum(c.by[what] for c in kept.found) for what in ("kept", "broken", "unknown")}
    share = kept.share if kept.seen >= LEAST else None
    interval = (float(share.low), float(share.high)) if share else None
    low, high = (float(kept.low), float(kept.high)) if kept.seen else (None, None)
    return Rate(kept.seen, counted["kept"], counted["broken"], counted["unknown"], low, high, interval, estimated)


def _listed(context: Context, name: str, promise: Promise) -> Listed:
    found = dict(context.counted(f"SELECT {context.state()} AS state, count(*) FROM outcome_{name} o GROUP BY 1"))
    states = {str(one): int(found.get(one, 0)) for one in STATES}
    owes = ", ".join(f"{what} {who}" for what, who in sorted(promise.promisor.items())) or "nobody named"
    due = rate_of(context, name)
    listed = Listed(
        name, promise.kind, promise.words, promise.subject, owes, promise.promisee or "nobody named", promise.owners,
        sum(states.values()), states, due,
    )  # fmt: skip
    if promise.objective is None:
        return listed
    budget = budget_of(context, name, promise.objective)
    said = f"{budget.kept * 100:g} of every 100 kept over {budget.over_days} days"
    return replace(listed, objective=said, allowed=budget.allowed, left=budget.left)


def _kept_by(promise: Promise) -> str:
    """By what it is kept, in words."""
    fulfil = promise.fulfil
    if fulfil.all_of:
        return "all of " + ", ".join(one.promise + (f" of each {one.of}" if one.of else "") for one in fulfil.all_of)
    event = f"'{fulfil.event}'"
    if fulfil.absent:
        return f"no {event}" + (f" of any {fulfil.of}" if fulfil.of else "")
    if fulfil.amount is not None:
        return f"{fulfil.amount.reach} of {fulfil.amount.each}, by {event} of each {fulfil.of}"
    of = f" of every {fulfil.all}" if fulfil.all else f" of a {fulfil.of}" if fulfil.of else ""
    return f"{event}{of}" + (f" where {fulfil.where}" if fulfil.where else "")


def _months(context: Context, name: str) -> tuple[tuple[str, Rate], ...]:
    sampled = is_sample(context, context.promises[name].subject)
    found = kept_by_dates(context, name, lambda day: f"{day:%Y-%m}")
    return tuple((label, told_rate(kept, estimated=sampled)) for label, kept in found.items())


def _stretches(context: Context, name: str, promise: Promise) -> tuple[Stretch, ...]:
    """Of each stage, all in one pass."""
    if not promise.stages:
        return ()
    asked = []
    for key in promise.stages:
        took, budget = f'(epoch_us(o."{key}_to") - epoch_us(o."{key}_from"))', f'o."{key}_budget_us"'
        asked += [f"count({took})", f"quantile_disc({took}, 0.5)", f"count({budget}) FILTER ({took} IS NOT NULL)",
                  f"count(*) FILTER ({took} <= {budget})"]  # fmt: skip
    (row,) = context.engine.rows(
        f"SELECT {', '.join(asked)} FROM outcome_{name} o WHERE o.due <= {context.now} AND {context.state()} IN ('kept', 'broken')"
    )
    return tuple(
        Stretch(
            key, stage.words or key.replace("_", " "), stage.from_, stage.to, stage.owner, int(passed),
            None if median is None else int(median) / 1e6, int(within) if budgeted else None, int(budgeted), _borne(context, name, key),
        )
        for place, (key, stage) in enumerate(promise.stages.items())
        for passed, median, budgeted, within in [row[4 * place : 4 * place + 4]]
    )  # fmt: skip


def _borne(context: Context, name: str, player: str) -> float | None:
    """The share of broken promises that a stage bears; of a sample, weighed by what was declared."""
    rows = context.engine.rows(
        f'SELECT o.share_of, coalesce(s.population, 1), coalesce(s.seen, 1), sum(o."share_{player}"), count(*) FROM outcome_{name} o'
        f" LEFT JOIN stratum s ON s.stratum = o.stratum AND s.object_type = o.subject_type WHERE o.share_of IS NOT NULL GROUP BY ALL"
    )
    weighed = [(Fraction(int(population), int(seen)), Fraction(int(share), int(of)), int(n)) for of, population, seen, share, n in rows]
    total = sum((weight * n for weight, _, n in weighed), Fraction(0))
    return float(sum((weight * share for weight, share, _ in weighed), Fraction(0)) / total) if total else None


def _terms(context: Context, name: str) -> tuple[Bound, ...]:
    sampled = is_sample(context, context.promises[name].subject)
    kept = kept_by(context, name, ("o.layer", "o.change", "o.terms"))
    rows = context.engine.rows(
        f"SELECT o.layer, o.change, o.terms, count(*), min(o.made) FROM outcome_{name} o GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 3 LIMIT 50"
    )
    return tuple(
        Bound(
            str(layer), change, str(terms), f"{context.local_time(first):%Y-%m-%d}", int(made),
            told_rate(kept.get((layer, change, terms), Kept([])), estimated=sampled),
        )
        for layer, change, terms, made, first in rows
    )  # fmt: skip


def _sql(context: Context, name: str) -> str:
    state = context.state()
    return (
        f"SELECT count(*) FILTER ({state} = 'kept') AS kept, count(*) FILTER ({state} IN ('kept', 'broken', 'unknown')) AS n\n"
        f"FROM outcome_{name} o WHERE o.due <= {context.now}"
    )
