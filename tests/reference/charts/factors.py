"""The factors of control charts by scipy's quadrature of their definitions: python -m tests.reference.charts.factors prints them."""

from __future__ import annotations

from math import gamma, sqrt

from scipy.integrate import dblquad, quad
from scipy.stats import norm


def factors(n: int) -> tuple[float, ...]:
    """d2 d3 c4 A2 A3 D3 D4 B3 B4."""

    def apart(y: float, x: float) -> float:
        return float(1 - norm.cdf(y) ** n - (1 - norm.cdf(x)) ** n + (norm.cdf(y) - norm.cdf(x)) ** n)

    d2 = quad(lambda x: 1 - (1 - norm.cdf(x)) ** n - norm.cdf(x) ** n, -10, 10)[0]
    d3 = sqrt(2 * dblquad(apart, -8, 8, lambda x: x, lambda _: 8, epsabs=1e-8)[0] - d2**2)
    c4 = sqrt(2 / (n - 1)) * gamma(n / 2) / gamma((n - 1) / 2)
    ranges, deviations = 3 * d3 / d2, 3 * sqrt(1 - c4**2) / c4
    wide = (3 / (d2 * sqrt(n)), 3 / (c4 * sqrt(n)))
    return (d2, d3, c4, *wide, max(0, 1 - ranges), 1 + ranges, max(0, 1 - deviations), 1 + deviations)


if __name__ == "__main__":
    for size in (2, 3, 4, 5, 6, 7, 8, 10):
        print(size, *(f"{value:.5f}" for value in factors(size)))  # noqa: T201
