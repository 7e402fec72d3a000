"""Many texts as one run of bytes, so that what is done to each is done to all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Places = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Packed:
    """data: (bytes,) of UTF-8, between any two texts at least one byte that is of neither. starts, lengths: (texts,), in bytes."""

    data: Bytes
    starts: Places
    lengths: Places

    def text(self, number: int) -> str:
        return self.data[self.starts[number] : self.starts[number] + self.lengths[number]].tobytes().decode("utf-8", "surrogatepass")

    def chosen(self, numbers: Places) -> Packed:
        """These texts; they lie where they lay, so that `having` is not to be asked."""
        return Packed(self.data, self.starts[numbers], self.lengths[numbers])

    def rows(self, chosen: Places, width: int) -> Bytes:
        """(chosen, width): these texts, zeros behind each. width: no less than the longest of them."""
        room = np.concatenate([self.data, np.zeros(width, dtype=np.uint8)])
        rows = np.lib.stride_tricks.sliding_window_view(room, width)[self.starts[chosen]]
        rows *= np.arange(width) < self.lengths[chosen][:, None]
        return rows

    def having(self, places: Places) -> Places:
        """Which text each of these places in the data is of; places that are of none are left out."""
        found = np.searchsorted(self.starts, places, side="right") - 1
        inside: Places = found[places < self.starts[found] + self.lengths[found]]
        return inside

    def with_texts(self, chosen: Places, texts: Sequence[str]) -> Packed:
        """Other texts in place of the chosen ones; the texts no longer lie in the order of their numbers, so ask `having` before."""
        other = packed(texts)
        starts, lengths = self.starts.copy(), self.lengths.copy()
        starts[chosen], lengths[chosen] = other.starts + len(self.data) + 1, other.lengths
        return Packed(np.concatenate([self.data, np.zeros(1, dtype=np.uint8), other.data]), starts, lengths)


def packed(texts: Sequence[str]) -> Packed:
    """
    >>> packed(["ada", "", "zoë"]).lengths.tolist(), packed(["ada", "", "zoë"]).text(2)
    ([3, 0, 4], 'zoë')
    """
    joined = "\0".join(texts).encode("utf-8", "surrogatepass")
    data = np.frombuffer(joined, dtype=np.uint8)
    ends = np.flatnonzero(data == 0)
    if len(ends) == len(texts) - 1:
        starts = np.concatenate([[0], ends + 1]).astype(np.int64)
        return Packed(data, starts, np.append(ends, len(data)) - starts)
    lengths = np.array([len(text.encode("utf-8", "surrogatepass")) for text in texts], dtype=np.int64)
    return Packed(data, np.cumsum(lengths + 1) - lengths - 1, lengths)
