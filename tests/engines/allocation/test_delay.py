"""Shares of broken promises: small ones by head, all by enumerating the orders in which stages become late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from troth.engines.allocation import FOREVER, shapley_break, shapley_overrun
from troth.kernel.errors import CannotEstimate

DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Late:
    """One promise, in whole days; endless where `actual` or `gap` is None."""

    actual: tuple[int | None, ...]
    budget: tuple[int, ...]
    allowed: int
    gap: int | None = 0


def known(days: int | None) -> int:
    return FOREVER if days is None else days * DAY


def shares(*promises: Late) -> list[list[Fraction]]:
    result = shapley_break(
        np.array([[known(days) for days in p.actual] for p in promises]),
        np.array([[days * DAY for days in p.budget] for p in promises]),
        np.array([p.allowed * DAY for p in promises]),
        gap_us=np.array([known(p.gap) for p in promises]),
    )
    assert result.numerators.dtype == np.int32
    return [[Fraction(int(share), result.denominator) for share in row] for row in result.numerators]


def reach(late: Late, bad: Sequence[int]) -> float:
    """Length of the promise when the players in `bad` take their actual time; the gap is the last player."""
    endless = float("inf")
    actual = [endless if days is None else days for days in late.actual]
    gap = endless if late.gap is None else late.gap
    total = sum(a if i in bad else min(a, b) for i, (a, b) in enumerate(zip(actual, late.budget, strict=True)))
    return total + (gap if gap < 0 or len(actual) in bad else 0)


def by_orders(late: Late) -> list[Fraction]:
    """Every order in which the players turn bad; the one that breaks the promise bears it."""
    players = len(late.actual) + 1
    borne = [Fraction(0)] * (players + 2)
    if reach(late, []) > late.allowed:
        borne[players - 1] = Fraction(1)
        return borne
    orders = list(permutations(range(players)))
    for order in orders:
        turned = next(n for n in range(1, players + 1) if reach(late, order[:n]) > late.allowed)
        pivot = order[turned - 1]
        borne[pivot if pivot < players - 1 else players] += Fraction(1, len(orders))
    return borne


def overrun_by_orders(late: Late) -> list[Fraction]:
    players = len(late.actual) + 1
    borne = [Fraction(0)] * (players + 2)
    borne[players - 1] = Fraction(max(0, int(reach(late, [])) - late.allowed))
    orders = list(permutations(range(players)))
    for order in orders:
        for n, pivot in enumerate(order):
            more = max(0, int(reach(late, order[: n + 1])) - late.allowed)
            less = max(0, int(reach(late, order[:n])) - late.allowed)
            borne[pivot if pivot < players - 1 else players] += Fraction(more - less, len(orders))
    return borne


DAYS = st.integers(0, 12)


@st.composite
def broken(draw: st.DrawFn, *, fulfilled: bool = False, stages: int | None = None) -> Late:
    count = draw(st.integers(1, 4)) if stages is None else stages
    length = DAYS if fulfilled else st.one_of(DAYS, st.none())
    late = Late(
        actual=tuple(draw(st.lists(length, min_size=count, max_size=count))),
        budget=tuple(draw(st.lists(DAYS, min_size=count, max_size=count))),
        allowed=draw(st.integers(0, 30)),
        gap=draw(st.integers(-6, 6)) if fulfilled else draw(st.one_of(st.integers(-6, 6), st.none())),
    )
    assume(reach(late, range(count + 1)) > late.allowed)
    return late


def test_the_one_stage_over_its_budget_bears_all() -> None:
    #  stage    budget  actual   allowed 8
    #  seller        4       9
    #  carrier       3       3
    assert shares(Late((9, 3), (4, 3), 8)) == [[1, 0, 0, 0, 0]]


def test_two_stages_that_both_had_to_be_late_share_evenly() -> None:
    #  4 + 3 of 8 allowed; either one late by a day still keeps the promise, both break it
    assert shares(Late((5, 4), (4, 3), 8)) == [[Fraction(1, 2), Fraction(1, 2), 0, 0, 0]]


def test_a_stage_that_breaks_it_with_any_other_bears_more() -> None:
    #  slack 2; late by 2, 1, 1: the first breaks it with either other, the others not without the first
    assert shares(Late((3, 2, 2), (1, 1, 1), 5)) == [[Fraction(2, 3), Fraction(1, 6), Fraction(1, 6), 0, 0, 0]]


def test_a_date_that_no_budget_could_meet_is_the_plans() -> None:
    assert shares(Late((9, 9), (4, 5), 8)) == [[0, 0, 1, 0, 0]]


def test_time_in_no_stage_is_the_gaps() -> None:
    assert shares(Late((4, 3), (4, 3), 8, gap=2)) == [[0, 0, 0, 1, 0]]


def test_an_overlap_of_stages_gives_time_back_and_bears_nothing() -> None:
    #  4 + 5 - 2 of 8 on budget; late by 2: only the second
    assert shares(Late((4, 7), (4, 5), 8, gap=-2)) == [[0, 1, 0, 0, 0]]


def test_the_stage_where_it_stands_bears_an_unfulfilled_one() -> None:
    assert shares(Late((3, None), (4, 3), 8)) == [[0, 1, 0, 0, 0]]
    assert shares(Late((3, 0), (4, 3), 8, gap=None)) == [[0, 0, 0, 1, 0]]


def test_an_early_stage_that_alone_broke_it_shares_with_the_one_where_it_stands() -> None:
    assert shares(Late((9, None), (4, 3), 8)) == [[Fraction(1, 2), Fraction(1, 2), 0, 0, 0]]


@given(st.lists(broken(stages=3), min_size=1, max_size=4))
def test_shares_are_the_average_over_all_orders_of_three_stages(promises: list[Late]) -> None:
    assert shares(*promises) == [by_orders(late) for late in promises]


@given(broken())
def test_shares_are_the_average_over_all_orders(late: Late) -> None:
    assert shares(late) == [by_orders(late)]


@given(broken())
def test_shares_sum_to_one(late: Late) -> None:
    assert sum(shares(late)[0]) == 1


@given(broken(), st.randoms(use_true_random=False))
def test_stages_in_another_order_have_the_same_shares(late: Late, chance: Random) -> None:
    order = list(range(len(late.actual)))
    chance.shuffle(order)
    moved = Late(tuple(late.actual[i] for i in order), tuple(late.budget[i] for i in order), late.allowed, late.gap)

    before, after = shares(late)[0], shares(moved)[0]
    assert after == [before[i] for i in order] + before[len(order) :]


@given(broken(fulfilled=True), st.integers(1, 5))
def test_a_stage_still_later_never_bears_less(late: Late, more: int) -> None:
    first = late.actual[0]
    assert first is not None
    assume(first >= late.budget[0])
    later = Late((first + more, *late.actual[1:]), late.budget, late.allowed, late.gap)

    assert shares(later)[0][0] >= shares(late)[0][0]


@given(broken(fulfilled=True))
def test_overruns_are_the_average_over_all_orders(late: Late) -> None:
    result = shapley_overrun(
        np.array([late.actual], dtype=np.int64),
        np.array([late.budget]),
        np.array([late.allowed]),
        gap_us=np.array([late.gap]),
    )

    expected = overrun_by_orders(late)
    assert [Fraction(int(share), result.denominator) for share in result.numerators[0]] == expected
    assert sum(expected) == reach(late, range(9)) - late.allowed


def test_the_stage_that_was_made_late_bears_at_least_nine_tenths() -> None:
    # planted truth: 2,000 promises of three stages, 9 days allowed, budgets 2, 3, 3; the second stage is delayed
    # by 4 to 9 days, the others keep within an hour or so of three quarters of their budget.
    rng = np.random.default_rng(7)
    budget = np.tile(np.array([2, 3, 3]) * DAY, (2_000, 1))
    actual = budget * 3 // 4 + rng.integers(-DAY // 24, DAY // 24, size=budget.shape)
    actual[:, 1] = budget[:, 1] + rng.integers(4 * DAY, 9 * DAY, size=2_000)
    allowed = np.full(2_000, 9 * DAY)
    late = actual.sum(axis=1) > allowed

    result = shapley_break(actual[late], budget[late], allowed[late])

    assert late.sum() > 1_000
    assert result.numerators[:, 1].sum() / (result.denominator * late.sum()) >= 0.9


def test_rows_do_not_see_each_other() -> None:
    # More rows than are worked on at once.
    rng = np.random.default_rng(11)
    actual = rng.integers(0, 9, size=(70_000, 2))
    budget = rng.integers(0, 9, size=(70_000, 2))
    allowed = actual.sum(axis=1) - rng.integers(1, 4, size=70_000)

    together = shapley_break(actual, budget, allowed).numerators
    assert (together.sum(axis=1) == 6).all()
    assert np.array_equal(together[65_530:65_545], shapley_break(*rows(actual, budget, allowed)).numerators)


def rows(*columns: np.ndarray) -> tuple[np.ndarray, ...]:
    return tuple(column[65_530:65_545] for column in columns)


def test_a_standing_stage_without_a_budget_bears_all() -> None:
    result = shapley_break(np.array([[9, FOREVER]]), np.array([[4, 0]]), np.array([8]), budget_unknown=np.array([[False, True]]))
    assert result.numerators.tolist() == [[0, 6, 0, 0, 0]]


@pytest.mark.parametrize("actual", [[9, 3], [FOREVER, 0]])
def test_an_unknown_budget_elsewhere_cannot_be_assigned(actual: list[int]) -> None:
    result = shapley_break(np.array([actual]), np.array([[4, 0]]), np.array([8]), budget_unknown=np.array([[False, True]]))
    assert result.numerators.tolist() == [[0, 0, 0, 0, 6]]


def test_two_standing_stages_one_without_a_budget_cannot_be_assigned() -> None:
    result = shapley_break(np.array([[FOREVER, FOREVER]]), np.array([[4, 0]]), np.array([8]), budget_unknown=np.array([[False, True]]))
    assert result.numerators.tolist() == [[0, 0, 0, 0, 6]]


def test_promises_flagged_go_to_cannot_assign_and_leave_the_others_alone() -> None:
    result = shapley_break(np.array([[0, 0], [9, 3]]), np.array([[4, 3]] * 2), np.array([8, 8]), cannot_assign=np.array([True, False]))
    assert result.numerators.tolist() == [[0, 0, 0, 0, 6], [6, 0, 0, 0, 0]]


def test_an_overrun_that_cannot_be_assigned_is_kept_whole() -> None:
    result = shapley_overrun(
        np.array([[9, 3], [9, 3]]),
        np.array([[4, 0], [4, 3]]),
        np.array([8, 8]),
        budget_unknown=np.array([[False, True], [False, False]]),
    )
    assert (result.numerators // result.denominator).tolist() == [[0, 0, 0, 0, 4], [4, 0, 0, 0, 0]]


def test_endless_stages_and_long_budgets_stay_inside_64_bits() -> None:
    # Ten stages, all endless: each bears a tenth, whatever the others' known durations take back.
    longest = 2**55 - 1
    actual = np.full((1, 10), FOREVER)
    result = shapley_break(actual, np.full((1, 10), -longest), np.array([longest]), gap_us=np.array([-longest]))
    assert result.denominator == 27_720
    assert result.numerators.tolist() == [[2_772] * 10 + [0, 0, 0]]

    actual = np.array([[-longest] * 9 + [FOREVER]])
    result = shapley_break(actual, np.zeros((1, 10), dtype=np.int64), np.array([longest]), gap_us=np.array([-longest]))
    assert result.numerators.tolist() == [[0] * 9 + [27_720, 0, 0, 0]]


def test_no_promises_have_no_shares() -> None:
    none = np.zeros((0, 2), dtype=np.int64)

    assert shapley_break(none, none, none[:, 0]).numerators.shape == (0, 5)
    assert shapley_overrun(none, none, none[:, 0]).numerators.shape == (0, 5)


def test_a_kept_promise_is_refused() -> None:
    with pytest.raises(CannotEstimate, match="row 1 the first"):
        shares(Late((9, 3), (4, 3), 8), Late((4, 4), (4, 3), 8))


@pytest.mark.parametrize(
    ("actual", "allowed", "need"),
    [
        (np.zeros((1, 11), dtype=np.int64), np.array([8]), "at most 10"),
        (np.zeros((1, 2), dtype=np.int64), np.array([8, 9]), "1 promises of 2 stages"),
        (np.full((1, 2), 2**55), np.array([8]), "1,141 years"),
    ],
)
def test_impossible_input_is_refused(actual: np.ndarray, allowed: np.ndarray, need: str) -> None:
    with pytest.raises(CannotEstimate, match=need):
        shapley_break(actual, np.zeros_like(actual), allowed)


def test_an_unfulfilled_promise_has_no_overrun() -> None:
    with pytest.raises(CannotEstimate, match="not fulfilled"):
        shapley_overrun(np.array([[9, FOREVER]]), np.array([[4, 3]]), np.array([8]))


def test_an_overrun_too_long_to_divide_is_refused() -> None:
    with pytest.raises(CannotEstimate, match="at most"):
        shapley_overrun(np.full((1, 10), 2**54), np.zeros((1, 10), dtype=np.int64), np.array([0]))
