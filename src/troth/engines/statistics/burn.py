"""How fast a budget of broken promises is used up, and signals of that: how often they are false, and how soon they see.

Source: Beyer et al. 2018, The Site Reliability Workbook, chapter 5, alerts 5 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np

from troth.engines.statistics.binomial import binomial_pmf
from troth.kernel.errors import CannotEstimate


def burn_rate(broken: int | Fraction, due: int | Fraction, kept: Fraction) -> Fraction:
    """How many times as fast as the objective allows: at 1 the budget is used up just as its window ends.

    kept: the objective, a share. Refuses an objective outside 0 to 1, nothing due, and more broken than due.

    >>> float(burn_rate(10, 100, Fraction(95, 100)))
    2.0
    """
    if not 0 < kept < 1:
        raise CannotEstimate("burn rate", got=f"an objective of {kept}", need="one between 0 and 1")
    if due <= 0 or not 0 <= broken <= due:
        raise CannotEstimate("burn rate", got=f"{broken} broken of {due} due", need="at least one due")
    return Fraction(broken) / due / (1 - kept)


def threshold_of(spent: Fraction, window: Fraction, over: Fraction) -> Fraction:
    """The burn rate that uses up so large a share of the budget within a window. window, over: the budget's, in one unit.

    Refuses windows that are not above 0.

    >>> float(threshold_of(Fraction(2, 100), Fraction(1), Fraction(30 * 24)))
    14.4
    """
    if window <= 0 or over <= 0:
        raise CannotEstimate("burn rate threshold", got=f"a window of {window} in {over}", need="windows above 0")
    return spent * over / window


@dataclass(frozen=True, slots=True)
class Signal:
    """Is on while the burn rate of the long window and that of the short one are both above the threshold.

    threshold: burn rate. long, short: windows in days, the short one ending with the long one. kept: the objective, a share.
    Raises CannotEstimate for a window not above 0, a short one above the long, and a threshold that no share broken exceeds.
    """

    threshold: Fraction
    long: Fraction
    short: Fraction
    kept: Fraction

    def __post_init__(self) -> None:
        if not 0 < self.short <= self.long:
            raise CannotEstimate("burn rate signal", got=f"windows of {self.long} and {self.short} days", need="0 < short <= long")
        if not 0 < self.kept < 1 or not 0 < self.threshold * (1 - self.kept) < 1:
            raise CannotEstimate(
                "burn rate signal",
                got=f"{float(self.threshold):g} times with an objective of {float(self.kept):g}",
                need="a threshold that fewer than all broken would exceed",
            )

    @property
    def share(self) -> Fraction:
        """The share broken that must be exceeded."""
        return self.threshold * (1 - self.kept)

    @property
    def fewest(self) -> int:
        """The least number due in the short window of which a single one broken is no signal.

        >>> Signal(Fraction(2), Fraction(7), Fraction(2), Fraction(95, 100)).fewest
        10
        """
        return -floor(-1 / self.share)

    def on(self, long: tuple[int, int], short: tuple[int, int]) -> bool:
        """long, short: (broken, due) in the windows. Refuses fewer due in the short one than `fewest`."""
        if short[1] < self.fewest:
            raise CannotEstimate("burn rate signal", got=f"{short[1]} due in the short window", need=f"at least {self.fewest}")
        return all(broken > self.share * due for broken, due in (long, short))


def chance_on(signal: Signal, due_long: int, due_short: int, broken: float) -> float:
    """The chance that a signal is on at one look, if each due breaks with this chance whatever the others do.

    due_long, due_short: how many are due in the windows, the short one's among the long one's. broken: 1 - kept for a false alarm,
    that times the burn rate for a break that has lasted the long window. Exact, no simulation. Refuses fewer due in the short
    window than `fewest`, and fewer in the long.

    >>> signal = Signal(Fraction(2), Fraction(2), Fraction(1), Fraction(75, 100))
    >>> round(chance_on(signal, 4, 2, 0.25) * 4**4, 9)  # 3 or more of 4, of which 2 of the last 2: 2 * 3 + 1
    7.0
    """
    if due_short < signal.fewest or due_long < due_short:
        got = f"{due_short} due in the short window, {due_long} in the long"
        raise CannotEstimate("chance of a burn rate signal", got=got, need=f"at least {signal.fewest} in the short one")
    newer = binomial_pmf(due_short, broken)
    # older[k]: the chance of at least k in the rest of the long window; of more than there are, none.
    older = np.append(np.cumsum(binomial_pmf(due_long - due_short, broken)[::-1])[::-1], 0.0)
    least = floor(signal.share * due_long) + 1
    first = floor(signal.share * due_short) + 1
    counts = np.arange(first, due_short + 1)
    return min(1.0, float(newer[first:] @ older[np.clip(least - counts, 0, older.size - 1)]))


def days_until_seen(signal: Signal, times: Fraction) -> Fraction | None:
    """How long a break at so many times the burn rate 1 lasts until the signal is on, if nothing was broken before; None: never.

    By the workbook's formula: (1 - objective) / share broken, times window, times threshold. Refuses more than all broken.

    >>> total = Signal(Fraction(1), Fraction(10), Fraction(10), Fraction(999, 1000))  # everything broken, a window of 10 minutes
    >>> float(days_until_seen(total, Fraction(1000)) * 60)  # seconds
    0.6
    """
    if times <= 0 or times * (1 - signal.kept) > 1:
        raise CannotEstimate("detection time", got=f"{float(times):g} times", need="no more than all broken")
    return None if times <= signal.threshold else signal.long * signal.threshold / times


def days_until_gone(due: list[Fraction], broken: list[Fraction], kept: Fraction, rate: tuple[Fraction, Fraction]) -> int | None:
    """In how many days the broken exceed the budget of a window that moves on, if things go on at a rate; None: not within its length.

    due, broken: by day of the window, oldest first. rate: (broken, due) of each day to come. 0: they exceed it now.
    Refuses a window of no days, and an objective outside 0 to 1.

    >>> days_until_gone([Fraction(10)] * 4, [Fraction(0)] * 4, Fraction(1, 2), (Fraction(8), Fraction(10)))
    3
    """
    if not due or len(due) != len(broken) or not 0 < kept < 1:
        raise CannotEstimate("when a budget is gone", got=f"{len(due)} days, objective {kept}", need="a window of days")
    spent, allowed = sum(broken, Fraction(0)), (1 - kept) * sum(due, Fraction(0))
    for day in range(len(due) + 1):
        if spent > allowed:
            return day
        if day < len(due):
            spent += rate[0] - broken[day]
            allowed += (1 - kept) * (rate[1] - due[day])
    return None
