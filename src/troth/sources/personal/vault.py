"""What is asked of the vault: a random token in place of a personal value, and the value again for those who may see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Literal, Protocol

from troth.kernel.errors import Held, NotFound

TokenKind = Literal["name", "email", "phone", "address", "tax_id"]
TOKEN_KINDS: tuple[TokenKind, ...] = ("name", "email", "phone", "address", "tax_id")
ERASED = "erased"
SIGNS = "23456789abcdefghijkmnpqrstuvwxyz"
LENGTH = 20
_TO_SIGNS, _SIGNS = (SIGNS * 8).encode(), frozenset(SIGNS)


@dataclass(frozen=True, slots=True)
class Word:
    """Who says that something be done to a token, why, and when (naive UTC)."""

    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """A value that is gone. commitment: its HMAC under the key that went with it, so that nobody can compute it from the value."""

    token: str
    commitment: str
    word: Word


@dataclass(frozen=True, slots=True)
class Hold:
    """A token that may not be erased, by law or for a dispute."""

    token: str
    word: Word


@dataclass(frozen=True, slots=True)
class Status:
    """kept: values by kind. erased: marks of erased values. holds: oldest first. key: name of the key in force, None before
    anything was kept."""

    kept: Mapping[TokenKind, int]
    erased: int
    holds: tuple[Hold, ...]
    key: str | None
    key_since: datetime | None


class Tokens(Protocol):
    """What takes personal values and gives tokens for them."""

    def tokens(self, kind: TokenKind, values: Sequence[str]) -> list[str]:
        """One token a value, in the values' order; values equal by `normalising.normalised` share one. None may be blank.

        When it returns, new tokens are where they are kept.
        """
        ...


class Vault(Tokens, Protocol):
    """Personal values and the tokens that stand for them everywhere else.

    A token is its kind and 20 random signs, email-4kqz…: nothing about the value can be computed from it. A value that was
    erased and comes again gets a token of kind `erased` that leads to nothing and is not the one it had before.
    """

    def values(self, tokens: Sequence[str]) -> dict[str, str]:
        """The value of each token as it was first written; tokens of nothing, or of what was erased, are absent."""
        ...

    def find(self, kind: TokenKind, value: str) -> str | None:
        """The token of a value if it has one, that of an erased value included; makes none."""
        ...

    def erase(self, token: str, word: Word) -> Erasure:
        """Delete a value, its key and the way from the value to the token.

        Raises Held while a hold lasts, NotFound where the token stands for nothing.
        """
        ...

    def untold(self) -> tuple[Erasure, ...]:
        """Erasures that no journal was told of: a process may die between the two."""
        ...

    def told(self, erasure: Erasure) -> None: ...

    def hold(self, token: str, word: Word) -> Hold:
        """Raises NotFound where the token stands for nothing."""
        ...

    def release(self, token: str) -> None:
        """Raises NotFound where nothing holds the token."""
        ...

    def state(self) -> str:
        """Which tokens a build would get for the same values: another text after an erasure, or in another vault."""
        ...

    def status(self) -> Status: ...

    def rotate(self, at: datetime) -> Status:
        """Everything under a new key; tokens stay."""
        ...


class Passing:
    """Tokens for a look at files of which nothing is kept: they lead nowhere."""

    def __init__(self, normalised: Callable[[TokenKind, str], str]) -> None:
        self._normalised = normalised
        self._given: dict[tuple[TokenKind, str], str] = {}

    def tokens(self, kind: TokenKind, values: Sequence[str]) -> list[str]:
        return [self._given.setdefault((kind, self._normalised(kind, value)), f"{kind}-{random_signs()}") for value in values]


def is_token(text: str) -> bool:
    """Whether a text has the shape of a token, that of an erased value included.

    >>> is_token("email-4kqz7hd2ma3wpxe5rtvu"), is_token("erased-4kqz7hd2ma3wpxe5rtvu"), is_token("email-address")
    (True, True, False)
    """
    kind, _, signs = text.rpartition("-")
    return len(signs) == LENGTH and (kind in TOKEN_KINDS or kind == ERASED) and set(signs) <= _SIGNS


def is_erased(token: str) -> bool:
    """
    >>> is_erased("erased-4kqz7hd2ma3wpxe5rtvu"), is_erased("email-4kqz7hd2ma3wpxe5rtvu")
    (True, False)
    """
    return token.startswith(f"{ERASED}-")


def random_signs() -> str:
    """The part of a token after its kind: 20 signs of an alphabet of 32 that none is mistaken for another, 100 bits.

    >>> len(random_signs()), set(random_signs()) <= set(SIGNS)
    (20, True)
    """
    return token_bytes(LENGTH).translate(_TO_SIGNS).decode()


def unknown(token: str) -> NotFound:
    return NotFound(f"no value behind '{token}'", got="a token that was never given, or whose value was erased")


def held(hold: Hold) -> Held:
    since = f"{hold.word.at:%Y-%m-%d} by {hold.word.actor}: {hold.word.reason}"
    return Held(f"'{hold.token}' is on hold", got=f"a hold since {since}", next_step=f"When it ends: troth hold {hold.token} --release")


def not_held(token: str) -> NotFound:
    return NotFound(f"nothing holds '{token}'")
