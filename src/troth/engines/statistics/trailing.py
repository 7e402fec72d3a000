"""What would have been known at each instant: a quantile of what fell due in the time before it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from troth.kernel.errors import CannotEstimate

Ints = npt.NDArray[np.int64]
NEVER = int(np.iinfo(np.int64).max)
THIN, BEYOND = -1, -2


@dataclass(frozen=True, slots=True)
class Past:
    """What fell due, one place each. All shape (n,), instants in microseconds, NEVER for what did not happen.

    due: from when it counts. fulfilled: from when it is known how long it took. gone: from when it no longer counts, such as void.
    lasted: how long it took, microseconds, at least 0; of what is not fulfilled, anything. weights: how many each stands for, whole.
    """

    due: Ints
    fulfilled: Ints
    gone: Ints
    lasted: Ints
    weights: Sequence[int] | None = None


def trailing_quantile(asked: Ints, past: Past, window: int, share: Fraction, fewest: int) -> Ints:
    """At each instant, the quantile of how long what fell due in the window before it took, of only what was known by then.

    asked: shape (m,), any order. window: microseconds; what fell due at its beginning is out, at its end in. What was not fulfilled by
    then exceeds all. Type 1 of Hyndman and Fan, by weight where there are weights. Returns shape (m,): microseconds, THIN where fewer
    than `fewest` were known (by weights: as many as count alike, Kish 1965), BEYOND where the quantile lies among what had not come.
    Nothing after an instant has a part in it. Refuses a share outside 0 to 1, and a window not above 0.

    >>> hours = np.array([0, 1, 2, 3])
    >>> past = Past(hours, hours + 1, np.full(4, NEVER), np.array([5, 7, 6, 8]))
    >>> trailing_quantile(np.array([2, 3]), past, 10, Fraction(3, 4), 2).tolist()  # the third of 5, 7 and one to come; then of 5, 6, 7
    [-2, 7]
    """
    if not 0 < share < 1 or window <= 0:
        raise CannotEstimate("trailing quantile", got=f"share {share}, window {window}", need="a share between 0 and 1, a window above 0")
    weights = [1] * len(past.due) if past.weights is None else list(past.weights)
    held = _Held(sorted(set(weights)), share, fewest)
    found = np.empty(len(asked), dtype=np.int64)
    changes = _changes(past, window)
    at = 0
    order = np.argsort(asked, kind="stable")
    for place, instant in zip(order.tolist(), asked[order].tolist(), strict=True):
        while at < len(changes) and changes[at][0] <= instant:
            _, step, one = changes[at]
            held.change(step, weights[one], int(past.lasted[one]))
            at += 1
        found[place] = held.quantile()
    return found


OPEN, CLOSE, COMES, GOES = range(4)


def _changes(past: Past, window: int) -> list[tuple[int, int, int]]:
    """(instant, what changes, which): as not yet come from due on, as come from fulfilment on, until it leaves the window or is void."""
    changes: list[tuple[int, int, int]] = []
    rows = zip(past.due.tolist(), past.fulfilled.tolist(), past.gone.tolist(), strict=True)
    for one, (due, fulfilled, gone) in enumerate(rows):
        leaves = min(gone, due + window)
        known = min(max(due, fulfilled), leaves)
        if due < known:
            changes += [(due, OPEN, one), (known, CLOSE, one)]
        if known < leaves:
            changes += [(known, COMES, one), (leaves, GOES, one)]
    return sorted(changes)


class _Held:
    """What is in the window: lengths in order for each weight, and how many have not come."""

    def __init__(self, weights: list[int], share: Fraction, fewest: int) -> None:
        self.come: dict[int, list[int]] = {weight: [] for weight in weights}
        self.open: dict[int, int] = dict.fromkeys(weights, 0)
        self.share, self.fewest = share, fewest

    def change(self, step: int, weight: int, lasted: int) -> None:
        if step in (OPEN, CLOSE):
            self.open[weight] += 1 if step == OPEN else -1
        elif step == COMES:
            insort(self.come[weight], lasted)
        else:
            del self.come[weight][bisect_left(self.come[weight], lasted)]

    def quantile(self) -> int:
        sizes = {weight: len(come) + self.open[weight] for weight, come in self.come.items()}
        whole = sum(weight * size for weight, size in sizes.items())
        if not whole or whole * whole < self.fewest * sum(weight * weight * size for weight, size in sizes.items()):
            return THIN
        wanted = -(-self.share.numerator * whole // self.share.denominator)
        if sum(weight * len(come) for weight, come in self.come.items()) < wanted:
            return BEYOND
        return self._least(wanted)

    def _least(self, wanted: int) -> int:
        """The least length up to which so much weight lies: in the list of each weight by halving, as its own are in order."""
        best: int | None = None
        for come in self.come.values():
            low, high = 0, len(come)
            while low < high:
                middle = (low + high) // 2
                if self._upto(come[middle]) >= wanted:
                    high = middle
                else:
                    low = middle + 1
            if low < len(come) and (best is None or come[low] < best):
                best = come[low]
        assert best is not None, "the weight of all that came reaches it"
        return best

    def _upto(self, length: int) -> int:
        return sum(weight * bisect_right(come, length) for weight, come in self.come.items())
