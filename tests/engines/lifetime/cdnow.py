"""Customers of CDNOW who came first in early 1997: what they bought up to the last of September, and in the 39 weeks after."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

CUT = date(1997, 9, 30)


@dataclass(frozen=True)
class Cohort:
    """Weeks. means: of what was spent on a repeat purchase; came: purchases after the cut."""

    repeats: np.ndarray
    last: np.ndarray
    seen: np.ndarray
    means: np.ndarray
    came: np.ndarray


def cohort(folder: Path) -> Cohort:
    spent: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for line in (folder / "CDNOW_sample.txt").read_text().splitlines():
        _, customer, day, _, amount = line.split()
        spent[customer][date(int(day[:4]), int(day[4:6]), int(day[6:]))] += float(amount)
    rows = []
    for days in spent.values():
        before = sorted(day for day in days if day <= CUT)
        mean = np.mean([days[day] for day in before[1:]]) if before[1:] else 0.0
        first, weeks = before[0], (before[-1] - before[0]).days / 7
        rows.append((len(before) - 1, weeks, (CUT - first).days / 7, float(mean), len(days) - len(before)))
    repeats, last, seen, means, came = (np.array(column) for column in zip(*rows, strict=True))
    return Cohort(repeats, last, seen, means, came)
