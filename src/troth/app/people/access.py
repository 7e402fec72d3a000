"""Letting people in: who may see and do what, who says so, and the one-time link by which somebody takes an account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from troth.access import Account, Accounts, Failures, Links, Passwords, Role, Scope, Sessions, Tokens, Viewer
from troth.access.account import FIRST_LINK, LINK
from troth.access.factor import Factors
from troth.access.keys import hash_of, new_id, new_key
from troth.access.notice import LINK_GIVEN, TIED
from troth.access.persons import Persons
from troth.access.sso import Askings
from troth.access.viewer import role_of, scope_of
from troth.access.waiting import FREE_BY_REFUSAL
from troth.app.rulebook.rules import read_rules
from troth.app.workspace import Journal, Workspace
from troth.kernel.errors import BadValue, NotFound, nearest

HERE = Viewer("command-line", Role.admin)
"""Whoever can write the book's folder from a terminal: nothing of it is closed to them."""


LONGEST_PERSON = 200


@dataclass(frozen=True, slots=True)
class Access:
    """What signing in needs. required: the roles of which a second factor is asked. now: the clock, naive UTC. Made by `bootstrap` only."""

    accounts: Accounts
    sessions: Sessions
    links: Links
    tokens: Tokens
    failures: Failures
    passwords: Passwords
    askings: Askings
    factors: Factors
    persons: Persons
    journal: Journal
    required: Callable[[], frozenset[Role]]
    now: Callable[[], datetime]

    def record(self, by: str, action: str, about: str, **said: str) -> None:
        """Write it down for good, without anything personal."""
        self.journal.record(by, action, about, said, self.now())


@dataclass(frozen=True, slots=True)
class Invited:
    """An account with the key of its one-time link, which is told this once. expires: naive UTC."""

    account: Account
    key: str
    expires: datetime


def first_link(access: Access) -> Invited | None:
    """The link by which the first admin signs in, where nobody is admin yet; a link that was given before opens nothing then."""
    admins = [one for one in access.accounts.all() if one.role is Role.admin and not one.disabled]
    if any(one.taken for one in admins):
        return None
    account = next((one for one in admins if one.scope.whole), None) or _new(access, HERE, Role.admin, Scope())
    return link(access, HERE, account.id, FIRST_LINK)


def invite(access: Access, by: Viewer, role: Role, scope: Scope) -> Invited:
    """Make an account that nobody has taken yet. Raises BadValue where it would see or may do more than who gives it."""
    _refuse_more(by, role, scope)
    return link(access, by, _new(access, by, role, scope).id)


def link(access: Access, by: Viewer, id: str, lasting: timedelta = LINK) -> Invited:
    """A one-time link by which somebody takes an account, or sets another password; one that was given before opens nothing any more.

    The owner of an account that is taken is told. Raises BadValue for one of the identity provider's: there is no password to set.
    """
    account = found(access, by, id)
    if account.by_provider:
        raise BadValue("this account signs in by the identity provider", got=id, next_step="Make another account for who is not there.")
    key, expires = new_key(), access.now() + lasting
    access.links.put(account.id, hash_of(key), expires)
    if account.taken:
        access.accounts.tell(account.id, LINK_GIVEN, access.now())
    access.record(by.id, "account.link_given", account.id)
    return Invited(account, key, expires)


def change(access: Access, by: Viewer, id: str, *, role: Role, scope: Scope) -> Account:
    """What somebody may see and do from now on, in open sessions too."""
    before = found(access, by, id)
    _refuse_more(by, role, scope)
    account = replace(before, role=role, scope=scope)
    _refuse_last(access, before, account)
    access.accounts.put(account)
    access.record(by.id, "account.changed", id, role=role.name, scope=scope.written())
    return account


def disable(access: Access, by: Viewer, id: str, *, disabled: bool = True) -> Account:
    """Let an account in no more, or again; its sessions end, its tokens and links open nothing."""
    before = found(access, by, id)
    account = replace(before, disabled=disabled)
    _refuse_last(access, before, account)
    access.accounts.put(account)
    if disabled:
        access.sessions.end_all(id)
    access.record(by.id, "account.disabled" if disabled else "account.enabled", id)
    return account


