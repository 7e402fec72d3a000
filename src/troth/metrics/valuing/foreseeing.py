"""What customers are still expected to buy, and how well the model would have foreseen what has come since. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import log

import numpy as np
import numpy.typing as npt

from troth.engines.lifetime import Buying, Spending, Worth, alive, buying, purchases, spending, worth
from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import Refusal, refuse
from troth.metrics.valuing.events import Bought

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
WEEK, YEAR = 7.0, 365.25 / 7.0


@dataclass(frozen=True, slots=True)
class Checked:
    """The model of the record up to a day, beside what came in the weeks after: days with a purchase of those who had bought by then."""

    until: date
    weeks: float
    expected: float
    came: int


@dataclass(frozen=True, slots=True, eq=False)
class Foreseen:
    """names: of customers who bought; alive, worth: in their order."""

    names: tuple[str, ...]
    alive: Floats
    worth: Worth
    buys: Buying
    spends: Spending


def foreseen(bought: Bought, today: date, *, weeks: float, discount: float) -> Foreseen | Refusal:
    """discount: a year.

    Amounts of a customer are those after the first day, as the model wants them; who has none, or none above 0, is taken to spend what
    customers spend.
    """
    try:
        repeats, last, seen = _summary(bought, today)
        buys = buying(repeats, last, seen)
        paid = (repeats > 0) & (bought.later > 0)
        spends = spending(repeats[paid], bought.later[paid])
        times = np.where(paid, repeats, 0)
        found = worth(buys, spends, repeats, last, seen, bought.later, ahead=weeks, rate=log(1 + discount) / YEAR, times=times)
    except CannotEstimate as error:
        return refuse(error)
    return Foreseen(bought.names, alive(buys, repeats, last, seen), found, buys, spends)


def hidden_from(bought: Bought, today: date, *, weeks: float) -> date | None:
    """The day up to which the model may look, to be checked by what came after: so long ago as the horizon is long, or in the middle of the
    record where that is later.
    """
    if not bought.names:
        return None
    back = min(int(weeks * WEEK), (today.toordinal() - int(bought.first.min())) // 2)
    return date.fromordinal(today.toordinal() - back)


def checked(bought: Bought, before: Bought, until: date, today: date) -> Checked | None:
    """before: as it was known at the end of that day. None where that is too little for the model."""
    weeks = (today - until).days / WEEK
    try:
        repeats, last, seen = _summary(before, until)
        expected = float(purchases(buying(repeats, last, seen), repeats, last, seen, weeks).sum())
    except CannotEstimate:
        return None
    days = dict(zip(bought.names, bought.days.tolist(), strict=True))
    return Checked(until, weeks, expected, sum(days[name] for name in before.names) - int(before.days.sum()))


def _summary(bought: Bought, today: date) -> tuple[Ints, Floats, Floats]:
    """Purchases after the first day, and weeks from it to the last one and to today."""
    return bought.days - 1, (bought.last - bought.first) / WEEK, (today.toordinal() - bought.first) / WEEK
