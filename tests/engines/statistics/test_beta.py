"""The beta distribution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from troth.engines.statistics.beta import beta_cdf, beta_interval
from troth.kernel.errors import CannotEstimate

PARAMETER = st.floats(0.05, 5_000)


def test_the_limits_of_none_in_twenty_are_those_of_clopper_and_pearson() -> None:
    # closed form: of Beta(1, n) the quantile at q is 1 - (1 - q)^(1/n).
    low, high = beta_interval(np.array([1.0]), np.array([20.0]))

    assert float(high[0]) == pytest.approx(1 - 0.025 ** (1 / 20), abs=1e-12)
    assert float(low[0]) == pytest.approx(1 - 0.975 ** (1 / 20), abs=1e-12)


@given(PARAMETER, PARAMETER, st.floats(0, 1))
def test_it_agrees_with_scipy(a: float, b: float, x: float) -> None:
    found = beta_cdf(np.array([x]), np.array([a]), np.array([b]))

    assert float(found[0]) == pytest.approx(stats.beta.cdf(x, a, b), abs=1e-10)


def test_limits_agree_with_scipy() -> None:
    a, b = (grid.ravel() for grid in np.meshgrid([0.5, 1.0, 3.0, 40.0, 900.0], [0.5, 1.0, 7.0, 60.0]))
    low, high = beta_interval(a, b, 0.9)

    assert low == pytest.approx(stats.beta.ppf(0.05, a, b), abs=1e-9)
    assert high == pytest.approx(stats.beta.ppf(0.95, a, b), abs=1e-9)


def test_what_is_no_parameter_is_refused() -> None:
    with pytest.raises(CannotEstimate, match="above 0"):
        beta_cdf(np.array([0.5]), np.array([0.0]), np.array([1.0]))
    with pytest.raises(CannotEstimate, match="between 0 and 1"):
        beta_interval(np.array([1.0]), np.array([1.0]), 1.0)
