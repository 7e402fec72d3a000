"""What customers spend on a purchase, each drawn towards what customers spend: the gamma-gamma model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.engines.lifetime.buying import EDGE, FEWEST
from troth.engines.statistics.ascent import Slopes, ascend, covariance
from troth.engines.statistics.gamma import digamma, log_gamma, trigamma
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# p without end: a customer spends the same each time; q: all customers alike.
ENDLESS = np.array([EDGE, EDGE, np.inf])


@dataclass(frozen=True, slots=True, eq=False)
class Spending:
    """Amounts of one customer are gamma of shape p, the scales of customers inverse gamma of q and v; v: in the unit of the amounts.

    spread: shape (3, 3), covariance of the logarithms of p, q, v. together: correlation of how often and how much customers buy, which the
    model takes to be 0. customers: those that it was fitted to.
    """

    p: float
    q: float
    v: float
    log_likelihood: float
    spread: Floats
    together: float
    customers: int

    @property
    def logs(self) -> Floats:
        return np.log([self.p, self.q, self.v])

    @property
    def centre(self) -> float:
        """What customers spend on a purchase."""
        return self.p * self.v / (self.q - 1)


def spending(times: Ints, means: Floats) -> Spending:
    """The model by maximum likelihood.

    times, means: shape (customers,), how many purchases each mean is of, at least 1, and the mean, above 0.
    Refuses fewer than 50 customers, means not above 0, and amounts with tails so long that customers have no mean (q at most 1).
    Source: Fader and Hardie 2013, The gamma-gamma model of monetary value, equation 1a.
    """
    if times.shape != means.shape or times.ndim != 1 or not bool(((times >= 1) & (means > 0) & np.isfinite(means)).all()):
        raise CannotEstimate("what customers spend", got="a mean of nothing, or not above 0", need="means above 0, of one purchase or more")
    if times.size < FEWEST:
        raise CannotEstimate(
            "what customers spend",
            got=f"{times.size} customers who bought again",
            need=f"at least {FEWEST}",
            settle="Load a longer record.",
        )
    x, m = times.astype(np.float64), means
    # In units of the mean the three numbers are of like size.
    scale = float(m.mean())
    found = ascend(np.log([4.0, 3.0, 1.0]), lambda at: _likelihood(at, x, m / scale), most=ENDLESS)
    if found is None or found[1] <= 0:
        raise CannotEstimate(
            "what customers spend", got="amounts of which the model has no mean", need="amounts of which none is beyond measure",
            settle="Look at the largest amounts.",
        )  # fmt: skip
    value, _, bend = _likelihood(found, x, m / scale)
    p, q, v = np.exp(found).tolist()
    together = float(np.corrcoef(x, m)[0, 1]) if x.std() > 0 and m.std() > 0 else 0.0
    return Spending(p, q, v * scale, value - x.size * float(np.log(scale)), covariance(found, bend, most=ENDLESS), together, int(x.size))


def mean_spend(model: Spending, times: Ints, means: Floats) -> Floats:
    """What to expect that each spends on a purchase. Shape (customers,); times 0: what customers spend, whatever their mean.

    Source: Fader and Hardie 2013, equation 5.

    >>> model = Spending(6.25, 3.74, 15.44, 0.0, np.zeros((3, 3)), 0.0, 946)
    >>> mean_spend(model, np.array([0, 2]), np.array([0.0, 22.35])).round(2).tolist()
    [35.22, 24.66]
    """
    x = times.astype(np.float64)
    return np.asarray(model.p * (model.v + x * np.where(x > 0, means, 0.0)) / (model.p * x + model.q - 1))


def _likelihood(at: Floats, x: Floats, m: Floats) -> Slopes:
    """Log likelihood by the logarithms of p, q, v; slope and bend."""
    p, q, v = np.exp(at).tolist()
    px, whole, n = p * x, x * m + v, float(x.size)
    shape, one = px + q, np.array([q])
    value = float(
        (
            log_gamma(shape) - log_gamma(px) - log_gamma(one) + q * at[2] + (px - 1) * np.log(m) + px * np.log(x) - shape * np.log(whole)
        ).sum()
    )
    of_p = float((x * (digamma(shape) - digamma(px) + np.log(m * x / whole))).sum())
    of_q = float((digamma(shape) - digamma(one) + at[2] - np.log(whole)).sum())
    of_v = n * q / v - float((shape / whole).sum())
    pp = float((x**2 * (trigamma(shape) - trigamma(px))).sum())
    pq = float((x * trigamma(shape)).sum())
    qq = float((trigamma(shape) - trigamma(one)).sum())
    pv, qv = -float((x / whole).sum()), n / v - float((1 / whole).sum())
    vv = float((shape / whole**2).sum()) - n * q / v**2
    size, slope = np.array([p, q, v]), np.array([of_p, of_q, of_v])
    bend = np.array([[pp, pq, pv], [pq, qq, qv], [pv, qv, vv]])
    return value, size * slope, np.outer(size, size) * bend + np.diag(size * slope)
