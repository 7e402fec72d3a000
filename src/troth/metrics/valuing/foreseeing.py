"""What customers are still expected to buy, and how well the model would have foreseen what has come since. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import log

import numpy as np
import numpy.typing as npt

from troth.engines.lifetime import Buying, Spending, Worth, alive, buying, purchases, spending, worth
from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import Refusal, refuse

Floats = npt.NDArray[np.float64]
Days = Mapping[str, Mapping[date, Decimal]]
WEEK, YEAR = 7.0, 365.25 / 7.0


@dataclass(frozen=True, slots=True)
class Checked:
    """The model of the record up to a day, beside what came in the weeks after: purchases of those who had bought by then."""

    until: date
    weeks: float
    expected: float
    came: int


@dataclass(frozen=True, slots=True, eq=False)
class Foreseen:
    """names: of customers who bought; alive, worth: in their order. checked: None where half of the record is too little for the model."""

    names: tuple[str, ...]
    alive: Floats
    worth: Worth
    buys: Buying
    spends: Spending
    checked: Checked | None


def foreseen(days: Days, today: date, *, weeks: float, discount: float) -> Foreseen | Refusal:
    """days: of each customer, what was spent on each local day with a purchase; several on a day are one. discount: a year.

    Amounts of a customer are those after the first day, as the model wants them; who has none, or none above 0, is taken to spend what
    customers spend.
    """
    names = tuple(sorted(days))
    try:
        repeats, last, seen, means = _summary([days[name] for name in names], today)
        buys = buying(repeats, last, seen)
        paid = (repeats > 0) & (means > 0)
        spends = spending(repeats[paid], means[paid])
        times = np.where(paid, repeats, 0)
        found = worth(buys, spends, repeats, last, seen, means, ahead=weeks, rate=log(1 + discount) / YEAR, times=times)
    except CannotEstimate as error:
        return refuse(error)
    return Foreseen(names, alive(buys, repeats, last, seen), found, buys, spends, _checked(days, today, weeks))


def _checked(days: Days, today: date, weeks: float) -> Checked | None:
    """By what was known when the horizon was not over yet, or in the middle of the record where that is later."""
    first = min(min(each) for each in days.values())
    back = min(int(weeks * WEEK), (today - first).days // 2)
    until = date.fromordinal(today.toordinal() - back)
    before = {name: {day: paid for day, paid in each.items() if day <= until} for name, each in days.items()}
    known = {name: each for name, each in before.items() if each}
    try:
        repeats, last, seen, _ = _summary(list(known.values()), until)
        expected = float(purchases(buying(repeats, last, seen), repeats, last, seen, back / WEEK).sum())
    except CannotEstimate:
        return None
    came = sum(len(days[name]) - len(each) for name, each in known.items())
    return Checked(until, back / WEEK, expected, came)


def _summary(days: Sequence[Mapping[date, Decimal]], today: date) -> tuple[npt.NDArray[np.int64], Floats, Floats, Floats]:
    """Purchases after the first day, weeks from it to the last one and to today, and the mean of what was spent after it."""
    rows = []
    for each in days:
        ordered = sorted(each)
        later = [float(each[day]) for day in ordered[1:]]
        mean = sum(later) / len(later) if later else 0.0
        rows.append((len(later), (ordered[-1] - ordered[0]).days / WEEK, (today - ordered[0]).days / WEEK, mean))
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), ()]
    repeats, *others = columns
    last, seen, means = (np.array(column, dtype=np.float64) for column in others)
    return np.array(repeats, dtype=np.int64), last, seen, means
