"""Breaks in the level of a series."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from tests.engines.nile import NILE
from tests.engines.oracles import too_few, too_many
from troth.engines.signals import best_breaks, breaks, one_break
from troth.kernel.errors import CannotEstimate


def chance(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def test_the_nile_fell_in_1898() -> None:
    # reference: R strucchange (breakpoints, confint, Fstats), ruptures; the year of observation 28 is 1898.
    found = one_break(NILE, chance())

    assert 1871 + found.at - 1 == 1898
    assert found.low is not None
    assert found.high is not None
    assert (1871 + found.low - 1, 1871 + found.high - 1) == (1895, 1902)
    assert (found.before, found.after) == pytest.approx((1097.75, 849.972), abs=5e-4)
    assert found.rss == pytest.approx(1597457, abs=0.5)
    assert found.bic == pytest.approx(1270.084, abs=5e-4)
    assert found.sup_f == pytest.approx(75.93, abs=5e-3)
    assert found.p == 0.001


def test_the_shortest_segment_is_part_of_the_definition() -> None:
    # reference: strucchange with h = .15 n; ruptures Dynp with min_size 2.
    assert best_breaks(NILE, 2, shortest=15).breaks == (28, 83)
    assert best_breaks(NILE, 2, shortest=2).breaks == (19, 28)
    assert breaks(NILE, shortest=15).breaks == (28,)
    assert breaks(NILE, shortest=15).bic[1] == pytest.approx(1270.084, abs=5e-4)


def test_the_best_of_all_segmentations() -> None:
    # brute force: every pair of places.
    values = np.random.default_rng(4).normal(size=24).cumsum()

    def rss(places: tuple[int, ...]) -> float:
        return sum(float(((piece - piece.mean()) ** 2).sum()) for piece in np.split(values, places))

    allowed = [pair for pair in combinations(range(3, 22), 2) if pair[1] - pair[0] >= 3]
    found = best_breaks(values, 2, shortest=3)
    assert found.breaks == min(allowed, key=rss)
    assert found.rss == pytest.approx(rss(found.breaks))


def test_a_series_without_a_break_gets_one_by_chance_only() -> None:
    # planted truth: nothing changed in any of 250 series; p is below .05 in about 12 of them.
    rng = chance(7)
    found = sum(one_break(rng.normal(size=30), rng).p <= 0.05 for _ in range(250))

    assert not too_many(found, 250, 0.05)


def test_the_interval_holds_the_break() -> None:
    # planted truth: two sigmas at position 40 of 80, and twice the spread after it.
    rng, held = chance(8), 0
    for _ in range(250):
        values = np.r_[rng.normal(0, 1, 40), rng.normal(3, 2, 40)]
        found = one_break(values, rng)
        held += found.low is not None and found.high is not None and found.low <= 40 <= found.high

    assert not too_few(held, 250, 0.95)


@pytest.mark.parametrize(
    ("made", "need"),
    [
        (lambda: one_break(np.arange(11.0), chance()), "at least 12"),
        (lambda: one_break(np.full(12, 1 / 3), chance()), "values that move"),
        (lambda: one_break(np.r_[np.arange(12.0), np.nan], chance()), "a number at every point"),
        (lambda: one_break(np.arange(12.0), chance(), least=Fraction(3, 5)), "a half"),
        (lambda: breaks(np.arange(12.0), shortest=1), "segments of 2"),
        (lambda: breaks(np.arange(12.0), shortest=7), "segments of 2"),
        (lambda: breaks(np.arange(2001.0), shortest=7), "at most 2000"),
        (lambda: best_breaks(np.arange(12.0), 4, shortest=3), "at least 3"),
        (lambda: best_breaks(np.arange(12.0), 4, shortest=1), "2 or more"),
    ],
)
def test_what_has_no_break_is_refused(made: object, need: str) -> None:
    with pytest.raises(CannotEstimate, match=need):
        made()  # type: ignore[operator]


def test_a_perfect_step_has_no_interval_and_says_so() -> None:
    found = one_break(np.r_[np.zeros(8), np.ones(8)], chance())

    assert (found.at, found.low, found.high) == (8, None, None)
    assert found.sup_f == float("inf")
