"""AES-256 over many short texts at once: CMAC of each (NIST SP 800-38B), and counter mode with a nonce for each (SP 800-38A)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from troth.sources.personal.packed import Bytes, Packed, Places

BLOCK, NONCE = 16, 13
AT_ONCE = 1 << 20  # bytes of one step: more leaves the processor's cache
_FOLD = 0x87


class Block:
    """One key's permutation of blocks, of which modes are made here: the library has no mode that takes many messages in a call."""

    def __init__(self, key: bytes) -> None:
        self._permute = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # a block each, never a message

    def of(self, blocks: Bytes) -> Bytes:
        """(n, 16) to (n, 16), a block a row."""
        return np.frombuffer(self._permute.update(np.ascontiguousarray(blocks).data), dtype=np.uint8).reshape(-1, BLOCK)


class Mark:
    """CMAC under one key: equal texts, equal marks; without the key it is noise."""

    def __init__(self, key: bytes) -> None:
        self._block = Block(key)
        self._whole = _doubled(self._block.of(np.zeros((1, BLOCK), dtype=np.uint8))[0])
        self._partial = _doubled(self._whole)

    def of_texts(self, before: bytes, texts: Packed) -> Bytes:
        """(n, 16): of `before` and each text behind it."""
        lengths = texts.lengths + len(before)
        blocks = np.maximum(1, -(-lengths // BLOCK))
        marks = np.empty((len(lengths), BLOCK), dtype=np.uint8)
        for count in np.flatnonzero(np.bincount(blocks)).tolist():
            width = count * BLOCK
            for some in portions(np.flatnonzero(blocks == count), width):
                rows = np.zeros((len(some), width), dtype=np.uint8)
                rows[:, : len(before)] = np.frombuffer(before, dtype=np.uint8)
                rows[:, len(before) :] = texts.rows(some, width - len(before))
                marks[some] = self._of(rows, lengths[some])
        return marks

    def of_rows(self, rows: Bytes) -> Bytes:
        """(n, width) to (n, 16): of rows that are all used to their end."""
        count, width = rows.shape
        padded = np.zeros((count, max(1, -(-width // BLOCK)) * BLOCK), dtype=np.uint8)
        padded[:, :width] = rows
        return self._of(padded, np.full(count, width, dtype=np.int64))

    def _of(self, rows: Bytes, lengths: Places) -> Bytes:
        """rows: (n, whole blocks), zeros behind each text; they are written to."""
        width = rows.shape[1]
        partial = np.flatnonzero(lengths < width)
        rows[partial, lengths[partial]] = 0x80
        rows[:, -BLOCK:] ^= self._whole
        rows[partial, -BLOCK:] ^= self._whole ^ self._partial
        state = np.zeros((len(rows), BLOCK), dtype=np.uint8)
        for start in range(0, width, BLOCK):
            state = self._block.of(state ^ rows[:, start : start + BLOCK])
        return state


def streams(block: Block, nonces: Bytes, count: int) -> Bytes:
    """(n, 16 * count): the key stream of each nonce. nonces: (n, 13), none of them twice under one key; count: below 2**24."""
    counters = np.empty((len(nonces), count, BLOCK), dtype=np.uint8)
    counters[:, :, :NONCE] = nonces[:, None, :]
    counters[:, :, NONCE:] = np.arange(count, dtype=">u4").view(np.uint8).reshape(count, 4)[:, 1:]
    return block.of(counters.reshape(-1, BLOCK)).reshape(len(nonces), count * BLOCK)


def portions(rows: Places, width: int) -> Iterator[Places]:
    """Rows of this width, as many at a time as are taken in one step."""
    size = max(1, AT_ONCE // width)
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _doubled(block: Bytes) -> Bytes:
    """In the field of 2**128, as the standard makes its second and third key of the first."""
    number = int.from_bytes(block.tobytes(), "big") << 1
    number = (number ^ _FOLD) & ((1 << 128) - 1) if number >> 128 else number
    return np.frombuffer(number.to_bytes(BLOCK, "big"), dtype=np.uint8)
