"""From marks to tokens, for as many at once as are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from troth.sources.personal.packed import Bytes, Places

Words = np.ndarray[Any, np.dtype[np.uint64]]


@dataclass(frozen=True, slots=True)
class Index:
    """high, low: the halves of each mark, in the order of the first. signs: (n, 20) of the token it leads to."""

    high: Words
    low: Words
    signs: Bytes

    def where(self, high: Words, low: Words) -> Places:
        """The place of each mark here, -1 where it is not."""
        place = np.searchsorted(self.high, high)
        found = np.full(len(high), -1, dtype=np.int64)
        open_ = np.arange(len(high))
        while len(open_):  # more than once only where two marks share their first half
            open_ = open_[place[open_] < len(self.high)]
            open_ = open_[self.high[place[open_]] == high[open_]]
            same = self.low[place[open_]] == low[open_]
            found[open_[same]] = place[open_[same]]
            open_ = open_[~same]
            place[open_] += 1
        return found

    def with_ways(self, high: Words, low: Words, signs: Bytes) -> Index:
        """These too; all in order."""
        return _ordered(np.concatenate([self.high, high]), np.concatenate([self.low, low]), np.concatenate([self.signs, signs]))


def index_of(marks: Bytes, signs: Bytes) -> Index:
    return _ordered(*halves(marks), signs)


def halves(marks: Bytes) -> tuple[Words, Words]:
    both = np.ascontiguousarray(marks).view(np.uint64)
    return np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])


def distinct(high: Words, low: Words) -> tuple[Places, Places]:
    """The place of the first of each mark, in the order of the marks; and for each place, which of those it is."""
    order = np.argsort(high, kind="stable")
    if _mixed(high[order], low[order]):
        order = np.lexsort((low, high))
    high, low = high[order], low[order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    which = np.empty(len(order), dtype=np.int64)
    which[order] = np.cumsum(new) - 1
    return order[new], which


def _mixed(high: Words, low: Words) -> bool:
    """Whether marks with one first half have several second ones."""
    return bool(((high[1:] == high[:-1]) & (low[1:] != low[:-1])).any())


def _ordered(high: Words, low: Words, signs: Bytes) -> Index:
    order = np.argsort(high, kind="stable")
    return Index(high[order], low[order], signs[order])
