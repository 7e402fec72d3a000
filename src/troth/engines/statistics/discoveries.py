"""Which of many tests say something, when some would by chance alone."""

from __future__ import annotations

from collections.abc import Sequence

from troth.kernel.errors import CannotEstimate


def adjusted(p_values: Sequence[float], *, dependent: bool = False) -> tuple[float, ...]:
    """For each test the least false discovery rate at which it is named, in the order given.

    Holds for tests that are independent, or depend so that they err together; `dependent`: in whatever way they depend.
    Refuses what is no chance; of no tests it is empty.
    Source: Benjamini and Hochberg 1995; Benjamini and Yekutieli 2001.

    >>> [round(q, 4) for q in adjusted([0.01, 0.5, 0.02])]
    [0.03, 0.5, 0.03]
    """
    if any(not 0 <= p <= 1 for p in p_values):
        raise CannotEstimate("false discovery rate", got="a p-value outside 0 to 1", need="p-values")
    found = [0.0] * len(p_values)
    of = len(p_values) * (sum(1 / rank for rank in range(1, len(p_values) + 1)) if dependent else 1)
    least = 1.0
    for rank, place in sorted(enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i]), start=1), reverse=True):
        least = min(least, p_values[place] * of / rank)
        found[place] = least
    return tuple(found)
