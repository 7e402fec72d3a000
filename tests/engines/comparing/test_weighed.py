"""Standings weighed: in spreads of one's own group, with the doubt of each, and wide where nothing is known."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engines.oracles import covers
from troth.engines.comparing.weighed import standings, weighed_draws
from troth.kernel.errors import CannotEstimate

ONE = np.zeros(4, dtype=np.int64)


def test_groups_are_measured_by_themselves() -> None:
    # two groups, one ten higher: mental arithmetic, spreads of 1 each.
    found = standings(np.array([1.0, 3, 1, 3, 11, 13, 11, 13]), np.full(8, 1e-9), np.repeat([0, 1], 4))

    assert found.score == pytest.approx([-1, 1] * 4)


def test_the_spread_is_of_true_values_and_not_of_estimates_alone() -> None:
    # values 0 and 2 spread by 1, errors of 1 beside it: the spread is the root of 2.
    found = standings(np.array([0.0, 2, 0, 2]), np.ones(4), ONE)

    assert found.score == pytest.approx([-(0.5**0.5), 0.5**0.5] * 2)


def test_a_group_of_three_tells_nothing_of_them() -> None:
    found = standings(np.array([1.0, 2, np.nan, 4, 5, 6, 7, 8]), np.ones(8), np.repeat([0, 1], 4))

    assert np.isnan(found.score[:4]).all()
    assert not np.isnan(found.score[4:]).any()


def test_draws_hold_what_was_planted() -> None:
    # planted truth: 1,000 worlds of 30 units whose true values are normal, two measures; what both weigh together is held by 95 of 100.
    rng, held = np.random.default_rng(1), 0
    for _ in range(1_000):
        truth = rng.normal(0, 1, (2, 30))
        errors = rng.uniform(0.3, 1, (2, 30))
        seen = truth + rng.normal(0, errors)
        pull = 1 / (1 + errors**2)  # as of a normal prior of the spread that was planted
        parts = [standings(pull[at] * seen[at], np.sqrt(pull[at]) * errors[at], np.zeros(30, dtype=np.int64)) for at in (0, 1)]
        draws = weighed_draws(parts, np.array([3.0, 1.0]), 400, rng)
        low, high = np.quantile(draws[:, 0], [0.025, 0.975])
        scaled = [(truth[at, 0] - parts[at].centre[0]) / parts[at].spread[0] for at in (0, 1)]
        held += bool(low <= 0.75 * scaled[0] + 0.25 * scaled[1] <= high)

    assert covers(held, 1_000, 0.95)


@pytest.mark.parametrize(
    ("value", "error", "weights"),
    [
        (np.zeros(3), np.ones(4), [1.0]),
        (np.zeros(4), np.zeros(4), [1.0]),
        (np.arange(4.0), np.ones(4), [0.0]),
        (np.arange(4.0), np.ones(4), [1.0, 1.0]),
    ],
)
def test_what_does_not_agree_is_refused(value: np.ndarray, error: np.ndarray, weights: list[float]) -> None:
    with pytest.raises(CannotEstimate):
        weighed_draws([standings(value, error, ONE)], np.array(weights), 10, np.random.default_rng(1))