def remove(access: Access, by: Viewer, id: str) -> None:
    """Delete an account with the name and all else that is kept of it. The journal has its random id and nothing personal."""
    before = found(access, by, id)
    _refuse_last(access, before, replace(before, disabled=True))
    access.accounts.remove(id)
    access.record(by.id, "account.removed", id)


def listed(access: Access, by: Viewer) -> tuple[Account, ...]:
    """The accounts that somebody may change: those that see no more than that one."""
    return tuple(one for one in access.accounts.all() if by.scope.holds(one.scope))


def found(access: Access, by: Viewer, id: str) -> Account:
    """Raises NotFound, too where it is none that `by` may change: that there is one is not told."""
    account = access.accounts.find(id)
    if account is None or not by.scope.holds(account.scope):
        raise NotFound("no such account", got=id, next_step="List them: troth access list")
    return account


def tie(access: Access, by: Viewer, id: str, person: str) -> bool:
    """Say who of the record's staff an account is, so that this one reads their own results. True once a second one says the same.

    It holds for good, of one account for each person, and nobody says it of their own; said anew by two, own results that rest rest no
    more. The journal has that it was said, and not of whom. Raises BadValue, NotFound.
    """
    account, person = found(access, by, id), person.strip()
    if account.id == by.id:
        raise BadValue("nobody says of their own account who they are", got=id, next_step="Ask another admin.")
    if not person or len(person) > LONGEST_PERSON:
        raise BadValue("no person of the record", got=f"'{person}'", allowed="an id as the sources have it")
    holds = access.persons.say(account.id, person, by.id)
    if holds and account.taken:
        access.accounts.tell(account.id, TIED, access.now())
    access.record(by.id, "account.tied" if holds else "account.tie_said", id)
    return holds


def speak(access: Access, id: str, language: str | None) -> None:
    """The language in which somebody reads; None: as the browser asks."""
    access.accounts.put(replace(found(access, HERE, id), language=language))


def asked(workspace: Workspace, role: str, scope: Iterable[str]) -> tuple[Role, Scope]:
    """Role and scope of their texts. Raises BadValue for what is none, and for a dimension that the company does not have."""
    wanted = scope_of(scope)
    known = [one.id for one in read_rules(workspace).book.company.dimensions] if wanted.values else []
    for dimension in wanted.values:
        if dimension not in known:
            raise BadValue("no dimension of the company", got=f"'{dimension}'", allowed=nearest(dimension, known))
    return role_of(role), wanted


def refused(access: Access, by: Viewer, what: str) -> None:
    """Write down that somebody asked for what is not theirs. what: the page or operation, without what was asked of it.

    Of the same that is asked again and again not all is written, as guesses are not all looked at: nobody fills the journal so.
    """
    if not access.failures.attempt({f"refused {by.id} {what}": FREE_BY_REFUSAL}, access.now()):
        access.record(by.id, "access.refused", by.id, what=what)


def names(access: Access, accounts: Iterable[Account]) -> Mapping[str, str]:
    """The sign-in names of accounts, for whoever gives access, and nobody else."""
    known = access.accounts.names()
    return {one.id: known[one.id] for one in accounts if one.id in known}


def _new(access: Access, by: Viewer, role: Role, scope: Scope) -> Account:
    account = Account(new_id(), role, scope, None, access.now())
    access.accounts.put(account)
    access.record(by.id, "account.made", account.id, role=role.name, scope=scope.written())
    return account


def _refuse_more(by: Viewer, role: Role, scope: Scope) -> None:
    if role > by.role or not by.scope.holds(scope):
        raise BadValue(
            "nobody gives more than they have", got=f"{role.name} {scope.written()}".strip(), allowed=by.scope.written() or by.role.name
        )


def _refuse_last(access: Access, before: Account, after: Account) -> None:
    """Somebody must be able to give access again."""

    def gives(one: Account) -> bool:
        return one.role is Role.admin and one.taken and one.scope.whole and not one.disabled

    others = any(gives(one) for one in access.accounts.all() if one.id != before.id)
    if gives(before) and not gives(after) and not others:
        raise BadValue("this is the last admin", next_step="Make somebody else admin first.")
