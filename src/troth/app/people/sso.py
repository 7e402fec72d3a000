"""Signing in by an identity provider."""

from __future__ import annotations

from dataclasses import replace

from troth.access import Account
from troth.access.account import PROVIDER
from troth.access.keys import hash_of, new_id, new_key
from troth.access.sso import WHILE, Asking, Grant, Provider, Told, granted
from troth.app.people.access import Access
from troth.app.people.signing_in import NOBODY, Opened, begin
from troth.kernel.errors import BadValue

BY = "identity-provider"


def send(access: Access, provider: Provider, browser: str, to: str, back: str) -> str:
    """Where a browser is sent. browser: the key of chance by which it is known; to: where it wanted to go."""
    asking = Asking(new_key(), new_key(), new_key(), to, access.now() + WHILE)
    access.askings.put(asking, hash_of(browser))
    return provider.address(asking, back)


def come_back(access: Access, provider: Provider, browser: str, state: str, code: str, back: str) -> tuple[Opened, str]:
    """A session for whom the provider sent back, and where that one wanted to go.

    Role and scope are those of the groups that the provider names now. Raises BadValue for one who was not sent from this browser,
    whom the provider does not vouch for, who is in no group that may look, or who is let in no more.
    """
    asking = access.askings.take(state, hash_of(browser), access.now())
    if asking is None:
        access.record(NOBODY, "account.refused", NOBODY, known_by="sso")
        raise BadValue("nobody was sent to sign in from here", next_step="Sign in again, in one window.")
    try:
        told = provider.told(asking, code, back, access.now())
    except BadValue:
        access.record(NOBODY, "account.refused", NOBODY, known_by="sso")
        raise
    grant = granted(provider.grants, told.groups)
    known = access.accounts.of_subject(told.subject)
    if grant is None or (known is not None and known.disabled):
        access.record(NOBODY, "account.refused", known.id if known else NOBODY, known_by="sso")
        raise BadValue("you may not look at this operation", next_step="Ask whoever gives access here.")
    return begin(access, _account(access, known, told, grant), PROVIDER), asking.to


def _account(access: Access, known: Account | None, told: Told, grant: Grant) -> Account:
    account = known or Account(new_id(), grant.role, grant.scope, None, access.now())
    if known is None or (known.role, known.scope) != (grant.role, grant.scope):
        account = replace(account, role=grant.role, scope=grant.scope)
        access.accounts.put(account)
        made = "account.made" if known is None else "account.changed"
        access.record(BY, made, account.id, role=grant.role.name, scope=grant.scope.written())
    access.accounts.put_subject(account.id, told.subject, told.name)
    return account
