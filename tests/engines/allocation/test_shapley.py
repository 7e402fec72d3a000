"""Exact Shapley values against textbook games."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.engines.allocation import shapley_values
from troth.engines.allocation.shapley import marginal_weights
from troth.kernel.errors import CannotEstimate

WORTHS = st.integers(0, 4).flatmap(lambda players: st.lists(st.fractions(-9, 9), min_size=2**players, max_size=2**players))


def members(coalition: int) -> list[int]:
    return [player for player in range(coalition.bit_length()) if coalition >> player & 1]


def by_orders_of_joining(worth: list[Fraction]) -> list[Fraction]:
    players = len(worth).bit_length() - 1
    values = [Fraction(0)] * players
    orders = list(permutations(range(players)))
    for order in orders:
        joined = 0
        for player in order:
            values[player] += worth[joined | 1 << player] - worth[joined]
            joined |= 1 << player
    return [value / len(orders) for value in values]


def test_the_airport_game() -> None:
    # paper: Littlechild and Owen 1973's rule; runways of cost 8, 11, 13, 18.
    cost = [8, 11, 13, 18]
    worth = [max((cost[player] for player in members(s)), default=0) for s in range(16)]

    assert shapley_values(worth) == [2, 3, 4, 9]


def test_the_glove_game() -> None:
    # paper: two left gloves, one right one; a pair is worth 1.
    worth = [int(bool(s & 0b011) and bool(s & 0b100)) for s in range(8)]

    assert shapley_values(worth) == [Fraction(1, 6), Fraction(1, 6), Fraction(2, 3)]


def test_a_weighted_majority() -> None:
    # paper: Shapley and Shubik 1954's index for quota 51, weights 50, 49, 1.
    votes = [50, 49, 1]
    worth = [int(sum(votes[player] for player in members(s)) >= 51) for s in range(8)]

    assert shapley_values(worth) == [Fraction(2, 3), Fraction(1, 6), Fraction(1, 6)]


@given(WORTHS)
def test_values_are_the_average_over_all_orders_of_joining(worth: list[Fraction]) -> None:
    assert shapley_values(worth) == by_orders_of_joining(worth)


@given(WORTHS)
def test_values_sum_to_what_all_are_worth(worth: list[Fraction]) -> None:
    assert sum(shapley_values(worth)) == worth[-1] - worth[0]


@pytest.mark.parametrize("players", range(12))
def test_weights_are_whole_and_sum_to_the_denominator(players: int) -> None:
    # Of all orders, the share in which `size` others came before is the same for every size: 1 / players.
    weights, whole = marginal_weights(players)

    assert all(weight >= 1 for weight in weights)
    assert len(by_size(weights)) == players
    assert sum(by_size(weights)) == (whole if players else 0)


def by_size(weights: list[int]) -> list[int]:
    row = [1]
    for _ in weights[1:]:
        row = [left + right for left, right in zip([0, *row], [*row, 0], strict=True)]
    return [weight * ways for weight, ways in zip(weights, row, strict=False)]


def test_a_length_that_is_no_set_of_coalitions_is_refused() -> None:
    with pytest.raises(CannotEstimate, match="power of two"):
        shapley_values([0, 1, 2])


def test_too_many_players_are_refused() -> None:
    with pytest.raises(CannotEstimate, match="at most 11"):
        marginal_weights(12)
