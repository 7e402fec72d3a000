"""Shares from strata seen in different parts: every sample of small populations, and planted truths."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, product
from math import inf

import numpy as np
import pytest

from tests.engines.oracles import covers, too_few
from troth.engines.statistics.proportion import wilson
from troth.engines.statistics.stratified import StratifiedShare, stratified_share, superpopulation_share
from troth.kernel.errors import CannotEstimate

Stratum = list[tuple[int, int]]  # (num, den) of each subject


def estimate(
    counts: list[tuple[int, int, int, int]],
    estimator: Callable[..., StratifiedShare] = stratified_share,
) -> StratifiedShare:
    """counts: num, den, seen, population of each stratum."""
    return estimator(*np.array(counts, dtype=np.int64).T)


def every_sample(strata: list[Stratum], seen: list[int]) -> list[StratifiedShare]:
    draws = [list(combinations(stratum, n)) for stratum, n in zip(strata, seen, strict=True)]
    return [
        estimate(
            [
                (sum(num for num, _ in part), sum(den for _, den in part), len(part), len(stratum))
                for part, stratum in zip(sample, strata, strict=True)
            ]
        )
        for sample in product(*draws)
    ]


def test_a_weighted_share_by_head() -> None:
    #  stratum     num  den  seen  population  weight
    #  delivered     9   10    10        50         5
    #  lost          0    5     5         5         1
    share = estimate([(9, 10, 10, 50), (0, 5, 5, 5)])

    assert share.numerator == 45
    assert share.denominator == 55
    assert share.value == pytest.approx(45 / 55)
    assert (share.seen, share.population, share.certain) == (15, 55, False)


def test_a_full_count_is_certain() -> None:
    share = estimate([(9, 10, 10, 10), (0, 5, 5, 5)])

    assert share.low == share.value == share.high == 9 / 15
    assert (share.se, share.n_effective, share.certain) == (0.0, inf, True)


def test_over_all_samples_the_mean_of_a_stratified_mean_and_of_its_variance_are_right() -> None:
    # brute force: with everyone in the denominator the ratio is a mean, and both estimators are exactly unbiased.
    strata: list[Stratum] = [[(1, 1), (1, 1), (0, 1), (0, 1), (1, 1)], [(0, 1), (1, 1), (0, 1), (0, 1)]]
    samples = every_sample(strata, [3, 2])
    values = np.array([share.value for share in samples])

    assert len(samples) == 60
    assert values.mean() == pytest.approx(4 / 9, abs=1e-12)
    assert np.mean([share.se**2 for share in samples]) == pytest.approx(values.var(), abs=1e-12)


def test_over_all_samples_a_true_ratio_is_nearly_unbiased_with_its_linearised_variance() -> None:
    # brute force over all 2,520 samples (10 choose 5 times 5 choose 2); the linearisation is a large-sample form, so
    # a twentieth of the spread is allowed for bias and a fifth of the variance for the variance.
    first: Stratum = [(1, 1)] * 5 + [(0, 1)] * 3 + [(0, 0)] * 2
    second: Stratum = [(1, 1), (0, 1), (0, 1), (0, 0), (1, 1)]
    samples = every_sample([first, second], [5, 2])
    values = np.array([share.value for share in samples])

    assert len(samples) == 2_520
    assert abs(values.mean() - 7 / 12) < 0.05 * values.std()
    assert np.mean([share.se**2 for share in samples]) == pytest.approx(values.var(), rel=0.2)


def test_a_stratum_wholly_seen_adds_no_variance() -> None:
    alone = estimate([(30, 40, 40, 400)])
    beside = estimate([(30, 40, 40, 400), (5, 10, 10, 10)])

    assert beside.se * beside.denominator == pytest.approx(alone.se * alone.denominator, rel=0.01)


def test_one_stratum_seen_in_part_has_the_textbook_standard_error() -> None:
    # paper: Cochran 1977, equation 3.8: v(p) = (1 - f) p q / (n - 1).
    share = estimate([(30, 40, 40, 400)])

    assert share.se**2 == pytest.approx(0.9 * 0.75 * 0.25 / 39, rel=1e-12)


@pytest.mark.parametrize(("num", "den"), [(0, 20), (20, 20), (0, 7), (7, 7)])
def test_answers_that_do_not_differ_leave_an_interval(num: int, den: int) -> None:
    share = estimate([(num, den, 20, 200)])

    # Unweighted sample of den in the denominator, nine tenths of the population unseen: Kish's size is den / 0.9.
    assert share.n_effective == pytest.approx(den / 0.9)
    assert 0 <= share.low < share.high <= 1


def test_strata_that_each_answered_alike_do_not_pretend_certainty() -> None:
    share = estimate([(5, 5, 5, 500), (0, 5, 5, 500)])

    assert share.value == 0.5
    assert share.high - share.low > 0.3


@pytest.mark.parametrize("num", [5, 10])
def test_unseen_subjects_may_count_though_none_of_their_stratum_did(num: int) -> None:
    share = estimate([(num, 10, 10, 10), (0, 0, 5, 500)])

    assert share.value == num / 10
    assert share.high - share.low > 0.1
    assert not share.certain


def test_a_single_subject_more_or_less_does_not_leap() -> None:
    # The half subject of a stratum that answered alike lies between none and one who did not.
    alike, one = (estimate([(num, 30, 30, 300), (60, 100, 100, 1_000)]) for num in (30, 29))

    assert alike.n_effective > one.n_effective > alike.n_effective / 1.3


@pytest.mark.parametrize("strata", [1, 3])
def test_a_full_count_of_a_process_is_wilsons(strata: int) -> None:
    whole = estimate([(81, 263, 300, 300)] * strata, superpopulation_share)
    expected = wilson(81 * strata, 263 * strata)

    assert (whole.low, whole.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert whole.n_effective == pytest.approx(263 * strata)
    assert not whole.certain


@pytest.mark.parametrize("num", [0, 20])
def test_a_process_never_seen_to_fail_is_not_certain(num: int) -> None:
    whole = estimate([(num, 20, 20, 20)], superpopulation_share)
    expected = wilson(num, 20)

    assert (whole.low, whole.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


POPULATION = [2_000, 300, 60]
SEEN = [400, 60, 60]
TRUE_NUM = [1_656, 90, 3]
TRUE_DEN = [1_800, 200, 50]


def drawn(rng: np.random.Generator, num: list[int], den: list[int]) -> np.ndarray:
    counts = []
    for yes, total, seen, population in zip(num, den, SEEN, POPULATION, strict=True):
        cells = rng.multivariate_hypergeometric([yes, total - yes, population - total], seen)
        counts.append((cells[0], cells[0] + cells[1], seen, population))
    return np.array(counts).T


@pytest.mark.parametrize("num", [[1_656, 90, 3], [1_782, 150, 30], [200, 5, 0]], ids=["nine in ten", "few fail", "few keep"])
def test_intervals_cover_a_planted_share_of_a_population(num: list[int]) -> None:
    truth = sum(num) / sum(TRUE_DEN)
    rng = np.random.default_rng(3)
    shares = [stratified_share(*drawn(rng, num, TRUE_DEN)) for _ in range(2_000)]

    assert covers(sum(share.low <= truth <= share.high for share in shares), 2_000, 0.95)


def test_intervals_cover_the_planted_share_of_a_process() -> None:
    # The population is drawn anew each time: its own share moves about the process's.
    keeps, counts = np.array([0.92, 0.45, 0.06]), np.array([0.9, 0.67, 0.83])
    mix = np.array(POPULATION) / sum(POPULATION)
    truth = float((mix * counts * keeps).sum() / (mix * counts).sum())
    rng = np.random.default_rng(4)
    hits = 0
    for _ in range(2_000):
        population = rng.multinomial(sum(POPULATION), mix)
        den = rng.binomial(population, counts)
        num = rng.binomial(den, keeps)
        seen = np.minimum(population, np.array([400, 60, 10**6]))
        cells = [rng.multivariate_hypergeometric([n, d - n, p - d], s) for n, d, p, s in zip(num, den, population, seen, strict=True)]
        sampled = np.array([(c[0], c[0] + c[1]) for c in cells]).T
        share = superpopulation_share(sampled[0], sampled[1], seen, population)
        hits += share.low <= truth <= share.high

    assert covers(hits, 2_000, 0.95)


def test_intervals_of_rare_failures_in_small_samples_do_not_cover_too_seldom() -> None:
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(2_000):
        sampled = [rng.multivariate_hypergeometric([p - bad, bad, 0], s) for p, bad, s in [(500, 10, 25), (400, 40, 20)]]
        share = estimate([(int(c[0]), 25 - 5 * i, 25 - 5 * i, 500 - 100 * i) for i, c in enumerate(sampled)])
        hits += share.low <= 850 / 900 <= share.high

    assert not too_few(hits, 2_000, 0.95)


@pytest.mark.parametrize(
    ("counts", "need"),
    [
        ([(1, 1, 1, 9)], "at least 2 seen"),
        ([(5, 9, 10, 20), (0, 0, 0, 5)], "at least 2 seen"),
        ([(0, 0, 10, 20)], "at least one"),
        ([(3, 2, 10, 20)], "num <= den"),
        ([(1, 12, 10, 20)], "num <= den"),
        ([(1, 2, 10, 9)], "num <= den"),
        ([(-1, 2, 10, 12)], "num <= den"),
    ],
)
@pytest.mark.parametrize("estimator", [stratified_share, superpopulation_share])
def test_too_little_or_impossible_counts_are_refused(
    estimator: Callable[..., StratifiedShare], counts: list[tuple[int, int, int, int]], need: str
) -> None:
    with pytest.raises(CannotEstimate, match=need):
        estimate(counts, estimator)


def test_counts_of_different_strata_are_refused() -> None:
    with pytest.raises(CannotEstimate, match="one count a stratum"):
        stratified_share(np.array([1]), np.array([2]), np.array([3, 3]), np.array([3, 3]))


def test_one_seen_of_one_is_enough_and_an_empty_stratum_is_no_matter() -> None:
    assert estimate([(1, 1, 1, 1), (0, 0, 0, 0)]).value == 1.0
