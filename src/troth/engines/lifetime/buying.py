"""Purchases of customers who may be gone without having said so: the BG/NBD model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.ascent import Slopes, ascend, covariance
from troth.engines.statistics.gamma import digamma, log_gamma, trigamma
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Of fewer who came again the four numbers are told by whom chance sent.
FEWEST = 50
# Beyond so much in its logarithm a number is as good as endless, or nought: customers do not differ, or nobody leaves.
EDGE = 6.0
TERMS, EXACT = 10_000, 1e-14
# The formula divides by a - 1 and by a + b + x - 1; so little beside them its value is that of the limit.
BESIDE = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Buying:
    """Rates of purchase are gamma of shape r and scale 1 / alpha; the chance of being gone after one is beta of a and b.

    alpha: in the unit of time of what it was fitted to. log_likelihood: at these. spread: shape (4, 4), covariance of the logarithms of r,
    alpha, a, b. customers, again: how many there were, and how many of them bought again.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    spread: Floats
    customers: int
    again: int

    @property
    def logs(self) -> Floats:
        return np.log([self.r, self.alpha, self.a, self.b])


def buying(repeats: Ints, last: Floats, seen: Floats) -> Buying:
    """The model by maximum likelihood.

    repeats: shape (customers,), purchases after the first one. last, seen: time from the first purchase to the last one, and to the end of
    the record, in one unit. A customer who never came again is taken to be there still; who came is gone with a chance after each purchase.
    Where customers do not differ, or none leaves, a number ends at an edge, so far out that it makes no difference.
    Refuses fewer than 50 customers who bought again, times that do not fit, and a likelihood whose maximum is not found.
    Source: Fader, Hardie and Lee 2005, Counting your customers the easy way, equation 6.

    >>> round(buying(np.array([3, 0, 6, 1] * 30), np.array([20.0, 0, 30, 2] * 30), np.array([35.0, 38, 31, 36] * 30)).r, 2)
    1.16
    """
    _refuse_misfits(repeats, last, seen)
    again = int((repeats > 0).sum())
    if again < FEWEST:
        raise CannotEstimate(
            "how often customers buy", got=f"{again} customers who bought again", need=f"at least {FEWEST}", settle="Load a longer record."
        )
    counts, of = np.unique(repeats, return_counts=True)
    # In units of the mean time on record the four numbers are of like size.
    x, scale = repeats.astype(np.float64), float(seen.mean())
    given = (x, last / scale, seen / scale, (counts.astype(np.float64), of))
    found = ascend(np.log([1.0, 1.0, 1.0, 3.0]), lambda at: _likelihood(at, *given), least=-EDGE, most=EDGE)
    if found is None:
        raise CannotEstimate(
            "how often customers buy", got="a likelihood without a maximum", need="customers who bought at times that vary"
        )
    value, _, bend = _likelihood(found, *given)
    r, alpha, a, b = np.exp(found).tolist()
    spread = covariance(found, bend, least=-EDGE, most=EDGE)
    return Buying(r, alpha * scale, a, b, value - float(x.sum()) * float(np.log(scale)), spread, int(repeats.size), again)


def alive(model: Buying, repeats: Ints, last: Floats, seen: Floats) -> Floats:
    """The chance that each is still a customer. Shape (customers,), as `buying` takes them; 1 of who never came again.

    Source: Fader, Hardie and Lee 2008, Computing P(alive) using the BG/NBD model, equation 1.
    """
    x = repeats.astype(np.float64)
    odds = model.a / (model.b + np.maximum(x, 1) - 1) * np.exp((model.r + x) * np.log((model.alpha + seen) / (model.alpha + last)))
    return np.asarray(1 / (1 + np.where(x > 0, odds, 0.0)))


def purchases(model: Buying, repeats: Ints, last: Floats, seen: Floats, ahead: float) -> Floats:
    """How many purchases to expect of each within a time ahead. Shape (customers,); with 0, 0, 0: of who buys for the first time now.

    ahead: at least 0, in the model's unit of time.
    Source: Fader, Hardie and Lee 2005, equation 10, its series as it stands or by Euler's transformation, DLMF 15.8.1.

    >>> model = Buying(0.243, 4.414, 0.793, 2.426, 0.0, np.zeros((4, 4)), 2357, 946)
    >>> purchases(model, np.array([2]), np.array([30.43]), np.array([38.86]), 39.0).round(3).tolist()
    [1.226]
    """
    _refuse_misfits(repeats, last, seen)
    return staying(model, repeats, seen, ahead) * alive(model, repeats, last, seen)


