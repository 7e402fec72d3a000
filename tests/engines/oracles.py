"""What several estimators are held to."""

from __future__ import annotations

from math import exp, lgamma, log

ERROR_RATE = 1e-4


def binomial_chances(n: int, p: float) -> list[float]:
    """Chance of each count 0..n; reference: the definition."""
    ways = [lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) for k in range(n + 1)]
    return [exp(way + k * log(p) + (n - k) * log(1 - p)) for k, way in enumerate(ways)]


def too_few(hits: int, draws: int, p: float) -> bool:
    """Exact binomial test: so few hits would come with a chance below 1e-4 if each had at least chance p."""
    return sum(binomial_chances(draws, p)[: hits + 1]) < ERROR_RATE


def too_many(hits: int, draws: int, p: float) -> bool:
    """Exact binomial test: so many hits would come with a chance below 1e-4 if each had at most chance p."""
    return sum(binomial_chances(draws, p)[hits:]) < ERROR_RATE


def covers(hits: int, draws: int, level: float) -> bool:
    """The share of intervals that held the truth may be `level` (two-sided, 1e-4 a side)."""
    return not too_few(hits, draws, level) and not too_many(hits, draws, level)
