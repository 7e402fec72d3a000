"""Every handover between departments as a promise: who gives, who takes, and how often it was broken, of what fell due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from troth.engines.statistics import StratifiedShare
from troth.findings.context import Context
from troth.findings.kept import share_of
from troth.findings.links import BY_STAGE, bears, parties, stage_sql, takes_over
from troth.findings.weighing import Counts, seen, strata, total
from troth.findings.words import spoken
from troth.promises import Promise

MEASURES = {
    "n": "x.state IN ('kept', 'broken', 'unknown')",
    "broken": "x.state = 'broken'",
    "never": "x.state = 'broken' AND x.done IS NULL",
    "unknown": "x.state = 'unknown'",
    "no_limit": "x.state = 'unknown' AND x.due IS NULL",
    "done": "x.state IN ('kept', 'broken') AND x.done IS NOT NULL",
    "done_late": "x.state = 'broken' AND x.done IS NOT NULL",
}
PLAYERS = {"plan": "the promise itself was too tight", "gap": "time in no stage", "cannot_assign": "cannot be assigned"}


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something was broken, of what fell due, as counts by sampling stratum named as MEASURES."""

    found: tuple[Counts, ...]

    def seen(self, name: str) -> int:
        """In the file."""
        return seen(list(self.found), name)

    @property
    def in_all(self) -> Fraction:
        """What fell due, scaled up."""
        return total(list(self.found), "n")

    @property
    def low(self) -> Fraction:
        """The share broken if all that cannot be told were kept."""
        return self._share("broken")

    @property
    def high(self) -> Fraction:
        """The share broken if all that cannot be told were broken."""
        return self._share("broken") + self._share("unknown")

    @property
    def share(self) -> StratifiedShare:
        """The same as `low`, with an interval for the process behind it. Raises CannotEstimate where too little was seen."""
        return share_of(self.found, "broken", "n")

    def _share(self, name: str) -> Fraction:
        of = total(list(self.found), "n")
        return total(list(self.found), name) / of if of else Fraction(0)


@dataclass(frozen=True, slots=True)
class Handoff:
    """giver, taker: who owes it to whom. owners: the roles that answer for it. rate: None where nobody set a limit."""

    key: str
    words: str
    subject: str
    event: str
    giver: str
    taker: str
    owners: tuple[str, ...]
    rate: Rate | None

    def concerns(self, role: str) -> bool:
        """Whether a role gives it, takes it or answers for it."""
        return spoken(role) in (self.giver, self.taker) or role in self.owners


@dataclass(frozen=True, slots=True)
class Joint:
    """A promise to customers with the roles that own it together. shares: of its broken ones, what each stage bears; sums to 1."""

    promise: str
    words: str
    owners: tuple[str, ...]
    rate: Rate
    shares: tuple[tuple[str, Fraction], ...]


def handoffs_of(context: Context) -> list[Handoff]:
    """Every internal promise, and every end of a stage that none of them covers; in the order of the book."""
    inner = {name: promise for name, promise in context.promises.items() if promise.kind == "internal"}
    covered = {(promise.subject, promise.fulfil.event) for promise in inner.values()}
    found = [_promised(context, name, promise) for name, promise in inner.items()]
    for name, promise in context.promises.items():
        staged = [key for key, one in promise.stages.items() if one.to != promise.fulfil.event]
        found += [_staged(context, name, key) for key in staged if (promise.subject, promise.stages[key].to) not in covered]
    return found


def joint_of(context: Context) -> list[Joint]:
    """Every promise to customers, with what its owners see of it: one figure, whoever looks."""
    named = [(name, promise) for name, promise in context.promises.items() if promise.kind == "customer"]
    return [Joint(name, promise.words, promise.owners, _rate(context, name), _shares(context, name, promise)) for name, promise in named]


def _promised(context: Context, name: str, promise: Promise) -> Handoff:
    giver, taker = parties(promise)
    return Handoff(name, promise.words, promise.subject, promise.fulfil.what, giver, taker, promise.owners, _rate(context, name))


def _staged(context: Context, name: str, key: str) -> Handoff:
    promise, stage = context.promises[name], context.promises[name].stages[key]
    rows = stage_sql(context, name, key) if stage.budget is not None else None
    return Handoff(
        f"{name}{BY_STAGE}{key}", stage.words or spoken(key), promise.subject, stage.to, bears(promise, key), takes_over(promise, key),
        (stage.owner,) if stage.owner else (), _counted(context, promise.subject, rows) if rows else None,
    )  # fmt: skip


def _rate(context: Context, name: str) -> Rate:
    """What fell due by now, what broke before its due, and what cannot be told since it has no due on record."""
    state = context.state()
    rows = (
        f"    SELECT o.subject, o.stratum, o.due, o.fulfilled AS done, {state} AS state FROM outcome_{name} o\n"
        f"    WHERE o.due <= {context.now} OR {state} IN ('broken', 'unknown')"
    )
    return _counted(context, context.promises[name].subject, rows)


def _counted(context: Context, subject: str, rows: str) -> Rate:
    known = strata(context, subject)
    listed = ", ".join(f"count(*) FILTER ({condition})" for condition in MEASURES.values())
    found = context.engine.rows(f"SELECT x.stratum, {listed} FROM (\n{rows}\n) x GROUP BY x.stratum ORDER BY x.stratum")
    return Rate(tuple(Counts(known[row[0]], dict(zip(MEASURES, map(int, row[1:]), strict=True))) for row in found))


def _shares(context: Context, name: str, promise: Promise) -> tuple[tuple[str, Fraction], ...]:
    """Exact: whole numbers by stratum, weighed and divided once."""
    if "share_of" not in context.tables.get(f"outcome_{name}", ()):
        return ()
    players = (*promise.stages, *PLAYERS)
    sums = ", ".join(f'coalesce(sum(o."share_{player}"), 0)' for player in players)
    rows = context.engine.rows(
        f"SELECT o.stratum, max(o.share_of), count(*), {sums} FROM outcome_{name} o WHERE o.share_of IS NOT NULL GROUP BY o.stratum"
    )
    if not rows:
        return ()
    known = strata(context, promise.subject)
    whole = sum((known[row[0]].weight * int(row[2]) for row in rows), Fraction(0))
    borne = [
        sum((known[row[0]].weight * Fraction(int(row[3 + place]), int(row[1])) for row in rows), Fraction(0)) / whole
        for place in range(len(players))
    ]
    return tuple(zip(players, borne, strict=True))


def for_role(role: str, handoffs: Sequence[Handoff], joint: Sequence[Joint]) -> tuple[list[Handoff], list[Joint]]:
    """What a role gives, takes or answers for, and the promises that it owns with others."""
    return [one for one in handoffs if one.concerns(role)], [one for one in joint if role in one.owners]
