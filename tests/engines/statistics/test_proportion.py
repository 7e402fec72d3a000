"""Shares and their difference."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.oracles import binomial_chances, covers
from troth.engines.statistics import newcombe, wilson
from troth.engines.statistics.normal import two_sided_z
from troth.engines.statistics.proportion import wilson_limits
from troth.kernel.errors import CannotEstimate

COUNTS = st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_of_the_printed_cases(successes: int, n: int, low: float, high: float) -> None:
    # paper: Newcombe 1998a, table I, method 3.
    share = wilson(successes, n)

    assert (share.low, share.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
    ],
)
def test_newcombe_of_the_printed_cases(first: tuple[int, int], second: tuple[int, int], low: float, high: float) -> None:
    # paper: Newcombe 1998b, method 10.
    difference = newcombe(first, second)

    assert (difference.low, difference.high) == pytest.approx((low, high), abs=5e-5)
    assert difference.value == first[0] / first[1] - second[0] / second[1]


@given(COUNTS)
def test_wilson_limits_are_the_shares_that_the_score_test_just_allows(counts: tuple[int, int]) -> None:
    # brute force: at a limit p, |share - p| is z standard errors *of p*.
    successes, n = counts
    share = wilson(successes, n)

    for limit in {share.low, share.high} - {0.0, 1.0}:
        assert abs(share.value - limit) == pytest.approx(two_sided_z(0.95) * sqrt(limit * (1 - limit) / n), rel=1e-6, abs=1e-12)


@given(COUNTS)
def test_wilson_stays_between_nothing_and_all_and_holds_the_share(counts: tuple[int, int]) -> None:
    share = wilson(*counts)

    assert 0 <= share.low <= share.value <= share.high <= 1
    assert (share.low == 0) == (share.value == 0)
    assert (share.high == 1) == (share.value == 1)


@given(COUNTS)
def test_successes_and_failures_mirror_each_other(counts: tuple[int, int]) -> None:
    successes, n = counts
    kept, broken = wilson(successes, n), wilson(n - successes, n)

    assert (kept.low, kept.high) == pytest.approx((1 - broken.high, 1 - broken.low), abs=1e-12)


@pytest.mark.parametrize("truth", [0.5, 0.9, 0.97])
def test_wilson_covers_exactly_summed(truth: float) -> None:
    # brute force: the chance of every count of 200 whose interval holds the truth; Wilson is right on average, not at
    # each truth, hence within 2 points.
    held = sum(
        chance
        for successes, chance in enumerate(binomial_chances(200, truth))
        if wilson(successes, 200).low <= truth <= wilson(successes, 200).high
    )

    assert held == pytest.approx(0.95, abs=0.02)


def test_newcombe_covers_a_planted_difference() -> None:
    rng = np.random.default_rng(2)
    first, second = rng.binomial(180, 0.88, 2_000), rng.binomial(240, 0.80, 2_000)
    hits = sum(
        difference.low <= 0.08 <= difference.high
        for difference in (newcombe((int(a), 180), (int(b), 240)) for a, b in zip(first, second, strict=True))
    )

    assert covers(hits, 2_000, 0.95)


def test_a_wider_level_is_wider() -> None:
    assert wilson(81, 263, level=0.99).low < wilson(81, 263).low
    assert wilson_limits(0.3, 12.5, 0.99)[1] > wilson_limits(0.3, 12.5, 0.95)[1]


@pytest.mark.parametrize("counts", [(0, 0), (3, 2), (-1, 5)])
def test_impossible_counts_are_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(CannotEstimate):
        wilson(*counts)
    with pytest.raises(CannotEstimate):
        newcombe((1, 2), counts)
