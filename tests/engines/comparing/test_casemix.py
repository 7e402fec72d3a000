"""Indirect standardisation and ranks."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engines.oracles import too_few
from troth.engines.comparing import drawn_means, drawn_rates, drawn_shares, ranks, standardised
from troth.engines.comparing.casemix import byar
from troth.engines.statistics.gamma import count_interval
from troth.kernel.errors import CannotEstimate


def test_a_unit_with_hard_cases_is_as_good_as_one_with_easy_ones() -> None:
    #            easy cases        hard cases       late in all
    #  North     2 of 100          20 of 50         22 of 150 = 14.7 %
    #  South     8 of 400           4 of 10         12 of 410 =  2.9 %
    # In both 2 % of the easy and 40 % of the hard cases are late.
    found = standardised(np.array([[2, 20], [8, 4]]), np.array([[100, 50], [400, 10]]))

    assert found.expected == pytest.approx([22.0, 12.0])
    assert found.ratio == pytest.approx([1.0, 1.0])
    assert found.rate == pytest.approx([34 / 560] * 2)
    assert found.strata == pytest.approx(np.array([[2.0, 20.0], [8.0, 4.0]]))
    assert float(found.expected.sum()) == pytest.approx(34.0)


def test_ratios_limits_and_scores_by_their_definition() -> None:
    # brute force: unit by unit, stratum by stratum, against a reference of its own.
    rng = np.random.default_rng(1)
    cases = rng.integers(0, 50, (6, 4)) + 1
    events = rng.binomial(cases, 0.2)
    reference = (np.array([10, 30, 5, 8]), np.array([100, 90, 40, 20]))
    found = standardised(events, cases, reference=reference, limits="byar", level=0.9)

    for unit in range(6):
        shares = [broken / known for broken, known in zip(*reference, strict=True)]
        expected = sum(n * share for n, share in zip(cases[unit].tolist(), shares, strict=True))
        observed = int(events[unit].sum())
        low, high = byar(np.array([observed]), 0.9)
        spread = sum(n * share * (1 - share) for n, share in zip(cases[unit].tolist(), shares, strict=True)) ** 0.5
        assert found.ratio[unit] == pytest.approx(observed / expected)
        assert (found.low[unit], found.high[unit]) == pytest.approx((low[0] / expected, high[0] / expected))
        assert found.z[unit] == pytest.approx((observed - expected) / spread)
        assert found.rate[unit] == pytest.approx(observed / expected * 53 / 250)


def test_limits_of_ten_events() -> None:
    # paper: Breslow and Day 1987, table 2.10: exact limits of 10 events are 4.80 and 18.39; Byar's formula agrees.
    exact, by_formula = count_interval(np.array([10.0])), byar(np.array([10]))

    assert (exact[0][0], exact[1][0]) == pytest.approx((4.80, 18.39), abs=6e-3)
    assert (by_formula[0][0], by_formula[1][0]) == pytest.approx((4.79, 18.39), abs=6e-3)
    counts = np.arange(5, 400)
    for exact_limit, formula in zip(count_interval(counts.astype(float)), byar(counts), strict=True):
        assert np.abs(exact_limit - formula).max() < 0.03


def test_limits_hold_the_true_ratio() -> None:
    # planted truth: units that all do 1.3 times as badly as the reference in every stratum; events are rare.
    rng = np.random.default_rng(3)
    cases = rng.integers(50, 400, (2_000, 3))
    reference = (np.array([1_000, 3_000, 500]), np.full(3, 100_000))
    found = standardised(rng.binomial(cases, 1.3 * reference[0] / reference[1]), cases, reference=reference)

    assert not too_few(int(((found.low <= 1.3) & (found.high >= 1.3)).sum()), 2_000, 0.95)


@pytest.mark.parametrize(
    ("events", "cases", "reference", "need"),
    [
        ([[3]], [[2]], None, "events <= cases"),
        ([[0], [0]], [[2], [2]], None, "strata that have events"),
        ([[1, 0]], [[2, 3]], ([1, 0], [5, 0]), "a reference for each stratum"),
        ([[1, 0]], [[2, 3]], ([1], [5]), "events and cases by stratum"),
        ([[1, 0]], [[2, 3]], ([6, 0], [5, 5]), "events and cases by stratum"),
    ],
)
def test_what_cannot_be_standardised_is_refused(
    events: list[list[int]], cases: list[list[int]], reference: tuple[list[int], list[int]] | None, need: str
) -> None:
    given = None if reference is None else (np.array(reference[0]), np.array(reference[1]))
    with pytest.raises(CannotEstimate, match=need):
        standardised(np.array(events), np.array(cases), reference=given)


def chance() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(20))


def test_ranks_by_their_definition() -> None:
    # brute force: in each draw, one more than the number of units that are better.
    draws = chance().normal(size=(300, 7)).round(1)
    found = ranks(draws, best="low", level=0.9)

    numbers = np.array([[1 + sum(other < one for other in row) for one in row] for row in draws.tolist()])
    ordered = np.sort(numbers, axis=0)
    assert found.low.tolist() == ordered[14].tolist()
    assert found.middle.tolist() == ordered[149].tolist()
    assert found.high.tolist() == ordered[284].tolist()


def test_overlapping_ranks_are_no_difference() -> None:
    found = ranks(drawn_means(np.array([5.0, 5.1, 1.0]), np.array([0.5, 0.5, 0.1]), 1_000, chance()), best="high")

    assert found.between(0, 1) == found.between(1, 0) == "no difference"
    assert found.middle.tolist() == [2, 1, 3]
    assert (found.between(0, 2), found.between(2, 0)) == ("first ahead", "second ahead")


def test_the_same_seed_gives_the_same_ranks() -> None:
    events, n = np.array([5, 50, 40]), np.array([10, 100, 90])
    first, second = (ranks(drawn_shares(events, n, 0.5, 10.0, 500, chance()), best="high") for _ in range(2))

    assert first.low.tolist() == second.low.tolist()


def test_draws_lie_around_what_is_known() -> None:
    shares = drawn_shares(np.array([90]), np.array([100]), 0.5, 20.0, 4_000, chance())
    rates = drawn_rates(np.array([90]), np.array([10.0]), 5.0, 2.0, 4_000, chance())

    assert shares.mean() == pytest.approx(100 / 120, abs=0.003)
    assert rates.mean() == pytest.approx((90 + 10) / 12, abs=0.06)


@pytest.mark.parametrize(
    "made",
    [
        lambda: ranks(np.zeros((100, 3)), best="high"),
        lambda: ranks(np.zeros((300, 1)), best="high"),
        lambda: ranks(np.full((300, 2), np.nan), best="high"),
        lambda: ranks(np.zeros((300, 2)), best="high", level=1.0),
        lambda: drawn_shares(np.array([2]), np.array([1]), 0.5, 1.0, 10, chance()),
        lambda: drawn_rates(np.array([2]), np.array([0.0]), 0.5, 1.0, 10, chance()),
        lambda: drawn_means(np.array([2.0]), np.array([0.0]), 10, chance()),
    ],
)
def test_what_has_no_rank_is_refused(made: object) -> None:
    with pytest.raises(CannotEstimate):
        made()  # type: ignore[operator]
