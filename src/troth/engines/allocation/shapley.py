"""The Shapley value of small games, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb, lcm

from troth.kernel.errors import CannotEstimate

MOST_PLAYERS = 11


def shapley_values(worth: Sequence[int | Fraction]) -> list[Fraction]:
    """Each player's average marginal worth over all orders of joining.

    worth: of each coalition; player i is in coalition number s when bit i of s is set; worth[0] is that of nobody.
    The values sum to worth[-1] - worth[0].
    Refuses a length that is not a power of two, and more than 11 players.
    Source: Shapley 1953.

    >>> shapley_values([0, 0, 0, 1])  # both are needed
    [Fraction(1, 2), Fraction(1, 2)]
    """
    players = len(worth).bit_length() - 1
    if len(worth) != 2**players:
        raise CannotEstimate("Shapley values", got=f"{len(worth)} coalitions", need="a power of two")
    weights, whole = marginal_weights(players)
    values = []
    for player in range(players):
        bit = 1 << player
        without = (coalition for coalition in range(len(worth)) if not coalition & bit)
        total = sum((weights[s.bit_count()] * Fraction(worth[s | bit] - worth[s]) for s in without), Fraction(0))
        values.append(total / whole)
    return values


def marginal_weights(players: int) -> tuple[list[int], int]:
    """Weight of a marginal worth by the size of the coalition joined, as numerators over one denominator.

    The denominator is lcm(1..players), the least that serves all sizes. Refuses more than 11 players.

    >>> marginal_weights(3)
    ([2, 1, 2], 6)
    """
    if players > MOST_PLAYERS:
        raise CannotEstimate("Shapley values", got=f"{players} players", need=f"at most {MOST_PLAYERS}")
    whole = lcm(*range(1, players + 1))
    return [whole // (players * comb(players - 1, size)) for size in range(players)], whole
