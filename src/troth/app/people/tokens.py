"""Tokens: what a program signs in with to read by REST."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from troth.access import Role, Scope, Token, Viewer
from troth.access.account import TOKEN_SIGN
from troth.access.keys import hash_of, new_id, new_key
from troth.app.people.access import HERE, Access
from troth.app.people.signing_in import SEEN
from troth.kernel.errors import BadValue, NotFound

LONGEST = timedelta(days=366)
LONGEST_LABEL = 80


@dataclass(frozen=True, slots=True)
class Given:
    """A token with its key, which is told this once."""

    token: Token
    key: str


def give(access: Access, by: Viewer, label: str, role: Role, scope: Scope, lasting: timedelta) -> Given:
    """A token that sees and may do what is said, and never more than its owner. Raises BadValue for more, and for one without an end."""
    label = label.strip()
    if not 0 < len(label) <= LONGEST_LABEL or not label.isprintable():
        raise BadValue("no label", got=f"{len(label)} signs", allowed=f"1 to {LONGEST_LABEL} signs that say what it is for")
    if not timedelta() < lasting <= LONGEST:
        raise BadValue("no time that a token may last", got=f"{lasting.days} days", allowed=f"1 to {LONGEST.days} days")
    if role > by.role or not by.scope.holds(scope):
        raise BadValue("nobody gives more than they have", got=f"{role.name} {scope.written()}".strip())
    now, key = access.now(), TOKEN_SIGN + new_key()
    token = Token(new_id(), label, None if by is HERE else by.id, role, scope, now, now + lasting)
    access.tokens.put(token, hash_of(key))
    access.record(by.id, "token.given", token.id, role=role.name, scope=scope.written())
    return Given(token, key)


def viewer_of(access: Access, key: str) -> Viewer | None:
    """Who it is that a token's key belongs to; None where it opens nothing."""
    known = access.tokens.find(hash_of(key))
    now = access.now()
    if known is None or not known[0].alive(now):
        return None
    token, owner = known
    viewer = token.viewer(owner)
    if viewer is not None and (token.used is None or now - token.used >= SEEN):
        access.tokens.used(token.id, now)
    return viewer


def listed(access: Access, by: Viewer) -> tuple[Token, ...]:
    """One's own; at the command line all."""
    return tuple(one for one in access.tokens.all() if by is HERE or one.account == by.id)


def revoke(access: Access, by: Viewer, id: str) -> None:
    """Raises NotFound for one that is not `by`'s."""
    if id not in {one.id for one in listed(access, by)}:
        raise NotFound("no such token", got=id, next_step="List them: troth access tokens")
    access.tokens.revoke(id, access.now())
    access.record(by.id, "token.revoked", id)
