"""What signing in asks of a store; `stores.accounts` implements it. Of keys only their hashes come here, as digests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from troth.access.account import Account, Session, Token
from troth.access.notice import Notice


class Accounts(Protocol):
    """Accounts, and apart from them the personal: sign-in names, password hashes, who somebody is to an identity provider."""

    def all(self) -> tuple[Account, ...]:
        """Oldest first."""
        ...

    def find(self, id: str) -> Account | None: ...

    def put(self, account: Account) -> None:
        """Make it, or change its role, scope, language, and whether it is disabled."""
        ...

    def saw(self, id: str, now: datetime) -> None: ...

    def remove(self, id: str) -> None:
        """With all that is kept of it; what is deleted is overwritten."""
        ...

    def names(self) -> Mapping[str, str]:
        """The sign-in name of each account that has one, as it was typed."""
        ...

    def named(self, name: str) -> tuple[Account, str | None] | None:
        """Whose name it is, however it is typed, and the hash of that one's password."""
        ...

    def password(self, id: str) -> str | None:
        """The hash of an account's password."""
        ...

    def take(self, id: str, name: str, password: str) -> None:
        """Give an account its name and the hash of its password. Raises BadValue where another has the name."""
        ...

    def put_password(self, id: str, password: str) -> None: ...

    def of_subject(self, subject: str) -> Account | None:
        """The account of somebody whom an identity provider knows so."""
        ...

    def put_subject(self, id: str, subject: str, name: str) -> None: ...

    def tell(self, id: str, what: str, now: datetime) -> None:
        """Keep for its owner what somebody else did to an account."""
        ...

    def told(self, id: str) -> tuple[Notice, ...]:
        """Newest first."""
        ...

    def show_told(self, id: str) -> None:
        """All of it was shown to the owner."""
        ...


class Sessions(Protocol):
    def begin(self, session: Session) -> None: ...

    def find(self, digest: str) -> tuple[Session, Account] | None: ...

    def saw(self, digest: str, now: datetime) -> None: ...

    def end(self, digest: str) -> None: ...

    def end_all(self, account: str, *, but: str = "") -> None:
        """Every session of an account but the one of this digest."""
        ...

    def of(self, account: str) -> tuple[Session, ...]: ...

    def forget(self, begun_before: datetime, seen_before: datetime) -> None:
        """Those that are over."""
        ...


class Links(Protocol):
    """One-time links; an account has one at most."""

    def put(self, account: str, digest: str, expires: datetime) -> None: ...

    def whose(self, digest: str, now: datetime) -> Account | None:
        """The account that a link opens, where it still does."""
        ...

    def use(self, digest: str, now: datetime) -> Account | None:
        """The same, and it opens nothing any more: of two who use it at once, one is too late."""
        ...


class Tokens(Protocol):
    def all(self) -> tuple[Token, ...]: ...

    def find(self, digest: str) -> tuple[Token, Account | None] | None:
        """With its owner."""
        ...

    def put(self, token: Token, digest: str) -> None: ...

    def used(self, id: str, now: datetime) -> None: ...

    def revoke(self, id: str, now: datetime) -> None: ...


class Failures(Protocol):
    """Guesses that failed, by what they were made at: a name or an address, of which a mark is kept and not itself."""

    def attempt(self, texts: Mapping[str, int], now: datetime) -> timedelta:
        """Count a guess at each of these, by how many are free; where one of them must wait, count none and say how long.

        It is counted before it is looked at, so that many at once are no more than one after another.
        """
        ...

    def forgive(self, text: str, *, whole: bool) -> None:
        """A guess was right: forget all that failed, or the last one alone."""
        ...
