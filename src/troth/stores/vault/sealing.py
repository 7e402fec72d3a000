"""The vault's cryptography: values under a key each, those keys under the vault's, and marks that need a key."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from os import urandom
from typing import Self

import numpy as np

from troth.kernel.errors import StoreError
from troth.sources.personal.packed import Bytes, Packed, Places
from troth.sources.personal.vault import SIGNS, SIGNS_OF_TOKEN, TokenKind
from troth.stores.vault.ciphers import BLOCK, NONCE, Block, Mark, portions, streams

KEY_BYTES = 32
SALT = 16  # of a subject's key, for the commitment; the rest of it enciphers
_ENDS = 0x80


@dataclass(frozen=True, slots=True)
class Sealed:
    """Values of one width, a row each. signs: (n, 20) of their tokens; tags: (n, 16).

    keys: (n, 16 + width), of chance, for one value and never again, enciphered under the vault's.
    cells: (n, width), the value with its end and zeros behind it, under its key.
    """

    signs: Bytes
    keys: Bytes
    cells: Bytes
    tags: Bytes

    def rows(self, chosen: Places) -> Sealed:
        return Sealed(self.signs[chosen], self.keys[chosen], self.cells[chosen], self.tags[chosen])

    @classmethod
    def joined(cls, one: Self, other: Self) -> Sealed:
        pairs = ((one.signs, other.signs), (one.keys, other.keys), (one.cells, other.cells), (one.tags, other.tags))
        return Sealed(*(np.concatenate(pair) for pair in pairs))


class Sealer:
    """Seals and opens under one secret of 32 bytes, from which keys for each purpose are derived."""

    def __init__(self, secret: bytes) -> None:
        self._wrap = Block(derived(secret, "wrap"))
        self._mark = Mark(derived(secret, "mark"))
        self._tag = Mark(derived(secret, "tag"))
        self.check = derived(secret, "check")[:16]

    def marks(self, kind: TokenKind, normal: Packed) -> Bytes:
        """(n, 16): what leads from a value to its token."""
        return marks_of(self._mark, kind, normal)

    def seal(self, kind: TokenKind, signs: Bytes, values: Packed, chosen: Places, width: int) -> Sealed:
        """The chosen values, each below `width` bytes, a multiple of 16, bound to its token: what is put beside another does not open.

        A key as long as the value, of chance, is a cipher by itself: a row without its key says nothing to anybody, whatever he knows.
        """
        keys = np.empty((len(chosen), SALT + width), dtype=np.uint8)
        cells = np.empty((len(chosen), width), dtype=np.uint8)
        tags = np.empty((len(chosen), BLOCK), dtype=np.uint8)
        for some in portions(np.arange(len(chosen)), SALT + width):
            rows = values.rows(chosen[some], width)
            rows[np.arange(len(some)), values.lengths[chosen[some]]] = _ENDS
            chance = np.frombuffer(urandom(len(some) * (SALT + width)), dtype=np.uint8).reshape(len(some), -1)
            cells[some] = rows ^ chance[:, SALT:]
            keys[some] = self._wrapped(signs[some], chance)
            tags[some] = self._tags(kind, signs[some], keys[some], cells[some])
        return Sealed(signs, keys, cells, tags)

    def open(self, kind: TokenKind, sealed: Sealed) -> list[str]:
        """The values. Raises StoreError where a row is not what was sealed."""
        rows = sealed.cells ^ self.keys(kind, sealed)[:, SALT:]
        ends = rows.shape[1] - 1 - np.argmax(rows[:, ::-1] != 0, axis=1)
        return [row[:end].tobytes().decode("utf-8", "surrogatepass") for row, end in zip(rows, ends.tolist(), strict=True)]

    def keys(self, kind: TokenKind, sealed: Sealed) -> Bytes:
        """The subjects' keys, in the clear. Raises StoreError where a row is not what was sealed."""
        wrong = np.flatnonzero((self._tags(kind, sealed.signs, sealed.keys, sealed.cells) != sealed.tags).any(axis=1))
        if len(wrong):
            raise _damaged(f"{kind}-{sealed.signs[wrong[0]].tobytes().decode('latin-1')}")
        return self._wrapped(sealed.signs, sealed.keys)

    def resealed(self, kind: TokenKind, sealed: Sealed, keys: Bytes) -> Sealed:
        """The same values under this secret. keys: the subjects', in the clear."""
        wrapped = self._wrapped(sealed.signs, keys)
        return Sealed(sealed.signs, wrapped, sealed.cells, self._tags(kind, sealed.signs, wrapped, sealed.cells))

    def _wrapped(self, signs: Bytes, keys: Bytes) -> Bytes:
        """Counter mode, which is its own inverse. A token is given once, so that its signs are a nonce."""
        return keys ^ streams(self._wrap, _nonces(signs), keys.shape[1] // BLOCK)

    def _tags(self, kind: TokenKind, signs: Bytes, keys: Bytes, cells: Bytes) -> Bytes:
        before = np.frombuffer(f"{kind}-".encode(), dtype=np.uint8)
        return self._tag.of_rows(np.concatenate([np.broadcast_to(before, (len(signs), len(before))), signs, keys, cells], axis=1))


def width_of(lengths: Places) -> Places:
    """Bytes that values of these lengths take with their ends: multiples of 16."""
    return (lengths // BLOCK + 1) * BLOCK


def commitment(kind: TokenKind, key: bytes, normal: str) -> str:
    """Of an erased value under its key: with that gone, nobody can compute it from the value."""
    return hmac.digest(key, f"{kind}\0{normal}".encode("utf-8", "surrogatepass"), "sha256").hex()


def marks_of(mark: Mark, kind: TokenKind, normal: Packed) -> Bytes:
    return mark.of_texts(f"{kind}\0".encode(), normal)


def texts_of(kind: TokenKind, signs: Bytes) -> list[str]:
    """The tokens. signs: (n, 20)."""
    each = len(kind) + 1 + SIGNS_OF_TOKEN
    rows = np.empty((len(signs), each), dtype=np.uint8)
    rows[:, :-SIGNS_OF_TOKEN], rows[:, -SIGNS_OF_TOKEN:] = np.frombuffer(f"{kind}-".encode(), dtype=np.uint8), signs
    text = rows.tobytes().decode("ascii")
    return [text[start : start + each] for start in range(0, len(text), each)]


def derived(secret: bytes, purpose: str) -> bytes:
    """A key that says nothing of the secret or of the keys for other purposes: HKDF-Expand of RFC 5869, one block."""
    return hmac.digest(secret, f"troth vault {purpose}\1".encode(), "sha256")


_NUMBER_OF = np.zeros(256, dtype=np.uint8)
_NUMBER_OF[np.frombuffer(SIGNS.encode(), dtype=np.uint8)] = np.arange(len(SIGNS))
_PLACES = np.array([len(SIGNS) ** place for place in range(12)], dtype="<u8")


def _nonces(signs: Bytes) -> Bytes:
    """(n, 13): twelve signs as a number of eight bytes and eight as one of five, so that no two tokens share one."""
    numbers = _NUMBER_OF[signs].astype(np.uint64)
    nonces = np.empty((len(signs), NONCE), dtype=np.uint8)
    nonces[:, :8] = (numbers[:, :12] @ _PLACES[:12]).view(np.uint8).reshape(-1, 8)
    nonces[:, 8:] = (numbers[:, 12:] @ _PLACES[:8]).view(np.uint8).reshape(-1, 8)[:, :5]
    return nonces


def _damaged(token: str) -> StoreError:
    return StoreError(
        f"the vault's entry of '{token}' does not open",
        got="bytes that are not what was sealed",
        next_step="Put back a copy of vault.db together with its vault.key.",
    )
