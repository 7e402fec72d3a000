"""Shares of small groups, drawn towards their parent's."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engines.oracles import covers
from troth.engines.statistics.shrinkage import STRONGEST, prior_strength, share_interval, shrink
from troth.kernel.errors import CannotEstimate

DRAWS = 2_000


def _planted(strength: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Four parents with 500 groups each of 1 to 40 cases: true shares, successes, cases, parents, the parents' shares."""
    rng = np.random.Generator(np.random.PCG64(seed))
    parent = np.repeat(np.arange(4), DRAWS // 4)
    towards = np.array([0.1, 0.3, 0.5, 0.8])[parent]
    true = rng.beta(strength * towards, strength * (1 - towards))
    cases = rng.integers(1, 41, DRAWS).astype(np.float64)
    return true, rng.binomial(cases.astype(np.int64), true).astype(np.float64), cases, parent, towards


def test_two_groups_by_hand() -> None:
    # 3 and 7 of 10: spread (0.4 + 0.4) / 0.25 = 3.2, over (3.2 - 1) / (20 - 10 - 1) = 0.2444; 1 / 0.2444 - 1 = 3.0909
    strength = prior_strength(np.array([3.0, 7.0]), np.array([10.0, 10.0]), np.array([0, 0]))

    assert strength == pytest.approx(3.0909, abs=5e-5)
    assert shrink(np.array([3.0]), np.array([10.0]), np.array([0.5]), 10.0).tolist() == [0.4]


def test_groups_that_spread_no_more_than_chance_are_their_parent() -> None:
    assert prior_strength(np.array([5.0, 5.0]), np.array([10.0, 10.0]), np.array([0, 0])) == STRONGEST


def test_groups_are_compared_within_their_parents_only() -> None:
    alike = prior_strength(np.array([1.0, 1.0, 9.0, 9.0]), np.full(4, 10.0), np.array([0, 0, 1, 1]))
    apart = prior_strength(np.array([1.0, 1.0, 9.0, 9.0]), np.full(4, 10.0), np.zeros(4, dtype=np.int64))

    assert alike == STRONGEST
    assert apart < 2


@pytest.mark.parametrize("strength", [4.0, 25.0])
def test_the_planted_strength_is_found(strength: float) -> None:
    found = [prior_strength(k, n, parent) for _, k, n, parent, _ in (_planted(strength, seed) for seed in range(5))]

    assert np.mean(found) == pytest.approx(strength, rel=0.1)


@pytest.mark.parametrize("strength", [4.0, 25.0])
def test_the_intervals_hold_the_true_share_as_often_as_they_say(strength: float) -> None:
    true, k, n, parent, towards = _planted(strength, 1)
    low, high = share_interval(k, n, towards, prior_strength(k, n, parent))

    assert covers(int(((low <= true) & (true <= high)).sum()), DRAWS, 0.95)


def test_too_little_is_refused() -> None:
    with pytest.raises(CannotEstimate, match="two groups and both outcomes"):
        prior_strength(np.array([3.0]), np.array([10.0]), np.array([0]))
    with pytest.raises(CannotEstimate, match="two groups and both outcomes"):
        prior_strength(np.array([0.0, 0.0]), np.array([10.0, 4.0]), np.array([0, 0]))
