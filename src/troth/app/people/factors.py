"""The second factor of an account: set up after the password, asked for behind it, and taken away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from troth.access import Account, Session, Viewer
from troth.access.account import PASSWORD, Stage
from troth.access.factor import WHILE, Factor, new_codes, new_secret, place_of, plain_code, step_of
from troth.access.keys import hash_of
from troth.access.notice import FACTOR_REMOVED
from troth.access.waiting import FREE_BY_NAME
from troth.app.people.access import Access, found
from troth.app.people.signing_in import NotLetIn, Opened, begin, password_fits
from troth.kernel.errors import BadValue

MAY_SET_UP = (Stage.open, Stage.enrol)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A session that is not open, whose it is, and what it lacks."""

    session: Session
    account: Account
    stage: Stage


@dataclass(frozen=True, slots=True)
class Begun:
    """A second factor that is in force. codes: for recovery, told this once. opened: the session that goes on."""

    opened: Opened
    codes: tuple[str, ...]


def waiting(access: Access, key: str) -> Waiting | None:
    """Who has begun to sign in by this session's key and is not in yet."""
    known = access.sessions.find(hash_of(key))
    if known is None:
        return None
    session, account = known
    stage = session.stage(account, access.required(), access.now())
    return None if stage is None or stage is Stage.open else Waiting(session, account, stage)


def pass_code(access: Access, key: str, code: str) -> Opened | NotLetIn | None:
    """The code behind the password opens the session, under a new key. None where no session waits for one."""
    found = waiting(access, key)
    if found is None or found.stage is not Stage.code:
        return None
    refusal = _code_fits(access, found.account.id, code)
    if refusal is not None:
        return refusal
    rest, since = access.persons.resting(found.account.id), access.factors.since(found.account.id)
    if rest is not None and since is not None and since < rest.since:
        access.persons.wake(found.account.id)  # whoever has what was set up before the link is who they were
    access.sessions.end(found.session.hash)
    return begin(access, found.account, found.session.by, passed=True)


def propose(access: Access, key: str, password: str | None = None) -> NotLetIn | None:
    """Make a secret that waits for its first code, for the session of this key alone.

    password: given again, in a session that is open; a session that waits for it has given it a moment ago. Raises BadValue where a
    second factor is in force, and for whom an identity provider vouches for.
    """
    known = access.sessions.find(hash_of(key))
    if known is None:
        return NotLetIn(timedelta())
    session, account = known
    stage = session.stage(account, access.required(), access.now())
    refusal = None if stage is Stage.enrol else password_fits(access, account.id, password or "")
    if stage not in MAY_SET_UP or refusal is not None:
        return refusal or NotLetIn(timedelta())
    if account.by_provider:
        raise BadValue("this account signs in by the identity provider", next_step="Ask for a second factor there.")
    access.factors.put(Factor(account.id, new_secret(), access.now(), session.hash))
    return None


def proposed(access: Access, key: str) -> Factor | None:
    """What waits for its first code, for the session that asked for it."""
    known = access.sessions.find(hash_of(key))
    if known is None or known[0].stage(known[1], access.required(), access.now()) not in MAY_SET_UP:
        return None
    found = access.factors.find(known[1].id)
    waits = found is not None and found.since is None and found.session == hash_of(key) and access.now() - found.asked < WHILE
    return found if waits else None


def confirm(access: Access, key: str, code: str) -> Begun | NotLetIn | None:
    """The first right code puts a second factor in force; every other session of the account ends. None where nothing waits for one."""
    known, factor = access.sessions.find(hash_of(key)), proposed(access, key)
    if known is None or factor is None:
        return None
    session, account = known
    wait = access.failures.attempt({_by_code(account.id): FREE_BY_NAME}, access.now())
    if wait:
        return NotLetIn(wait)
    step = step_of(factor.secret, code, access.now())
    codes = new_codes()
    if step is None or not access.factors.begin(account.id, factor.secret, step, _hashes(access, codes), access.now()):
        access.record(account.id, "account.refused", account.id, known_by="code")
        return NotLetIn(timedelta())
    access.failures.forgive(_by_code(account.id), whole=True)
    access.sessions.end_all(account.id)
    access.record(account.id, "account.factor_added", account.id)
    return Begun(begin(access, _again(access, account.id), session.by, passed=True), codes)


def more_codes(access: Access, key: str, password: str, code: str) -> tuple[str, ...] | NotLetIn:
    """Ten new recovery codes in place of those that are left."""
    account = _whose(access, key)
    refusal = password_fits(access, account.id, password) or _code_fits(access, account.id, code)
    if refusal is not None:
        return refusal
    codes = new_codes()
    access.factors.put_codes(account.id, _hashes(access, codes))
    access.record(account.id, "account.codes_made", account.id)
    return codes


def give_up(access: Access, key: str, password: str, code: str) -> Opened | NotLetIn:
    """Its owner takes a second factor away; every session ends, and a new one begins, which lacks another where the role asks for it."""
    account = _whose(access, key)
    refusal = password_fits(access, account.id, password) or _code_fits(access, account.id, code)
    if refusal is not None:
        return refusal
    access.factors.remove(account.id)
    access.sessions.end_all(account.id)
    access.record(account.id, "account.factor_removed", account.id)
    return begin(access, _again(access, account.id), PASSWORD)


def take_away(access: Access, by: Viewer, id: str) -> Account:
    """Another takes it away from whoever lost it: the account's sessions end, and its owner is told. Raises BadValue where there is none,
    and of one's own.
    """
    account = found(access, by, id)
    if account.id == by.id:
        raise BadValue("nobody takes away their own second factor so", next_step="Take it away under Your account, by password and code.")
    if not account.second_factor:
        raise BadValue("this account has no second factor", got=id)
    access.factors.remove(id)
    access.sessions.end_all(id)
    access.accounts.tell(id, FACTOR_REMOVED, access.now())
    access.record(by.id, "account.factor_removed", id)
    return found(access, by, id)


def _code_fits(access: Access, id: str, code: str) -> NotLetIn | None:
    """Whether a code opens an account now, and use it up. It is counted before it is looked at, as passwords are, and apart from them."""
    wait = access.failures.attempt({_by_code(id): FREE_BY_NAME}, access.now())
    if wait:
        return NotLetIn(wait)
    place = place_of(code)
    if not (_recovers(access, id, place, code) if place is not None else _fits(access, id, code)):
        access.record(id, "account.refused", id, known_by="code")
        return NotLetIn(timedelta())
    access.failures.forgive(_by_code(id), whole=True)
    if place is not None:
        access.record(id, "account.code_used", id)
    return None


def _fits(access: Access, id: str, code: str) -> bool:
    factor = access.factors.find(id)
    if factor is None or factor.since is None:
        return False
    step = step_of(factor.secret, code, access.now(), factor.step)
    return step is not None and access.factors.use(id, step)


def _recovers(access: Access, id: str, place: int, code: str) -> bool:
    kept = access.factors.codes(id).get(place)
    fits = access.passwords.fits(plain_code(code), kept)
    return fits and kept is not None and access.factors.use_code(id, place, kept)


def _hashes(access: Access, codes: tuple[str, ...]) -> dict[int, str]:
    return {place: access.passwords.hash(plain_code(code)) for place, code in enumerate(codes)}


def _whose(access: Access, key: str) -> Account:
    known = access.sessions.find(hash_of(key))
    if known is None or not known[1].second_factor:
        raise BadValue("this account has no second factor")
    return known[1]


def _again(access: Access, id: str) -> Account:
    account = access.accounts.find(id)
    assert account is not None
    return account


def _by_code(id: str) -> str:
    return f"code {id}"
