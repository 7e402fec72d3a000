"""What customers will still bring: purchases ahead times what each spends, later ones counted for less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from troth.engines.lifetime.buying import Buying, alive, purchases, staying
from troth.engines.lifetime.spending import Spending, mean_spend
from troth.engines.statistics.normal import two_sided_z
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Gauss's points between -1 and 1: what is expected ahead is so smooth that eight are exact to a millionth.
POINTS, WEIGHTS = np.polynomial.legendre.leggauss(8)
STEP = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """each: shape (customers,), what is expected of a customer within the horizon, in the unit of the amounts. total: their sum.

    low, high: limits of the total, for the doubt of the models' numbers alone: not for what customers then happen to do, and not for
    what the models take for granted. purchases: shape (customers,), undiscounted.
    """

    each: Floats
    purchases: Floats
    total: float
    low: float
    high: float


def worth(
    buys: Buying, spends: Spending, repeats: Ints, last: Floats, seen: Floats, means: Floats, *,
    ahead: float, rate: float, times: Ints | None = None, level: float = 0.95,
) -> Worth:  # fmt: skip
    """Customers' expected spending within a time ahead, discounted to now.

    repeats, last, seen: as `buying` takes them. means: what each spent on a purchase, of
    `times` ones, without them of `repeats`; not looked at where these are 0.
    ahead: in the unit of time of `buys`. rate: per unit of that time, so that what comes after t counts for exp(-rate * t).
    Limits by the delta method on the logarithm, as if the two models' errors did not depend on each other.
    Refuses a time not above 0 and a rate below 0.
    Source: Fader, Hardie and Lee 2005, RFM and CLV, section 2 (the product of the two models).
    """
    if not 0 < ahead < np.inf or not 0 <= rate < np.inf:
        raise CannotEstimate(
            "worth of customers", got=f"a time of {ahead:g} at a rate of {rate:g}", need="a time above 0, a rate of 0 or more"
        )
    of = repeats if times is None else times
    spent = mean_spend(spends, of, means)
    coming = discounted(buys, repeats, last, seen, ahead=ahead, rate=rate)
    each = coming * spent
    by_buying = _slopes(
        buys.logs, lambda at: float((discounted(_moved(buys, at), repeats, last, seen, ahead=ahead, rate=rate) * spent).sum())
    )
    by_spending = _slopes(spends.logs, lambda at: float((coming * mean_spend(_respent(spends, at), of, means)).sum()))
    variance = float(by_buying @ buys.spread @ by_buying + by_spending @ spends.spread @ by_spending)
    total = float(each.sum())
    wide = np.exp(two_sided_z(level) * max(variance, 0.0) ** 0.5 / total)
    return Worth(each, purchases(buys, repeats, last, seen, ahead), total, float(total / wide), float(total * wide))


def discounted(buys: Buying, repeats: Ints, last: Floats, seen: Floats, *, ahead: float, rate: float) -> Floats:
    """Purchases ahead, each counted by what one at its time is worth now. Shape (customers,).

    By parts: what is expected up to the end at the end's worth, and what comes sooner at what that gains.
    """
    # Many customers came as often in as much time: of these the series is the same.
    pairs, place = np.unique(repeats + 1j * seen, return_inverse=True)
    often, known = pairs.real.astype(np.int64), pairs.imag
    whole = np.exp(-rate * ahead) * staying(buys, often, known, ahead)
    if rate > 0:
        times = ahead * (POINTS + 1) / 2
        for time, weight in zip(times.tolist(), (WEIGHTS * ahead / 2).tolist(), strict=True):
            whole = whole + weight * rate * np.exp(-rate * time) * staying(buys, often, known, time)
    return np.asarray(whole[place] * alive(buys, repeats, last, seen))


def _moved(buys: Buying, at: Floats) -> Buying:
    r, alpha, a, b = np.exp(at).tolist()
    return replace(buys, r=r, alpha=alpha, a=a, b=b)


def _respent(spends: Spending, at: Floats) -> Spending:
    p, q, v = np.exp(at).tolist()
    return replace(spends, p=p, q=q, v=v)


def _slopes(at: Floats, of: Callable[[Floats], float]) -> Floats:
    """Central differences: in logarithms the numbers are of one size, and of the total eight digits are enough."""
    steps = STEP * np.eye(at.size)
    return np.array([(of(at + step) - of(at - step)) / (2 * STEP) for step in steps])
