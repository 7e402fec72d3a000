"""Attributable fractions: published tables, one worked with a pencil, planted truths, and what confounding would feign."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from tests.engines.oracles import covers, too_few
from troth.engines.statistics.attributable import Attributable, Estimate, attributable
from troth.kernel.errors import CannotEstimate

DRAWS = 1_000
#          subjects, share exposed, risk of the unexposed, times as much for the exposed
ALIKE = ((700, 0.10, 0.06, 4.0),)
UNLIKE = ((400, 0.30, 0.02, 6.0), (900, 0.05, 0.08, 3.0), (200, 0.20, 0.20, 1.5))
NOTHING = ((300, 0.30, 0.10, 1.0), (500, 0.10, 0.20, 1.0))
THIN = ((40, 0.10, 0.05, 5.0),) * 80
Strata = tuple[tuple[int, float, float, float], ...]


def test_cats_on_dry_food_are_as_published() -> None:
    # Willeberg 1977 as in the documentation of the R package epiR: RR 4.01 (1.43, 11.23), AF among the exposed
    # 75.05 % (30.11, 91.09), in the population 54.20 % (3.61, 78.24).
    found = attributable(np.array([[[13, 2163], [5, 3349]]]))

    assert (round(found.relative.value, 2), round(found.relative.low, 2), round(found.relative.high, 2)) == (4.01, 1.43, 11.23)
    assert found.common.value == pytest.approx(found.relative.value, rel=1e-12)
    assert found.exposed.value == pytest.approx(0.7505, abs=5e-5)
    assert (found.exposed.low, found.exposed.high) == pytest.approx((0.3011, 0.9109), abs=2e-4)
    assert found.population.value == pytest.approx(0.5420, abs=5e-5)
    assert (found.population.low, found.population.high) == pytest.approx((0.0361, 0.7824), abs=5e-5)


def test_the_interval_of_one_table_is_that_of_fleiss() -> None:
    # Fleiss 1979: the variance of log(1 - AF) is (b + AF (a + d)) / (N c).
    a, b, c, d = 618, 4_597, 422, 67_093
    found = attributable(np.array([[[a, b], [c, d]]]))

    fraction = found.population.value
    assert fraction == pytest.approx((a * d - b * c) / ((a + c) * (c + d)), rel=1e-12)
    assert found.population.se == pytest.approx(((b + fraction * (a + d)) / ((a + b + c + d) * c)) ** 0.5, rel=1e-4)


def test_two_strata_by_hand() -> None:
    # First: 20 of 100 exposed, 10 of 200 else: 5 expected. Second: 6 of 20 exposed, 30 of 300 else: 2 expected.
    found = attributable(np.array([[[20, 80], [10, 190]], [[6, 14], [30, 270]]]))

    assert found.relative.value == pytest.approx(26 / 7)
    assert found.exposed.value == pytest.approx(19 / 26)
    assert found.population.value == pytest.approx(19 / 66)
    assert found.population.value == pytest.approx(found.among_cases * (found.relative.value - 1) / found.relative.value)
    assert found.common.value == pytest.approx((20 * 200 / 300 + 6 * 300 / 320) / (10 * 100 / 300 + 30 * 20 / 320))
    assert (found.strata, found.left_out) == (2, 0)


def test_the_standard_error_of_the_common_ratio_is_that_of_greenland_and_robins() -> None:
    table = np.array([[[20, 80], [10, 190]], [[6, 14], [12, 288]], [[9, 41], [8, 162]]])
    (a, _), (c, _) = (table[:, row].T.astype(float) for row in (0, 1))
    exposed, unexposed = table.sum(axis=2).T.astype(float)
    both = exposed + unexposed
    published = ((exposed * unexposed * (a + c) / both**2 - a * c / both).sum()) / (
        (a * unexposed / both).sum() * (c * exposed / both).sum()
    )

    assert attributable(table).common.se == pytest.approx(published**0.5, rel=0.05)


def test_a_confounder_that_feigns_an_association_is_taken_out() -> None:
    # In each lane the exposed are late exactly as often as the others; the bad lane has most of the exposed.
    lanes = np.array([[[40, 60], [80, 120]], [[1, 19], [40, 760]]])
    found, crude = attributable(lanes), attributable(lanes.sum(axis=0, keepdims=True))

    assert crude.relative.low > 2
    assert crude.population.low > 0.05
    for estimate, nothing in ((found.relative, 1.0), (found.common, 1.0), (found.exposed, 0.0), (found.population, 0.0)):
        assert estimate.value == pytest.approx(nothing, abs=1e-12)
        assert estimate.low < nothing < estimate.high


def test_an_association_that_a_confounder_hides_is_seen() -> None:
    # The exposed are late three times as often in each lane, and as often as the others in all together.
    lanes = np.array([[[60, 940], [2, 98]], [[30, 70], [100, 900]]])
    found, crude = attributable(lanes), attributable(lanes.sum(axis=0, keepdims=True))

    assert crude.relative.low < 1
    assert found.relative.value == pytest.approx(3)
    assert found.relative.low > 1


@pytest.mark.parametrize("strata", [ALIKE, UNLIKE, NOTHING], ids=["alike", "unlike", "nothing"])
def test_intervals_hold_what_is_planted(strata: Strata) -> None:
    relative, exposed, population = _truth(strata)
    found = _draws(strata)

    for name, truth in (("relative", relative), ("exposed", exposed), ("population", population)):
        intervals: list[Estimate] = [getattr(one, name) for one in found]
        hits = sum(one.low <= truth <= one.high for one in intervals)
        assert covers(hits, len(found), 0.95), (name, hits, len(found), truth)


def test_intervals_hold_in_many_thin_strata() -> None:
    relative, _, population = _truth(THIN)
    found = _draws(THIN)

    assert not too_few(sum(f.population.low <= population <= f.population.high for f in found), len(found), 0.95)
    assert covers(sum(f.common.low <= relative <= f.common.high for f in found), len(found), 0.95)


def test_a_sample_stands_for_its_population() -> None:
    # Of 4,000 fulfilled subjects one in five is seen, of the others all are: the unweighted share would be another.
    chance = np.random.default_rng(8)
    hits, biased = 0, 0
    for _ in range(DRAWS):
        (whole,) = _tables(((4_000, 0.10, 0.06, 4.0),), chance)
        silent = chance.binomial(whole[:, 0], 0.4)  # of the late, never fulfilled: all of them seen
        fulfilled = np.column_stack([whole[:, 0] - silent, whole[:, 1]])
        drawn = chance.multivariate_hypergeometric(fulfilled.ravel(), 800).reshape(2, 2)
        counts = np.stack([drawn, np.column_stack([silent, np.zeros(2, dtype=np.int64)])])[None]
        weight = np.array([fulfilled.sum() / 800, 1.0])
        found = attributable(counts, weight).population
        truth = _truth(((4_000, 0.10, 0.06, 4.0),))[2]
        hits += found.low <= truth <= found.high
        plain = attributable(counts.sum(axis=1)).relative
        biased += plain.high < 4.0

    assert not too_few(hits, DRAWS, 0.95)
    assert biased > DRAWS / 4


def test_exposed_without_their_like_are_said_and_count_as_not_attributable() -> None:
    found = attributable(np.array([[[20, 80], [10, 190]], [[10, 0], [1, 0]]]))

    assert found.left_out == 10
    assert found.strata == 1
    assert found.population.value == pytest.approx(15 / 41)


@pytest.mark.parametrize(
    ("counts", "what"),
    [
        ([[[4, 96], [10, 190]]], "4 cases among the exposed, 10 among the others"),
        ([[[20, 80], [4, 196]]], "20 cases among the exposed, 4 among the others"),
        ([[[20, 80], [1, 0]], [[0, 0], [50, 50]]], "0 cases among the exposed, 0 among the others"),
    ],
)
def test_too_few_cases_are_refused(counts: list[list[list[int]]], what: str) -> None:
    with pytest.raises(CannotEstimate, match=what) as refused:
        attributable(np.array(counts))
    assert refused.value.need == "at least 5 of each"


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(CannotEstimate, match="shape"):
        attributable(np.array([[20, 80], [10, 190]]))
    with pytest.raises(CannotEstimate, match="below 0"):
        attributable(np.array([[[20, -1], [10, 190]]]))


def _truth(strata: Strata) -> tuple[float, float, float]:
    observed = sum(n * share * risk * times for n, share, risk, times in strata)
    expected = sum(n * share * risk for n, share, risk, _ in strata)
    others = sum(n * (1 - share) * risk for n, share, risk, _ in strata)
    return observed / expected, 1 - expected / observed, (observed - expected) / (observed + others)


def _tables(strata: Strata, chance: np.random.Generator) -> npt.NDArray[np.int64]:
    number, share, risk, times = (np.array(column) for column in zip(*strata, strict=True))
    exposed = chance.binomial(number.astype(np.int64), share)
    cases = np.stack([chance.binomial(exposed, risk * times), chance.binomial(number.astype(np.int64) - exposed, risk)], 1)
    of = np.stack([exposed, number.astype(np.int64) - exposed], 1)
    return np.stack([cases, of - cases], 2)


def _draws(strata: Strata) -> list[Attributable]:
    chance = np.random.default_rng(20260301)
    found = []
    for _ in range(DRAWS):
        try:
            found.append(attributable(_tables(strata, chance)))
        except CannotEstimate:
            continue
    assert len(found) > 0.98 * DRAWS
    return found
