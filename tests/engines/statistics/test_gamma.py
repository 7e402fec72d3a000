"""The gamma distribution."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from troth.engines.statistics.gamma import chi_squared_quantile, count_interval, gamma_cdf, gamma_quantile
from troth.kernel.errors import CannotEstimate


def test_chances_and_quantiles_agree_with_scipy() -> None:
    # reference: scipy, run here, from shapes of a tenth to ten thousand.
    rng = np.random.default_rng(1)
    shape, chance = 10 ** rng.uniform(-1, 4, 150), rng.uniform(1e-5, 1 - 1e-5, 150)
    x = shape * 10 ** rng.uniform(-1, 0.5, 150)

    assert gamma_cdf(x, shape) == pytest.approx(stats.gamma.cdf(x, shape), abs=1e-12)
    assert gamma_quantile(chance, shape) == pytest.approx(stats.gamma.ppf(chance, shape), rel=1e-10)
    assert chi_squared_quantile(0.975, 7.5) == pytest.approx(stats.chi2.ppf(0.975, 7.5), rel=1e-12)


def test_limits_of_counts_by_their_definition() -> None:
    # brute force: at the limits a count so great, or so small, has a chance of 2.5 %.
    counts = np.arange(0, 60.0)
    low, high = count_interval(counts)

    assert low[0] == 0
    assert stats.poisson.sf(counts[1:] - 1, low[1:]) == pytest.approx([0.025] * 59, abs=1e-9)
    assert stats.poisson.cdf(counts, high) == pytest.approx([0.025] * 60, abs=1e-9)


@pytest.mark.parametrize(
    "made",
    [
        lambda: gamma_cdf(np.array([-1.0]), np.array([1.0])),
        lambda: gamma_cdf(np.array([1.0]), np.array([0.0])),
        lambda: gamma_quantile(1.0, np.array([1.0])),
        lambda: count_interval(np.array([1.0]), level=1.0),
    ],
)
def test_what_has_no_chance_is_refused(made: object) -> None:
    with pytest.raises(CannotEstimate):
        made()  # type: ignore[operator]
