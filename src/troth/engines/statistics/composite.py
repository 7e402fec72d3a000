"""A composite of several measures: how far each is from its base, weighed and added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from troth.kernel.errors import CannotEstimate


@dataclass(frozen=True, slots=True)
class Relative:
    """One measure. low, high: its 95 % interval, None where it has none. base: what stands for 100, in the same unit, above 0.

    weight: its share of the whole. sign: 1 where higher is better, -1 where lower is.
    """

    value: float
    low: float | None
    high: float | None
    base: float
    weight: float
    sign: int


@dataclass(frozen=True, slots=True)
class Composite:
    """100 = every part is at its base; higher is better. low, high: None where a part has no interval."""

    value: float
    low: float | None
    high: float | None


def composite(parts: Sequence[Relative]) -> Composite:
    """100 (1 + the weighted sum of how far each part is from its base, in shares of it, towards better).

    Linear in every part, so that a part at nought is no infinity, and a part twice as far counts twice. The interval adds up the
    parts' own, each at its worse and at its better end: whatever the parts have to do with each other, and measures of the same cases
    have much, it holds the truth at least as often as each of theirs does where these are near normal, since a standard deviation of a
    sum is never more than the sum of theirs. The bases are given, without doubt. Raises CannotEstimate for a base that is not above 0.
    Source: OECD, Handbook on Constructing Composite Indicators (2008), step 5, distance to a reference; linear aggregation, step 6.

    >>> composite([Relative(0.9, 0.85, 0.95, 0.8, 0.5, 1), Relative(3.0, 2.5, 3.5, 2.0, 0.5, -1)])
    Composite(value=81.25, low=65.625, high=96.875)
    """
    for one in parts:
        if one.base <= 0:
            raise CannotEstimate("an index", got=f"a base of {one.base:g}", need="a base above 0")
    ends = [_ends(one) for one in parts]
    lows, highs = ([each[place] for each in ends if each is not None] for place in (0, 1))
    whole = len(lows) == len(parts)
    return Composite(
        _at([one.value for one in parts], parts), _at(lows, parts) if whole else None, _at(highs, parts) if whole else None
    )  # fmt: skip


def _ends(one: Relative) -> tuple[float, float] | None:
    """The worse and the better end."""
    if one.low is None or one.high is None:
        return None
    return (one.low, one.high) if one.sign > 0 else (one.high, one.low)


def _at(values: Sequence[float], parts: Sequence[Relative]) -> float:
    steps = (one.weight * one.sign * (value - one.base) / one.base for value, one in zip(values, parts, strict=True))
    return 100 * (1 + sum(steps))
