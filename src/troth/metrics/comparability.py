"""Which slices of an answer do not compare with the others: another part of what belongs to them counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.beta import beta_quantile
from troth.metrics.answering import Reading, Slice

Counts = npt.NDArray[np.int64]
POINTS = 0.05
FALSE = 0.05


@dataclass(frozen=True, slots=True)
class Apart:
    """A slice that does not compare. n of expected count, held of them are held back for a cell in quarantine.

    usual: the share that counts of half of all that belongs, or less.
    """

    period: date | None
    slice: Slice
    n: int
    expected: int
    held: int
    usual: float


def apart(readings: Sequence[Reading]) -> tuple[Apart, ...]:
    """Slices of which so much more or less counts than is usual in their period that what they say is of something else.

    By more than 5 points surely: the interval of the share that counts, allowed for so many slices, lies wholly beyond. Of two slices the
    smaller is apart. A period that is not over, and a cell that is not shown, is left out.
    """
    whole = [one for one in readings if one.slice is not None and one.expected and not one.hidden and not one.so_far]
    return tuple(found for _, group in groupby(whole, key=lambda one: one.period) for found in _apart(list(group)))


def _apart(alike: Sequence[Reading]) -> Iterator[Apart]:
    n, expected = (np.array([getattr(one, field) or 0 for one in alike], dtype=np.int64) for field in ("n", "expected"))
    usual = _weighed_median(n / expected, expected)
    low, high = _exact(np.minimum(n, expected), expected, FALSE / len(alike))
    for place in np.flatnonzero((high < usual - POINTS) | (low > usual + POINTS)):
        one = alike[int(place)]
        if one.slice is not None:
            yield Apart(one.period, one.slice, int(n[place]), int(expected[place]), one.held or 0, usual)


def _exact(n: Counts, of: Counts, false: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Limits of shares that miss with a chance of at most `false`. Source: Clopper and Pearson 1934."""
    low, high = np.zeros(n.shape), np.ones(n.shape)
    counts, left = n.astype(np.float64), (of - n).astype(np.float64)
    some, not_all = n > 0, n < of
    low[some] = beta_quantile(false / 2, counts[some], left[some] + 1)
    high[not_all] = beta_quantile(1 - false / 2, counts[not_all] + 1, left[not_all])
    return low, high


def _weighed_median(shares: npt.NDArray[np.float64], weight: Counts) -> float:
    """Half of all weight lies at or below it."""
    order = np.argsort(shares, kind="stable")
    return float(shares[order][np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)])
