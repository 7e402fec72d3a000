"""Ratios and totals of exact sums: known answers, coverage, what is refused."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from troth.engines.statistics.ratio import PairSums, ratio_of_sums, student_t, total_of_sums
from troth.kernel.errors import CannotEstimate


def sums(y: list[float], x: list[float] | None = None, *, population: int = 0) -> PairSums:
    ys, xs = [Fraction(one) for one in y], [Fraction(one) for one in (x or [1] * len(y))]
    products = zip(xs, ys, strict=True)
    return PairSums(
        len(ys), sum(ys), sum(xs), sum(one**2 for one in ys), sum(one**2 for one in xs), sum(a * b for a, b in products), len(ys),
        population or len(ys),
    )  # fmt: skip


def test_a_mean_has_the_interval_of_students_t() -> None:
    found = ratio_of_sums([sums([1, 2, 3, 4, 10])])

    said = stats.t.interval(0.95, 4, loc=4, scale=stats.sem([1, 2, 3, 4, 10]))
    assert found.value == 4
    assert (found.low, found.high) == pytest.approx(said, rel=1e-9)


@pytest.mark.parametrize("df", [1, 2, 5, 30, 200, 999, 5_000])
def test_the_half_width_is_that_of_scipy(df: int) -> None:
    assert student_t(df) == pytest.approx(stats.t.ppf(0.975, df), rel=2e-3 if df > 1_000 else 1e-8)


def test_a_ratio_of_amounts_has_the_delta_methods_error() -> None:
    """Deng, Knoblich and Lu 2018: var(y/x) of means, by the covariance of both."""
    y, x = [3.0, 5.0, 4.0, 8.0], [1.0, 2.0, 2.0, 3.0]
    found = ratio_of_sums([sums(y, x)])

    a, b = np.array(y), np.array(x)
    cov, r = np.cov(a, b), a.mean() / b.mean()
    delta = (cov[0, 0] - 2 * r * cov[0, 1] + r**2 * cov[1, 1]) / b.mean() ** 2 / 4
    assert found.value == pytest.approx(r)
    assert found.se == pytest.approx(delta**0.5)


def test_parts_add_up_to_the_whole() -> None:
    both = PairSums(n=5, y=6 + 15, x=5, yy=14 + 113, xx=5, xy=6 + 15, seen=5, population=5)  # 1 2 3 and 7 8

    assert ratio_of_sums([both]) == ratio_of_sums([sums([1, 2, 3, 7, 8])])


def test_a_stratum_of_which_few_were_seen_weighs_what_it_stands_for() -> None:
    found = ratio_of_sums([sums([10, 12], population=2), sums([0, 2, 4], population=30)])

    assert found.value == pytest.approx((22 + 10 * 6) / 32)


def test_an_interval_of_a_mean_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    held = 0
    for draw in rng.exponential(size=(1_500, 60)):
        found = ratio_of_sums([sums(draw.round(6).tolist())])
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 1 <= found.high
    assert 0.92 < held / 1_500 < 0.96


def test_an_interval_of_a_total_covers_the_rate_behind_it() -> None:
    """A compound Poisson sum: 40 units on average, each of 1 to 9."""
    rng = np.random.default_rng(5)
    held = 0
    for count in rng.poisson(40, size=1_500):
        found = total_of_sums([sums(rng.integers(1, 10, size=count).tolist())])
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 200 <= found.high
    assert 0.925 < held / 1_500 < 0.965


@pytest.mark.parametrize(
    ("parts", "need"), [([], "at least one"), ([sums([1], [0])], "more than 0"), ([sums([1], population=5), sums([2, 3])], "at least 2")]
)
def test_what_cannot_be_a_ratio_is_refused(parts: list[PairSums], need: str) -> None:
    with pytest.raises(CannotEstimate, match=need):
        ratio_of_sums(parts)


@pytest.mark.parametrize("values", [[3.0], [2.0, 2.0, 2.0]])
def test_units_that_say_nothing_of_their_spread_have_no_interval(values: list[float]) -> None:
    found = ratio_of_sums([sums(values)])

    assert (found.value, found.low, found.high) == (values[0], None, None)


def test_a_total_of_nine_has_no_interval() -> None:
    assert total_of_sums([sums([1] * 9)]).low is None
    assert total_of_sums([sums([1] * 10)]).low is not None
    assert total_of_sums([]).value == 0
