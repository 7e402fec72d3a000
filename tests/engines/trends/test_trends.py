"""Slopes by Theil and Sen, and Kendall's tests."""

from __future__ import annotations

from itertools import permutations
from math import sqrt

import numpy as np
import pytest
from scipy.stats import kendalltau, theilslopes

from tests.engines.nile import NILE
from tests.engines.oracles import covers, too_few, too_many
from troth.engines.trends import hamed_rao, mann_kendall, seasonal_kendall, theil_sen
from troth.engines.trends.slope import tied_variance
from troth.kernel.errors import CannotEstimate


def test_slopes_agree_with_scipy_at_times_that_tie_and_skip() -> None:
    # reference: scipy.stats.theilslopes, run here; without ties, as it leaves those of times out of the interval.
    rng = np.random.default_rng(1)
    for n in (6, 15, 40):
        times = np.sort(rng.choice(200, n, replace=False)).astype(float)
        values = 0.3 * times + rng.normal(0, 10, n)
        found, (slope, intercept, low, high) = theil_sen(values, times), theilslopes(values, times, 0.95)
        assert (found.value, found.low, found.high, found.intercept) == pytest.approx((slope, low, high, intercept))


def test_points_in_any_order_give_one_slope() -> None:
    rng = np.random.default_rng(2)
    times, values = np.arange(12.0), rng.normal(size=12)
    order = rng.permutation(12)

    assert theil_sen(values[order], times[order]) == theil_sen(values, times)
    assert mann_kendall(values[order], times[order]).s == mann_kendall(values).s


def test_the_nile_falls() -> None:
    # reference: pymannkendall 1.4.3, original_test (tests/reference/peers.py).
    trend = mann_kendall(NILE)

    assert (trend.s, trend.method) == (-1387, "normal")
    assert (trend.variance, trend.z, trend.tau) == pytest.approx((112728.33333, -4.128066522844, -0.2802020202), rel=1e-9)
    assert trend.p == pytest.approx(3.658262921657e-05, rel=1e-9)
    assert trend.slope.value == pytest.approx(-2.6)


def test_the_nile_falls_less_surely_as_its_years_depend_on_each_other() -> None:
    # reference: pymannkendall 1.4.3, hamed_rao_modification_test (tests/reference/peers.py).
    trend = hamed_rao(NILE)

    assert (trend.variance, trend.z) == pytest.approx((241565.3569166, -2.8199791956), rel=1e-9)
    assert trend.p == pytest.approx(0.0048026763102, rel=1e-9)
    assert trend.factor == pytest.approx(241565.3569166 / 112728.33333)


def test_seasons_are_compared_with_themselves() -> None:
    # reference: pymannkendall 1.4.3, seasonal_test with period 12 on the first 96 values; its intercept counts times from another place.
    trend = seasonal_kendall(NILE[:96], 12)

    assert (trend.s, trend.slope.value) == (-79, -27.0)
    assert (trend.variance, trend.z, trend.tau) == pytest.approx((783.0, -2.7874925906, -0.2351190476), rel=1e-9)
    assert trend.p == pytest.approx(0.0053117668957, rel=1e-9)


def test_scores_and_slopes_by_their_definition() -> None:
    # brute force: all pairs, with ties of values and of times.
    values, times = np.array([3.0, 5, 3, 8, 9, 5, 9, 2]), np.array([0.0, 1, 1, 2, 4, 4, 5, 7])
    pairs = [(i, j) for i in range(8) for j in range(8) if times[j] > times[i]]
    trend = mann_kendall(values, times)

    assert trend.method == "normal"
    assert trend.s == sum(int(np.sign(values[j] - values[i])) for i, j in pairs)
    assert trend.slope.value == pytest.approx(np.median([(values[j] - values[i]) / (times[j] - times[i]) for i, j in pairs]))


def test_the_variance_with_ties_is_that_of_all_orders() -> None:
    # brute force: S of all 720 orders of six values, some of which tie, at times that tie.
    values, times = [1.0, 2, 2, 2, 3, 4], [0.0, 0, 0, 1, 2, 2]
    found = [
        sum(np.sign(order[j] - order[i]) for i in range(6) for j in range(6) if times[j] > times[i]) for order in set(permutations(values))
    ]

    assert float(np.mean(np.square(found))) == pytest.approx(tied_variance(np.array(values), np.array(times)))


