"""Which part of a loss was kept: by hand, by how often the interval holds what was planted, and what is refused."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from troth.engines.statistics.winning_back import won_back
from troth.kernel.errors import CannotEstimate


def test_the_part_is_that_by_hand_over_strata() -> None:
    #  usual .9 and .5; others lose .3 and .2 of all, those helped .1 and .05: of 100 and 40 that is 12 of an expected 30 and 8
    n = np.array([[100, 200], [40, 100]])
    stayed, usual = np.array([[80, 120], [18, 30]]), np.array([[90.0, 180.0], [20.0, 50.0]])

    found = won_back(n, stayed, usual)

    assert (found.lost, found.expected, found.strata) == (12.0, 38.0, 2)
    assert found.value == pytest.approx(1 - 12 / 38)


def test_the_interval_is_fieller_s_by_hand() -> None:
    found = won_back(np.array([[200, 400]]), np.array([[176, 240]]), np.array([[180.0, 360.0]]))

    a, b = 177 / 202, 241 / 402
    of_lost, of_expected, z = 200 * a * (1 - a), 0.25 * 400 * b * (1 - b), 1.959963984540054
    # The limits are the ratios r at which (lost - r expected)^2 = z^2 (of_lost + r^2 of_expected).
    square, middle, last = 60.0**2 - z**2 * of_expected, -2 * 4.0 * 60.0, 4.0**2 - z**2 * of_lost
    root = sqrt(middle**2 - 4 * square * last)
    assert (found.low, found.high) == pytest.approx((1 - (-middle + root) / (2 * square), 1 - (-middle - root) / (2 * square)))


def test_the_error_of_what_is_usual_is_in_the_interval_and_shared_by_both() -> None:
    """The limits are the ratios at which the difference is z of its own errors, worked out at a ratio by the gradient itself."""
    n, stayed = np.array([[200, 400], [80, 120]]), np.array([[176, 240], [60, 70]])
    usual, z = np.array([[180.0, 360.0], [70.0, 104.0]]), 1.959963984540054
    errors = np.array([[[9.0, 15.0], [15.0, 36.0]], [[4.0, 5.0], [5.0, 8.0]]])

    found, known = won_back(n, stayed, usual, errors), won_back(n, stayed, usual)

    def apart(ratio: float, usual: np.ndarray, stayed: np.ndarray) -> float:
        return float((usual[:, 0] - stayed[:, 0] - ratio * usual[:, 0] / usual[:, 1] * (usual[:, 1] - stayed[:, 1])).sum())

    share = (stayed + 1) / (n + 2)
    for limit in (found.low, found.high):
        ratio, of_both = 1 - limit, 0.0
        for stratum in range(2):
            for changed, error in ((usual, errors[stratum]), (stayed.astype(float), np.diag((n * share * (1 - share))[stratum]))):
                turn = np.zeros(2)
                for side in range(2):
                    up, down = (changed.copy() for _ in range(2))
                    up[stratum, side] += 1e-5
                    down[stratum, side] -= 1e-5
                    ends = [apart(ratio, one, stayed) if changed is usual else apart(ratio, usual, one) for one in (up, down)]
                    turn[side] = (ends[0] - ends[1]) / 2e-5
                of_both += float(turn @ error @ turn)
        assert abs(apart(ratio, usual, stayed)) == pytest.approx(z * sqrt(of_both), rel=1e-6)
    assert found.value == known.value
    assert found.low < known.low < known.high < found.high


def test_what_was_planted_lies_in_the_interval_as_often_as_said() -> None:
    chance, held, tried = np.random.default_rng(3), 0, 600
    n, keeps = np.array([[90, 240], [60, 160]]), np.array([0.8, 0.55])
    for _ in range(tried):
        loss = np.array([0.25, 0.3])[:, None] * np.array([1 - 0.6, 1.0])
        stayed = chance.binomial(n, keeps[:, None] * (1 - loss))
        try:
            found = won_back(n, stayed, n * keeps[:, None])
        except CannotEstimate:
            continue
        held += found.low <= 0.6 <= found.high
    assert 0.93 < held / tried < 0.975


def test_it_does_where_what_is_usual_is_an_estimate_too() -> None:
    """A hundred to whom nothing happened say what is usual of both; to take it as known would be to hold it less often."""
    chance, tried, n = np.random.default_rng(5), 600, np.array([[90, 240]])
    held = {True: 0, False: 0}
    for _ in range(tried):
        stayed = chance.binomial(n, 0.7 * (1 - np.array([[0.4 * 0.4, 0.4]])))
        share = chance.binomial(100, 0.7) / 100
        errors = (n.T @ n * share * (1 - share) / 100)[None].astype(float)
        for told in held:
            try:
                found = won_back(n, stayed, n * share, errors if told else None)
            except CannotEstimate:
                held[told] += 1  # nothing said, so nothing wrong
                continue
            held[told] += found.low <= 0.6 <= found.high
    assert 0.93 < held[True] / tried < 0.98
    assert held[False] < held[True]


def test_a_stratum_without_one_of_the_two_counts_for_nothing() -> None:
    alone = np.array([[200, 400], [50, 0], [0, 70]])
    stayed, usual = np.array([[176, 240], [10, 0], [0, 3]]), np.array([[180.0, 360.0], [45.0, 0.0], [0.0, 60.0]])

    assert won_back(alone, stayed, usual) == won_back(alone[:1], stayed[:1], usual[:1])


@pytest.mark.parametrize(("n", "stayed", "usual"), [([[50, 50]], [[40, 38]], [[40.0, 40.0]]), ([[50, 0]], [[40, 0]], [[45.0, 0.0]])])
def test_a_loss_that_is_not_told_from_none_is_refused(n: list[list[int]], stayed: list[list[int]], usual: list[list[float]]) -> None:
    with pytest.raises(CannotEstimate, match="which part of a loss was kept"):
        won_back(np.array(n), np.array(stayed), np.array(usual))
