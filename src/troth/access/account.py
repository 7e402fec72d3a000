"""Accounts, and what opens them: sessions, one-time links, tokens."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from troth.access.factor import WHILE
from troth.access.viewer import Role, Scope, Viewer

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
FIRST_LINK, LINK = timedelta(hours=1), timedelta(days=3)
PASSWORD, LINKED, PROVIDER = "password", "link", "sso"
TOKEN_SIGN = "troth_"  # noqa: S105 - what tokens begin with, so that scanners of sources find one that leaked


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. id: random. taken: whether somebody has set a name and a password, or came by single sign-on
    (by_provider). second_factor: whether a code is asked for behind the password.

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
    by_provider: bool = False
    second_factor: bool = False

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.id, self.role, self.scope, self.language)


class Stage(Enum):
    """How far somebody has come who began to sign in: a session that is not open opens nothing but what leads on."""

    open = "open"
    code = "code"
    """The password was right, and a code is asked for."""
    enrol = "enrol"
    """The role asks for a second factor, and there is none yet."""


@dataclass(frozen=True, slots=True)
class Session:
    """hash: of its key. begun, seen: naive UTC. by: PASSWORD, LINKED or PROVIDER. passed: whether a code of the second factor was given."""

    hash: str
    account: str
    begun: datetime
    seen: datetime
    by: str = PASSWORD
    passed: bool = False

    def alive(self, now: datetime) -> bool:
        """Until nothing was asked for half an hour, and for twelve hours at the longest."""
        return now - self.seen < IDLE and now - self.begun < LONGEST

    def stage(self, account: Account, required: Collection[Role], now: datetime) -> Stage | None:
        """required: the roles that ask for a second factor. None where it is over, and where it waited too long for what it lacks.

        Whom an identity provider vouches for was asked there.
        """
        if account.disabled or not self.alive(now):
            return None
        lacks = Stage.open
        if self.by != PROVIDER and account.second_factor:
            lacks = Stage.open if self.passed else Stage.code
        elif self.by != PROVIDER and account.role in required:
            lacks = Stage.enrol
        return lacks if lacks is Stage.open or now - self.begun < WHILE else None


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
