"""The vault's cryptography: values under a key each, those keys under the vault's, and prints that need a key."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from troth.kernel.errors import StoreError
from troth.sources.personal.vault import TokenKind

KEY_BYTES, NONCE_BYTES = 32, 12
ONCE = bytes(NONCE_BYTES)  # a subject's key enciphers one value and then never again


@dataclass(frozen=True, slots=True)
class Sealed:
    """key: the subject's key, enciphered under the vault's. value: the value, enciphered under the subject's."""

    key: bytes
    value: bytes


class Sealer:
    """Seals and opens under one secret of 32 bytes, from which keys for each purpose are derived."""

    def __init__(self, secret: bytes) -> None:
        self._wrap = AESGCM(derived(secret, "wrap"))
        self._mark = derived(secret, "mark")
        self.check = derived(secret, "check")[:16]

    def mark(self, kind: TokenKind, normal: str) -> bytes:
        return mark(self._mark, kind, normal)

    def seal(self, token: str, value: str) -> Sealed:
        """Bound to the token: what is put beside another token does not open."""
        bound, key = token.encode(), urandom(KEY_BYTES)
        return Sealed(self._wrapped(bound, key), AESGCM(key).encrypt(ONCE, value.encode("utf-8", "surrogatepass"), bound))

    def open(self, token: str, sealed: Sealed) -> str:
        try:
            return AESGCM(self.key(token, sealed)).decrypt(ONCE, sealed.value, token.encode()).decode("utf-8", "surrogatepass")
        except InvalidTag as error:
            raise _damaged(token) from error

    def key(self, token: str, sealed: Sealed) -> bytes:
        try:
            return self._wrap.decrypt(sealed.key[:NONCE_BYTES], sealed.key[NONCE_BYTES:], token.encode())
        except InvalidTag as error:
            raise _damaged(token) from error

    def rewrapped(self, token: str, key: bytes) -> bytes:
        return self._wrapped(token.encode(), key)

    def _wrapped(self, bound: bytes, key: bytes) -> bytes:
        nonce = urandom(NONCE_BYTES)
        return nonce + self._wrap.encrypt(nonce, key, bound)


def mark(key: bytes, kind: TokenKind, normal: str) -> bytes:
    """HMAC of a value: equal values, equal marks, for who holds the key; 20 bytes."""
    return hmac.digest(key, f"{kind}\0{normal}".encode("utf-8", "surrogatepass"), "sha256")[:20]


def derived(secret: bytes, purpose: str) -> bytes:
    """A key that says nothing of the secret or of the keys for other purposes: HKDF-Expand of RFC 5869, one block."""
    return hmac.digest(secret, f"troth vault {purpose}\1".encode(), "sha256")


def _damaged(token: str) -> StoreError:
    return StoreError(
        f"the vault's entry of '{token}' does not open",
        got="bytes that are not what was sealed",
        next_step="Put back a copy of vault.db together with its vault.key.",
    )
