"""The rewards of the book: which teams each proposes for which cycle, what was decided on them, and how the rule did in the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from troth.app.answers.metrics import dimensions_of, metric_ground
from troth.app.reading import Reading
from troth.app.workspace import Workspace
from troth.engines.comparing.luck import Side
from troth.kernel.errors import NotFound, nearest
from troth.kernel.refusal import Refusal
from troth.metrics import METRICS, Metric
from troth.metrics.definition import Grain
from troth.metrics.rewards import REWARDS, BackTest, Cycle, Decision, Looked, Reward, Standing, Team, cycles_of, look_back, standings
from troth.metrics.rewards.deciding import NOTHING, Key, Membership
from troth.metrics.rewards.definition import Approver

LATEST = 12
"""How many cycles that are over are told at most."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """metric: its name; words: as pages name it; unit: of the bound and of values. side: where the good ones lie."""

    metric: str
    words: str
    unit: str
    side: Side
    bound: float


@dataclass(frozen=True, slots=True)
class Rule:
    """What a reward says. since: the first day whose cycles are rewarded. accounts: those that alone may approve, of that role.

    by_record: the record says who of the staff belongs to which team.
    """

    name: str
    words: str
    owner: str | None
    by: str
    threshold: Threshold
    counter: Threshold | None
    cycle: Grain
    since: date
    level: float
    least: int
    approved_by: Approver
    accounts: tuple[str, ...]
    by_record: bool
    hash: str


@dataclass(frozen=True, slots=True)
class Said:
    """A decision. by: the account; at: naive UTC. near, n: as they stood then; outside: how it is known that it is none of the team."""

    by: str
    at: datetime
    reason: str
    n: int
    value: float
    near: float
    outside: Membership


@dataclass(frozen=True, slots=True)
class TeamTold:
    """A team over one cycle, and what was decided. awarded: it was approved and not withdrawn; nothing else is a reward."""

    team: Team
    approved: Said | None
    withdrawn: Said | None
    awarded: bool

    @property
    def waiting(self) -> bool:
        """Proposed, and nobody decided yet."""
        return self.team.proposed and self.approved is None and self.withdrawn is None


@dataclass(frozen=True, slots=True)
class CycleTold:
    """A cycle that is over and is rewarded. pooled: what all teams are together. teams: in the order of names, which says nothing."""

    begins: date
    ends: date
    pooled: float | None
    teams: tuple[TeamTold, ...]


@dataclass(frozen=True, slots=True)
class Rewarded:
    """One reward. cycles: the newest first. open: the cycle that is not over yet. refusal: why nothing is proposed at all."""

    rule: Rule
    cycles: tuple[CycleTold, ...]
    open: date | None
    snapshot: str
    as_of: datetime
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Tested:
    """A reward over all cycles that are over, those before its `since` too."""

    rule: Rule
    test: BackTest
    snapshot: str
    as_of: datetime
    refusal: Refusal | None = None


def rewards(workspace: Workspace, reading: Reading, name: str | None = None) -> tuple[Rewarded, ...]:
    """Every reward of the book, or one: the teams that it proposes for each cycle that is over, and what was decided.

    Of a reading that is cut, what may be seen. Raises NotFound where there is none, and for one that there is not, and as `cycles_of` does.
    """
    decided = standings(workspace.awards.all())
    return tuple(_rewarded(reading, *one, decided) for one in _chosen(reading, name))


def back_tests(reading: Reading, name: str | None = None) -> tuple[Tested, ...]:
    """What every reward of the book, or one, would have given in the past, beside luck. Raises as `rewards` does."""
    found = []
    for key, said, digest in _chosen(reading, name):
        looked = look_at(reading, said)
        test = look_back(said, looked.cycles)
        rule = _rule(reading, key, said, digest, looked)
        found.append(Tested(rule, test, reading.snapshot.id, reading.snapshot.as_of, looked.refusal))
    return tuple(found)


def reward_of(reading: Reading, name: str) -> tuple[Reward, str]:
    """The rule of a reward and its hash. Raises NotFound where there is none of that name."""
    ((_, said, digest),) = _chosen(reading, name)
    return said, digest


def look_at(reading: Reading, said: Reward) -> Looked:
    """Every team over every cycle. Raises as `cycles_of` does."""
    return cycles_of(reading.context.engine, said, _metrics(reading), metric_ground(reading), dimensions_of(reading))


def _chosen(reading: Reading, name: str | None) -> list[tuple[str, Reward, str]]:
    known = reading.rules.book.definitions(REWARDS.name, Reward)
    if not known or (name is not None and name not in known):
        what = "the book has no reward" if not known else f"no reward '{name}' in the book"
        raise NotFound(what, allowed=nearest(str(name), known) if known else None, next_step="Declare one in rewards/.")
    return [(key, one.value, one.hash) for key, one in known.items() if name in (None, key)]


def _metrics(reading: Reading) -> Mapping[str, Metric]:
    return {key: one.value for key, one in reading.rules.book.definitions(METRICS.name, Metric).items()}


def _rewarded(reading: Reading, name: str, said: Reward, digest: str, decided: Mapping[Key, Standing]) -> Rewarded:
    looked, since = look_at(reading, said), date.fromisoformat(said.since)
    mine = {(cycle, team): one for (reward, cycle, team), one in decided.items() if reward == name}
    closed = [one for one in reversed(looked.cycles) if one.begins >= since][:LATEST]
    cycles = tuple(_cycle(one, mine, whole=not reading.cut) for one in closed)
    rule = _rule(reading, name, said, digest, looked)
    return Rewarded(rule, cycles, looked.open, reading.snapshot.id, reading.snapshot.as_of, looked.refusal)


def _cycle(one: Cycle, decided: Mapping[tuple[date, str], Standing], *, whole: bool) -> CycleTold:
    teams = {team.name: team for team in one.teams}
    if whole:
        gone = Refusal("nothing of this team is on record now", "no case", "some")
        teams |= {team: Team(team, 0, refusal=gone) for cycle, team in decided if cycle == one.begins and team not in teams}
    told = (_told(team, decided.get((one.begins, name), NOTHING)) for name, team in sorted(teams.items()))
    return CycleTold(one.begins, one.ends, one.pooled, tuple(told))


def _told(team: Team, standing: Standing) -> TeamTold:
    return TeamTold(team, _said(standing.approved), _said(standing.withdrawn), standing.awarded)


def _said(one: Decision | None) -> Said | None:
    if one is None:
        return None
    draft = one.draft
    return Said(one.by, one.at, draft.reason, draft.n, draft.value, draft.near, draft.outside)


def _rule(reading: Reading, name: str, said: Reward, digest: str, looked: Looked) -> Rule:
    metrics = _metrics(reading)
    threshold = Threshold(said.metric, metrics[said.metric].words, looked.unit, said.side, said.bound)
    counter = None
    if said.counter is not None:
        other = said.counter
        counter = Threshold(other.metric, metrics[other.metric].words, looked.counter_unit, other.side, other.bound)
    return Rule(
        name, said.words, said.owner, said.by, threshold, counter, said.cycle, date.fromisoformat(said.since), said.level, said.least,
        said.approved_by, said.accounts, said.person is not None, digest,
    )  # fmt: skip
