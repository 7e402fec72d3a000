"""Averages of units around their common one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from tests.engines.oracles import too_few
from troth.engines.comparing.averages import judged_averages
from troth.kernel.errors import CannotEstimate

# Effects of coaching in eight schools and their standard errors: Rubin 1981.
EFFECTS, ERRORS = np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18])


def test_eight_schools_do_not_differ() -> None:
    # paper: the pooled effect is 7.7 (Gelman et al., Bayesian Data Analysis, section 5.5); p by scipy
    found = judged_averages(EFFECTS, ERRORS)

    assert found.centre == pytest.approx(7.7, abs=0.05)
    assert found.p == pytest.approx(2 * norm.sf(abs(EFFECTS - found.centre) / ERRORS), abs=1e-9)
    assert found.usual.tolist() == list(range(8))
    assert (found.high - found.centre) / ERRORS == pytest.approx(np.full(8, norm.isf(0.001)), abs=1e-6)


def test_units_that_differ_anyway_are_usual_where_that_is_allowed_for() -> None:
    means, errors = np.tile([8.0, 12.0], 10), np.full(20, 0.5)

    assert judged_averages(means, errors).usual.size == 0
    wide = judged_averages(means, errors, added=True)
    assert wide.usual.size == 20
    assert wide.tau == pytest.approx(2.0, abs=0.1)  # half the distance of the two


def test_of_twenty_alike_few_are_called_unusual() -> None:
    # false discoveries among units that are alike: at most 5 in 100 worlds with any, binomial at 1e-4
    rng = np.random.Generator(np.random.PCG64(20_261_127))
    errors = np.linspace(0.5, 3.0, 20)
    wrong = sum(judged_averages(10 + errors * rng.standard_normal(20), errors).usual.size < 20 for _ in range(1_000))

    assert not too_few(1_000 - wrong, 1_000, 0.95)


def test_two_units_and_no_errors_are_refused() -> None:
    for means, errors in ((np.array([1.0, 2.0]), np.ones(2)), (np.ones(3), np.zeros(3))):
        with pytest.raises(CannotEstimate, match="averages compared"):
            judged_averages(means, errors)