def staying(model: Buying, repeats: Ints, seen: Floats, ahead: float) -> Floats:
    """The same of who is still a customer now; it does not depend on when the last purchase was. Shape (customers,)."""
    if not 0 <= ahead < np.inf:
        raise CannotEstimate("purchases ahead", got=f"a time of {ahead:g}", need="a time of at least 0")
    if ahead == 0:
        return np.zeros(repeats.shape)
    x, r, alpha = repeats.astype(np.float64), model.r, model.alpha
    a, b = _beside(model.a, np.array([1.0])), model.b
    b = _beside(a + b, 1 - np.unique(x)) - a
    z = ahead / (alpha + seen + ahead)
    # Either form's series grows as the other's factor falls: the one with the smaller of the two.
    small = a - 1 <= r + x
    first, second = np.where(small, a + b - 1 - r, r + x), np.where(small, a - 1, b + x)
    series = (1 - z) ** np.where(small, a - 1, r + x) * _series(first, second, a + b + x - 1, z)
    there = (a + b + x - 1) / (a - 1) * (1 - series)
    return np.asarray(np.maximum(there, 0.0))


def _beside(value: float, poles: Floats) -> float:
    return value + BESIDE if np.abs(value - poles).min() < BESIDE else value


def _series(first: Floats, second: Floats, third: Floats, z: Floats) -> Floats:
    """Gauss's hypergeometric function of z from 0 to 1. Shape (n,) each."""
    term, total = np.ones(z.shape), np.ones(z.shape)
    for step in range(TERMS):
        with np.errstate(over="ignore"):
            term = term * ((first + step) * (second + step) / ((third + step) * (step + 1))) * z
        total = total + term
        if not np.isfinite(total).all():
            break
        if (np.abs(term) <= EXACT * np.abs(total)).all():
            return total
    raise CannotEstimate(
        "purchases ahead",
        got="a time so long that its series does not end",
        need="a time nearer to that on record",
        settle="Look less far.",
    )


def _refuse_misfits(repeats: Ints, last: Floats, seen: Floats) -> None:
    shaped = repeats.shape == last.shape == seen.shape and repeats.ndim == 1
    if not shaped or not bool(((repeats >= 0) & (last >= 0) & (last <= seen) & ((repeats > 0) | (last == 0)) & np.isfinite(seen)).all()):
        raise CannotEstimate(
            "how often customers buy", got="a last purchase before the first, after the end of the record, or of nobody who came again",
            need="0 <= last <= seen, and 0 for who did not come again",
        )  # fmt: skip


def _likelihood(at: Floats, x: Floats, last: Floats, seen: Floats, repeated: tuple[Floats, Ints]) -> Slopes:
    """Log likelihood by the logarithms of r, alpha, a, b; slope and bend. repeated: each number of repeats, and of how many customers."""
    r, alpha, a, b = np.exp(at).tolist()
    each, of = repeated

    def summed(function: Callable[[Floats], Floats], shift: float) -> float:
        return float((of * (function(each + shift) - function(np.array([shift])))).sum())

    n = float(x.size)
    grown = {name: (summed(f, r), summed(f, b), summed(f, a + b))
             for name, f in (("value", log_gamma), ("slope", digamma), ("bend", trigamma))}  # fmt: skip
    stay, left, came = alpha + seen, alpha + last, x > 0
    held = np.where(came, b + x - 1, 1.0)
    there = -(r + x) * np.log(stay)
    gone = np.where(came, np.log(a) - np.log(held) - (r + x) * np.log(left), -np.inf)
    both = np.logaddexp(there, gone)
    chance = np.exp(gone - both)
    value = grown["value"][0] + n * r * at[1] + grown["value"][1] - grown["value"][2] + float(both.sum())

    # Slopes of the two ways in r, alpha, a, b; of the first two the last two are 0.
    ways = (
        (-np.log(stay), -(r + x) / stay, np.zeros(x.shape), np.zeros(x.shape)),
        (-np.log(left), -(r + x) / left, np.full(x.shape, 1 / a), -1 / held),
    )
    mean = [(1 - chance) * one + chance * other for one, other in zip(*ways, strict=True)]
    slope = np.array([float(one.sum()) for one in mean])
    slope += [grown["slope"][0] + n * at[1], n * r / alpha, -grown["slope"][2], grown["slope"][1] - grown["slope"][2]]
    apart = [other - one for one, other in zip(*ways, strict=True)]
    weight = chance * (1 - chance)
    bend = np.array([[float((weight * one * other).sum()) for other in apart] for one in apart])
    bend[0, 1] += n / alpha - float(((1 - chance) / stay + chance / left).sum())
    bend[1, 1] += float(((r + x) * ((1 - chance) / stay**2 + chance / left**2)).sum()) - n * r / alpha**2
    bend[2, 2] += -float(chance.sum()) / a**2 - grown["bend"][2]
    bend[3, 3] += float((chance / held**2).sum()) + grown["bend"][1] - grown["bend"][2]
    bend[2, 3] -= grown["bend"][2]
    bend[0, 0] += grown["bend"][0]
    bend[1, 0], bend[3, 2] = bend[0, 1], bend[2, 3]
    size = np.array([r, alpha, a, b])
    return value, size * slope, np.outer(size, size) * bend + np.diag(size * slope)
