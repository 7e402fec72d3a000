"""Rewards are given by people: an account that may, that sees the whole team and is none of it, says yes or takes it back."""

from __future__ import annotations

from datetime import date

from troth.access import EVERYTHING, Role, Viewer
from troth.app.answers.metrics import dimensions_of, metric_ground, metric_of
from troth.app.answers.rewards import look_at, reward_of
from troth.app.pages.served import Served
from troth.app.people.access import Access, refused
from troth.app.reading import Reading
from troth.kernel.errors import BadValue, NotFound, nearest
from troth.metrics.rewards import Draft, Reward, Standing, Team, decide, standings
from troth.metrics.rewards.belonging import persons_of
from troth.metrics.rewards.deciding import NOTHING, Act, Membership
from troth.sources.personal.redaction import redact

LONGEST = 400


def approve(
    access: Access | None, served: Served, viewer: Viewer, name: str, cycle: date, team: str, reason: str, *, outside: bool = False
) -> Standing:  # fmt: skip
    """Reward a team for a cycle that is over. Nothing is awarded but so, and it is written down with who, why and on which figures.

    cycle: its first day. outside: the word of whoever approves that they are none of the team; needed where the record cannot say.
    The same again changes nothing. Raises NotFound where nobody is known by an account, and for a reward or a team that there is not;
    BadValue for whom the rule does not let approve, who sees a part of the team alone or is of it, a cycle that is not over or not
    rewarded, a team that is not proposed, and as `decide` does.
    """
    return _decided(access, served, viewer, "approved", name, cycle, team, reason, outside=outside)


def withdraw(
    access: Access | None, served: Served, viewer: Viewer, name: str, cycle: date, team: str, reason: str, *, outside: bool = False
) -> Standing:  # fmt: skip
    """Take a reward back, or say that one that is proposed is not given; for good. Asked, refused and written down as `approve`."""
    return _decided(access, served, viewer, "withdrawn", name, cycle, team, reason, outside=outside)


def may_decide(viewer: Viewer, approved_by: str, accounts: tuple[str, ...]) -> bool:
    """Whether a rule lets an account approve, whatever the team."""
    return viewer.may(Role[approved_by]) and (not accounts or viewer.id in accounts)


def _decided(
    access: Access | None, served: Served, viewer: Viewer, act: Act, name: str, cycle: date, team: str, reason: str, *, outside: bool
) -> Standing:  # fmt: skip
    if access is None or access.accounts.find(viewer.id) is None:
        raise NotFound("a reward is decided on by a person", got="nobody's account", next_step="Sign in to an account by a browser.")
    said, rule = served.asked(EVERYTHING, lambda reading: reward_of(reading, name))
    if not may_decide(viewer, said.approved_by, said.accounts):
        refused(access, viewer, f"reward {act}")
        named = f", and one of the accounts {', '.join(said.accounts)}" if said.accounts else ""
        raise BadValue(
            f"this account may not decide on the reward '{name}'", got=f"{viewer.role.name} {viewer.id}",
            allowed=f"{said.approved_by} or above{named}", next_step="Ask one who may; `troth reward` says who.",
        )  # fmt: skip
    seen = served.asked(viewer.scope, lambda reading: _team(reading, said, cycle, team))
    # While own results rest it is not known who has the account.
    person = None if access.persons.resting(viewer.id) else access.persons.of(viewer.id)
    whole, belongs, snapshot = served.asked(EVERYTHING, lambda reading: _of_all(reading, said, cycle, team, person))
    if seen.n != whole.n:
        raise BadValue(
            f"who decides on '{team}' sees all of it", got=f"{seen.n:,} of {whole.n:,} cases",
            allowed="an account that sees the whole team", next_step="Ask one who sees more.",
        )  # fmt: skip
    known = _outside(said, viewer, team, person, belongs=belongs, outside=outside)
    before = standings(served.workspace.awards.all()).get((name, cycle, team), NOTHING)
    decided = before.approved or before.withdrawn
    if decided is None and not whole.proposed:
        _refuse_unproposed(said, whole)
    # What was decided before is refused, repeated or taken back on the figures of then: those of now may be others.
    n, value, near = (decided.draft.n, decided.draft.value, decided.draft.near) if decided else (whole.n, whole.value, whole.near)
    assert value is not None
    assert near is not None
    draft = Draft(name, cycle, team, act, redact(reason.strip()[:LONGEST]), n, value, near, known, snapshot, rule)
    return decide(served.workspace.awards, draft, viewer.id, access.now())


