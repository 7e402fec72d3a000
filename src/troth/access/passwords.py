"""What a password must be, and how it is kept: as its Argon2id hash."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from troth.kernel.errors import BadValue

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 256
SHORTEST_NAME, LONGEST_NAME = 2, 200
AT_ONCE = 2

# What people put before and behind a common word to make it long enough.
ADDED = "0123456789.,!?*#@$%&_-+= "


def plain_name(name: str) -> str:
    """A sign-in name as it is compared: however it was typed, it is the same person's.

    >>> plain_name("  Ana.Silva@EXAMPLE.org ")
    'ana.silva@example.org'
    """
    return unicodedata.normalize("NFKC", name).strip().casefold()


def refuse_name(name: str) -> None:
    """Raises BadValue for what nobody can sign in with."""
    plain = plain_name(name)
    if not SHORTEST_NAME <= len(plain) <= LONGEST_NAME or not plain.isprintable():
        raise BadValue("this is no name to sign in with", allowed=f"{SHORTEST_NAME} to {LONGEST_NAME} signs")


def refuse_weak(password: str, *, name: str = "") -> None:
    """Raises BadValue for a password that is short, common, or the name itself. Which signs it is made of is nobody's business.

    The message does not repeat it.
    """
    if len(password) < SHORTEST:
        raise BadValue("the password is too short", allowed=f"{SHORTEST} signs or more; a few words do well")
    if len(password) > LONGEST:
        raise BadValue("the password is too long", allowed=f"{LONGEST} signs at most")
    plain = plain_name(password)
    if len(set(plain)) < 4 or _counts(plain) or not common().isdisjoint({plain, plain.strip(ADDED), _once(plain)}):
        raise BadValue("the password is one that many people have", allowed="one that is nobody else's; a few words do well")
    if name and (plain == plain_name(name) or plain == plain_name(name).partition("@")[0]):
        raise BadValue("the password is the name", allowed="one that nobody can guess from it")


def _counts(plain: str) -> bool:
    """Whether each sign follows the one before by the same step, as on a keyboard's digits or in the alphabet.

    >>> _counts("345678901234"), _counts("mlkjihgfedcb"), _counts("three calm o")
    (True, True, False)
    """
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    return len({step % 10 for step in steps} if plain.isdecimal() else steps) == 1


def _once(plain: str) -> str:
    """What a text repeats to its end; itself where it repeats nothing.

    >>> _once("dragondragon"), _once("dragonfly")
    ('dragon', 'dragonfly')
    """
    again = (plain * 2).find(plain, 1)
    return plain[:again]


@lru_cache(maxsize=1)
def common() -> frozenset[str]:
    """The common passwords of twelve signs or more that published lists have, and the 3,000 commonest words of such lists."""
    return frozenset(files("troth.access").joinpath("common_passwords.txt").read_text(encoding="utf-8").split())


class Passwords:
    """Makes hashes and holds passwords against them, a few at a time: each takes memory on purpose.

    hasher: its parameters are those of RFC 9106 unless others are given.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        from argon2 import PasswordHasher

        self._hasher = hasher or PasswordHasher()
        self._room = BoundedSemaphore(AT_ONCE)
        self._nobodys = self._hasher.hash("nobody's password")

    def hash(self, password: str) -> str:
        with self._room:
            return self._hasher.hash(_written(password))

    def fits(self, password: str, kept: str | None) -> bool:
        """kept: None where nobody has the name; it takes as long to say so."""
        from argon2.exceptions import InvalidHashError, VerificationError

        with self._room:
            try:
                self._hasher.verify(kept or self._nobodys, _written(password))
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether it was made with other parameters than a hash is made with now."""
        return self._hasher.check_needs_rehash(kept)


def _written(password: str) -> bytes:
    """However a keyboard composes letters, the password is the same."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
