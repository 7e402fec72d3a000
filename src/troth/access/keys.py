"""Random keys that open something: only their hashes are kept."""

from __future__ import annotations

import hashlib
import hmac
from secrets import token_bytes, token_hex, token_urlsafe

BYTES = 32
FORM = b"form"


def new_key() -> str:
    """256 bits of chance, as text that a URL or a cookie holds."""
    return token_urlsafe(BYTES)


def new_id() -> str:
    """A name of something that says nothing of it."""
    return token_hex(8)


def new_salt() -> bytes:
    return token_bytes(BYTES)


def hash_of(key: str) -> str:
    """What is kept of a key. It has as much chance in it as the hash has, so that neither salt nor slowness is needed.

    >>> hash_of("a")[:8]
    'ca978112'
    """
    return hashlib.sha256(key.encode()).hexdigest()


def mark_of(salt: bytes, text: str) -> str:
    """What stands for a text where the text itself must not be kept."""
    return hmac.new(salt, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def form_key(key: str) -> str:
    """What a form of the session of this key carries: whoever does not know the key cannot make it, and it does not tell the key."""
    return hmac.new(key.encode(), FORM, hashlib.sha256).hexdigest()


def same(given: str, expected: str) -> bool:
    """Whether both are equal, in a time that does not tell how far."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
