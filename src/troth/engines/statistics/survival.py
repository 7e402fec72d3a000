"""How long things last when some have not ended yet: Kaplan and Meier's estimate, in which what is still open counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.normal import two_sided_z
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
# Shares that should be equal differ by rounding.
CLOSE = 1e-12


@dataclass(frozen=True, slots=True)
class Wait:
    """A quantile of how long things last, in the unit of the times. None: not reached, too many had not ended by then."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """Shape (times,): times at which something ended, in order; share that lasts longer, with its limits; still there just before; ended.

    n: all; open: those that had not ended when last seen. last: the longest that any lasted, or has lasted so far.
    """

    times: Floats
    share: Floats
    low: Floats
    high: Floats
    there: Ints
    ended: Ints
    n: int
    open: int
    last: float

    def lasting(self, longer_than: float) -> tuple[float, float, float]:
        """The share that lasts longer than that, with its limits. Refuses a time that none has come to, unless all have ended before.

        >>> survival(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, True, False, True])).lasting(2.5)[0]
        0.5
        """
        if longer_than > self.last and self.share[-1] > 0:
            raise CannotEstimate("share that lasts longer", got=longer_than, need=f"at most {self.last:g}, which the longest has lasted")
        place = int(np.searchsorted(self.times, longer_than, side="right")) - 1
        if place < 0:
            return 1.0, 1.0, 1.0
        return float(self.share[place]), float(self.low[place]), float(self.high[place])

    def quantile(self, share: float = 0.5) -> Wait:
        """The least time by which so large a share has ended, with the times at which the limits of the curve pass there.

        Source: Brookmeyer and Crowley 1982.

        >>> survival(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, True, False, True])).quantile().value
        2.0
        """
        if not 0 < share < 1:
            raise CannotEstimate("quantile of how long", got=share, need="a share between 0 and 1")
        value, low, high = (self._passes(curve, 1 - share) for curve in (self.share, self.low, self.high))
        return Wait(value, low, high)

    def _passes(self, curve: Floats, at: float) -> float | None:
        below = np.flatnonzero(curve <= at + CLOSE)
        return float(self.times[below[0]]) if below.size else None


def survival(
    lasted: Floats | Ints, ended: Bools, *, level: float = 0.95, scale: Literal["log-log", "log"] = "log-log"
) -> Survival:  # fmt: skip
    """Share that lasts longer, by time, such as of cases that are not yet resolved.

    lasted: shape (n,), at least 0: how long each lasted, or has lasted so far. ended: shape (n,): whether it did. What is open must be
    as the others, not left open for being long; what ends and what is last seen at the same time counts as ended first. Limits are
    Greenwood's on the scale of log(-log), which keeps them within 0 and 1, or of log, the default of R; where all have ended the upper
    one stays where it was.
    Refuses nothing, nothing that ended, times below 0 or not finite.
    Source: Kaplan and Meier 1958; Greenwood 1926; Kalbfleisch and Prentice 2002, section 1.4 (log-log).

    >>> found = survival(np.array([6, 6, 6, 6, 7, 9, 10, 10]), np.array([1, 1, 1, 0, 1, 0, 1, 0], dtype=bool))
    >>> found.times.tolist(), found.share.round(3).tolist()
    ([6.0, 7.0, 10.0], [0.625, 0.469, 0.234])
    """
    times = np.asarray(lasted, dtype=np.float64)
    if times.ndim != 1 or times.shape != ended.shape or not bool((np.isfinite(times) & (times >= 0)).all()):
        raise CannotEstimate("how long things last", got="times below 0 or not finite", need="a time of at least 0 for each")
    if not bool(ended.any()):
        raise CannotEstimate("how long things last", got=f"{times.size} of which none ended", need="at least one that did")
    at, count = np.unique(times[ended], return_counts=True)
    there = times.size - np.searchsorted(np.sort(times), at, side="left")
    share = np.asarray(np.cumprod(1 - count / there), dtype=np.float64)
    last = there == count
    summed = np.cumsum(np.where(last, 0.0, count / (there * np.where(last, 1, there - count))))
    low, high = _limits(share, np.sqrt(summed), two_sided_z(level), scale)
    return Survival(at, share, low, high, there, count, times.size, int((~ended).sum()), float(times.max()))


def _limits(share: Floats, error: Floats, z: float, scale: Literal["log-log", "log"]) -> tuple[Floats, Floats]:
    """error: of the logarithm of the share, Greenwood's."""
    some = share > 0
    logs = np.log(np.where(some, share, 0.5))
    if scale == "log":
        low, high = np.exp(logs - z * error), np.minimum(1.0, np.exp(logs + z * error))
    else:
        half = z * error / -logs
        low, high = np.exp(logs * np.exp(half)), np.exp(logs * np.exp(-half))
    before = high[some][-1] if bool(some.any()) else 1.0
    return np.where(some, low, 0.0), np.where(some, high, before)
