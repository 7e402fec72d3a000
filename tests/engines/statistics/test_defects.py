"""Defects per million opportunities: the published table of sigma levels, a brute-force interval, coverage, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from tests.engines.oracles import covers
from troth.engines.statistics import dpmo, per_million_at, sigma_level
from troth.kernel.errors import CannotEstimate

# The table that every textbook of Six Sigma prints, with the shift of 1.5.
PUBLISHED = [(1.5, 500_000), (2.0, 308_538), (3.0, 66_807), (4.0, 6_210), (5.0, 233), (6.0, 3.4)]


@pytest.mark.parametrize(("sigma", "per_million"), PUBLISHED)
def test_the_published_table(sigma: float, per_million: float) -> None:
    assert sigma_level(per_million) == pytest.approx(sigma, abs=0.001)
    assert per_million_at(sigma) == pytest.approx(per_million, rel=0.003)


def test_six_sigma_are_3_point_4_defects() -> None:
    found = dpmo(34, 1_000_000, 10)

    assert found.value == pytest.approx(3.4)
    assert found.opportunities == 10_000_000
    assert found.sigma == pytest.approx(6.0, abs=0.001)


def test_the_ends_are_where_the_score_test_turns() -> None:
    """A rate is inside as long as the score test does not refuse it, solved here by bisection."""
    found = dpmo(12, 400, 5)
    z = stats.norm.ppf(0.975)

    def score(rate: float) -> float:
        return float((12 / 2000 - rate) ** 2 - z**2 * rate * (1 - rate) / 2000)

    low, high = optimize.brentq(score, 1e-9, 12 / 2000), optimize.brentq(score, 12 / 2000, 0.5)
    assert (found.low, found.high) == pytest.approx((low * 1e6, high * 1e6))
    assert found.sigma_low == pytest.approx(1.5 - stats.norm.ppf(high))
    assert found.sigma_high == pytest.approx(1.5 - stats.norm.ppf(low))


def test_the_interval_covers_the_planted_rate() -> None:
    """Of 4,000 samples with 40 defects expected, as many intervals hold the rate as 95 of 100 would."""
    drawn = np.random.default_rng(20_260_302).binomial(20_000, 0.002, 4_000)
    intervals = [dpmo(int(defects), 5_000, 4) for defects in drawn]
    held = sum(one.low <= 2_000 <= one.high for one in intervals)

    assert covers(held, len(drawn), 0.95)
    levels = sum(one.sigma_low <= sigma_level(2_000) <= one.sigma_high for one in intervals if one.sigma_low and one.sigma_high)
    assert levels == held


def test_no_defect_has_no_level_but_a_bound() -> None:
    found = dpmo(0, 1_000)

    assert (found.value, found.low, found.sigma, found.sigma_high) == (0, 0, None, None)
    assert found.sigma_low == pytest.approx(sigma_level(found.high))


def test_nothing_but_defects_has_no_level() -> None:
    found = dpmo(5, 5)

    assert (found.value, found.high, found.sigma, found.sigma_low) == (1_000_000, 1_000_000, None, None)


@pytest.mark.parametrize(
    ("defects", "units", "opportunities", "need"),
    [(0, 0, 1, "one unit"), (0, 5, 0, "one opportunity"), (11, 5, 2, "at most one defect"), (-1, 5, 2, "at most one defect")],
)
def test_what_is_no_rate_is_refused(defects: int, units: int, opportunities: int, need: str) -> None:
    with pytest.raises(CannotEstimate, match=need):
        dpmo(defects, units, opportunities)


@pytest.mark.parametrize("per_million", [0, 1_000_000, -3])
def test_no_level_without_a_rate(per_million: float) -> None:
    with pytest.raises(CannotEstimate, match="more than 0"):
        sigma_level(per_million)
