"""`troth schedule`: pages that are sent by themselves, each once for each day that it is due at somebody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parseaddr

from troth.access import EVERYTHING, Account, Scope
from troth.access.keys import hash_of, new_id
from troth.app.answers.huddles import huddle_of, parsed, units_of
from troth.app.building.build import build
from troth.app.building.judging import DEFAULT_ZONE
from troth.app.letters.digest import Digest, digest_of
from troth.app.letters.huddle_digest import HuddleDigest, huddle_digest_of
from troth.app.letters.links import new_link
from troth.app.pages.scoping import scoped
from troth.app.reading import Reading, open_reading
from troth.app.rulebook.rules import read_rules
from troth.app.workspace import Progress, Workspace, silent
from troth.kernel.errors import BadValue, NotFound, TrothError, nearest
from troth.sending import Due, Handed, Letter, Links, NotSent, Outbox, Post, Schedule, Schedules, When, again_at, newest_due, when_of
from troth.sending.schedule import HUDDLE, OWN
from troth.sources.personal.vault import is_erased

LONGEST_ADDRESS = 254
HERE, READER, BUILDER = "command line", "reader", "troth"
STOPPED = "schedule.stopped"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Sending:
    """The stores of what is sent, and the post. lease: held by the one process that sends. account_of: who may sign in, by id.

    Made by `bootstrap` only.
    """

    schedules: Schedules
    outbox: Outbox
    links: Links
    post: Post
    lease: Callable[[datetime], AbstractContextManager[None]]
    account_of: Callable[[str], Account | None]


@dataclass(frozen=True, slots=True)
class Paper:
    """What a letter is written from. link: where it leads; stop: where its reader has it stopped, without signing in.

    built: whether it was built on what the sources hold now.
    """

    digest: Digest | HuddleDigest
    language: str
    link: str
    stop: str
    expires: datetime
    at: datetime
    built: bool


Write = Callable[[Paper], bytes]
"""Makes the message of a letter, without sender and addressee."""


@dataclass(frozen=True, slots=True)
class Ran:
    """sent, failed: letters that were handed to the post. built: None where nothing was due, else what the build came to."""

    sent: tuple[Letter, ...] = ()
    failed: tuple[Letter, ...] = ()
    built: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """letters: newest first."""

    schedule: Schedule
    letters: tuple[Letter, ...]


def add(
    workspace: Workspace, sending: Sending, when: When, to: str, *, scope: Scope = EVERYTHING, language: str = "en", address: str,
    actor: str = HERE,
) -> Schedule:  # fmt: skip
    """Send the Monday page to an address from now on. The address is kept in the vault, and nowhere else.

    Raises BadValue for what is no address, for a scope in which nothing is, and for what is sent so already; NotFound before a build.
    """
    return _add(workspace, sending, schedule_of(workspace, new_id()[:8], when, to, scope=scope, language=language, address=address), actor)


def add_huddle(
    workspace: Workspace, sending: Sending, unit: str, on: str | None, at: str | None, to: str, *, language: str = "en", address: str,
    actor: str = HERE,
) -> Schedule:  # fmt: skip
    """Send the screen of a unit's huddle, branch=FR-02, to an address: of what is the unit's, and of nothing else.

    on, at: days and a time as `when_of` takes them; without them those of the huddle. Raises as `add` does, BadValue for what is no unit
    and no day or time, and NotFound for a unit that there is not.
    """
    dimension, name = parsed(unit)
    reading = open_reading(workspace)
    huddle, units = huddle_of(reading, dimension), units_of(reading, dimension)
    if name not in units:
        raise NotFound(f"no {dimension} '{name}'", allowed=nearest(name, units))
    when = when_of(on or ",".join(huddle.days), at or huddle.at)
    scope = Scope({dimension: frozenset((name,))})
    made = schedule_of(workspace, new_id()[:8], when, to, scope=scope, language=language, address=address)
    return _add(workspace, sending, replace(made, page=f"{HUDDLE}{unit}"), actor)


def _add(workspace: Workspace, sending: Sending, made: Schedule, actor: str) -> Schedule:
    if any(
        (one.page, one.when, one.to, one.scope.key) == (made.page, made.when, made.to, made.scope.key) for one in sending.schedules.all()
    ):
        raise BadValue("this is sent so already", next_step="`troth schedule list` lists what is sent to whom.")
    return keep(workspace, sending, made, actor)


def schedule_of(workspace: Workspace, id: str, when: When, to: str, *, scope: Scope, language: str, address: str) -> Schedule:
    """One of the Monday page from now on, not kept yet, with its address in the vault. Raises as `add` does."""
    refuse_address(to)
    _refuse_empty(workspace, scope)
    (token,) = workspace.vault.tokens("email", [to])
    if is_erased(token):
        raise BadValue("this address was erased", next_step="Name another one: what was erased does not come back by itself.")
    return Schedule(id, when, token, scope, language, address.rstrip("/"), workspace.now())


def keep(workspace: Workspace, sending: Sending, made: Schedule, actor: str) -> Schedule:
    sending.schedules.add(made)
    said = {"page": made.page, "when": str(made.when), "to": made.to, "scope": made.scope.written()}
    workspace.journal.record(actor, "schedule.added", made.id, said, made.since)
    return made


def remove(workspace: Workspace, sending: Sending, id: str, actor: str = HERE) -> None:
    """Send it no more; its links open nothing any more. Raises NotFound."""
    if sending.schedules.find(id) is None:
        raise NotFound("no such schedule", got=f"'{id}'", next_step="`troth schedule list` lists them.")
    sending.schedules.remove(id)
    workspace.journal.record(actor, "schedule.removed", id, {}, workspace.now())


def stop(workspace: Workspace, sending: Sending, key: str) -> None:
    """Send it no more, as the reader of a letter asks by its link. Nothing is done, nor said, where the link opens nothing any more."""
    link = sending.links.find(hash_of(key), workspace.now())
    if link is None or sending.schedules.find(link.schedule) is None:
        return
    sending.schedules.remove(link.schedule)
    workspace.journal.record(READER, STOPPED, link.schedule, {}, workspace.now())


def stopped(workspace: Workspace) -> tuple[str, ...]:
    """The schedules that their readers stopped, oldest first."""
    return tuple(id for id, _ in workspace.journal.recorded(STOPPED))


def as_it_is_now(schedule: Schedule, account_of: Callable[[str], Account | None]) -> Schedule | None:
    """A schedule with what its account may see now; None where there is no such account any more, or it may not sign in."""
    if not schedule.id.startswith(OWN):
        return schedule
    account = account_of(schedule.id.removeprefix(OWN))
    if account is None or account.disabled:
        return None
    return replace(schedule, scope=account.scope, language=account.language or schedule.language)


def listed(sending: Sending) -> tuple[Listed, ...]:
    return tuple(Listed(one, tuple(sending.outbox.letters(one.id))) for one in sending.schedules.all())


def run(workspace: Workspace, sending: Sending, write: Write, *, progress: Progress = silent) -> Ran:
    """Write the letters that are due and hand over those that wait. Of runs that were missed only the newest is made up for.

    What is due is built first, if sources changed. A process that dies anywhere in it loses nothing: whoever runs next goes on.
    Raises Busy while another process sends or builds.
    """
    if not sending.schedules.all():
        return Ran()
    with sending.lease(workspace.now()):
        _forget_gone(workspace, sending)
        due = _due(workspace, sending)
        built = _built(workspace, progress) if due else None
        if due:
            _write_all(workspace, sending, due, write, fresh=built != FAILED, progress=progress)
        handed = [_hand_over(workspace, sending, one) for one in sending.outbox.waiting(workspace.now())]
        sending.links.forget(workspace.now())
    sent = tuple(letter for letter in handed if letter.state == "sent")
    return Ran(sent, tuple(letter for letter in handed if letter.state != "sent"), built)


def _standing(sending: Sending) -> list[Schedule]:
    return [one for schedule in sending.schedules.all() if (one := as_it_is_now(schedule, sending.account_of)) is not None]


def _forget_gone(workspace: Workspace, sending: Sending) -> None:
    """Who may not sign in any more gets no letter either, and what waits for them is not sent."""
    standing = {one.id for one in _standing(sending)}
    for one in sending.schedules.all():
        if one.id not in standing:
            remove(workspace, sending, one.id, BUILDER)


def _due(workspace: Workspace, sending: Sending) -> list[tuple[Schedule, Due]]:
    zone, now = read_rules(workspace).settings.zone or DEFAULT_ZONE, workspace.now()
    found = []
    for one in _standing(sending):
        due, last = newest_due(one.when, zone, now), sending.outbox.last(one.id)
        if due.at > one.since and (last is None or due.day > last):
            found.append((one, due))
    return found


def _built(workspace: Workspace, progress: Progress) -> str:
    """What could not be read is no reason to say nothing: the snapshot in force is told, and that it is not of the newest files."""
    try:
        return "built" if build(workspace, progress=progress).fresh else "unchanged"
    except TrothError as error:
        if error.transient:
            raise
        return FAILED


def _write_all(
    workspace: Workspace, sending: Sending, due: Sequence[tuple[Schedule, Due]], write: Write, *, fresh: bool, progress: Progress
) -> None:
    whole, digests = open_reading(workspace), Digests()
    for schedule, at in due:
        progress("writing letters")
        now = workspace.now()
        letter = Letter(new_id(), schedule.id, schedule.to, at.day, at.at)
        key, link = new_link(letter, schedule, now)
        try:
            digest = digests.of(workspace, whole, schedule, now)
        except TrothError as error:  # the others get theirs
            sending.outbox.put(Handed(replace(letter, state="failed", reason=str(error)), b""), link)
            continue
        address = f"{schedule.address}/link/{key}"
        paper = Paper(digest, schedule.language, address, f"{address}/stop", whole.context.local_time(link.expires), now, fresh)
        sending.outbox.put(Handed(letter, write(paper)), link)


@dataclass(frozen=True, slots=True)
class Digests:
    """Each page of a scope is made once a run."""

    _made: dict[object, Digest | HuddleDigest] = field(default_factory=dict)

    def of(self, workspace: Workspace, whole: Reading, schedule: Schedule, now: datetime) -> Digest | HuddleDigest:
        key, scope = (schedule.page, schedule.scope.key), schedule.scope
        if key not in self._made:
            reading, unit = scoped(workspace, whole, scope), schedule.unit
            self._made[key] = digest_of(reading, scope, now) if unit is None else huddle_digest_of(workspace, reading, scope, unit)
        return self._made[key]


def _hand_over(workspace: Workspace, sending: Sending, handed: Handed) -> Letter:
    to = workspace.vault.values([handed.letter.to]).get(handed.letter.to)
    letter = sending.outbox.handing(handed.letter.id, workspace.now())
    try:
        if to is None:
            raise NotSent("nothing is behind the address any more", lasting=True)
        sending.post.deliver(replace(handed, letter=letter), to)
    except NotSent as error:
        again = None if error.lasting else again_at(letter, workspace.now())
        sending.outbox.failed(letter.id, error.reason, again)
        return replace(letter, state="failed" if again is None else "waiting", reason=error.reason, again=again)
    sending.outbox.sent(letter.id, workspace.now())
    return replace(letter, state="sent", sent=workspace.now())


def refuse_address(to: str) -> None:
    """Raises BadValue for what is no address of mail; the message does not repeat it."""
    name, _, host = to.rpartition("@")
    plain = to.isprintable() and not any(sign in to for sign in ' ,;<>()[]"\\')
    if not (name and "." in host.strip(".") and plain and len(to) <= LONGEST_ADDRESS and parseaddr(to)[1] == to):
        raise BadValue("this is no address of mail", allowed="name@example.org")


def _refuse_empty(workspace: Workspace, scope: Scope) -> None:
    reading: Reading = scoped(workspace, open_reading(workspace), scope)
    if not scope.whole and not reading.context.engine.rows("SELECT count(*) FROM in_scope")[0][0]:
        raise BadValue("nothing is in this scope", got=f"'{scope.written()}'", next_step="`troth units` lists what there is.")
