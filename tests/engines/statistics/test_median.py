"""Medians of whole numbers."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.oracles import too_few
from troth.engines.statistics import median_interval
from troth.kernel.errors import CannotEstimate

WHOLE = st.lists(st.integers(-(2**62), 2**62), min_size=6, max_size=60)


def test_ten_values_by_head() -> None:
    # Of 1..10 the median is the 5th; 2..9 leaves out the least and the greatest, each side with chance 11 / 1024.
    median = median_interval(np.arange(10, 0, -1))

    assert (median.value, median.low, median.high, median.n) == (5, 2, 9, 10)
    assert median.covers == 1 - 22 / 1024


@pytest.mark.parametrize(("n", "rank"), [(6, 1), (9, 2), (15, 4), (25, 8), (50, 18), (100, 40)])
def test_ranks_of_some_sizes(n: int, rank: int) -> None:
    # pinned; the next test recomputes every n in fractions.
    median = median_interval(np.arange(1, n + 1))

    assert (median.low, median.high) == (rank, n + 1 - rank)


def test_ranks_of_every_small_n_are_exact() -> None:
    # brute force: in fractions.
    for n in range(6, 300):
        median = median_interval(np.arange(1, n + 1))
        tails = [Fraction(sum(comb(n, i) for i in range(rank)), 2**n) for rank in range(n // 2 + 1)]
        best = max(rank for rank, tail in enumerate(tails) if 2 * tail <= Fraction(5, 100))

        assert (median.low, median.high) == (best, n + 1 - best)
        assert median.covers == pytest.approx(float(1 - 2 * tails[best]), abs=1e-12)


@given(WHOLE)
def test_the_median_is_the_least_value_that_half_do_not_exceed(values: list[int]) -> None:
    median = median_interval(np.array(values, dtype=np.int64))

    assert median.value == min(v for v in values if 2 * sum(other <= v for other in values) >= len(values))
    assert median.low <= median.value <= median.high
    assert {median.low, median.value, median.high} <= set(values)


def test_many_values_neither_overflow_nor_tire() -> None:
    # reference: the normal form, low rank = n / 2 - 1.96 sqrt(n) / 2, within 2 ranks at a million.
    median = median_interval(np.arange(1_000_000))

    assert median.low == pytest.approx(500_000 - 1.959964 * 500, abs=2)
    assert median.covers == pytest.approx(0.95, abs=1e-3)


def test_intervals_cover_the_planted_median() -> None:
    rng = np.random.default_rng(6)
    hits = 0
    for _ in range(2_000):
        median = median_interval(np.rint(rng.lognormal(np.log(1e9), 1.0, 41)).astype(np.int64))
        hits += median.low <= 1e9 <= median.high

    assert not too_few(hits, 2_000, 0.95)
    assert hits < 2_000 * 0.985


@pytest.mark.parametrize("n", [0, 1, 5])
def test_too_few_values_are_refused(n: int) -> None:
    with pytest.raises(CannotEstimate, match="at least 6"):
        median_interval(np.arange(n))


def test_a_wider_level_needs_more_values() -> None:
    with pytest.raises(CannotEstimate, match="at least 8"):
        median_interval(np.arange(7), level=0.99)
    assert median_interval(np.arange(8), level=0.99).covers >= 0.99
