"""Means from exact sums."""

from __future__ import annotations

from decimal import Decimal
from statistics import mean, variance

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.oracles import covers
from troth.engines.statistics import Sums, difference_of_means, mean_of_scores
from troth.kernel.errors import CannotEstimate

# Student's sleep data (1908), hours gained under each drug.
FIRST_DRUG = ["0.7", "-1.6", "-0.2", "-1.2", "-0.1", "3.4", "3.7", "0.8", "0.0", "2.0"]
SECOND_DRUG = ["1.9", "0.8", "1.1", "0.1", "-0.1", "4.4", "5.5", "1.6", "4.6", "3.4"]

SCORES = st.lists(st.integers(0, 10), min_size=2, max_size=30).filter(lambda scores: len(set(scores)) > 1)


def sums(scores: list[str] | list[int]) -> Sums:
    exact = [Decimal(score) for score in scores]
    return Sums(len(exact), sum(exact, Decimal(0)), sum((score**2 for score in exact), Decimal(0)))


def test_students_sleep_data() -> None:
    # paper: Student 1908; reference: R t.test.
    difference = difference_of_means(sums(FIRST_DRUG), sums(SECOND_DRUG))

    assert difference.t == pytest.approx(-1.8608, abs=5e-5)
    assert difference.df == pytest.approx(17.776, abs=5e-4)
    assert difference.value == pytest.approx(-1.58, abs=1e-12)
    assert difference.high - difference.value == pytest.approx(1.959964 * difference.se, rel=1e-6)


def test_a_mean_by_head() -> None:
    # 1 2 3 4 5: mean 3, variance 2.5, of the mean 0.5.
    found = mean_of_scores(sums([1, 2, 3, 4, 5]))

    assert (found.value, found.n) == (3.0, 5)
    assert found.se == pytest.approx(0.5**0.5, rel=1e-15)
    assert (found.low, found.high) == pytest.approx((3 - 1.959964 * 0.5**0.5, 3 + 1.959964 * 0.5**0.5), rel=1e-6)


@given(SCORES)
def test_the_standard_error_is_that_of_the_scores_themselves(scores: list[int]) -> None:
    # brute force: the standard library on the raw scores.
    found = mean_of_scores(sums(scores))

    assert found.value == pytest.approx(mean(scores), rel=1e-12, abs=1e-12)
    assert found.se**2 == pytest.approx(variance(scores) / len(scores), rel=1e-12)


@given(SCORES, SCORES)
def test_sums_of_two_groups_add_up_to_those_of_both(some: list[int], others: list[int]) -> None:
    one, two = sums(some), sums(others)
    both = Sums(one.n + two.n, one.total + two.total, one.squares + two.squares)

    assert mean_of_scores(both) == mean_of_scores(sums(some + others))


def test_a_large_offset_costs_no_digits() -> None:
    # paper: NIST StRD NumAcc4: 10000000.2, then 500 pairs of 10000000.1 and .3: standard deviation exactly 0.1.
    scores = ["10000000.2", *["10000000.1", "10000000.3"] * 500]
    found = mean_of_scores(sums(scores))

    assert found.se * 1_001**0.5 == pytest.approx(0.1, rel=1e-14)
    assert found.value == 10_000_000.2


def test_intervals_cover_planted_means_and_their_difference() -> None:
    rng = np.random.default_rng(9)
    chances = np.array([[0.1, 0.05, 0.1, 0.25, 0.5], [0.15, 0.1, 0.15, 0.3, 0.3]])
    truth = chances @ np.arange(1, 6)
    hits = np.zeros(2, dtype=np.int64)
    for _ in range(2_000):
        one, two = (sums((1 + rng.choice(5, n, p=p)).tolist()) for n, p in zip((150, 400), chances, strict=True))
        found, difference = mean_of_scores(one), difference_of_means(one, two)
        hits += [
            found.low <= truth[0] <= found.high,
            difference.low <= truth[0] - truth[1] <= difference.high,
        ]

    assert all(covers(int(count), 2_000, 0.95) for count in hits)


def test_a_single_score_and_scores_all_alike_are_refused() -> None:
    with pytest.raises(CannotEstimate, match="at least 2"):
        mean_of_scores(Sums(1, 5, 25))
    with pytest.raises(CannotEstimate, match="at least 2"):
        difference_of_means(sums([1, 2]), Sums(0, 0, 0))
    with pytest.raises(CannotEstimate, match="scores that differ"):
        mean_of_scores(Sums(3, 15, 75))
    with pytest.raises(CannotEstimate, match="scores that differ"):
        difference_of_means(Sums(3, 15, 75), Sums(2, 2, 2))


@pytest.mark.parametrize("impossible", [(2, 10, 49), (0, 1, 1), (-1, 0, 0)])
def test_impossible_sums_die_when_made(impossible: tuple[int, int, int]) -> None:
    with pytest.raises(CannotEstimate):
        Sums(*impossible)
