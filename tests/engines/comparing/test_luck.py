"""How many of many units lie beyond a threshold by luck alone, and what is left of the leads of those that did."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, nct, t
from statsmodels.stats.proportion import proportion_confint

from troth.engines.comparing.luck import Side, chance_of_average, chance_of_share, lead_kept, luck, share_beyond
from troth.kernel.errors import CannotEstimate

DRAWS = 1_000


@pytest.mark.parametrize(("n", "p", "threshold", "level"), [(40, 0.9, 0.8, 0.95), (25, 0.5, 0.55, 0.9), (400, 0.95, 0.95, 0.99)])
@pytest.mark.parametrize("side", ["above", "below"])
def test_the_chance_of_a_share_is_that_of_the_counts_whose_interval_lies_beyond(
    n: int, p: float, threshold: float, level: float, side: Side
) -> None:
    counts = np.arange(n + 1)
    low, high = proportion_confint(counts, n, alpha=1 - level, method="wilson")
    beyond = low >= threshold if side == "above" else high <= threshold
    p, threshold = (p, threshold) if side == "above" else (1 - p, threshold)

    assert chance_of_share(n, p, threshold, side, level) == pytest.approx(float(binom.pmf(counts[beyond], n, p).sum()), rel=1e-9)


@pytest.mark.parametrize("df", [1, 2, 9, 59])
@pytest.mark.parametrize(("mean", "threshold"), [(10.0, 10.0), (10.0, 9.0), (8.0, 10.0)])
def test_the_chance_of_an_average_is_the_noncentral_t(df: int, mean: float, threshold: float) -> None:
    error, half = 0.7, t.ppf(0.975, df)

    assert chance_of_average(mean, error, df, threshold, "above") == pytest.approx(nct.sf(half, df, (mean - threshold) / error), rel=1e-6)
    assert chance_of_average(mean, error, df, threshold, "below") == pytest.approx(nct.sf(half, df, (threshold - mean) / error), rel=1e-6)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7), st.integers(0, 7))
def test_luck_is_what_all_outcomes_together_give(chances: list[float], seen: int) -> None:
    outcomes = [
        (sum(one), prod(p if yes else 1 - p for yes, p in zip(one, chances, strict=True))) for one in product((0, 1), repeat=len(chances))
    ]

    found = luck(chances, seen)

    assert found.expected == pytest.approx(sum(chances))
    assert found.as_many == pytest.approx(sum(chance for count, chance in outcomes if count >= seen), abs=1e-12)
    assert sum(chance for count, chance in outcomes if found.low <= count <= found.high) >= 0.95 - 1e-9


def test_of_thousands_of_units_luck_is_the_binomial_of_another_package() -> None:
    found = luck([0.03] * 5_000, 190)

    assert (found.low, found.high) == (int(binom.ppf(0.025, 5_000, 0.03)), int(binom.ppf(0.975, 5_000, 0.03)))
    assert found.as_many == pytest.approx(float(binom.sf(189, 5_000, 0.03)), rel=1e-9)


def test_where_all_units_are_alike_as_many_are_rewarded_as_luck_says() -> None:
    """Shares and averages of 20 units of one true value, drawn a thousand times."""
    rng = np.random.Generator(np.random.PCG64(411))
    sizes = rng.integers(20, 200, 20)
    expected = [chance_of_share(int(n), 0.9, 0.85, "above") for n in sizes]
    events = rng.binomial(sizes, 0.9, (DRAWS, sizes.size))
    beyond = {n: np.array([share_beyond(k, int(n), 0.85, "above") for k in range(n + 1)]) for n in set(sizes.tolist())}
    got = [int(beyond[n][events[:, at]].sum()) for at, n in enumerate(sizes.tolist())]

    assert all(binomtest(count, DRAWS, chance).pvalue > 1e-4 for count, chance in zip(got, expected, strict=True))

    values = rng.normal(5.0, 2.0, (DRAWS, 12))
    near = values.mean(axis=1) - t.ppf(0.975, 11) * values.std(axis=1, ddof=1) / np.sqrt(12)
    chance = chance_of_average(5.0, 2.0 / np.sqrt(12), 11, 4.0, "above")
    assert binomtest(int((near >= 4.0).sum()), DRAWS, chance).pvalue > 1e-4


@pytest.mark.parametrize("stays", [0.0, 0.5, 1.0])
def test_the_interval_of_what_is_left_holds_what_was_planted(stays: float) -> None:
    """Units are chosen by a first measurement; what they truly have of its lead afterwards is planted. By luck alone that is nothing."""
    rng = np.random.Generator(np.random.PCG64(412))
    held = 0
    for _ in range(DRAWS):
        before = rng.normal(0, 0.03, 30)
        before = before[before > 0.02]
        if before.size == 0:
            before = np.array([0.03])
        errors = rng.uniform(0.01, 0.04, before.size)
        kept = lead_kept(before, stays * before + rng.normal(0, errors), errors)
        held += kept.low <= stays <= kept.high
    assert binomtest(held, DRAWS, 0.95).pvalue > 1e-4


def test_what_nothing_can_be_said_of_is_refused() -> None:
    for ask in (
        lambda: share_beyond(3, 2, 0.5, "above"),
        lambda: chance_of_share(-1, 0.5, 0.5, "above"),
        lambda: chance_of_average(1, 0, 9, 1, "above"),
        lambda: luck([1.5], 1),
        lambda: lead_kept(np.zeros(0), np.zeros(0), np.zeros(0)),
        lambda: lead_kept(np.array([-0.1]), np.array([0.1]), np.array([0.1])),
    ):
        with pytest.raises(CannotEstimate):
            ask()