@pytest.mark.parametrize("n", [5, 9, 25])
def test_exact_chances_agree_with_scipy(n: int) -> None:
    # reference: scipy.stats.kendalltau, exact, run here.
    values = np.random.default_rng(n).permutation(n).astype(float)

    assert mann_kendall(values).p == pytest.approx(kendalltau(np.arange(n), values, method="exact").pvalue, rel=1e-9)


def test_a_level_series_gets_a_trend_by_chance_only_and_slopes_are_covered() -> None:
    # planted truth: 1,000 series of 15 values with a slope of .2 and wild errors; and without a slope.
    rng = np.random.default_rng(5)
    wild = rng.standard_t(2, (1_000, 15))
    held = sum(found.low <= 0.2 <= found.high for found in (theil_sen(0.2 * np.arange(15) + row) for row in wild))
    wrong = sum(mann_kendall(row).p <= 0.05 for row in wild)

    # The slopes are few, so that the interval holds a little more than its level.
    assert covers(held, 1_000, 0.955)
    assert not too_many(wrong, 1_000, 0.05)


def test_values_that_keep_half_of_those_before_give_false_trends_without_the_correction() -> None:
    # planted truth: 200 series of 60 values, no trend, each keeping half of the one before.
    rng = np.random.default_rng(6)
    noise = rng.normal(size=(200, 80))
    for step in range(1, 80):
        noise[:, step] += 0.5 * noise[:, step - 1]
    plain, corrected = 0, 0
    for row in noise[:, 20:]:
        plain += mann_kendall(row).p <= 0.05
        try:
            corrected += hamed_rao(row).p <= 0.05
        except CannotEstimate:
            continue

    assert not too_few(plain, 200, 0.2)
    # The paper's test is still a little too eager on short series: the autocorrelations are estimates.
    assert not too_many(corrected, 200, 0.12)


def test_a_season_hides_a_trend_from_the_plain_test() -> None:
    # planted truth: 5 years of months, 0.5 a year on a season of 20.
    months = np.arange(60)
    values = months / 24 + 20 * np.sin(months * np.pi / 6) + np.random.default_rng(7).normal(0, 0.5, 60)

    trend = seasonal_kendall(values, 12)
    assert trend.p < 0.001 < mann_kendall(values).p
    assert trend.slope.low <= 0.5 <= trend.slope.high


@pytest.mark.parametrize(
    ("made", "need"),
    [
        (lambda: theil_sen(np.arange(4.0)), "5 to 2000"),
        (lambda: theil_sen(np.arange(2001.0)), "5 to 2000"),
        (lambda: theil_sen(np.array([1.0, 2, np.nan, 4, 5])), "Leave the point out"),
        (lambda: theil_sen(np.arange(5.0), np.zeros(5)), "at least 2 times"),
        (lambda: theil_sen(np.arange(5.0), np.arange(6.0)), "one time for each"),
        (lambda: mann_kendall(np.ones(9)), "values that move"),
        (lambda: hamed_rao(np.arange(19.0)), "at least 20"),
        (lambda: hamed_rao(np.diff(np.random.default_rng(2).normal(size=22))), "seasonal test"),
        (lambda: seasonal_kendall(np.arange(35.0), 12), "at least 3 periods"),
        (lambda: seasonal_kendall(np.tile([1.0, 2.0], 5), 2), "values that move"),
        (lambda: seasonal_kendall(np.arange(9.0), 1), "periods of 2"),
    ],
)
def test_what_has_no_trend_to_be_found_is_refused(made: object, need: str) -> None:
    with pytest.raises(CannotEstimate, match=need):
        made()  # type: ignore[operator]


def test_limits_are_the_middle_half_of_the_slopes_where_nothing_is_known() -> None:
    # Five points in a row: S has variance 50/3; 10 slopes of 1, whichever is taken.
    found = theil_sen(np.arange(5.0))

    assert tied_variance(np.arange(5.0)) == pytest.approx(50 / 3)
    assert (found.low, found.value, found.high) == (1.0, 1.0, 1.0)
    assert sqrt(tied_variance(np.arange(5.0))) == pytest.approx(4.0825, abs=1e-4)
