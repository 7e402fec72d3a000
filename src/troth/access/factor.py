"""A second factor: codes of a secret and the time, as authenticator apps show them, and recovery codes in their place."""

from __future__ import annotations

from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import choice, token_bytes
from typing import Protocol

from troth.access.keys import same

SECONDS, DIGITS, SECRET_BYTES = 30, 6, 20
AROUND = (-1, 0, 1)
NEVER = -1
WHILE = timedelta(minutes=10)
"""How long somebody has between the password and the code."""

ISSUER = "Troth"
RECOVERY, SIGNS = 10, 10
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # none that is taken for another (Crockford's base 32): five bits a sign


@dataclass(frozen=True, slots=True)
class Factor:
    """What an account's codes are made of. asked: when it was made, by the session of this hash. since: of the first right code; None
    while there was none. step: of the last code that was used; none of that step or before opens anything again.
    """

    account: str
    secret: bytes = field(repr=False)
    asked: datetime
    session: str
    since: datetime | None = None
    step: int = NEVER


class Factors(Protocol):
    """Second factors; an account has one at most. Secrets come here as they are, recovery codes as hashes."""

    def find(self, account: str) -> Factor | None: ...

    def since(self, account: str) -> datetime | None:
        """Since when one is in force; it opens no secret."""
        ...

    def put(self, factor: Factor) -> None:
        """One that waits for its first code, in place of another that does. Raises BadValue where one is in force."""
        ...

    def begin(self, account: str, secret: bytes, step: int, codes: Mapping[int, str], now: datetime) -> bool:
        """Put the one that waits in force, whose secret this is. False where it is another by now, or none."""
        ...

    def use(self, account: str, step: int) -> bool:
        """Use a code up, and all before it: of two who use it at once, one is too late."""
        ...

    def codes(self, account: str) -> Mapping[int, str]:
        """The hashes of the recovery codes that are left, by place."""
        ...

    def put_codes(self, account: str, codes: Mapping[int, str]) -> None:
        """In place of all that are left."""
        ...

    def use_code(self, account: str, place: int, kept: str) -> bool:
        """Use up the recovery code of this hash; of two at once, one is too late."""
        ...

    def remove(self, account: str) -> None:
        """With the recovery codes; what is deleted is overwritten."""
        ...


def new_secret() -> bytes:
    """160 bits of chance, as RFC 4226 recommends."""
    return token_bytes(SECRET_BYTES)


def written(secret: bytes) -> str:
    """As an authenticator takes it by hand: base 32 in groups of four.

    >>> written(b"12345678901234567890")
    'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ'
    """
    from base64 import b32encode

    text = b32encode(secret).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret: bytes, name: str) -> str:
    """What the picture says that an authenticator reads: otpauth://totp/…

    >>> address(b"12345678901234567890", "ana@example.org")[:35]
    'otpauth://totp/Troth:ana%40example.'
    """
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    return TOTP(secret, DIGITS, SHA1(), SECONDS).get_provisioning_uri(name, ISSUER)


def step_at(now: datetime) -> int:
    """now: naive UTC.

    >>> step_at(datetime(1970, 1, 1, 0, 0, 59))
    1
    """
    return timegm(now.timetuple()) // SECONDS


def code_at(secret: bytes, step: int) -> str:
    """RFC 6238 with SHA-1 and six digits."""
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.hotp import HOTP

    return HOTP(secret, DIGITS, SHA1()).generate(step).decode()


def step_of(secret: bytes, code: str, now: datetime, after: int = NEVER) -> int | None:
    """Of which step a code is: of this one, the one before or the one after, as clocks differ, and later than `after`.

    None for a code of no such step. It takes as long whichever it is.
    """
    plain, current = "".join(code.split()), step_at(now)
    fitting = [current + by for by in AROUND if same(plain, code_at(secret, max(current + by, 0)))]
    return max((step for step in fitting if step > after), default=None)


def new_codes() -> tuple[str, ...]:
    """Recovery codes: each begins with its place, so that one hash is held against it, and has 50 bits of chance behind."""
    return tuple(f"{place}-{_chance()}-{_chance()}" for place in range(RECOVERY))


def place_of(code: str) -> int | None:
    """The place of a recovery code; None where it is none.

    >>> place_of("7-abcde-fgh23"), place_of("123456")
    (7, None)
    """
    plain = plain_code(code)
    return int(plain[0]) if len(plain) == SIGNS + 1 and plain.isascii() and plain[0].isdecimal() else None


def plain_code(code: str) -> str:
    """A recovery code as its hash is made, however it was typed.

    >>> plain_code(" 7 ABCDE-fgh23")
    '7abcdefgh23'
    """
    return "".join(code.lower().replace("-", " ").split())


def _chance() -> str:
    return "".join(choice(ALPHABET) for _ in range(SIGNS // 2))
