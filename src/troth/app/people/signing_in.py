"""Signing in and out, and who it is that a key belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from troth.access import Account, Session, Viewer
from troth.access.account import IDLE, LINKED, LONGEST, PASSWORD, Stage
from troth.access.keys import hash_of, new_key
from troth.access.notice import PASSWORD_SET
from troth.access.passwords import plain_name, refuse_name, refuse_weak
from troth.access.waiting import FREE_BY_ADDRESS, FREE_BY_NAME
from troth.app.people.access import Access
from troth.kernel.errors import BadValue

# How exactly it is known when somebody was last here: not every request writes.
SEEN = timedelta(minutes=1)
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Opened:
    """key: of the session, for the browser's cookie and for nobody else. stage: how far it leads. told: whether others did something to the
    account that its owner was not shown yet.
    """

    key: str
    account: str
    stage: Stage | None
    told: bool = False


@dataclass(frozen=True, slots=True)
class NotLetIn:
    """wait: how long until a guess is looked at again. It does not say whether there is such a name."""

    wait: timedelta


def sign_in(access: Access, name: str, password: str, address: str) -> Opened | NotLetIn:
    """Begin a session. It takes as long, and answers the same, whether nobody has the name or the password is another."""
    wait = access.failures.attempt({_by_name(name): FREE_BY_NAME, _by_address(address): FREE_BY_ADDRESS}, access.now())
    if wait:
        return NotLetIn(wait)
    account, kept = access.accounts.named(name) or (None, None)
    fits = access.passwords.fits(password, kept)
    if account is None or not fits or account.disabled:
        access.record(NOBODY, "account.refused", account.id if account else NOBODY)
        return NotLetIn(timedelta())
    access.failures.forgive(_by_name(name), whole=True)
    access.failures.forgive(_by_address(address), whole=False)
    if kept is not None and access.passwords.outdated(kept):
        access.accounts.put_password(account.id, access.passwords.hash(password))
    return begin(access, account, PASSWORD)


def begin(access: Access, account: Account, by: str, *, passed: bool = False) -> Opened:
    """A session with a key that nobody has had before. by: how it is known who it is. passed: whether a code was given.

    Where a second factor is asked for and was not given, it opens nothing yet.
    """
    now, key = access.now(), new_key()
    session = Session(hash_of(key), account.id, now, now, by, passed)
    stage = session.stage(account, access.required(), now)
    access.sessions.forget(now - LONGEST, now - IDLE)
    access.sessions.begin(session)
    if stage is not Stage.open:
        access.record(account.id, "account.asked_for_factor", account.id, known_by=by)
        return Opened(key, account.id, stage)
    told = not all(one.shown for one in access.accounts.told(account.id))
    access.accounts.saw(account.id, now)
    access.record(account.id, "account.signed_in", account.id, known_by=f"{by}, code" if passed else by)
    return Opened(key, account.id, stage, told)


def viewer_of(access: Access, key: str) -> Viewer | None:
    """Whose session it is, as that person may see and do now; None where it is over."""
    known = access.sessions.find(hash_of(key))
    if known is None:
        return None
    session, account = known
    now = access.now()
    stage = session.stage(account, access.required(), now)
    if stage is None:
        access.sessions.end(session.hash)
    if stage is not Stage.open:
        return None
    if now - session.seen >= SEEN:
        access.sessions.saw(session.hash, now)
        access.accounts.saw(account.id, now)
    return account.viewer


def sign_out(access: Access, key: str) -> None:
    known = access.sessions.find(hash_of(key))
    access.sessions.end(hash_of(key))
    if known is not None:
        access.record(known[1].id, "account.signed_out", known[1].id)


def open_sessions(access: Access, account: Account) -> tuple[Session, ...]:
    """Where somebody is signed in: sessions that wait for a code are not."""
    required, now = access.required(), access.now()
    return tuple(one for one in access.sessions.of(account.id) if one.stage(account, required, now) is Stage.open)


def sign_out_elsewhere(access: Access, id: str, key: str) -> None:
    """End every session of an account but the one of this key."""
    access.sessions.end_all(id, but=hash_of(key))
    access.record(id, "account.signed_out_elsewhere", id)


def welcome(access: Access, key: str, name: str, password: str) -> Opened:
    """Take an account by its one-time link, or set another password by it. name: nothing where the account has one.

    A second factor is asked for all the same, and own results rest until it is known again whose they are. Raises BadValue for a link that
    opens nothing any more, a weak password, and a name that is taken; the link is spent only where all is well.
    """
    account = access.links.whose(hash_of(key), access.now())
    if account is None:
        raise _spent()
    known = access.accounts.names().get(account.id)
    name = known or name
    refuse_name(name)
    refuse_weak(password, name=name)
    kept = access.passwords.hash(password)
    other = access.accounts.named(name)
    if other is not None and other[0].id != account.id:
        raise BadValue("this name is taken", allowed="another one")
    if access.links.use(hash_of(key), access.now()) is None:
        raise _spent()
    before = access.accounts.password(account.id)
    if before is not None:
        access.persons.rest(account.id, before, access.now())
        access.accounts.tell(account.id, PASSWORD_SET, access.now())
    access.accounts.take(account.id, name, kept)
    access.sessions.end_all(account.id)
    access.failures.forgive(_by_name(name), whole=True)
    access.record(account.id, "account.password_set", account.id)
    return begin(access, account, LINKED)


def change_password(access: Access, id: str, key: str, old: str, new: str) -> Opened | NotLetIn:
    """Set another password; every session of the account ends, and a new one begins for whoever did it. Raises BadValue for a weak one."""
    refusal = password_fits(access, id, old)
    if refusal is not None:
        return refusal
    refuse_weak(new, name=access.accounts.names()[id])
    passed = any(one.passed for one in access.sessions.of(id) if one.hash == hash_of(key))
    access.accounts.put_password(id, access.passwords.hash(new))
    access.sessions.end_all(id)
    access.record(id, "account.password_set", id)
    account = access.accounts.find(id)
    assert account is not None
    return begin(access, account, PASSWORD, passed=passed)


def password_fits(access: Access, id: str, password: str) -> NotLetIn | None:
    """Whether whoever is signed in knows the account's password; a guess is counted before it is looked at."""
    return fits(access, id, password, access.accounts.password(id))


def fits(access: Access, id: str, password: str, kept: str | None) -> NotLetIn | None:
    """The same of the password of another hash."""
    name = access.accounts.names()[id]
    wait = access.failures.attempt({_by_name(name): FREE_BY_NAME}, access.now())
    if wait:
        return NotLetIn(wait)
    if not access.passwords.fits(password, kept):
        access.record(id, "account.refused", id)
        return NotLetIn(timedelta())
    access.failures.forgive(_by_name(name), whole=True)
    return None


def has_name(access: Access, key: str) -> bool | None:
    """Whether the account of a link has a name already; None where the link opens nothing."""
    account = access.links.whose(hash_of(key), access.now())
    return None if account is None else account.taken


def _spent() -> BadValue:
    return BadValue("this link opens nothing any more", next_step="Ask whoever gives access here for another one.")


def _by_name(name: str) -> str:
    return f"name {plain_name(name)}"


def _by_address(address: str) -> str:
    return f"address {address}"
