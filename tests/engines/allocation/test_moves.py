"""Why a ratio moved."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.engines.allocation import Move, Part, why_moved
from troth.engines.allocation.moves import Counts
from troth.kernel.errors import CannotEstimate


def test_simpsons_paradox() -> None:
    # paper: Charig et al. 1986, kidney stones, as if the second treatment had come first: 289 of 350, then 273 of 350.
    #            before          after
    #  small     234 of 270      81 of 87      better
    #  large      55 of  80     192 of 263     better
    move = why_moved({("small",): (234, 270), ("large",): (55, 80)}, {("small",): (81, 87), ("large",): (192, 263)})

    assert move.change == Fraction(273 - 289, 350)
    assert move.change < 0
    assert all(part.rate > 0 for part in move.parts)
    assert move.rate + move.mix == move.change
    # By hand: half of the weights of both periods, times what each got better by.
    small, large = Fraction(270 + 87, 700), Fraction(80 + 263, 700)
    assert move.rate == small * (Fraction(81, 87) - Fraction(234, 270)) + large * (Fraction(192, 263) - Fraction(55, 80))


def test_a_slice_that_came_or_left_moves_by_mix_alone() -> None:
    #  North   90 of 100     90 of 100
    #  South   10 of 100         -          left
    #  West        -         50 of 100      came
    before: Counts = {("North",): (90, 100), ("South",): (10, 100)}
    move = why_moved(before, {("North",): (90, 100), ("West",): (50, 100), ("South",): (0, 0)})

    north, south, west = move.parts
    assert north.rate == north.mix == south.rate == west.rate == 0
    assert south.after is west.before is None
    # The whole was at .5 and is at .7: their mean is .6.
    assert south.mix == Fraction(-1, 2) * (Fraction(1, 10) - Fraction(3, 5))
    assert west.mix == Fraction(1, 2) * (Fraction(1, 2) - Fraction(3, 5))
    assert move.change == Fraction(1, 5) == move.mix


def test_a_region_is_explained_by_its_units() -> None:
    #            before                   after
    #  A  one    9 of 10, 1 of 10         9 of 10, 3 of 30      units as before, more of the bad one
    #  B  two    5 of 10, 5 of 10         8 of 10, 8 of 10      both better
    before: Counts = {("A", "one"): (9, 10), ("A", "two"): (1, 10), ("B", "one"): (5, 10), ("B", "two"): (5, 10)}
    after: Counts = {("A", "one"): (9, 10), ("A", "two"): (3, 30), ("B", "one"): (8, 10), ("B", "two"): (8, 10)}
    a, b = why_moved(before, after).parts

    assert (a.before, a.after) == (Fraction(1, 2), Fraction(3, 10))
    assert [part.rate for part in a.parts] == [0, 0]
    assert sum(part.mix for part in a.parts) == a.rate
    assert [part.mix for part in b.parts] == [0, 0]
    assert sum(part.rate for part in b.parts) == b.rate
    assert [part.path for part in b.parts] == [("B", "one"), ("B", "two")]
    assert (a.weight_before, a.weight_after, a.parts[1].weight_after) == (Fraction(1, 2), Fraction(2, 3), Fraction(3, 4))


def held_together(move: Move) -> bool:
    def inside(part: Part) -> bool:
        """Of three dimensions; what was not there in both periods is not gone into."""
        if part.before is None or part.after is None or len(part.path) == 3:
            return part.parts == ()
        return sum(one.rate + one.mix for one in part.parts) == part.rate and part.parts != () and all(map(inside, part.parts))

    return move.rate + move.mix == move.change and all(map(inside, move.parts))


PATHS = [(region, unit, lane) for region in "AB" for unit in "xyz" for lane in "12"]
PERIODS = st.dictionaries(st.sampled_from(PATHS), st.tuples(st.integers(-50, 50), st.integers(1, 60)), min_size=1)


@given(PERIODS, PERIODS)
def test_parts_sum_to_the_change_exactly_and_turn_around_with_it(before: Counts, after: Counts) -> None:
    move, back = why_moved(before, after), why_moved(after, before)

    assert held_together(move)
    assert (back.change, back.rate, back.mix) == (-move.change, -move.rate, -move.mix)


@given(PERIODS, PERIODS, st.integers(1, 9))
def test_counting_in_other_units_changes_nothing(before: Counts, after: Counts, times: int) -> None:
    more = {path: (times * numerator, times * denominator) for path, (numerator, denominator) in after.items()}

    assert why_moved(before, more) == why_moved(before, after)


@pytest.mark.parametrize(
    ("before", "after", "need"),
    [
        ({}, {}, "paths of one length"),
        ({("a",): (1, 2)}, {("a", "b"): (1, 2)}, "paths of one length"),
        ({(): (1, 2)}, {(): (1, 2)}, "at least 1"),
        ({("a",): (1, 2)}, {("a",): (1, 0)}, "1 of 0 in a"),
        ({("a",): (1, -2)}, {("a",): (1, 2)}, "1 of -2 in a"),
        ({("a",): (1, 2)}, {("a",): (0, 0)}, "a denominator of 0 after"),
        ({}, {("a",): (1, 2)}, "a denominator of 0 before"),
    ],
)
def test_what_has_no_ratio_is_refused(before: Counts, after: Counts, need: str) -> None:
    with pytest.raises(CannotEstimate, match=need):
        why_moved(before, after)