def _team(reading: Reading, said: Reward, cycle: date, name: str) -> Team:
    """A team of a cycle that is over and rewarded, as a reading has it."""
    looked, since = look_at(reading, said), date.fromisoformat(said.since)
    if looked.refusal is not None:
        raise BadValue("nothing is proposed", got=looked.refusal.got, allowed=looked.refusal.need, next_step=looked.refusal.settle)
    closed = {one.begins: one for one in looked.cycles}
    if looked.open is not None and cycle >= looked.open:
        raise BadValue(
            "this cycle is not over", got=f"the {said.cycle} from {cycle}", allowed=f"one that ended before {looked.open}",
            next_step="Wait until the record reaches beyond it.",
        )  # fmt: skip
    if cycle not in closed:
        raise NotFound(f"no {said.cycle} of the record begins so", got=cycle, allowed=nearest(f"{cycle}", [f"{one}" for one in closed]))
    if cycle < since:
        raise BadValue(
            "this cycle is not rewarded", got=f"the {said.cycle} from {cycle}", allowed=f"one from {since} on",
            next_step="Those before the rule's `since` are for the back-test alone.",
        )  # fmt: skip
    teams = {one.name: one for one in closed[cycle].teams}
    if name not in teams:
        raise NotFound(f"no team '{name}' in that {said.cycle}", allowed=nearest(name, teams))
    return teams[name]


def _of_all(reading: Reading, said: Reward, cycle: date, team: str, person: str | None) -> tuple[Team, bool, str]:
    """The team as the whole operation has it, whether somebody had a case of it then, and the snapshot that says so."""
    told = _team(reading, said, cycle, team)
    metric, ground = metric_of(reading, said.metric), metric_ground(reading)
    persons = {} if person is None else persons_of(reading.context.engine, said, metric, ground, dimensions_of(reading))
    return told, person in persons.get((cycle, team), ()), reading.snapshot.id


def _outside(said: Reward, viewer: Viewer, team: str, person: str | None, *, belongs: bool, outside: bool) -> Membership:
    """How it is known that whoever decides is none of the team. Raises BadValue where that is not known, or not so."""
    what, other = f"nobody decides on the reward of their own team, '{team}'", "Ask one who is none of it."
    if belongs:
        raise BadValue(what, got="an account whose person has cases of it in this cycle", allowed="one of no case of it", next_step=other)
    if viewer.scope.values.get(said.by) == frozenset((team,)):
        raise BadValue(what, got="an account that sees this team alone", allowed="one that sees others too", next_step=other)
    if said.person is not None:
        if person is None:
            raise BadValue(
                what, got="an account of which nobody said whose it is", allowed="one that is a person's of the record",
                next_step="Whoever gives access says whose it is: troth access person.",
            )  # fmt: skip
        return "on record"
    if not outside:
        raise BadValue(
            what, got="no word that you are none of it", allowed="your word, where the record has no persons",
            next_step="Say that you do not belong to the team.",
        )  # fmt: skip
    return "own word"


def _refuse_unproposed(said: Reward, team: Team) -> None:
    if team.refusal is not None:
        got, allowed = f"{team.refusal.reason}: {team.refusal.got}", team.refusal.need
    else:
        got = f"{team.value:.4g} ({team.low:.4g} to {team.high:.4g}) of {team.n:,}"
        allowed = f"an interval that lies {'at or above' if said.side == 'above' else 'at or below'} {said.bound:g}"
    raise BadValue(
        f"'{team.name}' is not proposed", got=got, allowed=allowed, next_step="Nothing is awarded that the rule does not propose."
    )
