"""Quantiles of whole numbers, and what of many tests says something."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from math import comb

import numpy as np
import pytest

from tests.engines.oracles import too_few
from troth.engines.statistics import median_interval
from troth.engines.statistics.binomial import binomial_pmf, binomial_tail
from troth.engines.statistics.discoveries import adjusted
from troth.engines.statistics.quantile import fewest_for, quantile_interval, weighted_quantile
from troth.kernel.errors import CannotEstimate

P95 = Fraction(95, 100)


def test_binomial_chances_are_those_in_fractions() -> None:
    # brute force.
    for n, p in ((1, Fraction(1, 3)), (12, Fraction(1, 20)), (40, Fraction(9, 10))):
        exact = [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
        assert binomial_pmf(n, float(p)).tolist() == pytest.approx([float(one) for one in exact], rel=1e-10)
        assert binomial_tail(n, float(p), 2) == pytest.approx(float(sum(exact[2:])), rel=1e-10)
    assert binomial_pmf(3, 0.0).tolist() == [1, 0, 0, 0]
    assert binomial_pmf(1_000_000, 0.05).sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("n", "p"), [(50_000, 0.05), (1_000_000, 0.95), (1_000_000, 1e-7), (300, 1e-9), (100_000, 0.5)])
def test_binomial_chances_of_many_are_those_of_scipy(n: int, p: float) -> None:
    from scipy.stats import binom

    ours, theirs = binomial_pmf(n, p), binom.pmf(np.arange(n + 1), n, p)
    told = theirs > 1e-300

    assert told.sum() > 4
    assert np.abs(ours[told] / theirs[told] - 1).max() < 1e-9
    assert np.abs(ours - theirs).max() < 1e-14


def test_benjamini_and_hochberg_s_own_fifteen_tests() -> None:
    # paper: Benjamini and Hochberg 1995, section 3: four of the fifteen at 5 %; Bonferroni would have named three.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]

    assert [q <= 0.05 for q in adjusted(p)] == [True] * 4 + [False] * 11
    assert adjusted(p)[3] == pytest.approx(0.0095 * 15 / 4)
    assert adjusted(list(reversed(p))) == tuple(reversed(adjusted(p)))
    assert sum(q <= 0.05 for q in adjusted(p, dependent=True)) == 3
    # By steps from the greatest: 0.04 * 3 / 2 is more than 0.041, at which rate both are named.
    assert adjusted([0.04, 0.01, 0.041]) == pytest.approx((0.041, 0.03, 0.041))
    assert adjusted([]) == ()


@pytest.mark.parametrize("n", [72, 73, 99, 100, 150, 241, 400])
def test_ranks_are_the_closest_that_cover(n: int) -> None:
    # brute force: in whole numbers, of 20^n; below[k]: at most k lie below the quantile.
    below = list(accumulate(comb(n, k) * 19**k for k in range(n + 1)))
    low = max(r for r in range(1, n + 1) if 40 * below[r - 1] <= 20**n)
    high = min(s for s in range(1, n + 1) if 40 * (20**n - below[s - 1]) <= 20**n)

    found = quantile_interval(np.arange(1, n + 1), P95)
    assert (found.low, found.high) == (low, high)
    assert found.covers == pytest.approx(float(Fraction(below[high - 1] - below[low - 1], 20**n)), rel=1e-9)
    assert found.value == min(v for v in range(1, n + 1) if v >= P95 * n)


def test_of_a_half_it_is_the_median() -> None:
    values = np.random.Generator(np.random.PCG64(1)).integers(0, 1_000, size=101)
    median, half = median_interval(values), quantile_interval(values, Fraction(1, 2))

    assert (half.value, half.low, half.high) == (median.value, median.low, median.high)
    assert half.covers == pytest.approx(median.covers)


def test_what_never_came_is_longer_than_any() -> None:
    # 100, of which 4, 5, 6 never came: the 95th is reached while at most 5 have not.
    for never, value in ((4, 95), (5, 95), (6, None)):
        assert quantile_interval(np.arange(1, 101 - never), P95, beyond=never).value == value
    assert quantile_interval(np.arange(1, 98), P95, beyond=3).high is None


def test_planted_truth_the_interval_covers_the_quantile() -> None:
    # The 95th of an exponential of mean 1,000 s, in microseconds: 1,000 ln 20.
    rng, truth = np.random.Generator(np.random.PCG64(5)), 1e9 * np.log(20)
    held = 0
    for _ in range(1_000):
        found = quantile_interval(rng.exponential(1e9, size=150).astype(np.int64), P95)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth < found.high

    assert not too_few(held, 1_000, 0.95)


def test_planted_truth_few_of_the_named_are_named_by_chance() -> None:
    # Twenty lanes, four of which are out; 1,000 times. Of each time's names a part is false: on average at most 5 % of 16 / 20.
    rng = np.random.Generator(np.random.PCG64(9))
    false = []
    for _ in range(1_000):
        broken = [*rng.binomial(200, 0.12, size=4), *rng.binomial(200, 0.05, size=16)]
        named = [q <= 0.05 for q in adjusted([min(1.0, binomial_tail(200, 0.05, int(one))) for one in broken])]
        false.append(sum(named[4:]) / max(1, sum(named)))

    assert np.mean(false) <= 0.04 + 4 * np.std(false) / 1_000**0.5


def test_weights_count_as_so_many() -> None:
    values = [4, 1, 3, 2]
    for weights in ([1, 1, 1, 1], [5, 1, 2, 7], [1, 30, 1, 1]):
        many = np.repeat(values, weights)
        for share in (Fraction(1, 2), Fraction(9, 10), P95):
            expected = int(np.sort(many)[-(-share.numerator * many.size // share.denominator) - 1])
            assert weighted_quantile(np.array(values), weights, share) == expected
    assert weighted_quantile(np.array([1, 2]), [9, 9], P95, beyond=1) is None


def test_too_few_are_refused() -> None:
    assert fewest_for(P95) == 72
    with pytest.raises(CannotEstimate, match="at least 72"):
        quantile_interval(np.arange(71), P95)
    with pytest.raises(CannotEstimate):
        quantile_interval(np.arange(1_000), Fraction(1))
    with pytest.raises(CannotEstimate):
        weighted_quantile(np.array([1]), [0], P95)
    with pytest.raises(CannotEstimate):
        binomial_pmf(3, 1.5)
    with pytest.raises(CannotEstimate):
        adjusted([1.5])
