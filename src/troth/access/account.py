"""Accounts, and what opens them: sessions, one-time links, tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from troth.access.viewer import Role, Scope, Viewer

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
FIRST_LINK, LINK = timedelta(hours=1), timedelta(days=3)
TOKEN_SIGN = "troth_"  # noqa: S105 - what tokens begin with, so that scanners of sources find one that leaked


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. id: random. taken: whether somebody has set a name and a password, or came by single sign-on.

    The sign-in name is no part of it: it is personal, and kept apart.
    """

    id: str
    role: Role
    scope: Scope
    language: str | None
    created: datetime
    seen: datetime | None = None
    disabled: bool = False
    taken: bool = False

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.id, self.role, self.scope, self.language)


@dataclass(frozen=True, slots=True)
class Session:
    """hash: of its key. begun, seen: naive UTC."""

    hash: str
    account: str
    begun: datetime
    seen: datetime

    def alive(self, now: datetime) -> bool:
        """Until nothing was asked for half an hour, and for twelve hours at the longest."""
        return now - self.seen < IDLE and now - self.begun < LONGEST


@dataclass(frozen=True, slots=True)
class Token:
    """What a program signs in with. label: its maker's word for it. account: whose it is; None for one made at the command line."""

    id: str
    label: str
    account: str | None
    role: Role
    scope: Scope
    created: datetime
    expires: datetime
    used: datetime | None = None
    revoked: datetime | None = None

    def alive(self, now: datetime) -> bool:
        return self.revoked is None and now < self.expires

    def viewer(self, owner: Account | None) -> Viewer | None:
        """What it may: never more than its owner may now. None where that is nothing."""
        if self.account is None:
            return Viewer(f"token-{self.id}", self.role, self.scope)
        if owner is None or owner.disabled:
            return None
        scope = self.scope.within(owner.scope)
        return None if scope is None else Viewer(f"token-{self.id}", min(self.role, owner.role), scope)
