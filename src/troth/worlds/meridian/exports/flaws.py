"""What is wrong with files as they are: rows that come late, are missing, are corrected, or hold a code that nobody knows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from troth.worlds.chance import Chance
from troth.worlds.meridian.plan import Plan, day
from troth.worlds.sheets import Flags, Ints, Sheet

RATES = {
    "scans that are missing": 0.015,
    "scans that stand in the next month's file": 0.01,
    "tracking rows corrected later": 0.005,
    "tracking rows with an unknown carrier": 0.003,
    "second entries without the mail of the first": 0.3,
    "second entries with the mail of the first that lack its telephone": 0.2,
}


def kept(plan: Plan, name: str, rate: float, count: int) -> Flags:
    """The rows that are not missing."""
    return ~Chance(plan.seed, f"missing {name}").flags(rate, count)


def by_month(plan: Plan, sheet: Sheet, at: Ints, late: float) -> Sequence[Sheet]:
    """A file a month, named with it; some rows stand in the one after theirs.

    The sheet's name holds a {}. at: seconds that say a row's month.
    """
    starts = plan.starts
    month = np.searchsorted(starts, at, side="right") - 1
    month = month + Chance(plan.seed, f"late {sheet.name}").flags(late, len(at))
    month = np.clip(month, 0, plan.months - 1)
    order = np.lexsort((at, month))
    edges = np.searchsorted(month[order], np.arange(plan.months + 1))
    names = [day(start)[:7] for start in starts.tolist()]
    return [
        sheet.chosen(order[edges[number] : edges[number + 1]], sheet.name.format(names[number]))
        for number in range(plan.months)
        if edges[number] < edges[number + 1]
    ]
