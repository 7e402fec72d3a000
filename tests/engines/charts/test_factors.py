"""Factors of control charts."""

from __future__ import annotations

import numpy as np
import pytest

from troth.engines.charts.factors import MEDIAN_RANGE, factors
from troth.kernel.errors import CannotEstimate

# reference: scipy.integrate.quad and dblquad of the moments of a range (tests/reference/charts/factors.py), as Montgomery's appendix VI has
# them: n: d2 d3 c4 A2 A3 D3 D4 B3 B4.
TABLE = {
    2: (1.12838, 0.85250, 0.79788, 1.8800, 2.6587, 0, 3.2665, 0, 3.2665),
    3: (1.69257, 0.88837, 0.88623, 1.0233, 1.9544, 0, 2.5746, 0, 2.5682),
    4: (2.05875, 0.87981, 0.92132, 0.7286, 1.6281, 0, 2.2821, 0, 2.2660),
    5: (2.32593, 0.86408, 0.93999, 0.5768, 1.4273, 0, 2.1145, 0, 2.0890),
    6: (2.53441, 0.84804, 0.95153, 0.4832, 1.2871, 0, 2.0038, 0.0304, 1.9696),
    7: (2.70436, 0.83321, 0.95937, 0.4193, 1.1819, 0.0757, 1.9243, 0.1177, 1.8823),
    8: (2.84720, 0.81983, 0.96503, 0.3725, 1.0991, 0.1362, 1.8638, 0.1851, 1.8149),
    10: (3.07751, 0.79705, 0.97266, 0.3083, 0.9754, 0.2230, 1.7770, 0.2837, 1.7163),
}


@pytest.mark.parametrize("n", TABLE)
def test_the_published_table(n: int) -> None:
    found = factors(n)

    computed = (found.d2, found.d3, found.c4, found.a2, found.a3, *found.of_ranges, *found.of_deviations)
    assert computed == pytest.approx(TABLE[n], abs=5e-5)


def test_two_draws_have_a_closed_form() -> None:
    assert factors(2).d2 == pytest.approx(2 / np.pi**0.5, abs=1e-12)
    assert factors(2).d3 == pytest.approx((2 - 4 / np.pi) ** 0.5, abs=1e-7)


def test_factors_are_what_draws_come_to() -> None:
    # brute force: 40,000 subgroups of 12, which no table above has; standard errors of the means are .004 and .0011.
    draws = np.random.default_rng(3).normal(size=(40_000, 12))

    assert factors(12).d2 == pytest.approx(np.ptp(draws, axis=1).mean(), abs=0.012)
    assert factors(12).d3 == pytest.approx(np.ptp(draws, axis=1).std(), abs=0.012)
    assert factors(12).c4 == pytest.approx(draws.std(axis=1, ddof=1).mean(), abs=0.0035)
    assert np.median(np.abs(draws[:, 0] - draws[:, 1])) == pytest.approx(MEDIAN_RANGE, abs=0.015)


def test_one_value_has_no_range() -> None:
    with pytest.raises(CannotEstimate, match="at least 2"):
        factors(1)
