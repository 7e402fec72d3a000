"""The scorecards and goals of a book, and from each role to what customers get of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from troth.app.answers.metrics import tell_metric, tell_metrics
from troth.app.answers.promises import Rate, rate_of
from troth.app.reading import Reading
from troth.kernel.errors import NotFound, nearest
from troth.metrics import KINDS, METRICS, Metric, Request
from troth.metrics.answering import Reading as Measured
from troth.metrics.scorecards import GOALS, SCORECARDS, Goal, Scorecard, Scored, Standing, score, standing
from troth.metrics.scorecards.lint import LOYALTY
from troth.metrics.scorecards.scoring import Bounds

BOARD = "board"
BOUNDS: Mapping[str, Bounds] = {"share": (0.0, 1.0), "seconds": (0.0, None), "points": (-100.0, 100.0)}


@dataclass(frozen=True, slots=True)
class Judged:
    """A goal with how it stands. serves: from goal to goal up to the promise at the end of the chain. unit: of its metric."""

    name: str
    words: str
    owner: str | None
    metric: str
    unit: str
    better: str
    by: str
    grain: str
    only: Mapping[str, str]
    serves: tuple[str, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a scorecard. weight: as the book has it; share: of all weights."""

    goal: Judged
    weight: float
    share: float
    why: str


@dataclass(frozen=True, slots=True)
class Card:
    name: str
    words: str
    role: str
    lines: tuple[Line, ...]
    scored: Scored


@dataclass(frozen=True, slots=True)
class Step:
    """A promise of a role's chain, with what was kept of it. through: why the role has a part in it."""

    promise: str
    words: str
    kind: str
    through: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class Loyal:
    """Whether customers come back, or come at all: a metric with what it says of all that is on record."""

    metric: str
    words: str
    kind: str
    unit: str
    reading: Measured


@dataclass(frozen=True, slots=True)
class Sight:
    """From a role to customers. own: promises that it answers for; served: those to customers which these are a part of; loyal: whether
    customers come back. link: how much the one moves the other, None while no finding says so.
    """

    role: str
    own: tuple[Step, ...]
    served: tuple[Step, ...]
    loyal: tuple[Loyal, ...]
    link: None = None


def goals(reading: Reading, name: str | None = None) -> tuple[Judged, ...]:
    """Every goal of the book, or one, with how it stands now. Raises NotFound for one that there is not."""
    known = reading.rules.book.definitions(GOALS.name, Goal)
    if name is not None and name not in known:
        raise NotFound(f"no goal '{name}' in the book", allowed=nearest(name, known), next_step="Declare it in goals/.")
    return tuple(_judged(reading, one, known[one].value, {n: d.value for n, d in known.items()}) for one in known if name in (None, one))


def scorecards(reading: Reading, role: str | None = None) -> tuple[Card, ...]:
    """Every scorecard of the book, or those of a role or of a name. Raises NotFound where there is none."""
    known = {name: one.value for name, one in reading.rules.book.definitions(SCORECARDS.name, Scorecard).items()}
    chosen = {name: card for name, card in known.items() if role in (None, name, card.role)}
    if not chosen:
        what = "the book has no scorecard" if role is None else f"no scorecard of '{role}'"
        names = {*known, *(card.role for card in known.values())}
        raise NotFound(what, allowed=nearest(role, names) if role and names else None, next_step="Declare one in scorecards/.")
    judged = {one.name: one for one in goals(reading)}
    return tuple(_card(name, card, judged) for name, card in chosen.items())


def line_of_sight(reading: Reading, role: str) -> Sight:
    """From what a role promises to what customers are promised, and to whether they come back; `board` sees all of the second.

    Raises NotFound for a role that the book does not have.
    """
    context, known = reading.context, set(reading.rules.book.company.roles)
    mine = {name: through for name, one in context.promises.items() if (through := _part_in(role, one.owners, one.stages))}
    if role != BOARD and not mine and known and role not in known:
        raise NotFound(f"no role '{role}' in company.yaml", allowed=nearest(role, {*known, BOARD}))
    to_customers = [name for name, one in context.promises.items() if one.kind == "customer"]
    subjects = {context.promises[name].subject for name in mine}
    served = {
        name: "all that customers are promised" if role == BOARD else "about the same " + context.promises[name].subject
        for name in to_customers
        if name not in mine and (role == BOARD or context.promises[name].subject in subjects)
    }
    own, others = (
        tuple(
            Step(name, context.promises[name].words, context.promises[name].kind, through, rate_of(context, name))
            for name, through in some.items()
        )
        for some in (mine, served)
    )
    return Sight(role, own, others, _loyal(reading))


def _part_in(role: str, owners: Sequence[str], stages: Mapping[str, object]) -> str:
    if role in owners:
        return "answers for it"
    owned = [key for key, stage in stages.items() if getattr(stage, "owner", None) == role]
    return f"owns the stage {', '.join(owned)}" if owned else ""


def _loyal(reading: Reading) -> tuple[Loyal, ...]:
    metrics = reading.rules.book.definitions(METRICS.name, Metric)
    names = [name for name, one in metrics.items() if one.value.kind in LOYALTY]
    told = tell_metrics(reading, names) if names else ()
    return tuple(
        Loyal(one.answer.metric, one.answer.definition.words, one.answer.definition.kind, one.answer.unit, one.answer.readings[-1])
        for one in told
    )


def _card(name: str, card: Scorecard, judged: Mapping[str, Judged]) -> Card:
    found = score([judged[item.goal].standing for item in card.items], [item.weight for item in card.items])
    lines = tuple(Line(judged[item.goal], item.weight, share, item.why) for item, share in zip(card.items, found.weights, strict=True))
    return Card(name, card.words, card.role, lines, found)


def _judged(reading: Reading, name: str, goal: Goal, known: Mapping[str, Goal]) -> Judged:
    """Lint has refused a goal that lacks any of this."""
    assert goal.metric is not None
    assert goal.wanted is not None
    assert goal.since is not None
    assert goal.by is not None
    told = tell_metric(reading, goal.metric, Request.of(grain=goal.grain, only=goal.for_))
    better = told.answer.definition.better
    assert better is not None
    now: datetime = reading.context.local_time(reading.snapshot.as_of)
    together = [one for one in told.answer.readings if one.slice is None]
    bounds = (0.0, None) if KINDS[told.answer.definition.kind].zero else BOUNDS.get(told.answer.unit, (None, None))
    found = standing(
        together, goal.wanted, better,
        since=date.fromisoformat(goal.since), by=date.fromisoformat(goal.by), grain=goal.grain, now=now, bounds=bounds,
    )  # fmt: skip
    return Judged(
        name, goal.words, goal.owner, goal.metric, told.answer.unit, better, goal.by, goal.grain, goal.for_, _chain(goal, known), found
    )


def _chain(goal: Goal, known: Mapping[str, Goal]) -> tuple[str, ...]:
    found, at = [], goal.serves
    while at is not None:
        found.append(at)
        at = known[at].serves if at in known else None
    return tuple(found)
